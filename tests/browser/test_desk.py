"""The desk on the demo page in a browser: from a 2 on a phone to a case that its customer says is solved.

With ECHOLOT_TEST_PICTURES=1 the walk also takes the pictures of the documentation.
"""

import os
import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.acting import XSS, ask, choose, write
from tests.browser.test_chats import HARMFUL
from web.shapes import Invitation

IMAGES = Path(__file__).parents[2] / "docs" / "images"
REASON = "Two parcels were lost, and nobody called back."


async def picture(page, name):
    """Take a picture for the documentation, if it is asked for."""
    if os.environ.get("ECHOLOT_TEST_PICTURES"):
        await page.evaluate("document.activeElement.blur()")
        await page.wait_for_timeout(400)
        await page.screenshot(path=IMAGES / f"{name}.png")


async def case(page, device="sms", score="2", language="en"):
    """A survey that ends badly; the card is at the desk then."""
    await choose(page, "after-support", language)
    await page.click(f".{device} [data-ask]")
    await expect(page.locator(f".{device} .theirs").first).to_be_visible()
    await write(page, device, score)
    await expect(page.locator("#desk .card h3")).to_contain_text("2")


async def says(page, text):
    """Somebody types at the desk."""
    await page.fill("#desk [name=text]", text)
    await page.press("#desk [name=text]", "Enter")


async def decides(page, label):
    """Somebody presses a button at the desk."""
    await (
        page.get_by_role("region", name=re.compile("desk", re.IGNORECASE))
        .get_by_role("button", name=label, exact=True)
        .click()
    )


def reads(page, device, text):
    """What a customer reads."""
    return page.locator(f".{device} .theirs .text", has_text=text)


def entry(page, kind, text=""):
    """What the desk's history shows."""
    return page.locator(f"#desk .entry.{kind}", has_text=text)


async def test_from_a_low_score_to_a_customer_who_says_it_is_solved(page):
    """Detractor, card, claim, both ways, note, cause, action, solved, the score after."""
    await expect(page.locator("#desk .none")).to_contain_text("give a 2 on one of the phones")
    await case(page)
    await write(page, "sms", REASON)
    await expect(page.locator("#desk blockquote")).to_have_text(REASON)
    await expect(reads(page, "sms", "Thank you for telling us")).to_have_count(1)
    await picture(page, "desk-1-card")
    await decides(page, "Claim")
    await expect(entry(page, "event", "Anna has claimed")).to_have_count(1)
    await says(page, "This is Anna. I am looking for your parcels now.")
    await expect(reads(page, "sms", "This is Anna")).to_have_count(1)
    await expect(entry(page, "agent", "This is Anna").locator(".tick.delivered")).to_have_count(1)
    await write(page, "sms", "Finally. They were for a birthday.")
    await expect(entry(page, "customer", "birthday")).to_have_count(1)
    await says(page, "note: both are in Hanover")
    await expect(entry(page, "note", "Hanover")).to_have_count(1)
    await says(page, "Both parcels were found and arrive tomorrow by courier.")
    await expect(reads(page, "sms", "arrive tomorrow")).to_have_count(1)
    await expect(entry(page, "agent", "arrive tomorrow").locator(".tick.delivered")).to_have_count(1)
    await expect(reads(page, "sms", "Hanover")).to_have_count(0)
    await picture(page, "desk-2-talk")
    await decides(page, "Resolve")
    await picture(page, "desk-3-cause")
    await decides(page, "Delivery")
    await expect(page.locator("#desk .prompt.action")).to_be_visible()
    await says(page, "Courier at our cost")
    await expect(reads(page, "sms", "Has this solved it for you?")).to_have_count(1)
    await expect(page.locator("#desk .card.green")).to_be_visible()
    await write(page, "sms", "yes")
    await expect(reads(page, "sms", "recommend us now")).to_have_count(1)
    await write(page, "sms", "9")
    await expect(entry(page, "event", "2 → 9")).to_have_count(1)
    await expect(entry(page, "bot", "Thank you, that helps").locator(".tick.delivered")).to_have_count(1)
    await picture(page, "desk-4-solved")


async def test_what_is_not_meant_for_the_customer_is_held(page):
    """Unclaimed: take it or make it a note. Ben writes in Anna's case: nothing is sent, and only he is asked."""
    await case(page)
    await says(page, "Are you there?")
    await expect(page.locator("#desk .prompt.held")).to_contain_text("Are you there?")
    await decides(page, "Take over and send")
    await expect(reads(page, "sms", "Are you there?")).to_have_count(1)
    await page.click("[data-sit=ben]")
    await says(page, "I would refund it")
    await expect(page.locator("#desk .prompt.held")).to_contain_text("Anna owns this case")
    await page.click("[data-sit=anna]")
    await expect(page.locator("#desk .prompt")).to_have_count(0)
    await page.click("[data-sit=ben]")
    await decides(page, "Make note")
    await expect(entry(page, "note", "I would refund it")).to_have_count(1)
    await expect(reads(page, "sms", "refund")).to_have_count(0)


async def test_one_of_two_who_claim_wins(page):
    """The other is told who has it, and the customer's no opens the case again."""
    await case(page)
    await decides(page, "Claim")
    await expect(page.locator("#desk .card.amber")).to_be_visible()
    await page.click("[data-sit=ben]")
    await says(page, "!claim")
    await expect(entry(page, "answer", "Anna was faster")).to_be_visible()
    await page.click("[data-sit=anna]")
    await expect(entry(page, "answer")).to_have_count(0)
    await says(page, "!resolve other nothing to do")
    await expect(reads(page, "sms", "Has this solved it for you?")).to_have_count(1)
    await write(page, "sms", "no, not at all")
    await expect(page.locator("#desk .card.amber")).to_be_visible()
    await expect(entry(page, "event", "not done yet")).to_have_count(1)


async def test_a_doubtful_message_is_sent_again_only_by_hand(page):
    """Telegram takes it and the answer is lost: the desk reads so, and has the button."""
    await choose(page, "after-support")
    await page.click(".telegram [data-ask]")
    await page.click(".telegram [data-open]")
    await page.click(".telegram .keys button:text-is('2')")
    await decides(page, "Claim")
    await expect(page.locator("#desk .card.amber")).to_be_visible()
    await page.select_option("#provider", "telegram")
    await page.select_option("#fault", "timeout")
    await says(page, "Did this arrive?")
    await expect(page.locator("#desk .prompt.failed")).to_contain_text("May not have been delivered")
    await expect(reads(page, "telegram", "Did this arrive?")).to_have_count(1)
    await page.select_option("#fault", "none")
    await decides(page, "Send again")
    await expect(reads(page, "telegram", "Did this arrive?")).to_have_count(2)
    await expect(page.locator("#desk .prompt")).to_have_count(0)


async def test_two_cases_are_two(page):
    """Each has its tab; what is typed goes to the customer whose case is open."""
    await case(page)
    await ask(page, "slack", "after-support")
    await page.click(".slack .keys button:text-is('1')")
    await expect(page.locator("#desk .tab")).to_have_count(2)
    await expect(page.locator("#desk .tab[aria-pressed=true] .score")).to_have_text("2")
    await page.locator("#desk .tab .score", has_text="1").click()
    await decides(page, "Claim")
    await says(page, "Only for Aylin")
    await expect(reads(page, "slack", "Only for Aylin")).to_have_count(1)
    await expect(reads(page, "sms", "Only for Aylin")).to_have_count(0)


async def test_a_case_of_a_test_is_marked_in_the_list_and_on_its_card(page, stage):
    """Nobody takes it for a customer, and the real one beside it has no mark."""
    await case(page)
    device = stage.devices["slack"]
    await stage._invite(Invitation("after-support", f"slack:{device.chat}", "en", test=True))
    await expect(reads(page, "slack", "[Test] Hi")).to_have_count(1)
    await page.click(".slack .keys button:text-is('1')")
    await expect(page.locator("#desk .tab small", has_text="Test")).to_have_count(1)
    await expect(page.locator("#desk .tab small", has_text="SMS")).to_have_count(1)
    await page.locator("#desk .tab .score", has_text="1").click()
    await expect(page.locator("#desk .card h3")).to_contain_text("TEST - no real customer")


async def test_the_same_case_in_slack_on_telegram_and_on_a_phone(page):
    """Anna claims in Slack, Ben reads so in the topic, and a phone needs the code; Ben has none."""
    await case(page)
    code = (await page.locator("#desk .card h3").inner_text()).split()[1].rstrip(":")
    await page.click("[data-at=slack]")
    await decides(page, "Claim")
    await expect(page.locator("#desk .history", has_text="Anna has claimed")).to_be_visible()
    await says(page, "Hello from Slack")
    await expect(reads(page, "sms", "Hello from Slack")).to_have_count(1)
    await expect(entry(page, "agent", "Hello from Slack").locator("small")).to_contain_text("✅")
    await picture(page, "desk-5-slack")
    await page.click("[data-at=sms]")
    await expect(page.locator("#desk .history")).to_contain_text(f"{code}: ")
    await says(page, f"{code} Hello from my phone")
    await expect(reads(page, "sms", "Hello from my phone")).to_have_count(1)
    await page.click("[data-sit=ben]")
    await expect(page.locator("#desk [data-at=sms]")).to_be_hidden()
    await expect(page.locator("#desk .card.amber")).to_be_visible()
    await page.click("[data-at=telegram]")
    await expect(page.locator("#desk .history")).to_contain_text("Anna: Hello from Slack", timeout=30_000)


@pytest.mark.parametrize("device", ["sms", "telegram", "slack"])
async def test_s23_whatever_a_customer_writes_stays_text_at_the_desk(page, device):
    """As the reason on the card, and as a message in the history."""
    await choose(page, "after-support")
    await page.click(f".{device} [data-ask]")
    if device == "telegram":
        await page.click(".telegram [data-open]")
    await expect(page.locator(f".{device} .theirs")).to_have_count(1)
    await write(page, device, "2")
    await expect(page.locator("#desk .card h3")).to_be_visible()
    await write(page, device, XSS[0])
    await expect(page.locator("#desk blockquote")).to_have_text(XSS[0])
    for payload in XSS[1:]:
        await write(page, device, payload)
        await expect(page.locator("#desk .entry.customer .text").last).to_have_text(payload)
    assert await page.evaluate("window.hacked") is None
    assert await page.locator(HARMFUL).count() == 0


async def test_s23_whatever_an_agent_writes_stays_text(page):
    """At the desk as on the phone, held or sent."""
    await case(page)
    await decides(page, "Claim")
    await expect(page.locator("#desk .card.amber")).to_be_visible()
    for payload in XSS[:3]:
        await says(page, payload)
        await expect(page.locator("#desk .entry.agent .text").last).to_have_text(payload)
        await expect(page.locator(".sms .theirs .text").last).to_contain_text(payload)
    assert await page.evaluate("window.hacked") is None
    assert await page.locator(HARMFUL).count() == 0


async def test_the_desk_speaks_german(page, demo):
    """Card, buttons and history are in the language of the page."""
    await page.goto(f"{demo}/?lang=de")
    await expect(page.locator("#desk .none")).to_contain_text("Noch kein Fall")
    await case(page, language="de")
    await decides(page, "Übernehmen")
    await expect(entry(page, "event", "Anna hat den Fall übernommen")).to_have_count(1)
    await expect(page.locator("#desk [name=text]")).to_have_attribute("placeholder", re.compile("An den Kunden"))


@pytest.mark.parametrize("lang", ["de", "en"])
async def test_the_desk_fits_every_screen(page, demo, lang):
    """Nothing sticks out, and there is room for the history."""
    await page.goto(f"{demo}/?lang={lang}")
    await case(page, language=lang)
    await write(page, "sms", "x" * 140)
    await page.click("#desk [data-more]")
    for width, height in [(360, 740), (768, 1024), (1181, 760), (1440, 900), (1900, 1000)]:
        await page.set_viewport_size({"width": width, "height": height})
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        assert await page.evaluate(STICKS_OUT) == []
        assert (await page.locator("#desk .history").bounding_box())["height"] > 100


STICKS_OUT = """() => [...document.querySelectorAll("#desk *")]
  .filter((one) => one.checkVisibility() && !one.closest("svg, .cases")
    && document.getElementById("desk").getBoundingClientRect().right + 1 < one.getBoundingClientRect().right)
  .map((one) => one.outerHTML.slice(0, 80))"""
