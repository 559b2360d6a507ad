"""Contacts for people: looked for, one with all that is kept about them, made one of two."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.errors import BotError, Fault
from bot.outreach.explain import reasons
from web.account import back, me
from web.contact_shapes import ContactDetail
from web.gate import form
from web.ledger_pages import shown
from web.outreach_parts import Decisions, Known, People, Sought, Talk
from web.outreach_shown import day, figure
from web.pages import moment, page, spoken
from web.problems import Refused
from web.reaching import names_brands, runs, sees
from web.words.contacts import CONTACTS
from web.words.outreach import OUTREACH

PER_PAGE = 50
MOST_TEXT = 200  # characters of a filter
FILTERS = ("brand", "region", "segment", "language", "country")


def routes(people: People) -> list[Route]:
    """`/contacts`, `/contacts/{id}`."""

    async def contacts(request: Request) -> Response:
        return await _list(request, people, request.query_params)

    async def search(request: Request) -> Response:
        return await _list(request, people, form(request))

    async def one(request: Request) -> Response:
        return await _show(request, people, await _known(request, people))

    async def merge(request: Request) -> Response:
        return await _merged(request, people)

    return [
        Route("/contacts", contacts, methods=["GET"]),
        Route("/contacts", search, methods=["POST"]),  # what is looked for is personal, and stays out of addresses
        Route("/contacts/{id}", one, methods=["GET"]),
        Route("/contacts/{id}/merge", merge, methods=["POST"]),
    ]


async def _list(request: Request, people: People, given: Mapping[str, str]) -> Response:
    lang, only = spoken(request), names_brands(request)
    words = {name: given.get(name, "").strip()[:MOST_TEXT] for name in ("q", *FILTERS, "after")}
    text, after = words["q"], words["after"]
    sought = Sought(
        text, words["brand"], words["region"], words["segment"], words["language"], words["country"].upper(), only
    )
    exact = await people.named(text) if text and not after else None
    exact = exact if exact and sees(only, exact.brand) else None
    found = await people.people(sought, after, PER_PAGE)
    chosen = {name: words[name] for name in FILTERS if words[name]}
    rows = [each for each in found.contacts if exact is None or each.id != exact.id]
    return page(
        request,
        "contacts.html",
        c=CONTACTS[lang],
        text=text,
        chosen=chosen,
        after=after,
        filters=[(name, words[name]) for name in FILTERS],
        exact=_row(exact, lang) if exact else None,
        rows=[_row(each, lang) for each in rows],
        following=found.following,
        onward=f"/contacts?{urlencode({**chosen, 'after': found.following})}",
        short=found.short,
        imports=runs(me(request)),
    )


def _row(one: ContactDetail, lang: str) -> dict[str, Any]:
    known = [one.brand, one.region, one.segment, one.language, one.country]
    return {
        "at": f"/contacts/{quote(one.id, safe='')}",
        "name": one.name or one.external or CONTACTS[lang]["nameless"],
        "external": one.external,
        "channels": list(dict.fromkeys(each.channel for each in one.addresses)),
        "known": " · ".join(filter(None, known)),
    }


async def _known(request: Request, people: People) -> ContactDetail:
    """The contact of the address, if they are there for this person. Raises Refused."""
    found = await people.find(request.path_params["id"])
    if found is None or not sees(names_brands(request), found.brand):
        raise Refused(404, CONTACTS[spoken(request)]["gone"])
    return found


async def _show(
    request: Request,
    people: People,
    one: ContactDetail,
    into: ContactDetail | None = None,
    wrong: str = "",
    typed: str = "",
) -> Response:
    who, lang = me(request), spoken(request)
    profile = await people.profile(one.id, lang, who.id)
    if profile is None:
        raise Refused(404, CONTACTS[lang]["gone"])
    words = CONTACTS[lang]
    known = {one.id: Known(one.name, one.external, one.brand)}
    decisions = Decisions(profile.decisions, known, "", short=False)
    return page(
        request,
        "contact.html",
        422 if wrong else 200,
        c=words,
        o=OUTREACH[lang],
        one=one,
        name=one.name or one.external or words["nameless"],
        at=f"/contacts/{quote(one.id, safe='')}",
        facts=_facts(one, lang),
        places=[_place(each, lang) for each in profile.consents],
        talks=[_talk(each, lang) for each in profile.talks],
        decisions=[shown(each, decisions, None, lang) for each in profile.decisions],
        ledger=f"/ledger?{urlencode({'contact': one.id})}",
        merges=runs(who),
        into=into,
        into_name=(into.name or into.external or into.id) if into else "",
        typed=typed,
        wrong=wrong,
        done=request.query_params.get("done", "") == "merged",
    )


def _facts(one: ContactDetail, lang: str) -> list[tuple[str, str]]:
    words = CONTACTS[lang]
    zones = ", ".join(one.zones[:4]) + (" …" if len(one.zones) > 4 else "")
    rows = [
        (words["external"], one.external),
        (words["id"], one.id),
        *((words[name], getattr(one, name)) for name in ("brand", "region", "segment", "agent", "language", "country")),
        (words["zone"], one.zone or (words["zone_possible"].format(names=zones) if zones else "")),
        (words["revenue"], "" if one.revenue is None else figure(one.revenue, lang)),
        *one.attributes.items(),
    ]
    return [(name, value) for name, value in rows if value]


def _word(kind: str, value: str, lang: str) -> str:
    """A basis or a reason in words."""
    return reasons().get(f"{kind}_{value}", {}).get(lang, value)


def _place(proof: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """An address, what holds for it, and what was recorded."""
    words = CONTACTS[lang]

    def on(channel: str) -> str:
        return words["everywhere"] if channel == "*" else channel

    holds = [
        words["allowed"].format(basis=_word("basis", each["basis"], lang), at=day(each["since"], lang))
        for each in proof["holds"]
    ]
    stopped = [
        f"{words['stopped'].format(reason=_word('reason', each['reason'], lang), at=day(each['since'], lang))} "
        f"({on(each['channel'])})"
        for each in proof["suppressed"]
    ]
    events = [
        {
            "at": day(each["at"], lang),
            "told": words.get(f"event_{each['action']}", each["action"]),
            "basis": _word("basis", each.get("basis", ""), lang) if each["action"] == "granted" else "",
            "channel": on(each.get("channel", "")),
            "source": each.get("source", ""),
            "wording": each.get("wording", ""),
        }
        for each in proof["events"]
    ]
    broken = proof["chain"] != "whole"
    return {"address": proof["address"], "holds": holds, "stopped": stopped, "events": events, "broken": broken}


def _talk(each: Talk, lang: str) -> dict[str, Any]:
    words = CONTACTS[lang]
    return {
        "flow": each.flow,
        "at": moment(each.started_at, lang),
        "channel": each.lane.partition(":")[0],
        "ended": words.get(f"ended_{each.outcome}", each.outcome),
        "test": each.basis == "test",
        "link": f"/answers/{quote(each.id, safe='')}",
        "answers": [_answer(row) for row in each.answers],
    }


def _answer(row: Sequence[Any]) -> tuple[str, str]:
    """A question's name, and what was answered."""
    question, kind, value, text, comment, _ = row
    said = str(value) if kind == "nps" and value is not None else text or ("" if value is None else str(value))
    return question, " – ".join(filter(None, (said, comment)))


async def _merged(request: Request, people: People) -> Response:
    """First whom that means, then, once somebody is sure, the two made one."""
    words, fields = CONTACTS[spoken(request)], form(request)
    gone, typed = await _known(request, people), fields.get("into", "").strip()[:MOST_TEXT]
    into = await people.named(typed) if typed else None
    if into is None or into.id == gone.id:
        return await _show(request, people, gone, wrong=words["merge_nobody"], typed=typed)
    if fields.get("sure") != into.id:
        return await _show(request, people, gone, into, typed=typed)
    try:
        one = await people.merge(gone.id, into.id, me(request).id)
    except BotError as error:
        if error.fault is not Fault.CALLER:
            raise
        return await _show(request, people, gone, wrong=str(error), typed=typed)
    return back(f"/contacts/{quote(one.id, safe='')}?done=merged")
