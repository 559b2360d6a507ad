"""Reports in a real browser: looked at, sent by hand, by keyboard and without JavaScript; nothing sticks out."""

import json
from datetime import date

import msgspec
import pytest
from playwright.async_api import expect
from starlette.routing import Router

from insights.estimates import Estimate
from insights.reports.alarm import Alarm
from insights.reports.letter import one_line
from storage import reports as runs
from storage.opening import open_store
from tests.browser.conftest import fixture
from tests.browser.looks import PHONE, fits
from tests.browser.opening import opening
from tests.browser.test_payloads import PAYLOADS, missing, text_of, watched
from tests.integrations.mail.post_office import open_office
from tests.report_house import DAY, NOW, YAML, furnished
from tests.storage.builders import answer, session, turn
from tests.web.inbox_made import Door
from web import pages, report_pages
from web.gate import gated
from web.guard import Guard
from web.policies import POLICIES
from web.server import Site

ADMIN = "anna/admin"
LONG = YAML.replace("weekly", "monthly-for-everybody").replace("every: week", "every: month\n  zone: Europe/Berlin")
HOSTILE = LONG.replace("title: Our week", 'title: "<b>A title</b> that is rather long, for a report of everybody"')

PER = 10  # payloads that the customers of one report wrote
BY = ("segment", "agent", "touchpoint", "region")
MOVED = Alarm(
    "fall", date(2026, 11, 1), date(2026, 11, 12), Estimate(40, 30, 50, 99), Estimate(0, -9, 9, 99), date(2026, 11, 2)
)


@fixture
async def house(sqlite_url, tmp_path, monkeypatch):
    """A week of answers."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ECHOLOT_CONFIG", raising=False)
    store = await open_store(sqlite_url)
    async with open_office() as office:
        made = await furnished(store, sqlite_url, tmp_path, office.port)
        yield made
        made.reporting.pictures.close()
    await store.close()


async def served(house):
    """The pages."""
    site, routes = Site("127.0.0.1", 0), [*report_pages.routes(house.reporting), *pages.routes()]
    await site.start(Guard(Router(gated(routes, POLICIES, Door(url=""))), [], lambda *_: None))
    return site


@fixture
async def opened(browser, house):
    site = await served(house)
    async with opening(browser, site.url, "/reports", ADMIN) as open_:
        yield open_
    await site.stop()


@pytest.mark.parametrize("script", [True, False])
async def test_a_report_is_looked_at_and_sent(opened, house, script):
    """By keyboard; nothing is sent before somebody says so twice."""
    page = await opened(java_script_enabled=script)
    await page.get_by_role("link", name="Our week").click()
    await page.get_by_role("link", name="Preview").click()
    await expect(page.get_by_role("note")).to_contain_text("Nothing was sent")
    async with page.expect_download() as download:
        await page.get_by_role("link", name="As PDF").click()
    assert (await download.value).suggested_filename.endswith("-preview.pdf")
    await page.goto("/reports/weekly")
    await page.locator("#ask-send summary").focus()
    await page.keyboard.press("Enter")
    assert await house.store.read(lambda: runs.latest("weekly", 9)) == []
    await page.get_by_role("button", name="Yes, send it now").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("On its way to 3")
    await expect(page.get_by_role("region", name="What was sent")).to_contain_text("on its way")
    await page.get_by_role("link", name="Look at the last one").click()
    await expect(page.get_by_role("note")).to_contain_text("This went out on")


async def test_axe_finds_nothing_and_nothing_sticks_out(opened, house):
    """Every page, empty and full, with a file that is wrong and a title that would be markup."""
    folder = house.folder / "reports"
    (folder / "weekly.yaml").rename(folder / "weekly.txt")
    await house.reports.look()
    page = await opened(**PHONE)
    await fits(page, "none")
    (folder / "weekly.txt").rename(folder / "weekly.yaml")
    (folder / "monthly.yaml").write_text(HOSTILE)
    (folder / "broken.yaml").write_text(YAML.replace("every: week", "every: weak"))
    await house.reports.look()
    for report in house.reports.current:
        await house.reporting.send(report.id)
    postman = house.postman()
    while await postman.step():
        pass
    for name, path in (
        ("list", "/reports"), ("one", "/reports/weekly"), ("long", "/reports/monthly-for-everybody"),
        ("letter", "/reports/weekly/letter"), ("last", "/reports/weekly/letter?of=last"),
    ):  # fmt: skip
        await page.goto(path)
        for more in await page.locator("summary").all():
            await more.click()
        await fits(page, name)


def answers_to(n, by):
    """Last week two groups that differ for certain, told apart by a payload; the first few wrote one each."""
    brand, group = " ".join(PAYLOADS[n].split()), PAYLOADS[n]
    wrote = dict(enumerate(PAYLOADS[n : n + PER]))
    for m in range(60):
        key, lane, at = f"x{n}y{m}", f"sms:+49{n:03}{m:02}", NOW - 4 * DAY
        state = json.dumps({"variables": {"brand": brand, by: f"{group} {'good' if m % 2 else 'bad'}"}})
        said = answer(session=key, lane=lane, value=m % 2 * 10, comment=wrote.get(m, ""), at=at, day="2026-11-12")
        yield session(key, lane, started_at=at, state=state), said


async def attacked(house):
    """For each payload a report with it as title, brand, receiver and what went wrong; to some there are answers."""
    given, told, alarm = [], [], msgspec.json.encode(MOVED).decode()
    for n, each in enumerate(PAYLOADS):
        by = BY[n // PER % len(BY)]
        plan = {"id": f"r{n}", "title": each, "every": "week", "filters": {"brand": " ".join(each.split())}, "by": by}
        plan |= {"to": [{"folder": each}], "alerts": [{"on": "fall"}], "comments": PER}
        (house.folder / "reports" / f"r{n}.yaml").write_text(json.dumps({"format": 1, "report": plan}))
        for kind, facts in (("report", ""), ("fall", alarm)):
            days = ("2026-11-09", "2026-11-09", "2026-11-15")
            run = runs.Run(f"{kind}{n}", f"r{n}", kind, *days, f"folder:{each}", "", facts, NOW - DAY, "queued")
            told.append((run, None))
        given += answers_to(n, by) if n % PER == 0 else ()
    await turn(house.store, sessions=[each for each, _ in given], answers=[each for _, each in given])
    await house.store.run(lambda: runs.begin(told, NOW))
    while letter := (await house.store.run(lambda: runs.lease("p", NOW, NOW + DAY)))[0]:
        why = letter.receiver.partition(":")[2]
        await house.store.run(lambda: runs.settle(letter, "p", "failed", why, 0, NOW))  # noqa: B023 - it is awaited
    await house.reports.look()
    assert [each for each in house.reports.problems if each.severity == "error"] == []


async def test_t18_s23_what_reports_are_called_and_tell(browser, house):
    """Titles, brands, receivers, troubles and alarms; in letters also segments, agents, touchpoints and comments."""
    await attacked(house)
    site = await served(house)
    try:
        async with watched(browser, site.url, ADMIN) as page:
            assert missing(await text_of(page, "/reports")) == []
            for n in range(0, len(PAYLOADS), PER):
                wrote, short = PAYLOADS[n : n + PER], one_line(PAYLOADS[n])
                one = await text_of(page, f"/reports/r{n}")
                assert missing(one, [PAYLOADS[n]]) == []
                assert flat(one).count(flat(short)) >= 5, short  # brand, receiver, alarm, trouble
                letter = await text_of(page, f"/reports/r{n}/letter")
                assert missing(letter, [one_line(each, 240) for each in wrote]) == [], short
                assert missing(letter, [short, one_line(f"{PAYLOADS[n]} good"), one_line(f"{PAYLOADS[n]} bad")]) == []
            for n in range(1, len(PAYLOADS), PER):
                await text_of(page, f"/reports/r{n}/letter?of=last")
    finally:
        await site.stop()


def flat(text):
    """Without spaces."""
    return "".join(text.split())
