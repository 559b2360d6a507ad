"""Events that fail harm no other, and which rows are written."""

import msgspec
import pytest

from bot.engine.state import Turn
from bot.messages import Consent, Control, Delivery, Unreadable
from bot.rows import Batch, Consequences
from bot.runtime.lane import Lane
from bot.runtime.lives import SURVEY_LIFE
from bot.runtime.route import MOST_ATTEMPTS, decide, park
from tests.bot.runtime.house import ANNA, BEN, NOW
from tests.bot.runtime.lanes import Strip, claimed, invite, unknown

HOUR = 3_600_000

# --- failures --------------------------------------------------------------------------------------------------------

BROKEN = "{not json"


@pytest.mark.parametrize(
    ("bodies", "done", "parked"),
    [
        ([BROKEN], [], [1]),
        (["hi", BROKEN], [1], [2]),
        ([BROKEN, "hi"], [], [1]),
        (["hi", "STOP", BROKEN, "START"], [1, 2], [3]),
        ([Unreadable("raw", "why")], [], [1]),
        (["hi", Unreadable("raw", "why"), "hi"], [1], [2]),
        ([BROKEN, BROKEN], [], [1]),
        (["hi", Unreadable("raw", "why"), BROKEN], [1], [3, 2]),
    ],
)
def test_the_event_that_fails_is_parked_what_came_before_it_stands_and_what_came_after_waits(
    library, bodies, done, parked
):
    strip = Strip(library, gather=0)
    events = [
        claimed(n, "", NOW + n)._replace(body=body) if body == BROKEN else claimed(n, body, NOW + n)
        for n, body in enumerate(bodies, 1)
    ]
    rows = strip.decide(events)
    assert rows.done == done
    assert [row.id for row in rows.parked] == parked
    assert len(rows.addresses) == bool(done)


def test_what_was_written_before_a_failure_is_written_once(strip, library):
    rows = strip.take(invite(library), Unreadable("raw", "why"))
    assert [len(each) for each in (rows.sessions, rows.outbox, rows.timers, rows.journal, rows.addresses)] == [1] * 5


def test_a_state_that_cannot_be_read_is_not_the_fault_of_the_other_lanes(library):
    known = {ANNA.lane: unknown()._replace(session="s", state="{"), BEN.lane: unknown(BEN)}
    batch = Batch([claimed(1, "hi"), claimed(2, "STOP", source=BEN)], known)
    rows = decide(batch, library.revision, NOW)
    assert (rows.done, [row.id for row in rows.parked]) == ([2], [1])
    assert [row.lane for row in rows.outbox] == [BEN.lane]


@pytest.mark.parametrize("attempts", range(MOST_ATTEMPTS))
def test_an_event_is_tried_again_later_each_time_and_then_given_up(attempts):
    parked = park(claimed(7, "secret", attempts=attempts), ValueError("secret"), NOW)
    assert parked.state == ("poison" if attempts + 1 == MOST_ATTEMPTS else "new")
    assert (parked.attempts, parked.ready_at) == (attempts + 1, NOW + 5_000 * (attempts + 1))
    assert parked.error == "ValueError at ?"


def test_s34_what_is_said_about_a_failure_names_the_place_and_not_the_customer(strip):
    body = msgspec.json.decode(claimed(1, "").body)
    body["body"] = {"type": "said", "text": 4915112340001}
    rows = strip.decide([claimed(1, "")._replace(body=msgspec.json.encode(body).decode())])
    assert rows.parked[0].error.startswith("ValidationError at bot.runtime.route:")


def test_an_effect_without_a_row_is_an_error(library):
    strip = Strip(library)
    strip.take(invite(library))
    lane = Lane(Consequences.none(), strip.known, ANNA, strip.session)
    with pytest.raises(TypeError, match="no row for str"):
        lane.apply(Turn(strip.session, ("what?",)), "{}", NOW)


# --- rows ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bodies", "written"),
    [
        (["hi"], True),  # heard: there is no session to tell
        (["9"], True),
        ([Consent("stop")], True),
        ([Delivery("k", "P1", "sent")], False),
        ([Control("bot")], False),
    ],
)
def test_an_address_is_written_when_it_changes(strip, bodies, written):
    strip.take("hello")
    assert bool(strip.take(*bodies, at=NOW + 1).addresses) == written


def test_a_turn_writes_the_session_and_leaves_the_address_alone(strip, library):
    strip.take(invite(library))
    rows = strip.take("9", at=NOW + 1)
    assert rows.addresses == []
    assert [row.heard_at for row in rows.sessions] == [NOW + 1]
    assert strip.take("STOP", at=NOW + 2).addresses != []


def test_an_opt_out_of_an_unknown_address_is_kept(strip):
    rows = strip.take(Consent("stop", answered=True))
    assert [(row.chat, row.opted_out_at) for row in rows.addresses] == [(ANNA.chat, NOW)]


def test_a_message_is_not_worth_sending_for_ever(strip, library):
    rows = strip.take(invite(library))
    assert rows.outbox[0].not_after == NOW + SURVEY_LIFE
    assert msgspec.json.decode(rows.outbox[0].payload)["not_after"] == NOW + SURVEY_LIFE
