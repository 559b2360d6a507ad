"""Campaigns, decisions and contacts in a real browser: planned, started, paused, and why somebody was not asked."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import fixture
from tests.browser.looks import PHONE, fits
from tests.browser.opening import opening
from tests.browser.test_payloads import PAYLOADS, settled, watched
from tests.web.inbox_made import Door
from tests.web.outreach_made import ADMIN, world, yaml
from web import outreach_pages
from web.outreach_shapes import CampaignStart
from web.server import Site

EXPECTED = ("409", "422")  # answers to what cannot be done, which the browser notes as well


@fixture
async def here(sqlite_url):
    async with world(sqlite_url) as world_:
        yield world_


@fixture
async def opened(browser, here, monkeypatch):
    monkeypatch.setattr(outreach_pages, "BEAT", 0.05)
    monkeypatch.setattr(outreach_pages, "EASE", 0)
    site = Site("127.0.0.1", 0)
    await site.start(here.app(Door(url="")))
    async with opening(browser, site.url, "/outreach", ADMIN, EXPECTED) as open_:
        yield open_
    await site.stop()


async def peopled(here, count=6):
    """Some who agreed, some who did not, and one who has objected."""
    for n in range(count):
        await here.knows(f"Person {n}", brand=("acme", "bolt")[n % 2], region=("nord", "süd", "west")[n % 3])
    silent = await here.knows("Silent Sam", agrees=False, brand="acme")
    stopped = await here.knows("Stopped Stan", brand="acme", attributes={"tariff": "gold"})
    await here.stops(stopped)
    return silent, stopped


@pytest.mark.parametrize("script", [True, False])
async def test_plan_start_pause_and_see_why_somebody_was_not_asked(opened, here, script):
    """With JavaScript by keyboard, and without it all the same."""
    await peopled(here)
    page = await opened(java_script_enabled=script)
    await page.get_by_role("link", name="New campaign").first.click()
    await page.get_by_label("Title").fill("Spring 27")
    await page.get_by_label("Survey").select_option("relationship")
    await page.get_by_label("Brand").fill("acme")
    await page.get_by_label("First day").fill("2027-01-18")
    await page.get_by_label("Days of a wave").fill("5")
    await page.get_by_label("Days of a wave").press("Enter")
    await expect(page.get_by_role("heading", name="What it would come to")).to_be_visible()
    await expect(page.get_by_role("region", name="Why not")).to_contain_text("No consent or other basis")
    assert await here.campaigns.listed() == []
    start = page.get_by_role("button", name="Start the campaign")
    await start.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Spring 27")).to_be_visible()
    pause = page.locator("#ask-pause summary")
    await pause.focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Yes, pause it").click()
    await expect(page.locator("#how")).to_have_text("paused")
    await page.locator("#ask-resume summary").click()
    await page.get_by_role("button", name="Yes, resume it").click()
    await here.lives(10)
    await page.reload()
    await page.get_by_role("link", name="No consent or other basis").click()
    await page.get_by_role("link", name="Silent Sam").click()
    await expect(page.get_by_role("heading", name="Silent Sam")).to_be_visible()
    await expect(page.get_by_role("region", name="Asked or not, and why")).to_contain_text(
        "nothing allows us this survey"
    )


async def test_the_page_follows_by_itself(opened, here):
    """While the wave is put together and asked; what somebody has opened stays open."""
    await peopled(here)
    await here.outreach.start(CampaignStart(yaml()), "u_1")
    page = await opened("/outreach/spring")
    await expect(page.get_by_text("Who is in it is put together")).to_be_visible()
    await page.locator("#ask-cancel summary").click()
    await here.lives(4)
    await expect(page.get_by_text("of 8 decided")).to_be_visible()
    await expect(page.get_by_role("button", name="Yes, cancel it for good")).to_be_visible()
    await here.lives(6)
    await expect(page.get_by_text("8 of 8 decided")).to_be_visible()


async def test_s23_what_people_are_called_stays_text(browser, here):
    """233 kinds of hostile text as names, numbers, attributes and brands: in lists, on a page, in the ledger."""
    for n, each in enumerate(PAYLOADS):
        said = {"external": f"{n}{each}"[:190], "attributes": {"note": each[:190]}, "brand": each[:90]}
        await here.knows(each[:190], agrees=False, **said)
    await here.outreach.start(CampaignStart(yaml(more="quota: {by: [brand], most: 1}")), "u_1")
    await here.lives(10)
    site = Site("127.0.0.1", 0)
    await site.start(here.app(Door(url="")))
    async with watched(browser, site.url, ADMIN) as page:
        for path in ("/contacts", "/ledger", "/outreach/spring"):
            await page.goto(path)
            while True:
                await settled(page)
                more = page.get_by_role("link", name=re.compile("^(More|Older)$"))
                if not await more.count():
                    break
                await more.click()
        await page.goto("/contacts")
        await page.locator("td a").first.click()
        await settled(page)
        for each in PAYLOADS[::15]:
            await page.goto("/outreach/new")
            for name in ("Title", "Brand"):
                await page.get_by_label(name).fill(each[:90])
            await page.get_by_role("button", name="See what it comes to").click()
            await settled(page)
    await site.stop()


async def test_axe_finds_nothing_and_nothing_sticks_out(opened, here):
    """Every page, empty and full, in German, and what is refused."""
    page = await opened(**PHONE)
    for name, path in (
        ("none", "/outreach"),
        ("no-ledger", "/ledger"),
        ("no-contacts", "/contacts"),
        ("new", "/outreach/new"),
    ):
        await page.goto(path)
        await fits(page, name)
    silent, stopped = await peopled(here, 40)
    await here.outreach.start(CampaignStart(yaml(more="quota: {by: [brand, region], most: 5}")), "u_1")
    await here.outreach.start(
        CampaignStart(yaml("loyal", "A campaign with quite a long title, for loyal customers")), "u_1"
    )
    await here.lives(5)
    for name, path in (
        ("list", "/outreach"), ("campaign", "/outreach/spring"), ("ledger", "/ledger"), ("contacts", "/contacts"),
        ("contact", f"/contacts/{stopped}"), ("silent", f"/contacts/{silent}"),
    ):  # fmt: skip
        await page.goto(path)
        for more in await page.locator("summary").all():
            await more.click()
        await fits(page, name)
    await page.goto("/outreach/new?from=spring")
    await page.get_by_label("Title").fill("Summer")
    await page.get_by_role("button", name="See what it comes to").click()
    await fits(page, "planned")
    await page.get_by_label("First day").fill("2020-01-01")
    await page.get_by_role("button", name="See what it comes to").click()
    await fits(page, "refused")
    await page.goto(f"/contacts/{silent}")
    await page.get_by_label("Id, customer number").fill(stopped)
    await page.get_by_role("button", name="Have a look").click()
    await fits(page, "merge")
