"""When a message may go: what counts as how much, who goes first, and who is told to wait (LF15)."""

import pytest

from bot.errors import Rejected
from bot.messages import Address, Limit, Media, Outbound, Prompt, Sent
from bot.rows import Leased
from bot.runtime.admission import LONG, Admission
from tests.bot.runtime.house import NOW, Line
from tests.bot.runtime.rooms import Hall, Room, Rooms
from tests.bot.runtime.test_threads import FORUM, note

CASE = "a" * 24
THREAD = f"telegram:-100#@{CASE}"
GROUP, PERSON = Address("telegram", "-100"), Address("telegram", "7")


class PacedHall(Hall):
    """A group that takes one message in ten seconds, and signs as it likes."""

    rate_of = 0.1

    def limits(self, to, kind=""):
        return () if kind == "sign" else (Limit(f"{to.chat}{kind}", self.rate_of, 1),)


class PacedRoom(PacedHall, Room):
    """The same where threads hang on messages."""


def admission(channel=None) -> Admission:
    return Admission(channel or PacedHall())


def message(number: int, kind: str = "desk", lane: str = THREAD, **fields) -> tuple[Leased, Outbound]:
    row_fields = {name: fields.pop(name) for name in ("thread", "card_id") if name in fields}
    to = Address.of_lane(lane)
    row = Leased(number, f"k{CASE}.{number}", lane, "telegram", "", 1, NOW, 1, kind=kind, **row_fields)
    return row, Outbound(row.key, to, Prompt("hello"), kind, **fields)


IN_THREAD = {"thread": "7", "card_id": "P1"}
PICTURES = tuple(Media(f"f{n}", "image/png") for n in range(4))


@pytest.mark.parametrize(
    ("channel", "kind", "fields", "count"),
    [
        (PacedHall, "desk", IN_THREAD, 1),
        (PacedHall, "desk", IN_THREAD | {"media": PICTURES}, 4),
        (PacedHall, "card", {}, 2),  # its topic and itself
        (PacedHall, "desk", {}, 3),  # topic, card, itself
        (PacedHall, "desk", {"card_id": "P1"}, 4),  # and what stood last in the one that is gone
        (PacedHall, "desk", {"media": PICTURES}, 6),
        (PacedRoom, "card", {}, 1),
        (PacedRoom, "desk", {}, 2),
        (PacedHall, "desk", {"lane": GROUP.lane}, 1),
        (PacedHall, "agent", {"lane": PERSON.lane, "media": PICTURES}, 4),
    ],
)
def test_what_a_message_takes_of_the_limit(channel, kind, fields, count):
    """Opening a thread is a message, and every picture of an album is one."""
    door = admission(channel())
    assert door.wait(*message(1, kind, **fields), NOW) == 0
    lane = fields.get("lane", THREAD)
    following = door.wait(*message(2, "desk", lane, **(IN_THREAD if lane == THREAD else {})), NOW)
    assert following == count * 10_000


@pytest.mark.parametrize(
    ("kind", "fields", "limited_as"),
    [
        ("desk", IN_THREAD, ""),
        ("card", IN_THREAD, "edit"),
        ("card", {"thread": "7", "edits": "card"}, ""),  # its card was never sent: this is one
        ("agent", {"lane": PERSON.lane, "edits": "k.1"}, "edit"),
        ("mark", {"lane": PERSON.lane, "edits": "k.1"}, "edit"),
        ("status", IN_THREAD, "sign"),
        ("status", {}, "sign"),
    ],
)
def test_changes_and_signs_have_limits_of_their_own_where_the_provider_says_so(kind, fields, limited_as):
    asked = []

    class Asked(PacedHall):
        def limits(self, to, kind=""):
            asked.append(kind)
            return super().limits(to, "sign")

    assert admission(Asked()).wait(*message(1, kind, **fields), NOW) == 0
    assert asked == [limited_as]


def test_without_limits_nobody_waits():
    door = admission(Line())
    assert [door.wait(*message(n), NOW) for n in range(50)] == [0] * 50
    assert (door.delay(NOW), door.news(NOW)) == (0.0, [])


def test_lf15_an_agents_words_overtake_what_a_desk_is_to_read():
    """Where both go through the same limit."""
    door = admission()
    waits = [door.wait(*message(n, lane=GROUP.lane), NOW) for n in range(30)]
    assert waits[-1] == 290_000
    assert door.wait(*message(99, "agent", GROUP.lane), NOW) < 10_000


def test_lf15_a_desk_that_waits_long_is_told_once_in_its_group():
    door = admission()
    for number in range(20):
        door.wait(*message(number, language="de", **IN_THREAD), NOW)
    assert door.news(NOW) == []  # not even that may be said now
    later = NOW + 10_000
    [news] = door.news(later)
    assert (news.to, news.kind, news.prompt.text) == (GROUP, "desk", "In der Warteschlange, etwa 180 s.")
    assert door.news(later) == []
    for number in range(20, 24):
        door.wait(*message(number, **IN_THREAD), later)
    assert door.news(later + 60_000) == []
    over = NOW + 600_000
    for number in range(30, 34):
        door.wait(*message(number, **IN_THREAD), over)
    assert door.news(over) == []
    [again] = door.news(over + 10_000)
    assert (again.prompt.text, again.key == news.key) == ("Queued, about 20 s.", False)


def test_what_has_become_a_short_wait_is_not_worth_a_word():
    door = admission()
    for number in range(3):
        door.wait(*message(number, **IN_THREAD), NOW)
    assert door.news(NOW + 20_000 - LONG) == []
    assert door.news(NOW + 9_999) == []
    assert door._queues == {}


@pytest.mark.parametrize("kind", ["agent", "survey"])
def test_customers_are_not_told_of_queues(kind):
    door = admission()
    for number in range(9):
        door.wait(*message(number, kind, PERSON.lane), NOW)
    assert door._queues == {}


# --- over the dispatcher ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("refused", [None, Rejected("no")])
async def test_lf15_the_desk_is_told_and_nothing_is_lost_if_it_cannot_be(store, library, refused):
    """Ten threads to open in one group; what is said in its General topic is the word about the queue."""

    class Slow(PacedHall):
        async def send(self, message: Outbound) -> Sent:
            if refused and not message.to.thread:
                raise refused
            return await super().send(message)

    rooms = Rooms(store, library, hall=Slow(), desks=FORUM)
    cases = [letter * 24 for letter in "bcdefghijk"]
    for case in cases:
        await note(rooms, case, f"telegram:-100#@{case}", "hello")
    for _ in range(60):
        await rooms.sends()
        rooms.clock.passes(10_000)
    outside = [text for thread, text in rooms.hall.stood if not thread]
    assert outside == ([] if refused else ["Queued, about 260 s."])
    assert sorted(rooms.hall.threads) == sorted({thread for thread, _ in rooms.hall.stood if thread})
    assert [text for thread, text in rooms.hall.stood if thread] == ["hello"] * len(cases)
