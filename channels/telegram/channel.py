"""The Telegram channel: receive or fetch, send, edit, threads, files, links, and a look at the account."""

import hmac
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

import msgspec
import structlog

from bot.abilities import Finding
from bot.errors import Forged, Misconfigured, Rejected, Throttled, Unreachable
from bot.messages import (
    Address,
    File,
    Inbound,
    Limit,
    Media,
    Moved,
    Outbound,
    Receipt,
    Response,
    Sent,
    WebRequest,
)
from channels.telegram import outbound
from channels.telegram.config import TelegramConfig
from channels.telegram.errors import Migrated, no_group
from channels.telegram.inbound import Understood, understood
from channels.telegram.polling import Poller

if TYPE_CHECKING:
    from channels.telegram.client import Api

log = structlog.get_logger("telegram")

SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - the header's name
_CHAT = re.compile(r"(-?[1-9][0-9]{0,15})(?:#([1-9][0-9]{0,15}))?", re.ASCII)
_LINK_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
GROUP_RATE, GROUP_BURST = 0.305, 2  # so that no 60 s hold more than 20, as Telegram has it
PERSON_RATE, PERSON_BURST = 1.0, 2  # a mark and the next question; Telegram takes short bursts, and says not how long
SIGN_RATE, SIGN_BURST = 1.0, 5  # Telegram tells no limit; it has one
SIGNS = ":signs"
CROWD = 3  # chats that are told to slow down at the same time: then it is the whole bot
T = TypeVar("T")


def epoch_ms() -> int:
    """Now, UTC."""
    return time.time_ns() // 1_000_000


class TelegramChannel:
    """One bot: a Channel (`bot.ports`) with Editing, Reacting, Threading, Filing, Pacing, Linking, Diagnosing.

    Without a webhook secret it comes as a PollingTelegram, which is Listening, too.
    """

    kind = "telegram"

    def __new__(cls, name: str, config: TelegramConfig, *args: Any, **named: Any) -> "TelegramChannel":  # noqa: ARG004, PYI034 - or the one that polls
        """The kind of channel that these settings ask for."""
        return super().__new__(cls if config.secrets else PollingTelegram)

    def __init__(self, name: str, config: TelegramConfig, public_url: str, clock: Callable[[], int] = epoch_ms) -> None:
        """`public_url` is what providers call this server, `clock` gives epoch milliseconds."""
        self.name = name
        self.gather = config.gather
        self.rate = config.rate
        self.hookable = bool(config.secrets)
        self.capabilities = outbound.CAPABILITIES
        self._config = config
        self._hook = f"{public_url.rstrip('/')}/hooks/{quote(name)}"
        self._clock = clock
        self._username = config.username.removeprefix("@")
        self._moved: dict[str, str] = {}  # groups whose id has changed, as far as this process has heard
        self._throttled: dict[str, int] = {}  # scopes that have to wait, and until when (epoch ms)
        self._client: Api | None = None

    async def receive(self, request: WebRequest) -> Receipt:
        """Events of a webhook call that carries our secret. Raises Forged; stores nothing."""
        if request.method != "POST" or request.route:
            raise Forged("there is no such hook")
        _check_secret(request, self._config.secrets)
        update = self._read(request.body)
        if not update.press:
            return Receipt(update.events)
        answer = {"method": "answerCallbackQuery", "callback_query_id": update.press}  # the hour-glass stops at once
        return Receipt(update.events, Response(200, "application/json", msgspec.json.encode(answer)))

    async def send(self, message: Outbound) -> Sent:
        """Hand one message to Telegram, once. Raises a ChannelError that knows whether to retry."""
        content = outbound.shown(message, self.capabilities)
        from channels.telegram.sending import send_text  # noqa: PLC0415 - the SDK takes 0.5 s to load

        sent = await self._in_chat(message.to, lambda api, chat: send_text(api, chat, message, content))
        return Sent(str(sent.message_id))

    async def edit(self, message: Outbound, provider_id: str) -> Sent:
        """Make a message of ours look like `message.prompt`, buttons included. Raises a ChannelError."""
        content, number = outbound.shown(message, self.capabilities), _message_id(provider_id)
        from channels.telegram.sending import edit_text  # noqa: PLC0415

        await self._in_chat(message.to, lambda api, chat: edit_text(api, chat, number, content))
        return Sent(provider_id)

    async def remove(self, to: Address, provider_id: str) -> None:
        """Delete a message of ours, at most 48 hours old; one that is gone already is no error."""
        number = _message_id(provider_id)
        from channels.telegram.sending import delete  # noqa: PLC0415

        await self._in_chat(to, lambda api, chat: delete(api, chat, number))

    async def react(self, to: Address, ref: str, symbol: str) -> None:
        """Put a sign, or one of the few emoji that Telegram knows, on a message. Raises a ChannelError."""
        number = _message_id(ref)
        from channels.telegram.sending import react  # noqa: PLC0415

        await self._in_chat(to, lambda api, chat: react(api, chat, number, symbol), apart=SIGNS)

    async def open_thread(self, to: Address, title: str) -> Address:
        """A new topic in the group `to`. Raises a ChannelError."""
        from channels.telegram.sending import open_topic  # noqa: PLC0415

        topic = await self._in_chat(to, lambda api, chat: open_topic(api, chat, title))
        return Address(to.channel, self._moved.get(to.chat, to.chat), thread=str(topic))

    async def close_thread(self, to: Address) -> None:
        """Close the topic; a closed one is no error. Raises a ChannelError."""
        from channels.telegram.sending import close_topic  # noqa: PLC0415

        await self._in_chat(to, lambda api, chat: close_topic(api, chat, to))

    async def reopen_thread(self, to: Address) -> None:
        """Open the topic again. Raises ThreadGone if it was deleted, else a ChannelError."""
        from channels.telegram.sending import reopen_topic  # noqa: PLC0415

        await self._in_chat(to, lambda api, chat: reopen_topic(api, chat, to))

    async def fetch(self, media: Media, account: str = "") -> File:  # noqa: ARG002 - a bot is one account
        """Download what somebody sent, at most 10 MB. Raises a ChannelError."""
        api = self._api()
        from channels.telegram.files import fetch  # noqa: PLC0415

        return await fetch(api, media)

    async def send_files(self, message: Outbound, files: Sequence[File]) -> Sent:
        """Send files with the prompt's text beside them; several as albums. Raises a ChannelError."""
        if not files:
            return await self.send(message)
        content = outbound.beside(message, self.capabilities)
        from channels.telegram.files import send_files  # noqa: PLC0415

        sent = await self._in_chat(message.to, lambda api, chat: send_files(api, chat, message, content, files))
        return Sent(str(sent.message_id))

    def limits(self, to: Address, kind: str = "") -> Sequence[Limit]:
        """About 1 message a second to a person, 20 a minute to a group (https://core.telegram.org/bots/faq).

        Changes count as messages do, signs by themselves.
        """
        scope = self._moved.get(to.chat, to.chat)
        if kind == "sign":
            return (Limit(f"{scope}{SIGNS}", SIGN_RATE, SIGN_BURST),)
        if scope.startswith("-"):
            return (Limit(scope, GROUP_RATE, GROUP_BURST),)
        return (Limit(scope, PERSON_RATE, PERSON_BURST),)

    async def link(self, token: str) -> str:
        """The link that opens the chat with the bot; pressing Start there brings `token`. Raises a ChannelError."""
        if not _LINK_TOKEN.fullmatch(token):
            raise Rejected("a deep link carries 1 to 64 characters of A-Z a-z 0-9 _ -")
        if not self._username:
            api = self._api()
            self._username = (await api.again(api.bot.get_me())).username or ""
        return f"https://t.me/{self._username}?start={token}"

    async def diagnose(self) -> Sequence[Finding]:
        """What is right and wrong with the bot at Telegram. Raises nothing."""
        from channels.telegram import diagnosis  # noqa: PLC0415

        if not self._config.token.get_secret_value():
            return [diagnosis.no_token(self.name)]
        return await diagnosis.diagnose(self._api(), self._hook, self._secret)

    async def connect(self) -> Sequence[Finding]:
        """Set or remove the webhook, set the menu of commands; what was done and what is left. Raises nothing."""
        from channels.telegram import diagnosis  # noqa: PLC0415

        if not self._config.token.get_secret_value():
            return [diagnosis.no_token(self.name)]
        return await diagnosis.connect(self._api(), self._hook, self._secret)

    def address(self, text: str) -> Address:
        """The address of a chat's number, with `#` and a topic's number behind it if need be. Raises Rejected."""
        found = _CHAT.fullmatch(text.strip())
        if not found:
            raise Rejected(
                f"an address of {self.name!r} is a chat's number; a @name cannot be written to: the person has to open "
                "the bot's link and press Start"
            )
        return Address(self.name, found[1], thread=found[2] or "")

    async def close(self) -> None:
        """Release connections."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    @property
    def _secret(self) -> str:
        return self._config.webhook_secret.get_secret_value()

    def _read(self, body: bytes) -> Understood:
        update = understood(self.name, body, self._clock())
        for event in update.events:
            if isinstance(event.body, Moved):
                self._moved[event.source.chat] = event.body.chat
        return update

    def _api(self) -> "Api":
        if not self._config.token.get_secret_value():
            raise Misconfigured(f"channel {self.name!r} has no token")
        if self._client is None:
            from channels.telegram.client import Api  # noqa: PLC0415 - the SDK takes 0.5 s to load

            self._client = Api(self._config)
        return self._client

    async def _in_chat(self, to: Address, call: Callable[["Api", int], Awaitable[T]], apart: str = "") -> T:
        """Call with the id that the chat has now; Telegram says so if a group has become a supergroup.

        What stands `apart` (the end of its scope) stops nothing else when it is too fast.
        """
        if not _CHAT.fullmatch(to.chat):
            raise Rejected("a chat of Telegram is a number")
        api = self._api()
        try:
            try:
                return await call(api, int(self._moved.get(to.chat, to.chat)))
            except Migrated as moved:
                self._moved[to.chat] = moved.chat
                log.info("group_moved", channel=self.name)
                return await call(api, int(moved.chat))
        except Throttled as throttled:
            raise self._scoped(throttled, to, apart) from None
        except Unreachable as error:
            raise no_group(error) if to.chat.startswith("-") else error from None

    def _scoped(self, throttled: Throttled, to: Address, apart: str) -> Throttled:
        """Whom it stops. Telegram does not say; if several chats have to wait at once, it is the whole bot."""
        now, scope = self._clock(), self.limits(to)[0].scope
        if apart:
            return Throttled(str(throttled), throttled.after, throttled.code, scope=scope + apart)
        self._throttled = {name: until for name, until in self._throttled.items() if until > now}
        self._throttled[scope] = now + round(throttled.after * 1000)
        everything = len(self._throttled) >= CROWD
        return Throttled(
            str(throttled), throttled.after, throttled.code, whole_channel=everything, scope="" if everything else scope
        )


class PollingTelegram(TelegramChannel):
    """A bot that fetches its updates: Listening (`bot.ports`)."""

    async def listen(self, accept: Callable[[Sequence[Inbound]], Awaitable[None]]) -> None:
        """Fetch until cancelled; Telegram is told only of what `accept` has committed."""
        await Poller(self.name, self._hook, self._api, self._read, accept).run()


def _check_secret(request: WebRequest, secrets: Sequence[str]) -> None:
    """Compare with every secret in constant time, before a byte of the body is looked at. Raises Forged."""
    header = request.headers.get(SECRET_HEADER)
    if not header:
        raise Forged("the call carries no secret", 401)
    given = header.encode("utf-8", "surrogatepass")
    holds = False
    for secret in secrets:
        holds |= hmac.compare_digest(secret.encode(), given)
    if not holds:
        raise Forged("the secret is not ours")


def _message_id(provider_id: str) -> int:
    if not (provider_id.isascii() and provider_id.isdigit() and len(provider_id) < 16):
        raise Rejected("a message of Telegram is a number")
    return int(provider_id)
