"""The demo page in a browser: surveys by SMS from the first question to the stored answer, and the page itself."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.acting import ask, choose, write
from tests.browser.conftest import PATIENCE
from tests.browser.looks import fits
from web.demo import WAYS


async def test_a_survey_by_tap_and_by_typing(page):
    await expect(page.locator(".sms .bubbles .empty")).to_be_visible()
    await ask(page, "sms")
    await expect(page.locator(".sms .theirs")).to_have_count(1)
    await expect(page.locator("#talk .tag.running")).to_be_visible()
    await expect(page.locator(".sms .choices button")).to_have_count(11)
    await page.click(".sms .choices button:text-is('3')")
    await expect(page.locator(".sms .theirs")).to_have_count(2)
    await expect(page.locator(".score.detractor")).to_have_text("3")
    await write(page, "sms", "the delivery was late")
    await expect(page.locator("#talk .tag.completed")).to_be_visible()
    await expect(page.locator(".reason")).to_have_text("the delivery was late")
    await expect(page.locator(".figure")).to_have_text("−100")
    await expect(page.locator("#talk .chip.delivered")).to_have_count(3)


async def test_the_reason_comes_with_the_score_in_german(page):
    await ask(page, "sms", "after-support", "de")
    await expect(page.locator(".sms .theirs")).to_contain_text("Hallo")
    await write(page, "sms", "8, weil der Versand lahm war")
    await expect(page.locator(".score.passive")).to_have_text("8")
    await expect(page.locator(".reason")).to_contain_text("Versand lahm")


async def test_stop_and_start(page):
    await ask(page, "sms")
    await expect(page.locator(".sms .theirs")).to_have_count(1)
    await write(page, "sms", "STOP")
    await expect(page.locator(".notice")).to_be_visible()
    await ask(page, "sms")
    await expect(page.locator("#toast")).to_contain_text("opted out")
    await write(page, "sms", "START")
    await expect(page.locator(".notice")).to_have_count(0)


async def test_time_can_be_skipped_to_the_reminder(page):
    await ask(page, "sms")
    await expect(page.locator(".sms .theirs")).to_have_count(1)
    await page.click("[data-skip='86400000']")
    await page.click("[data-skip='3600000']")
    await expect(page.locator(".sms .theirs")).to_have_count(2)
    await expect(page.locator("#talk")).to_contain_text("timer came due")


async def test_p5_a_lost_answer_of_the_provider_sends_nothing_twice(page):
    await page.select_option("#fault", "reset")
    await expect(page.locator(".sms .faulty")).to_be_visible()
    await expect(page.locator(".slack .faulty")).to_be_hidden()
    await ask(page, "sms")
    await expect(page.locator("#talk .chip.delivered")).to_have_count(1)
    await expect(page.locator(".sms .theirs")).to_have_count(1)


async def test_each_provider_has_its_own_fault(page):
    await page.select_option("#provider", "telegram")
    await page.select_option("#fault", "500")
    await expect(page.locator(".telegram .faulty")).to_be_visible()
    await page.select_option("#provider", "slack")
    await expect(page.locator("#fault")).to_have_value("none")
    await page.select_option("#provider", "telegram")
    await expect(page.locator("#fault")).to_have_value("500")


async def test_the_same_flow_on_all_three_at_once(page):
    await choose(page, "after-support", "en")
    for device in ("sms", "telegram", "slack"):
        await page.click(f".{device} [data-ask]")
    await page.click("[data-open]")
    asked = page.locator(".theirs .text").filter(has_text="how likely are you to recommend us?")
    await expect(asked).to_have_count(3)
    for device in ("sms", "telegram", "slack"):
        await page.click(f".which [data-show={device}]")
        await expect(page.locator("#talk .tag.running")).to_have_count(1)
        await expect(page.locator("#target")).to_have_text(device, ignore_case=True)
    await page.click(".try button:text-is('9')")
    await expect(page.locator(".slack .mine .text")).to_have_text("9")
    await expect(page.locator(".response small")).to_contain_text("slack")


async def test_both_languages(page, demo):
    await page.goto(f"{demo}/?lang=de")
    await expect(page.locator(".sms [data-ask]")).to_have_text("Fragen")
    await page.click(".language")
    await expect(page.locator(".sms [data-ask]")).to_have_text("Ask")


@pytest.mark.parametrize("lang", ["de", "en"])
async def test_nothing_sticks_out_on_any_screen(page, demo, lang):
    """Neither out of the page nor out of its part; on small screens one device shows, chosen by its tab."""
    await page.goto(f"{demo}/?lang={lang}")
    await ask(page, "slack")
    await expect(page.locator(".slack .keys button")).to_have_count(11)
    await page.click(".telegram [data-ask]")
    await expect(page.locator(".code svg")).to_be_visible()
    for width, height in [(360, 740), (768, 1024), (1100, 800), (1181, 760), (1280, 800), (1440, 900), (1900, 1000)]:
        await page.set_viewport_size({"width": width, "height": height})
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        shown = page.locator(".device:visible")
        for device in ("sms", "telegram", "slack") if width <= 1180 else ("",):
            if device:
                await page.click(f".tabs [data-show={device}]")
            await expect(shown).to_have_count(1 if device else 3)
            assert await page.evaluate(STICKS_OUT) == []


STICKS_OUT = """() => [...document.querySelectorAll(".device *, .panel *")]
  .filter((one) => one.checkVisibility() && one.closest(".device, .panel").getBoundingClientRect().right + 1
    < one.getBoundingClientRect().right && !one.closest("svg, .owner, .faulty"))
  .map((one) => one.outerHTML.slice(0, 80))"""


async def test_a_survey_by_keyboard_alone(page):
    """Tab reaches everything, Enter presses it, and what has the focus keeps it when the page changes around it."""
    await page.focus(".slack [data-ask]")
    await page.keyboard.press("Enter")
    await expect(page.locator(".slack .keys button")).to_have_count(11)
    await expect(page.locator(".which [data-show=slack]")).to_have_attribute("aria-pressed", "true")
    await page.focus(".slack .keys button >> nth=9")
    await page.keyboard.press("Enter")
    await expect(page.locator(".slack .theirs .text").first).to_contain_text("✓ 9")
    await expect(page.locator(".slack .bubbles")).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(page.locator(".slack [name=text]")).to_be_focused()
    await page.keyboard.type("Kind people")
    await page.keyboard.press("Enter")
    await expect(page.locator(".reason")).to_have_text("Kind people")


async def test_every_control_has_a_name(page):
    """What a screen reader says of a button, a field and a choice is never empty."""
    await ask(page, "slack")
    await expect(page.locator(".slack .keys button")).to_have_count(11)
    named = await page.locator("body").aria_snapshot()
    assert re.findall(r"- (?:button|textbox|combobox|link|region|group)(?::| *\[.*\])? *$", named, re.MULTILINE) == []
    assert [
        name for name in ("Ask on Telegram", "Ask by SMS", "Ask on Slack", "Message Echolot") if name not in named
    ] == []


async def test_dark_mode_turns_the_page_dark(page):
    seen = []
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        seen.append(
            [
                await page.evaluate(f"getComputedStyle(document.querySelector('{part}')).backgroundColor")
                for part in ("body", ".sms .screen", ".telegram .screen", ".slack .screen")
            ]
        )
    assert all(light != dark for light, dark in zip(*seen, strict=True))


async def test_every_page_of_the_product_is_there(browser, demo):
    """Each by its link on the demo's page; axe finds nothing, and nothing sticks out."""
    how = {"viewport": {"width": 375, "height": 900}, "locale": "en-GB", "base_url": demo}
    context = await browser.new_context(**how)
    page = await context.new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith(demo) else complaints.append(request.url))
    page.set_default_timeout(PATIENCE)
    await page.goto("/?lang=de")
    await expect(page.locator(".sms .bubbles .empty")).to_be_visible()
    await fits(page, "demo")
    for way in WAYS:
        await page.goto("/?lang=de")
        await page.locator(f'.ways a[href^="/{way}"]').click()
        await expect(page.locator("h1")).to_be_visible()
        await fits(page, way)
    await page.get_by_role("link", name="Zur Demo").click()
    await expect(page.locator("#start")).to_be_visible()
    assert complaints == []
    await context.close()
