"""Asking for other systems: why somebody was or was not asked, and campaigns."""

from collections.abc import Awaitable
from typing import Protocol, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.errors import BotError, Fault
from flows.problems import FlowProblems
from web.api import json
from web.bodies import read
from web.flows import problem
from web.guard import API_LIMIT, read_body
from web.keys import Keyring
from web.outreach_shapes import (
    CampaignAct,
    CampaignForecast,
    CampaignPage,
    CampaignStart,
    CampaignState,
    LedgerPage,
)
from web.problems import Refused

T = TypeVar("T")
MOST = 1000  # decisions per page
OUTCOMES = ("", "pending", "deferred", "asked", "not_asked")


class Outreach(Protocol):
    """Decisions and campaigns. What is wrong comes as BotError, FlowProblems and StoreUnavailable."""

    async def decisions(self, after: str, limit: int, outcome: str, name: str, language: str) -> LedgerPage:
        """The ledger behind a cursor."""
        ...

    async def why(self, contact: str, language: str, limit: int = 100) -> LedgerPage:
        """The latest decisions about a contact, by id, external id or `channel:address`, newest first."""
        ...

    async def campaigns(self) -> CampaignPage:
        """All that were started."""
        ...

    async def campaign(self, campaign: str) -> CampaignState:
        """One of them."""
        ...

    async def start(self, wanted: CampaignStart, by: str) -> CampaignState:
        """Start one, or let it go on with a new revision; `by` where they do not say."""
        ...

    async def act(self, campaign: str, wanted: CampaignAct, by: str) -> CampaignState:
        """Pause, resume, cancel."""
        ...

    async def forecast(self, wanted: CampaignStart) -> CampaignForecast:
        """What its next wave would come to."""
        ...


def routes(outreach: Outreach, keyring: Keyring) -> list[Route]:
    """`/api/v1/decisions`, `/api/v1/campaigns…`."""
    return [*_ledger(outreach, keyring), *_campaigns(outreach, keyring)]


def _ledger(outreach: Outreach, keyring: Keyring) -> list[Route]:
    async def list_decisions(request: Request) -> Response:
        keyring.check(request, "read")
        query = request.query_params
        language = query.get("language", "en")
        if contact := query.get("contact", ""):
            return json(await _said(outreach.why(contact, language)))
        limit, outcome, after = query.get("limit", "100"), query.get("outcome", ""), query.get("after", "")
        if not (limit.isascii() and limit.isdecimal() and 1 <= int(limit[:9]) <= MOST):
            raise Refused(422, "Wrong limit", f"limit is a number from 1 to {MOST}.")
        if outcome not in OUTCOMES:
            raise Refused(422, "Wrong outcome", f"outcome is one of {', '.join(OUTCOMES[1:])}.")
        at, _, last = after.partition(":")
        if after and not (at.isascii() and at.isdecimal() and len(at) < 16 and last):
            raise Refused(422, "Wrong cursor", "Pass `next` of the page before as it was.")
        return json(await outreach.decisions(after, int(limit), outcome, query.get("name", ""), language))

    return [Route("/api/v1/decisions", list_decisions, methods=["GET"])]


def _campaigns(outreach: Outreach, keyring: Keyring) -> list[Route]:
    async def list_campaigns(request: Request) -> Response:
        keyring.check(request, "read")
        return json(await outreach.campaigns())

    async def read_campaign(request: Request) -> Response:
        keyring.check(request, "read")
        return json(await _said(outreach.campaign(request.path_params["id"])))

    async def start(request: Request) -> Response:
        key = keyring.check(request, "outreach")
        wanted = read(await read_body(request, API_LIMIT), CampaignStart, "Wrong campaign")
        return json(await _said(outreach.start(wanted, key.name)), 201)

    async def act(request: Request) -> Response:
        key = keyring.check(request, "outreach")
        wanted = read(await read_body(request, API_LIMIT), CampaignAct, "Wrong act")
        return json(await _said(outreach.act(request.path_params["id"], wanted, key.name)))

    async def forecast(request: Request) -> Response:
        keyring.check(request, "outreach")
        wanted = read(await read_body(request, API_LIMIT), CampaignStart, "Wrong campaign")
        return json(await _said(outreach.forecast(wanted)))

    return [
        Route("/api/v1/campaigns", list_campaigns, methods=["GET"]),
        Route("/api/v1/campaigns", start, methods=["POST"]),
        Route("/api/v1/campaigns/forecast", forecast, methods=["POST"]),
        Route("/api/v1/campaigns/{id}", read_campaign, methods=["GET"]),
        Route("/api/v1/campaigns/{id}/acts", act, methods=["POST"]),
    ]


async def _said(done: Awaitable[T]) -> T:
    """What came of it, or a refusal that says why not."""
    try:
        return await done
    except FlowProblems as error:
        found = [msgspec.to_builtins(problem(each)) for each in error.problems]
        raise Refused(422, "The campaign has errors", str(error), problems=found) from error
    except BotError as error:
        if error.fault is not Fault.CALLER:
            raise
        raise Refused(404, "Not found", str(error)) from error
