"""The API for other systems: start surveys, read responses. Every call needs a key."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.errors import BotError, Fault
from web.bodies import read, repeatable
from web.guard import API_LIMIT, read_body
from web.keys import Keyring
from web.openapi import document
from web.problems import Refused
from web.shapes import Invitation, InvitationState, Invited, Page, response

MOST = 1000  # responses per page


class Reading(Protocol):
    """The part of the read side that the API shows."""

    async def responses(self, after: str = "", limit: int = 1000) -> list[dict[str, Any]]:
        """See bot.ports.Reading."""
        ...


Invite = Callable[[Invitation, str], Awaitable[Invited]]
"""Stores an invitation; the second argument is the idempotency key or ""."""
Settled = Callable[[str], Awaitable[InvitationState | None]]
"""What became of the invitation with this id."""


def routes(invite: Invite, settled: Settled, reading: Reading, keyring: Keyring) -> list[Route]:
    """`/api/v1/…`."""

    async def openapi(_request: Request) -> Response:
        return json(document())

    async def create_invitation(request: Request) -> Response:
        key = keyring.check(request, "invite")
        wanted = read(await read_body(request, API_LIMIT), Invitation, "Wrong invitation")
        _check_source(wanted, request, keyring)
        token = repeatable(request.headers.get("idempotency-key", ""))
        try:
            invited = await invite(wanted, f"{key.name}:{token}" if token else "")
        except BotError as error:
            if error.fault not in {Fault.CALLER, Fault.CONTACT}:
                raise
            status = 409 if error.fault is Fault.CONTACT else 422
            raise Refused(status, "This survey cannot be started", str(error)) from error
        return json(invited, 202, {"location": f"/api/v1/invitations/{invited.id}"})

    async def read_invitation(request: Request) -> Response:
        keyring.check(request, "invite")
        state = await settled(request.path_params["id"])
        if state is None:
            raise Refused(404, "No such invitation")
        return json(state)

    async def list_responses(request: Request) -> Response:
        keyring.check(request, "export")
        limit = request.query_params.get("limit", "100")
        if not (limit.isascii() and limit.isdecimal() and 1 <= int(limit[:9]) <= MOST):
            raise Refused(422, "Wrong limit", f"limit is a number from 1 to {MOST}.")
        after = request.query_params.get("after", "")
        at, _, session = after.partition(":")
        if after and not (at.isascii() and at.isdecimal() and len(at) < 16 and session):
            raise Refused(422, "Wrong cursor", "Pass `next` of the page before as it was.")
        rows = await reading.responses(after, int(limit))
        following = rows[-1]["cursor"] if len(rows) == int(limit) else None
        return json(Page([response(row) for row in rows], following))

    return [
        Route("/api/v1/openapi.json", openapi, methods=["GET"]),
        Route("/api/v1/invitations", create_invitation, methods=["POST"]),
        Route("/api/v1/invitations/{id}", read_invitation, methods=["GET"]),
        Route("/api/v1/responses", list_responses, methods=["GET"]),
    ]


def _check_source(wanted: Invitation, request: Request, keyring: Keyring) -> None:
    """Whoever may write surveys may try them out. Raises Refused."""
    if not wanted.source:
        return
    keyring.check(request, "author")
    if not wanted.test:
        raise Refused(422, "Wrong invitation", "`source` is for tests only; customers get what is published.")


def json(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """An answer of the API, which no cache keeps."""
    return Response(
        msgspec.json.encode(content),
        status,
        {"cache-control": "no-store", **(headers or {})},
        media_type="application/json",
    )
