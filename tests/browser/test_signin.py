"""Signing in and the pages behind the door in a real browser: keyboard, languages, phones, dark mode, axe-core."""

import contextlib

from playwright.async_api import expect

from commands.api_keys import StoredKeys
from commands.findings import bad, good
from commands.personal import CustomerData
from settings import load
from tests.browser.conftest import PATIENCE, fixture
from tests.browser.looks import PHONE, fits
from tests.web.signing_in import START, WORDS, housed
from web.server import Site

ANNA = "anna@example.com"
PAGES = ("/", "/account", "/settings", "/settings/people", "/settings/audit", "/settings/keys", "/settings/data",
         "/confirm")  # fmt: skip


async def findings():
    return [good("flows", "2 without errors: after-support, relationship"), bad("disk", "0.2 GB free", "make space")]


@fixture
async def house(sqlite_url, monkeypatch):
    """A server on this machine, with somebody who may sign in; `house.site` is where."""
    settings = {"findings": findings, "values": [("company", "Muster GmbH"), ("channels", "sms (twilio)")]}
    stored, personal = StoredKeys(None, lambda: START), CustomerData(None, load(), lambda: START)
    settings |= {"stored": stored, "personal": personal}
    async with housed(sqlite_url, monkeypatch, public_url="", **settings) as house:
        stored._store = personal._store = house.store
        house.site = Site("127.0.0.1", 0)
        await house.site.start(house.app)
        yield house
        await house.site.stop()


@contextlib.asynccontextmanager
async def looking(browser, house, width=1280, color_scheme="light", locale="en-GB"):
    """A page that fails the test if it complains, or tries to reach another host."""
    context = await browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=color_scheme, locale=locale, base_url=house.site.url
    )
    page = await context.new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
    here = house.site.url
    page.on("request", lambda request: None if request.url.startswith(here) else complaints.append(request.url))
    page.set_default_timeout(PATIENCE)
    yield page
    assert [each for each in complaints if not any(status in each for status in ("401", "404"))] == []
    await context.close()


async def arrives(page, house, *roles):
    """Choose a password by a link, and sign in with it; all by keyboard."""
    new = await house.invites(ANNA, *roles)
    await page.goto(f"/welcome/{new.token}")
    await page.locator("#new-password").focus()
    await page.keyboard.type(WORDS)
    await page.keyboard.press("Tab")
    await page.keyboard.type(WORDS)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/sign-in?chosen=1")
    await expect(page.locator("#email")).to_be_focused()  # by itself
    await page.keyboard.type(ANNA)
    await page.keyboard.press("Tab")
    await page.keyboard.type(WORDS)
    await page.keyboard.press("Enter")
    await page.wait_for_url(house.site.url + "/")


async def test_from_the_link_to_the_home_page_and_out_again(browser, house):
    """The cookie is out of reach of scripts; the way back leads to the door."""
    async with looking(browser, house) as page:
        await arrives(page, house)
        [cookie] = [each for each in await page.context.cookies() if each["name"] == "echolot"]
        assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")
        assert await page.evaluate("document.cookie") == ""
        await page.get_by_role("link", name="Anna").click()
        await page.get_by_role("button", name="Sign out", exact=True).click()
        await expect(page.get_by_role("status")).to_have_text("You have signed out.")
        await page.goto("/account")
        await page.wait_for_url("**/sign-in?to=*")


async def test_a_wrong_password_is_told_and_what_was_asked_for_comes_after_the_right_one(browser, house):
    """The address stays, and the password has the focus."""
    await house.invites(ANNA)
    async with looking(browser, house) as page:
        await page.goto("/account")
        await page.fill("#email", ANNA)
        await page.fill("#password", "nicht das richtige")
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_role("alert")).to_contain_text("do not go together")
        await expect(page.locator("#email")).to_have_value(ANNA)
        await expect(page.locator("#password")).to_be_focused()


async def test_an_admin_invites_somebody_and_sees_it_in_the_trail(browser, house):
    """By mouse, in German."""
    async with looking(browser, house, locale="de-DE") as page:
        await arrives(page, house)
        await page.goto("/account")
        await page.select_option("#language", "de")
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_role("status")).to_have_text("Gespeichert.")
        await page.goto("/settings")
        await page.get_by_role("link", name="Menschen und Rollen").click()
        await page.fill("#email", "ben@example.com")
        await page.select_option("#role", "agent")
        await page.fill("#brand", "acme")
        await page.get_by_role("button", name="Einladen").click()
        await expect(page.locator("code")).to_contain_text("/welcome/")
        await expect(page.get_by_text("agent:acme")).to_be_visible()
        await page.goto("/settings/audit")
        await expect(page.get_by_role("row").nth(1)).to_contain_text("hat eingeladen")


async def test_the_skip_link_leads_past_the_navigation(browser, house):
    """It is the first stop, and shows itself there."""
    async with looking(browser, house) as page:
        await arrives(page, house)
        await page.goto("/settings")
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("link", name="People and roles")).to_be_focused()


async def test_axe_finds_nothing_and_nothing_sticks_out(browser, house):
    """On every page, in light and dark, on a desk and on a phone."""
    async with looking(browser, house, **PHONE) as page:
        new = await house.invites("carla@example.com", "agent:acme:support")
        await page.goto(f"/welcome/{new.token}")
        await fits(page, "welcome")
        await page.goto("/sign-in?gone=1")
        await fits(page, "signin")
        await arrives(page, house)
        for path in (*PAGES, f"/settings/people/{new.id}"):
            await page.goto(path)
            name = path.strip("/").replace("/", "-") or "home"
            await fits(page, name if new.id not in name else "person")
        await page.goto("/settings/people/nobody")
        await fits(page, "refused")
