"""How fast a channel may send, as properties, and the breaker as a table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.runtime.pace import LONGEST, OPEN, TRIP, UNLIMITED, Pace
from tests.bot.runtime.house import NOW

rates = st.floats(0.2, 200)


@given(rates, st.lists(st.integers(0, 3_000), max_size=60))
def test_never_more_than_the_burst_and_the_rate(rate, steps):
    pace, now, sent = Pace(rate), NOW, 0
    for step in steps:
        now += step
        for _ in range(pace.room(now)):
            pace.spend(now, 1)
            sent += 1
        assert sent <= max(1, rate) + rate * (now - NOW) / 1000 + 1e-6


@given(rates, st.integers(20, 200))
def test_who_waits_as_told_sends_at_the_rate(rate, count):
    """At most a tenth slower, counting that the shell waits whole milliseconds; never waits for ever."""
    pace, now, sent = Pace(rate), float(NOW), 0
    while sent < count:
        room = min(pace.room(int(now)), count - sent)
        for _ in range(room):
            pace.spend(int(now), 1)
        sent += room
        if not room:
            assert pace.delay(int(now)) > 0
            now += max(1, round(pace.delay(int(now)) * 1000))
    took = (now - NOW) / 1000
    assert took <= 1.1 * count / rate + 0.005 * count


@given(rates, st.lists(st.tuples(st.integers(0, 5_000), st.integers(1, 10)), min_size=1, max_size=30))
def test_long_messages_are_paid_for_afterwards(rate, messages):
    """One message may be longer than the room; what comes after it waits until it is paid for."""
    pace, now, parts = Pace(rate), NOW, 0
    for wait, size in messages:
        now += wait
        if pace.room(now):
            pace.spend(now, size)
            parts += size
            assert parts <= max(1, rate) + rate * (now - NOW) / 1000 + size


@given(rates, st.lists(st.sampled_from(["spend", "stumble", "pause", "healthy"]), max_size=40))
def test_there_is_always_room_again(rate, acts):
    pace, now = Pace(rate), NOW
    for act in acts:
        now += 7
        if act == "spend":
            pace.spend(now, 3)
        elif act == "pause":
            pace.pause(now, 5_000)
        else:
            getattr(pace, act)(*([now] if act == "stumble" else []))
    for _ in range(3):
        now += round(pace.delay(now) * 1000)
    assert pace.room(now) > 0
    assert pace.delay(now) == 0.0


def test_without_a_rate_there_is_no_limit():
    pace = Pace(None)
    pace.spend(NOW, 10_000)
    assert pace.room(NOW) == UNLIMITED


def test_a_pause_ends_when_the_provider_said_and_a_shorter_one_does_not_shorten_it():
    pace = Pace(None)
    pace.pause(NOW, 3_000)
    pace.pause(NOW, 1_000)
    assert (pace.room(NOW + 2_999), pace.delay(NOW + 1_000)) == (0, 2.0)
    assert pace.room(NOW + 3_000) == UNLIMITED


@pytest.mark.parametrize(
    ("stumbles", "open_for"), [(1, 0), (TRIP - 1, 0), (TRIP, OPEN), (TRIP + 1, 2 * OPEN), (TRIP + 40, LONGEST)]
)
def test_the_breaker_opens_longer_each_time(stumbles, open_for):
    pace, now = Pace(None), NOW
    for _ in range(stumbles):
        now += LONGEST  # each a try of its own
        pace.stumble(now)
    assert pace.delay(now) == open_for / 1000
    assert pace.room(now + open_for) == (1 if open_for else UNLIMITED)


def test_half_open_one_message_tries_and_the_others_wait_for_what_becomes_of_it():
    pace = Pace(10)
    for _ in range(TRIP):
        pace.stumble(NOW)
    later = NOW + OPEN
    assert [pace.room(later, flying) for flying in (0, 1, 2)] == [1, 0, 0]
    pace.healthy()
    assert pace.room(later) == 1


def test_a_burst_of_failures_is_one_reason_to_wait_not_sixty():
    pace = Pace(None)
    for _ in range(64):
        pace.stumble(NOW)
    assert pace.delay(NOW) == OPEN / 1000
