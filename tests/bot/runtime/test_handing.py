"""How a message is handed over: deleted, shown as a sign, whispered, with its files; and what its case hears of it."""

import itertools

import pytest

from bot.errors import InDoubt, Rejected, Throttled, Unavailable, Unreachable
from bot.messages import Media, Pressed, Said
from bot.runtime.caserows import AGENT_LIFE
from bot.runtime.parcels import FETCHES
from bot.runtime.supervisor import Supervisor
from bot.runtime.verdict import FIRST_RETRY, LONGEST_RETRY
from tests.bot.runtime.floor import ROOM
from tests.bot.runtime.house import ANNA, Ledger, Line, soon
from tests.bot.runtime.rooms import Hall, Room, Rooms
from tests.bot.runtime.test_threads import ONLY_ROOM, note

PHOTO = Media("F1", "image/jpeg", "photo.jpg")
THREAD = "slack:C1#tP1"


class Chat(Hall):
    """A customer's channel that can do everything."""

    name = "sms"


async def talking(store, library, line: Line | None = None, room: Line | None = None) -> Rooms:
    """Mia has claimed Anna's case; `rooms.case` is its id."""
    rooms = Rooms(store, library, room=room, line=line, desks=ONLY_ROOM)
    rooms.case = await rooms.opened()
    await rooms.acts_at(Pressed(rooms.room.taken[0].key, "claim"), ROOM.lane)
    return rooms


async def said(rooms: Rooms) -> list[str]:
    """What the agents' messages have come to, the oldest first."""
    return [entry["delivery"] for entry in (await rooms.store.case(rooms.case))["entries"] if entry["kind"] == "agent"]


# --- what the case hears ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "state", "sign"),
    [
        (None, "sent", "sent"),
        (Rejected("too long"), "failed", "failed"),
        (InDoubt("reset"), "unknown", "unknown"),
        (Unreachable("out", opted_out=True), "failed", "failed"),
    ],
)
async def test_lf4_what_became_of_a_message_shows_on_it(store, library, error, state, sign):
    rooms = await talking(store, library)
    rooms.line.script = [error] if error else []
    await rooms.acts_at(Said("Hello", ref="R5"), THREAD)
    assert await said(rooms) == [state]
    assert rooms.room.signs[-1] == ("R5", sign)
    assert len([one for one in rooms.line.tried if one.prompt.text == "Hello"]) == 1


async def test_lf4_a_send_that_was_looked_up_is_told_once(store, library):
    rooms = await talking(store, library, line=Ledger(known=[]))
    rooms.line.script = [InDoubt("reset")]
    await rooms.acts_at(Said("Hello", ref="R5"), THREAD)
    assert rooms.room.signs[-1] == ("R5", "pending")
    rooms.line.known = [None]
    rooms.clock.passes(120_000)
    await rooms.looks_up()
    for _ in range(3):
        await rooms.waits(0)
    assert rooms.room.signs[-1] == ("R5", "sent")


async def test_an_agents_words_that_wait_too_long_are_not_sent_and_the_agent_is_told(store, library):
    rooms = await talking(store, library)
    rooms.line.script = [Unavailable("down")] * 1_000
    await rooms.acts_at(Said("Hello", ref="R5"), THREAD)
    rooms.clock.passes(AGENT_LIFE + LONGEST_RETRY)
    for _ in range(3):
        await rooms.waits(0)
    assert await said(rooms) == ["expired"]
    assert rooms.room.signs[-1] == ("R5", "failed")


# --- deleted, shown, whispered ---------------------------------------------------------------------------------------


async def test_a_message_is_deleted_where_it_arrived(store, library):
    rooms = await talking(store, library, line=Chat())
    await note(rooms, rooms.case, ANNA.lane, "oops", kind="agent")
    await rooms.sends()
    edits = f"k{rooms.case}.test.oops"
    await note(rooms, rooms.case, ANNA.lane, "gone", kind="agent", edits=edits, removes=True)
    await rooms.sends()
    assert rooms.line.removed == [f"P{len(rooms.line.tried)}"]
    await note(rooms, rooms.case, ANNA.lane, "again", kind="agent", edits="never", removes=True)
    await rooms.sends()
    assert await rooms.state(f"k{rooms.case}.test.again") == "failed"


async def test_where_no_signs_can_be_shown_none_is_tried(store, library):
    rooms = Rooms(store, library)
    case = "a" * 24
    await note(rooms, case, ANNA.lane, "sent", kind="status", reply_to="R1")
    await rooms.sends()
    row = await rooms.store.outbound(f"k{case}.test.sent")
    assert (row["state"], row["error"], rooms.line.tried) == ("cancelled", "this channel shows no signs", [])


async def test_a_sign_is_tried_three_times(store, library):
    rooms = await talking(store, library)
    rooms.room.refuse["react"] = [Unavailable("down")] * 99
    await note(rooms, rooms.case, f"slack:C1#@{rooms.case}", "sent", kind="status", reply_to="R1")
    for wait in range(5):
        await rooms.sends()
        rooms.clock.passes(FIRST_RETRY * 2**wait)
    assert await rooms.state(f"k{rooms.case}.test.sent") == "failed"
    assert len(rooms.room.refuse["react"]) == 96


async def test_a_whisper_is_said_to_all_where_nobody_can_whisper(store, library):
    rooms = Rooms(store, library)
    case = "a" * 24
    await note(rooms, case, "telegram:-100", "psst", whisper="7", reply_to="3")
    await rooms.sends()
    assert [(one.prompt.text, one.reply_to) for one in rooms.hall.taken] == [("psst", "3")]


# --- files -----------------------------------------------------------------------------------------------------------


async def test_lf13_files_go_from_one_channel_to_the_other(store, library):
    rooms = await talking(store, library, line=Chat())
    await rooms.acts_at(Said("Look", (PHOTO,), "R5"), THREAD)
    assert rooms.line.files == [("Look", ["photo.jpg"])]
    assert await said(rooms) == ["sent"]
    await rooms.gets(Said("Mine", (PHOTO,)))
    await rooms.waits()
    assert rooms.room.files[-1][1] == ["photo.jpg"]


async def test_lf13_a_file_that_takes_its_time_is_fetched_again_and_the_channel_goes_on(store, library):
    rooms = await talking(store, library, line=Chat())
    rooms.room.refuse["fetch"] = [Unavailable("down"), InDoubt("reset")]
    await rooms.acts_at(Said("Look", (PHOTO,), "R5"), THREAD)
    assert await said(rooms) == ["queued"]
    for _ in range(2):
        await rooms.waits(5_000)
    assert rooms.line.files == [("Look", ["photo.jpg"])]


async def test_lf13_a_desk_reads_the_words_even_if_their_file_cannot_be_had(store, library):
    rooms = await talking(store, library, line=Chat())
    rooms.line.refuse["fetch"] = [Throttled("slow", 1.0)] * 99
    await rooms.gets(Said("It is broken", (PHOTO,)))
    for _ in range(FETCHES + 1):
        await rooms.waits(5_000)
    [text] = [text for _, text in rooms.room.stood if "It is broken" in text]
    assert "photo.jpg" in text


async def test_lf13_a_file_from_a_channel_that_is_gone_cannot_be_had(store, library):
    rooms = await talking(store, library)
    await note(rooms, rooms.case, f"slack:C1#@{rooms.case}", "look", media=(PHOTO,), origin="gone:1")
    await rooms.sends()
    assert "photo.jpg" in rooms.room.stood[-1][1]


async def test_lf10_a_file_for_a_thread_that_is_gone_opens_a_new_one(store, library):
    rooms = await talking(store, library, line=Chat())
    rooms.room.gone.add("tP1")
    await rooms.gets(Said("Mine", (PHOTO,)))
    await rooms.waits()
    [new] = {thread for thread, _ in rooms.room.stood if thread not in ("", "tP1")}
    assert rooms.room.files[-1][1] == ["photo.jpg"]
    assert rooms.room.stood[-1][0] == new


# --- what goes first -------------------------------------------------------------------------------------------------


async def test_lf15_an_agents_words_go_before_a_desks_and_signs_come_last(store, library):
    rooms = Rooms(store, library)
    case = "a" * 24
    for number, kind in enumerate(("status", "desk", "survey", "agent")):
        await note(rooms, case, f"telegram:-1{number}", kind, kind=kind)
    began = []
    send = rooms.hall.send

    async def noted(message):
        began.append(message.kind)
        return await send(message)

    async def shown(*_):
        began.append("status")

    rooms.hall.send, rooms.hall.react = noted, shown
    await rooms.sends()
    assert began == ["agent", "survey", "desk", "status"]


# --- the web inbox ---------------------------------------------------------------------------------------------------


async def test_an_act_in_the_web_inbox_has_one_effect_however_often_it_comes(store, library):
    rooms = Rooms(store, library)
    case = await rooms.opened()
    for body, _ in itertools.product((Pressed("", "claim"), Said("Hello Anna", ref="w1")), range(2)):
        assert await rooms.office.act(case, "mia", body, f"{body}")
        await rooms.waits(0)
    assert [one.prompt.text for one in rooms.line.taken].count("Hello Anna") == 1
    assert not await rooms.office.act("z" * 24, "mia", Said("hello"), "x")


# --- everything runs -------------------------------------------------------------------------------------------------


async def test_a_room_that_is_served_by_the_running_house(store, library):
    """The supervisor hands desks and all channels to those who need them."""
    rooms = Rooms(store, library, room=Room())
    supervisor = Supervisor(
        store, {"sms": rooms.line, "slack": rooms.room}, library, rooms.intake, rooms.clock, desks=ONLY_ROOM
    )
    await rooms.office.invite("after-support", ANNA, language="en")
    await rooms.gets("2")
    rooms.clock.passes(10_000)
    await supervisor.start()
    await soon(lambda: len(rooms.room.stood) >= 2)
    await supervisor.stop()
