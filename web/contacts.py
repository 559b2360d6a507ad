"""Contacts for other systems: read them, bring them in, make one of two."""

from collections.abc import Sequence
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.errors import BotError, Fault
from web.api import json
from web.bodies import read
from web.contact_shapes import MOST, ContactDetail, ContactMerge, ContactPage, ContactSaved, ContactsSaved, Given
from web.guard import API_LIMIT, read_body
from web.keys import Keyring
from web.problems import Refused

WRONG = "Wrong contact"


class Contacts(Protocol):
    """Contacts as other systems see them."""

    async def page(self, after: str, limit: int) -> list[ContactDetail]:
        """Those behind this id, in the order of ids."""
        ...

    async def find(self, key: str) -> ContactDetail | None:
        """By id; who has become part of another one is that one."""
        ...

    async def save(self, given: Sequence[Given]) -> list[ContactSaved]:
        """Take what callers say of people; what became of each."""
        ...

    async def merge(self, gone: str, into: str, by: str) -> ContactDetail:
        """Make one of two; `by` is who does it. Raises a BotError of the caller's."""
        ...


def routes(contacts: Contacts, keyring: Keyring) -> list[Route]:
    """`/api/v1/contacts…`."""

    async def list_contacts(request: Request) -> Response:
        keyring.check(request, "export")
        limit = _limit(request)
        found = await contacts.page(request.query_params.get("after", ""), limit)
        return json(ContactPage(found, found[-1].id if len(found) == limit else None))

    async def read_contact(request: Request) -> Response:
        keyring.check(request, "contacts")
        found = await contacts.find(request.path_params["id"])
        if found is None:
            raise Refused(404, "No such contact")
        return json(found)

    async def save_contacts(request: Request) -> Response:
        keyring.check(request, "contacts")
        single, given = _given(await read_body(request, API_LIMIT))
        saved = await contacts.save(given)
        return _one(saved[0]) if single else json(ContactsSaved(saved))

    async def merge_contact(request: Request) -> Response:
        key = keyring.check(request, "contacts")
        wanted = read(await read_body(request, API_LIMIT), ContactMerge, "Wrong merge")
        try:
            return json(await contacts.merge(request.path_params["id"], wanted.into, key.name))
        except BotError as error:
            if error.fault is not Fault.CALLER:
                raise
            raise Refused(422, "They cannot be merged", str(error)) from error

    return [
        Route("/api/v1/contacts", list_contacts, methods=["GET"]),
        Route("/api/v1/contacts", save_contacts, methods=["POST"]),
        Route("/api/v1/contacts/{id}", read_contact, methods=["GET"]),
        Route("/api/v1/contacts/{id}/merge", merge_contact, methods=["POST"]),
    ]


def _limit(request: Request) -> int:
    limit = request.query_params.get("limit", "100")
    if not (limit.isascii() and limit.isdecimal() and 1 <= int(limit[:9]) <= MOST):
        raise Refused(422, "Wrong limit", f"limit is a number from 1 to {MOST}.")
    return int(limit)


def _given(body: bytes) -> tuple[bool, list[Given]]:
    """Whether it is a single contact, and the contacts. Raises Refused."""
    if body.lstrip()[:1] == b"{":
        return True, [read(body, Given, WRONG)]
    given = read(body, list[Given], WRONG)
    if not 1 <= len(given) <= MOST:
        raise Refused(422, WRONG, f"Give from 1 to {MOST} contacts.")
    return False, given


def _one(saved: ContactSaved) -> Response:
    """The answer about a single contact. Raises Refused where nothing is kept for a reason of the caller's."""
    if saved.status == "refused":
        first = saved.problems[0]
        detail = (
            f"`{first.field}`: {first.reason}; {first.advice}." if first.field else f"{first.reason}; {first.advice}."
        )
        raise Refused(422, WRONG, detail, problems=saved.problems)
    if saved.status == "doubtful":
        raise Refused(409, "This is about two people", saved.reason, contact=saved.contact)
    headers = {"location": f"/api/v1/contacts/{saved.contact}"} if saved.contact else None
    return json(saved, 201 if saved.status == "new" else 200, headers)
