"""The home page while somebody looks: what is told, to whom, and for how long."""

import asyncio
import contextlib
import time

import httpx
import pytest
from starlette.requests import Request

from tests.browser.dashboard_site import looking
from tests.web.figures_made import NOW, Given, Made, year
from tests.web.test_home import front
from web import filters, home
from web.home import Home
from web.server import GRACE_SECONDS


@pytest.fixture
def made():
    return Made(year(), cases=3)


async def test_whoever_looks_hears_of_a_new_answer(made, monkeypatch):
    """And of nothing while nothing happens."""
    monkeypatch.setattr(home, "BEAT", 0.01)
    asked = filters.asked(httpx_request(), made.dimensions, NOW)
    looks = home._changes(Home(made, None, lambda: NOW), lambda: asked)
    assert await anext(looks) == b":\n\n"
    waiting = asyncio.ensure_future(anext(looks))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    made.given.append(Given(0, 10))
    assert (await asyncio.wait_for(waiting, 5)).startswith(b"event: changed\n")
    await looks.aclose()


def httpx_request():
    """Nothing asked for."""
    return Request({"type": "http", "query_string": b"", "headers": []})


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
async def test_s40_only_our_own_pages_listen(made, site):
    """A foreign page cannot even begin to."""
    answer = await asyncio.wait_for(front(made).get("/live", headers={"sec-fetch-site": site}), 5)
    assert answer.status_code == 403


async def test_a_server_that_stops_waits_for_nobody_who_listens(made):
    """They come again by themselves when it is back."""
    async with httpx.AsyncClient() as client, contextlib.AsyncExitStack() as listening:
        async with looking(made) as url:
            answer = await listening.enter_async_context(client.stream("GET", f"{url}/live"))
            heard = answer.aiter_bytes()
            assert await anext(heard) == b":\n\n"
            began = time.monotonic()
        assert time.monotonic() - began < GRACE_SECONDS / 2
        with pytest.raises(StopAsyncIteration):
            await anext(heard)
