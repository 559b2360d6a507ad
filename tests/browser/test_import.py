"""A file of contacts in a real browser: chosen, looked at, decided about and stored."""

import csv

import pytest
from playwright.async_api import expect

from tests.browser.conftest import PATIENCE, fixture
from tests.browser.test_payloads import PAYLOADS, settled, watched
from tests.browser.test_signin import fits
from tests.web.inbox_made import Door
from tests.web.outreach_made import ADMIN, world
from web.server import Site

ROWS = (
    ["Kundennr", "Vorname", "Nachname", "Mobil", "Sprache", "Tarif", "Eine Spalte mit einem ziemlich langen Namen"],
    ["1001", "Ada", "Lovelace", "0151 12345678", "de", "gold", "Donaudampfschifffahrtsgesellschaftskapitän"],
    ["1002", "Bob", "Ford", "+49 151 12345679", "en", "", ""],
    ["1003", "Eve", "Holt", "+49 12", "klingonisch", "", ""],
)


@fixture
async def site(sqlite_url):
    async with world(sqlite_url) as here:
        served = Site("127.0.0.1", 0)
        await served.start(here.app(Door(url="")))
        yield served
        await served.stop()


def written(path, rows):
    """A file as Excel would save it."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)
    return path


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (375, "dark")])
async def test_axe_finds_nothing_and_nothing_sticks_out(browser, site, width, scheme, tmp_path):
    """From the empty list to the stored contacts at /contacts/import: each page, by keyboard, in both languages."""
    how = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme, "locale": "en-GB"}
    context = await browser.new_context(base_url=site.url, **how)
    await context.add_cookies([{"name": "echolot", "value": ADMIN, "url": site.url}])
    page = await context.new_page()
    page.set_default_timeout(PATIENCE)
    await page.goto("/contacts")
    await page.locator("section.empty").get_by_role("link", name="Import a file").click()
    await fits(page, tmp_path / f"choose-{width}-{scheme}.png")
    file = written(tmp_path / "people.csv", ROWS)
    await page.get_by_label("File").set_input_files(file)
    await page.get_by_label("Country").fill("de")
    await page.get_by_label("Country").press("Enter")
    await expect(page.get_by_role("heading", name="What would become of it")).to_be_visible()
    await fits(page, tmp_path / f"look-{width}-{scheme}.png")
    await page.get_by_label("Tarif").select_option("attributes.Tarif")
    again = page.get_by_role("button", name="Look again")
    await again.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Tarif")).to_have_value("attributes.Tarif")
    await page.get_by_role("button", name="Import").click()
    await expect(page.get_by_role("status")).to_contain_text("2 contacts were stored")
    await fits(page, tmp_path / f"stored-{width}-{scheme}.png")
    await page.get_by_role("link", name="Another file").click()
    await page.get_by_label("File").set_input_files(written(tmp_path / "empty.csv", [["Tarif"], ["gold"]]))
    await page.get_by_role("button", name="Look at the file").click()
    await expect(page.get_by_role("alert")).to_contain_text("No column says who somebody is")
    await fits(page, tmp_path / f"nobody-{width}-{scheme}.png")
    await context.close()


async def test_s23_what_a_file_says_stays_text(browser, site, tmp_path):
    """233 kinds of hostile text in columns, cells and the file's name, at /contacts/import and stored."""
    async with watched(browser, site.url, ADMIN) as page:
        for n, some in enumerate((PAYLOADS[:95], PAYLOADS[95:190], PAYLOADS[190:])):
            rows = [["id", "mobile", *some], *([f"{n}-{m}{each}", each, each] for m, each in enumerate(some))]
            file = written(tmp_path / f"{n}<img src=x onerror=ran++>.csv", rows)
            await page.goto("/contacts/import")
            await page.get_by_label("File").set_input_files(file)
            await page.get_by_role("button", name="Look at the file").click()
            await expect(page.get_by_role("heading", name="What would become of it")).to_be_visible()
            await settled(page)
            await page.get_by_role("button", name="Import").click()
            await expect(page.get_by_role("heading", name="What became of it")).to_be_visible()
            await settled(page)
