"""Closing the loop and coming back (LIVE_FOLLOWUP 7 and 12)."""

import msgspec
import pytest

from bot.cases.desks import Desks
from bot.cases.effects import HandBack, OpenNew
from bot.cases.events import (
    AgentSaid,
    Chosen,
    CustomerSaid,
    DeliveryChanged,
    OptedOut,
    Released,
    Reopened,
    Resolved,
    Woken,
)
from tests.bot.cases.people import ANNA, BEN, DAY, DESKS, HOUR, SUPPORT, Alarm, SetTimer, Story, claimed


def desks(**changes: object) -> Desks:
    """The usual desks, with another support desk."""
    support = msgspec.structs.replace(SUPPORT, **changes)
    return msgspec.structs.replace(DESKS, desks={**DESKS.desks, "support": support})


def resolved(**changes: object) -> Story:
    """A case that was talked about and resolved."""
    return claimed(desks=desks(**changes)).does(AgentSaid(ANNA, "done", "r1"), Resolved(ANNA, "Versand", "new parcel"))


def test_resolving_asks_the_customer_whether_it_is_solved():
    """The cause is found by its label, too; the question has buttons."""
    story = resolved()
    assert (story.case.phase, story.case.cause, story.case.action) == ("resolved", "shipping", "new parcel")
    assert len(story.told) == 1
    assert story.of(HandBack) == []
    assert story.case.asked == "solved"


@pytest.mark.parametrize(
    ("words", "phase"),
    [
        ("yes", "confirmed"),
        ("Yes, thank you", "confirmed"),
        ("👍", "confirmed"),
        ("no", "claimed"),
        ("no, still broken", "claimed"),
        ("where is my parcel", "claimed"),
    ],
)
def test_the_customer_has_the_last_word(words, phase):
    """Yes confirms and hands back once; no, or more trouble, reopens with the same owner."""
    story = resolved().does(CustomerSaid(words, "c1"))
    assert story.case.phase == phase
    assert len(story.told) == 1
    assert len(story.of(HandBack)) == (phase == "confirmed")
    if phase == "claimed":
        assert story.case.owner.id == "anna"
        assert story.case.reopened == 1
        assert story.of(Alarm)


def test_the_button_decides_and_an_old_one_does_not():
    """A press of another message's button is no answer."""
    story = resolved()
    key = story.case.asked_key
    assert story.does(CustomerSaid("", pressed="other", value="no")).case.phase == "resolved"
    assert story.does(CustomerSaid("", pressed=key, value="yes")).case.phase == "confirmed"


def test_a_new_score_is_the_recovery_of_the_case():
    """Before → after is stored."""
    story = resolved(ask_again=True).does(CustomerSaid("yes"), CustomerSaid("9"))
    assert (story.case.score, story.case.score_after) == (2, 9)
    assert len(story.of(HandBack)) == 1
    story = resolved(ask_again=True).does(CustomerSaid("yes"), CustomerSaid("leave it"))
    assert story.case.score_after is None
    assert len(story.of(HandBack)) == 1


def test_silence_hands_back_without_a_word():
    """After three days; it is no confirmation."""
    story = resolved().does(Woken(), after=3 * DAY + 1)
    assert story.case.phase == "resolved"
    assert story.told == []
    assert len(story.of(HandBack)) == 1


def test_the_hand_back_is_one_event_with_one_message_if_the_survey_goes_on():
    """`resume`: the survey's own question is the message."""
    story = resolved(resume=True).does(CustomerSaid("yes"))
    assert story.told == []
    assert [one.silent for one in story.of(HandBack)] == [False]


@pytest.mark.parametrize(
    ("delay", "owner", "words", "outcome"),
    [
        (HOUR, "there", "it is broken again", "claimed"),
        (HOUR, "gone", "it is broken again", "open"),
        (HOUR, "released", "it is broken again", "open"),
        (6 * DAY, "there", "hello, still nothing", "claimed"),
        (8 * DAY, "there", "hello, still nothing", "new"),
        (8 * DAY, "released", "hello, still nothing", "new"),
        (HOUR, "there", "danke", "confirmed"),
        (HOUR, "released", "thank you!!", "confirmed"),
        (8 * DAY, "there", "thx", "confirmed"),
    ],
)
def test_reopening_depends_on_delay_owner_and_text(delay, owner, words, outcome):
    """LIVE_FOLLOWUP 12: same thread within the window, a new case after it; thanks annotate, once."""
    story = resolved().does(CustomerSaid("yes"))
    if owner == "released":
        assert (story.does(Released(ANNA)).case.phase, story.case.owner) == ("confirmed", None)
    if owner == "gone":
        story.desks = desks(agents=tuple(agent for agent in SUPPORT.agents if agent.name != "anna"))
    story.does(CustomerSaid(words, "c9"), after=delay)
    if outcome == "new":
        assert [new.wanted.desk for new in story.of(OpenNew)] == ["support"]
        assert story.case.phase == "confirmed"
    else:
        assert story.case.phase == outcome
    if outcome == "confirmed":
        assert story.told == []
        assert story.does(CustomerSaid(words)).told == []


def test_our_own_messages_and_deliveries_never_reopen():
    """LIVE_FOLLOWUP 12."""
    story = resolved().does(CustomerSaid("yes"))
    keys = [line.key for line in story.case.lines if line.key]
    story.does(*[DeliveryChanged(key, "delivered") for key in keys], Woken())
    assert story.case.phase == "confirmed"


def test_buttons_lead_to_cause_and_action():
    """Resolve asks for the cause, then for what was done; those words stay at the desk."""
    story = claimed().does(Resolved(ANNA))
    values = [option.value for option in story.notes[0].options]
    assert values == ["cause:shipping", "cause:price", "cancel"]
    story.does(Chosen(ANNA, "cause", "price"))
    assert [option.value for option in story.notes[0].options] == ["skip", "cancel"]
    story.does(AgentSaid(ANNA, "gave a discount", "r2"))
    assert (story.case.cause, story.case.action, story.case.phase) == ("price", "gave a discount", "resolved")
    assert "gave a discount" not in story.told
    (alarm,) = story.of(Alarm)
    assert alarm.desk == "second"  # strategic: management hears of it


def test_an_unknown_cause_is_refused_with_the_list():
    """Nothing is resolved and nothing sent."""
    story = claimed().does(Resolved(ANNA, "shiping"))
    assert (story.case.phase, story.told) == ("claimed", [])
    assert "shipping" in story.notes[0].text


def test_only_the_owner_resolves_and_anybody_reopens():
    """And a second resolve finds it closed."""
    assert claimed().does(Resolved(BEN, "price")).case.phase == "claimed"
    story = resolved().does(Resolved(ANNA, "price"))
    assert story.case.cause == "shipping"
    story.does(Reopened(BEN))
    assert (story.case.phase, story.case.owner.id) == ("claimed", "ben")


def test_who_has_opted_out_is_asked_nothing():
    """Resolving then is silent."""
    story = claimed().does(OptedOut(), Resolved(ANNA, "price"))
    assert story.told == []
    assert len(story.of(HandBack)) == 1


def test_timers_follow_what_is_open():
    """A closed case with no question wakes nobody."""
    story = resolved().does(CustomerSaid("yes"))
    assert [timer.at for timer in story.of(SetTimer)] == [0]
