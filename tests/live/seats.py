"""Where people of a desk sit: a Slack channel, a Telegram group, a phone, the web inbox; each sees what it shows."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from bot.messages import Pressed, Said
from bot.runtime.office import Office
from sandbox.slack.room import Room
from sandbox.telegram.seat import Seat as TelegramSandboxSeat
from sandbox.twilio.phone import Phone
from tests.channels.twilio_line import NUMBER

SLACK_SIGNS = {
    "eyes": "pending", "heavy_check_mark": "sent", "white_check_mark": "delivered", "eyeglasses": "read", "x": "failed",
    "grey_question": "unknown",
}  # fmt: skip
SLACK_NAMES = {"👍": "+1", "❤": "heart", "🎉": "tada", "✅": "white_check_mark", "👀": "eyes", "🐌": "snail"}
TELEGRAM_SIGNS = {"👀": "pending", "👌": "sent", "👍": "delivered", "💔": "failed", "🤔": "unknown"}

_CODE = re.compile(r"(?:^|Case )([2-9A-HJKMNP-Z]{4}): ")


class Ticket(NamedTuple):
    """A case as people at the desk know it."""

    id: str
    code: str


class Seen(NamedTuple):
    """A message as somebody at the desk sees it. `signs` are ours; `whisper`: nobody else sees it."""

    ref: str
    text: str
    mine: bool
    buttons: Sequence[str] = ()
    signs: Sequence[str] = ()
    whisper: bool = False


class Seat(ABC):
    """One person in one place. Everything is about one case, whose thread or code they find as people do."""

    surface: str  # slack | tg | sms | web

    def __init__(self, who: str, author: str) -> None:
        self.who = who
        self.author = author

    @abstractmethod
    def reads(self, case: Ticket) -> list[Seen]:
        """What this person sees of the case, oldest first; the card is the first that has buttons."""

    @abstractmethod
    def outside(self) -> list[str]:
        """What is said in the place itself, in no case's thread."""

    def codes(self) -> list[str]:
        """The cases that are to be seen here, by their codes, oldest first."""
        return [match[1] for text in self._titles() if (match := _CODE.search(text))]

    def _titles(self) -> list[str]:
        return self.outside()

    @abstractmethod
    async def types(self, text: str, case: Ticket | None) -> str:
        """Write as it is, in the case's thread or outside of all; what the message is called."""

    async def edits(self, ref: str, text: str) -> None:
        """Change an own message, where that can be done."""
        raise NotImplementedError

    async def deletes(self, ref: str) -> None:
        """Delete an own message, where that can be done."""
        raise NotImplementedError

    async def reacts(self, ref: str, emoji: str, *, take: bool = False) -> None:
        """Put an emoji on a message, or take it off, where that can be done."""
        raise NotImplementedError

    @abstractmethod
    async def presses(self, label: str, case: Ticket) -> None:
        """Press the latest button of this name. Raises LookupError if this person sees none."""

    async def says(self, text: str, case: Ticket) -> str:
        """Write about a case; what the message is called."""
        return await self.types(text, case)

    async def claims(self, case: Ticket) -> None:
        """Ask to own it, the way this place offers it."""
        await self.presses("Claim", case)

    def hears(self, text: str, case: Ticket) -> bool:
        """Whether somebody else's message with this text is to be seen."""
        return any(text in seen.text for seen in self.reads(case) if not seen.mine)

    def card(self, case: Ticket) -> str:
        """What the card says now, "" if there is none."""
        return next((seen.text for seen in reversed(self.reads(case)) if f"Case {case.code}: " in seen.text), "")

    def offers(self, label: str, case: Ticket) -> bool:
        """Whether there is such a button."""
        return any(label in seen.buttons for seen in self.reads(case))

    def signs(self, ref: str, case: Ticket) -> list[str]:
        """Our signs on a message of theirs."""
        return [sign for seen in self.reads(case) if seen.ref == ref for sign in seen.signs]


class SlackSeat(Seat):
    """A member of a channel."""

    surface = "slack"

    def __init__(self, who: str, user: str, room: Room) -> None:
        super().__init__(who, user)
        self.room = room

    def thread(self, case: Ticket) -> str:
        """The `ts` of the case's latest card. Raises LookupError."""
        for shown in reversed(self.room.roots(self.author)):
            if shown["bot"] and not shown["gone"] and f"Case {case.code}: " in shown["text"]:
                return str(shown["ts"])
        raise LookupError(f"no card of {case.code}")

    def reads(self, case: Ticket) -> list[Seen]:
        try:
            thread = self.thread(case)
        except LookupError:
            return []
        return [self._seen(shown) for shown in self.room.shows(self.author, thread)]

    def outside(self) -> list[str]:
        return [shown["text"] for shown in self.room.roots(self.author)]

    async def types(self, text: str, case: Ticket | None) -> str:
        return (await self.room.says(self.author, text, self.thread(case) if case else "")).ts

    async def edits(self, ref: str, text: str) -> None:
        await self.room.edits(self.author, ref, text)

    async def deletes(self, ref: str) -> None:
        await self.room.deletes(self.author, ref)

    async def reacts(self, ref: str, emoji: str, *, take: bool = False) -> None:
        await self.room.reacts(self.author, ref, SLACK_NAMES[emoji], add=not take)

    async def presses(self, label: str, case: Ticket) -> None:
        message = next((seen.ref for seen in reversed(self.reads(case)) if label in seen.buttons), None)
        if message is None:
            raise LookupError(f"{self.who} sees no button {label}")
        await self.room.presses(self.author, label, message)

    def _seen(self, shown: Mapping[str, Any]) -> Seen:
        ours = [SLACK_SIGNS[name] for name, users in shown["reactions"].items() if "U1BOT" in users]
        return Seen(shown["ts"], shown["text"], shown["side"] == "me", shown["buttons"], ours, shown["ephemeral"])


class TelegramSeat(Seat):
    """A member of a group."""

    surface = "tg"

    def __init__(self, who: str, seat: TelegramSandboxSeat) -> None:
        super().__init__(who, str(seat.person.id))
        self.seat = seat

    def topic(self, case: Ticket) -> int:
        """The case's topic in which something was said last. Raises LookupError."""
        found = [topic["id"] for topic in self.seat.topics() if f"Case {case.code}: " in topic["name"]]
        if not found:
            raise LookupError(f"no topic of {case.code}")
        return int(found[0])

    def reads(self, case: Ticket) -> list[Seen]:
        try:
            topic = self.topic(case)
        except LookupError:
            return []
        return [self._seen(shown) for shown in self.seat.shows(topic) if not shown["service"]]

    def outside(self) -> list[str]:
        return [shown["text"] for shown in self.seat.shows(0)]

    def _titles(self) -> list[str]:
        return [topic["name"] for topic in self.seat.topics()]

    async def types(self, text: str, case: Ticket | None) -> str:
        return str(self.seat.says(text, self.topic(case) if case else 0).id)

    async def edits(self, ref: str, text: str) -> None:
        self.seat.edits(int(ref), text)

    async def deletes(self, ref: str) -> None:
        self.seat.deletes(int(ref))

    async def reacts(self, ref: str, emoji: str, *, take: bool = False) -> None:
        self.seat.reacts("" if take else emoji, int(ref))

    async def presses(self, label: str, case: Ticket) -> None:
        message = next((seen.ref for seen in reversed(self.reads(case)) if label in seen.buttons), None)
        if message is None:
            raise LookupError(f"{self.who} sees no button {label}")
        self.seat.presses(label, int(message))

    def _seen(self, shown: Mapping[str, Any]) -> Seen:
        signs = [TELEGRAM_SIGNS[emoji] for emoji in shown["reactions"] if emoji in TELEGRAM_SIGNS]
        return Seen(str(shown["id"]), shown["text"], shown["side"] == "me", [*chain(*shown["buttons"])], signs)


class PhoneSeat(Seat):
    """Somebody with a phone on which the desk's cases meet: each has its code, and there is nothing to press."""

    surface = "sms"

    def __init__(self, who: str, phone: Phone) -> None:
        super().__init__(who, phone.number)
        self.phone = phone

    def reads(self, case: Ticket) -> list[Seen]:
        return [
            Seen(shown["sid"], shown["text"], shown["side"] == "me")
            for shown in self.phone.shows()
            if shown["text"].startswith(case.code)
        ]

    def card(self, case: Ticket) -> str:
        return next((seen.text for seen in self.reads(case) if not seen.mine), "")

    def outside(self) -> list[str]:
        return [shown["text"] for shown in self.phone.shows() if shown["side"] == "them"]

    async def types(self, text: str, case: Ticket | None) -> str:
        await self.phone.text(f"{case.code} {text}" if case else text, NUMBER)
        return str([shown["sid"] for shown in self.phone.shows() if shown["side"] == "me"][-1])

    async def presses(self, label: str, case: Ticket) -> None:
        await self.says(f"!{label.lower()}", case)


class WebSeat(Seat):
    """Somebody in the web inbox. What it shows is the case's history, which tests read from the store."""

    surface = "web"

    def __init__(self, who: str, login: str, office: Office) -> None:
        super().__init__(who, login)
        self._office = office
        self._acts = 0

    def reads(self, case: Ticket) -> list[Seen]:  # noqa: ARG002 - the history has it: Live.entries
        return []

    def outside(self) -> list[str]:
        return []

    async def types(self, text: str, case: Ticket | None) -> str:
        if case is None:
            raise LookupError("in the web inbox everything is about a case")
        await self._office.act(case.id, self.author, Said(text), self._key(case))
        return ""

    async def presses(self, label: str, case: Ticket) -> None:
        await self._office.act(case.id, self.author, Pressed("", label.lower()), self._key(case))

    def _key(self, case: Ticket) -> str:
        self._acts += 1
        return f"{case.id}:{self.author}:{self._acts}"
