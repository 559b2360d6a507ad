"""T24: every forgery of the three providers against a running server: refused, not stored, not logged."""

import asyncio
import contextlib
import io
import json
import logging
import re
from collections.abc import AsyncIterator

import pytest
import structlog
from msgspec import Struct

from bot.messages import WebRequest
from commands import assemble, serve
from settings import Settings
from tests.channels import slack_line, telegram_line, twilio_line
from tests.channels import test_slack_signature as test_slack
from tests.channels import test_telegram_secret as test_telegram
from tests.channels import test_twilio_signature as test_twilio
from tests.durability import invariants
from web.guard import HOOK_LIMIT
from web.server import HEAD_BYTES, Site

YEAR = 366 * 86_400_000  # ms
CHANNELS = {
    "sms": {"kind": "twilio", "account_sid": twilio_line.ACCOUNT, "auth_token": twilio_line.TOKEN}
    | {"from": twilio_line.NUMBER},
    "tg": {"kind": "telegram", "token": telegram_line.TOKEN, "webhook_secret": telegram_line.SECRET},
    "slack": {"kind": "slack", "bot_token": slack_line.BOT, "signing_secret": slack_line.SECRET, "team": "T1"}
    | {"app_id": "A1"},
}
CANARIES = (twilio_line.TOKEN, telegram_line.SECRET, slack_line.SECRET, twilio_line.CUSTOMER, "1795000000.000100")
SLACK = {
    f"slack {kind}: {name}": (lambda kind=kind, made=made: made(kind))
    for kind in test_slack.SENT
    for name, made in (test_slack.UNSIGNED | test_slack.NOT_OURS).items()
}
STRANGERS = {
    f"slack {kind}: {what}": (lambda kind=kind, change=change: test_slack.call(kind, change))
    for kind in ("event", "press", "command")
    for what, change in {"another app": {"api_app_id": "A2"}, "no app": {"api_app_id": None}}.items()
}
TELEGRAM = {f"telegram: {name}": made for name, made in test_telegram.FORGERIES.items()}
TWILIO = {
    f"twilio /{route}: {name}": (lambda route=route, made=made: made(route))
    for route in ("", "status")
    for name, made in test_twilio.FORGERIES.items()
}
FORGERIES = {"slack": SLACK | STRANGERS, "tg": TELEGRAM, "sms": TWILIO}


class Running(Struct):
    """The server, what it has logged, and its clock."""

    port: int
    url: str  # of the database
    log: io.StringIO
    now: list[int]

    async def call(self, channel: str, request: WebRequest) -> tuple[int, bytes]:
        """Status and body of the answer, byte for byte over a socket: no client makes a forgery proper."""
        path = f"/hooks/{channel}" + (f"/{request.route}" if request.route else "")
        path += f"?{request.query}" if request.query else ""
        headers = request.headers | {"host": "127.0.0.1", "content-length": str(len(request.body))}
        lines = [f"{request.method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        head = "\r\n".join([*lines, "connection: close", "", ""]).encode("utf-8", "surrogatepass")
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        with contextlib.suppress(ConnectionError):  # refused before all was read
            writer.write(head + request.body)
            await writer.drain()
        answer = b""
        with contextlib.suppress(ConnectionError):
            while chunk := await reader.read(65_536):
                answer += chunk
        writer.close()
        found = re.match(rb"HTTP/1.1 (\d{3}) ", answer)
        return (int(found[1]) if found else 0), answer.partition(b"\r\n\r\n")[2]

    async def kept(self) -> int:
        """Rows in the inbox."""
        return len((await invariants.tables(self.url))["inbox"])

    def silent(self) -> bool:
        """Whether no log line holds a secret, a person or a text."""
        return not any(canary in self.log.getvalue() for canary in CANARIES)


@pytest.fixture
async def running(sqlite_url) -> AsyncIterator[Running]:
    """All three hooks of a server that listens, with every log line kept."""
    log = io.StringIO()
    printing = structlog.PrintLoggerFactory(log)
    structlog.configure(processors=[structlog.processors.JSONRenderer()], logger_factory=printing)
    handler = logging.StreamHandler(log)
    logging.getLogger().addHandler(handler)
    now = [slack_line.NOW]
    site = Site("127.0.0.1", 0)
    settings = Settings(database_url=sqlite_url, public_url=twilio_line.PUBLIC, channels=CHANNELS)
    async with assemble.parts(settings, clock=lambda: now[0]) as parts:
        await site.start(serve.build(parts, site.host, []))
        yield Running(site.port, sqlite_url, log, now)
        await site.stop()
    logging.getLogger().removeHandler(handler)


def carried(request: WebRequest) -> bool:
    """Whether HTTP has a way to say it: space around a header is no part of it, and control characters are nothing."""
    values = [value for name, value in request.headers.items() if name != "host"]
    return not any(value != value.strip() or re.search(r"[\x00-\x1f]", value) for value in values)


def expected(request: WebRequest) -> set[int]:
    """401 and 403, and what the gate says to what is not even a call of this hook."""
    if request.method != "POST":
        return {405}
    if len(request.body) > HOOK_LIMIT:
        return {413}
    return {431} if any(len(value) > HEAD_BYTES for value in request.headers.values()) else {401, 403}


@pytest.mark.parametrize("channel", FORGERIES)
async def test_t24_s1_to_s9_forgeries_leave_no_trace(running, channel):
    """T24, S1, S3, S4, S6, S8, S9: each is refused without a word, no row is kept, and no log tells of its content."""
    cases = {name: request for name, made in FORGERIES[channel].items() if carried(request := made())}
    for name, request in cases.items():
        status, body = await running.call(channel, request)
        others = {404} if channel == "tg" and request.route else set()
        assert status in expected(request) | others, f"{name}: {status}"
        assert status > 403 or body == b"", name
    assert await running.kept() == 0
    assert running.silent()
    print(f"{channel}: {len(cases)} forgeries")


def test_t24_there_are_enough_cases():
    """T24: at least 150 that HTTP can carry."""
    assert sum(carried(made()) for cases in FORGERIES.values() for made in cases.values()) >= 150


async def test_t24_s9_url_verification(running):
    """S9: the challenge comes back if Slack signed it, and is kept nowhere."""
    status, body = await running.call("slack", test_slack.call("challenge"))
    assert (status, json.loads(body)) == (200, {"challenge": "abc"})
    assert await running.kept() == 0


GENUINE = {
    "slack event": ("slack", lambda: test_slack.call("event")),
    "slack press": ("slack", lambda: test_slack.call("press")),
    "slack command": ("slack", lambda: test_slack.call("command")),
    "telegram": ("tg", lambda: telegram_line.call(test_telegram.UPDATE)),
    "twilio": ("sms", lambda: test_twilio.call("")),
    "twilio status": ("sms", lambda: test_twilio.call("status")),
}


@pytest.mark.parametrize("name", GENUINE)
async def test_t24_s4_s5_replays_have_one_effect(running, name):
    """S4, S5: what is genuine is kept once, however often it is replayed; after a year, too, where nothing forbids it.

    Slack's signature is worth nothing after five minutes; Twilio's and Telegram's have no time in them.
    """
    channel, made = GENUINE[name]
    request = made()
    for _ in range(3):
        assert (await running.call(channel, request))[0] == 200
    assert await running.kept() == 1
    for later in (300_000, 301_000, YEAR):
        running.now[0] = slack_line.NOW + later
        refused = channel == "slack" and later > 300_000
        assert (await running.call(channel, request))[0] == (401 if refused else 200)
        assert await running.kept() == 1
    assert running.silent()
