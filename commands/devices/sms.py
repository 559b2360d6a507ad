"""The demo's SMS phone, and Twilio's stand-in behind it."""

import secrets
from collections.abc import Collection

from bot.messages import Outbound, Sent
from channels.twilio.channel import TwilioChannel
from channels.twilio.config import TwilioConfig
from commands.devices.device import PATIENCE, Bubble, Clock, Device, Screen, taken
from sandbox.twilio import Account, TwilioSandbox
from sandbox.twilio.phone import Phone

NUMBER = "+4915112345678"
SENDER = "+4930555010"


class SkippingChannel(TwilioChannel):
    """The Twilio channel with the sandbox's times, which know nothing of what was skipped here."""

    clock: Clock

    async def find(self, message: Outbound, since: int, taken: Collection[str] = ()) -> Sent | None:
        """See bot.ports.Reconciling."""
        return await super().find(message, since - self.clock.skipped, taken)


class SmsPhone(Device):
    """A telephone that knows SMS and nothing else."""

    name = "sms"
    loads = ("channels.twilio.client", "twilio.rest.api")
    most = 1600

    def __init__(self, clock: Clock, pace: float) -> None:
        """`pace` is the time between two statuses of a message, in seconds."""
        super().__init__()
        self.chat = NUMBER
        self._sid, self._token = "AC" + secrets.token_hex(16), secrets.token_hex(16)
        self._hooks = {SENDER: ""}
        self.sandbox: TwilioSandbox = TwilioSandbox([Account(self._sid, self._token, self._hooks)], pace)
        self.faults = self.sandbox.faults
        self._clock = clock
        self._phone = self.sandbox.phone(NUMBER)
        self._seen: dict[str, int] = {}  # message → demo time it was first seen: this sandbox has real time

    def channel(self, public_url: str, api_url: str) -> SkippingChannel:
        """See Device."""
        self.config = TwilioConfig.model_validate(
            {"kind": "twilio", "account_sid": self._sid, "auth_token": self._token, "from": SENDER, "settle": "3s"}
            | {"api_url": api_url, "timeout": PATIENCE, "gather": "500ms"}
        )
        channel = SkippingChannel(self.name, self.config, public_url, self._clock)
        channel.clock = self._clock
        return channel

    async def connect(self, hook: str) -> None:
        """See Device."""
        self._hooks[SENDER] = hook

    def skip(self, ms: int) -> None:
        """Nothing: what is shown and looked up is put right where it is used."""

    def screen(self) -> Screen:
        """See Device."""
        return Screen("Mara Vogt", "Echolot", SENDER, self.bubbles(self._phone))

    def bubbles(self, phone: Phone) -> list[Bubble]:
        """What a phone shows, in the demo's time."""
        bubbles = []
        for shown in phone.shows():
            at = self._seen.setdefault(shown["sid"], shown["at"] + self._clock.skipped)
            mine = shown["side"] == "me"
            bubbles.append(Bubble(shown["sid"], mine, "" if mine else SENDER, shown["text"], at))
        return sorted(bubbles, key=lambda bubble: bubble.at)

    async def news(self, seconds: float) -> None:
        """See Device."""
        await self._phone.news(self._phone.version, seconds)

    async def _write(self, text: str) -> None:
        taken((await self._phone.text(text, SENDER)).status)

    async def close(self) -> None:
        """See Device."""
        await self.sandbox.close()
