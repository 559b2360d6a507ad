"""People over the API, for `run.py user` on the machine of the server: no key of the settings has this scope."""

from collections.abc import Awaitable
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.errors import BotError, Fault
from web.accounts import Accounts, Invited
from web.api import json
from web.bodies import read
from web.guard import API_LIMIT, read_body
from web.keys import Keyring
from web.people_shapes import PersonAct, PersonChanged, PersonInvite
from web.problems import Refused
from web.shapes import iso
from web.visitors import grant_of

T = TypeVar("T")
OPERATOR = "operator"
"""Who acts here, in the audit trail."""


def routes(accounts: Accounts, keyring: Keyring, base: str) -> list[Route]:
    """`/api/v1/people…`. `base` is the address that links begin with."""

    async def invite_person(request: Request) -> Response:
        keyring.check(request, "people")
        wanted = read(await read_body(request, API_LIMIT), PersonInvite, "Wrong person")
        return json(await _said(invited(accounts, wanted, base)), 201)

    async def act_on_person(request: Request) -> Response:
        keyring.check(request, "people")
        wanted = read(await read_body(request, API_LIMIT), PersonAct, "Wrong act")
        return json(await _said(acted(accounts, request.path_params["id"], wanted, base)))

    return [
        Route("/api/v1/people", invite_person, methods=["POST"]),
        Route("/api/v1/people/{id}/acts", act_on_person, methods=["POST"]),
    ]


async def invited(accounts: Accounts, wanted: PersonInvite, base: str) -> PersonChanged:
    """Let somebody in. Raises BotError and ValueError with the reason."""
    grants = [grant_of(role) for role in wanted.roles]
    return _changed(await accounts.invite(wanted.email, wanted.name, wanted.language, grants, OPERATOR), "", base)


async def acted(accounts: Accounts, key: str, wanted: PersonAct, base: str) -> PersonChanged:
    """Change somebody, by id or address. Raises BotError and ValueError with the reason."""
    who = await accounts.member(key)
    grant = grant_of(wanted.role) if wanted.act in ("grant", "revoke") else None
    return _changed(await accounts.act(who.id, wanted.act, grant, OPERATOR), who.id, base)


def _changed(link: Invited | None, person: str, base: str) -> PersonChanged:
    if link is None:
        return PersonChanged(person)
    return PersonChanged(link.id, f"{base}/welcome/{link.token}", iso(link.expires))


async def _said(work: Awaitable[T]) -> T:
    try:
        return await work
    except ValueError as error:
        raise Refused(422, "That does not work", str(error)) from error
    except BotError as error:
        if error.fault is not Fault.CALLER:
            raise
        raise Refused(422, "That does not work", str(error)) from error
