"""Reports in a real browser: looked at, sent by hand, by keyboard and without JavaScript; nothing sticks out."""

import pytest
from playwright.async_api import expect
from starlette.routing import Router

from storage import reports as runs
from storage.opening import open_store
from tests.browser.conftest import PATIENCE
from tests.browser.test_signin import fits
from tests.integrations.mail.post_office import open_office
from tests.report_house import YAML, furnished
from tests.web.inbox_made import Door
from web import pages, report_pages
from web.gate import gated
from web.guard import Guard
from web.policies import POLICIES
from web.server import Site

ADMIN = "anna/admin"
LONG = YAML.replace("weekly", "monthly-for-everybody").replace("every: week", "every: month\n  zone: Europe/Berlin")
HOSTILE = LONG.replace("title: Our week", 'title: "<b>A title</b> that is rather long, for a report of everybody"')


@pytest.fixture
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


@pytest.fixture
async def opened(browser, house):
    """Opens pages for an admin; they must neither complain nor reach out."""
    site, contexts, complaints = Site("127.0.0.1", 0), [], []
    routes = [*report_pages.routes(house.reporting), *pages.routes()]
    await site.start(Guard(Router(gated(routes, POLICIES, Door(url=""))), [], lambda *_: None))

    async def open_(path="/reports", width=1280, **how):
        how = {"viewport": {"width": width, "height": 900}, "locale": "en-GB", "base_url": site.url, **how}
        context = await browser.new_context(**how)
        contexts.append(context)
        await context.add_cookies([{"name": "echolot", "value": ADMIN, "url": site.url}])
        page = await context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda asked: None if asked.url.startswith(site.url) else complaints.append(asked.url))
        await page.goto(path)
        return page

    yield open_
    assert complaints == []
    for context in contexts:
        await context.close()
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 375])
async def test_axe_finds_nothing_and_nothing_sticks_out(opened, house, scheme, width, tmp_path):
    """Every page, empty and full, with a file that is wrong and a title that would be markup."""

    async def look(name):
        await fits(page, tmp_path / f"{name}-{width}-{scheme}.png")

    folder = house.folder / "reports"
    (folder / "weekly.yaml").rename(folder / "weekly.txt")
    await house.reports.look()
    page = await opened(width=width, color_scheme=scheme)
    await look("none")
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
        await look(name)
