"""Cases: what both databases keep of them, and what they bring along for desks, customers and sends."""

import asyncio

import pytest

from bot.errors import Conflict
from bot.rows import Docket, PlaceRow
from tests.storage.builders import (
    CASE,
    LANE,
    NAMED,
    NOW,
    OTHER,
    PHONE,
    THREAD,
    Seen,
    address,
    case,
    entry,
    event,
    finishing,
    forward,
    leased,
    message,
    settled,
    turn,
)


def on_phone(case_id: str) -> PlaceRow:
    return PlaceRow(case_id, f"{PHONE}#@{case_id}", PHONE)


async def batch_of(store, lane):
    """What a turn of this lane is decided from."""
    await store.accept([event(f"look {lane} {id(store)} {asyncio.get_running_loop().time()}", lane)])
    seen = Seen()
    await store.work(1000, NOW, seen)
    return seen[0]


# --- the customer's lane -------------------------------------------------------------------------------------------


async def test_a_batch_brings_the_latest_case_along(store):
    """State and version of the case that the address names, and the scores of earlier surveys."""
    await turn(store, addresses=[address(case_id=CASE, history="[9]")], cases=[case(state='{"a":1}'), case(id=OTHER)])
    lane = (await batch_of(store, LANE)).lanes[LANE]
    assert (lane.case, lane.case_version, lane.history) == ('{"a":1}', 1, "[9]")
    assert (await store.lane(LANE))["case_id"] == CASE


async def test_a_lane_without_a_case_has_none(store):
    await turn(store, addresses=[address()], cases=[case()])
    batch = await batch_of(store, LANE)
    lane = batch.lanes[LANE]
    assert (lane.case, lane.case_version, lane.history) == ("", 0, "")
    assert batch.dockets == {}


async def test_an_address_takes_a_new_case_and_drops_it(store):
    await turn(store, addresses=[address(case_id=CASE)], cases=[case(), case(id=OTHER, state='{"b":2}')])
    await turn(store, addresses=[address(case_id=OTHER)])
    assert (await batch_of(store, LANE)).lanes[LANE].case == '{"b":2}'
    await turn(store, addresses=[address()])
    assert (await batch_of(store, LANE)).lanes[LANE].case == ""


async def test_a_case_moves_on_from_the_version_it_was_decided_from(store):
    await turn(store, cases=[case()])
    changed = case(version=2, phase="claimed", owner="anna", score_after=8, due_at=0, responded_at=NOW, state="{}")
    await turn(store, cases=[changed])
    found = await store.case(CASE)
    assert found.pop("entries") == []
    assert found == changed._asdict()


@pytest.mark.parametrize("stale", [case(), case(version=3), case(id=OTHER, version=2)])
async def test_of_two_turns_from_one_version_the_second_is_a_conflict(store, stale):
    """Opened twice, overtaken, or not there at all: nothing of the batch is kept, and its events come again."""
    await turn(store, cases=[case()])
    await store.accept([event("e")])
    with pytest.raises(Conflict, match="a case was"):
        await store.work(10, NOW, finishing(cases=[stale], outbox=[message("m")], entries=[entry()]))
    assert await store.outbound("m") is None
    assert (await store.case(CASE))["entries"] == []
    assert (await store.event("sms", "e"))["state"] == "new"


# --- what desks say ------------------------------------------------------------------------------------------------


async def test_p2_a_desks_event_reaches_the_customers_lane_exactly_once(store):
    """It takes the case's lane, whatever the desk's channel; the same event again changes nothing."""
    await turn(store, cases=[case()])
    await turn(store, NAMED, forwards=[forward("a"), forward("b"), forward("a")])
    seen = Seen()
    assert await store.work(10, NOW, seen) == 2
    assert seen.keys == ["a", "b"]
    assert list(seen[0].lanes) == [LANE]
    await turn(store, NAMED, forwards=[forward("b"), forward("a")])
    assert await store.work(10, NOW, seen) == 0


async def test_an_event_about_a_case_that_there_is_not_goes_nowhere(store):
    await turn(store, cases=[case()])
    await turn(store, NAMED, forwards=[forward("lost", OTHER)])
    assert await store.work(10, NOW, Seen()) == 0
    assert await store.event("slack", "desk:lost") is None


async def test_a_desks_event_wakes_whoever_waits_for_the_inbox(store):
    await turn(store, cases=[case()])
    waiting = asyncio.create_task(store.wait("inbox", 30))
    await asyncio.sleep(0.2)
    await store.accept([event("before")])
    await waiting
    waiting = asyncio.create_task(store.wait("inbox", 30))
    await asyncio.sleep(0.2)
    await store.work(10, NOW, finishing(forwards=[forward("a")]))
    await asyncio.wait_for(waiting, 5)


async def test_p6_events_of_one_thread_keep_their_order_however_many_workers_pass_them_on(store):
    """Thread and customer are two lanes; whoever holds the thread's passes on before the next one can."""
    await turn(store, cases=[case()])
    wanted = [f"{n:02}" for n in range(40)]
    await store.accept([event(key, NAMED, channel="slack") for key in wanted])
    taken: list[str] = []

    def decide(batch):
        told = [forward(claimed.body[7:-2]) for claimed in batch.events if claimed.lane == NAMED]
        taken.extend(claimed.body[7:-2] for claimed in batch.events if claimed.lane == LANE)
        return finishing(forwards=told)(batch)

    async def worker():
        while len(taken) < len(wanted):
            await store.work(1, NOW, decide)

    await asyncio.wait_for(asyncio.gather(*(worker() for _ in range(4))), 30)
    assert taken == wanted


# --- what desks see ------------------------------------------------------------------------------------------------


async def test_a_thread_shows_its_case_in_any_phase(store):
    closed = case(
        phase="confirmed", owner="anna", state='{"comment":" far  too\\nslow, and nobody ever picks up the phone"}'
    )
    await turn(store, cases=[closed], places=[PlaceRow(CASE, THREAD, "")])
    assert (await batch_of(store, NAMED)).dockets == {}
    await store.save_place(CASE, THREAD, NAMED, "171.5", "171.5")
    assert (await batch_of(store, NAMED)).dockets == {
        NAMED: [Docket(CASE, "K7Q2", LANE, "anna", "confirmed", "far too slow, and nobody ever picks up t")]
    }
    await store.save_place(CASE, THREAD, "slack:C1#182.0", "182.0", "")
    assert (await batch_of(store, NAMED)).dockets == {}


async def test_a_phone_shows_the_cases_that_are_not_over_live_ones_first(store):
    phases = ["open", "resolved", "confirmed", "claimed", "waiting"]
    cases = [case(id=str(n) * 24, phase=phase, opened_at=NOW + n) for n, phase in enumerate(phases)]
    await turn(store, cases=cases, places=[on_phone(row.id) for row in cases])
    batch = await batch_of(store, PHONE)
    assert [docket.phase for docket in batch.dockets[PHONE]] == ["waiting", "claimed", "open", "resolved"]
    assert batch.dockets[PHONE][0].label == "Eva"


async def test_every_batch_brings_the_cases_of_its_own_desks(store):
    """Also those that are decided beside a commit, and with what the batch before has changed."""
    threads = [f"slack:C1#{n}" for n in range(3)]
    ids = [str(n) * 24 for n in range(3)]
    places = [PlaceRow(key, f"slack:C1#@{key}", lane) for key, lane in zip(ids, threads, strict=True)]
    await turn(store, cases=[case(id=key) for key in ids], places=places)
    await store.accept([event(f"e{n}", lane, ready_at=NOW - 9 + n) for n, lane in enumerate([*threads, "sms:+4999"])])
    seen = []

    def decide(batch):
        seen.append(batch.dockets)
        first = len(seen) == 1
        return finishing(cases=[case(id=ids[2], version=2, phase="claimed", owner="ben")] if first else [])(batch)

    while await store.work(2, NOW, decide):
        pass
    assert [{lane: [d.case_id for d in some] for lane, some in found.items()} for found in seen] == [
        {threads[0]: [ids[0]], threads[1]: [ids[1]]},
        {threads[2]: [ids[2]]},
    ]
    assert seen[1][threads[2]][0].owner == "ben"


# --- what people look at -------------------------------------------------------------------------------------------


async def test_cases_are_found_by_desk_and_phase_the_newest_first(store):
    some = [("a", "open", "support"), ("b", "claimed", "sales"), ("c", "confirmed", "support"), ("d", "open", "sales")]
    cases = [
        case(id=key * 24, phase=phase, desk=desk, opened_at=NOW + n, code=key)
        for n, (key, phase, desk) in enumerate(some)
    ]
    await turn(store, cases=cases)

    async def found(*how, **more):
        return "".join(row["id"][0] for row in await store.cases(*how, **more))

    assert await found() == "dcba"
    assert await found(limit=2) == "dc"
    assert await found("support") == "ca"
    assert await found("", ["open", "claimed"]) == "dba"
    assert await found("sales", ["open"], limit=5) == "d"
    assert await found("nobody") == ""
    [row] = await store.case_by_code("b")
    assert {**cases[1]._asdict(), "state": ""} == {**row, "state": ""}
    assert await store.case_by_code("B") == []


async def test_a_case_tells_its_story_with_what_became_of_each_message(store):
    words = [
        entry(1, key="k.1"),
        entry(0, kind="customer", by="", text="a\0b 👩‍👩‍👧", media=2),
        entry(0, turn=0, kind="event"),
    ]
    await turn(store, cases=[case()], entries=words, outbox=[message("k.1", kind="agent"), message("")])
    [lease, *_] = await leased(store)
    await store.settle([settled(lease, "failed", code="30003", error="off")])
    told = (await store.case(CASE))["entries"]
    assert [(line["turn"], line["n"], line["kind"], line["by"], line["media"]) for line in told] == [
        (0, 0, "event", "anna", 0), (1, 0, "customer", "", 2), (1, 1, "agent", "anna", 0),
    ]  # fmt: skip
    assert told[1]["text"].endswith("b 👩‍👩‍👧")
    assert [(line["delivery"], line["code"], line["error"]) for line in told] == [
        ("", "", ""), ("", "", ""), ("failed", "30003", "off"),
    ]  # fmt: skip
    assert await store.case(OTHER) is None


async def test_open_and_overdue_cases_are_counted(store):
    """A clock that has stopped, and one of a case that is over, is not overdue. The time is the computer's."""
    past, future = 1_700_000_000_000, 9_000_000_000_000
    some = [
        ("open", past),
        ("claimed", past),
        ("waiting", 0),
        ("open", future),
        ("resolved", past),
        ("confirmed", past),
    ]
    await turn(store, cases=[case(id=f"{n:024}", phase=phase, due_at=due) for n, (phase, due) in enumerate(some)])
    counts = await store.counts()
    assert (counts["cases_open"], counts["cases_overdue"]) == (4, 2)


async def test_a_phase_that_there_is_not_is_refused(store):
    await store.accept([event("e")])
    with pytest.raises(Exception, match=r"(?i)check constraint"):
        await store.work(10, NOW, finishing(cases=[case(phase="lost")]))
    assert await store.case(CASE) is None


# --- what people look at -------------------------------------------------------------------------------------------


async def test_the_most_pressing_cases_come_first(store):
    """What is due, then the oldest; those in work by phase, desk and owner, those that are solved by their age."""
    rows = [
        ("later", {"due_at": NOW + 9}),
        ("soon", {"due_at": NOW + 1, "owner": "anna", "phase": "claimed"}),
        ("answered", {"due_at": 0, "owner": "web:anna", "phase": "waiting", "opened_at": NOW - 5}),
        ("younger", {"due_at": 0, "owner": "ben", "phase": "waiting", "desk": "second"}),
        ("solved", {"phase": "resolved", "opened_at": NOW + 1, "resolved_at": NOW + 3}),
        ("confirmed", {"phase": "confirmed", "desk": "second", "resolved_at": NOW + 8}),
    ]
    await turn(store, cases=[case(id=name, **facts) for name, facts in rows])
    every = ("open", "claimed", "waiting")

    async def waiting(phases=every, desk="", owners=(), limit=10, offset=0):
        return [row["id"] for row in await store.cases_waiting(phases, desk, owners, limit, offset)]

    assert await waiting() == ["soon", "later", "answered", "younger"]
    assert await waiting(limit=2, offset=1) == ["later", "answered"]
    assert await waiting(("open",)) == ["later"]
    assert await waiting(desk="second") == ["younger"]
    assert await waiting(owners=("anna", "web:anna")) == ["soon", "answered"]
    assert await waiting(owners=("ben",)) == ["younger"]
    assert [row["id"] for row in await store.cases_over("", 10, 0)] == ["solved", "confirmed"]
    assert [row["id"] for row in await store.cases_over("second", 10, 0)] == ["confirmed"]
    [found] = await store.cases_over("", 1, 1)
    assert (found["id"], found["state"]) == ("confirmed", '{"name":"Eva"}')
