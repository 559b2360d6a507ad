"""The Twilio sandbox as one ASGI app: the REST API, and `/sandbox/…` to steer it."""

import time
from collections.abc import Callable, Iterable

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.faults import FaultLayer, Faults, steering
from sandbox.twilio import rest, senders
from sandbox.twilio.model import API, Account
from sandbox.twilio.network import Network
from sandbox.twilio.phone import Phone

MAX_WAIT = 30.0


class TwilioSandbox:
    """A stand-in for Twilio that its own SDK talks to.

    `POST /sandbox/faults` takes a JSON list of faults, `DELETE` forgets them, `GET` shows what is left;
    `GET /sandbox/phones/{number}?after=VERSION&wait=SECONDS` shows a phone, at once or when it changes;
    `POST /sandbox/phones/{number}` with {"text": …, "to": …, "payload": …} types on it.
    """

    def __init__(self, accounts: Iterable[Account], pace: float = 0.0, clock: Callable[[], float] = time.time) -> None:
        """`pace` is the time between two statuses of a message, in seconds; `clock` gives epoch seconds."""
        self.network = Network(accounts, pace, clock)
        self.faults = Faults()
        routes = [*rest.routes(self.network), *senders.routes(self.network), *self._steering()]
        self._app: ASGIApp = FaultLayer(Starlette(routes=routes), self.faults, (API, "/v1/"), rest.refusal)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        await self._app(scope, receive, send)

    def phone(self, number: str) -> Phone:
        """A customer's phone."""
        return self.network.phone(number)

    async def close(self) -> None:
        """Stop everything that is under way."""
        await self.network.close()

    def _steering(self) -> list[Route]:
        async def phone(request: Request) -> Response:
            one = self.phone(request.path_params["number"])
            if request.method == "POST":
                return await _typed(one, request)
            query = request.query_params
            if "after" in query:
                wait = min(float(query.get("wait", MAX_WAIT)), MAX_WAIT)
                await one.news(int(query["after"]), wait)
            return JSONResponse({"number": one.number, "version": one.version, "messages": one.shows()})

        return [
            steering("/sandbox/faults", self.faults),
            Route("/sandbox/phones/{number}", phone, methods=["GET", "POST"]),
        ]


class Typed(msgspec.Struct, forbid_unknown_fields=True):
    """What somebody types on a phone."""

    text: str
    to: str = ""
    payload: str = ""


async def _typed(phone: Phone, request: Request) -> Response:
    try:
        typed = msgspec.json.decode(await request.body(), type=Typed)
        outcome = await phone.text(typed.text, typed.to, payload=typed.payload)
    except (msgspec.MsgspecError, KeyError) as problem:
        return JSONResponse({"error": str(problem)}, 422)
    return JSONResponse({"webhook": outcome.status, "attempts": outcome.attempts})
