"""A line between the sandbox and a Telegram channel: real HTTP both ways, the real SDK."""

import contextlib
import itertools
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from bot.errors import Forged
from bot.messages import Address, Inbound, Option, Outbound, Prompt, WebRequest
from channels.telegram.channel import SECRET_HEADER, TelegramChannel
from channels.telegram.config import TelegramConfig
from sandbox.serving import serving
from sandbox.telegram import Bot, TelegramSandbox

TOKEN, SECRET = "700100:AAE-token-canary-3f9a1c", "webhook-secret-canary_0123456789abcdef"
PUBLIC = "https://nps.example.com"
NOW = 1_795_000_000_000
SESSION = "abcdefghijklmnopqrstuvwx"
_turns = itertools.count(1)


def config(**changes: Any) -> TelegramConfig:
    """A channel's settings as an operator writes them."""
    written = {"kind": "telegram", "token": TOKEN, "webhook_secret": SECRET, "timeout": "2s"}
    kept = {name: value for name, value in (written | changes).items() if value is not None}
    return TelegramConfig.model_validate(kept)


def channel(clock: Callable[[], int] = lambda: NOW, **changes: Any) -> TelegramChannel:
    """A channel that has nobody to talk to."""
    return TelegramChannel("tg", config(**changes), PUBLIC, clock)


def call(update: Any, *, secret: str | None = SECRET, **fields: Any) -> WebRequest:
    """A webhook call as Telegram makes it; `update` is JSON, or bytes as they are."""
    body = update if isinstance(update, bytes) else json.dumps(update).encode()
    headers = {"content-type": "application/json"} | ({} if secret is None else {SECRET_HEADER: secret})
    made = {"method": "POST", "route": "", "query": "", "headers": headers, "body": body}
    return WebRequest(**(made | fields))


def message(text: str = "Wie wahrscheinlich empfehlen Sie uns weiter?", to: int | str = 77, **changes: Any) -> Outbound:
    """A survey question with its 0-10, with a key of its own."""
    options = tuple(Option(str(score), str(score)) for score in range(11))
    chat, _, thread = str(to).partition("#")
    told = {"to": Address("tg", chat, thread=thread), "prompt": Prompt(text, options)}
    return Outbound(**(told | {"key": f"{SESSION}.{next(_turns)}.0"} | changes))


def plain(text: str, to: int | str = 77, **changes: Any) -> Outbound:
    """A message without buttons."""
    return message(text, to, **({"prompt": Prompt(text)} | changes))


@dataclass
class Line:
    """Both ends. `accepting` set to False makes our server answer 503, as it does while the database is down."""

    sandbox: TelegramSandbox
    channel: TelegramChannel
    url: str
    events: list[Inbound] = field(default_factory=list)
    accepting: bool = True

    def bodies(self, kind: type) -> list[Any]:
        """Bodies of this kind that came in."""
        return [event.body for event in self.events if isinstance(event.body, kind)]

    async def take(self, request: Request) -> Response:
        """What `web.hooks` does, without a database."""
        if not self.accepting:
            return Response(status_code=503)
        got = WebRequest(
            method=request.method,
            route="",
            query=request.url.query,
            headers=dict(request.headers),
            body=await request.body(),
        )
        try:
            receipt = await self.channel.receive(got)
        except Forged as forged:
            return Response(status_code=forged.status)
        known = {event.id for event in self.events}
        self.events.extend(event for event in receipt.inbound if event.id not in known)
        answer = receipt.response
        return Response(answer.body, answer.status, {"content-type": answer.content_type})


@contextlib.asynccontextmanager
async def a_line(
    clock: Callable[[], int] | None = None,
    *,
    hooked: bool = True,
    sandbox: dict[str, Any] | None = None,
    **changes: Any,
) -> AsyncIterator[Line]:
    """A sandbox, a channel called `tg` and a server for both; with `hooked` its webhook is set."""
    lines: list[Line] = []

    async def take(request: Request) -> Response:
        return await lines[0].take(request)

    hooks = Starlette(routes=[Route("/hooks/tg", take, methods=["POST"])])

    async def both(scope: Scope, receive: Receive, send: Send) -> None:  # one server starts faster than two
        await (hooks if scope["path"].startswith("/hooks/") else lines[0].sandbox)(scope, receive, send)

    async with serving(both) as url:
        made = TelegramSandbox([Bot(TOKEN, "nps_bot", "NPS")], **({"delay": 0.02} | (sandbox or {})))
        more = {"clock": clock} if clock else {}
        secret = {} if hooked else {"webhook_secret": None}
        one = TelegramChannel("tg", config(**({"api_url": url} | secret | changes)), url, **more)
        lines.append(Line(made, one, url))
        try:
            if hooked:
                await one.connect()
            yield lines[0]
        finally:
            await one.close()
            await made.close()
