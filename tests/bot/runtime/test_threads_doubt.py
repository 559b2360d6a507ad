"""What a desk may or may not have read already: looked up in its thread, or said once more with a mark (P5)."""

import pytest

from bot.errors import InDoubt, Throttled, Unavailable
from bot.messages import Sent
from bot.runtime.dispatcher import GIVE_UP_LOOKING, LEASE, LOOK_UP_AGAIN
from bot.runtime.verdict import FIRST_RETRY
from tests.bot.runtime.rooms import Archive, Rooms
from tests.bot.runtime.test_threads import FORUM, ONLY_ROOM, note, place


@pytest.fixture
def rooms(store, library) -> Rooms:
    return Rooms(store, library)


@pytest.fixture
def forum(store, library) -> Rooms:
    return Rooms(store, library, desks=FORUM)


async def test_p5_what_a_desk_may_have_read_already_says_so(forum):
    case = await forum.opened()
    forum.hall.script = [InDoubt("reset")]
    await note(forum, case, f"telegram:-100#@{case}", "one", "two")
    await forum.sends()
    assert await forum.state(f"k{case}.test.one") == "reconciling"
    forum.clock.passes(LEASE + FIRST_RETRY)
    await forum.looks_up()
    await forum.sends()
    assert [text for _, text in forum.hall.stood][-2:] == ["one (maybe repeated)", "two"]


async def test_p5_it_is_repeated_until_it_is_known_to_have_come_or_nobody_cares(forum):
    case = await forum.opened()
    forum.hall.script = [InDoubt("reset"), InDoubt("reset"), Throttled("slow", 1.0)] + [InDoubt("reset")] * 99
    await note(forum, case, f"telegram:-100#@{case}", "one")
    await forum.sends()
    name = f"k{case}.test.one"
    for _ in range(3):
        assert await forum.state(name) == "reconciling"
        forum.clock.passes(LEASE + LOOK_UP_AGAIN)
        await forum.looks_up()
    forum.clock.passes(GIVE_UP_LOOKING)
    await forum.looks_up()
    assert await forum.state(name) == "unknown"


async def test_p5_a_sign_in_doubt_is_shown_again(rooms):
    case = await rooms.opened()
    rooms.room.refuse["react"] = [InDoubt("reset")]
    await note(rooms, case, f"slack:C1#@{case}", "sent", kind="status", reply_to="R1")
    await rooms.sends()
    rooms.clock.passes(FIRST_RETRY)
    await rooms.sends()
    assert rooms.room.signs == [("R1", "sent")]


async def test_p5_a_card_in_doubt_that_is_found_has_its_thread(store, library):
    rooms = Rooms(store, library, room=Archive(InDoubt("reset"), known=[Sent("P7")]), desks=ONLY_ROOM)
    case = await rooms.opened()
    rooms.clock.passes(LEASE + 60_000)
    await rooms.looks_up()
    await rooms.sends()
    assert {thread for thread, _ in rooms.room.stood} == {"tP7"}
    assert await place(rooms, case, f"slack:C1#@{case}") == ("tP7", "P7")


async def test_p5_a_note_in_doubt_is_looked_up_in_its_thread(store, library):
    room = Archive()
    rooms = Rooms(store, library, room=room, desks=ONLY_ROOM)
    case = await rooms.opened()
    looked = []

    async def find(message, since, taken=()):
        looked.append(message.to.thread)
        return Sent("P9")

    room.find, room.script = find, [InDoubt("reset")]
    await note(rooms, case, f"slack:C1#@{case}", "one")
    await rooms.sends()
    rooms.clock.passes(LEASE + 60_000)
    await rooms.looks_up()
    assert (looked, await rooms.state(f"k{case}.test.one")) == (["tP1"], "sent")


async def test_p5_a_note_in_doubt_that_never_came_is_sent_with_what_waits_behind_it(store, library):
    room = Archive()
    rooms = Rooms(store, library, room=room, desks=ONLY_ROOM)
    case = await rooms.opened()
    room.script = [InDoubt("reset")]
    await note(rooms, case, f"slack:C1#@{case}", "one", "two")
    await rooms.sends()
    rooms.clock.passes(LEASE + 60_000)
    await rooms.looks_up()
    await rooms.sends()
    assert room.stood[-1] == ("tP1", "one\ntwo")


async def test_p5_a_card_in_doubt_in_a_thread_that_is_known_is_the_card_there(store, library):
    room = Archive(InDoubt("reset"), known=[Sent("P9")])
    rooms, case = Rooms(store, library, room=room), "a" * 24
    lane = f"slack:C1#@{case}"
    await rooms.store.save_place(case, lane, "slack:C1#t9", "t9", "")
    await note(rooms, case, lane, "card", kind="card")
    await rooms.sends()
    rooms.clock.passes(LEASE + 60_000)
    await rooms.looks_up()
    assert await place(rooms, case, lane) == ("t9", "P9")


async def test_p5_what_cannot_be_looked_up_for_long_is_said_once_more(store, library):
    room = Archive(known=[Unavailable("down")] * 99)
    rooms = Rooms(store, library, room=room, desks=ONLY_ROOM)
    case = await rooms.opened()
    room.script = [InDoubt("reset")]
    await note(rooms, case, f"slack:C1#@{case}", "one")
    await rooms.sends()
    for wait in (LEASE + 60_000, GIVE_UP_LOOKING + 120_000):
        rooms.clock.passes(wait)
        await rooms.looks_up()
    assert room.stood[-1] == ("tP1", "one (maybe repeated)")


async def test_p5_a_card_in_doubt_that_never_came_opens_its_thread_now(store, library):
    rooms = Rooms(store, library, room=Archive(InDoubt("reset"), known=[None]), desks=ONLY_ROOM)
    case = await rooms.opened()
    assert rooms.room.stood == []
    rooms.clock.passes(LEASE + 60_000)
    await rooms.looks_up()
    await rooms.sends()
    assert "2 of 10" in rooms.room.stood[0][1]
    assert await place(rooms, case, f"slack:C1#@{case}") == ("tP2", "P2")
