"""The demo page in a browser: a survey from the first question to the stored answer, by tap and by typing."""

from pathlib import Path

from playwright.async_api import expect

XSS = (Path(__file__).parent / "xss.txt").read_text("utf-8").splitlines()


async def start(page, flow="relationship", language="en"):
    await page.select_option("[name=flow]", flow)
    await page.select_option("[name=language]", language)
    await page.click("#start button[type=submit]")


async def write(page, text):
    await page.fill("#text", text)
    await page.press("#text", "Enter")


async def test_a_survey_by_tap_and_by_typing(page):
    await expect(page.locator("#bubbles .empty")).to_be_visible()
    await start(page)
    await expect(page.locator(".bubble.theirs")).to_have_count(1)
    await expect(page.locator("#talk .tag.running")).to_be_visible()
    await expect(page.locator("#choices button")).to_have_count(11)
    await page.click("#choices button:text-is('3')")
    await expect(page.locator(".bubble.theirs")).to_have_count(2)
    await expect(page.locator(".score.detractor")).to_have_text("3")
    await write(page, "the delivery was late")
    await expect(page.locator("#talk .tag.completed")).to_be_visible()
    await expect(page.locator(".reason")).to_have_text("the delivery was late")
    await expect(page.locator(".figure")).to_have_text("−100")
    await expect(page.locator("#talk .chip.delivered")).to_have_count(3)


async def test_the_reason_comes_with_the_score_in_german(page):
    await start(page, "after-support", "de")
    await expect(page.locator(".bubble.theirs")).to_contain_text("Hallo")
    await write(page, "8, weil der Versand lahm war")
    await expect(page.locator(".score.passive")).to_have_text("8")
    await expect(page.locator(".reason")).to_contain_text("Versand lahm")


async def test_stop_and_start(page):
    await start(page)
    await expect(page.locator(".bubble.theirs")).to_have_count(1)
    await write(page, "STOP")
    await expect(page.locator(".notice")).to_be_visible()
    await start(page)
    await expect(page.locator("#toast")).to_contain_text("opted out")
    await write(page, "START")
    await expect(page.locator(".notice")).to_have_count(0)


async def test_time_can_be_skipped_to_the_reminder(page):
    await start(page)
    await expect(page.locator(".bubble.theirs")).to_have_count(1)
    await page.click("[data-skip='86400000']")
    await page.click("[data-skip='3600000']")
    await expect(page.locator(".bubble.theirs")).to_have_count(2)
    await expect(page.locator("#talk")).to_contain_text("timer came due")


async def test_p5_a_lost_answer_of_the_provider_sends_nothing_twice(page):
    await page.select_option("#fault", "reset")
    await start(page)
    await expect(page.locator("#talk .chip.delivered")).to_have_count(1)
    await expect(page.locator(".bubble.theirs")).to_have_count(1)


async def test_s23_whatever_a_customer_writes_stays_text(page):
    await start(page)
    await expect(page.locator(".bubble.theirs")).to_have_count(1)
    await write(page, "2")
    await expect(page.locator(".score.detractor")).to_have_text("2")
    await write(page, XSS[0])
    await expect(page.locator(".reason")).to_have_text(XSS[0])
    for payload in XSS[1:]:
        await write(page, payload)
    await expect(page.locator(".bubble.mine p").last).to_have_text(XSS[-1])
    shown = await page.locator(".bubble.mine p").all_text_contents()
    assert shown == ["2", *XSS]
    await page.locator(".reason").hover()
    assert await page.evaluate("window.hacked") is None
    harmful = "main :is(script, img, iframe, object, embed, details, math, style, a, textarea, [onerror], [onload])"
    assert await page.locator(harmful).count() == 0


async def test_both_languages(page, demo):
    await page.goto(f"{demo}/?lang=de")
    await expect(page.locator("h2").first).to_have_text("Das Telefon der Kundin")
    await page.click(".language")
    await expect(page.locator("h2").first).to_have_text("The customer’s phone")


async def test_nothing_sticks_out_on_any_screen(page):
    await start(page)
    await expect(page.locator(".bubble.theirs")).to_have_count(1)
    for width, height in [(360, 740), (768, 1024), (1100, 800), (1440, 900)]:
        await page.set_viewport_size({"width": width, "height": height})
        assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_dark_mode_turns_the_page_dark(page):
    seen = []
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        seen.append(await page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert seen[0] != seen[1]
