"""What waits for a slow desk in one thread is put together when it goes out, and stays one message in doubt (LF15)."""

import pytest

from bot.errors import InDoubt, StoreUnavailable, Unavailable
from bot.messages import Address, Capabilities, Media, Option, Outbound, Prompt, Sent
from bot.rows import Leased
from bot.runtime.bundles import Bundles, bundled
from bot.runtime.dispatcher import LEASE, LOOK_UP_AGAIN, Dispatcher
from bot.runtime.verdict import FIRST_RETRY
from tests.bot.runtime.house import NOW, Away
from tests.bot.runtime.rooms import Archive, Rooms, refused
from tests.bot.runtime.test_threads import FORUM, ONLY_ROOM, note

CASE = "a" * 24
LANE = f"slack:C1#@{CASE}"
OPTIONS = (Option("yes", "Yes"),)


async def thread(store, library, room: Archive) -> Rooms:
    """A case's thread that is open."""
    rooms = Rooms(store, library, room=room, desks=ONLY_ROOM)
    await store.save_place(CASE, LANE, "slack:C1#t9", "t9", "P0")
    return rooms


async def waiting(rooms: Rooms, *texts: str, **fields) -> None:
    """Notes that have waited: the first one's first try was too early."""
    rooms.room.script = [Unavailable("down"), *rooms.room.script]
    await note(rooms, CASE, LANE, *texts, **fields)
    await rooms.sends()
    rooms.clock.passes(FIRST_RETRY)


async def fates(rooms: Rooms, *texts: str) -> list[tuple[str, str]]:
    rows = [await rooms.store.outbound(f"k{CASE}.test.{text}") for text in texts]
    return [(row["state"], row["provider_id"]) for row in rows]


async def test_lf15_what_waits_in_a_thread_goes_out_as_one_message(store, library):
    rooms = await thread(store, library, Archive())
    await waiting(rooms, "one", "two", "three")
    await rooms.sends()
    assert rooms.room.stood == [("t9", "one\ntwo\nthree")]
    assert await fates(rooms, "one", "two", "three") == [("sent", "P2")] * 3


async def test_what_has_not_waited_goes_by_itself(store, library):
    rooms = await thread(store, library, Archive())
    await note(rooms, CASE, LANE, "one", "two")
    await rooms.sends()
    assert rooms.room.stood == [("t9", "one"), ("t9", "two")]


@pytest.mark.parametrize("found", [True, False])
async def test_p5_in_doubt_it_is_looked_up_as_one_message(store, library, found):
    """By the key of its first; if it never came, it is sent again, and nothing is missing or twice."""
    room = Archive(known=[Sent("P7") if found else None])
    rooms = await thread(store, library, room)
    room.script = [InDoubt("reset")]
    await waiting(rooms, "one", "two")
    await rooms.sends()
    assert await fates(rooms, "one", "two") == [("reconciling", "")] * 2
    rooms.clock.passes(LEASE + 60_000)
    await rooms.looks_up()
    await rooms.sends()
    assert [key for key, _ in room.asked] == [f"k{CASE}.test.one"]
    assert room.stood == ([] if found else [("t9", "one\ntwo")])
    assert await fates(rooms, "one", "two") == [("sent", "P7" if found else "P3")] * 2


async def test_p5_what_nobody_can_look_up_is_repeated_whole_with_a_mark(store, library):
    rooms = Rooms(store, library, desks=FORUM)
    lane = f"telegram:-100#@{CASE}"
    await store.save_place(CASE, lane, "telegram:-100#9", "9", "P0")
    rooms.hall.script = [Unavailable("down"), InDoubt("reset")]
    await note(rooms, CASE, lane, "one", "two")
    await rooms.sends()
    rooms.clock.passes(FIRST_RETRY)
    await rooms.sends()
    rooms.clock.passes(LEASE + LOOK_UP_AGAIN)
    await rooms.looks_up()
    assert rooms.hall.stood == [("9", "one\ntwo (maybe repeated)")]
    assert await fates(rooms, "one", "two") == [("sent", "P3")] * 2


async def test_what_is_refused_together_is_tried_by_itself(store, library):
    rooms = await thread(store, library, Archive())
    await waiting(rooms, "one", "two")
    rooms.room.refuse["send"] = [refused()]
    await rooms.sends()
    assert rooms.room.stood == [("t9", "two")]
    assert await fates(rooms, "one", "two") == [("failed", ""), ("sent", "P2")]


async def test_a_database_that_is_away_sends_nothing_twice(store, library):
    rooms = await thread(store, library, Archive())
    await waiting(rooms, "one", "two")
    away = Away(store, take_along=[StoreUnavailable("down")])
    dispatcher = Dispatcher("slack", rooms.room, away, "w", rooms.clock)
    rooms.dispatchers[1] = dispatcher
    await rooms.sends()
    assert rooms.room.stood == []
    assert await fates(rooms, "one", "two") == [("queued", "")] * 2
    rooms.clock.passes(FIRST_RETRY)
    await rooms.sends()
    assert rooms.room.stood == [("t9", "one\ntwo")]


# --- what goes together ----------------------------------------------------------------------------------------------


class Behind:
    """A store in which these wait."""

    def __init__(self, *messages: Outbound) -> None:
        import msgspec  # noqa: PLC0415

        self.payloads = [msgspec.json.encode(message).decode() for message in messages]

    async def take_along(self, *facts):
        taken, fits = [], facts[-1]
        for payload in self.payloads:
            if not fits(payload):
                break
            taken.append(payload)
        return taken


def message(text: str = "hello", lane: str = LANE, **fields) -> Outbound:
    return Outbound(f"k{CASE}.{text}", Address.of_lane(lane), Prompt(text, fields.pop("options", ())), "desk", **fields)


async def goes_along(head: Outbound, *behind: Outbound, most: int = 100, kind: str = "desk", attempts: int = 2) -> str:
    row = Leased(1, head.key, head.to.lane, "slack", "", attempts, NOW, 1, kind=kind)
    bundles = Bundles(Behind(*behind), "w", lambda: NOW, Capabilities(max_text=most, text_unit="utf16"))
    return bundled(head, (await bundles.filled(row, head, LEASE)).along).prompt.text


@pytest.mark.parametrize(
    "fields",
    [
        {"options": OPTIONS}, {"media": (Media("f", "image/png"),)}, {"whisper": "U1"}, {"reply_to": "R1"},
        {"edits": "k"}, {"alias": "Bot"}, {"avatar": "https://example.org/a.png"},
    ],
)  # fmt: skip
async def test_only_words_for_all_go_together_under_one_name(fields):
    assert await goes_along(message("one"), message("two"), message("three", **fields), message("four")) == "one\ntwo"


@pytest.mark.parametrize("how", [{"kind": "card"}, {"kind": "case"}, {"attempts": 1}])
async def test_other_kinds_and_what_has_not_waited_take_nothing_along(how):
    assert await goes_along(message("one"), message("two"), **how) == "one"


async def test_on_a_phone_cases_meet_and_nothing_goes_together():
    assert await goes_along(message("one", "sms:+49"), message("two", "sms:+49")) == "one"


async def test_a_bundle_is_no_longer_than_a_message_may_be():
    """In the channel's own unit: an emoji is two."""
    words = [message(text) for text in ("12345", "🙂🙂", "1234")]
    assert await goes_along(*words, most=9) == "12345"
    assert await goes_along(*words, most=14) == "12345\n🙂🙂"
    assert await goes_along(*words, most=15) == "12345\n🙂🙂\n1234"
