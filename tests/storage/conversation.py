"""A conversation in the middle of everything, and how it has to go on in another database."""

from bot.messages import Address
from bot.rows import Docket, JournalRow, LinkRow, Opened, Parked, PlaceRow, Settlement, TimerRow
from storage.opening import open_store
from tests.storage.builders import (
    CASE,
    LANE,
    NAMED,
    NOW,
    THREAD,
    address,
    answer,
    case,
    entry,
    event,
    file,
    finishing,
    forward,
    leased,
    message,
    rows,
    session,
    states,
    turn,
)


async def fill(url):
    """A conversation in the middle of everything, with customers' text that PostgreSQL cannot hold as it is."""
    store = await open_store(url)
    await turn(
        store,
        addresses=[address(), address("sms:+492", opted_out_at=NOW, session="s2")],
        sessions=[session(), session("s2", "sms:+492", owner="human", outcome="handed_over")],
        answers=[answer(), answer("why", type="text", value=None, text="a\0b 👩‍👩‍👧")],
        outbox=[message("1"), message("2"), message("sent", "sms:+493"), message("held", "sms:+494")],
        timers=[TimerRow("s1", LANE, NOW + 60_000)],
        journal=[JournalRow("s1", 1, NOW, "{}")],
    )
    first, sent, held = await leased(store)
    assert (first.key, sent.key, held.key) == ("1", "sent", "held")
    await store.settle([
        Settlement(sent.id, "w1", 1, "sent", provider_id="SM1"),
        Settlement(held.id, "w1", 1, "reconciling", not_before=NOW + 1000),
    ])  # fmt: skip
    await store.accept([event("new"), event("bad", "sms:+495"), event("again", "sms:+496")])
    await store.work(
        10,
        NOW,
        lambda batch: rows(
            parked=[
                Parked(claimed.id, "poison" if claimed.lane == "sms:+495" else "new", 1, NOW + 5, "KeyError")
                for claimed in batch.events
                if claimed.lane != LANE
            ]
        ),
    )
    await store.save_revision("rev1", "nps", "id: nps", NOW)
    await store.watermark("sms", NOW)
    await store.close()


async def goes_on(url):
    """The conversation that `fill` left goes on here as it would have there."""
    store = await open_store(url)
    assert await store.accept([event("new"), event("bad", "sms:+495"), event("really new")]) == 1
    assert await store.poison()
    seen = []
    assert await store.work(10, NOW + 5, lambda batch: seen.append(batch) or finishing()(batch)) == 3
    assert sorted(claimed.body[7:-2] for claimed in seen[0].events) == ["again", "new", "really new"]
    assert seen[0].lanes[LANE].version == 1
    assert await leased(store, NOW + 40_000) == []
    assert await states(store, "1", "2", "sent", "held") == ["reconciling", "queued", "sent", "reconciling"]
    looked_up = await store.doubtful("w2", 10, NOW + 40_000, NOW + 70_000, ["sms"])
    assert sorted((lease.key, lease.epoch) for lease in looked_up) == [("1", 2), ("held", 2)]
    await turn(store, outbox=[message("next", "sms:+497")])
    assert await store.tick(NOW + 60_000, 10) == 1
    assert (await store.lane("sms:+492"))["opted_out_at"] == NOW
    assert await store.watermark("sms") == NOW
    [first, *_] = await store.responses()
    assert (first["score"], first["comment"]) == (9, first["comment"])
    await store.close()


LATER = NOW + 100_000


async def fill_channels(url):
    """What Telegram and Slack leave: a link nobody has opened, a connected account, a change that waits."""
    store = await open_store(url)
    await store.save_link(
        LinkRow("token", "sms", '{"flow":"nps","revision":"r","language":"","basis":"link"}', NOW, 2 * NOW)
    )
    await store.save_installation("slack", "T1", "sealed", NOW)
    await turn(store, "sms:+498", outbox=[message("mark", "sms:+498", kind="mark", edits="sent", not_before=LATER)])
    await store.close()


async def channels_go_on(url):
    """All of it works here as it would have there."""
    store = await open_store(url)
    assert await store.installations("slack") == ["T1"]
    assert await store.installation("slack", "T1") == "sealed"
    [mark] = [lease for lease in await leased(store, LATER) if lease.key == "mark"]
    assert mark.shown_id == "SM1"
    anna = Address("sms", "+498")
    await turn(store, anna.lane, opened=[Opened("token", anna, "de", "e", NOW)])
    assert (await store.link("token"))["used_by"] == anna.lane
    await store.close()


async def fill_cases(url):
    """A customer whose case somebody has in hand, in a thread where a message waits."""
    store = await open_store(url)
    await turn(
        store,
        addresses=[address("sms:+499", session="", case_id=CASE, history="[9]")],
        cases=[case(lane="sms:+499", state='{"name":"Eva"}')],
        entries=[entry(text="a\0b"), entry(1, key="sent")],
        places=[PlaceRow(CASE, THREAD, "")],
        outbox=[message("note", THREAD, channel="slack", kind="desk", not_before=LATER)],
    )
    await store.save_place(CASE, THREAD, NAMED, "171.5", "171.5")
    await store.save_file(file())
    assert await store.voucher("support", "goodwill", "k.1.0", ["A1", "B2"], NOW) == "A1"
    await store.close()


async def cases_go_on(url):
    """The case is where it was, and goes on from there."""
    store = await open_store(url)
    [note] = await leased(store, LATER, channels=["slack"])
    assert (note.kind, note.thread, note.card_id) == ("desk", "171.5", "171.5")
    await store.accept([event("agent", NAMED), event("customer", "sms:+499")])
    seen = []
    changed = case(lane="sms:+499", version=2, phase="claimed")

    def claim(batch):
        seen.append(batch)
        return finishing(cases=[changed], forwards=[forward("agent")])(batch)

    assert await store.work(10, NOW, claim) >= 2
    lane = seen[0].lanes["sms:+499"]
    assert (lane.case, lane.case_version, lane.history) == ('{"name":"Eva"}', 1, "[9]")
    assert seen[0].dockets == {NAMED: [Docket(CASE, "K7Q2", "sms:+499", "", "open", "Eva")]}
    found = await store.case(CASE)
    assert [line["delivery"] for line in found.pop("entries")] == ["", "sent"]
    assert found == changed._asdict()
    assert (await store.event("slack", "desk:agent"))["state"] == "new"
    assert (await store.file(file().token_hash, NOW))["data"] == file().data
    assert await store.voucher("support", "goodwill", "k.2.0", ["A1", "B2"], NOW) == "B2"
    await store.close()
