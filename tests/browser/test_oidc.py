"""Signing in with a provider of identities in a real browser: by keyboard, without scripts, light and dark (S18)."""

import contextlib

from playwright.async_api import expect

from tests.browser.conftest import PATIENCE, fixture
from tests.browser.looks import PHONE, fits
from tests.web.oidc_made import ANNA, company
from tests.web.signing_in import WORDS
from web.server import Site
from web.sessions import digest


@fixture
async def firm(sqlite_url, monkeypatch):
    """A server on this machine and a provider beside it."""
    site = Site("127.0.0.1", 0)
    async with company(sqlite_url, monkeypatch, public_url="", back=site.url) as firm:
        await site.start(firm.app)
        firm.url = site.url
        yield firm
        await site.stop()


async def settles(firm):
    """Anna, with a password."""
    new = await firm.invites(ANNA)
    assert not await firm.people.choose_password(digest(new.token), WORDS)


@contextlib.asynccontextmanager
async def looking(browser, firm, width=1280, **more):
    """A page that fails the test if it complains, or goes anywhere but here and to the provider."""
    context = await browser.new_context(
        viewport={"width": width, "height": 800}, base_url=firm.url, **{"locale": "en-GB"} | more
    )
    page = await context.new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    known = (firm.url, *firm.issuers.values())
    page.on("request", lambda request: None if request.url.startswith(known) else complaints.append(request.url))
    page.set_default_timeout(PATIENCE)
    yield page
    assert [each for each in complaints if not any(status in each for status in ("400", "403", "404"))] == []
    await context.close()


async def test_s18_from_the_invitation_to_the_next_sign_in_by_keyboard_and_without_scripts(browser, firm):
    """The policy of our pages lets the button lead away, and cookies hold on the way back from another site."""
    new = await firm.invites(ANNA)
    async with looking(browser, firm, java_script_enabled=False) as page:
        await page.goto(f"/welcome/{new.token}")
        await page.get_by_role("button", name="Begin with Company").focus()
        await page.keyboard.press("Enter")
        await page.get_by_role("link", name="Anna ·").click()
        await page.wait_for_url(firm.url + "/")
        await page.goto("/account")
        await page.get_by_role("button", name="Sign out", exact=True).click()
        await page.goto("/account")  # asked for, and led back to afterwards
        await page.get_by_role("button", name="Sign in with Company").focus()
        await page.keyboard.press("Enter")
        await page.get_by_role("link", name="Anna ·").click()
        await page.wait_for_url("**/account")
        await expect(page.get_by_text("You have no password")).to_be_visible()
        assert [each["name"] for each in await page.context.cookies() if each["name"].endswith("away")] == []


async def test_s18_who_does_not_want_to_hears_what_the_provider_says(browser, firm):
    """In German, and the way back to the door."""
    await settles(firm)
    async with looking(browser, firm, locale="de-DE") as page:
        await page.goto("/sign-in")
        await page.get_by_role("button", name="Mit Company anmelden").click()
        await page.get_by_role("link", name="I do not want to").click()
        await expect(page.get_by_role("alert")).to_contain_text("hat Sie nicht angemeldet und sagt dazu")
        await expect(page.locator("blockquote")).to_have_text("access_denied: The person did not want to.")
        await page.go_back()
        await page.get_by_role("link", name="Anna ·").click()
        await expect(page.get_by_role("alert")).to_contain_text("Dieser Weg gilt nicht mehr")
        await page.get_by_role("link", name="Zur Anmeldung").click()
        await page.wait_for_url("**/sign-in")


async def test_s18_an_account_is_connected_and_given_back(browser, firm):
    """By mouse."""
    await settles(firm)
    async with looking(browser, firm) as page:
        await page.goto("/sign-in")
        await page.fill("#email", ANNA)
        await page.fill("#password", WORDS)
        await page.get_by_role("button", name="Sign in", exact=True).click()
        await page.goto("/account")
        await page.get_by_role("button", name="Connect: Company").click()
        await page.get_by_role("link", name="Anna ·").click()
        await expect(page.get_by_role("status")).to_have_text("Connected.")
        await page.get_by_role("button", name="Disconnect: Company").click()
        await expect(page.get_by_role("status")).to_contain_text("Disconnected.")
        await expect(page.get_by_role("button", name="Connect: Company")).to_be_visible()


async def test_axe_finds_nothing_and_nothing_sticks_out(browser, firm):
    """On every page with such a button, and on those that say what went wrong."""
    new = await firm.invites(ANNA)
    async with looking(browser, firm, **PHONE) as page:
        for name, path in (
            ("signin", "/sign-in"),
            ("welcome", f"/welcome/{new.token}"),
            ("stale", "/oidc/company/callback"),
        ):
            await page.goto(path)
            await fits(page, f"oidc-{name}")
        await page.goto("/sign-in")
        await page.get_by_role("button", name="Sign in with Company").click()
        await page.get_by_role("link", name="Anna ·").click()
        await expect(page.get_by_role("alert")).to_contain_text("nobody here has connected")
        await fits(page, "oidc-unknown")
        await page.goto(f"/welcome/{new.token}")
        await page.get_by_role("button", name="Begin with Company").click()
        await page.get_by_role("link", name="Anna ·").click()
        await page.wait_for_url(firm.url + "/")
        for name, path in (("account", "/account"), ("confirm", "/confirm?to=/account")):
            await page.goto(path)
            await fits(page, f"oidc-{name}")
