"""Time on a lane: how long a message is worth sending, what a customer's word wakes, and what proves a consent."""

import pytest

from bot.engine.state import Say
from bot.messages import Address, Consent, Edited, Inbound, Said, TimerFired
from bot.rows import Consequences, LaneState, OutboxRow
from bot.runtime import lives
from bot.runtime.consenting import consented
from bot.runtime.lane import Lane

AT = 1_800_000_000_000  # Friday, 15 January 2027, 8:00 UTC: nine o'clock in Berlin
HOUR = 3_600_000
DAY = 24 * HOUR
OFFICE = "Mo-Fr 08:00-20:00|DE|Europe/Berlin"
ANNA = Address("sms", "+491")


@pytest.mark.parametrize(
    ("say", "quiet", "until"),
    [
        (Say("x"), "", AT + DAY),
        (Say("x", kind="notice"), "", AT + 5 * 60_000),
        (Say("x", not_after=AT + HOUR), "", AT + HOUR),
        (Say("x"), OFFICE, AT + 3 * DAY),  # an hour from Monday's opening, which is 71 hours from now
        (Say("x"), "24/7|DE|Europe/Berlin", AT + DAY),
        (Say("x"), "Jan 02 08:00-20:00|DE|Europe/Berlin", AT + 5 * DAY),
    ],
)
def test_a_message_is_worth_sending_until_then(say, quiet, until):
    """A day, five minutes for a notice; over a weekend an hour from the opening on, and never more than five days."""
    assert lives.worth_until(say, AT, quiet) == until


def waiting(lane: str, begins: int) -> OutboxRow:
    return OutboxRow(f"k{lane}{begins}", lane, "sms", "s", "survey", "{}", AT, 0, AT, begins=begins)


@pytest.mark.parametrize(("quiet", "woken"), [(OFFICE, True), ("", False)])
def test_who_writes_is_awake(quiet, woken):
    """What waits for hours goes now; others wait on, and without hours there is nothing to wake."""
    rows = Consequences.none()
    rows.outbox += [waiting("sms:+491", 1), waiting("sms:+491", 0), waiting("sms:+492", 1)]
    known = LaneState("sms:+491", 1, "de", 0, 0, "", "s", "", 0, quiet=quiet)
    Lane(rows, known, ANNA, None).heard(AT, ANNA, "")
    assert rows.awake == (["sms:+491"] if woken else [])
    assert [row.begins for row in rows.outbox] == [0 if woken else 1, 0, 1]


def test_nothing_is_proved_where_nothing_was_heard():
    """An opt-in by one of us, outside of any event, writes no proof of the customer's."""
    rows = Consequences.none()
    lane = Lane(rows, LaneState("sms:+491", 1, "de", AT, 0, "", "", "", 0), ANNA, None)
    lane.opt_in(AT)
    assert (lane.opted_out, rows.consents) == (0, [])


@pytest.mark.parametrize(
    ("body", "source", "wording"),
    [
        (Said(" Stop! "), "keyword", "Stop!"),
        (Said("leave me alone, please"), "message", ""),
        (Edited("P1", "leave me alone, please"), "message", ""),
        (Consent("stop"), "keyword", ""),
        (TimerFired("s", AT), "message", ""),
    ],
)
def test_where_a_consent_comes_from(body, source, wording):
    [row] = consented("sms:+491", Inbound("e1", AT, ANNA, body), "en", "withdrawn", "r1", AT)
    assert (row.source, row.wording, row.reason) == (source, wording, "stop")
