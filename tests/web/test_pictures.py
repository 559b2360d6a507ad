"""Pictures of charts: drawn in a process of its own, kept, and without anything from elsewhere."""

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest

from insights.charts.chart import Look
from insights.charts.distribution import distribution
from insights.charts.segments import segments
from insights.tally import Tally
from tests.browser.acting import XSS
from web import pictures
from web.pictures import Pictures, Undrawable, version

ANSWERS = Tally((1, 0, 0, 0, 2, 3, 5, 8, 13, 21, 34), asked=200)
SPEC = distribution(ANSWERS, Look("de", paper=True)).spec


@pytest.fixture(scope="module")
def drawing():
    """One process for all that only look at pictures."""
    made = Pictures()
    yield made
    made.close()


@pytest.mark.parametrize(("form", "begins"), [("svg", b"<svg"), ("png", b"\x89PNG\r\n"), ("pdf", b"%PDF-")])
async def test_a_chart_is_drawn_in_every_form(drawing, form, begins):
    """From one specification."""
    assert (await drawing.draw(SPEC, form)).startswith(begins)


async def test_a_png_is_twice_as_fine(drawing):
    """Sharp on today's screens."""
    svg, png = (await drawing.draw(SPEC, "svg")).decode(), await drawing.draw(SPEC, "png")
    width = float(svg.partition('width="')[2].partition('"')[0])
    assert int.from_bytes(png[16:20], "big") == pytest.approx(2 * width, abs=2)


async def test_the_loop_runs_on_while_a_chart_is_drawn():
    """Also at the first one, which takes a second."""
    fresh, longest, done = Pictures(), 0.0, asyncio.Event()

    async def watch():
        nonlocal longest
        while not done.is_set():
            began = time.monotonic()
            await asyncio.sleep(0.01)
            longest = max(longest, time.monotonic() - began)

    watching = asyncio.create_task(watch())
    await asyncio.gather(*(fresh.draw(SPEC | {"width": width}, "svg") for width in (300, 400, 500)))
    done.set()
    await watching
    fresh.close()
    assert longest < 0.4


async def test_a_picture_is_drawn_once(monkeypatch):
    """However many want it at the same time, and again later; the oldest go when they are too many."""
    fresh, asked = Pictures(), []

    def drawn(self, request):
        asked.append(request)
        return 0, b"x" * 400

    monkeypatch.setattr(Pictures, "_asked", drawn)
    monkeypatch.setattr(pictures, "KEPT", 1000)
    assert await asyncio.gather(*[fresh.draw(SPEC, "svg")] * 5) == [b"x" * 400] * 5
    await fresh.draw(SPEC, "svg")
    assert len(asked) == 1
    for width in (1, 2):
        await fresh.draw(SPEC | {"width": width}, "svg")
    await fresh.draw(SPEC, "svg")
    assert len(asked) == 4


@pytest.mark.parametrize(
    "spec",
    [
        SPEC | {"data": {"url": "http://127.0.0.1:9/data.csv"}},
        SPEC | {"data": {"url": "file:///etc/passwd"}},
        {"layer": [{"mark": {"type": "image", "url": "https://example.com/a.png"}}]},
        {"mark": {"type": "text", "href": "https://example.com"}},
    ],
)
async def test_nothing_is_fetched(drawing, spec):
    """A chart that wants something from elsewhere is refused before it is drawn."""
    with pytest.raises(Undrawable, match="itself"):
        await drawing.draw(spec, "svg")


async def test_what_cannot_be_drawn_is_told(drawing):
    """And the next chart is drawn all the same."""
    with pytest.raises(Undrawable):
        await drawing.draw({"mark": "no such mark", "data": {"values": [{}]}}, "svg")
    assert await drawing.draw(SPEC | {"width": 321}, "svg")


async def test_a_process_that_has_gone_is_started_again():
    """Whether it was killed or had nothing to do."""
    fresh = Pictures()
    await fresh.draw(SPEC, "svg")
    gone = fresh._running[0]
    os.kill(gone.pid, signal.SIGKILL)
    gone.wait()
    assert await fresh.draw(SPEC | {"width": 322}, "svg")
    assert fresh._running[0].pid != gone.pid
    fresh.close()
    assert fresh._running == []


async def test_who_takes_too_long_is_ended(monkeypatch):
    """And a picture that never comes is told as one."""
    monkeypatch.setattr(pictures, "PATIENCE", 0.05)
    fresh = Pictures()
    with pytest.raises(Undrawable, match="has ended"):
        await fresh.draw(SPEC, "svg")
    assert fresh._running == []


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="only Linux shows what a process was given")
async def test_no_secret_is_handed_to_the_process(monkeypatch):
    """It draws; it needs no database and no token."""
    monkeypatch.setenv("ECHOLOT_SECRET_KEYS", "precious")
    fresh = Pictures()
    await fresh.draw(SPEC, "svg")
    assert b"precious" not in Path(f"/proc/{fresh._running[0].pid}/environ").read_bytes()  # noqa: ASYNC240 - a few bytes
    fresh.close()


async def test_s23_names_of_groups_stay_text(drawing):
    """Whatever somebody calls a region, the picture has no element of it."""
    for payload in XSS:
        found = await drawing.draw(segments([(payload, ANSWERS)], payload, Look()).spec, "svg")
        assert not any(
            f"<{name}" in found.decode().lower() for name in ("script", "img", "foreignobject", "iframe", "image", "a ")
        )


def test_the_same_content_has_the_same_name():
    """In whatever order it was put together."""
    turned = dict(reversed(SPEC.items()))
    assert version(turned) == version(SPEC) != version(SPEC | {"width": 1})
