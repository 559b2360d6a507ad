"""What goes to desks: threads as providers call them, changes that overtake each other, who may be written to."""

import itertools

import pytest

from bot.rows import Parked, PlaceRow, Superseded, Tail
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
    event,
    finishing,
    keys,
    leased,
    message,
    settled,
    states,
    turn,
)

HERE = ["sms", "slack"]
NUMBERS = itertools.count()


async def test_a_newer_change_cancels_those_that_still_wait(store):
    """Only what waits, in this lane, for this message; and nothing that comes behind it."""

    def change(key, edits="card", lane=THREAD, **fields):
        return message(key, lane, channel="slack", kind="card", edits=edits, **fields)

    first = [message("card", THREAD, channel="slack", kind="card"), change("1"), change("x", edits="another")]
    await turn(store, outbox=[message("head", THREAD, channel="slack"), *first, change("y", lane="slack:C2")])
    [head, _] = await leased(store, channels=HERE)
    assert head.key == "head"
    newer = [Superseded(THREAD, "card", "2"), Superseded(THREAD, "card", "3")]
    await turn(store, outbox=[change("2"), change("3"), change("z", edits="")], superseded=newer)
    assert await states(store, "head", "card", "1", "2", "3", "x", "y", "z") == [
        "sending", "queued", "cancelled", "cancelled", "queued", "queued", "sending", "queued",
    ]  # fmt: skip
    assert "newer change" in (await store.outbound("1"))["error"]
    await turn(store, superseded=[Superseded(THREAD, "card", "no such key")])
    assert await states(store, "3") == ["queued"]


async def test_a_change_that_is_on_its_way_is_not_cancelled(store):
    change = {"channel": "slack", "kind": "card", "edits": "card"}
    await turn(store, outbox=[message("1", THREAD, **change)])
    assert keys(await leased(store, channels=HERE)) == ["1"]
    await turn(store, outbox=[message("2", THREAD, **change)], superseded=[Superseded(THREAD, "card", "2")])
    assert await states(store, "1", "2") == ["sending", "queued"]


async def test_a_lease_says_what_the_thread_is_called_and_the_card_in_it(store):
    places = [PlaceRow(CASE, THREAD, ""), PlaceRow(OTHER, f"slack:C1#@{OTHER}", "")]
    await turn(store, cases=[case(), case(id=OTHER)], places=places)
    notes = [message(f"{n}", THREAD, channel="slack", kind="desk") for n in range(3)]
    await turn(store, outbox=[*notes, message("o", f"slack:C1#@{OTHER}", channel="slack", kind="card"), message("m")])
    first = {lease.key: lease for lease in await leased(store, channels=HERE)}
    assert {key: lease[-4:-1] for key, lease in first.items()} == {
        "0": ("desk", "", ""), "o": ("card", "", ""), "m": ("survey", "", ""),
    }  # fmt: skip
    await store.save_place(CASE, THREAD, NAMED, "171.5", "171.5")
    await store.settle([settled(first["0"], provider_id="171.6")])
    [second] = await leased(store, channels=HERE)
    assert second[-4:-1] == ("desk", "171.5", "171.5")
    await store.save_place(CASE, THREAD, "", "", "171.9")
    await store.settle([settled(second, "reconciling", not_before=NOW)])
    [third] = await store.doubtful("w2", 10, NOW, NOW + 30_000, HERE)
    assert third[-6:-1] == ("", "", "desk", "171.5", "171.9")


async def test_a_place_that_a_case_has_already_keeps_its_thread(store):
    """A case that comes back to a desk goes on where it was."""
    await turn(store, cases=[case()], places=[PlaceRow(CASE, THREAD, "")])
    await store.save_place(CASE, THREAD, NAMED, "171.5", "171.5")
    again = [PlaceRow(CASE, THREAD, ""), message("m", THREAD, channel="slack", kind="desk")]
    await turn(store, cases=[case(version=2)], places=again[:1], outbox=again[1:])
    [lease] = await leased(store, channels=HERE)
    assert (lease.thread, lease.card_id) == ("171.5", "171.5")


async def test_a_change_brings_the_card_it_changes_along_and_where_the_card_is_now(store):
    await turn(store, cases=[case()], places=[PlaceRow(CASE, THREAD, "")])
    await turn(store, outbox=[message("card", THREAD, channel="slack", kind="card")])
    [card] = await leased(store, channels=HERE)
    await store.settle([settled(card, provider_id="171.5")])
    await store.save_place(CASE, THREAD, NAMED, "171.5", "191.7")
    await turn(store, outbox=[message("new", THREAD, channel="slack", kind="card", edits="card")])
    [change] = await leased(store, channels=HERE)
    assert (change.shown, change.shown_id, change.card_id) == ('{"key":"card"}', "171.5", "191.7")


@pytest.mark.parametrize(("kind", "fate"), [("agent", "cancelled"), ("case", "cancelled"), ("notice", "sending")])
async def test_p8_a_persons_words_do_not_go_to_who_has_opted_out(store, kind, fate):
    await turn(store, outbox=[message("m", kind=kind)], addresses=[address(opted_out_at=NOW)])
    await leased(store)
    assert await states(store, "m") == [fate]


@pytest.mark.parametrize("kind", ["card", "desk", "status"])
async def test_what_desks_are_shown_does_not_ask_whether_the_customer_has_opted_out(store, kind):
    """Only the own address counts: an agent's phone that has opted out gets nothing."""
    to_desks = [message(lane, lane, channel=lane.partition(":")[0], kind=kind) for lane in (THREAD, PHONE)]
    gone = [address(opted_out_at=NOW, case_id=CASE), address(PHONE, opted_out_at=NOW)]
    await turn(store, outbox=to_desks, addresses=gone, cases=[case()])
    await leased(store, channels=HERE)
    assert await states(store, THREAD, PHONE) == ["sending", "cancelled"]


async def test_a_new_thread_begins_with_the_latest_card_and_what_was_shown(store):
    """Of this case and place only, and nothing that never arrived."""

    def note(key, lane=THREAD, kind="desk"):
        return message(f"k{CASE}.{key}", lane, channel="slack", kind=kind)

    shown = [note("card", kind="card"), note("1"), note("s", kind="status"), note("2"), note("3"), note("4")]
    await turn(store, outbox=[*shown, note("card.5", kind="card"), note("6"), note("7", "slack:C2")])
    other = message(f"k{OTHER}.1", THREAD, channel="slack", kind="desk")
    await turn(store, outbox=[other, message(f"k{OTHER}.card", "slack:C3", channel="slack", kind="card")])
    while taken := await leased(store, channels=HERE):
        fates = {f"k{CASE}.2": "failed", f"k{CASE}.6": "cancelled"}
        await store.settle([settled(lease, fates.get(lease.key, "sent")) for lease in taken])
    payloads = [f'{{"key":"k{CASE}.{key}"}}' for key in ("card.5", "3", "4")]
    assert await store.place_tail(CASE, THREAD, 2) == Tail(payloads[0], payloads[1:])
    assert await store.place_tail(OTHER, "slack:C9", 2) == Tail("", [])


# --- threads that are being opened -----------------------------------------------------------------------------------

GROUP = "slack:C1"


async def opening(store, *lanes: str) -> set[str]:
    """The groups that a batch of these lanes knows to be getting threads."""
    await store.accept([event(f"o-{lane}-{next(NUMBERS)}", lane) for lane in lanes])
    seen = Seen()
    assert await store.work(10, NOW, seen) == len(lanes)
    assert all(batch.dockets.keys() <= set(lanes) for batch in seen)
    return {group for batch in seen for group in batch.opening}


async def test_a_batch_knows_the_groups_in_which_a_thread_has_no_name_yet(store):
    """From the card's own transaction until the thread is written down; only groups whose threads are in the batch."""
    stranger, elsewhere = "slack:C1#180.1", "slack:C2#1"
    assert await opening(store, stranger) == set()
    await turn(store, cases=[case()], places=[PlaceRow(CASE, THREAD, "", GROUP)])
    assert await opening(store, stranger, elsewhere) == {GROUP}
    assert await opening(store, elsewhere, GROUP, LANE) == set()
    await store.save_place(CASE, THREAD, "", "", "171.5")
    assert await opening(store, stranger) == {GROUP}
    await store.save_place(CASE, THREAD, NAMED, "171.5", "171.5")
    assert await opening(store, stranger) == set()


async def test_a_thread_that_is_gone_is_one_that_is_being_opened(store):
    """Its case is known in the old one until there is a new one, and the card is what tells that there was one."""
    await turn(store, cases=[case()], places=[PlaceRow(CASE, THREAD, "", GROUP)])
    await store.save_place(CASE, THREAD, NAMED, "171.5", "171.5")
    await store.lose_thread(CASE, THREAD, GROUP)
    assert await opening(store, "slack:C1#190.1") == {GROUP}
    await turn(store, outbox=[message("m", THREAD, channel="slack", kind="desk")])
    [lease] = await leased(store, channels=HERE)
    assert (lease.thread, lease.card_id) == ("", "171.5")
    seen = Seen()
    await store.accept([event("old", NAMED)])
    await store.work(10, NOW, seen)
    assert [docket.case_id for docket in seen[0].dockets[NAMED]] == [CASE]
    await store.save_place(CASE, THREAD, "slack:C1#190.1", "190.1", "190.1")
    assert await opening(store, "slack:C1#190.1") == set()


async def test_what_waits_for_a_threads_name_is_found_with_it(store):
    """Also where the batch was read ahead of the name: then it still waits, and the next look finds its case."""
    await turn(store, cases=[case()], places=[PlaceRow(CASE, THREAD, "", GROUP)])
    await store.accept([event("a", "sms:+1", ready_at=NOW - 2), event("b", "sms:+2", ready_at=NOW - 1)])
    await store.accept([event("said", NAMED)])
    looks = []

    def decide(batch):
        rows = finishing()(batch)
        for claimed in batch.events:
            if claimed.lane == NAMED:
                looks.append((claimed.attempts, set(batch.opening), NAMED in batch.dockets))
                if NAMED not in batch.dockets:
                    rows.done.remove(claimed.id)
                    rows.parked.append(Parked(claimed.id, "new", claimed.attempts, NOW + 1_000, ""))
        return rows

    assert await store.work(2, NOW, decide) == 2
    await store.save_place(CASE, THREAD, NAMED, "171.5", "171.5")
    while await store.work(2, NOW, decide):
        pass
    while await store.work(2, NOW + 1_000, decide):
        pass
    assert looks[-1] == (0, set(), True)
    assert all(group == {GROUP} for _, group, known in looks if not known)
