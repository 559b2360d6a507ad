"""Telegram, as the contract sees it: chats, a secret in a header, inline buttons, groups with topics."""

import json
from itertools import chain
from typing import Any, ClassVar

from msgspec.structs import replace

from bot import errors
from bot.messages import Address, Prompt, WebRequest
from bot.ports import Channel
from sandbox.faults import Fault
from sandbox.telegram import Bot, TelegramSandbox
from sandbox.telegram.phone import Person
from tests.channels.contract.provider import Bench, Provider, Refusal
from tests.channels.telegram_line import SECRET, TOKEN

FIRST = 770_077_000


class Customer:
    """Somebody with Telegram, in the chat with the bot."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.address = Address("tg", str(person.id))

    async def says(self, text: str) -> None:
        self.person.says(text)

    async def presses(self, label: str, message: int = -1) -> None:
        shown = [one for one in self.person.shows() if one["side"] == "them"]
        self.person.presses(label, shown[message]["id"], stale=True)

    def heard(self) -> list[str]:
        return self.person.heard()

    def buttons(self) -> list[list[str]]:
        return [[*chain(*one["buttons"])] for one in self.person.shows() if one["side"] == "them"]

    async def hears(self, count: int) -> list[str]:
        return await self.person.hears(count, 20)


class Telegram(Provider):
    """See Provider."""

    kind, name = "telegram", "tg"
    sends = "/sendMessage"
    proof, signs_body = "x-telegram-bot-api-secret-token", False
    secrets = (TOKEN, TOKEN.partition(":")[2], SECRET)
    no_secret: ClassVar = {"webhook_secret": None}

    def __init__(self) -> None:
        self.bot = Bot(TOKEN, "nps_bot", "NPS")
        self.app = self.sandbox = TelegramSandbox([self.bot], delay=0.02)
        self.faults = self.sandbox.faults

    def written(self, api: str) -> dict[str, Any]:
        return {"token": TOKEN, "webhook_secret": SECRET, "api_url": api}

    async def connect(self, channel: Channel, _hook: str) -> None:
        found = await channel.connect()  # type: ignore[attr-defined]  # Diagnosing
        assert {one.level for one in found} <= {"ok", "warning"}

    def customer(self, number: int) -> Customer:
        person = self.sandbox.phone(FIRST + number)
        self.sandbox.world.private(self.bot.id, person.user).started = True
        return Customer(person)

    def signed(self, call: WebRequest, secret: str = "") -> WebRequest:
        return replace(call, headers=call.headers | {self.proof: secret or SECRET})

    def again(self, call: WebRequest) -> WebRequest:
        update = json.loads(call.body)
        return replace(call, body=json.dumps(update | {"update_id": update["update_id"] + 1_000_000}).encode())

    def forgeries(self, call: WebRequest) -> dict[str, WebRequest]:
        return {
            "the token for the secret": self.signed(call, TOKEN),
            "another route": replace(call, route="status"),
            "the secret in the query": replace(
                call, query=f"secret_token={SECRET}", headers={k: v for k, v in call.headers.items() if k != self.proof}
            ),
        }

    def refusals(self) -> dict[str, Refusal]:
        def sending(prepare: Any = None, **changes: Any) -> Any:
            async def provoke(bench: Bench) -> None:
                to = prepare() if prepare else self.customer(0).address
                await bench.make(**changes).send(self.message(to=to))

            return provoke

        def blocked() -> Address:
            self.customer(0).person.blocks(self.bot)
            return self.customer(0).address

        def deactivated() -> Address:
            self.customer(0).person.user.deactivated = True
            return self.customer(0).address

        def kicked() -> Address:
            group = self.sandbox.group()
            group.kicks(self.bot)
            return Address("tg", str(group.id))

        def no_topic() -> Address:
            group = self.sandbox.group()
            topic = group.opens(Person(group.owner, self.sandbox.world), "case")
            group.deletes(topic)
            return Address("tg", str(group.id), thread=str(topic.id))

        def throttled() -> Address:
            self.faults.plan(Fault("throttle", after=7, path=self.sends))
            return self.customer(0).address

        async def not_ours(bench: Bench) -> None:
            said = self.customer(0).person.says("mine")
            message = self.message(edits="session.1.0", prompt=Prompt("yours"))
            await bench.make().edit(message, str(said.id))  # type: ignore[attr-defined]  # Editing

        stranger = Address("tg", "123456789")
        slow = {"after": 7.0, "whole_channel": False, "scope": self.customer(0).address.chat}
        return {
            "never pressed Start": Refusal(errors.Unreachable, sending(lambda: stranger), {"opted_out": False}),
            "deactivated": Refusal(errors.Unreachable, sending(deactivated), {"opted_out": False}),
            "blocked": Refusal(errors.Unreachable, sending(blocked), {"opted_out": True, "code": "403"}),
            "a wrong token": Refusal(errors.Misconfigured, sending(token="700100:AAwrong"), {"code": "401"}),
            "kicked out": Refusal(errors.NotAdmitted, sending(kicked), {"retry": False}),
            "a deleted topic": Refusal(errors.ThreadGone, sending(no_topic), {"retry": False}),
            "slow down": Refusal(errors.Throttled, sending(throttled), slow),
            "another's message": Refusal(errors.Rejected, not_ours, {"retry": False}),
        }

    async def close(self) -> None:
        await self.sandbox.close()


PROVIDER = Telegram
