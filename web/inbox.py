"""The agents' inbox: which cases there are, one case with all that can be done about it, both kept up to date."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, NamedTuple, get_args
from urllib.parse import quote, urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web import inbox_files
from web.account import me
from web.inbox_acts import Acted, acted
from web.inbox_parts import Cases, Listed, Seen, View
from web.inbox_shown import CLOSED, asked, band, buttons, clock, hint, history, resolvable, row, told
from web.pages import page, spoken
from web.problems import Refused
from web.streams import stream
from web.visitors import EVERY, Visitor
from web.words.inbox import INBOX

BEAT = 2.0  # seconds between two looks at whether something has changed
PER_PAGE = 50
BATCH = 100  # cases that are read at once
MOST_READ = 2000  # and in all, until somebody asks for more
VIEWS: tuple[View, ...] = get_args(View)
ROLES = ("agent", "admin")
MOST_TEXT = 200  # characters of a filter


class Asked(NamedTuple):
    """What the address asks for; "" is any."""

    view: View
    desk: str
    channel: str
    language: str
    after: int

    def address(self, path: str = "/inbox", **changed: str) -> str:
        """A link to the same with something changed."""
        given = {"view": self.view, "desk": self.desk, "channel": self.channel, "language": self.language, **changed}
        query = {name: value for name, value in given.items() if value and (name, value) != ("view", VIEWS[0])}
        return f"{path}?{urlencode(query)}" if query else path

    @property
    def chosen(self) -> bool:
        """Whether a filter is set."""
        return bool(self.desk or self.channel or self.language)


def routes(cases: Cases, clock_: Callable[[], int]) -> list[Route]:
    """`/inbox`, `/inbox/{id}` with its files, and what tells both pages of changes."""

    async def inbox(request: Request) -> Response:
        return page(request, "inbox.html", **await _list(request, cases, clock_()))

    async def inbox_live(request: Request) -> Response:
        read(request)  # refused before the answer begins
        return stream(request, _changes(lambda: _list(request, cases, clock_())))

    async def one_case(request: Request) -> Response:
        return _show(request, await _found(request, cases), cases, clock_())

    async def case_live(request: Request) -> Response:
        await _found(request, cases)

        async def look() -> Mapping[str, Any]:
            seen = await _found(request, cases)
            return {"seen": seen, "clock": clock(seen.listed, clock_(), spoken(request))}

        return stream(request, _changes(look))

    async def act_on_case(request: Request) -> Response:
        seen = await _found(request, cases)
        outcome = await acted(request, cases, seen, lambda: _found(request, cases))
        if isinstance(outcome, Response):
            return outcome
        return _show(request, outcome.seen, cases, clock_(), outcome)

    return [
        Route("/inbox", inbox, methods=["GET"]),
        Route("/inbox/live", inbox_live, methods=["GET"]),
        Route("/inbox/{id}", one_case, methods=["GET"]),
        Route("/inbox/{id}", act_on_case, methods=["POST"]),
        Route("/inbox/{id}/live", case_live, methods=["GET"]),
        *inbox_files.routes(cases, lambda request: _found(request, cases)),
    ]


def read(request: Request) -> Asked:
    """What the address asks for. Raises Refused."""
    query = request.query_params
    view = next((each for each in VIEWS if each == query.get("view", VIEWS[0])), None)
    after = query.get("after", "0")
    if view is None or not (after.isascii() and after.isdecimal() and len(after) < 10):
        raise Refused(422, "Wrong address", f"view is one of {', '.join(VIEWS)}, and after a number.")
    desk, channel, language = (query.get(name, "")[:MOST_TEXT] for name in ("desk", "channel", "language"))
    return Asked(view, desk, channel, language, int(after))


async def pressing(who: Visitor, cases: Cases) -> list[Listed]:
    """The cases that somebody can get to, the most pressing first: the first page of the inbox."""
    return (await found(who, Asked("open", "", "", "", 0), cases))[0]


async def reaches(who: Visitor, case: Listed, cases: Cases) -> bool:
    """Whether one of the person's roles is for this desk and brand; a case of no brand takes a role for all."""
    brands = {grant.brand for grant in who.grants if grant.role in ROLES and grant.desk in (EVERY, case.desk)}
    if EVERY in brands or not brands:
        return EVERY in brands
    return (await cases.brand(case.session) or EVERY) in brands


async def found(who: Visitor, wanted: Asked, cases: Cases) -> tuple[list[Listed], int]:
    """A page of cases, and after how many the next one begins; 0 if there is none."""
    login, at, kept = cases.login(who.email, who.id), wanted.after, list[Listed]()
    while at - wanted.after < MOST_READ:
        batch = await cases.rows(wanted.view, wanted.desk, login, BATCH, at)
        for number, each in enumerate(batch, at):
            if _fits(each, wanted) and await reaches(who, each, cases):
                if len(kept) == PER_PAGE:
                    return kept, number
                kept.append(each)
        if len(batch) < BATCH:
            return kept, 0
        at += BATCH
    return kept, at


def _fits(case: Listed, wanted: Asked) -> bool:
    return wanted.channel in ("", case.channel) and wanted.language in ("", case.language)


async def _list(request: Request, cases: Cases, now: int) -> dict[str, Any]:
    """What the list shows."""
    who, wanted, lang = me(request), read(request), spoken(request)
    kept, following = await found(who, wanted, cases)
    owners = cases.owners(cases.login(who.email, who.id))
    desks = [each for each in cases.desks if _at(who, each)]
    languages = sorted({each.language for each in kept} | ({wanted.language} - {""}))
    choices = {"desk": desks, "channel": list(cases.channels), "language": languages}
    return {
        "i": INBOX[lang],
        "asked": wanted,
        "views": [(each, INBOX[lang][f"view_{each}"], wanted.address(view=each)) for each in VIEWS],
        "filters": [
            (name, values, chosen)
            for name, values in choices.items()
            if len(values) > 1 or getattr(wanted, name)
            for chosen in [getattr(wanted, name)]
        ],
        "cases": [row(each, now, cases.timezone(each.desk), lang, owners) for each in kept],
        "older": wanted.address(after=str(following)) if following else "",
        "live": wanted.address("/inbox/live", after=str(wanted.after or "")),
    }


def _at(who: Visitor, desk: str) -> bool:
    return any(grant.role in ROLES and grant.desk in (EVERY, desk) for grant in who.grants)


async def _found(request: Request, cases: Cases) -> Seen:
    """The case of the address, if it is there for this person. Raises Refused."""
    who, lang = me(request), spoken(request)
    login = cases.login(who.email, who.id)
    seen = await cases.seen(request.path_params["id"], lang, login, who.name or who.email)
    if seen is None or not await reaches(who, seen.listed, cases):
        raise Refused(404, "No such case", INBOX[lang]["gone"])
    return seen


def _show(request: Request, seen: Seen, cases: Cases, now: int, outcome: Acted | None = None) -> Response:
    """The page of a case; `outcome` is what has just been tried there, with what was typed."""
    who, lang = me(request), spoken(request)
    login = cases.login(who.email, who.id)
    owners = cases.owners(login)
    mine, others = asked(seen, owners)
    since = _since(request, seen)
    entries = seen.detail.entries[since:] if since >= 0 else []
    tried = outcome or Acted(seen)
    case = quote(seen.listed.id, safe="")
    return page(
        request,
        "inbox_case.html",
        tried.status,
        i=INBOX[lang],
        seen=seen,
        case=row(seen.listed, now, seen.desk.timezone, lang, owners),
        band=band(seen.listed.score),
        at=f"/inbox/{case}",
        mine=mine,
        others=others,
        buttons=buttons(seen, owners),
        entries=list(history(seen, seen.detail.prompts, login, lang)),
        told=tried.told or told(entries, seen.detail.prompts, login),
        pending=tried.status == 202 or (since >= 0 and not entries),
        tried=tried,
        key=tried.key,
        hint=hint(seen, mine, owners, lang),
        at_field=seen.can_act and (seen.listed.owner in owners or bool(tried.text)),
        resolvable=resolvable(seen, owners),
        closed=seen.listed.phase in CLOSED,
        login=login,
        live=f"/inbox/{case}/live",
    )


def _since(request: Request, seen: Seen) -> int:
    """How many entries there were before the person acted, -1 if they have just come."""
    given = request.query_params.get("since", "") if request.method != "POST" else ""
    known = given.isascii() and given.isdecimal() and len(given) < 10
    return min(int(given), len(seen.detail.entries)) if known else -1


async def _changes(look: Callable[[], Awaitable[Mapping[str, Any]]]) -> AsyncIterator[bytes]:
    """An event whenever what is looked at differs from before; it ends when that is gone."""
    before = ""
    while True:
        try:
            now = hashlib.sha256(msgspec.json.encode(await look())).hexdigest()
        except Refused:
            return
        if before and now != before:
            yield b"event: changed\ndata: " + now.encode() + b"\n\n"
        elif not before:
            yield b":\n\n"
        before = now
        await asyncio.sleep(BEAT)
