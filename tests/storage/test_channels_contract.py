"""What bot.ports.Store promises about changes of messages, links and connected accounts, on both databases."""

import asyncio
import hashlib
import json

import msgspec
import pytest

from bot.errors import Conflict
from bot.messages import Address, DeadLink, Inbound, Invite
from bot.rows import LinkRow, Opened
from tests.storage.builders import (
    NOW,
    REST,
    Seen,
    address,
    delivery,
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

ANNA, BEN = Address("sms", "+491"), Address("sms", "+492")
TOKEN = hashlib.sha256(b"secret").hexdigest()
_inbound = msgspec.json.Decoder(Inbound).decode
INVITE = Invite("nps", "rev1", "", "link", {"first_name": "Ä\0"})

# --- changes -------------------------------------------------------------------------------------------------------


async def test_a_lease_of_a_change_says_what_is_to_be_changed(store):
    await turn(store, outbox=[message("1")])
    [lease] = await leased(store)
    await store.settle([settled(lease, provider_id="SM1")])
    await turn(store, outbox=[message("1.m2", edits="1", kind="mark")])
    [lease] = await leased(store)
    assert (lease.key, lease.shown, lease.shown_id) == ("1.m2", '{"key":"1"}', "SM1")


@pytest.mark.parametrize("sent", [True, False])
async def test_what_has_no_id_or_is_not_there_has_none_in_the_lease(store, sent):
    if sent:
        await turn(store, outbox=[message("1")])
        [lease] = await leased(store)
        await store.settle([settled(lease, "failed")])
    await turn(store, outbox=[message("1.m2", edits="1", kind="mark")])
    [lease] = await leased(store)
    assert (lease.shown, lease.shown_id) == ('{"key":"1"}' if sent else "", "")


async def test_p6_a_change_waits_for_the_message_it_changes(store):
    await turn(store, outbox=[message("1"), message("1.m2", edits="1", kind="mark")])
    [lease] = await leased(store)
    await store.settle([settled(lease, "reconciling", not_before=NOW + REST)])
    assert await leased(store) == []
    await turn(store, deliveries=[delivery("1", "sent", 4, provider_id="SM1")])
    [lease] = await leased(store)
    assert (lease.key, lease.shown_id) == ("1.m2", "SM1")


async def test_p8_a_stop_cancels_changes(store):
    await turn(store, outbox=[message("1.m2", edits="1", kind="mark")], addresses=[address(opted_out_at=NOW)])
    assert await leased(store) == []
    assert await states(store, "1.m2") == ["cancelled"]


@pytest.mark.parametrize(
    ("before", "after"),
    [("sending", "sent"), ("reconciling", "sent"), ("unknown", "sent"), ("queued", "sent"), ("sent", "sent"),
     ("delivered", "delivered"), ("read", "read"), ("undelivered", "undelivered"), ("failed", "failed")],
)  # fmt: skip
async def test_a_press_upgrades_a_message_in_doubt_and_takes_none_back(store, before, after):
    """It is a report of rank 3 with the provider's id."""
    await turn(store, outbox=[message("m")])
    [lease] = await leased(store)
    if before in {"delivered", "read", "undelivered"}:
        ranks = {"delivered": 5, "undelivered": 5, "read": 6}
        await turn(store, deliveries=[delivery("m", before, ranks[before], provider_id="SM1")])
    elif before != "sending":
        await store.settle([settled(lease, before, not_before=NOW + REST, provider_id="SM1" * (before == "sent"))])
    await turn(store, deliveries=[delivery("m", "sent", 4, provider_id="P7")])
    row = await store.outbound("m")
    found = {"sent": {"P7", "SM1"}, "failed": {""}}.get(after, {"SM1"})
    assert row["state"] == after
    assert row["provider_id"] in found
    assert before == "failed" or row["provider_id"]


# --- links ---------------------------------------------------------------------------------------------------------


def link(**fields) -> LinkRow:
    return LinkRow(TOKEN, "sms", json.dumps(msgspec.to_builtins(INVITE)), NOW, NOW + 1_000)._replace(**fields)


def opened(source: Address = ANNA, at: int = NOW, token: str = TOKEN, language: str = "de") -> Opened:
    return Opened(token, source, language, f"{source.chat}@{at}", at)


async def follows(store, *some: Opened):
    """The events that these openings lead to: whose, and what."""
    lane = some[0].source.lane
    await turn(store, lane, opened=list(some))
    seen = Seen()
    while await store.work(10, NOW + 10_000, seen):
        pass
    bodies = [claimed.body for batch in seen for claimed in batch.events if "source" in claimed.body]
    return [(inbound.source, inbound.body) for inbound in map(_inbound, bodies)]


INVITED = Invite("nps", "rev1", "de", "link", {"first_name": "Ä\0"})


@pytest.mark.parametrize(
    ("openings", "bodies"),
    [
        ([opened()], [(ANNA, INVITED)]),
        ([opened(), opened()], [(ANNA, INVITED)]),
        ([opened(), opened(at=NOW + 5)], [(ANNA, INVITED)]),
        ([opened(), opened(BEN)], [(ANNA, INVITED), (BEN, DeadLink("used"))]),
        ([opened(at=NOW + 999)], [(ANNA, INVITED)]),
        ([opened(at=NOW + 1_000)], [(ANNA, DeadLink("expired"))]),
        ([opened(token="x")], [(ANNA, DeadLink("unknown"))]),
        ([opened(Address("telegram", "7"))], [(Address("telegram", "7"), DeadLink("unknown"))]),
    ],
)
async def test_a_link_leads_the_first_to_a_survey_and_the_others_to_an_explanation(store, openings, bodies):
    await store.save_link(link())
    assert await follows(store, *openings) == bodies


async def test_the_language_of_a_link_counts_more_than_the_persons(store):
    await store.save_link(link(invite=json.dumps(msgspec.to_builtins(INVITE) | {"language": "en"})))
    [(_, invited)] = await follows(store, opened())
    assert invited.language == "en"


async def test_p2_of_many_who_open_a_link_at_the_same_moment_one_has_it(store):
    await store.save_link(link())
    people = [Address("sms", f"+49{n}") for n in range(10)]
    # ready before what follows from them, or a second step of somebody could come before another one's first
    await store.accept([event(f"start {to.lane}", to.lane, ready_at=NOW - 1) for to in people])
    waiting = {to.lane: to for to in people}

    def decide(batch):
        return finishing(opened=[opened(waiting[lane]) for lane in batch.lanes])(batch)

    at_once = sum(await asyncio.gather(*(store.work(1, NOW, decide) for _ in people)))
    for _ in people[at_once:]:  # somebody may find every lane in other hands
        assert await store.work(1, NOW, decide) == 1
    seen = Seen()
    await store.work(100, NOW, seen)
    bodies = [_inbound(claimed.body) for batch in seen for claimed in batch.events]
    [winner] = [inbound.source for inbound in bodies if isinstance(inbound.body, Invite)]
    assert [inbound.body for inbound in bodies if inbound.source != winner] == [DeadLink("used")] * 9
    assert (await store.link(TOKEN))["used_by"] == winner.lane


async def test_p2_what_an_opening_leads_to_is_undone_with_its_batch(store):
    await store.save_link(link())
    await store.accept([event("start")])

    def moved_on(batch):
        return finishing(opened=[opened()], sessions=[session(version=7)])(batch)

    with pytest.raises(Conflict):
        await store.work(1, NOW, moved_on)
    assert (await store.link(TOKEN))["used_at"] == 0
    assert (ANNA, INVITED) in await follows(store, opened())


async def test_a_link_is_kept_as_it_was_first_saved(store):
    await store.save_link(link())
    await store.save_link(link(channel="telegram", expires_at=NOW))
    row = await store.link(TOKEN)
    assert (row["channel"], row["created_at"], row["expires_at"], row["used_at"], row["used_by"]) == (
        "sms", NOW, NOW + 1_000, 0, "",
    )  # fmt: skip
    assert "invite" not in row
    assert await store.link("x") is None


# --- connected accounts --------------------------------------------------------------------------------------------


async def test_credentials_are_kept_replaced_and_forgotten_by_channel_and_account(store):
    for channel, account, sealed in (("slack", "T2", "b"), ("slack", "T1", "a"), ("brand", "T1", "c")):
        await store.save_installation(channel, account, sealed, NOW)
    await store.save_installation("slack", "T1", "new", NOW + 1)
    assert await store.installation("slack", "T1") == "new"
    assert await store.installation("brand", "T1") == "c"
    assert await store.installation("slack", "T3") is None
    assert await store.installations("slack") == ["T1", "T2"]
    await store.remove_installation("slack", "T1")
    await store.remove_installation("slack", "T1")
    assert await store.installations("slack") == ["T2"]
    assert await store.installations("brand") == ["T1"]


async def test_outbox_rows_of_a_turn_keep_their_order_with_changes_among_them(store):
    await turn(store, outbox=[message("1"), message("1.m2", edits="1", kind="mark"), message("2")])
    order = []
    while lease := await leased(store):
        order += keys(lease)
        await store.settle([settled(each, provider_id="SM1") for each in lease])
    assert order == ["1", "1.m2", "2"]
