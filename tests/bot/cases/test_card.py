"""The card: everything that helps to help at a glance, hostile words made plain, a pseudonym by default."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.cases.card import draw
from bot.cases.desks import Place
from bot.cases.events import Answered, Claimed, CustomerSaid, OptedOut, Resolved, Snoozed
from bot.cases.state import Customer, Former, Score
from bot.messages import Option
from tests.bot.cases.people import ANNA, ANNA_WEB, DAY, DESKS, HOUR, LANE, NOW, PHONE, SECOND, SUPPORT, Story, claimed

DESK = replace(SUPPORT, timezone="Europe/Berlin")
GERMAN = replace(DESK, language="de")


def facts(case, desk=DESK, channel="slack"):
    card, _ = draw(case, desk, channel)
    return {fact.label: fact.value for fact in card.facts}


def test_the_card_shows_what_is_known():
    """Score, reason, channel, language, history, attributes, consent, owner, deadline (issue 4, item 2)."""
    case = replace(
        claimed().case, comment="Three weeks late", channel="sms", flow="after-support",
        answers=(("call-back", "yes"),),
        attributes=(("order", "A-17"), ("ticket", "4711")), scores=(Score(NOW - 90 * DAY, "x", 9),),
        former=(Former("f", "X9Y8", NOW - 200 * DAY, "support", "confirmed", "shipping"),), escalated=("first",),
    )  # fmt: skip
    card, prompt = draw(case, DESK, "slack")
    assert card.title == f"Case {case.code}: 2 of 10, detractor"
    assert (card.colour, card.quote, card.owner) == ("amber", "Three weeks late", "U1")
    assert card.footer.startswith("Opened Mon 09/21 16:13")
    shown = facts(case)
    assert {label: shown[label] for label in shown if label != "Customer"} == {
        "Status": "claimed", "Owner": "Anna", "Priority": "high", "Answer by": "Mon 09/21 16:28", "Channel": "sms",
        "Language": "en", "Survey": "after-support", "Consent": "given", "Earlier scores": "9 (2026-06-23)",
        "Earlier cases": "X9Y8 (2026-03-05, shipping)", "Earlier at": "first", "call-back": "yes", "order": "A-17",
        "ticket": "4711",
    }  # fmt: skip
    assert shown["Customer"].startswith("Customer ")
    for told in (card.title, card.quote, *shown.values()):
        assert told in prompt.text


@pytest.mark.parametrize(
    ("events", "colour", "buttons"),
    [
        ((), "red", ["claim", "resolve"]),
        ((Claimed(ANNA),), "amber", ["release", "resolve", "snooze"]),
        ((Claimed(ANNA), Resolved(ANNA, "shipping", "sent again")), "green", ["reopen"]),
    ],
)
def test_colour_and_buttons_follow_the_phase(events, colour, buttons):
    """What is to be done is what can be pressed."""
    card, prompt = draw(Story().opened().does(*events).case, DESK, "slack")
    assert card.colour == colour
    assert [option.value for option in prompt.options] == buttons


def test_every_event_that_changes_what_is_known_changes_the_card():
    """The reason as it arrives, the snooze, the opt-out, the cause: the desk sees each."""
    story = claimed()
    seen = [draw(story.case, DESK, "slack")]
    for event in (
        Answered("why", "text", "Too late"),
        Answered("score", "nps", "3", 3, "detractor"),
        Snoozed(ANNA, HOUR),
        OptedOut(),
        Resolved(ANNA, "price", "refund"),
    ):
        seen.append(draw(story.does(event).case, DESK, "slack"))
        assert seen[-1][0] != seen[-2][0], event
        assert seen[-1][1] != seen[-2][1], event


def test_the_card_stays_as_it_is_while_nothing_happens():
    """Time alone changes nothing, and neither do words in the thread: no message is edited for them."""
    story = Story().opened()
    before = draw(story.case, DESK, "slack")
    assert draw(story.case, DESK, "slack") == before
    story.does(CustomerSaid("hello?", "r1"))
    assert draw(story.case, DESK, "slack") == before


def test_c13_a_name_is_shown_only_where_the_desk_wants_it():
    """By default a pseudonym, even if the case knows the name."""
    case = replace(Story().opened().case, name="Eva Example")
    for channel in ("slack", "sms"):
        card, prompt = draw(case, DESK, channel)
        assert "Eva" not in f"{card}{prompt}"
        assert LANE not in f"{card}{prompt}"
    assert facts(case, replace(DESK, identity="name"))["Customer"] == "Eva Example"
    assert facts(replace(case, name=""), replace(DESK, identity="name"))["Customer"].startswith("Customer ")


def test_the_owner_is_mentioned_only_where_they_acted():
    """An id of one channel means nobody, or somebody else, on another."""
    case = claimed().case
    assert draw(case, DESK, "slack")[0].owner == "U1"
    assert draw(case, DESK, "telegram")[0].owner == ""
    assert draw(claimed(ANNA_WEB).case, DESK, "slack")[0].owner == ""


def test_a_desk_that_the_case_has_left_reads_where_it_went():
    """Without buttons and without anything about the customer."""
    case = replace(Story().opened().case, desk="second", comment="secret")
    card, prompt = draw(case, DESK, "slack")
    assert (card.colour, card.facts, card.quote, prompt.options) == ("grey", (), "", ())
    assert card.title == prompt.text == f"Case {case.code}: is now at second"
    assert draw(case, SECOND, "slack")[1].options


def test_a_phone_reads_what_to_type():
    """The code first, no buttons that it has not, and short enough not to cost much."""
    phone = replace(GERMAN, places=(Place(PHONE, threads=False),))
    case = replace(Story().opened().case, comment="Der Versand\nwar zu spät")
    _, prompt = draw(case, phone, "sms")
    assert prompt.options == ()
    lines = prompt.text.split("\n")
    assert lines[0].startswith(f"{case.code}: Kunde ")
    assert lines[0].endswith(", 2 von 10, Kritiker, offen")
    assert lines[1] == '"Der Versand war zu spät"'
    assert lines[-1] == f"Antworte mit {case.code} und deinem Text, oder {case.code} !claim"


def test_german_desks_read_german():
    """Labels, values and buttons."""
    _, prompt = draw(Story().opened().case, GERMAN, "slack")
    assert prompt.options[0] == Option("claim", "Übernehmen")
    assert "Antwort bis: Mo 21.09. 16:28" in prompt.text


@pytest.mark.parametrize("about", [Customer(LANE), Customer(LANE, score=7, segment="lukewarm", opted_out_at=NOW)])
def test_little_is_enough(about):
    """A case without a score, or with a segment of another kind, has a card, too."""
    case = Story().opened(about=about).case
    assert draw(case, DESKS.get("support"), "slack")[0].title.startswith(f"Case {case.code}: ")


HOSTILE = [
    "<!channel> <@U1> <http://x|y>", "\u202egnp.exe", "\u2066\u2067\u2068isolates", "a\u200b\ufeff\u2060b",
    "\x00\x1b[31m",
    "*bold* _it_ `code` ~s~", "<b>&amp;</b>", "{{ first_name }} {{ code }}", "مرحبا שלום", "👩\u200d👩\u200d👧 👍🏽",
    "می\u200cخواهم", "x" * 50_000, "\n\n\nline\r\nline", "@everyone @here", "\ud800", "e" + "\u0301" * 500,
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("channel", ["slack", "sms"])
def test_s25_hostile_words_stay_words(text, channel):
    """Nothing invisible, nothing endless, no second placeholder; letters of all scripts and emoji survive."""
    desk = replace(DESK, identity="name", places=(*DESK.places, Place(PHONE, threads=False)))
    hostile = replace(
        claimed().case, comment=text, name=text, attributes=((text, text),), answers=(("why", text),), action=text,
        owner=replace(ANNA, name=text),
    )  # fmt: skip
    card, prompt = draw(hostile, desk, channel)
    shown = "".join(
        [card.title, card.quote, card.footer, prompt.text, *(fact.label + fact.value for fact in card.facts)]
    )
    assert not set(shown) & set("\u202e\u2066\u2067\u2068\u200b\ufeff\u2060\x00\x1b\r\ud800")
    assert all("\n" not in fact.label + fact.value for fact in card.facts)
    assert len(prompt.text) < 10_000
    if "\u200d" in text or "\u200c" in text or "{{" in text or text == "مرحبا שלום":
        assert text in card.quote


@settings(max_examples=300, deadline=None)
@given(st.text(), st.text(), st.text(max_size=300))
def test_any_words_make_a_card_of_bounded_size(comment, name, value):
    """Whatever customers and their systems write."""
    case = replace(claimed().case, comment=comment, name=name, attributes=((name, value),) * 50)
    card, prompt = draw(case, replace(DESK, identity="name"), "slack")
    assert len(card.facts) <= 30
    assert len(card.quote) <= 1_000
    assert max(len(fact.label) + len(fact.value) for fact in card.facts) <= 240
    prompt.text.encode()
