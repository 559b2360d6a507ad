"""What the three providers tell a server, as they would post it: the same event many times over, in several guises."""

import json
import random
import secrets
import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from channels.telegram.channel import SECRET_HEADER
from channels.twilio.receipts import callback_url
from sandbox.slack.webhooks import FORM, JSON, signature
from tests.durability.networks import ACCOUNT, APP, BOT_SECRET, NUMBER, SIGNING, TEAM, TOKEN

MOST = 5  # deliveries of one event
STATUSES = ("queued", "sent", "delivered")


class Person(NamedTuple):
    """Somebody who was asked: the channel, who they are there, and the key of the question."""

    channel: str
    chat: str
    question: str


class Post(NamedTuple):
    """One delivery. `key` is what the event is called in our inbox."""

    key: str
    channel: str
    url: str
    body: bytes
    more: Mapping[str, str] = MappingProxyType({})

    @property
    def headers(self) -> dict[str, str]:
        """With the signature, made now."""
        if self.channel == "telegram":
            return {"content-type": JSON, SECRET_HEADER: BOT_SECRET}
        if self.channel == "slack":
            stamp = str(int(time.time()))
            signs = {"x-slack-request-timestamp": stamp, "x-slack-signature": signature(SIGNING, stamp, self.body)}
            return {"content-type": JSON if self.body[:1] == b"{" else FORM} | signs | dict(self.more)
        return {"content-type": FORM} | dict(self.more)


def said(person: Person, text: str, number: int, server: str, dice: random.Random) -> list[Post]:
    """The `number`-th event: somebody writes. One to five deliveries."""
    times = dice.randint(1, MOST)
    match person.channel:
        case "telegram":
            message = _message(person, number) | {"text": text}
            return _updates({"message": message}, f"m:{person.chat}:{number}", server, times, dice)
        case "slack":
            ts, place = f"1795000000.{number:06}", f"D{person.chat[1:]}"
            event = {"type": "message", "channel": place, "channel_type": "im", "user": person.chat, "text": text}
            return _events(event | {"ts": ts, "event_ts": ts}, f"m:{TEAM}:{place}:{ts}", server, times, dice)
    sid = f"SM{number:032x}"
    form = {"MessageSid": sid, "AccountSid": ACCOUNT, "From": person.chat, "To": NUMBER, "Body": text, "NumMedia": "0"}
    return [_form(sid, f"{server}/hooks/sms", form)] * times


def pressed(person: Person, value: str, number: int, server: str, dice: random.Random) -> list[Post]:
    """A press on the question; Slack does not repeat presses, and it must not matter if one comes again."""
    times = dice.randint(1, MOST)
    if person.channel == "telegram":
        sender = {"id": int(person.chat), "is_bot": False, "first_name": "Ada"}
        query = {"id": str(number), "from": sender, "message": _message(person, 1), "chat_instance": "1"}
        query["data"] = f"{person.question}|{value}"
        return _updates({"callback_query": query}, f"c:{number}", server, times, dice)
    place, when = f"D{person.chat[1:]}", f"1795000001.{number:06}"
    payload = {
        "type": "block_actions", "api_app_id": APP, "team": {"id": TEAM}, "user": {"id": person.chat},
        "container": {"type": "message", "channel_id": place, "message_ts": "1795000000.000001"},
        "actions": [{"type": "button", "block_id": f"0:{person.question}", "value": value, "action_ts": when}],
    }  # fmt: skip
    body = urlencode({"payload": json.dumps(payload)}).encode()
    key = f"b:{TEAM}:{place}:1795000000.000001:{person.chat}:{when}"
    return [Post(key, "slack", f"{server}/hooks/slack", body)] * times


def status(person: Person, sid: str, server: str, dice: random.Random) -> list[Post]:
    """Twilio on somebody's question."""
    told = dice.choice(STATUSES)
    form = {"MessageSid": sid, "MessageStatus": told, "To": person.chat, "From": NUMBER, "AccountSid": ACCOUNT}
    call = callback_url(f"{server}/hooks/sms", person.question, TOKEN)
    return [_form(f"{sid}|{told}", call, form)] * dice.randint(1, MOST)


def _message(person: Person, number: int) -> dict[str, Any]:
    sender = {"id": int(person.chat), "is_bot": False, "first_name": "Ada"}
    return {
        "message_id": number,
        "from": sender,
        "chat": {"id": int(person.chat), "type": "private"},
        "date": 1_795_000_000,
    }


def _updates(content: dict[str, Any], key: str, server: str, times: int, dice: random.Random) -> list[Post]:
    """Now and then under another number, as Telegram does after a silent week."""
    number = dice.randrange(1 << 30)
    numbers = [number if dice.random() < 0.7 else dice.randrange(1 << 30) for _ in range(times)]
    url = f"{server}/hooks/telegram"
    return [Post(key, "telegram", url, json.dumps({"update_id": each} | content).encode()) for each in numbers]


def _events(event: dict[str, Any], key: str, server: str, times: int, dice: random.Random) -> list[Post]:
    """Repetitions with their number; now and then under another id."""
    envelope = {"type": "event_callback", "team_id": TEAM, "api_app_id": APP, "event": event, "event_time": 1}
    first = secrets.token_hex(5)
    found = []
    for attempt in range(times):
        again = {"x-slack-retry-num": str(attempt), "x-slack-retry-reason": "http_timeout"} if attempt else {}
        name = first if dice.random() < 0.7 else secrets.token_hex(5)
        body = json.dumps(envelope | {"event_id": f"Ev{name}"}).encode()
        found.append(Post(key, "slack", f"{server}/hooks/slack", body, again))
    return found


def _form(key: str, url: str, form: dict[str, str]) -> Post:
    signs = {"x-twilio-signature": RequestValidator(TOKEN).compute_signature(url, form)}
    return Post(key, "sms", url, urlencode(form).encode(), signs)
