"""Surveys in a real browser: write, see what is wrong, play, publish, go back; two people; keyboard; axe-core."""

import pytest
from playwright.async_api import expect

from commands.invitations import Invitations
from tests.browser.acting import XSS
from tests.browser.conftest import fixture
from tests.browser.looks import PHONE, fits
from tests.browser.opening import opening
from tests.web.flows_made import AUTHOR, OTHER, READER, running, served, source
from tests.web.inbox_made import Door
from web.server import Site
from web.shapes import Invitation

EXPECTED = ("401", "403", "409", "422")  # answers to what cannot be done, which the browser notes as well


@fixture
async def house(sqlite_url, tmp_path):
    async with running(sqlite_url, tmp_path / "flows") as assembled:
        yield assembled


@fixture
async def opened(browser, house):
    site = Site("127.0.0.1", 0)
    await site.start(served(house, Door(url="")))
    async with opening(browser, site.url, "/flows", AUTHOR, EXPECTED, one_window=True) as open_:
        yield open_
    await site.stop()


async def asked(house, number):
    """What the running server asks somebody new."""
    invited = await Invitations(house).invite(Invitation("coffee", f"sms:+4915112345{number}", language="en"), "")
    while await house.supervisor.worker.step():
        pass
    sent = [row for row in await house.reading.sessions() if row["id"] == invited.id]
    flow = house.library.revision(sent[0]["revision"])
    return flow.step("score").ask.text.of("en")


@pytest.mark.parametrize("script", [True, False])
async def test_from_the_first_letter_to_the_way_back(opened, house, script):
    """With JavaScript while one types, without it by buttons; the server asks by what was published."""
    page = await opened(java_script_enabled=script)
    assert "One" in await asked(house, "001")
    await page.get_by_role("link", name="Edit coffee").click()
    field = page.get_by_label("The survey as YAML")
    await field.fill(source("Two").replace("next: thanks", "next: thank"))
    if not script:
        await page.get_by_role("button", name="Check").click()
    place = page.get_by_role("link", name="Line 14, column 11")
    await expect(page.locator("#problems")).to_contain_text("did you mean 'thanks'?")
    await expect(page.locator("#screen")).to_contain_text("as soon as no errors are left")
    if script:
        await expect(page.locator("#numbers .error")).to_have_text("14")
        await place.click()
        await expect(field).to_be_focused()
        chosen = "(field) => field.value.slice(field.selectionStart, field.selectionEnd)"
        assert await field.evaluate(chosen) == "thank"
    await field.fill(source("Two"))
    if not script:
        await page.get_by_role("button", name="Check").click()
    await expect(page.locator("#problems")).to_contain_text("All is well.")
    await page.get_by_label("Language").select_option("en")
    await page.get_by_label("Answer as a customer").fill("9, lovely")
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator(".screen .bot").last).to_contain_text("Thank you!")
    await expect(page.locator(".screen .bot").first).to_contain_text("Acme: Two, 0-10? Reply STOP")
    await expect(page.get_by_label("Answer as a customer")).to_have_value("")
    await expect(page.locator("#comparison")).to_contain_text("Two")
    await page.get_by_label("Note: why?").fill("shorter")
    await page.get_by_role("button", name="Publish").click()
    await expect(page.get_by_role("status")).to_contain_text("Published.")
    assert "Two" in await asked(house, "002")
    await page.get_by_role("link", name="Go back to version 1").click()
    await expect(page.locator("#difference")).to_contain_text("From version 2 to version 1")
    await page.get_by_label("Note: why?").fill("too short")
    await page.get_by_role("button", name="Go back to version 1").click()
    await expect(page.get_by_role("status")).to_contain_text("Gone back.")
    assert "One" in await asked(house, "003")


async def test_what_is_not_saved_yet_stays_in_the_browser(opened):
    """Also a survey that nobody else has heard of; it is shown in the list, for this person only."""
    page = await opened("/flows/coffee/edit")
    field = page.get_by_label("The survey as YAML")
    await field.fill(source("Half a th"))
    await page.goto("/flows")
    await expect(page.locator("[data-draft=coffee]")).to_be_visible()
    await page.goto("/flows/coffee/edit")
    await expect(field).to_have_value(source("Half a th"))
    await expect(page.locator("#kept")).to_contain_text("Draft saved: Anna")
    await expect(page.locator("#restored")).to_be_hidden()
    await page.get_by_role("button", name="Discard the draft").click()
    await expect(field).to_have_value(source("One"))
    await page.goto("/flows")
    await expect(page.locator("[data-draft=coffee]")).to_be_hidden()
    await page.get_by_label("Short name").fill("tea")
    await page.get_by_label("Template").select_option("coffee")
    await page.get_by_role("button", name="Begin").click()
    await expect(field).to_have_value(source("One", "tea"))
    await field.fill(source("Tea", "tea"))
    await expect(page.locator("#comparison")).to_contain_text("first version")
    await page.goto("/flows")
    await page.get_by_role("link", name="tea", exact=True).click()
    await expect(field).to_have_value(source("Tea", "tea"))
    await page.get_by_role("button", name="Publish").click()
    await expect(page.get_by_role("status")).to_contain_text("Published.")
    await page.goto("/flows/tea/edit")
    await expect(page.locator("#restored")).to_be_hidden()


@pytest.mark.parametrize("script", [True, False])
async def test_a_draft_is_there_on_another_computer(opened, house, script):
    """Typed, closed, opened elsewhere; two who save, of whom the slower one sees both; published, and gone back."""
    page = await opened("/flows/coffee/edit", java_script_enabled=script)
    field = page.get_by_label("The survey as YAML")
    await field.fill(source("Annas: a: b"))  # no YAML is a fine draft
    if not script:
        await page.get_by_role("button", name="Save draft").click()
    await expect(page.locator("#kept")).to_contain_text("Draft saved: Anna")
    await page.close()
    ben = await opened("/flows", OTHER, java_script_enabled=script)
    await ben.get_by_role("link", name="draft by Anna").click()
    theirs = ben.get_by_label("The survey as YAML")
    await expect(theirs).to_have_value(source("Annas: a: b"))
    anna = await opened("/flows/coffee/edit", java_script_enabled=script, locale="en-US")
    await theirs.fill(source("Bens"))
    await ben.get_by_role("button", name="Save draft").click()
    await expect(ben.locator("#kept")).to_contain_text("Draft saved: Ben")
    field = anna.get_by_label("The survey as YAML")
    await field.fill(source("Annas"))
    await anna.get_by_role("button", name="Save draft").click()
    await expect(anna.locator("#clash")).to_contain_text("Ben has saved another draft meanwhile")
    await expect(anna.locator("#clash .less").first).to_contain_text("Bens")
    await expect(anna.locator("#clash .more").first).to_contain_text("Annas")
    await expect(field).to_have_value(source("Annas"))
    if script:
        await fits(anna, "clash")
    await anna.get_by_role("button", name="Save mine in its place").click()
    await expect(anna.locator("#kept")).to_contain_text("Draft saved: Anna")
    await anna.get_by_role("button", name="Publish").click()
    await expect(anna.get_by_role("status")).to_contain_text("Published.")
    assert "Annas" in await asked(house, "005")
    await anna.goto("/flows")
    await expect(anna.get_by_role("link", name="draft by")).to_have_count(0)
    await anna.goto("/flows/coffee?back=1")
    await anna.get_by_role("button", name="Go back to version 1").click()
    await expect(anna.get_by_role("status")).to_contain_text("Gone back.")
    assert "One" in await asked(house, "006")


async def test_two_people_at_the_same_survey(opened, house):
    """Whoever is slower is told before they press the button, and what they type stays."""
    anna, ben = await opened("/flows/coffee/edit"), await opened("/flows/coffee/edit", OTHER)
    await ben.get_by_label("The survey as YAML").fill(source("Bens"))
    await ben.get_by_role("button", name="Publish").click()
    await expect(ben.get_by_role("status")).to_contain_text("Published.")
    await anna.get_by_role("button", name="Publish").click()
    field = anna.get_by_label("The survey as YAML")
    await expect(anna.get_by_role("alert")).to_contain_text("Ben has published version 2 meanwhile")
    await field.fill(source("Annas"))
    await expect(anna.locator("#comparison")).to_contain_text("Annas")
    await expect(field).to_have_value(source("Annas"))
    await anna.get_by_role("button", name="Publish mine over version 2").click()
    await expect(anna.get_by_role("status")).to_contain_text("Published.")
    assert "Annas" in await asked(house, "004")


async def test_without_an_answer_the_text_stays(opened):
    """The server is gone, or somebody has signed out: it says so, and once that is over it goes on."""
    page = await opened("/flows/coffee/edit")
    field = page.get_by_label("The survey as YAML")
    await page.context.clear_cookies()
    await field.fill(source("Kept"))
    await expect(page.locator("#lost")).to_be_visible()
    await expect(field).to_have_value(source("Kept"))


async def test_checks_go_out_one_at_a_time(opened):
    """However fast somebody types."""
    page = await opened("/flows/coffee/edit")
    under_way, most, count = 0, 0, 0

    async def slow(route):
        nonlocal under_way, most, count
        under_way, count = under_way + 1, count + 1
        most = max(most, under_way)
        await page.wait_for_timeout(500)
        under_way -= 1
        await route.continue_()

    await page.route("**/edit", slow)
    await page.get_by_label("The survey as YAML").focus()
    for letter in "abcdef":
        await page.keyboard.type(letter)
        await page.wait_for_timeout(450)
    await expect(page.locator("#checking")).to_be_hidden()
    assert most == 1
    assert 2 <= count <= 6


async def test_everything_works_by_keyboard_and_tab_is_no_trap(opened):
    """Enter keeps the indentation, Ctrl+Z takes it back, Tab goes on and Shift+Tab back."""
    page = await opened("/flows/coffee/edit")
    field = page.get_by_label("The survey as YAML")
    await field.focus()
    await page.keyboard.press("Control+End")
    await page.keyboard.type("  - id: more")
    await page.keyboard.press("Enter")
    await page.keyboard.type("say: x")
    assert (await field.input_value()).endswith("\n  - id: more\n  say: x")
    before = await field.input_value()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Check")).to_be_focused()
    await page.keyboard.press("Shift+Tab")
    await expect(field).to_be_focused()
    assert await field.input_value() == before
    reply = page.get_by_label("Answer as a customer")
    await field.fill(source())
    await reply.focus()
    await page.keyboard.type("7")
    await page.keyboard.press("Enter")
    await expect(page.locator(".screen .customer")).to_have_text("Customer: 7")
    await expect(reply).to_be_focused()
    await page.get_by_label("Channel").select_option("chat")
    await page.get_by_role("button", name="Start over").focus()
    await page.keyboard.press("Enter")
    await page.locator(".keys button", has_text="8").press("Enter")
    await expect(page.locator(".screen .customer")).to_contain_text("[8]")


async def test_s23_what_is_typed_stays_text(opened):
    """In problems, on the phone, in the comparison and in the list."""
    page = await opened("/flows/coffee/edit")
    for each in XSS:
        await page.get_by_label("The survey as YAML").fill(source().replace("How likely", each.replace('"', "'")))
        await page.get_by_label("Answer as a customer").fill(each)
        await page.get_by_role("button", name="Send").click()
        await expect(page.get_by_label("Answer as a customer")).to_have_value("")
    assert await page.evaluate("window.hacked") is None


async def test_axe_finds_nothing_and_nothing_sticks_out(opened):
    """The list, a survey with versions, the way back, the editor: well, with problems, and too late."""
    page = await opened("/flows/coffee/edit", **PHONE)
    await page.get_by_label("Answer as a customer").fill("9, because it is so very good and quick")
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator(".screen .bot").last).to_contain_text("Danke!")
    await page.get_by_label("Channel").select_option("chat")
    await page.get_by_role("button", name="Start over").click()
    await expect(page.locator(".keys button")).to_have_count(11)
    await fits(page, "edit")
    field = page.get_by_label("The survey as YAML")
    await field.fill(source("Two " + "x" * 60).replace("next: thanks", "next: thank"))
    await expect(page.locator("#problems")).to_contain_text("did you mean")
    await fits(page, "problem")
    await field.fill(source("Two " + "x" * 60))
    await page.get_by_role("button", name="Save draft").click()  # or it does once Ben has published, and says so
    await expect(page.locator("#checking")).to_be_hidden()
    await expect(page.locator("#comparison")).to_contain_text("Two")
    await page.locator("#lines summary").click()
    await fits(page, "change")
    other = await opened("/flows/coffee/edit", OTHER, **PHONE)
    await other.get_by_label("The survey as YAML").fill(source("Bens"))
    await other.get_by_label("Note: why?").fill("by Ben")
    await other.get_by_role("button", name="Publish").click()
    await expect(other.get_by_role("status")).to_contain_text("Published.")
    await page.get_by_role("button", name="Publish").click()
    await expect(page.get_by_role("alert")).to_contain_text("Ben has published")
    await fits(page, "late")
    for name, path in (("list", "/flows"), ("one", "/flows/coffee?old=1&new=2"), ("back", "/flows/coffee?back=1")):
        await page.goto(path)
        await fits(page, name)
    page = await opened("/flows", READER, **PHONE)
    await fits(page, "reader")
