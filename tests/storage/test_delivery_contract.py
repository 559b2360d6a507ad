"""What bot.ports.Store promises about providers' reports, on both databases."""

import asyncio
import json

import pytest

from tests.storage.builders import (
    LANE,
    NOW,
    REST,
    Seen,
    address,
    delivery,
    doubtful,
    event,
    finishing,
    keys,
    leased,
    message,
    settled,
    states,
    turn,
)


async def test_reports_find_their_message_by_key_or_by_provider_id(store):
    await turn(store, outbox=[message("a"), message("b", "sms:+492")])
    a, b = await leased(store)
    await store.settle([settled(a, provider_id="SM1"), settled(b, provider_id="SM2")])
    await turn(store, deliveries=[delivery("a", provider_id="SM1"), delivery(provider_id="SM2", code="30003")])
    assert await states(store, "a", "b") == ["delivered", "delivered"]
    assert (await store.outbound("b"))["code"] == "30003"


async def test_t3_a_report_never_takes_a_message_back(store):
    """Reports come in any order, also within one batch."""
    await turn(store, outbox=[message("m")])
    [lease] = await leased(store)
    await store.settle([settled(lease, provider_id="SM1")])
    reports = [
        delivery("m", "read", 6),
        delivery("m", "delivered", 5),
        delivery(provider_id="SM1", state="sent", rank=3),
    ]
    await turn(store, deliveries=reports)
    await turn(store, deliveries=reports[1:])
    assert await states(store, "m") == ["read"]


async def test_p5_a_report_settles_a_message_that_was_in_doubt(store):
    await turn(store, outbox=[message("m"), message("next")])
    [lease] = await leased(store)
    await store.settle([settled(lease, "reconciling", not_before=NOW + REST)])
    await turn(store, deliveries=[delivery("m", provider_id="SM1")])
    row = await store.outbound("m")
    assert (row["state"], row["provider_id"]) == ("delivered", "SM1")
    assert await doubtful(store, NOW + REST) == []
    assert keys(await leased(store)) == ["next"]


async def test_a_report_that_overtakes_the_answer_keeps_its_state_and_gets_the_rest(store):
    await turn(store, outbox=[message("m")])
    [lease] = await leased(store)
    await turn(store, deliveries=[delivery("m")])
    await store.settle([settled(lease, provider_id="SM1", sender="+4930", parts=3)])
    row = await store.outbound("m")
    assert (row["state"], row["provider_id"], row["parts"]) == ("delivered", "SM1", 3)


async def test_a_report_about_another_channel_or_about_nothing_changes_nothing(store):
    await turn(store, outbox=[message("m")])
    await turn(
        store,
        deliveries=[delivery("m", channel="telegram"), delivery("nobody"), delivery(provider_id="SM9"), delivery()],
    )
    assert await states(store, "m") == ["queued"]


async def test_reports_and_settlements_of_the_same_messages_do_not_deadlock(store):
    lanes = [f"sms:+{n}" for n in range(20)]
    await turn(store, outbox=[message(lane, lane) for lane in lanes])
    leases = await leased(store)
    await store.accept([event(f"report {lane}", lane) for lane in lanes])
    reports = [delivery(lane, provider_id=f"SM{lane}") for lane in reversed(lanes)]
    await asyncio.gather(
        store.work(100, NOW, finishing(deliveries=reports)),
        *(store.settle([settled(lease, provider_id=f"SM{lease.key}") for lease in leases]) for _ in range(3)),
    )
    assert set(await states(store, *lanes)) == {"delivered"}


# --- what a case hears of --------------------------------------------------------------------------------------------


async def heard(store) -> list[tuple[str, str, str]]:
    """The events that wait: lane, key and state of the message, in order."""
    seen = Seen()
    while await store.work(100, NOW + 1_000, seen):
        pass
    inbounds = [(claimed.lane, json.loads(claimed.body)) for batch in seen for claimed in batch.events]
    assert all(one["id"] == f"settled:{one['body']['key']}:{one['body']['state']}" for _, one in inbounds)
    return [(lane, one["body"]["key"], one["body"]["state"]) for lane, one in inbounds]


@pytest.mark.parametrize("kind", ["agent", "case", "survey", "desk"])
async def test_what_a_lease_refuses_is_told_to_its_case(store, kind):
    """Too late, or to somebody who has opted out meanwhile; twice is once, and nobody waits for a survey's."""
    gone = "sms:+492"
    late = message("late", kind=kind, not_after=NOW - 1)
    rows = [late, message("out", gone, kind=kind), message("fine", "sms:+493", kind=kind)]
    await turn(store, outbox=rows, addresses=[address(gone, opted_out_at=NOW)])
    await leased(store)
    await leased(store)
    assert await states(store, "late", "out", "fine") == ["expired", "cancelled", "sending"]
    wanted = [(gone, "out", "cancelled"), (LANE, "late", "expired")]
    assert sorted(await heard(store)) == (sorted(wanted) if kind in ("agent", "case") else [])


@pytest.mark.parametrize("kind", ["agent", "case", "survey", "desk"])
async def test_a_report_that_names_only_the_providers_id_finds_its_case(store, kind):
    await turn(store, outbox=[message("m", kind=kind)])
    [lease] = await leased(store)
    await store.settle([settled(lease, provider_id="SM1")])
    await turn(store, "sms:+4999", deliveries=[delivery("", provider_id="SM1")])
    assert await heard(store) == ([(LANE, "m", "delivered")] if kind in ("agent", "case") else [])
    await turn(store, "sms:+4999", deliveries=[delivery("", provider_id="SM1")])
    await turn(store, "sms:+4999", deliveries=[delivery("", "sent", 4, provider_id="SM1")])
    await turn(store, "sms:+4999", deliveries=[delivery("m", "read", 6, provider_id="SM1")])  # is told to it anyway
    assert await states(store, "m") == ["read"]
    assert await store.event("sms", "settled:m:sent") is None
    assert await heard(store) == []
