"""Twilio, Telegram and Slack for the durability tests: sandboxes that note what they took and what was acknowledged."""

import asyncio
import copy
import random
import secrets
from collections.abc import Coroutine, Iterable
from typing import Any, NamedTuple, Protocol
from urllib.parse import parse_qs, urlsplit

import msgspec

from channels.telegram.buttons import question_and_value
from sandbox.slack import App, SlackSandbox, Team, User
from sandbox.slack.model import Message as SlackMessage
from sandbox.slack.webhooks import Outcome
from sandbox.telegram import Bot, TelegramSandbox
from sandbox.telegram.model import Message as TelegramMessage
from sandbox.telegram.updates import Update, Webhook
from sandbox.twilio import Account, TwilioSandbox
from sandbox.twilio.model import API

ACCOUNT, TOKEN, NUMBER = "AC" + "0123456789abcdef" * 2, "a-token-for-tests", "+493022222222"
BOT_TOKEN, BOT_SECRET, BOT_NAME = "700100:AAE-token-for-tests", "a-webhook-secret-for-tests-0123456789", "nps_bot"
TEAM, APP, SLACK_TOKEN, SIGNING = "T1", "A1", "xoxb-1-token-for-tests", "a-signing-secret-for-tests"
CHANNELS = ("sms", "telegram", "slack")
MEMBERS = 6_000  # of the workspace
AGAIN = 0.3  # of all acknowledged events come again, half of them under another id
LATE = 1.5  # seconds after which at the latest
PAUSE = 0.05  # seconds between two tries of an event; Slack's own are minutes


class Taken(NamedTuple):
    """A message that a provider took: the lane it is for, what it says, and what it shows of our key.

    `key` is "" where a provider sees none: in Telegram's messages without buttons.
    """

    lane: str
    body: str
    key: str
    id: str = ""  # the provider's
    buttons: bool = False


class Network(Protocol):
    """One provider."""

    prefixes: tuple[str, ...]
    app: Any  # ASGI
    acked: list[str]  # keys of events that the server answered 2xx to

    takes: str  # "METHOD path" of a new message, as a pattern
    looks_up: str  # of asking what became of messages

    def taken(self, after: int) -> list[Taken]:
        """Messages from the `after`-th on."""
        ...

    def marked(self) -> list[str]:
        """The provider's ids of messages that have been changed, as our outbox knows them."""
        ...

    async def connect(self, server: str) -> None:
        """From now on events go to this server."""
        ...

    def quiet(self) -> bool:
        """Whether nothing is on its way to the server."""
        ...


class Twilio:
    """SMS. Customers call the server themselves, so nothing is acknowledged here."""

    prefixes = (API,)
    takes = "POST .*/Messages.json"
    looks_up = "GET .*/Messages.json"

    def __init__(self, _dice: random.Random) -> None:
        self.app = TwilioSandbox([Account(ACCOUNT, TOKEN, {NUMBER: ""})])
        self.acked: list[str] = []

    def taken(self, after: int) -> list[Taken]:
        """See Network."""
        messages = list(self.app.network.messages.values())[after:]
        return [Taken(f"sms:{one.to}", one.body, _key(one.callback), one.sid) for one in messages]

    def marked(self) -> list[str]:
        """See Network."""
        return []

    async def connect(self, server: str) -> None:
        """See Network."""

    def quiet(self) -> bool:
        """See Network."""
        return True


class Telegram:
    """One bot with a webhook: per chat one update at a time, until it is taken."""

    prefixes = ("/bot",)
    takes = "POST .*/sendMessage"
    looks_up = "-"  # no bot can read what it wrote

    def __init__(self, dice: random.Random) -> None:
        self.app = TelegramSandbox([Bot(BOT_TOKEN, BOT_NAME)], delay=PAUSE)
        self._messages: list[TelegramMessage] = []
        self.at_desks: list[tuple[TelegramMessage, str]] = []  # our bot's in groups, and their words at first
        self._dice = dice
        self._later = _Later()
        self._seen = 0
        self.acked: list[str] = []
        post = self.app.world.post

        def noted(*place: Any, **content: Any) -> TelegramMessage:
            message = post(*place, **content)
            if message.mine:
                self._messages += [message] * bool(message.chat.user)
                self.at_desks += [(message, message.text)] * (not message.chat.user)
            return message

        self.app.world.post = noted  # type: ignore[method-assign]

    def taken(self, after: int) -> list[Taken]:
        """See Network."""
        self._note()
        return [
            Taken(f"telegram:{one.chat.id}", one.text, _question(one), str(one.id), bool(one.keyboards))
            for one in self._messages[after:]
        ]

    def marked(self) -> list[str]:
        """See Network."""
        return [f"telegram:{one.chat.id}/{one.id}" for one in self._messages if one.edited]

    async def connect(self, server: str) -> None:
        """See Network."""
        webhook = Webhook(f"{server}/hooks/telegram", BOT_SECRET)
        await self.app.world.deliveries[self.app.bot.id].start(webhook)

    def quiet(self) -> bool:
        """See Network."""
        self._note()
        return not self._later.busy and not self.app.updates().queues

    def _note(self) -> None:
        """Look at what was acknowledged since; some of it comes again."""
        attempts = self.app.world.deliveries[self.app.bot.id].attempts
        for attempt in attempts[self._seen :]:
            if 200 <= attempt.status < 300:
                self.acked.append(telegram_key(self.app.updates().history[attempt.update_id]))
                if self._dice.random() < AGAIN:
                    self._later.do(self._again(attempt.update_id, self._dice.uniform(0, LATE)))
        self._seen = len(attempts)

    async def _again(self, update: int, seconds: float) -> None:
        await asyncio.sleep(seconds)
        if self._dice.random() < 0.5:
            self.app.updates().renumber(update)
        else:
            await self.app.redeliver(update)


class Slack:
    """One app in one workspace. Events are repeated until they are taken; presses are not."""

    prefixes = ("/api/",)
    takes = "POST /api/chat.postMessage"
    looks_up = "[A-Z]+ /api/conversations.history"

    def __init__(self, dice: random.Random) -> None:
        team = Team(TEAM, SLACK_TOKEN, "acme").add(*(User(member(n), f"member{n}") for n in range(MEMBERS)))
        self.app = SlackSandbox(App(APP, "1.1", "-", SIGNING, "xapp-1"), [team])
        self._messages: list[tuple[str, str, SlackMessage]] = []
        self._dice = dice
        self._later = _Later()
        self.acked: list[str] = []
        self._post, self._act = self.app.cloud.post, self.app.delivery.action
        self.app.cloud.post = self._posted  # type: ignore[method-assign]
        self.app.delivery.event = self._event  # type: ignore[method-assign]
        self.app.delivery.action = self._action  # type: ignore[method-assign]

    def taken(self, after: int) -> list[Taken]:
        """See Network."""
        return [
            Taken(f"slack:{user}", one.text, one.metadata["event_payload"]["o"], one.ts, len(one.blocks) > 1)
            for user, _, one in self._messages[after:]
        ]

    def marked(self) -> list[str]:
        """See Network."""
        return [f"slack:{user}/{place}:{one.ts}" for user, place, one in self._messages if one.edited]

    async def connect(self, server: str) -> None:
        """See Network."""
        self.app.app.events_url = f"{server}/hooks/slack"

    def quiet(self) -> bool:
        """See Network."""
        return not self._later.busy and not self.app.cloud._running

    def _posted(self, team: Team, channel: Any, message: SlackMessage, fault: Any = None) -> Any:
        delivered = self._post(team, channel, message, fault)
        if message.bot_id:
            self._messages.append((channel.user, channel.id, message))
        return delivered

    async def _event(self, envelope: dict[str, Any]) -> Outcome:
        body, outcome, attempt = msgspec.json.encode(envelope), Outcome(0, 0), 0
        while not (outcome.taken or outcome.stop):
            await asyncio.sleep(PAUSE if attempt > 1 else 0)
            outcome = await self.app.delivery._event(envelope, body, attempt, outcome.reason)
            attempt += 1
            assert not 400 <= outcome.status < 500, "the server takes an event of Slack's for a forged one"
        event = envelope["event"]
        if event["type"] == "message" and not event.get("subtype") and "bot_id" not in event:
            self.acked.append(f"m:{TEAM}:{event['channel']}:{event['ts']}")
        if self._dice.random() < AGAIN:
            self._later.do(self._again(envelope, self._dice.uniform(0, LATE)))
        return outcome

    async def _action(self, payload: dict[str, Any]) -> Outcome:
        outcome = await self._act(payload)
        if outcome.taken:
            self.acked.append(slack_press_key(payload))
        return outcome

    async def _again(self, envelope: dict[str, Any], seconds: float) -> None:
        await asyncio.sleep(seconds)
        if self._dice.random() < 0.5:
            envelope = copy.deepcopy(envelope) | {"event_id": "Ev" + secrets.token_hex(5).upper()}
        await self._event(envelope)


class _Later:
    """What is still to be done."""

    def __init__(self) -> None:
        self.busy: set[asyncio.Task[None]] = set()

    def do(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self.busy.add(task)
        task.add_done_callback(self.busy.discard)


def member(number: int) -> str:
    """The id of somebody in the workspace."""
    return f"U0{number:05}"


def networks(dice: random.Random) -> dict[str, Network]:
    """All of them, by the names of our channels."""
    return {"sms": Twilio(dice), "telegram": Telegram(dice), "slack": Slack(dice)}


def configured(network: str, settle: str, only: Iterable[str] = CHANNELS) -> dict[str, Any]:
    """Our channels' settings; `network` is where the providers are, `settle` how long what is in doubt rests.

    Times are short, and limits of ours do not slow a test down. Telegram keeps its own rate: at a thousand a second,
    which Telegram does not take, more sends would be under way at a kill, and so in doubt, than ever can be.
    """
    quick: dict[str, Any] = {"timeout": "700ms", "gather": "0s"}
    found = {
        "sms": {"kind": "twilio", "account_sid": ACCOUNT, "auth_token": TOKEN, "from": NUMBER, "api_url": network}
        | {"auto_replies": False, "settle": settle, "rate": 1000},
        "telegram": {"kind": "telegram", "token": BOT_TOKEN, "webhook_secret": BOT_SECRET, "username": BOT_NAME}
        | {"api_url": network},
        "slack": {"kind": "slack", "bot_token": SLACK_TOKEN, "signing_secret": SIGNING, "team": TEAM, "app_id": APP}
        | {"api_url": f"{network}/api/", "settle": settle, "rate": 1000},
    }
    return {name: found[name] | quick for name in only}


def telegram_key(update: Update) -> str:
    """The inbox key of an update: that of a message or a press, "" for others."""
    if update.kind == "callback_query":
        return f"c:{update.body['id']}"
    if update.kind != "message":
        return ""
    return f"m:{update.body['chat']['id']}:{update.body['message_id']}"


def slack_press_key(payload: dict[str, Any]) -> str:
    """The inbox key of a press."""
    container, when = payload["container"], payload["actions"][0]["action_ts"]
    return f"b:{TEAM}:{container['channel_id']}:{container['message_ts']}:{payload['user']['id']}:{when}"


def _key(callback: str) -> str:
    signed = parse_qs(urlsplit(callback).query).get("o", [""])[0]
    return signed.rpartition(".")[0]


def _question(message: TelegramMessage) -> str:
    """The key in the buttons that the message had at first."""
    return question_and_value(message.keyboards[0][0][0]["callback_data"])[0] if message.keyboards else ""
