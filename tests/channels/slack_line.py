"""A line between the sandbox and a Slack channel: real HTTP both ways, the real SDK, real signatures."""

import asyncio
import contextlib
import hashlib
import hmac
import itertools
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from bot.errors import Forged
from bot.messages import Address, Inbound, Option, Outbound, Prompt, WebRequest
from channels.slack.channel import SlackChannel, slack_channel
from channels.slack.config import SlackConfig
from sandbox.serving import serving
from sandbox.slack import App, Channel, SlackSandbox, Team, User

BOT, SECRET, XAPP = "xoxb-1-token-canary", "signing-secret-canary", "xapp-1-A1-canary"
PUBLIC = "https://nps.example.com"
NOW = 1_795_000_000_000
_turns = itertools.count(1)


def config(**changes: Any) -> SlackConfig:
    """A channel's settings as an operator writes them; None leaves one out."""
    written = {"kind": "slack", "bot_token": BOT, "signing_secret": SECRET, "timeout": "2s"}
    kept = {name: value for name, value in (written | changes).items() if value is not None}
    return SlackConfig.model_validate(kept)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """As Slack documents it, not as the SDK computes it."""
    return "v0=" + hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()


def signed(
    sent: Any, *, form: bool = False, secret: str = SECRET, now: int = NOW, headers: dict[str, str] | None = None
) -> WebRequest:
    """A webhook call as Slack makes it: JSON, `form` for slash commands, `payload=` for interactions; or bytes."""
    if isinstance(sent, bytes):
        body = sent
    elif form:
        body = urlencode(sent).encode()
    elif isinstance(sent, dict) and sent.get("type") in {"block_actions", "message_action", "view_submission"}:
        body = urlencode({"payload": json.dumps(sent)}).encode()
    else:
        body = json.dumps(sent).encode()
    stamp = str(now // 1000)
    signs = {"x-slack-request-timestamp": stamp, "x-slack-signature": signature(secret, stamp, body)}
    return WebRequest("POST", "", "", signs | (headers or {}), body)


def message(text: str = "How likely are you to recommend us? 0-10", **changes: Any) -> Outbound:
    """A message to the customer with a key of its own."""
    options = tuple(Option(str(score), str(score)) for score in range(11))
    told = {"to": Address("slack", "U1"), "prompt": Prompt(text, options), "key": f"session.{next(_turns)}.0"}
    return Outbound(**(told | changes))


class Kept:
    """Installations in memory."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], str] = {}

    async def installation(self, channel: str, account: str) -> str | None:
        return self.rows.get((channel, account))

    async def accounts(self, channel: str) -> list[str]:
        return [account for name, account in self.rows if name == channel]

    async def save_installation(self, channel: str, account: str, data: str, now: int) -> None:  # noqa: ARG002 - the port's signature
        self.rows[channel, account] = data

    async def remove_installation(self, channel: str, account: str) -> None:
        self.rows.pop((channel, account), None)


@dataclass
class Line:
    """Both ends. `accepting` set to False makes our server answer 503, as it does while the database is down."""

    sandbox: SlackSandbox
    channel: SlackChannel
    url: str
    kept: Kept = field(default_factory=Kept)
    events: list[Inbound] = field(default_factory=list)
    forged: int = 0
    accepting: bool = True
    refused: asyncio.Event = field(default_factory=asyncio.Event)

    def bodies(self, kind: type) -> list[Any]:
        """Bodies of this kind that came in."""
        return [event.body for event in self.events if isinstance(event.body, kind)]

    def person(self, user: str = "U1", team: str = "T1") -> Any:
        """Somebody's Slack."""
        return self.sandbox.workspace(team).person(user)

    def room(self, channel: str = "C1", team: str = "T1") -> Any:
        """A channel as its members use it."""
        return self.sandbox.workspace(team).channel(channel)

    async def take(self, request: Request) -> Response:
        """What `web.hooks` does, without a database."""
        if not self.accepting:
            self.refused.set()
            return Response(status_code=503)
        headers = dict(request.headers)
        try:
            receipt = await self.channel.receive(
                WebRequest(request.method, "", request.url.query, headers, await request.body())
            )
        except Forged as forged:
            self.forged += 1
            return Response(status_code=forged.status)
        self.events.extend(receipt.inbound)
        answer = receipt.response
        return Response(answer.body, answer.status, {"content-type": answer.content_type})


def teams() -> list[Team]:
    """Two workspaces; those who are gone, strange or hidden, and places that take nothing."""
    acme = Team("T1", BOT, "acme").add(
        User("U1", "ada", "Ada Lovelace", "ada@acme.example"),
        User("U2", "bob", "Bob"),
        User("U3", "gone", deleted=True),
        User("U4", "eve", "Eve", team="T9"),
        User("U6", "shy", visible=False),
        Channel("C1", "support", members=["U1", "U2", "U1BOT"]),
        Channel("C2", "random", members=["U1"]),
        Channel("C3", "old", members=["U1", "U1BOT"], archived=True),
        Channel("C4", "news", members=["U1", "U1BOT"], restricted=True),
    )
    other = Team("T2", "xoxb-2", "other").add(User("U1", "zoe"), Channel("C9", "support", members=["U1", "U2BOT"]))
    return [acme, other]


@contextlib.asynccontextmanager
async def a_line(
    *, socket_mode: bool = False, options: dict[str, Any] | None = None, **changes: Any
) -> AsyncIterator[Line]:
    """A sandbox, a channel called `slack` and a server for both."""
    lines: list[Line] = []

    async def take(request: Request) -> Response:
        return await lines[0].take(request)

    hooks = Starlette(routes=[Route("/hooks/slack", take, methods=["POST"])])

    async def both(scope: Scope, receive: Receive, send: Send) -> None:  # one server starts faster than two
        await (hooks if scope["path"].startswith("/hooks/") else lines[0].sandbox)(scope, receive, send)

    async with serving(both) as url:
        app = App("A1", "1.1", "client-secret-canary", SECRET, XAPP, f"{url}/hooks/slack", socket_mode=socket_mode)
        sandbox = SlackSandbox(app, teams(), **({"retry_base": 0.02} | (options or {})))
        sandbox.cloud.url = url
        more = {"app_token": XAPP} if socket_mode else {}
        channel = slack_channel("slack", config(**({"api_url": f"{url}/api/"} | more | changes)), url)
        lines.append(Line(sandbox, channel, url))
        channel.keep_in(lines[0].kept)
        try:
            yield lines[0]
        finally:
            await channel.close()
            await sandbox.close()
