"""The editor of a survey: a draft is checked, played and compared as it is typed, and published on top of what one saw.

One form does it all, so that it works without JavaScript; `static/flow_edit.js` sends the same form while somebody
types.
"""

import contextlib
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.errors import StoreUnavailable
from bot.versions import NoVersion, Outdated
from flows.problems import FlowProblems
from web.account import back, me
from web.flow_drafts import LARGEST, brand_for, clash, sees
from web.flow_parts import WRITERS, FlowPages, Kept, Phone, Talk, at, called, query, reads, writes
from web.flow_shapes import FlowPublication, FlowVersion
from web.gate import form
from web.pages import page, spoken
from web.problems import Refused
from web.words.flows import FLOWS
from web.words.survey_sentences import SAYS

ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
NUMBER = re.compile(r"0|[1-9][0-9]{0,8}")
SAVED = re.compile(r"0|[1-9][0-9]{0,15}")
LONGEST_NOTE, LONGEST_REPLY, MOST_SAID = 500, 1000, 60
FIRST = "relationship"  # the template, where nobody has chosen one
A_DAY = "… +1d"
WORDS_OF_ONE = re.compile(r"^id:.*$", re.MULTILINE)


class Place(NamedTuple):
    """The survey of the address, its brand if there is one already (None: not yet), and the draft that is kept."""

    flow: str
    brand: str | None
    stored: Kept | None


class Draft(NamedTuple):
    """What stands in the form; `saved` is the draft that it follows."""

    source: str
    based_on: int
    note: str = ""
    talk: Talk = Talk()
    saved: int = 0


class Shown(NamedTuple):
    """What came of it, beside the draft."""

    status: int = 200
    wrong: str = ""


def routes(flows: FlowPages) -> list[Route]:
    """`/flows/{id}/edit`."""

    async def edit_flow(request: Request) -> Response:
        place = await _writable(request, flows)
        if place.stored and query(request, "from") in ("", "draft"):
            stored = place.stored
            return await _show(request, flows, place, Draft(stored.source, stored.based_on, saved=stored.n))
        versions = (await flows.history(place.flow)).versions
        source = await _beginning(request, flows, place.flow, versions)
        return await _show(request, flows, place, Draft(source, versions[0].n if versions else 0))

    async def work_on_flow(request: Request) -> Response:
        place = await _writable(request, flows)
        fields = form(request)
        draft, press = _draft(fields), fields.get("press", "check")
        if press == "publish" or press.startswith("over:"):
            return await _publish(request, flows, place, _over(draft, press))
        if press == "keep" or press.startswith("mine:"):
            return await _keep(request, flows, place, _mine(draft, press))
        if press == "drop":
            return await _drop(request, flows, place, draft)
        return await _show(
            request, flows, place, draft._replace(talk=_talk(draft.talk, press, fields.get("reply", "")))
        )

    return [
        Route("/flows/{id}/edit", edit_flow, methods=["GET"]),
        Route("/flows/{id}/edit", work_on_flow, methods=["POST"]),
    ]


async def _writable(request: Request, flows: FlowPages) -> Place:
    """The survey of the address, which may be one that does not exist yet. Raises Refused."""
    flow: str = request.path_params["id"]
    found = await flows.one(flow) if ID.fullmatch(flow) else None
    who = me(request)
    if not ID.fullmatch(flow) or (found and not reads(who, found.brand)):
        raise Refused(404, "No such survey")
    if found and not writes(who, found.brand):
        raise Refused(403, "Not for you", "This survey is of another brand.")
    brand, stored = found.brand if found else None, await flows.drafts.one(flow)
    if stored and not sees(who, stored, brand):
        raise Refused(404, "No such survey")
    return Place(flow, brand, stored)


async def _beginning(request: Request, flows: FlowPages, flow: str, versions: list[FlowVersion]) -> str:
    """What is in the editor at first: what runs, or the version or file that was asked for, or a template."""
    which = query(request, "from") or ("published" if versions else "file")
    try:
        return await flows.source(flow, which)
    except (NoVersion, FlowProblems) as error:
        if versions or query(request, "from"):
            raise Refused(404, "No such version") from error
    listed = {each.id: each for each in (await flows.listed())[0] if reads(me(request), each.brand) and each.version}
    template = next((each for each in (query(request, "template"), FIRST, *listed) if each in listed), "")
    if not template:
        return f"format: 1\nid: {flow}\n"
    return WORDS_OF_ONE.sub(f"id: {flow}", await flows.source(template, "published"), count=1)


def _draft(fields: Mapping[str, str]) -> Draft:
    based_on = fields.get("based_on", "")
    saved = fields.get("draft", "0")
    if not (NUMBER.fullmatch(based_on) and SAVED.fullmatch(saved)):
        raise Refused(422, "Wrong version")
    said = [line for line in fields.get("said", "").split("\n") if line.startswith("> ") or line == A_DAY][:MOST_SAID]
    talk = Talk(fields.get("language", "")[:10], fields.get("variant", "")[:60], fields.get("channel") == "chat", said)
    return Draft(fields.get("source", ""), int(based_on), fields.get("note", "")[:LONGEST_NOTE], talk, int(saved))


def _talk(talk: Talk, press: str, reply: str) -> Talk:
    """The conversation with what was just said; Enter in the field of the phone comes as `check`."""
    if press == "again":
        return talk._replace(said=())
    line = A_DAY if press == "day" else ""
    if press.startswith("say:"):
        line = "> " + _line(press.removeprefix("say:"))
    elif press in ("play", "check") and reply.strip():
        line = "> " + _line(reply)
    return talk._replace(said=(*talk.said, line)[:MOST_SAID]) if line else talk


def _line(text: str) -> str:
    return " ".join(text.split())[:LONGEST_REPLY]


def _over(draft: Draft, press: str) -> Draft:
    """Whoever has seen what somebody else published may go on from there."""
    number = press.removeprefix("over:")
    return draft._replace(based_on=int(number)) if press != "publish" and NUMBER.fullmatch(number) else draft


def _mine(draft: Draft, press: str) -> Draft:
    """Whoever has seen what somebody else saved may put theirs in its place."""
    number = press.removeprefix("mine:")
    return draft._replace(saved=int(number)) if press != "keep" and SAVED.fullmatch(number) else draft


async def _keep(request: Request, flows: FlowPages, place: Place, draft: Draft) -> Response:
    who, words = me(request), FLOWS[spoken(request)]
    if len(draft.source.encode()) > LARGEST:
        return await _show(request, flows, place, draft, Shown(422, words["wrong_large"]))
    drafted = (await flows.look(place.flow, draft.source)).brand if place.brand is None else ""
    brand = brand_for(who, place.brand, drafted)
    wanted = Kept(place.flow, draft.saved, draft.source, draft.based_on, brand, who.id, called(who))
    try:
        done = await flows.drafts.keep(wanted)
    except StoreUnavailable:
        return await _show(request, flows, place, draft, Shown(503, words["wrong_store"]))
    if done is None:
        return await _show(request, flows, await _writable(request, flows), draft, Shown(409))
    return await _show(request, flows, place._replace(stored=done), draft._replace(saved=done.n))


async def _drop(request: Request, flows: FlowPages, place: Place, draft: Draft) -> Response:
    """Back to what runs; what somebody else has saved meanwhile stays."""
    try:
        gone = await flows.drafts.drop(place.flow, draft.saved, me(request).id)
    except StoreUnavailable:
        return await _show(request, flows, place, draft, Shown(503, FLOWS[spoken(request)]["wrong_store"]))
    now = None if gone else (await _writable(request, flows)).stored
    if now:
        return await _show(request, flows, place._replace(stored=now), draft, Shown(409))
    return back(f"/flows/{place.flow}/edit")


async def _publish(request: Request, flows: FlowPages, place: Place, draft: Draft) -> Response:
    who, words, flow = me(request), FLOWS[spoken(request)], place.flow
    look = await flows.look(flow, draft.source)
    if not look.usable:
        return await _show(request, flows, place, draft, Shown(422, words["wrong_errors"]))
    if not writes(who, look.brand):
        brands = ", ".join(sorted(who.brands(WRITERS) or ()))
        return await _show(request, flows, place, draft, Shown(403, words["wrong_brand"].format(brands=brands)))
    wanted = FlowPublication(draft.source, "", draft.note, draft.based_on)
    try:
        done = await flows.publish(flow, wanted, called(who), who.id)
    except Outdated:
        return await _show(request, flows, place, draft, Shown(409))
    except FlowProblems:
        return await _show(request, flows, place, draft, Shown(422, words["wrong_errors"]))
    except StoreUnavailable:
        return await _show(request, flows, place, draft, Shown(503, words["wrong_store"]))
    with contextlib.suppress(StoreUnavailable):  # it is published all the same
        await flows.drafts.drop(flow, draft.saved)
    return back(f"/flows/{flow}?done={'published' if done.new else 'same'}")


async def _show(request: Request, flows: FlowPages, place: Place, draft: Draft, shown: Shown = Shown()) -> Response:  # noqa: B008 - it is a constant
    lang, flow, stored = spoken(request), place.flow, place.stored
    if stored and stored.source == draft.source:
        draft = draft._replace(saved=stored.n)
    look = await flows.look(flow, draft.source)
    phone = await flows.play(draft.source, draft.talk) if not look.errors else None
    versions = (await flows.history(flow)).versions
    now = versions[0] if versions else None
    return page(
        request,
        "flow_edit.html",
        shown.status,
        f=FLOWS[lang],
        say=SAYS[lang],
        flow=flow,
        draft=draft,
        kept=stored if stored and stored.n == draft.saved else None,
        clash=await clash(flows, stored, draft.source, draft.saved),
        said="\n".join(draft.talk.said),
        look=look,
        phone=phone,
        bubbles=_bubbles(phone),
        now=now,
        now_at=at(now.at, lang) if now else "",
        behind=now is not None and now.n != draft.based_on,
        wrong=shown.wrong,
        fresh=request.method == "GET",
    )


def _bubbles(phone: Phone | None) -> list[Any]:
    return list(phone.bubbles) if phone else []
