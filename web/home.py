"""The home page: the score in words, its charts, what customers write; filtered by its address, kept up to date."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web import filters
from web.comparing import Reading as Comparable
from web.drawn import NAMES, file, shown
from web.figures import COMMENTS, Counts, Figures, figures, total
from web.filters import Asked, Window
from web.inbox_parts import Listed
from web.inbox_shown import clock
from web.pages import page, spoken, visitor
from web.pictures import Pictures
from web.policies import POLICIES, Role
from web.problems import Refused
from web.said import answered, commented
from web.streams import stream
from web.visitors import ROLES, Visitor
from web.words.home import HOME, dimension

BEAT = 2.0  # seconds between two looks at whether something has changed
URGENT = 5  # cases on the page
OLDER = 50  # comments on a page of their own
FIRST = date(2000, 1, 1)


class Reading(Comparable, Protocol):
    """What the pages read."""

    async def conversation_of(self, session: str) -> dict[str, Any] | None:
        """One survey's flow, channel, case ("" for none), dimensions, and lines of (at, by, text)."""
        ...


class Home(NamedTuple):
    """What the page is made of. `sample`: what it shows is generated, and the page says so; `at` is where it is."""

    reading: Reading
    pictures: Pictures
    clock: Callable[[], int]
    sample: bool = False
    at: str = "/"
    waiting: Callable[[Visitor], Awaitable[Sequence[Listed]]] | None = (
        None  # cases for somebody, the most pressing first
    )


def routes(home: Home) -> list[Route]:
    """The page itself, `/charts/{file}`, `/comments`, `/answers/{id}`, `/live`."""

    async def front(request: Request) -> Response:
        asked = read(request, home)
        found, choices = await asyncio.gather(figures(home.reading, asked), choices_of(home.reading, asked))
        return page(request, "home.html", **await _facts(request, home, found, choices))

    async def chart(request: Request) -> Response:
        asked = read(request, home)
        return await file(request, await figures(home.reading, asked, 0), home.pictures)

    async def comments(request: Request) -> Response:
        asked = read(request, home)
        rows = await home.reading.comments(asked.window, filters.cursor(request.query_params), OLDER)
        lang = spoken(request)
        following = asked.address("/comments", after=rows[-1].cursor) if len(rows) == OLDER else ""
        told = [commented(each, lang) for each in rows]
        return page(request, "home_said.html", h=HOME[lang], comments=told, older=following, back=asked.address())

    async def answer(request: Request) -> Response:
        lang = spoken(request)
        found = await home.reading.conversation_of(request.path_params["id"])
        if found is None or not _may_see(found, brands(request)):
            raise Refused(404, HOME[lang]["answer_gone"])
        inbox = _works_on_cases(request)
        return page(request, "home_answer.html", h=HOME[lang], back=home.at, inbox=inbox, **answered(found, lang))

    async def live(request: Request) -> Response:
        read(request, home)  # refused before the answer begins
        request.scope["state"].setdefault("still_there", _always)  # the demo has no door
        return stream(
            request, _changes(home, lambda: read(request, home), lambda: _urgent(request, home, spoken(request)))
        )

    return [
        Route(home.at, front, methods=["GET"]),
        Route("/charts/{file}", chart, methods=["GET"]),
        Route("/comments", comments, methods=["GET"]),
        Route("/answers/{id}", answer, methods=["GET"]),
        Route("/live", live, methods=["GET"]),
    ]


def read(request: Request, home: Home) -> Asked:
    """What the address asks for, within what its reader may see. Raises Refused."""
    return filters.asked(request, home.reading.dimensions, home.clock(), brands(request))._replace(front=home.at)


def brands(request: Request) -> Collection[str] | None:
    """Those whose figures the visitor may see; None for all."""
    who = visitor(request)
    return who.brands(ROLES) if who else None


class Choice(NamedTuple):
    """A filter: its values as the address has them, and as they are read."""

    name: str
    title: str
    values: Sequence[tuple[str, str]]
    chosen: str


async def _facts(
    request: Request, home: Home, found: Figures, choices: Sequence[tuple[str, Sequence[str]]]
) -> dict[str, Any]:
    asked, lang = found.asked, spoken(request)
    nothing = not found.now.asked and not found.now.answered
    ever = not nothing or await _ever(home.reading, asked)
    older = asked.address("/comments", after=found.comments[-1].cursor) if len(found.comments) == COMMENTS else ""
    return {
        **form(asked, choices, lang),
        "sample": home.sample,
        "never": not ever,
        "nothing": nothing,
        "headline": found.headline(lang),
        "cases": None if asked.limits else found.cases,  # cases are not told apart by brand
        "inbox": _works_on_cases(request),
        "urgent": await _urgent(request, home, lang),
        "charts": [] if nothing else [shown(found, name, lang) for name in NAMES],
        "comments": [commented(each, lang) for each in found.comments],
        "older": older,
        "live": asked.address("/live"),
        "compare": asked.address("/compare"),
    }


def form(asked: Asked, choices: Sequence[tuple[str, Sequence[str]]], lang: str) -> dict[str, Any]:
    """What the filters show, and which dimensions can be compared."""
    return {
        "h": HOME[lang],
        "asked": asked,
        "usual": filters.USUAL,
        "periods": filters.PERIODS,
        "since": asked.window.since.isoformat(),
        "last": asked.last.isoformat(),
        "filters": [_choice(name, values, asked, lang) for name, values in choices if _differ(name, values, asked)],
        "dimensions": [(name, dimension(name, lang)) for name, values in choices if any(values) or name == asked.by],
    }


async def _urgent(request: Request, home: Home, lang: str) -> list[dict[str, Any]]:
    """The cases that press most, with their clocks, for who works on cases."""
    who, now = visitor(request), home.clock()
    cases = await home.waiting(who) if home.waiting and who and _works_on_cases(request) else ()
    return [{"id": each.id, "code": each.code, "clock": clock(each, now, lang)} for each in cases[:URGENT]]


async def _ever(counts: Counts, asked: Asked) -> bool:
    """Whether anybody whom the visitor may know of was ever asked."""
    today = asked.window.until + timedelta(days=1)
    return bool(total(await counts.tally(Window(FIRST, today, asked.limits))).tally.asked)


async def choices_of(counts: Counts, asked: Asked) -> list[tuple[str, Sequence[str]]]:
    """The values of every dimension that there are in this period, the other filters being as they are."""
    names = (*filters.OUR_OWN, *counts.dimensions)

    async def values(name: str) -> list[str]:
        rows = await counts.tally(asked.without(name), name)
        return sorted(row.key for row in rows if row.tally.asked or row.tally.answered)

    return list(zip(names, await asyncio.gather(*map(values, names)), strict=True))


def _differ(name: str, values: Sequence[str], asked: Asked) -> bool:
    """Whether there is anything to choose."""
    return name in asked.chosen or len(values) > 1


def _choice(name: str, values: Sequence[str], asked: Asked, lang: str) -> Choice:
    none = HOME[lang]["none"]
    offered = [(value or filters.NONE, value or none) for value in values]
    chosen = asked.chosen.get(name, "")
    if chosen and chosen not in dict(offered):
        offered.append((chosen, none if chosen == filters.NONE else chosen))
    return Choice(name, dimension(name, lang), offered, chosen)


def _may_see(found: dict[str, Any], only: Collection[str] | None) -> bool:
    return only is None or found["dimensions"].get("brand", "") in only


def _works_on_cases(request: Request) -> bool:
    """Whether the inbox is there for whoever looks; in the demo there is none."""
    who, need = visitor(request), POLICIES["GET /inbox"]
    return who is not None and isinstance(need, Role) and who.may(need.roles)


async def _always() -> bool:
    return True


async def _nothing() -> list[dict[str, Any]]:
    return []


async def _changes(
    home: Home, asked: Callable[[], Asked], clocks: Callable[[], Awaitable[list[dict[str, Any]]]] = _nothing
) -> AsyncIterator[bytes]:
    """An event whenever the figures differ from those before, or the clocks that the page shows."""
    before: tuple[str, Any] = ("", [])
    while True:
        found = await figures(home.reading, asked(), 1)
        seen = (found.version, await clocks())
        if before[0] and seen != before:
            yield b"event: changed\ndata: " + found.version.encode() + b"\n\n"
        elif not before[0]:
            yield b":\n\n"
        before = seen
        await asyncio.sleep(BEAT)
