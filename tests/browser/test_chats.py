"""The demo's Telegram phone and Slack in a browser: buttons, changed messages, links, blocking, hostile texts."""

import pytest
from playwright.async_api import expect

from tests.browser.acting import XSS, ask, press, write

HARMFUL = "main :is(script, img, iframe, object, embed, details, math, style, a, textarea, [onerror], [onload])"


async def started(page, language="en"):
    """Ask on Telegram, where the person opens the link that Ask makes."""
    await ask(page, "telegram", language=language)
    await expect(page.locator(".telegram .code svg path")).to_have_count(1)
    await page.click(".telegram [data-open]")
    await expect(page.locator(".telegram .keys button")).to_have_count(11)


async def test_a_survey_on_telegram(page):
    """A link with its QR code, Start, 3 by button, ✓ 3 under the question, a reason, thanks."""
    await expect(page.locator(".telegram .hint")).to_contain_text("may not write first")
    await started(page)
    await expect(page.locator(".telegram .row")).to_have_count(2)
    await expect(page.locator(".telegram .mine .text")).to_have_text("/start")
    await press(page, "telegram", "3")
    await expect(page.locator(".telegram .theirs .text").first).to_contain_text("✓ 3")
    await expect(page.locator(".telegram .keys")).to_have_count(0)
    await expect(page.locator(".telegram .theirs")).to_have_count(2)
    await expect(page.locator("#talk .message.mark")).to_contain_text("✓ 3")
    await write(page, "telegram", "the delivery was late")
    await expect(page.locator(".telegram .theirs")).to_have_count(3)
    await expect(page.locator("#talk .tag.completed")).to_be_visible()
    await expect(page.locator(".reason")).to_have_text("the delivery was late")
    await expect(page.locator(".response small")).to_contain_text("telegram")


async def test_a_survey_on_slack(page):
    """3 by button, ✓ 3 under the question, a reason, thanks."""
    await ask(page, "slack")
    await expect(page.locator(".slack .keys button")).to_have_count(11)
    await press(page, "slack", "3")
    await expect(page.locator(".slack .theirs .text").first).to_contain_text("✓ 3")
    await expect(page.locator(".slack .keys")).to_have_count(0)
    await write(page, "slack", "the delivery was late")
    await expect(page.locator(".slack .theirs")).to_have_count(3)
    await expect(page.locator("#talk .tag.completed")).to_be_visible()
    await expect(page.locator(".reason")).to_have_text("the delivery was late")
    await expect(page.locator(".response small")).to_contain_text("slack")


async def test_a_link_starts_the_survey_in_its_language(page):
    """Handed out with the button Link to somebody who is in the chat already, it asks there at once."""
    await page.click(".telegram [data-open]")
    await expect(page.locator(".telegram .theirs")).to_have_count(1)
    await page.select_option("[name=language]", "de")
    await page.click(".telegram [data-link]")
    await expect(page.locator(".telegram .url")).to_contain_text("https://t.me/echolot__demo_bot?start=")
    await expect(page.locator(".telegram .compose")).to_be_hidden()
    await page.click(".telegram [data-open]")
    await expect(page.locator(".telegram .theirs .text").last).to_contain_text("Hallo, hier ist Echolot")
    await expect(page.locator(".telegram .url")).to_be_hidden()


async def test_who_blocks_the_bot_is_suppressed(page):
    """Until they unblock it."""
    await started(page)
    await page.click(".telegram [data-block]")
    await expect(page.locator("#talk .notice")).to_be_visible()
    await expect(page.locator("#talk .tag.opted_out")).to_be_visible()
    await expect(page.locator(".telegram .compose")).to_be_hidden()
    await page.click(".telegram [data-ask]")
    await expect(page.locator("#toast")).to_contain_text("opted out")
    await page.click(".telegram [data-unblock]")
    await expect(page.locator("#talk .notice")).to_have_count(0)
    await page.click(".telegram [data-ask]")
    await expect(page.locator(".telegram .theirs .keys")).to_have_count(2)


@pytest.mark.parametrize("device", ["telegram", "slack"])
async def test_an_own_message_can_be_changed(page, device):
    """8 becomes 4, in the message and in what is stored; Escape changes nothing."""
    await (started(page) if device == "telegram" else ask(page, device))
    await expect(page.locator(f".{device} .keys button")).to_have_count(11)
    await write(page, device, "8")
    await expect(page.locator(".score.passive")).to_have_text("8")
    own, field = page.locator(f".{device} .mine").last, page.locator(f".{device} [name=text]")
    await own.hover()
    await own.locator("[data-edit]").click()
    await expect(field).to_have_value("8")
    await field.press("Escape")
    await expect(field).to_have_value("")
    await expect(page.locator(f".{device} .editing")).to_be_hidden()
    await own.locator("[data-edit]").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(f".{device} .editing")).to_be_visible()
    await write(page, device, "4")
    await expect(own.locator(".text")).to_have_text("4")
    await expect(own.locator("small")).to_contain_text("edited")
    await expect(page.locator(".score.detractor")).to_have_text("4")
    await expect(page.locator("#talk")).to_contain_text("changed a message to")


@pytest.mark.parametrize("device", ["sms", "telegram", "slack"])
async def test_s23_whatever_a_customer_writes_stays_text(page, device):
    """On every device, in the conversation and in what was stored."""
    await (started(page) if device == "telegram" else ask(page, device))
    await expect(page.locator(f".{device} .theirs")).to_have_count(1)
    await write(page, device, "2")
    await expect(page.locator(".score.detractor")).to_have_text("2")
    await write(page, device, XSS[0])
    await expect(page.locator(".reason")).to_have_text(XSS[0])
    own = page.locator(f".{device} .mine .text")
    for payload in XSS[1:]:
        await write(page, device, payload)
        await expect(own.last).to_have_text(payload)
    shown = await own.all_text_contents()
    assert [text for text in shown if text != "/start"] == ["2", *XSS]
    await page.locator(".reason").hover()
    assert await page.evaluate("window.hacked") is None
    assert await page.locator(HARMFUL).count() == 0


async def test_s23_whatever_people_call_themselves_stays_text(page, stage):
    """Telegram's first and last names, Slack's display names."""
    telegram, slack = stage.devices["telegram"], stage.devices["slack"]
    await write(page, "slack", "8")
    for payload in XSS:
        telegram.person.user.first_name, telegram.person.user.last_name = payload, payload
        await slack.person.changes(name=payload, real_name=payload)
        telegram.person.touch()
        await expect(page.locator(".telegram .owner")).to_have_text(f"{payload} {payload}")
        await expect(page.locator(".slack .owner")).to_have_text(payload)
        await expect(page.locator(".slack .mine .who b")).to_have_text(payload)
    assert await page.evaluate("window.hacked") is None
    assert await page.locator(HARMFUL).count() == 0
