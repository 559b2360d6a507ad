"""Surveys in the browser: the list, one survey with its versions, what changed between them, and the way back."""

import re
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.versions import NoVersion, Outdated
from flows.problems import FlowProblems
from web import flow_editor
from web.account import back, me
from web.flow_drafts import sees
from web.flow_parts import WRITERS, FlowPages, Listed, at, called, query, reads, writes
from web.flow_shapes import FlowRollback, FlowVersion
from web.gate import form
from web.pages import page, spoken
from web.problems import Refused
from web.words.flows import FLOWS
from web.words.survey_sentences import SAYS

ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")  # as flows.model has it
NUMBER = re.compile(r"[1-9][0-9]{0,8}")
DONE = ("published", "same", "back")
LONGEST_NOTE = 500


def routes(flows: FlowPages) -> list[Route]:
    """`/flows…`."""

    async def list_flows(request: Request) -> Response:
        return await _list(request, flows)

    async def begin_flow(request: Request) -> Response:
        """A new survey: on to its editor; nothing is stored yet."""
        given, lang = form(request), spoken(request)
        wanted = given.get("id", "").strip()
        wrong = "" if ID.fullmatch(wanted) else FLOWS[lang]["wrong_id"]
        if not wrong and (await flows.one(wanted) or await flows.drafts.one(wanted)):
            wrong = FLOWS[lang]["wrong_taken"].format(id=wanted)
        if wrong:
            return await _list(request, flows, wrong)
        return back(f"/flows/{wanted}/edit?template={quote(given.get('template', '')[:60], safe='')}")

    async def show_flow(request: Request) -> Response:
        found = await known(request, flows)
        if found.version is None:
            return back(f"/flows/{found.id}/edit")
        return await _one(request, flows, found)

    async def roll_back(request: Request) -> Response:
        return await _roll_back(request, flows)

    return [
        Route("/flows", list_flows, methods=["GET"]),
        Route("/flows", begin_flow, methods=["POST"]),
        Route("/flows/{id}", show_flow, methods=["GET"]),
        Route("/flows/{id}", roll_back, methods=["POST"]),
        *flow_editor.routes(flows),
    ]


async def known(request: Request, flows: FlowPages) -> Listed:
    """The survey of the address, if it is there for this person. Raises Refused."""
    flow: str = request.path_params["id"]
    found = await flows.one(flow) if ID.fullmatch(flow) else None
    if found is None or not reads(me(request), found.brand):
        raise Refused(404, "No such survey")
    return found


async def _roll_back(request: Request, flows: FlowPages) -> Response:
    found, words, given, who = await known(request, flows), FLOWS[spoken(request)], form(request), me(request)
    if not writes(who, found.brand):
        raise Refused(403, "Not for you", "This survey is of another brand.")
    to, based_on = given.get("to", ""), given.get("based_on", "")
    if not (NUMBER.fullmatch(to) and NUMBER.fullmatch(based_on)):
        raise Refused(422, "Wrong version")
    wanted = FlowRollback(int(to), "", given.get("note", "")[:LONGEST_NOTE], int(based_on))
    try:
        await flows.roll_back(found.id, wanted, called(who), who.id)
    except Outdated:
        return await _one(request, flows, found, 409, wrong=words["wrong_outdated"])
    except (NoVersion, FlowProblems):
        return await _one(request, flows, found, 422, wrong=words["wrong_back"])
    return back(f"/flows/{found.id}?done=back")


async def _list(request: Request, flows: FlowPages, wrong: str = "") -> Response:
    who, lang = me(request), spoken(request)
    found, problems = await flows.listed()
    rows = [each for each in found if reads(who, each.brand)]
    brands = {each.id: each.brand for each in found}
    drafts = {each.flow: each for each in await flows.drafts.all() if sees(who, each, brands.get(each.flow))}
    return page(
        request,
        "flows.html",
        422 if wrong else 200,
        f=FLOWS[lang],
        say=SAYS[lang],
        rows=[(each, version(each.version, lang) if each.version else None, writes(who, each.brand)) for each in rows],
        problems=problems if who.may(WRITERS) else [],
        drafts=drafts,
        begun=[each for flow, each in drafts.items() if flow not in brands],
        can_write=who.may(WRITERS),
        wrong=wrong,
        given=form(request) if wrong else {},
    )


async def _one(request: Request, flows: FlowPages, found: Listed, status: int = 200, wrong: str = "") -> Response:
    lang, who = spoken(request), me(request)
    versions = [version(each, lang) for each in (await flows.history(found.id)).versions]
    old, new, to = query(request, "old"), query(request, "new"), query(request, "back")
    if status == 200 and to:
        old, new = "published", to
    compared = None
    if old and new and status == 200:
        try:
            compared = await flows.compare(found.id, old, new)
        except (NoVersion, FlowProblems) as error:
            raise Refused(404, "No such version") from error
    going = next((each for each in versions[1:] if to and str(each["n"]) == to), None)
    return page(
        request,
        "flow.html",
        status,
        f=FLOWS[lang],
        say=SAYS[lang],
        flow=found,
        versions=versions,
        compared=compared,
        chosen=(old, new),
        going=going,
        can_write=writes(who, found.brand),
        source=await flows.source(found.id, "published"),
        done=next((each for each in DONE if each == query(request, "done")), ""),
        wrong=wrong,
    )


def version(one: FlowVersion, lang: str) -> dict[str, Any]:
    """A version as pages show it."""
    how = FLOWS[lang].get(f"kind_{one.kind}", one.kind)
    return {"n": one.n, "author": one.author, "note": one.note, "how": how, "at": at(one.at, lang), "iso": one.at,
            "revision": one.revision}  # fmt: skip
