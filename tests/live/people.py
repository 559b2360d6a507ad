"""Customers of these tests: they write, press, change and delete what they wrote, and can be told no longer to."""

from typing import Protocol

from sandbox.telegram.model import Message
from sandbox.telegram.phone import Person
from tests.channels.contract import slack, telegram, twilio
from tests.channels.contract.provider import Customer as Told
from tests.live.seats import SLACK_NAMES


class Customer(Told, Protocol):
    """As the contract knows them, with what some apps can do beside. `kind` is the channel's name."""

    kind: str

    async def writes(self, text: str) -> str:
        """Write; what the message is called."""
        ...

    async def edits(self, ref: str, text: str) -> None:
        """Change an own message, where that can be done."""
        raise NotImplementedError

    async def deletes(self, ref: str) -> None:
        """Delete an own message, where the bot is told."""
        raise NotImplementedError

    async def reacts(self, text: str, emoji: str) -> None:
        """Put an emoji on the message of ours that ends like this, where that can be done."""
        raise NotImplementedError

    def marks(self, ref: str) -> list[str]:  # noqa: ARG002
        """The emoji of ours on an own message; on a phone there are none."""
        return []


class OnSms(twilio.Customer, Customer):
    """With a telephone."""

    kind = "sms"

    async def writes(self, text: str) -> str:
        await self.says(text)
        return str(self.phone.shows()[-1]["sid"])


class OnTelegram(telegram.Customer, Customer):
    """With Telegram."""

    kind = "tg"

    def __init__(self, person: Person) -> None:
        super().__init__(person)
        self._written: dict[str, Message] = {}

    async def writes(self, text: str) -> str:
        message = self.person.says(text)
        self._written[str(message.id)] = message
        return str(message.id)

    async def edits(self, ref: str, text: str) -> None:
        self.person.edits(self._written[ref], text)

    async def reacts(self, text: str, emoji: str) -> None:
        told = [one["id"] for one in self.person.shows() if one["side"] == "them" and one["text"].endswith(text)]
        self.person.reacts(emoji, told[-1])

    def marks(self, ref: str) -> list[str]:
        return [emoji for one in self.person.shows() if str(one["id"]) == ref for emoji in one["reactions"]]


class OnSlack(slack.Customer, Customer):
    """With Slack."""

    kind = "slack"

    async def writes(self, text: str) -> str:
        return (await self.person.says(text)).ts

    async def edits(self, ref: str, text: str) -> None:
        await self.person.edits(ref, text)

    async def deletes(self, ref: str) -> None:
        await self.person.deletes(ref)

    async def reacts(self, text: str, emoji: str) -> None:
        told = [one["ts"] for one in self.person.shows() if one["bot"] and one["text"].endswith(text)]
        await self.person.reacts(told[-1], SLACK_NAMES[emoji])

    def marks(self, ref: str) -> list[str]:
        [given] = [one["reactions"] for one in self.person.shows() if one["ts"] == ref]
        emoji = {name: one for one, name in SLACK_NAMES.items()}
        return [emoji.get(name, name) for name, users in given.items() if "U1BOT" in users]
