"""Limits by chat and account, as properties of when messages may go."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages import Limit
from bot.runtime import pace
from bot.runtime.pace import ABANDONED, JITTER, MOST_KEPT, Turnstiles
from tests.bot.runtime.house import NOW

ROUNDING = 1  # ms, as moments are whole ones; floats of epoch ms add some microseconds
limits = st.builds(Limit, st.just("chat"), st.floats(0.1, 100), st.integers(1, 20))
lateness = st.sampled_from([0, 0, 0, 1, 5, JITTER, 400, 1_000, 30_000])


def passages(turnstiles, rows, late=lambda _row: 0):
    """When each row goes: it comes, is told to wait, and comes again then or somewhat later. Rows: (moment, limits)."""
    due = [(moment, row) for row, (moment, _) in enumerate(rows)]
    gone: dict[int, int] = {}
    while due:
        now, row = due.pop(due.index(min(due)))
        wait = turnstiles.wait(row, rows[row][1], now)
        if wait:
            due.append((now + wait + late(row), row))
        else:
            gone[row] = now
    return gone


def most_in(moments, rate, burst, slack=0.0):
    """Whether no window holds more than the burst and what the rate lets through meanwhile."""
    moments = sorted(moments)
    pairs = itertools.combinations_with_replacement(range(len(moments)), 2)
    return all(b - a + 1 <= burst + rate * (moments[b] - moments[a] + slack) / 1000 + 1e-6 for a, b in pairs)


@given(limit=limits, pauses=st.lists(st.integers(0, 3_000), min_size=1, max_size=30))
def test_never_more_than_the_burst_and_the_rate_in_any_window(limit, pauses):
    moments = itertools.accumulate(pauses, initial=NOW)
    gone = passages(Turnstiles(), [(moment, [limit]) for moment in moments])
    assert most_in(gone.values(), limit.rate, limit.burst, ROUNDING)


@given(
    limit=limits,
    pauses=st.lists(st.integers(0, 3_000), min_size=1, max_size=30),
    late=st.lists(lateness, min_size=31, max_size=31),
)
def test_never_more_in_any_window_also_when_messages_come_back_late(limit, pauses, late):
    """After a pause of the whole channel all their moments are in the past."""
    moments = itertools.accumulate(pauses, initial=NOW)
    gone = passages(Turnstiles(), [(moment, [limit]) for moment in moments], late.__getitem__)
    assert len(gone) == len(pauses) + 1
    assert most_in(gone.values(), limit.rate, limit.burst, JITTER)


@given(limit=limits, count=st.integers(1, 60))
def test_not_slower_than_the_rate_by_more_than_rounding(limit, count):
    gone = passages(Turnstiles(), [(NOW, [limit])] * count)
    exact = [NOW + max(0, n - limit.burst + 1) * 1000 / limit.rate for n in range(count)]
    assert all(
        -0.01 <= moment - best <= ROUNDING + 0.01 for moment, best in zip(sorted(gone.values()), exact, strict=True)
    )


@given(limit=limits, count=st.integers(1, 40))
def test_who_came_first_goes_first(limit, count):
    gone = passages(Turnstiles(), [(NOW, [limit])] * count)
    assert [gone[row] for row in range(count)] == sorted(gone.values())


@given(st.lists(st.tuples(st.integers(0, 500), st.sampled_from(["a", "b", "c"])), min_size=1, max_size=30))
def test_all_limits_of_a_message_hold_at_once(messages):
    """A chat's own and its account's; a busy chat does not use up what others have left of the account."""
    account, chat = Limit("account", 5.0, 2), {name: Limit(name, 1.0, 1) for name in "abc"}
    moment = itertools.accumulate((pause for pause, _ in messages), initial=NOW)
    rows = [(at, [chat[name], account]) for at, (_, name) in zip(moment, messages, strict=False)]
    gone = passages(Turnstiles(), rows)
    assert most_in(gone.values(), account.rate, account.burst, JITTER)
    for limit in chat.values():
        assert most_in(
            [gone[row] for row, (_, its) in enumerate(rows) if limit in its], limit.rate, limit.burst, JITTER
        )


def test_a_busy_chat_leaves_the_others_what_it_does_not_use_of_the_account():
    turnstiles, account = Turnstiles(), Limit("account", 5.0, 2)
    busy, idle = [Limit("busy", 1.0), account], [Limit("idle", 1.0), account]
    assert [turnstiles.wait(row, busy, NOW) for row in range(100)] == [1_000 * row for row in range(100)]
    assert turnstiles.wait(100, idle, NOW) == 0


def test_lf15_who_goes_first_waits_for_what_went_and_not_for_what_is_booked():
    turnstiles, account = Turnstiles(), [Limit("account", 5.0, 1)]
    assert [turnstiles.wait(row, account, NOW) for row in range(100)][-1] == 99 * 200
    urgent = turnstiles.wait(100, account, NOW, first=True)
    assert urgent == 200 - JITTER
    assert turnstiles.delay(NOW) == urgent / 1000
    assert turnstiles.wait(100, account, NOW + urgent, first=True) == 0
    assert turnstiles.wait(1, account, NOW + 200) == 200 - JITTER


@given(limit=limits, sizes=st.lists(st.integers(1, 10), min_size=1, max_size=12))
def test_an_album_takes_as_many_places_as_it_has_pictures(limit, sizes):
    turnstiles, now, gone = Turnstiles(), NOW, []
    for row, size in enumerate(sizes):
        while wait := turnstiles.wait(row, [limit], now, size):
            now += wait
        gone += [now] * size
    least = max(limit.burst, *sizes)  # one album is more than the burst, and goes all the same
    assert most_in(gone, limit.rate, least, JITTER)


def test_a_booked_message_keeps_its_moment_whatever_comes_meanwhile():
    turnstiles, one = Turnstiles(), [Limit("chat", 1.0)]
    assert [turnstiles.wait(row, one, NOW) for row in range(4)] == [0, 1_000, 2_000, 3_000]
    assert [turnstiles.wait(row, one, NOW + 400) for row in (1, 2, 3)] == [600, 1_600, 2_600]
    assert turnstiles.wait(9, one, NOW + 500) == 3_500
    assert [turnstiles.wait(1, one, NOW + 1_000), turnstiles.wait(2, one, NOW + 2_000)] == [0, 0]


def test_messages_that_come_back_late_together_go_one_by_one():
    turnstiles, one = Turnstiles(), [Limit("chat", 1.0)]
    for row in range(4):
        turnstiles.wait(row, one, NOW)
    back = NOW + 60_000
    assert [turnstiles.wait(row, one, back) for row in (1, 2, 3)] == [0, 1_000 - JITTER, 1_000 - JITTER]


def test_without_limits_nobody_waits_and_nothing_is_remembered():
    turnstiles = Turnstiles()
    assert [turnstiles.wait(row, (), NOW) for row in range(100)] == [0] * 100
    assert turnstiles.delay(NOW) == 0.0
    assert not turnstiles._booked


def test_a_closed_scope_holds_up_what_shares_it_and_nothing_else():
    """The provider's own word counts more than our bookkeeping, and a shorter one does not shorten it."""
    turnstiles = Turnstiles()
    one, other = [Limit("a", 10.0, 5)], [Limit("b", 10.0, 5)]
    turnstiles.close("a", NOW + 7_000)
    turnstiles.close("a", NOW + 3_000)
    assert [turnstiles.wait(1, one, NOW), turnstiles.wait(2, other, NOW)] == [7_000, 0]
    assert [turnstiles.wait(3, [*other, *one], NOW), turnstiles.wait(1, one, NOW + 7_000)] == [7_000, 0]


def test_the_next_moment_is_known():
    turnstiles, one = Turnstiles(), [Limit("chat", 4.0)]
    for row in range(3):
        turnstiles.wait(row, one, NOW)
    assert [turnstiles.delay(NOW), turnstiles.delay(NOW + 100), turnstiles.delay(NOW + 250)] == [0.25, 0.15, 0.25]
    assert turnstiles.delay(NOW + 500) == 0.0


def test_what_holds_nobody_up_any_more_is_forgotten(monkeypatch):
    """Scopes that are free again, closures that are over, messages that were cancelled while they waited."""
    monkeypatch.setattr(pace, "MOST_KEPT", 50)
    turnstiles = Turnstiles()
    for row in range(40):
        turnstiles.wait(row, [Limit("chat", 1.0)], NOW)
    turnstiles.close("old", NOW + 1)
    turnstiles.close("shut", NOW + 10 * ABANDONED)
    later = NOW + 2 * ABANDONED
    for row in range(100, 160):
        turnstiles.wait(row, [Limit(f"chat {row}", 1.0)], later)
    assert set(turnstiles._closed) == {"shut"}
    assert turnstiles._booked == {}
    assert "chat" not in turnstiles._free
    assert "chat" not in turnstiles._went
    assert turnstiles.wait(999, [Limit("chat 159", 1.0)], later) == 1_000  # who still waits is not forgotten


@pytest.mark.parametrize("chats", [10, 2 * MOST_KEPT])
def test_the_bookkeeping_stays_small_however_many_chats_there_are(chats):
    turnstiles = Turnstiles()
    for row in range(chats):
        turnstiles.wait(row, [Limit(f"chat {row}", 1.0)], NOW + math.floor(row / 2))
    assert len(turnstiles._free) <= MOST_KEPT + 1
