"""What bot.ports.Store promises about the inbox and about turns, on both databases."""

import asyncio
import itertools
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import Conflict
from bot.rows import Consequences, LaneState, Parked
from storage.opening import open_store
from tests.storage.builders import (
    LANE,
    NOW,
    Seen,
    address,
    answer,
    event,
    finishing,
    message,
    rows,
    session,
    states,
    turn,
)

_tags = itertools.count()
MIXED = 'Ünï "q" \\ 👩‍👩‍👧 \u202e\u0000 \r\n \'; DROP TABLE inbox; --'


# --- accept --------------------------------------------------------------------------------------------------------


async def test_p2_the_same_event_twice_in_one_call_is_kept_once(store):
    assert await store.accept([event("a"), event("b"), event("a")]) == 2


async def test_p2_an_event_that_comes_again_later_is_not_new_even_when_it_is_done(store):
    await store.accept([event("a")])
    await store.work(10, NOW, Seen())
    assert await store.accept([event("a"), event("b")]) == 1
    seen = Seen()
    await store.work(10, NOW, seen)
    assert seen.keys == ["b"]


async def test_p2_the_same_key_of_another_channel_is_another_event(store):
    assert await store.accept([event("a"), event("a", channel="brand-b")]) == 2


async def test_p2_t3_a_storm_of_duplicates_from_all_sides_keeps_each_event_once(store):
    """The same 60 events in 12 orders at the same time: no deadlock, each is new exactly once."""
    shuffled = [[event(f"e{n}", f"sms:+{n % 7}") for n in range(60)] for _ in range(12)]
    for seed, events in enumerate(shuffled):
        random.Random(seed).shuffle(events)
    assert sum(await asyncio.gather(*map(store.accept, shuffled))) == 60


async def test_accepting_nothing_is_fine(store):
    assert await store.accept([]) == 0


async def test_poison_is_kept_visible_and_never_claimed(store):
    await store.accept([event("bad", state="poison", error="no text")])
    assert await store.work(10, NOW, Seen()) == 0
    [row] = await store.poison()
    assert (row["event_key"], row["error"]) == ("bad", "no text")
    assert "body" not in row


@pytest.mark.parametrize("kind", ["pressed", "keyword", "consent"])
async def test_a_button_keyword_or_opt_out_wakes_what_rests_before_it_in_its_lane_only(store, kind):
    await store.accept([event("half", ready_at=NOW + 1500), event("else", "sms:+492", ready_at=NOW + 1500)])
    assert await store.work(10, NOW, Seen()) == 0
    await store.accept([event("stop", kind=kind)])
    seen = Seen()
    await store.work(10, NOW, seen)
    assert seen.keys == ["half", "stop"]


# --- claiming ------------------------------------------------------------------------------------------------------


async def test_without_work_nobody_is_asked_to_decide(store):
    assert await store.work(10, NOW, Seen()) == 0


async def test_p6_i10_a_batch_holds_all_events_of_its_lanes_in_order_of_arrival(store):
    await store.accept([event("a1"), event("b1", "sms:+492"), event("a2")])
    await store.accept([event("a3"), event("b2", "sms:+492")])
    seen = Seen()
    assert await store.work(10, NOW, seen) == 5
    assert [key for key in seen.keys if key[0] == "a"] == ["a1", "a2", "a3"]
    assert [key for key in seen.keys if key[0] == "b"] == ["b1", "b2"]
    assert len(seen) == 1


async def test_the_limit_counts_lanes(store):
    await store.accept([event(f"{n}-{part}", f"sms:+{n}") for n in range(5) for part in range(3)])
    seen = Seen()
    while await store.work(2, NOW, seen):
        pass
    assert [len(batch.lanes) for batch in seen] == [2, 2, 1]
    assert sorted(seen.keys) == sorted(f"{n}-{part}" for n in range(5) for part in range(3))


async def test_p6_a_resting_head_holds_its_lane_and_no_other(store):
    await store.accept([event("rests", ready_at=NOW + 1000), event("ready"), event("free", "sms:+492")])
    seen = Seen()
    await store.work(10, NOW, seen)
    assert seen.keys == ["free"]
    assert await store.next_wake() in {NOW + 1000, NOW}
    await store.work(10, NOW + 1000, seen)
    assert seen.keys == ["free", "rests", "ready"]


async def test_a_ready_head_takes_the_second_half_of_a_split_message_along(store):
    await store.accept([event("8/10,"), event("aber der Versand", ready_at=NOW + 1500)])
    seen = Seen()
    assert await store.work(10, NOW, seen) == 2


async def test_a_lane_that_nobody_knows_has_an_empty_state(store):
    await store.accept([event("a")])
    seen = Seen()
    await store.work(10, NOW, seen)
    assert seen[0].lanes == {LANE: LaneState(LANE, 0, "", 0, 0, "", "", "", 0)}


async def test_a_batch_brings_the_address_and_the_latest_session_along(store):
    await turn(store, addresses=[address(opted_out_at=NOW - 5)], sessions=[session(), session("s0")])
    await store.accept([event("next")])
    seen = Seen()
    await store.work(10, NOW, seen)
    assert seen[0].lanes[LANE] == LaneState(LANE, 1, "de", NOW - 5, NOW, "+4930", "s1", '{"id":"s1"}', 1, "", 0, "")


# --- what a turn writes --------------------------------------------------------------------------------------------


async def test_the_variant_of_a_session_is_kept(store):
    """From its first turn on, whatever happens to it later; it is told with its answers."""
    await turn(store, sessions=[session(variant="short"), session("s2")], answers=[answer(), answer(session="s2")])
    await turn(store, sessions=[session(version=2, outcome="completed", variant="short")])
    assert [(row["session"], row["variant"], row["outcome"]) for row in await store.responses()] == [
        ("s1", "short", "completed"),
        ("s2", "", ""),
    ]


async def test_whatever_decide_raises_comes_out_and_nothing_is_written(store):
    await store.accept([event("a")])

    def decide(batch):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await store.work(10, NOW, decide)
    assert await store.sessions() == []
    assert await store.work(10, NOW, Seen()) == 1


async def test_a_failing_write_takes_everything_back(store):
    await turn(store, sessions=[session()])
    await store.accept([event("a")])
    stale = finishing(addresses=[address()], outbox=[message("m")], sessions=[session(version=3)])
    with pytest.raises(Conflict):
        await store.work(10, NOW, stale)
    assert await store.lane(LANE) is None
    assert await store.outbound("m") is None
    assert await store.work(10, NOW, Seen()) == 1


async def test_p2_a_session_is_written_over_only_by_who_has_read_its_last_version(store):
    await turn(store, sessions=[session()])
    await turn(store, sessions=[session(version=2, outcome="completed", state="{}")])
    for version in (1, 2, 4):
        await store.accept([event(f"again-{version}")])
        with pytest.raises(Conflict):
            await store.work(10, NOW, finishing(sessions=[session(version=version)]))
    [kept] = await store.sessions()
    assert (kept["version"], kept["outcome"]) == (2, "completed")


async def test_i2_one_answer_per_question_of_a_session_and_a_correction_replaces_it(store):
    await turn(store, sessions=[session()], answers=[answer(value=6, segment="passive")])
    await turn(store, answers=[answer(value=8), answer(value=9, corrections=1)])
    [response] = await store.responses()
    assert [(a["value"], a["corrections"]) for a in response["answers"]] == [(9, 1)]
    assert response["score"] == 9


async def test_s30_hostile_text_is_stored_as_text(store):
    """Quotes, SQL, controls, NUL (which PostgreSQL cannot hold) and every script come back or are left out alone."""
    await turn(store, sessions=[session()], answers=[answer("why", type="text", value=None, text=MIXED)])
    [response] = await store.responses()
    assert response["comment"].replace("\0", "") == MIXED.replace("\0", "")


async def test_a_second_message_with_the_same_key_is_ignored(store):
    await turn(store, outbox=[message("s1.1.1")])
    await turn(store, outbox=[message("s1.1.1", payload="other"), message("s1.2.1")])
    assert [(lease.key, lease.payload) for lease in await store.lease("w", 10, NOW, NOW + 1, ["sms"])] == [
        ("s1.1.1", '{"key":"s1.1.1"}')
    ]


async def test_p8_silence_cancels_what_is_queued_but_no_notice_and_no_other_lane(store):
    await turn(
        store,
        outbox=[message("a"), message("b", kind="notice"), message("c", kind="agent"), message("d", "sms:+492")],
    )
    await turn(store, silenced=[LANE], outbox=[message("bye", kind="notice")])
    assert await states(store, "a", "b", "c", "d", "bye") == [
        "cancelled", "queued", "cancelled", "queued", "queued",
    ]  # fmt: skip


async def test_i11_the_journal_keeps_turns_in_order(store):
    await turn(store, journal=[("s1", 2, NOW, "two"), ("s1", 1, NOW, "one"), ("s2", 1, NOW, "else")])
    assert [(row["turn"], row["event"]) for row in await store.journal("s1")] == [(1, "one"), (2, "two")]


async def test_a_parked_event_comes_back_when_its_time_has_come_and_holds_its_lane(store):
    await store.accept([event("a"), event("b")])

    def park(batch):
        return rows(parked=[Parked(batch.events[0].id, "new", 1, NOW + 5000, "KeyError")])

    await store.work(10, NOW, park)
    assert await store.work(10, NOW + 4999, Seen()) == 0
    assert await store.next_wake() in {NOW + 5000, NOW}
    seen = Seen()
    await store.work(10, NOW + 5000, seen)
    assert seen.keys == ["a", "b"]
    assert [claimed.attempts for claimed in seen[0].events] == [1, 0]


async def test_a_poisoned_event_lets_its_lane_go_on(store):
    await store.accept([event("a"), event("b")])
    await store.work(10, NOW, lambda batch: rows(parked=[Parked(batch.events[0].id, "poison", 3, NOW, "bad")]))
    seen = Seen()
    await store.work(10, NOW, seen)
    assert seen.keys == ["b"]
    assert [row["attempts"] for row in await store.poison()] == [3]


async def test_empty_consequences_write_nothing(store):
    await store.accept([event("a")])
    assert await store.work(10, NOW, lambda _batch: Consequences.none()) == 1
    assert await store.work(10, NOW, Seen()) == 1


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_p6_any_mixture_of_lanes_limits_and_rests_keeps_every_lane_in_order(data, database_url):
    """Invariant: whatever is accepted comes out once, each lane in order of arrival."""
    asyncio.run(_any_mixture(data, database_url))


async def _any_mixture(data, url):
    store = await open_store(url)
    try:
        tag = next(_tags)  # the database lives longer than one example
        lanes = data.draw(st.lists(st.sampled_from("abcd"), max_size=20))
        events = [
            event(f"{tag}-{n:03}", f"sms:{tag}{lane}", ready_at=NOW + data.draw(st.sampled_from([0, 0, 5, 9])))
            for n, lane in enumerate(lanes)
        ]
        cut = data.draw(st.integers(0, len(events)))
        first, at = data.draw(st.integers(1, 5)), NOW + data.draw(st.integers(0, 9))
        limits = data.draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))  # all drawn: nothing is left undone
        seen = Seen()
        await store.accept(events[:cut])
        taken = await store.work(first, at, seen)
        await store.accept(events[cut:] + events[:cut])
        for limit in itertools.cycle(limits):
            done = await store.work(limit, NOW + 9, seen)
            if not done:
                break
            taken += done
        assert taken == len(events)
        for lane in "abcd":
            arrived = [arrival.event_key for arrival in events if arrival.lane == f"sms:{tag}{lane}"]
            decided = dict.fromkeys(seen.keys)  # what SQLite decided ahead in vain was decided again
            assert [key for key in decided if key in arrived] == arrived
    finally:
        await store.close()
