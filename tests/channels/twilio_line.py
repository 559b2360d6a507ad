"""A line between the sandbox and a Twilio channel: real HTTP both ways, the real SDK, real signatures."""

import contextlib
import itertools
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from twilio.request_validator import RequestValidator

from bot.errors import Forged
from bot.messages import Address, Inbound, Option, Outbound, Prompt, WebRequest
from channels.twilio.channel import TwilioChannel
from channels.twilio.config import TwilioConfig
from sandbox.serving import serving
from sandbox.twilio import Account, TwilioSandbox

ACCOUNT, TOKEN = "AC" + "0123456789abcdef" * 2, "3f9a1c-auth-token-canary"
NUMBER, CUSTOMER = "+493022222222", "+4915112345678"
PUBLIC = "https://nps.example.com"
_turns = itertools.count(1)


def config(**changes: Any) -> TwilioConfig:
    """A channel's settings as an operator writes them."""
    written = {"kind": "twilio", "account_sid": ACCOUNT, "auth_token": TOKEN, "from": NUMBER, "timeout": "2s"}
    kept = {name: value for name, value in (written | changes).items() if value is not None}
    return TwilioConfig.model_validate(kept)


def signed(
    form: dict[str, str] | list[tuple[str, str]],
    *,
    route: str = "",
    query: str = "",
    token: str = TOKEN,
    url: str = f"{PUBLIC}/hooks/sms",
    headers: dict[str, str] | None = None,
    algorithm: str | None = None,
) -> WebRequest:
    """A webhook call as Twilio makes it; its signature comes from Twilio's own code."""
    pairs = list(form.items()) if isinstance(form, dict) else form
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    url = f"{url}/{route}" if route else url
    url = f"{url}?{query}" if query else url
    signature = RequestValidator(token).compute_signature(url, _Multi(values), algorithm)
    return WebRequest(
        method="POST",
        route=route,
        query=query,
        headers={"x-twilio-signature": signature, "host": "other.example", **(headers or {})},
        body=urlencode(pairs).encode(),
    )


class _Multi(dict[str, list[str]]):
    def getlist(self, name: str) -> list[str]:
        return self[name]


def message(text: str = "Wie wahrscheinlich empfehlen Sie uns weiter? 0-10", **changes: Any) -> Outbound:
    """A message to the customer with a key of its own."""
    options = tuple(Option(str(score), str(score)) for score in range(11))
    told = {"to": Address("sms", CUSTOMER), "prompt": Prompt(text, options), "key": f"session.{next(_turns)}.0"}
    return Outbound(**(told | changes))


@dataclass
class Line:
    """Both ends. `accepting` set to False makes our server answer 503, as it does while the database is down."""

    sandbox: TwilioSandbox
    channel: TwilioChannel
    events: list[Inbound] = field(default_factory=list)
    forged: int = 0
    accepting: bool = True
    hook: str = ""

    def bodies(self, kind: type) -> list[Any]:
        """Bodies of this kind that came in."""
        return [event.body for event in self.events if isinstance(event.body, kind)]

    async def take(self, request: Request) -> Response:
        """What `web.hooks` does, without a database."""
        if not self.accepting:
            return Response(status_code=503)
        call = WebRequest(
            method=request.method,
            route=request.path_params.get("route", ""),
            query=request.url.query,
            headers=dict(request.headers),
            body=await request.body(),
        )
        try:
            receipt = await self.channel.receive(call)
        except Forged as forged:
            self.forged += 1
            return Response(status_code=forged.status)
        self.events.extend(receipt.inbound)
        answer = receipt.response
        return Response(answer.body, answer.status, {"content-type": answer.content_type})


@contextlib.asynccontextmanager
async def a_line(
    account: Callable[[str], Account] | None = None, clock: Callable[[], int] | None = None, **changes: Any
) -> AsyncIterator[Line]:
    """A sandbox, a channel called `sms` and a server for both. `account` gets the hook's URL."""
    lines: list[Line] = []

    async def take(request: Request) -> Response:
        return await lines[0].take(request)

    hooks = Starlette(routes=[Route(f"/hooks/sms{rest}", take, methods=["POST"]) for rest in ("", "/{route}")])

    async def both(scope: Scope, receive: Receive, send: Send) -> None:  # one server starts faster than two
        await (hooks if scope["path"].startswith("/hooks/") else lines[0].sandbox)(scope, receive, send)

    async with serving(both) as url:
        hook = f"{url}/hooks/sms"
        known = account(hook) if account else Account(ACCOUNT, TOKEN, {NUMBER: hook})
        sandbox = TwilioSandbox([known])
        sandbox.network.url = url
        more = {"clock": clock} if clock else {}
        channel = TwilioChannel("sms", config(**({"api_url": url} | changes)), url, **more)
        lines.append(Line(sandbox, channel, hook=hook))
        try:
            yield lines[0]
        finally:
            await channel.close()
            await sandbox.close()
