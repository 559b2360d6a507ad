"""What agents type and press, as tables: commands, notes, asides, texts from phones; nothing unclear goes out."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.cases.desks import Canned
from bot.cases.events import (
    AgentSaid,
    Assigned,
    Chosen,
    Claimed,
    HandedOver,
    Misunderstood,
    Noted,
    Released,
    Reopened,
    Resolved,
    Snoozed,
)
from bot.cases.typed import COMMANDS, SNOOZE, Docketed, Refusal, addressed, press, read
from bot.cases.words import shipped
from bot.messages import Media, Said
from flows.reading import keyword
from flows.reading.lexicon import keywords
from tests.bot.cases.people import ANNA, BEN, HOUR, MINUTE, SUPPORT, Story, claimed

REF = "1700000000.0001"
PICTURE = Media("file1", "image/png", "shoe.png")
DESK = replace(
    SUPPORT,
    canned=(
        Canned("sorry", {"en": "We are sorry {{ first_name }}. {{ agent }}", "de": "Es tut uns leid."}),
        Canned("goodwill", {"en": "Your code: {{ code }}"}, voucher=True, codes=("A1", "B2", "C3")),
        Canned("ten", {"en": "{{ code }}"}, voucher=True, code="TEN"),
    ),
)
CASE = Story().opened().case
MINE = claimed().case


def reads(text, by=ANNA, case=CASE, desk=DESK, media=()):
    return read(Said(text, media, REF), by, case, desk)


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("!claim", Claimed(ANNA, REF)),
        ("  !CLAIM please", Claimed(ANNA, REF)),
        ("\u200e!cl\u200baim", Claimed(ANNA, REF)),  # what somebody copied from elsewhere
        ("！claim", Claimed(ANNA, REF)),
        ("!claim.", Claimed(ANNA, REF)),
        ("!nehmen", Claimed(ANNA, REF)),
        ("!release", Released(ANNA, REF)),
        ("!freigeben", Released(ANNA, REF)),
        ("!assign @ben", Assigned(ANNA, "@ben", REF)),
        ("!assign <@U2|ben>", Assigned(ANNA, "<@U2|ben>", REF)),
        ("!assign Anna K.", Assigned(ANNA, "Anna K.", REF)),
        ("!assign me", Claimed(ANNA, REF)),
        ("!assign", Misunderstood(ANNA, "assign_whom", ref=REF)),
        ("!handover second now", HandedOver(ANNA, "second", REF)),
        ("!handover", Misunderstood(ANNA, "handover_where", ref=REF)),
        ("!snooze 2h", Snoozed(ANNA, 2 * HOUR, REF)),
        ("!snooze 1 h 30m", Snoozed(ANNA, 90 * MINUTE, REF)),
        ("!snooze", Snoozed(ANNA, SNOOZE, REF)),
        ("!snooze tomorrow", Misunderstood(ANNA, "snooze_how_long", ref=REF)),
        ("!snooze 0s", Misunderstood(ANNA, "snooze_how_long", ref=REF)),
        ("!snooze 999999999w", Misunderstood(ANNA, "snooze_how_long", ref=REF)),
        ("!note he is right", Noted(ANNA, "he is right", REF)),
        ("!note: he is right", Noted(ANNA, "he is right", REF)),
        ("note: he is right", Noted(ANNA, "he is right", REF)),
        ("NOTE :he is right", Noted(ANNA, "he is right", REF)),
        ("Notiz: er hat recht", Noted(ANNA, "er hat recht", REF)),
        ("// he is right", Noted(ANNA, "he is right", REF)),
        ("//he is\nright", Noted(ANNA, "he is\nright", REF)),
        ("!note", Misunderstood(ANNA, "nothing_to_note", ref=REF)),
        ("//", Misunderstood(ANNA, "nothing_to_note", ref=REF)),
        ("!send Hello!", AgentSaid(ANNA, "Hello!", REF, intent="send")),
        ("!send", Misunderstood(ANNA, "nothing_to_send", ref=REF)),
        ("!resolve", Resolved(ANNA, ref=REF)),
        ("!resolve shipping", Resolved(ANNA, "shipping", "", REF)),
        ("!resolve shipping: new parcel sent", Resolved(ANNA, "shipping", "new parcel sent", REF)),
        ("!resolve VERSAND neues Paket", Resolved(ANNA, "shipping", "neues Paket", REF)),
        ("!gelöst Preis", Resolved(ANNA, "price", "", REF)),
        ("!resolve weather it rained", Resolved(ANNA, "weather", "it rained", REF)),
        ("!resolve shippings", Resolved(ANNA, "shippings", "", REF)),
        ("!reopen", Reopened(ANNA, REF)),
        ("!help", Misunderstood(ANNA, "commands", ref=REF)),
        ("!commands", Misunderstood(ANNA, "commands", ref=REF)),
        ("!cliam", Misunderstood(ANNA, "did_you_mean", "!claim", REF)),
        ("!resolv shipping", Misunderstood(ANNA, "did_you_mean", "!resolve", REF)),
        ("! claim", Misunderstood(ANNA, "did_you_mean", "!claim", REF)),
        ("/claim", Misunderstood(ANNA, "did_you_mean", "!claim", REF)),
        ("!!claim", Claimed(ANNA, REF)),
        ("!xyzzy", Misunderstood(ANNA, "unknown_command", "!xyzzy", REF)),
        ("!" + "x" * 5000, Misunderstood(ANNA, "unknown_command", "!" + "x" * 40, REF)),
        ("!reply", Misunderstood(ANNA, "no_such_canned", "sorry", REF)),
        ("!reply sory", Misunderstood(ANNA, "no_such_canned", "sorry", REF)),
        ("!voucher nothing-like-it", Misunderstood(ANNA, "no_such_canned", "goodwill, ten", REF)),
        ("!reply ten", Misunderstood(ANNA, "no_such_canned", "sorry", REF)),  # a voucher is no reply
        ("", None),
        (" \u200b\u2060 ", None),
    ],
)
def test_a_command_is_read_and_a_mistake_is_told(text, event):
    """A table of what is typed; whatever begins like a command is never a message to the customer."""
    assert reads(text) == event


@pytest.mark.parametrize(
    "text",
    [
        "👍", "👍🏽", "❤️", "👩‍👩‍👧", "🇩🇪", "1️⃣", ":thumbsup:", "👍 :tada:", "@ben", "@ben @caro",
        "<@U2>", "<@U2|ben> 👀",
        "<!here>", "@ben?", "@ben can you look at this?", "@U2 can you?", "<@U2> can you?",
        "@Anna K. please", "@zed 👋",
    ],
)  # fmt: skip
def test_asides_stay_at_the_desk(text):
    """Emoji alone and messages that call colleagues are internal (LIVE_FOLLOWUP 5)."""
    assert reads(text, case=MINE).intent == "internal"


@pytest.mark.parametrize(
    "text",
    [
        "Hello, how can I help?", "ok", "5", "?", "!!!", "Great!", "+1 🎉", "Mail us: help@acme.example", "Notes: none",
        "We note: it was late", "https://acme.example//x", "! That is good", "@home delivery is possible",
        "مرحبا", "<b>",
        "/ 5 €",
    ],
)  # fmt: skip
def test_everything_else_is_a_message_as_it_was_typed(text):
    """Plain messages are handed on unchanged; whether they go out is the case's business."""
    assert reads(text, case=MINE) == AgentSaid(ANNA, text, REF)


def test_a_message_keeps_its_files_album_and_quote():
    """Files without a word are messages; with a note's prefix they stay at the desk."""
    said = Said("look", (PICTURE,), REF, "album1", "99")
    assert read(said, ANNA, MINE, DESK) == AgentSaid(ANNA, "look", REF, (PICTURE,), "album1", "99")
    assert reads("", media=(PICTURE,)) == AgentSaid(ANNA, "", REF, (PICTURE,))
    assert reads("!send", media=(PICTURE,)) == AgentSaid(ANNA, "", REF, (PICTURE,), intent="send")
    assert reads("note:", media=(PICTURE,)) == Noted(ANNA, "shoe.png", REF)


def test_a_canned_reply_is_filled_in_for_the_customer():
    """In the customer's language, under the agent's public name, without a name where none may be known."""
    assert reads("!reply sorry", case=MINE) == AgentSaid(ANNA, "We are sorry. Anna K.", REF, intent="reply")
    german = replace(MINE, language="de-AT", attributes=(("first_name", "Eva"),))
    assert reads("!reply sorry", case=german).text == "Es tut uns leid."
    named = replace(MINE, attributes=(("first_name", "{{ code }}"),))
    assert reads("!reply SORRY We call you.", case=named).text == "We are sorry {{ code }}. Anna K.\n\nWe call you."


def test_a_canned_reply_is_nobodys_say_so():
    """It goes the way of typed words: somebody else's is held, and one that costs much asks first (LIVE_FOLLOWUP 5)."""
    for by, case in ((ANNA, MINE), (BEN, MINE), (ANNA, CASE)):
        assert reads("!reply sorry", by=by, case=case).intent == "reply"


def test_which_of_several_codes_it_is_is_known_when_it_goes_out():
    """A single code is everybody's."""
    several, single = reads("!voucher goodwill", case=MINE), reads("!voucher ten", case=MINE)
    assert (several.text, several.voucher) == ("Your code: {{ code }}", "goodwill")
    assert (single.text, single.voucher) == ("TEN", "")


def test_a_desk_without_replies_says_so():
    """There is nothing to choose from."""
    assert reads("!reply x", desk=replace(DESK, canned=())) == Misunderstood(ANNA, "no_canned", ref=REF)


@pytest.mark.parametrize(
    ("value", "event"),
    [
        ("claim", Claimed(ANNA, REF)),
        ("release", Released(ANNA, REF)),
        ("resolve", Resolved(ANNA, ref=REF)),
        ("reopen", Reopened(ANNA, REF)),
        ("snooze", Snoozed(ANNA, SNOOZE, REF)),
        ("cause:shipping", Chosen(ANNA, "cause", "shipping", REF)),
        ("skip", Chosen(ANNA, "skip", "", REF)),
        ("cancel", Chosen(ANNA, "cancel", "", REF)),
        ("send:12", Chosen(ANNA, "send", "12", REF)),
        ("note:12", Chosen(ANNA, "note", "12", REF)),
        ("take:12", Chosen(ANNA, "take", "12", REF)),
        ("retry:kabc.3.0", Chosen(ANNA, "retry", "kabc.3.0", REF)),
        ("correct:C1:17.5", Chosen(ANNA, "correct", "C1:17.5", REF)),
        ("send:", Misunderstood(ANNA, "old_button", ref=REF)),
        ("claim:me", Misunderstood(ANNA, "old_button", ref=REF)),
        ("drop table", Misunderstood(ANNA, "old_button", ref=REF)),
        ("", Misunderstood(ANNA, "old_button", ref=REF)),
    ],
)
def test_a_press_is_read_by_its_value(value, event):
    """A table of all buttons, and of values that no button of ours has."""
    assert press(value, ANNA, REF) == event


def test_c7_no_command_is_a_carrier_keyword():
    """Neither with nor without its exclamation mark, in no language; help has another name for phones."""
    words = {word for name, aliases in COMMANDS.items() for word in (name, *aliases)} - {"help", "hilfe"}
    languages = {*keywords().stop, *keywords().start, *keywords().help}
    assert len(languages) > 5
    found = {(word, language) for word in words for language in languages for form in (word, f"!{word}", f"{word}!")
             if keyword(form, language)}  # fmt: skip
    assert found == set()
    assert keyword("!help", "en") == "help"  # which is why `!commands` is the name that is told


def test_every_refusal_has_words():
    """Whatever is misunderstood is explained in both languages."""
    whys = {"assign_whom", "handover_where", "snooze_how_long", "nothing_to_note", "nothing_to_send", "commands",
            "did_you_mean", "unknown_command", "no_such_canned", "no_canned", "old_button", "unknown_code",
            "which_case", "no_open_case", "code_alone"}  # fmt: skip
    assert whys <= set(shipped())


@settings(max_examples=500, deadline=None)
@given(
    st.text(max_size=30), st.sampled_from(["!", "! claim ", "//", "note:", "Notiz :", "!note ", "!claim", "\u200b!c"])
)
def test_no_text_that_begins_like_a_command_or_note_goes_to_the_customer(rest, prefix):
    """Only `!send`, `!reply` and `!voucher` make messages (1,000 fuzzed messages, LIVE_FOLLOWUP 5)."""
    event = reads(prefix + rest, case=MINE)
    if isinstance(event, AgentSaid):
        named = any(
            f"!{word}" in prefix + rest for word in ("send", "senden", "reply", "antwort", "vorlage", "voucher")
        )
        assert event.intent == "internal" or prefix == "!" or named


ONE = Docketed("case1", "K7Q2", mine=True)
TWO = Docketed("case2", "HATS", mine=True)
THREE = Docketed("case3", "X9Y8")
DONE = Docketed("case4", "DDDD", mine=True, closed=True)


@pytest.mark.parametrize(
    ("text", "dockets", "expected"),
    [
        ("K7Q2 hello", [ONE, TWO, THREE], ("case1", "hello")),
        ("k7q2: hello", [ONE, TWO, THREE], ("case1", "hello")),
        ("#K7Q2 !claim", [ONE], ("case1", "!claim")),
        ("K7Q2!claim", [THREE, ONE], ("case1", "!claim")),
        ("x9y8 - hello\nthere", [ONE, TWO, THREE], ("case3", "hello\nthere")),
        ("HATS hello", [ONE, TWO, THREE], ("case2", "hello")),
        ("DDDD !reopen", [ONE, DONE], ("case4", "!reopen")),
        ("hello", [ONE], ("case1", "hello")),
        ("ok", [ONE, DONE], ("case1", "ok")),
        ("!note x", [ONE], ("case1", "!note x")),
        ("!SEND hello", [ONE], ("case1", "!SEND hello")),  # four letters of codes, but a command
        ("ok", [ONE, TWO, THREE], Refusal("which_case", ("K7Q2", "HATS", "X9Y8"))),
        ("ok", [ONE, THREE], Refusal("which_case", ("K7Q2", "X9Y8"))),
        ("!claim", [THREE], Refusal("which_case", ("X9Y8",))),  # not theirs yet
        ("hello", [THREE], Refusal("which_case", ("X9Y8",))),
        ("hello", [], Refusal("no_open_case")),
        ("hello", [DONE], Refusal("no_open_case")),
        ("Z2Z2 hello", [ONE, TWO], Refusal("unknown_code", ("K7Q2", "HATS"), "Z2Z2")),
        ("z2z2 hello", [ONE], Refusal("unknown_code", ("K7Q2",), "Z2Z2")),
        ("Z2Z2 hello", [], Refusal("no_open_case")),
        ("K7Q2", [ONE, TWO], Refusal("code_alone", ("K7Q2",))),
        ("hats are nice", [ONE, Docketed("case2", "HATS")], Refusal("which_case", ("K7Q2", "HATS"))),
        ("hats are nice", [ONE, replace(TWO, closed=True)], Refusal("which_case", ("K7Q2",))),
        ("hats hello", [TWO], ("case2", "hello")),
        ("many thanks", [ONE], ("case1", "many thanks")),
        ("K7Q2 hello", [ONE, Docketed("other", "K7Q2")], Refusal("which_case", ("K7Q2", "K7Q2"))),
        ("Ähats up", [ONE], ("case1", "Ähats up")),
        ("", [ONE], ("case1", "")),
    ],
)
def test_a_phone_never_reaches_the_wrong_customer(text, dockets, expected):
    """The code leads; without it only the owner of the one open case is understood (LIVE_FOLLOWUP 15)."""
    assert addressed(text, dockets) == expected


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=20), st.lists(st.sampled_from([ONE, TWO, THREE, DONE]), unique=True, min_size=2))
def test_with_several_cases_only_a_code_chooses(text, dockets):
    """Whatever is texted: it is refused, or begins with that case's code, or there is one open case that is theirs."""
    found = addressed(text, dockets)
    if not isinstance(found, Refusal):
        chosen = next(docket for docket in dockets if docket.case_id == found[0])
        alone = [docket for docket in dockets if not docket.closed] == [chosen] and chosen.mine
        assert alone or chosen.code in text.upper()
