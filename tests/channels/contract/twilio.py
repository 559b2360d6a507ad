"""Twilio, as the contract sees it: SMS to numbers, signed forms, no buttons."""

import uuid
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode

from msgspec.structs import replace

from bot import errors
from bot.messages import Address, WebRequest
from bot.ports import Channel
from sandbox.faults import Fault
from sandbox.twilio import Account, TwilioSandbox
from sandbox.twilio.phone import Phone
from tests.channels.contract.provider import Bench, Provider, Refusal, with_headers
from tests.channels.twilio_line import ACCOUNT, NUMBER, TOKEN, signed

SERVICE = "MG" + "5" * 32


class Customer:
    """A telephone."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone
        self.address = Address("sms", phone.number)

    async def says(self, text: str) -> None:
        await self.phone.text(text, NUMBER)

    async def presses(self, _label: str, _message: int = -1) -> None:
        raise LookupError("an SMS has no buttons")

    def heard(self) -> list[str]:
        return self.phone.heard()

    def buttons(self) -> list[list[str]]:
        return [[] for _ in self.heard()]

    async def hears(self, count: int) -> list[str]:
        return await self.phone.hears(count, 20)


class Twilio(Provider):
    """See Provider."""

    kind, name = "twilio", "sms"
    sends = "/Messages.json"
    proof, signs_body = "x-twilio-signature", True
    secrets = (TOKEN,)
    no_secret: ClassVar = {"auth_token": None}
    never: ClassVar = {
        errors.ThreadGone: "an SMS has no threads",
        errors.NotAdmitted: "there are no groups to be admitted to",
    }

    def __init__(self) -> None:
        self.hooks = {NUMBER: ""}
        self.app = self.sandbox = TwilioSandbox([Account(ACCOUNT, TOKEN, self.hooks, {SERVICE: (NUMBER,)})])
        self.faults = self.sandbox.faults

    def written(self, api: str) -> dict[str, Any]:
        return {"account_sid": ACCOUNT, "auth_token": TOKEN, "from": NUMBER, "api_url": api, "settle": "300ms"}

    async def connect(self, _channel: Channel, hook: str) -> None:
        self.hooks[NUMBER] = hook
        self.sandbox.network.url = hook.partition("/hooks/")[0]

    def customer(self, number: int) -> Customer:
        return Customer(self.sandbox.phone(f"+4915112345{number:03}"))

    def signed(self, call: WebRequest, secret: str = "") -> WebRequest:
        form = parse_qsl(call.body.decode(), keep_blank_values=True)
        hook = self.hooks[NUMBER]
        made = signed(form, route=call.route, query=call.query, token=secret or TOKEN, url=hook)
        return replace(call, headers=call.headers | {self.proof: made.headers[self.proof]})

    def again(self, call: WebRequest) -> WebRequest:
        return with_headers(call, i_twilio_idempotency_token=str(uuid.uuid4()))

    def forgeries(self, call: WebRequest) -> dict[str, WebRequest]:
        form = dict(parse_qsl(call.body.decode(), keep_blank_values=True))
        other = replace(call, body=urlencode(form | {"AccountSid": "AC" + "f" * 32}).encode())
        twice = replace(call, body=call.body + b"&From=%2B15550001111")
        moved = form | {"Body": f"{form['Body']}From{form['From']}"}
        del moved["From"]
        return {
            "query added": replace(call, query="o=1"),
            "another route": replace(call, route="status"),
            "another account's": self.signed(other),
            "a parameter twice": self.signed(twice),
            "one parameter in another, S6": replace(call, body=urlencode(moved).encode()),
            "blank parameters dropped": replace(
                call, body=urlencode({name: value for name, value in form.items() if value}).encode() + b"&x=y"
            ),
        }

    def refusals(self) -> dict[str, Refusal]:
        def to(number: str, **changes: Any) -> Any:
            async def provoke(bench: Bench) -> None:
                await bench.make(**changes).send(self.message(to=Address("sms", number)))

            return provoke

        async def after_stop(bench: Bench) -> None:
            self.sandbox.network.blocked.add((NUMBER, self.customer(0).address.chat))
            await bench.make().send(self.message())

        async def throttled(bench: Bench) -> None:
            self.faults.plan(Fault("throttle", after=7, path=self.sends))
            await bench.make().send(self.message())

        async def foreign_sender(bench: Bench) -> None:
            channel = bench.make(**{"from": None}, messaging_service_sid=SERVICE)
            await channel.send(self.message(sender="+4930999"))

        gone = {"opted_out": False}
        return {
            "no such number": Refusal(errors.Unreachable, to("+15005550001"), gone | {"code": "21211"}),
            "no route": Refusal(errors.Unreachable, to("+15005550002"), gone | {"code": "21612"}),
            "a landline": Refusal(errors.Unreachable, to("+15005550009"), gone | {"code": "21614"}),
            "said STOP": Refusal(errors.Unreachable, after_stop, {"opted_out": True, "code": "21610"}),
            "country not allowed": Refusal(errors.Misconfigured, to("+15005550003"), {"code": "21408"}),
            "a wrong token": Refusal(errors.Misconfigured, to("+4915112345000", auth_token="wrong"), {"code": "20003"}),
            "a full queue": Refusal(
                errors.Throttled, to("+4915112345000", **{"from": "+15005550008"}), {"after": 60.0, "retry": True}
            ),
            "slow down": Refusal(errors.Throttled, throttled, {"after": 7.0, "whole_channel": True, "scope": ""}),
            "foreign sender": Refusal(errors.Rejected, foreign_sender, {"code": "21712", "retry": False}),
        }

    async def close(self) -> None:
        await self.sandbox.close()


PROVIDER = Twilio
