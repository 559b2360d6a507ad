"""A case's thread at a desk: opened with its card, healed when it is gone, and nothing lost on the way (LF10)."""

import msgspec
import pytest
from structlog.testing import capture_logs

from bot.cases.desks import Desk, Desks, Place
from bot.errors import InDoubt, NotAdmitted, Throttled, Unavailable
from bot.messages import Address, Outbound, Pressed, Prompt, Removed, Said, Sent
from bot.rows import OutboxRow
from bot.runtime.dispatcher import LEASE
from bot.runtime.verdict import FIRST_RETRY
from tests.bot.runtime.floor import OFFICE, ROOM
from tests.bot.runtime.house import Line
from tests.bot.runtime.rooms import Archive, Rooms, refused
from tests.storage.builders import turn

FORUM = Desks({"forum": Desk("forum", (Place(OFFICE, threads=True),))})
ONLY_ROOM = Desks({"room": Desk("room", (Place(ROOM, threads=True),))})


@pytest.fixture
def rooms(store, library) -> Rooms:
    return Rooms(store, library)


@pytest.fixture
def forum(store, library) -> Rooms:
    return Rooms(store, library, desks=FORUM)


async def place(rooms: Rooms, case: str, lane: str) -> tuple[str, str]:
    """What the next message into this lane would be told of its thread and card."""
    await note(rooms, case, lane, "probe")
    now = rooms.clock()
    [row] = await rooms.store.lease("probe", 10, now, now + LEASE, [lane.partition(":")[0]])
    return row.thread, row.card_id


async def note(rooms: Rooms, case: str, lane: str, *texts: str, kind: str = "desk", **fields) -> None:
    """Messages for a place of the case, one after the other."""
    rows = []
    now = rooms.clock()
    for text in texts:
        message = Outbound(f"k{case}.test.{text}", Address.of_lane(lane), Prompt(text), kind, **fields)
        payload = msgspec.json.encode(message).decode()
        rows.append(OutboxRow(message.key, lane, message.to.channel, case, kind, payload, now, 0, now, message.edits))
    await turn(rooms.store, "sms:turn", outbox=rows)


# --- opening ---------------------------------------------------------------------------------------------------------


async def test_the_card_is_what_a_thread_hangs_on_where_threads_hang_on_messages(rooms):
    case = await rooms.opened()
    [(thread, card), *replies] = rooms.room.stood
    assert thread == ""
    assert "2 of 10" in card
    assert {thread for thread, _ in replies} == {"tP1"}
    assert await place(rooms, case, f"slack:C1#@{case}") == ("tP1", "P1")


async def test_elsewhere_a_thread_is_opened_and_named_after_the_card(forum):
    case = await forum.opened()
    assert list(forum.hall.threads) == ["100"]
    assert "2 of 10" in forum.hall.threads["100"]
    assert {thread for thread, _ in forum.hall.stood} == {"100"}
    assert await place(forum, case, f"telegram:-100#@{case}") == ("100", "P1")


async def test_a_group_that_takes_nothing_is_told_to_the_log_once_and_once_more_when_it_does(rooms):
    case = await rooms.opened()
    lane = f"slack:C1#@{case}"
    rooms.room.refuse["send"] = [NotAdmitted("archived", "is_archived"), NotAdmitted("archived", "is_archived")]
    with capture_logs() as logs:
        await note(rooms, case, lane, "one")
        for _ in range(4):
            await rooms.waits(10 * 60_000)
    places = [(line["event"], line["place"]) for line in logs if line["event"].startswith("desk_place")]
    assert places == [("desk_place_broken", "slack:C1"), ("desk_place_works_again", "slack:C1")]
    assert sum(text.startswith("one") for _, text in rooms.room.stood) == 1


async def test_from_the_press_on_the_card_to_the_sign_on_what_was_said(rooms):
    case = await rooms.opened()
    card = rooms.room.taken[0].key
    await rooms.acts_at(Pressed(card, "claim", "P1"), ROOM.lane)
    assert (await rooms.store.case(case))["owner"] == "mia"
    assert rooms.room.edited[-1][0] == "P1"
    await rooms.acts_at(Said("Hello Anna", ref="R7"), "slack:C1#tP1")
    assert rooms.line.taken[-1].prompt.text == "Hello Anna"
    assert rooms.room.signs[-1] == ("R7", "sent")
    await rooms.acts_at(Said("hm", ref="R8"), "slack:C1#tP1", author="U2")
    assert rooms.room.whispered[-1][0] == "U2"
    await rooms.acts_at(Removed("R8"), "slack:C1#tP1", author="U2")
    assert rooms.line.taken[-1].prompt.text == "Hello Anna"


async def test_p2_an_act_at_the_desk_that_comes_twice_has_one_effect(rooms):
    case = await rooms.opened()
    await rooms.acts_at(Pressed(rooms.room.taken[0].key, "claim"), ROOM.lane)
    rooms.acts -= 1  # under the same id
    await rooms.acts_at(Pressed(rooms.room.taken[0].key, "claim"), ROOM.lane)
    assert [entry["text"] for entry in (await rooms.store.case(case))["entries"]].count(
        "Mia has claimed this case."
    ) == 1


async def test_a_message_before_any_card_brings_the_card_along(rooms):
    """The card's own send was refused for good; what comes behind it tries again."""
    rooms.room.refuse["send"] = [refused()]
    case = await rooms.opened()
    first, *rest = rooms.room.stood
    assert "2 of 10" in first[1]
    assert {thread for thread, _ in rest} == {"tP1"}
    assert await place(rooms, case, f"slack:C1#@{case}") == ("tP1", "P1")


@pytest.mark.parametrize("desks", [ONLY_ROOM, FORUM])
async def test_a_case_without_a_card_has_a_thread_named_by_its_code(store, library, desks):
    rooms = Rooms(store, library, desks=desks)
    case = "a" * 24
    [place] = next(iter(desks.desks.values())).places
    await note(rooms, case, place.lane(case), "hello")
    await rooms.sends()
    hall = rooms.room if desks is ONLY_ROOM else rooms.hall
    assert [len(title) for title in hall.threads.values()] == [4]
    assert hall.stood == [("100", "hello")]


async def test_where_a_group_takes_no_threads_any_more_nothing_is_lost(forum):
    """Topics were turned off."""
    forum.hall.refuse["open"] = [refused()] * 9
    await forum.opened()
    assert len(forum.hall.stood) >= 2
    code = (await forum.store.cases())[0]["code"]
    assert all(thread == "" and text.startswith(code) for thread, text in forum.hall.stood)


async def test_a_channel_that_has_no_threads_at_all_reads_it_all_the_same(store, library):
    rooms = Rooms(store, library, hall=Line(), desks=FORUM)
    await rooms.opened()
    assert {message.to.thread for message in rooms.hall.taken} == {""}
    assert all(not message.prompt.options for message in rooms.hall.taken)


# --- before its name is written down ---------------------------------------------------------------------------------


async def test_who_answers_before_the_threads_name_is_written_down_is_heard_once_it_is(store, library):
    """The card arrived, and its answer was lost: the agent's words wait until the card is looked up."""
    rooms = Rooms(store, library, room=Archive(InDoubt("reset"), known=[Sent("P1")]), desks=ONLY_ROOM)
    case = await rooms.opened()
    await rooms.acts_at("!claim", "slack:C1#tP1")
    await rooms.acts_at("Hello Anna", "slack:C1#tP1")
    for _ in range(3):
        await rooms.waits(1_000)
    assert (await rooms.store.case(case))["owner"] == ""
    rooms.clock.passes(LEASE + 60_000)
    await rooms.looks_up()
    for _ in range(3):
        await rooms.waits(1_000)
    assert (await rooms.store.case(case))["owner"] == "slack:U1"
    assert rooms.line.taken[-1].prompt.text == "Hello Anna"
    assert (await rooms.store.counts())["inbox_poison"] == 0


async def test_lf10_who_answers_in_a_new_thread_before_its_name_is_written_down_is_heard(store, library):
    room = Archive()
    rooms = Rooms(store, library, room=room, desks=ONLY_ROOM)
    case = await rooms.opened()
    room.gone.add("tP1")
    room.script, room.known = [InDoubt("reset")], [Sent("P9"), None]
    await note(rooms, case, f"slack:C1#@{case}", "one")
    await rooms.sends()
    await rooms.acts_at("!claim", "slack:C1#tP9")
    assert (await rooms.store.case(case))["owner"] == ""
    rooms.clock.passes(LEASE + 60_000)
    await rooms.looks_up()
    await rooms.sends()
    for _ in range(3):
        await rooms.waits(1_000)
    assert [thread for thread, text in room.stood if text == "one"] == ["tP9"]
    assert (await rooms.store.case(case))["owner"] == "slack:U1"


# --- healing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["room", "hall"])
async def test_lf10_three_messages_into_a_thread_that_is_gone_open_one_and_keep_their_order(store, library, which):
    rooms = Rooms(store, library, desks=ONLY_ROOM if which == "room" else FORUM)
    case = await rooms.opened()
    hall = getattr(rooms, which)
    [gone] = {thread for thread, _ in hall.stood if thread}
    old = [text for thread, text in hall.stood if thread == gone]
    hall.gone.add(gone)
    hall.stood.clear()
    lane = f"{hall.name}:{'C1' if which == 'room' else '-100'}#@{case}"
    await note(rooms, case, lane, "one", "two", "three")
    await rooms.sends()
    threads = {thread for thread, _ in hall.stood if thread}
    assert len(threads) == 1
    assert gone not in threads
    assert [text for _, text in hall.stood][-3:] == ["one", "two", "three"]
    card, tail, *_ = [text for _, text in hall.stood]
    assert "2 of 10" in card
    assert old[-1] in tail
    [found] = await rooms.store.cases()
    assert found["id"] == case


async def test_lf10_an_agent_goes_on_in_the_new_thread(rooms):
    case = await rooms.opened()
    rooms.room.gone.add("tP1")
    await rooms.acts_at(Pressed(rooms.room.taken[0].key, "claim"), ROOM.lane)
    [new] = {thread for thread, _ in rooms.room.stood if thread not in ("", "tP1")}
    await rooms.acts_at("Hello Anna", f"slack:C1#{new}")
    assert rooms.line.taken[-1].prompt.text == "Hello Anna"
    assert (await rooms.store.case(case))["owner"] == "mia"


async def test_lf10_a_card_that_finds_its_thread_gone_is_the_new_ones_root(rooms):
    case = await rooms.opened()
    rooms.room.gone.add("tP1")
    before = len(rooms.room.taken)
    await note(rooms, case, f"slack:C1#@{case}", "card", kind="card", edits="x")
    await rooms.sends()
    new = [message.prompt.text for message in rooms.room.taken[before:]]
    assert new[0] == "card"
    assert len(new) == 2  # and what stood last


async def test_what_stood_last_is_not_worth_losing_what_waits(rooms):
    case = await rooms.opened()
    rooms.room.gone.add("tP1")

    async def tail(_message):
        raise Throttled("slow", 1.0)

    rooms.room.script = [Sent("P9"), tail]
    await note(rooms, case, f"slack:C1#@{case}", "one")
    await rooms.sends()
    assert rooms.room.stood[-1] == ("tP9", "one")


async def test_a_card_that_somebody_deleted_from_its_topic_is_sent_anew(forum):
    case = await forum.opened()
    forum.hall.refuse["edit"] = [refused()]
    await note(forum, case, f"telegram:-100#@{case}", "now", kind="card", edits="x")
    await forum.sends()
    assert forum.hall.stood[-1] == ("100", "now")
    await note(forum, case, f"telegram:-100#@{case}", "then", kind="card", edits="x")
    await forum.sends()
    assert forum.hall.edited[-1] == (f"P{len(forum.hall.taken)}", "then")


async def test_a_card_that_did_not_come_with_its_thread_comes_later(forum):
    forum.hall.script = [Unavailable("down")]
    case = await forum.opened()
    assert forum.hall.stood == []
    forum.clock.passes(FIRST_RETRY)
    await forum.sends()
    assert len(forum.hall.threads) == 1
    assert await place(forum, case, f"telegram:-100#@{case}") == ("100", "P2")


async def test_a_sign_opens_no_thread(rooms):
    case = "a" * 24
    await note(rooms, case, f"slack:C1#@{case}", "sent", kind="status", reply_to="R1")
    await rooms.sends()
    assert await rooms.state(f"k{case}.test.sent") == "failed"
    await rooms.store.save_place(case, f"slack:C1#@{case}", "slack:C1#t9", "t9", "")
    rooms.room.gone.add("t9")
    await note(rooms, case, f"slack:C1#@{case}", "read", kind="status", reply_to="R1")
    await rooms.sends()
    assert await rooms.state(f"k{case}.test.read") == "failed"
    assert rooms.room.stood == []
