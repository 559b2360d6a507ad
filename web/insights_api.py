"""Figures for other systems: the same that the home page shows."""

from collections.abc import Callable, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from insights.estimates import Estimate
from insights.intervals import careful
from insights.segments import by_attribute
from insights.tally import Tally
from web import filters
from web.api import json
from web.compared_api import apart, told
from web.compared_api import sure as told_score
from web.comparing import Reading, compare
from web.figures import Comment, Figures, Line, figures
from web.filters import Asked
from web.insight_shapes import Counted, Group, Groups, Point, Said, SaidPage, Summary, Sure, Trend
from web.keys import Keyring
from web.problems import Refused
from web.shapes import iso
from web.visitors import EVERY
from web.words import language

MOST = 1000  # comments per page


def routes(counts: Reading, keyring: Keyring, clock: Callable[[], int]) -> list[Route]:
    """`/api/v1/insights/…`; `clock` gives epoch ms."""

    def asked(request: Request) -> Asked:
        key = keyring.check(request, "read")
        return filters.asked(request, counts.dimensions, clock(), None if key.brand == EVERY else {key.brand})

    async def summarise(request: Request) -> Response:
        return json(summary(await figures(counts, asked(request), 0), language(request)))

    async def show_trend(request: Request) -> Response:
        return json(trend(await figures(counts, asked(request), 0)))

    async def show_groups(request: Request) -> Response:
        wanted = asked(request)
        return json(groups(wanted.by, await counts.tally(wanted.window, wanted.by)))

    async def show_comparisons(request: Request) -> Response:
        return json(told(await compare(counts, asked(request))))

    async def list_comments(request: Request) -> Response:
        wanted, limit = asked(request), request.query_params.get("limit", "100")
        if not (limit.isascii() and limit.isdecimal() and 1 <= int(limit[:9]) <= MOST):
            raise Refused(422, "Wrong limit", f"limit is a number from 1 to {MOST}.")
        rows = await counts.comments(wanted.window, filters.cursor(request.query_params), int(limit))
        return json(SaidPage([_said(each) for each in rows], rows[-1].cursor if len(rows) == int(limit) else None))

    return [
        Route("/api/v1/insights/summary", summarise, methods=["GET"]),
        Route("/api/v1/insights/trend", show_trend, methods=["GET"]),
        Route("/api/v1/insights/segments", show_groups, methods=["GET"]),
        Route("/api/v1/insights/comparisons", show_comparisons, methods=["GET"]),
        Route("/api/v1/insights/comments", list_comments, methods=["GET"]),
    ]


def summary(found: Figures, lang: str) -> Summary:
    """The score of a window and what is said about it."""
    said, window = found.headline(lang), found.asked.window
    return Summary(
        since=window.since.isoformat(),
        until=found.asked.last.isoformat(),
        counts=counted(found.now),
        answered_of_asked=found.answered,
        nps=sure(said.estimate),
        enough=said.enough,
        before=counted(found.before),
        against_before=apart(said.between),
        change=said.change,
        headline=" · ".join(each for each in (said.score, said.text, said.compared) if each and each != "–"),
    )


def trend(found: Figures) -> Trend:
    """The score over time."""
    points = [Point(at.isoformat(), tally.answered, sure(careful(tally.bands))) for at, tally in found.points]
    return Trend(found.step, points)


def groups(by: str, found: Sequence[Line]) -> Groups:
    """The groups of a dimension side by side."""
    rows = by_attribute({row.key: row.tally for row in found})
    return Groups(
        by,
        [
            Group(row.key, row.tally.asked, row.tally.answered, sure(row.score), apart(row.against), row.p, row.verdict)
            for row in rows
        ],
    )


def counted(tally: Tally) -> Counted:
    """Counts as the outside sees them."""
    names = ("asked", "delivered", "answered", "completed", "commented", "opted_out")
    return Counted(**{name: getattr(tally, name) for name in names}, scores=list(tally.scores))


def sure(found: Estimate | None) -> Sure | None:
    """A score with one decimal."""
    return None if found is None else told_score(found)


def _said(each: Comment) -> Said:
    return Said(each.session, iso(each.at), each.score, each.text, each.flow, each.channel, each.language)
