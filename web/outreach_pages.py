"""Campaigns for people: which there are, one with its waves, reasons and cells, and a form to plan and start one."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.errors import BotError, Fault
from flows.problems import FlowProblems
from web.account import back, me
from web.campaign_form import EVERY, LIMITS, composed, decomposed
from web.gate import form
from web.outreach_parts import Campaigns, Shown
from web.outreach_shapes import CampaignAct, CampaignForecast, CampaignStart
from web.outreach_shown import cells, days, figure, forecast_shown, listed, plan_facts, wave
from web.pages import page, spoken
from web.policies import POLICIES, Role
from web.problems import Refused
from web.reaching import brands_of, runs, sees_campaign
from web.streams import stream
from web.words.outreach import OUTREACH

BEAT = 2.0  # seconds between two looks at whether something has changed
EASE = 20  # and at least so many times as long as a look takes
ACTS = {"running": ("pause", "cancel"), "paused": ("resume", "cancel")}
MOST_SOURCE = 40_000  # characters of YAML: in any script they fit into a form (web.gate.FORM_LIMIT)


def routes(campaigns: Campaigns) -> list[Route]:
    """`/outreach…`."""

    async def outreach(request: Request) -> Response:
        who, lang = me(request), spoken(request)
        rows = [listed(each, lang) for each in await campaigns.listed() if sees_campaign(who, each.brands)]
        return page(request, "outreach.html", o=OUTREACH[lang], campaigns=rows, **_doors(request))

    async def new(request: Request) -> Response:
        given = dict(request.query_params)
        if again := given.get("from", ""):
            given = decomposed((await _found(request, campaigns, again)).written) | {"id": "", "title": ""}
        return _form(request, campaigns, {"days": "10", **given})

    async def plan(request: Request) -> Response:
        return await _planned(request, campaigns)

    async def one(request: Request) -> Response:
        return _show(request, await _found(request, campaigns, request.path_params["id"]))

    async def live(request: Request) -> Response:
        name = request.path_params["id"]
        await _found(request, campaigns, name)
        return stream(request, _changes(campaigns, name))

    async def act(request: Request) -> Response:
        who, name, wanted = me(request), request.path_params["id"], form(request).get("act", "")
        shown = await _found(request, campaigns, name)
        if wanted not in ACTS.get(shown.state.state, ()):
            return _show(request, shown, OUTREACH[spoken(request)]["wrong_act"])
        await campaigns.act(name, CampaignAct(wanted, (who.name or who.email)[:200]), who.id)
        return back(f"/outreach/{quote(name, safe='')}")

    return [
        Route("/outreach", outreach, methods=["GET"]),
        Route("/outreach/new", new, methods=["GET"]),
        Route("/outreach/new", plan, methods=["POST"]),
        Route("/outreach/{id}", one, methods=["GET"]),
        Route("/outreach/{id}", act, methods=["POST"]),
        Route("/outreach/{id}/live", live, methods=["GET"]),
    ]


async def _found(request: Request, campaigns: Campaigns, name: str) -> Shown:
    """The campaign, if it is there for this person. Raises Refused."""
    lang = spoken(request)
    try:
        shown = await campaigns.shown(name)
    except FlowProblems as error:
        raise Refused(422, OUTREACH[lang]["unreadable"], str(error)) from error
    except BotError as error:
        if error.fault is not Fault.CALLER:
            raise
        raise Refused(404, OUTREACH[lang]["no_campaign"]) from error
    if not sees_campaign(me(request), brands_of(shown.written)):
        raise Refused(404, OUTREACH[lang]["no_campaign"])
    return shown


def _show(request: Request, shown: Shown, wrong: str = "") -> Response:
    lang, doors, state = spoken(request), _doors(request), shown.state
    return page(
        request,
        "campaign.html",
        409 if wrong else 200,
        o=OUTREACH[lang],
        campaign=state,
        name=state.title or state.id,
        at=f"/outreach/{quote(state.id, safe='')}",
        facts=plan_facts(shown.written, lang),
        waves=[wave(each, state, lang, link=doors["reads"]) for each in reversed(state.waves)],
        cells=cells(shown, lang),
        source=shown.source,
        acts=ACTS.get(state.state, ()) if doors["runs"] else (),
        n=lambda number: figure(number, lang),
        wrong=wrong,
        **doors,
    )


def _doors(request: Request) -> dict[str, Any]:
    """Which ways on there are for this visitor."""
    need = POLICIES["GET /ledger"]
    reads = isinstance(need, Role) and me(request).may(need.roles, need.brand, need.desk)
    return {"runs": runs(me(request)), "reads": reads}


async def _planned(request: Request, campaigns: Campaigns) -> Response:
    """A dry run of what was filled in, or its start."""
    given, who = form(request), me(request)
    lang = spoken(request)
    words, source = OUTREACH[lang], given.get("source", "")
    written = bool(source.strip())
    source = source if written else composed(given)
    if len(source) > MOST_SOURCE:
        return _form(request, campaigns, given, wrong=[words["too_long"].format(most=MOST_SOURCE)])
    wanted = CampaignStart(source, "campaign", (who.name or who.email)[:200])
    try:
        if given.get("press") == "start":
            state = await campaigns.start(wanted, who.id)
            return back(f"/outreach/{quote(state.id, safe='')}")
        found = await campaigns.forecast(wanted)
    except FlowProblems as error:
        wrong = [f"{words['line']} {each.line}: {each.message} {each.suggestion}".strip() for each in error.problems]
        return _form(request, campaigns, given, wrong=wrong, source=source)
    except BotError as error:
        if error.fault is not Fault.CALLER:
            raise
        return _form(request, campaigns, given, wrong=[str(error)], source=source)
    there = {each.id for each in await campaigns.listed()}
    return _form(request, campaigns, given, source=source, found=found, known=found.campaign in there)


def _form(
    request: Request,
    campaigns: Campaigns,
    given: Any,
    *,
    wrong: list[str] | None = None,
    source: str = "",
    found: CampaignForecast | None = None,
    known: bool = False,
) -> Response:
    """The form; with `found` what the campaign would come to, and a button that starts it."""
    lang = spoken(request)
    return page(
        request,
        "campaign_new.html",
        422 if wrong else 200,
        o=OUTREACH[lang],
        given=given,
        flows=campaigns.flows,
        channels=", ".join(campaigns.channels),
        every=EVERY,
        limits=LIMITS,
        wrong=wrong or [],
        source=source,
        typed=bool(given.get("source", "").strip()),
        found=found,
        shown=forecast_shown(found, lang) if found else {},
        days=days(found, lang) if found else [],
        known=known,
        n=lambda number: figure(number, lang),
    )


async def _changes(campaigns: Campaigns, name: str) -> AsyncIterator[bytes]:
    """An event whenever the campaign stands otherwise than before; it ends when that is gone."""
    before = ""
    while True:
        began = time.monotonic()
        try:
            now = hashlib.sha256(msgspec.json.encode(await campaigns.campaign(name))).hexdigest()
        except BotError:
            return
        if before and now != before:
            yield b"event: changed\ndata: " + now.encode() + b"\n\n"
        elif not before:
            yield b":\n\n"
        before = now
        await asyncio.sleep(max(BEAT, EASE * (time.monotonic() - began)))
