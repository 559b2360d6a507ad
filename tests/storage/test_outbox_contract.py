"""What bot.ports.Store promises about sending, on both databases."""

import asyncio

import pytest

from bot.rows import Settlement
from tests.storage.builders import (
    LANE,
    NOW,
    REST,
    address,
    doubtful,
    event,
    finishing,
    keys,
    leased,
    message,
    session,
    settled,
    states,
    turn,
)

# --- leasing -------------------------------------------------------------------------------------------------------


async def test_a_lease_says_all_that_a_send_needs(store):
    await turn(store, outbox=[message("m")])
    [lease] = await leased(store)
    assert lease[1:] == ("m", LANE, "sms", '{"key":"m"}', 1, NOW, 1, 0, "", "", "survey", "", "", ())
    assert await states(store, "m") == ["sending"]
    assert await leased(store) == []


async def test_who_waits_for_an_answer_does_not_queue_behind_a_campaign(store):
    """What has just become due goes first, the latest in front; else it is first come, first served."""
    hour = 3_600_000
    campaign = [message(f"c{n}", f"sms:+49{n}", not_before=NOW - hour + n) for n in range(4)]
    fresh = [message(f"r{n}", f"sms:+48{n}", not_before=NOW - 1000 * n) for n in (1, 2, 7)]
    await turn(store, outbox=[*campaign, *fresh])
    assert [keys(await leased(store, limit=1)) for _ in range(4)] == [["r1"], ["r2"], ["c0"], ["c1"]]


@pytest.mark.parametrize("stuck_in", ["queued", "sending", "reconciling"])
async def test_p6_the_next_message_of_a_lane_waits_while_its_head_is(store, stuck_in):
    later = NOW + 1000 if stuck_in == "queued" else NOW
    await turn(store, outbox=[message("1", not_before=later), message("2"), message("x", "sms:+492")])
    first = await leased(store)
    assert keys(first) == (["x"] if stuck_in == "queued" else ["1", "x"])
    if stuck_in == "reconciling":
        await store.settle([settled(first[0], "reconciling", not_before=NOW + REST)])
    assert await leased(store, NOW + 999) == []


@pytest.mark.parametrize("final", ["sent", "failed", "unknown", "cancelled", "expired"])
async def test_p6_the_next_message_of_a_lane_goes_out_once_its_head_is(store, final):
    await turn(store, outbox=[message("1"), message("2")])
    [head] = await leased(store)
    await store.settle([settled(head, final)])
    assert keys(await leased(store)) == ["2"]
    assert await states(store, "1") == [final]


async def test_the_limit_and_the_channels_of_a_lease_hold(store):
    await turn(store, outbox=[message(f"{n}", f"sms:+{n}") for n in range(5)])
    await turn(store, outbox=[message("t", "telegram:7", channel="telegram")])
    assert len(await leased(store, limit=2)) == 2
    assert len(await leased(store)) == 3
    assert keys(await leased(store, channels=["telegram", "slack"])) == ["t"]
    assert await leased(store, channels=[]) == []


async def test_two_workers_never_get_the_same_message(store):
    await turn(store, outbox=[message(f"{n}", f"sms:+{n}") for n in range(40)])
    shares = await asyncio.gather(*(leased(store, owner=f"w{n}", limit=10) for n in range(8)))
    shares.append(await leased(store))
    assert sorted(key for share in shares for key in keys(share)) == sorted(map(str, range(40)))


async def test_a_message_goes_out_not_before_its_time(store):
    await turn(store, outbox=[message("m", not_before=NOW + 10)])
    assert await leased(store, NOW + 9) == []
    assert keys(await leased(store, NOW + 10)) == ["m"]


async def test_p4_a_message_whose_time_is_over_expires_and_lets_the_next_one_go(store):
    await turn(store, outbox=[message("late", not_after=NOW + 10), message("2", not_after=0)])
    first = await leased(store, NOW + 11)
    assert keys(first or await leased(store, NOW + 11)) == ["2"]
    assert await states(store, "late") == ["expired"]


async def test_p4_a_campaign_that_came_too_late_ends_in_portions(store):
    """No lease holds up the database until thousands have expired, and none waits for others before it goes on."""
    late = {"not_before": NOW - 1, "not_after": NOW + 10}
    await turn(store, outbox=[message(f"late{n}", f"sms:+{n}", **late) for n in range(60)])
    await turn(store, "sms:+99", outbox=[message("fine", "sms:+99")])
    await store.wait("outbox", 0)  # from now on this task hears the news
    got, rounds = [], 0
    while not got and rounds < 10:
        rounds += 1
        got = await leased(store, NOW + 5_010, limit=2)
        if not got:
            async with asyncio.timeout(5):
                await store.wait("outbox", 60)
    assert (keys(got), rounds) == (["fine"], 2)
    assert await states(store, *(f"late{n}" for n in range(60))) == ["expired"] * 60


async def test_a_message_may_go_out_up_to_its_last_moment(store):
    await turn(store, outbox=[message("m", not_after=NOW + 10)])
    assert keys(await leased(store, NOW + 10)) == ["m"]


@pytest.mark.parametrize(
    ("kind", "fate"), [("survey", "cancelled"), ("agent", "cancelled"), ("notice", "sending")]
)  # fmt: skip
async def test_p8_i6_after_an_opt_out_only_a_notice_goes_out(store, kind, fate):
    """The message was queued before the opt-out and is checked again in the lease's transaction."""
    await turn(store, outbox=[message("m", kind=kind)], addresses=[address(opted_out_at=NOW)])
    await leased(store)
    assert await states(store, "m") == [fate]


@pytest.mark.parametrize(
    ("kind", "fate"), [("survey", "cancelled"), ("agent", "sending"), ("notice", "sending")]
)  # fmt: skip
async def test_i9_while_a_person_has_taken_over_the_bot_is_silent(store, kind, fate):
    await turn(
        store, outbox=[message("m", kind=kind)], sessions=[session(owner="human")], addresses=[address()]
    )  # fmt: skip
    await leased(store)
    assert await states(store, "m") == [fate]


async def test_a_newer_survey_cancels_what_the_older_one_had_queued(store):
    rows = {"sessions": [session(outcome="superseded")], "addresses": [address()]}
    await turn(store, outbox=[message("old"), message("notice", kind="notice")], **rows)
    assert [row.key for row in await leased(store)] == ["notice"]
    assert await states(store, "old") == ["cancelled"]


async def test_p8_t16_an_opt_out_that_is_committed_before_the_lease_stops_the_send(store):
    """Opt-outs raced against leases: no lease takes a message of a lane whose opt-out was committed before."""
    lanes = [f"sms:+{n}" for n in range(30)]
    await turn(store, outbox=[message(lane, lane) for lane in lanes], addresses=[address(lane) for lane in lanes])
    await store.accept([event(f"STOP {lane}", lane) for lane in lanes])
    committed: set[str] = set()
    taken: set[str] = set()

    async def stop():
        handled = []

        def decide(batch):
            handled.extend(batch.lanes)
            stopped = [address(lane, opted_out_at=NOW) for lane in batch.lanes]
            return finishing(silenced=list(batch.lanes), addresses=stopped)(batch)

        while len(committed) < len(lanes):
            await store.work(1, NOW, decide)
            committed.update(handled)

    async def send():
        while len(committed) < len(lanes):
            before = set(committed)
            got = {lease.lane for lease in await leased(store, limit=2)}
            assert before.isdisjoint(got)
            taken.update(got)

    await asyncio.gather(send(), stop(), send(), stop())
    expected = ["sending" if lane in taken else "cancelled" for lane in lanes]
    assert await states(store, *lanes) == expected


# --- settling ------------------------------------------------------------------------------------------------------


async def test_p4_what_a_provider_answered_is_kept(store):
    await turn(store, outbox=[message("m")])
    [lease] = await leased(store)
    await store.settle([settled(lease, provider_id="SM1", sender="+4930", parts=2)], [event("follows", "sms:+49 9")])
    row = await store.outbound("m")
    assert (row["state"], row["provider_id"], row["sender"], row["parts"], row["settled_at"]) == (
        "sent", "SM1", "+4930", 2, NOW,
    )  # fmt: skip
    assert (await store.event("sms", "follows"))["state"] == "new"


async def test_a_definite_failure_is_tried_again_when_it_says(store):
    await turn(store, outbox=[message("m")])
    [lease] = await leased(store)
    await store.settle([settled(lease, "queued", not_before=NOW + 500, code="20429", error="too fast")])
    assert await leased(store, NOW + 499) == []
    [again] = await leased(store, NOW + 500)
    assert (again.attempts, again.first_attempt_at, again.epoch) == (2, NOW, 2)


async def test_a_settlement_of_a_lease_that_has_passed_on_is_ignored(store):
    await turn(store, outbox=[message("m")])
    [lost] = await leased(store)
    await leased(store, NOW + 30_001, rest=0)
    [current] = await doubtful(store, NOW + 30_001)
    assert current.epoch == lost.epoch + 1
    await store.settle([settled(lost, "sent", provider_id="SM-old")])
    await store.settle([settled(current, "failed", owner="somebody else")])
    assert await states(store, "m") == ["reconciling"]
    await store.settle([settled(current, "sent", owner="w2", provider_id="SM1")])
    assert (await store.outbound("m"))["provider_id"] == "SM1"


async def test_a_settlement_of_an_earlier_lease_of_the_same_worker_is_ignored(store):
    """A worker that was slow, not dead, finds its own message leased again by itself."""
    await turn(store, outbox=[message("m")])
    [slow] = await leased(store)
    await leased(store, NOW + 30_001, rest=0)
    [current] = await doubtful(store, NOW + 30_001, owner="w1")
    await store.settle([settled(slow, "failed")])
    assert await states(store, "m") == ["reconciling"]
    await store.settle([settled(current)])
    assert await states(store, "m") == ["sent"]


async def test_settling_nothing_or_what_is_not_there_is_fine(store):
    await store.settle([])
    await store.settle([Settlement(4711, "w1", 1, "sent", provider_id="SM1")])


async def test_many_settlements_at_once_each_find_their_message(store):
    await turn(store, outbox=[message(f"{n}", f"sms:+{n}") for n in range(6)])
    leases = await leased(store)
    outcomes = ["sent", "queued", "failed", "reconciling", "unknown", "sent"]
    await store.settle([settled(*pair) for pair in zip(leases, outcomes, strict=True)])
    assert await states(store, *keys(leases)) == outcomes


# --- in doubt ------------------------------------------------------------------------------------------------------


async def test_p5_a_dead_workers_message_is_looked_up_and_never_sent_blindly(store):
    await turn(store, outbox=[message("m"), message("next")])
    [lease] = await leased(store)
    assert await leased(store, NOW + 30_000, rest=REST) == []
    assert await states(store, "m") == ["sending"]
    assert await leased(store, NOW + 30_001, rest=REST) == []
    assert await states(store, "m") == ["reconciling"]
    looked_up_at = NOW + 30_001 + REST
    assert await doubtful(store, looked_up_at - 1) == []
    [found] = await doubtful(store, looked_up_at)
    assert found[:6] == lease[:6]
    assert found.attempts == 1
    assert await doubtful(store, looked_up_at, owner="w3") == []


async def test_p12_a_worker_that_dies_while_looking_up_is_replaced(store):
    await turn(store, outbox=[message("m")])
    [lease] = await leased(store)
    await store.settle([settled(lease, "reconciling", not_before=NOW)])
    [first] = await doubtful(store, NOW)
    assert await doubtful(store, NOW + 30_000) == []
    [second] = await doubtful(store, NOW + 30_001)
    assert second.epoch == first.epoch + 1


async def test_doubtful_messages_of_other_channels_are_left_alone(store):
    await turn(store, outbox=[message("t", "telegram:7", channel="telegram")])
    [lease] = await leased(store, channels=["telegram"])
    await store.settle([settled(lease, "reconciling", not_before=NOW)])
    assert await doubtful(store, NOW) == []


async def test_dead_leases_of_other_channels_are_left_alone(store):
    await turn(store, outbox=[message("t", "telegram:7", channel="telegram")])
    await leased(store, channels=["telegram"])
    await leased(store, NOW + 60_000)
    assert await states(store, "t") == ["sending"]
