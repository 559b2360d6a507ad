"""Keys for the API, for admins and for `run.py key`: made, shown once, revoked (S19)."""

from collections.abc import Awaitable, Sequence
from typing import NamedTuple, Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.errors import BotError
from web import pages
from web.account import back, me
from web.api import json
from web.bodies import read
from web.gate import form
from web.guard import API_LIMIT, read_body
from web.key_shapes import SCOPES, KeyChanged, KeyWanted
from web.keys import Keyring
from web.people_api import OPERATOR
from web.problems import Refused
from web.visitors import EVERY

DAYS = ("30", "90", "365", "0")


class KeyShown(NamedTuple):
    """A key in the list. `hint`: how it begins; `state`: active | expired | revoked; times epoch ms, 0: never."""

    name: str
    hint: str
    scopes: tuple[str, ...]
    brand: str
    desk: str
    state: str
    expires_at: int
    used_at: int


class Keys(Protocol):
    """Who keeps the keys; what cannot be done comes as BotError with the reason."""

    async def keys(self) -> Sequence[KeyShown]:
        """All there are and were, by name."""
        ...

    async def make(self, wanted: KeyWanted, by: str) -> KeyChanged:
        """A new one; its secret is told here and never again."""
        ...

    async def revoke(self, name: str, by: str) -> KeyChanged:
        """Let one hold no longer, at once."""
        ...


def routes(keys: Keys, keyring: Keyring) -> list[BaseRoute]:
    """`/settings/keys…` and `/api/v1/keys…`."""

    async def list_keys(request: Request) -> Response:
        return await _show(request, keys)

    async def add_key(request: Request) -> Response:
        try:
            return await _show(request, keys, made=await keys.make(_wanted(request), me(request).id))
        except (BotError, ValueError) as error:
            return await _show(request, keys, wrong=str(error))

    async def revoke_key(request: Request) -> Response:
        try:
            await keys.revoke(form(request).get("name", ""), me(request).id)
        except BotError as error:
            return await _show(request, keys, wrong=str(error))
        return back("/settings/keys")

    async def add_by_operator(request: Request) -> Response:
        keyring.check(request, "people")
        wanted = read(await read_body(request, API_LIMIT), KeyWanted, "Wrong key")
        return json(await _said(keys.make(wanted, OPERATOR)), 201)

    async def revoke_by_operator(request: Request) -> Response:
        keyring.check(request, "people")
        return json(await _said(keys.revoke(request.path_params["id"], OPERATOR)))

    return [
        Route("/settings/keys", list_keys, methods=["GET"]),
        Route("/settings/keys/add", add_key, methods=["POST"]),
        Route("/settings/keys/revoke", revoke_key, methods=["POST"]),
        Route("/api/v1/keys", add_by_operator, methods=["POST"]),
        Route("/api/v1/keys/{id}/revoke", revoke_by_operator, methods=["POST"]),
    ]


def _wanted(request: Request) -> KeyWanted:
    """What the form asks for. Raises ValueError."""
    fields = form(request)
    return msgspec.convert(
        {
            "name": fields.get("name", "").strip(),
            "scopes": [scope for scope in SCOPES if f"scope_{scope}" in fields],
            "brand": fields.get("brand", "").strip() or EVERY,
            "desk": fields.get("desk", "").strip() or EVERY,
            "days": int(fields["days"]) if fields.get("days") in DAYS else 365,
        },
        KeyWanted,
    )


async def _said(work: Awaitable[KeyChanged]) -> KeyChanged:
    try:
        return await work
    except BotError as error:
        if error.retry:
            raise
        raise Refused(422, "That does not work", str(error)) from error


async def _show(request: Request, keys: Keys, *, made: KeyChanged | None = None, wrong: str = "") -> Response:
    return pages.page(
        request,
        "keys.html",
        422 if wrong else 200,
        keys=await keys.keys(),
        made=made,
        wrong=wrong,
        scopes=SCOPES,
        days=DAYS,
        given=form(request) if wrong else {},
    )
