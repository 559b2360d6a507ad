"""Customers of these tests: they write, press, change and delete what they wrote, and can be told no longer to."""

from typing import Protocol

from sandbox.telegram.model import Message
from sandbox.telegram.phone import Person
from tests.channels.contract import slack, telegram, twilio
from tests.channels.contract.provider import Customer as Told


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


class OnSlack(slack.Customer, Customer):
    """With Slack."""

    kind = "slack"

    async def writes(self, text: str) -> str:
        return (await self.person.says(text)).ts

    async def edits(self, ref: str, text: str) -> None:
        await self.person.edits(ref, text)

    async def deletes(self, ref: str) -> None:
        await self.person.deletes(ref)
