"""What bot.ports.Store promises where a message waits for the one before it to be passed on, on both databases."""

import asyncio
import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.rows import TAKEN
from storage.opening import open_store
from tests.storage.builders import (
    LANE,
    NOW,
    address,
    based,
    delivery,
    event,
    finishing,
    keys,
    leased,
    message,
    settled,
    states,
    turn,
)

HOLD = 5_000
OTHER = "sms:+492"
_tags = itertools.count(1)


async def sent(store, *names: str, now: int = NOW) -> None:
    """These messages are taken, and hold up their lanes."""
    leases = {lease.key: lease for lease in await leased(store, now)}
    held = [settled(leases[name], not_before=now + HOLD, provider_id=f"SM-{name}") for name in names]
    await store.settle(held)


async def test_b03_the_next_message_of_a_lane_waits_and_other_lanes_go_on(store):
    """LIVE_FOLLOWUP 3: until the time is over; what is put in the lane meanwhile waits as well."""
    await turn(store, outbox=[message("1"), message("2")])
    await sent(store, "1")
    await turn(store, outbox=[message("3"), message("x", OTHER)])
    assert keys(await leased(store)) == ["x"]
    assert await leased(store, NOW + HOLD - 1) == []
    assert keys(await leased(store, NOW + HOLD)) == ["2"]


async def test_b03_a_message_that_came_later_waits_for_what_the_provider_has(store):
    """Nothing was in the lane when the one before it was taken."""
    await turn(store, outbox=[message("1")])
    await sent(store, "1")
    await turn(store, outbox=[message("2")])
    assert await leased(store, NOW + HOLD - 1) == []
    assert keys(await leased(store, NOW + HOLD)) == ["2"]


@pytest.mark.parametrize("named", ["key", "provider id"])
@pytest.mark.parametrize("looked", [False, True], ids=["before a lease", "after a lease"])
@pytest.mark.parametrize(
    ("state", "rank", "frees"),
    [("sent", TAKEN, False), ("sent", 4, True), ("delivered", 5, True), ("undelivered", 5, True), ("failed", 5, True)],
)
async def test_b03_a_report_lets_the_next_one_go_if_it_says_more_than_that_the_provider_has_it(
    store, state, rank, frees, looked, named
):
    await turn(store, outbox=[message("1"), message("2")])
    await sent(store, "1")
    if looked:
        assert await leased(store, NOW + 1) == []
    about = {"key": "1"} if named == "key" else {"provider_id": "SM-1"}
    await turn(store, deliveries=[delivery(state=state, rank=rank, **about)])
    assert keys(await leased(store, NOW + 1)) == (["2"] if frees else [])
    await turn(store, deliveries=[delivery(state="sent", rank=TAKEN, held_until=NOW + 2 * HOLD, **about)])
    assert keys(await leased(store, NOW + HOLD)) == ([] if frees else ["2"])


async def test_b03_a_report_that_overtakes_the_answer_holds_or_frees_as_well(store):
    """Twilio may say that it has it, or that it has passed it on, before it answers."""
    await turn(store, outbox=[message("1"), message("2"), message("a", OTHER), message("b", OTHER)])
    leases = await leased(store)
    taken = delivery("1", "sent", TAKEN, held_until=NOW + HOLD)
    await turn(store, deliveries=[taken, delivery("a", "sent", 4)])
    assert keys(await leased(store)) == ["b"]
    await store.settle([settled(lease, not_before=NOW + HOLD, provider_id=lease.key) for lease in leases])
    assert await leased(store, NOW + HOLD - 1) == []
    assert keys(await leased(store, NOW + HOLD)) == ["2"]


async def test_b03_what_was_held_does_not_queue_behind_a_campaign(store):
    """Whether its time is over or a report has freed it, it goes before what has waited for longer."""
    early = NOW - 3_600_000
    talks = [message(f"{n}{lane}", lane, not_before=NOW - 100) for n in (1, 2) for lane in (LANE, OTHER)]
    await turn(store, outbox=talks)
    await sent(store, f"1{LANE}", f"1{OTHER}")
    campaign = [message(f"c{n}", f"sms:+43{n}", not_before=early + n) for n in range(3)]
    await turn(store, outbox=campaign)
    assert keys(await leased(store, limit=1)) == ["c0"]
    await turn(store, deliveries=[delivery(f"1{LANE}", "sent", 4, at=NOW + 10)])
    assert keys(await leased(store, NOW + 10, limit=1)) == [f"2{LANE}"]
    assert keys(await leased(store, NOW + HOLD + 900, limit=1)) == [f"2{OTHER}"]
    assert keys(await leased(store, NOW + HOLD + 900, limit=1)) == ["c1"]


async def test_p8_an_opt_out_cancels_what_is_held_and_its_confirmation_keeps_the_order(store):
    await turn(store, outbox=[message("1"), message("2")], addresses=[address()])
    await sent(store, "1")
    stopped = {"silenced": [LANE], "addresses": [address(opted_out_at=NOW)]}
    await turn(store, outbox=[message("bye", kind="notice")], **stopped)
    assert await states(store, "2") == ["cancelled"]
    assert await leased(store, NOW + 1) == []
    await turn(store, deliveries=[delivery("1", "sent", 4)])
    assert keys(await leased(store, NOW + 1)) == ["bye"]


async def test_p8_what_a_lease_must_not_send_is_cancelled_at_once(store):
    """It need not wait for that, and what is behind it waits for what was sent before."""
    await turn(store, outbox=[message("1"), message("2"), message("bye", kind="notice")])
    await sent(store, "1")
    await turn(store, addresses=[address(opted_out_at=NOW)])
    assert await leased(store, NOW + 1) == []
    assert await states(store, "2", "bye") == ["cancelled", "queued"]
    assert keys(await leased(store, NOW + HOLD)) == ["bye"]


async def test_a_late_report_does_not_cut_short_what_a_message_waits_for_by_itself(store):
    """The provider asked for patience meanwhile."""
    await turn(store, outbox=[message("1"), message("2")])
    await sent(store, "1")
    await turn(store, deliveries=[delivery("1", "sent", 4)])
    [second] = await leased(store, NOW + 1)
    await store.settle([settled(second, "queued", not_before=NOW + 30_000)])
    await turn(store, deliveries=[delivery("1", at=NOW + 2)])
    assert await leased(store, NOW + 29_999) == []
    assert keys(await leased(store, NOW + 30_000)) == ["2"]


async def test_b03_who_waits_for_the_outbox_is_woken_when_a_message_is_freed(store):
    await turn(store, outbox=[message("1"), message("2")])
    await sent(store, "1")
    assert await leased(store, NOW + 1) == []

    async def woken() -> None:
        while not keys(await leased(store, NOW + 2)):
            await store.wait("outbox", 60)

    waiting = asyncio.create_task(woken())
    await asyncio.sleep(0.1)
    assert not waiting.done()
    await turn(store, deliveries=[delivery("1", "sent", 4)])
    await asyncio.wait_for(waiting, 20)


_steps = st.one_of(
    st.tuples(st.just("queue"), st.sampled_from("ab"), st.just(0)),
    st.tuples(st.just("send"), st.just(""), st.just(0)),
    st.tuples(st.just("report"), st.sampled_from("ab"), st.sampled_from([TAKEN, 4, 5])),
    st.tuples(st.just("wait"), st.just(""), st.sampled_from([1, HOLD - 1, HOLD])),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(_steps, max_size=25))
def test_b03_i10_no_message_goes_before_the_one_ahead_of_it_was_passed_on_or_had_its_time(steps, database_url):
    """Invariant: whatever sends, reports and time do, each lane in its order, and nothing is left behind."""
    asyncio.run(_any_mixture(steps, database_url))


async def _any_mixture(steps, url):
    store = await open_store(url)
    try:
        tag = next(_tags)  # the database lives longer than one example
        now = NOW + tag * 10_000_000
        queued, gone, free_at = {"a": 0, "b": 0}, {"a": [], "b": []}, {"a": 0, "b": 0}

        async def sends() -> int:
            went = await leased(store, now, limit=10)
            for lease in went:
                assert now >= free_at[lease.lane[-1]], "went too early"
                gone[lease.lane[-1]].append(lease.key)
                free_at[lease.lane[-1]] = now + HOLD
            await store.settle([settled(lease, not_before=now + HOLD)._replace(at=now) for lease in went])
            return len(went)

        for step, lane, what in steps:
            if step == "queue":
                queued[lane] += 1
                row = message(f"{tag}{lane}{queued[lane]:03}", f"sms:{tag}{lane}", not_before=now, created_at=now)
                await _turn(store, now, outbox=[row])
            elif step == "send":
                await sends()
            elif step == "report" and gone[lane]:
                held_until = now + 2 * HOLD if what == TAKEN else 0
                report = delivery(gone[lane][-1], "sent", what, at=now, held_until=held_until)
                await _turn(store, now, deliveries=[report])
                if what > TAKEN:
                    free_at[lane] = now
                    assert await sends() >= (queued[lane] > len(gone[lane])), "nobody went who could"
            else:
                now += what
        for _ in range(sum(queued.values()) + 1):
            now += HOLD
            await sends()
        assert gone == {lane: [f"{tag}{lane}{n:03}" for n in range(1, most + 1)] for lane, most in queued.items()}
    finally:
        await store.close()


async def _turn(store, now, **kinds):
    await store.accept([event(f"hold-{next(_tags)}", f"sms:turn{now}", ready_at=now)])
    assert await store.work(10, now, finishing(**kinds))
    await based(store, *kinds.get("outbox", ()))
