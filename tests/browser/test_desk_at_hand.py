"""The desk under somebody's hands: by keyboard alone, while they read and select, and on two pages at once."""

import pytest
from playwright.async_api import expect

from sandbox.faults import Fault
from tests.browser.acting import ask, choose
from tests.browser.test_desk import case, decides, entry, reads, says
from web.demo import Skip, Text
from web.words import WORDS

HINTS = ("desk_write", "desk_claim", "desk_over", "desk_answer", "desk_at_")
WAIT = 300_000  # ms that Twilio asks for: no machine is so slow that the claim comes later
FIELD = "#desk [name=text]"
FOCUS = """() => {
  const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
  return document.activeElement !== document.body && outlineStyle !== "none" && outlineWidth !== "0px";
}"""


async def tabs_to(page, label):
    """Tab until the button with this label has the focus, which can be seen."""
    wanted = page.locator("#desk").get_by_role("button", name=label, exact=True)
    await expect(wanted).to_be_visible()
    for _ in range(60):
        if await wanted.evaluate("one => one === document.activeElement"):
            break
        await page.keyboard.press("Tab")
    await expect(wanted).to_be_focused()
    assert await page.evaluate(FOCUS), f"nobody sees that {label} has the focus"


async def types(page, text):
    """Type into the field, which has the focus, and send."""
    await expect(page.locator(FIELD)).to_be_focused()
    assert await page.evaluate(FOCUS)
    await page.keyboard.type(text)
    await page.keyboard.press("Enter")


async def test_a_case_by_keyboard_alone(page):
    """Claim, write, note, resolve with a cause and what was done: after each step the focus is where it goes on."""
    await case(page)
    await page.focus("[data-sit=anna]")
    await tabs_to(page, "Claim")
    await page.keyboard.press("Enter")
    await expect(page.locator("#desk .card.amber")).to_be_visible()
    await types(page, "Hello from the keyboard")
    await expect(reads(page, "sms", "Hello from the keyboard")).to_have_count(1)
    await types(page, "note: she was kind")
    await expect(entry(page, "note", "she was kind")).to_have_count(1)
    await page.focus("[data-sit=anna]")
    await tabs_to(page, "Resolve")
    await page.keyboard.press("Enter")
    await expect(page.locator("#desk .prompt.cause button").first).to_be_focused()
    await tabs_to(page, "Support")
    await page.keyboard.press("Enter")
    await expect(page.locator("#desk .prompt.action")).to_be_visible()
    await expect(page.locator(FIELD)).to_have_attribute("placeholder", "Answer in a few words")
    await types(page, "Called her")
    await expect(page.locator("#desk .card.green")).to_be_visible()
    await expect(page.locator(FIELD)).to_be_focused()
    await expect(reads(page, "sms", "Has this solved it for you?")).to_have_count(1)


@pytest.mark.parametrize("press", ["Cancel", "Skip"])
async def test_whoever_leaves_a_question_is_in_the_field(page, press):
    """Whichever button ends it."""
    await case(page)
    await decides(page, "Claim")
    await expect(page.locator("#desk .card.amber")).to_be_visible()
    await says(page, "!resolve")
    await page.focus("#desk .prompt.cause button")
    if press == "Skip":
        await page.keyboard.press("Enter")
        await expect(page.locator("#desk .prompt.action")).to_be_visible()
    await tabs_to(page, press)
    await page.keyboard.press("Enter")
    await expect(page.locator("#desk .prompt")).to_have_count(0)
    await expect(page.locator(FIELD)).to_be_focused()


async def test_a_held_message_and_a_tab_by_keyboard(page):
    """What is held is a note after Enter; the tab of the other case keeps the focus once it is open."""
    await case(page)
    await page.focus(FIELD)
    await types(page, "Are you there?")
    await expect(page.locator("#desk .prompt.held")).to_be_visible()
    await tabs_to(page, "Make note")
    await page.keyboard.press("Enter")
    await expect(entry(page, "note", "Are you there?")).to_have_count(1)
    await expect(page.locator(FIELD)).to_be_focused()
    await ask(page, "slack", "after-support")
    await page.click(".slack .keys button:text-is('1')")
    other = page.locator("#desk .tab[aria-pressed=false]")
    await other.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#desk .tab").first).to_have_attribute("aria-pressed", "true")
    await expect(page.locator("#desk .tab").first).to_be_focused()


SELECT = """() => {
  window.held = [...document.querySelectorAll("#desk .entry.agent")];
  getSelection().selectAllChildren(held[0].querySelector(".text"));
}"""
KEPT = "() => [held.every((one) => one.isConnected), getSelection().toString()]"
SCROLLED = """() => {
  const { scrollTop, scrollHeight, clientHeight } = document.querySelector("#desk .history");
  return [Math.round(scrollTop), Math.round(scrollHeight - clientHeight - scrollTop)];
}"""


async def test_what_somebody_reads_stays_where_it_is(page, stage):
    """New messages and ticks change nothing else: the selection lasts, and only who reads the end is taken along."""
    await case(page)
    await decides(page, "Claim")
    await expect(page.locator("#desk .card.amber")).to_be_visible()
    for number in range(6):
        await says(page, f"Message {number}\n" * 3)
        await expect(entry(page, "agent", f"Message {number}").locator(".tick.delivered")).to_have_count(1)
    top, left = await page.evaluate(SCROLLED)
    assert top > 0
    assert left <= 1
    await page.evaluate(SELECT)
    await stage.act(Text("sms", "I am still here"))
    await expect(entry(page, "customer", "still here")).to_have_count(1)
    assert (await page.evaluate(SCROLLED))[1] <= 1
    await page.evaluate("document.querySelector('#desk .history').scrollTop = 40")
    await stage.act(Text("sms", "And still"))
    await expect(entry(page, "customer", "And still")).to_have_count(1)
    assert (await page.evaluate(SCROLLED))[0] == 40
    assert await page.evaluate(KEPT) == [True, "Message 0 Message 0 Message 0"]
    await says(page, "My own words take me to the end")
    await expect(entry(page, "agent", "My own words").locator(".tick.delivered")).to_have_count(1)
    assert (await page.evaluate(SCROLLED))[1] <= 1
    assert (await page.evaluate(KEPT))[0]


# Rounded: while a message slides in, 44 pixels come out as 43.99994.
SMALL = """() => [...document.querySelectorAll("button, select, input, .language")]
  .filter((one) => one.checkVisibility() && Math.round(one.getBoundingClientRect().height) < 44)
  .map((one) => one.outerHTML.slice(0, 80))"""
UNREAD = """(words) => {
  const pen = document.createElement("canvas").getContext("2d");
  const room = (field) => {
    const { font, paddingLeft, paddingRight } = getComputedStyle(field);
    pen.font = font;
    return field.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
  };
  const cut = (field, text) => pen.measureText(text).width > room(field);
  const fields = [...document.querySelectorAll("input")].filter((one) => one.checkVisibility());
  const desk = document.querySelector("#desk input");
  const shown = fields.filter((one) => cut(one, one.placeholder)).map((one) => one.placeholder);
  return [...shown, ...words.filter((text) => cut(desk, text))];
}"""


@pytest.mark.parametrize("lang", ["de", "en"])
async def test_a_narrow_screen_is_for_fingers(page, demo, lang):
    """On 360 pixels nothing is smaller than a fingertip, nothing sticks out, and every placeholder can be read."""
    await page.goto(f"{demo}/?lang={lang}")
    await case(page, language=lang)
    await ask(page, "slack", "after-support", lang)
    await page.click(".telegram [data-ask]")
    await expect(page.locator(".slack .theirs")).to_have_count(1)
    await expect(page.locator(".telegram [data-open]")).to_be_visible()
    await decides(page, "Claim" if lang == "en" else "Übernehmen")
    await expect(page.locator("#desk .card.amber")).to_be_visible()
    await says(page, "!resolve")
    await expect(page.locator("#desk .prompt.cause")).to_be_visible()
    await page.set_viewport_size({"width": 360, "height": 740})
    hints = [text for name, text in WORDS[lang].items() if name.startswith(HINTS)]
    assert len(hints) >= 6
    for device in ("sms", "telegram", "slack"):
        await page.click(f".tabs [data-show={device}]")
        assert await page.evaluate("document.documentElement.scrollWidth") == 360
        assert await page.evaluate(SMALL) == []
        assert await page.evaluate(UNREAD, hints) == []


async def test_p7_a_question_that_a_claim_overtook_is_struck_out(page, stage):
    """It waited for Twilio when Anna claimed: the history shows that nobody got it."""
    sms = stage.devices["sms"]
    await choose(page, "after-support")
    await page.click(".sms [data-ask]")
    await expect(page.locator(".sms .theirs")).to_have_count(1)
    sms.faults.plan(Fault("throttle", after=WAIT / 1000, path=sms.sends))
    await page.click(".sms .choices button:text-is('2')")
    await decides(page, "Claim")
    await expect(page.locator("#desk .card.amber")).to_be_visible()
    await stage.act(Skip(WAIT))
    unsent = entry(page, "bot", "What went wrong?")
    await expect(unsent.locator(".tick.cancelled")).to_have_text("! cancelled")
    await expect(unsent).to_have_class("entry bot unsent")
    await says(page, "This is Anna")
    await expect(reads(page, "sms", "This is Anna")).to_have_count(1)
    await expect(reads(page, "sms", "What went wrong?")).to_have_count(0)


async def test_each_of_two_pages_keeps_its_language(page, browser, demo):
    """The one that was opened later changes nothing on the other; what happens is read in both."""
    await case(page)
    context = await browser.new_context(locale="de-DE")
    german = await context.new_page()
    await german.goto(demo)
    await expect(german.locator("#desk .card h3")).to_contain_text("Fall ")
    await decides(page, "Claim")
    await expect(entry(german, "event", "Anna hat den Fall übernommen")).to_have_count(1)
    await expect(entry(page, "event", "Anna has claimed")).to_have_count(1)
    await german.locator("#desk").get_by_role("button", name="Gelöst", exact=True).click()
    await expect(page.locator("#desk .prompt.cause")).to_contain_text("Something else")
    await expect(german.locator("#desk .prompt.cause")).to_contain_text("Anderes")
    await expect(page.locator("#desk .card h3")).to_contain_text("Case ")
    await context.close()
