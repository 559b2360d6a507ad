"""An agent's emoji all the way from the message at the desk to the customer's own, and what becomes of it."""

import msgspec
import pytest

from bot.cases.desks import Desks, Reach
from bot.errors import Rejected, Throttled, Unavailable, Unreachable
from bot.messages import Address, Pressed, Reacted, Said
from bot.runtime.showing import EMOJI_LIFE
from bot.runtime.verdict import FIRST_RETRY, MARK_TRIES
from tests.bot.runtime.floor import OFFICE, ROOM
from tests.bot.runtime.house import ANNA
from tests.bot.runtime.rooms import Hall, Rooms
from tests.bot.runtime.test_threads import FORUM, ONLY_ROOM

SHOWS = {"sms": Reach(1600, edits=True, emoji=frozenset("👍❤🔥"))}
GROUPS = {"slack": (ONLY_ROOM, ROOM), "telegram": (FORUM, OFFICE)}


class Chat(Hall):
    """A customer's channel that can do everything."""

    name = "sms"


class Talk:
    """Somebody at a desk of this kind owns Anna's case, and she has written."""

    def __init__(self, rooms: Rooms, group: Address) -> None:
        self.rooms, self.group = rooms, group
        self.desk = rooms.room if group == ROOM else rooms.hall

    async def begins(self) -> "Talk":
        self.rooms.case = await self.rooms.opened()
        await self.rooms.acts_at(Pressed(self.desk.taken[0].key, "claim"), self.group.lane)
        await self.writes("It works", "m7")
        return self

    async def writes(self, text: str, ref: str) -> None:
        await self.rooms.gets(Said(text, ref=ref))
        await self.rooms.waits()
        await self.rooms.waits(0)

    def shown(self, text: str) -> str:
        """What the message at the desk with this text is called."""
        [number] = [n for n, one in enumerate(self.desk.tried, 1) if one.prompt.text == f"Customer: {text}"]
        return f"P{number}"

    async def puts(self, emoji: str, on: str, author: str = "U1", taken: str = "") -> None:
        await self.rooms.acts_at(Reacted(on, emoji, taken), self.group.lane, author)

    @property
    def there(self) -> list[tuple[str, str]]:
        """What was put onto Anna's messages."""
        return self.rooms.line.signs

    def read(self) -> list[str]:
        """What the desk has read, whispers included."""
        return [one.prompt.text for one in self.desk.taken] + [text for _, text in getattr(self.desk, "whispered", ())]


def with_reach(desks: Desks, reach: dict[str, Reach]) -> Desks:
    return msgspec.structs.replace(desks, reach=reach)


@pytest.fixture(params=GROUPS)
def group(request):
    return GROUPS[request.param]


@pytest.fixture
async def talk(store, library, group) -> Talk:
    """Where the customer's channel shows emoji."""
    desks, place = group
    return await Talk(Rooms(store, library, line=Chat(), desks=with_reach(desks, SHOWS)), place).begins()


async def test_an_emoji_reaches_the_customers_message_and_leaves_it_again(talk):
    """Found by the message that shows it at the desk, though nobody tells the thread."""
    on = talk.shown("It works")
    told = len(talk.rooms.line.taken)
    await talk.puts("❤️", on)
    assert talk.there == [("m7", "❤")]
    await talk.puts("🔥", on)
    await talk.puts("", on, taken="🔥")
    assert talk.there[1:] == [("m7", "🔥"), ("m7", "")]
    assert len(talk.rooms.line.taken) == told  # and no word


async def test_p2_an_emoji_that_is_told_twice_has_one_effect(talk):
    """P2: also under another id."""
    on = talk.shown("It works")
    for _ in range(2):
        await talk.puts("👍", on)
    assert talk.there == [("m7", "👍")]


async def test_of_two_messages_the_one_that_is_meant(talk):
    """And nothing for what is no customer's: the card, the news that somebody claimed."""
    await talk.writes("Thank you", "m8")
    await talk.puts("👍", talk.shown("Thank you"))
    for number in range(1, len(talk.desk.tried) + 1):
        if f"P{number}" not in (talk.shown("It works"), talk.shown("Thank you")):
            await talk.puts("🔥", f"P{number}")
    assert talk.there == [("m8", "👍")]


async def test_lf4_signs_stay_where_they_are(talk):
    """LF4: signs are on the agent's messages, emoji on the customer's: neither takes the other's place."""
    await talk.rooms.acts_at(Said("Good to hear", ref="R5"), _thread(talk))
    await talk.puts("👍", talk.shown("It works"))
    assert talk.desk.signs[-1] == ("R5", "sent")
    assert talk.there == [("m7", "👍")]
    await talk.puts("🔥", "R5")  # on the agent's own words
    assert (talk.desk.signs[-1], talk.there) == (("R5", "sent"), [("m7", "👍")])


def _thread(talk: Talk) -> str:
    thread = "tP1" if talk.group == ROOM else next(iter(talk.rooms.hall.threads))
    return f"{talk.group.lane}#{thread}"


async def test_on_sms_the_agent_reads_that_only_the_desk_sees_it(store, library, group):
    """Once; nothing is sent, and nothing waits to be."""
    desks, place = group
    talk = await Talk(Rooms(store, library, desks=with_reach(desks, {"sms": Reach(1600)})), place).begins()
    told = len(talk.rooms.line.tried)
    for emoji in ("👍", "🔥"):
        await talk.puts(emoji, talk.shown("It works"))
    assert len([text for text in talk.read() if "Only the desk sees" in text]) == 1
    assert len(talk.rooms.line.tried) == told
    assert (await talk.rooms.store.counts())["outbox_open"] == 0


@pytest.mark.parametrize("error", [Rejected("gone"), Unavailable("down"), Throttled("slow", 1.0)])
async def test_lf4_what_became_of_an_emoji(talk, error):
    """LF4: one that is refused, or cannot be put three times, is told; the customer's next message waits for none."""
    tries = {Rejected: 1, Unavailable: MARK_TRIES}.get(type(error), 0)
    talk.rooms.line.refuse["react"] = [error] * 2 if not tries else [error] * 99
    await talk.puts("👍", talk.shown("It works"))
    await talk.rooms.acts_at(Said("Hello", ref="R5"), _thread(talk))
    for wait in range(4):
        await talk.rooms.waits(FIRST_RETRY * 2**wait)
        await talk.rooms.waits(0)
    lost = [text for text in talk.read() if "Did not reach the customer: 👍 on “It works”" in text]
    assert (len(lost), talk.there) == ((1, []) if tries else (0, [("m7", "👍")]))
    assert "Hello" in [one.prompt.text for one in talk.rooms.line.taken]


async def test_p8_nothing_is_put_after_a_stop(talk):
    """P8: what waits when STOP comes stays, and so does what is put afterwards; the agent reads why."""
    talk.rooms.line.refuse["react"] = [Throttled("slow", 60.0)]
    await talk.puts("👍", talk.shown("It works"))
    await talk.writes("STOP", "m9")
    await talk.rooms.waits(120_000)
    await talk.puts("🔥", talk.shown("It works"))
    assert talk.there == []
    assert any("STOP" in text for text in talk.read())


async def test_who_blocks_the_bot_is_found_out_by_an_emoji(talk):
    """As by a message: it is an opt-out, and the desk hears of it."""
    talk.rooms.line.refuse["react"] = [Unreachable("blocked", opted_out=True)]
    await talk.puts("👍", talk.shown("It works"))
    await talk.rooms.waits(0)
    assert (await talk.rooms.store.lane(ANNA.lane))["opted_out_at"]


async def test_an_emoji_that_waits_for_a_day_is_not_put(talk):
    """Nobody remembers by then what it answered."""
    talk.rooms.line.refuse["react"] = [Throttled("slow", EMOJI_LIFE / 1000 + 60)]
    await talk.puts("👍", talk.shown("It works"))
    await talk.rooms.waits(EMOJI_LIFE + 120_000)
    assert talk.there == []
    assert (await talk.rooms.store.counts())["outbox_open"] == 0


async def test_a_later_emoji_overtakes_one_that_waits(talk):
    """Only the last of them is put: nobody wants to see them pass by."""
    talk.rooms.line.refuse["react"] = [Throttled("slow", 1.0)]
    on = talk.shown("It works")
    for emoji, taken in (("👍", ""), ("🔥", ""), ("", "🔥"), ("❤️", "")):
        await talk.puts(emoji, on, taken=taken)
    await talk.rooms.waits(2_000)
    assert talk.there == [("m7", "❤")]
