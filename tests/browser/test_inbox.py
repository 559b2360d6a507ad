"""The inbox in a real browser: a case from the claim to the end, two people at once, phones, the dark, axe-core."""

import pytest
from playwright.async_api import expect

from bot.messages import Pressed, Said
from tests.browser.acting import XSS
from tests.browser.conftest import fixture
from tests.browser.looks import PHONE, fits
from tests.browser.opening import opening
from tests.web.inbox_made import ANNA, BEN, Door, Kept, served
from web import inbox
from web.server import Site

EXPECTED = ("409", "422")  # answers to what cannot be done, which the browser notes as well


@pytest.fixture
def kept():
    return Kept()


@fixture
async def opened(browser, kept, monkeypatch):
    monkeypatch.setattr(inbox, "BEAT", 0.05)
    site = Site("127.0.0.1", 0)
    await site.start(served(kept, Door(url="")))
    async with opening(browser, site.url, "/inbox", ANNA, EXPECTED) as open_:
        yield open_
    await site.stop()


@pytest.mark.parametrize("script", [True, False])
async def test_a_person_claims_answers_and_resolves(opened, kept, script):
    """With JavaScript by keyboard, and without it all the same."""
    case_id = kept.opens(said="Where is my parcel?")
    page = await opened(java_script_enabled=script)
    await page.get_by_role("link", name="Case ").click()
    await page.get_by_role("button", name="Claim").click()
    await expect(page.locator("#talk")).to_contain_text("Anna K. has claimed this case.")
    field = page.get_by_label("Your answer")
    await expect(field).to_be_focused()
    await field.fill("Hello, I look into it")
    if script:
        await page.keyboard.press("Control+Enter")
    else:
        await page.get_by_role("button", name="Send answer").click()
    await expect(page.locator("#talk .agent")).to_contain_text("Hello, I look into it")
    await expect(field).to_have_value("")
    await page.get_by_label("Cause").select_option("Shipping")
    await page.get_by_label("What was done?").fill("sent a new one")
    await page.get_by_role("button", name="Resolve").click()
    await expect(page.get_by_role("button", name="Reopen")).to_be_visible()
    case = kept.cases[case_id]
    assert (case.phase, case.cause, case.action) == ("resolved", "shipping", "sent a new one")
    await page.get_by_role("link", name="Back to the inbox").click()
    await expect(page.get_by_role("heading", name="Nobody waits for an answer")).to_be_visible()


async def test_two_people_at_the_same_case(opened, kept):
    """Ben sees by himself that Anna has it; what he is writing stays, is held, and goes out once he takes over."""
    case_id = kept.opens()
    anna, ben = await opened(f"/inbox/{case_id}"), await opened(f"/inbox/{case_id}", BEN)
    await ben.get_by_label("Your answer").fill("Hello from Ben")
    await anna.get_by_role("button", name="Claim").click()
    await expect(ben.get_by_role("button", name="Claim")).to_have_count(0)
    await expect(ben.locator("#hint")).to_contain_text("Anna K. talks with this customer")
    await expect(ben.get_by_label("Your answer")).to_have_value("Hello from Ben")
    await ben.get_by_role("button", name="Send answer").click()
    await expect(ben.locator("#prompts")).to_contain_text("Not sent yet: Anna K. owns this case.")
    await ben.get_by_role("button", name="Take over and send").click()
    await expect(anna.locator("#talk .agent")).to_contain_text("Hello from Ben")
    assert kept.cases[case_id].owner.id == "ben"


async def test_a_new_case_comes_into_the_list_by_itself(opened, kept):
    """And goes from it once somebody has solved it."""
    page = await opened("/inbox?view=unclaimed")
    await expect(page.get_by_role("heading", name="Somebody has every case")).to_be_visible()
    kept.opens(comment="My parcel is lost")
    await expect(page.get_by_text("My parcel is lost")).to_be_visible()


async def test_what_was_refused_stands_in_the_field_again(opened, kept):
    """The reason is an alert, and the field has the focus."""
    case_id = kept.opens()
    page = await opened(f"/inbox/{case_id}")
    await page.get_by_label("Your answer").fill("!clam")
    await page.get_by_role("button", name="Send answer").click()
    await expect(page.get_by_role("alert").first).to_contain_text("Did you mean !claim?")
    await expect(page.get_by_label("Your answer")).to_have_value("!clam")
    await expect(page.get_by_label("Your answer")).to_be_focused()


async def test_s23_what_customers_write_stays_text(opened, kept):
    """In the list, on the card and in the conversation."""
    for number, each in enumerate(XSS, 1):
        kept.opens(number, comment=each, said=each, attributes=(("city", each), (each, "x")))
    page = await opened()
    assert await page.evaluate("window.hacked") is None
    for case_id in kept.cases:
        await page.goto(f"/inbox/{case_id}")
        await expect(page.locator("#talk .customer")).to_have_count(1)
        assert await page.evaluate("window.hacked") is None


async def test_axe_finds_nothing_and_nothing_sticks_out(opened, kept):
    """The list, empty and full, a case with everything on it, and one that is refused."""
    page = await opened("/inbox?view=mine", **PHONE)
    await fits(page, "empty")
    case_id = kept.opens(said="Where is my parcel?" + "x" * 90)
    for number, about in enumerate(({"score": None}, {"score": 7}, {"score": 10}, {"test": True}), 2):
        kept.opens(number, language="de", **about)
    await kept.act(case_id, "ben@example.com", Pressed("", "claim"), "1")
    await kept.act(case_id, "anna@example.com", Said("Hello from Anna"), "2")
    await kept.act(case_id, "ben@example.com", Said("Hello, it is on its way"), "3")
    await kept.act(case_id, "ben@example.com", Said("note: lost in Hanover"), "4")
    kept.delivered[kept.cases[case_id].lines[-1].key] = "unknown"
    await page.goto("/inbox")
    await fits(page, "list")
    for who in (ANNA, BEN, "eve/agent"):
        page = await opened(f"/inbox/{case_id}", who, **PHONE)
        for more in await page.locator("summary").all():
            await more.click()
        await fits(page, f"case-{who[:3]}")
    page = await opened(f"/inbox/{case_id}", **PHONE)
    await page.get_by_label("Your answer").fill("!clam")
    await page.get_by_role("button", name="Send answer").click()
    await fits(page, "refused")
