"""A case of a survey that somebody only tries out: the whole way, without clocks, alarms and mix-ups."""

import msgspec
import pytest
from msgspec.structs import replace

from bot.cases import clocks
from bot.cases.card import draw
from bot.cases.case import continues, open_case
from bot.cases.events import Claimed, CustomerSaid, HandedOver, Overtaken, Reopened, Resolved, Wanted, Woken
from bot.cases.state import Customer, Former
from tests.bot.cases.people import ANNA, DAY, DESKS, ID, LANE, NOW, PHONE, SUPPORT, Alarm, SetTimer, Story, Tell

ABOUT = Customer(LANE, "s" * 24, "after-support", "sms", "en", score=2, segment="detractor", test=True)
WANTED = Wanted("support", "high", respond_within=60_000)


def trial(desks=DESKS) -> Story:
    return Story(desks).opened(WANTED, ABOUT)


def test_no_clock_runs():
    """Whatever is done with it, nothing ever becomes due, so nothing is overdue and nothing escalates."""
    real = Story().opened(WANTED, replace(ABOUT, test=False))
    assert real.of(SetTimer)
    story = trial()
    steps = (Claimed(ANNA), CustomerSaid("hello", "c1"), Resolved(ANNA, "shipping", "x"), Reopened(ANNA))
    for step in (None, *steps, HandedOver(ANNA, "second")):
        _ = step and story.does(step)
        assert (story.case.due_at, story.case.resolve_by) == (0, 0)
        assert story.case.asked or clocks.next_wake(story.case, story.desks.get(story.case.desk)) == 0
    assert story.does(Woken(), after=30 * DAY).effects == ()


def test_nobody_is_called():
    """A cause that the management wants to hear of is not told for a test."""
    for about, alarms in ((replace(ABOUT, test=False), 1), (ABOUT, 0)):
        story = Story().opened(WANTED, about).does(Claimed(ANNA), Resolved(ANNA, "price", "a discount"))
        assert len(story.of(Alarm)) == alarms
        assert story.case.phase == "resolved"


@pytest.mark.parametrize(
    ("language", "mark"), [("en", "TEST - no real customer"), ("de", "TEST - kein echter Kunde"), ("fr", "TEST - no")]
)
def test_the_card_begins_with_it_in_the_desks_language(language, mark):
    """In a thread, on a phone, and where the case has left."""
    case, desk = trial().case, replace(SUPPORT, language=language)
    card, prompt = draw(case, desk, "slack")
    assert card.title.startswith(mark)
    assert prompt.text.startswith(mark)
    phone = replace(desk, places=(replace(SUPPORT.places[0], address=PHONE, threads=False),))
    assert draw(case, phone, "sms")[1].text.startswith(f"{case.code}: {mark}")
    assert draw(replace(case, desk="second"), desk, "slack")[0].title.startswith(mark)


def test_a_test_and_a_real_case_never_become_one():
    """Not while both are open, and not in one session."""
    case = trial().case
    assert continues(case, "another", test=True)
    assert not continues(case, case.session)
    assert not continues(replace(case, test=False), case.session, test=True)


def test_a_real_case_knows_the_earlier_ones_but_not_the_test():
    """History is about the customer."""
    earlier = (Former("f" * 24, "F00F", NOW - DAY, "support", "confirmed"),)
    former = replace(trial().case, former=earlier)
    case = open_case(ID[::-1], WANTED, replace(ABOUT, test=False), NOW, DESKS, former).case
    assert case.former == earlier


def test_another_survey_ends_it_without_a_word_to_the_customer():
    """What agents still held is reported, nobody owns it, and it may talk no more."""
    story = trial().does(Claimed(ANNA), Overtaken())
    case = story.case
    assert (case.phase, case.control, case.owner, case.confirmed_at) == ("confirmed", "bot", None, story.now)
    assert story.of(Tell) == []
    assert [note.text for note in story.notes] == ["This case was only a test and is over: a new survey begins."]
    assert story.does(Overtaken()).effects == ()


def test_a_real_case_does_not_make_way():
    """Whoever says so."""
    story = Story().opened()
    before = msgspec.json.encode(story.case)
    story.does(Overtaken())
    assert msgspec.json.encode(story.case) == before
