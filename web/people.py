"""People and their roles, for admins: invite, give and take roles, shut out; and the audit trail."""

from collections.abc import Mapping
from typing import get_args

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.errors import BotError
from web import pages
from web.account import back, me
from web.accounts import Act, Invited, Member
from web.gate import form
from web.problems import Refused
from web.sessions import Doors
from web.visitors import EVERY, ROLES, Grant, grant_of
from web.words import LANGUAGES

ACTS: tuple[Act, ...] = get_args(Act)
PER_PAGE = 50


def routes(doors: Doors) -> list[BaseRoute]:
    """`/settings/people…` and `/settings/audit`."""
    accounts = doors.accounts

    async def people(request: Request) -> Response:
        return await _list(request, doors)

    async def invite(request: Request) -> Response:
        given = form(request)
        try:
            new = await accounts.invite(
                given.get("email", ""),
                given.get("name", ""),
                given.get("language", ""),
                [_grant(given)],
                me(request).id,
            )
        except (BotError, ValueError) as error:
            return await _list(request, doors, str(error))
        return await _one(request, doors, await accounts.member(new.id), new)

    async def person(request: Request) -> Response:
        return await _one(request, doors, await _known(request, doors))

    async def change_person(request: Request) -> Response:
        fields, who = form(request), await _known(request, doors)
        act = next((each for each in ACTS if each == fields.get("act")), None)
        if act is None:
            raise Refused(422, "That does not work", f"act is one of {', '.join(ACTS)}.")
        try:
            grant = _grant(fields) if act in ("grant", "revoke") else None
            link = await accounts.act(who.id, act, grant, me(request).id)
        except (BotError, ValueError) as error:
            return await _one(request, doors, who, wrong=str(error))
        if link:
            return await _one(request, doors, who, link)
        return back(f"/settings/people/{who.id}")

    return [
        Route("/settings/people", people, methods=["GET"]),
        Route("/settings/people", invite, methods=["POST"]),
        Route("/settings/people/{id}", person, methods=["GET"]),
        Route("/settings/people/{id}", change_person, methods=["POST"]),
        *_trail(doors),
    ]


def _trail(doors: Doors) -> list[BaseRoute]:
    async def audit(request: Request) -> Response:
        before = request.query_params.get("before", "0")
        if not (before.isascii() and before.isdecimal() and len(before) < 16):
            raise Refused(422, "Wrong cursor")
        entries = await doors.accounts.trail(int(before), PER_PAGE)
        called = {member.id: member.name or member.email for member in await doors.accounts.members()}
        older = entries[-1].n if len(entries) == PER_PAGE and entries[-1].n > 1 else 0
        return pages.page(request, "audit.html", entries=entries, called=called, older=older, told=told)

    return [Route("/settings/audit", audit, methods=["GET"])]


def told(facts: str) -> str:
    """The facts of an entry, to be read."""
    return ", ".join(str(value) for value in msgspec.json.decode(facts).values())


def _grant(given: Mapping[str, str]) -> Grant:
    """The role that a form names; an empty brand or desk is any. Raises ValueError."""
    parts = [given.get("role", ""), *(given.get(name, "").strip() or EVERY for name in ("brand", "desk"))]
    return grant_of(":".join(parts))


async def _known(request: Request, doors: Doors) -> Member:
    try:
        return await doors.accounts.member(request.path_params["id"])
    except BotError as error:
        raise Refused(404, "Not found") from error


async def _list(request: Request, doors: Doors, wrong: str = "") -> Response:
    return pages.page(
        request,
        "people.html",
        422 if wrong else 200,
        members=await doors.accounts.members(),
        roles=ROLES,
        languages=LANGUAGES,
        wrong=wrong,
        given=form(request) if wrong else {},
    )


async def _one(request: Request, doors: Doors, who: Member, link: Invited | None = None, wrong: str = "") -> Response:
    """One person; a new link is shown here and nowhere else."""
    base = doors.public_url or f"{request.url.scheme}://{request.headers.get('host', '')}"
    return pages.page(
        request,
        "person.html",
        422 if wrong else 200,
        who=who,
        link=f"{base}/welcome/{link.token}" if link else "",
        until=link.expires if link else 0,
        roles=ROLES,
        wrong=wrong,
    )
