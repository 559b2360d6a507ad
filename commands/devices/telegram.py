"""The demo's Telegram phone, and the Bot API's stand-in behind it."""

import secrets
from urllib.parse import parse_qs, urlsplit

from channels.telegram.channel import TelegramChannel
from channels.telegram.config import TelegramConfig
from commands.devices.device import PATIENCE, Bubble, Clock, Device, NotOnStage, Screen
from sandbox.telegram import Bot, TelegramSandbox
from sandbox.telegram.updates import Webhook

BOT = "echolot__demo_bot"  # two underscores: a name that nobody can have, should somebody scan the code
_START = "/start"


class TelegramPhone(Device):
    """Telegram on somebody's telephone, with one chat: that with our bot."""

    name = "telegram"
    loads = ("channels.telegram.sending", "channels.telegram.client")
    most = 4096
    sends = "/sendMessage"

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._token = f"{secrets.randbelow(9 * 10**8) + 10**8}:{secrets.token_urlsafe(26)}"
        self._secret = secrets.token_urlsafe(32)
        self._bot = Bot(self._token, BOT, "Echolot")
        # Telegram lives in the demo's time, so that what it says about when fits what we know.
        self.sandbox: TelegramSandbox = TelegramSandbox([self._bot], clock=clock.seconds)
        self.faults = self.sandbox.faults
        self.person = self.sandbox.person("Jonas", last_name="Weber", username="jonas_weber")
        self.chat = str(self.person.id)
        self._clock = clock
        self._private = self.sandbox.world.private(self._bot.id, self.person.user)

    def channel(self, public_url: str, api_url: str) -> TelegramChannel:
        """See Device."""
        self.config = TelegramConfig.model_validate(
            {"kind": "telegram", "token": self._token, "webhook_secret": self._secret, "username": BOT}
            | {"api_url": api_url, "timeout": PATIENCE, "gather": "500ms"}
        )
        return TelegramChannel(self.name, self.config, public_url, self._clock)

    async def connect(self, hook: str) -> None:
        """What the channel's own `connect` asks for, without loading the SDK before anything is sent."""
        await self.sandbox.world.deliveries[self._bot.id].start(Webhook(hook, self._secret))

    def skip(self, ms: int) -> None:
        """Nothing: this sandbox asks the demo's clock."""

    def screen(self) -> Screen:
        """See Device."""
        bubbles = []
        for shown in self.person.shows(self._private):
            mine = shown["side"] == "me"
            # The app shows that Start was pressed and not what the link carried.
            started = mine and shown["text"].split(" ", 1)[0] == _START
            text = _START if started else shown["text"]
            name = self.person.user.first_name if mine else self._bot.name
            bubbles.append(
                Bubble(
                    id=str(shown["id"]),
                    mine=mine,
                    name=name,
                    text=text,
                    at=shown["at"],
                    edited=mine and shown["edited"],
                    editable=mine and not started,
                    buttons=shown["buttons"],
                )
            )
        state = "blocked" if self._private.blocked else "open" if self._private.started else "new"
        user = self.person.user
        return Screen(f"{user.first_name} {user.last_name}".strip(), self._bot.name, f"@{BOT}", bubbles, state)

    async def news(self, seconds: float) -> None:
        """See Device."""
        await self.person.news(self.person.version, seconds)

    async def _write(self, text: str) -> None:
        self._may_write()
        self.person.says(text, chat=self._private)

    async def press(self, message: str, button: int) -> None:
        """See Device."""
        try:
            self.person.presses(button, self._private.messages[_number(message)])
        except LookupError as error:
            raise NotOnStage("This button is gone.") from error

    async def rewrite(self, message: str, text: str) -> None:
        """See Device."""
        self._may_write()
        text, shown = text.strip(), self._private.messages.get(_number(message))
        if shown is None or shown.mine or not 1 <= len(text) <= self.most:
            raise NotOnStage("This message cannot be changed to that.")
        self.person.edits(shown, text)

    async def open(self, link: str) -> None:
        """See Device."""
        payload = parse_qs(urlsplit(link).query).get("start", [""])[0]
        self.person.start(self._bot, payload)

    async def block(self, *, blocked: bool) -> None:
        """See Device."""
        if blocked == self._private.blocked:
            return
        if blocked:
            self.person.blocks(self._bot)
        else:
            self.person.unblocks(self._bot)

    async def close(self) -> None:
        """See Device."""
        await self.sandbox.close()

    def _may_write(self) -> None:
        if self._private.blocked or not self._private.started:
            raise NotOnStage("Press Start first, or unblock the bot.")


def _number(message: str) -> int:
    return int(message) if message.isascii() and message.isdigit() else 0
