"""Events from other systems: taken item by item, each once, and under a key each call once (P10)."""

import hashlib
import json as plain
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web.bodies import read, repeatable
from web.event_shapes import MOST, Event
from web.guard import API_LIMIT, read_body
from web.keys import Keyring
from web.problems import Refused

Body = list[Any] | dict[str, Any]
BODY: Any = Body


class Wrong(NamedTuple):
    """An item of a call that is no event: its id, if it has one, and why."""

    id: str
    reason: str


class Call(NamedTuple):
    """Events as somebody sent them. `caller` is the name of their key; `key` may be repeated, "" for none."""

    items: Sequence[Event | Wrong]
    caller: str
    key: str
    fingerprint: str


class Answered(NamedTuple):
    """What the caller is told: JSON of EventsTaken."""

    status: int
    body: bytes


class Events(Protocol):
    """What takes events in."""

    async def take(self, call: Call) -> Answered:
        """Take them, or give the answer that this call has had before.

        Raises Refused: 409 while the first call with this key runs, 422 if it said something else.
        """
        ...


def routes(events: Events, keyring: Keyring) -> list[Route]:
    """`/api/v1/events`."""

    async def take_events(request: Request) -> Response:
        key = keyring.check(request, "events")
        token = repeatable(request.headers.get("idempotency-key", ""))
        body: Body = read(await read_body(request, API_LIMIT), BODY, "Wrong events")
        answer = await events.take(Call(items(body), key.name, token, fingerprint(body)))
        return Response(answer.body, answer.status, {"cache-control": "no-store"}, media_type="application/json")

    return [Route("/api/v1/events", take_events, methods=["POST"])]


def items(body: Body) -> list[Event | Wrong]:
    """The events of a body; raises Refused (422) if it is one event that is wrong, or too many."""
    if isinstance(body, dict):
        only = _item(body)
        if isinstance(only, Wrong):
            raise Refused(422, "Wrong event", only.reason)
        return [only]
    if not 0 < len(body) <= MOST:
        raise Refused(422, "Wrong events", f"Send one event, or a list of 1 to {MOST}.")
    return [_item(each) for each in body]


def fingerprint(body: Any) -> str:
    """The same for the same content: the order of keys and the spaces between them say nothing."""
    canonical = plain.dumps(body, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def _item(value: Any) -> Event | Wrong:
    try:
        return msgspec.convert(value, Event)
    except msgspec.ValidationError as error:
        name = value.get("id") if isinstance(value, dict) else None
        return Wrong(name[:200] if isinstance(name, str) else "", str(error))
