"""Trying a survey out on a phone that may be a customer's as well: neither harms the other."""

import msgspec
import pytest
from msgspec.structs import replace

from bot.messages import TEST, Control, TimerFired
from bot.runtime.lane import Score
from tests.bot.runtime.floor import ANNA, PHONE, Floor
from tests.bot.runtime.lanes import invite, told

HOUR = 3_600_000


@pytest.fixture
def floor(library) -> Floor:
    return Floor(library)


@pytest.fixture
def test(library):
    return replace(invite(library), basis=TEST)


def solved(floor):
    """The case that there is, or a new one, is resolved, and the customer agrees."""
    if not floor.lanes:
        floor.opened()
    floor.claimed()
    floor.at_desk("!resolve price talked")
    floor.take("yes")
    assert not floor.case.busy


# --- the survey ------------------------------------------------------------------------------------------------------


def test_a_test_is_marked_in_the_message_and_in_its_row(strip, test):
    """What reads answers leaves this basis out."""
    rows = strip.take(test)
    assert [row.basis for row in rows.sessions] == [TEST]
    assert told(rows)[0].startswith("[Test] Hi")


def test_a_test_does_not_end_a_real_survey(strip, library, test):
    """Nothing is sent and nothing is stored; the real one goes on."""
    strip.take(invite(library))
    before = strip.session
    rows = strip.take(test)
    assert (rows.sessions, rows.outbox, strip.session) == ([], [], before)


@pytest.mark.parametrize("next_one", ["real", "test"])
@pytest.mark.parametrize("owner", ["bot", "human"])
def test_a_test_makes_way_for_whatever_comes_next(strip, library, test, next_one, owner):
    """For a real survey as for the next try, even while somebody talks in it."""
    strip.take(test)
    old = strip.session.id
    strip.take(Control(owner, "mia"))
    rows = strip.take(test if next_one == TEST else invite(library))
    assert [(row.id == old, row.outcome) for row in rows.sessions] == [(True, "superseded"), (False, "")]
    assert strip.session.test == (next_one == TEST)


def test_who_has_opted_out_is_spared_tests_too(strip, test):
    """A phone that said STOP is not a phone to try things out on."""
    strip.take("STOP")
    assert strip.take(test).outbox == []


def test_the_score_of_a_test_is_no_earlier_score(strip, library, test):
    """A case tells agents what the customer gave before; a test is not it."""
    histories = []
    for first in (invite(library), test):
        floor = Floor(library)
        floor.take(first)
        floor.take("9", "great")
        rows = floor.take(invite(library))
        histories.append(msgspec.json.decode(rows.addresses[0].history or "[]", type=list[Score]))
    assert [[score.score for score in scores] for scores in histories] == [[9], []]


# --- the case --------------------------------------------------------------------------------------------------------


def test_a_low_score_in_a_test_opens_a_case_that_says_so(floor, test):
    """The author sees the whole way, the desk sees at once that nobody waits, and no clock runs."""
    floor.take(test)
    rows = floor.take("2")
    [case] = rows.cases
    assert (case.basis, case.due_at, floor.case.test, floor.case.resolve_by) == (TEST, 0, True, 0)
    assert floor.messages("card", floor.thread())[0].card.title.startswith("TEST - no real customer · Case ")
    assert floor.sent("card", PHONE.lane)[0].startswith(f"{case.code}: TEST - no real customer, ")
    assert [row.key for row in rows.timers] == [floor.case.session]
    assert floor.take(TimerFired(f"case:{case.id}", 0)).outbox == []


def test_a_real_case_has_no_mark(floor):
    """Or nobody would trust it."""
    rows = floor.opened()
    assert rows.cases[0].basis == ""
    assert "TEST" not in " ".join(floor.sent("card"))


def test_a_test_does_not_come_between_a_customer_and_their_case(floor, test):
    """Neither while it waits nor while somebody talks."""
    floor.opened()
    for happens in (lambda: None, floor.claimed):
        happens()
        before = floor.case
        rows = floor.take(test)
        assert (rows.sessions, rows.cases, rows.outbox, floor.case) == ([], [], [], before)


def test_a_test_after_a_real_case_opens_one_of_its_own(floor, test, library):
    """Which knows the earlier one, as a real one would."""
    solved(floor)
    real = floor.case
    floor.take(test)
    floor.take("1")
    assert (floor.case.id == real.id, floor.case.test, [each.id for each in floor.case.former]) == (
        False, True, [real.id],
    )  # fmt: skip


@pytest.mark.parametrize("claimed", [False, True])
def test_a_real_survey_begins_over_a_case_that_was_only_a_test(floor, test, library, claimed):
    """Its case is over, nobody is told so but the desk, and a real low score opens a real case."""
    floor.take(test)
    floor.take("2")
    trial = floor.case
    if claimed:
        floor.claimed()
    rows = floor.take(invite(library))
    assert [row.outcome for row in rows.sessions] == ["handed_over" if claimed else "superseded", ""]
    assert [(case.id, case.phase, case.owner) for case in rows.cases] == [(trial.id, "confirmed", "")]
    assert "only a test" in floor.sent("desk")[-1]
    assert len(floor.sent("survey", ANNA.lane)) == 1
    rows = floor.take("3")
    [case] = rows.cases
    assert (case.id == trial.id, case.basis, case.version, floor.case.former) == (False, "", 1, ())


@pytest.mark.parametrize("over", [False, True])
def test_a_case_before_a_test_is_the_latest_again(floor, test, library, over):
    """A real one after the test knows the one before it, whether somebody had resolved the test or not."""
    solved(floor)
    real = floor.case.id
    floor.take(test)
    floor.take("2")
    if over:
        solved(floor)
    assert floor.case.test
    floor.take(invite(library))
    assert floor.case.id == real
    floor.take("3")
    assert (floor.case.test, [each.id for each in floor.case.former]) == (False, [real])


def test_a_case_of_a_test_ends_only_if_something_begins(floor, test, library):
    """An invitation that a STOP keeps away leaves everything as it is."""
    floor.take(test)
    floor.take("2")
    floor.take("STOP")
    before = floor.case.phase
    floor.take(invite(library))
    assert (floor.case.phase, floor.case.test) == (before, True)
