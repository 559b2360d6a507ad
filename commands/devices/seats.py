"""Where the demo's agents sit beside the web: in a Slack channel, in a Telegram group, and with a phone."""

from abc import ABC, abstractmethod
from collections.abc import Mapping

import msgspec

from commands.devices.device import Bubble, NotOnStage, taken
from commands.devices.slack import SlackDm
from commands.devices.sms import SENDER, SmsPhone
from commands.devices.telegram import TelegramPhone
from sandbox.slack import Channel, User
from sandbox.slack.model import Refused
from sandbox.telegram.seat import Seat as Member

MOST = 2000  # characters that may be written at once
ROOM = "C0DESK"
NUMBER = "+4930555020"
REACTIONS = {
    "eyes": "👀",
    "heavy_check_mark": "✔",
    "white_check_mark": "✅",
    "eyeglasses": "👓",
    "x": "❌",
    "grey_question": "❔",
}
"""Slack's names of our signs."""


class Seen(Bubble, frozen=True):
    """A message as somebody at the desk sees it, with the signs on it. `private`: nobody else sees it."""

    signs: list[str] = []  # noqa: RUF012 - msgspec copies it
    private: bool = False


class Seats(ABC):
    """Everybody's seats in one place. `code` is a case's; acts raise NotOnStage with a reason."""

    channel: str
    chat: str

    @abstractmethod
    def known_as(self, login: str) -> str:
        """What this channel calls somebody, "" if they have no seat here."""

    @abstractmethod
    def shows(self, login: str, code: str) -> list[Seen]:
        """What somebody sees of a case, oldest first; nothing while it has not come here."""

    async def write(self, login: str, code: str, text: str) -> None:
        """Type about a case."""
        if not 1 <= len(text.strip()) <= MOST:
            raise NotOnStage(f"A message here has 1 to {MOST} characters.")
        try:
            await self._write(login, code, text.strip())
        except (LookupError, PermissionError, Refused) as error:
            raise NotOnStage("The case is not here (yet).") from error

    async def press(self, login: str, message: str, button: int) -> None:
        """Press a button of a message, counted from 0."""
        try:
            await self._press(login, message, button)
        except (LookupError, PermissionError, ValueError, Refused) as error:
            raise NotOnStage("This button is gone.") from error

    @abstractmethod
    async def _write(self, login: str, code: str, text: str) -> None: ...

    @abstractmethod
    async def _press(self, login: str, message: str, button: int) -> None: ...


class SlackSeats(Seats):
    """A channel in the workspace of the demo, with a thread for each case."""

    channel, chat = "slack", ROOM

    def __init__(self, slack: SlackDm, agents: Mapping[str, str]) -> None:
        """`agents` are names by login."""
        self._users = {login: f"U0{login.upper()}" for login in agents}
        team = slack.person.team
        team.add(*(User(self._users[login], name, name) for login, name in agents.items()))
        team.add(Channel(ROOM, "support-desk", members=[*self._users.values(), team.bot_user]))
        self._room = slack.sandbox.workspace(team.id).channel(ROOM)
        self._threads: dict[str, str] = {}  # code → thread, as it was found last

    def known_as(self, login: str) -> str:
        """See Seats."""
        return self._users.get(login, "")

    def shows(self, login: str, code: str) -> list[Seen]:
        """See Seats."""
        try:
            messages = self._room.shows(self._users[login], self._thread(code))
        except LookupError:
            return []
        return [
            Seen(
                id=shown["ts"],
                mine=shown["side"] == "me",
                name="Echolot" if shown["bot"] else shown["name"],
                text=shown["text"],
                at=shown["at"],
                edited=shown["edited"] and not shown["bot"],
                buttons=[shown["buttons"]] if shown["buttons"] else [],
                signs=[REACTIONS.get(name, f":{name}:") for name in shown["reactions"]],
                private=shown["ephemeral"],
            )
            for shown in messages
        ]

    def _thread(self, code: str) -> str:
        """The `ts` of the case's latest card. Raises LookupError."""
        known = self._room.channel.messages.get(self._threads.get(code, ""))
        if known and not known.gone:
            return known.ts
        for shown in reversed(self._room.roots()):
            if shown["bot"] and not shown["gone"] and f" {code}: " in shown["text"]:
                self._threads[code] = str(shown["ts"])
                return self._threads[code]
        raise LookupError(code)

    async def _write(self, login: str, code: str, text: str) -> None:
        taken((await self._room.says(self._users[login], text, self._thread(code))).status)

    async def _press(self, login: str, message: str, button: int) -> None:
        taken((await self._room.presses(self._users[login], button, message)).status)


class TelegramSeats(Seats):
    """A group with a topic for each case."""

    channel = "telegram"

    def __init__(self, telegram: TelegramPhone, agents: Mapping[str, str]) -> None:
        """`agents` are names by login."""
        people = {login: telegram.sandbox.person(name) for login, name in agents.items()}
        group = telegram.sandbox.group("Support desk", members=people.values())
        self._seats: Mapping[str, Member] = {
            login: telegram.sandbox.seat(group, person) for login, person in people.items()
        }
        self.chat = str(group.id)

    def known_as(self, login: str) -> str:
        """See Seats."""
        return str(self._seats[login].person.id) if login in self._seats else ""

    def shows(self, login: str, code: str) -> list[Seen]:
        """See Seats."""
        try:
            seat = self._seats[login]
            messages = seat.shows(self._topic(seat, code))
        except LookupError:
            return []
        return [
            Seen(
                id=str(shown["id"]),
                mine=shown["side"] == "me",
                name="Echolot" if shown["bot"] else shown["name"],
                text=shown["text"],
                at=shown["at"],
                edited=shown["edited"] and not shown["bot"],
                buttons=shown["buttons"],
                signs=list(shown["reactions"]),
            )
            for shown in messages
            if not shown["service"]
        ]

    def _topic(self, seat: Member, code: str) -> int:
        """The case's topic in which something was said last. Raises LookupError."""
        for topic in seat.topics():
            if f" {code}: " in f" {topic['name']}":
                return int(topic["id"])
        raise LookupError(code)

    async def _write(self, login: str, code: str, text: str) -> None:
        seat = self._seats[login]
        seat.says(text, self._topic(seat, code))

    async def _press(self, login: str, message: str, button: int) -> None:
        self._seats[login].presses(button, int(message))


class PhoneSeats(Seats):
    """One agent's phone, on which all cases meet: a text begins with the code of its case."""

    channel, chat = "sms", NUMBER

    def __init__(self, sms: SmsPhone, login: str) -> None:
        """`login` is whose phone it is."""
        self._login = login
        self._sms = sms
        self._phone = sms.sandbox.phone(NUMBER)

    def known_as(self, login: str) -> str:
        """See Seats."""
        return NUMBER if login == self._login else ""

    def shows(self, login: str, code: str) -> list[Seen]:  # noqa: ARG002 - all cases meet here
        """See Seats."""
        bubbles = self._sms.bubbles(self._phone) if login == self._login else []
        return [Seen(**msgspec.structs.asdict(bubble)) for bubble in bubbles]

    async def _write(self, login: str, code: str, text: str) -> None:  # noqa: ARG002
        if login != self._login:
            raise LookupError(login)
        taken((await self._phone.text(text, SENDER)).status)

    async def _press(self, login: str, message: str, button: int) -> None:  # noqa: ARG002 - a phone has no buttons
        raise LookupError(message)
