"""The figures of a window: score, trend, distribution, groups, funnel, comments. Read as counts, shown as charts."""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal, NamedTuple, Protocol

import msgspec

from insights.charts.chart import Chart, Look
from insights.charts.distribution import distribution
from insights.charts.funnel import funnel
from insights.charts.segments import segments
from insights.charts.sentences import Headline, headline
from insights.charts.trend import Step, trend
from insights.estimates import FEWEST
from insights.tally import Tally
from web.filters import Asked, Window

By = str
"""`day` | `month` | a dimension | "" for one row with all."""
COMMENTS = 8  # on the page
ChartName = Literal["trend", "distribution", "funnel", "segments"]


class Line(NamedTuple):
    """Counts of a day, a month, a value of a dimension or everything. A score counts on the day on which it was given.

    `answered` are those asked then who have given a score by now: the part of those who were asked.
    """

    key: str
    tally: Tally
    answered: int = 0


class Comment(NamedTuple):
    """What somebody wrote beside their score. `cursor` is where the next page goes on."""

    session: str
    at: int  # epoch ms
    score: int
    text: str
    flow: str
    channel: str
    language: str
    cursor: str


class Counts(Protocol):
    """Where figures are read."""

    @property
    def dimensions(self) -> Sequence[str]:
        """Those that the settings name."""
        ...

    async def tally(self, window: Window, by: By = "") -> Sequence[Line]:
        """The counts of a window, by first days (ISO) in order, or by the values of a dimension, or all in one row."""
        ...

    async def comments(self, window: Window, after: str = "", limit: int = 20) -> Sequence[Comment]:
        """The newest comments, behind a cursor."""
        ...

    async def open_cases(self) -> int:
        """Cases that nobody has resolved yet."""
        ...


class Figures(NamedTuple):
    """Everything that a page or a report tells about a window."""

    asked: Asked
    now: Tally
    answered: int  # of those who were asked in the window
    before: Tally
    step: Step
    points: Sequence[tuple[date, Tally]]
    groups: Sequence[tuple[str, Tally]]
    comments: Sequence[Comment]
    cases: int

    def headline(self, language: str) -> Headline:
        """The score in words."""
        return headline(self.now, self.before, self.asked.window.days, language)

    def chart(self, name: ChartName, look: Look, dimension: str = "") -> Chart:
        """One of the charts; `dimension` is what the reader calls the one that groups."""
        if name == "trend":
            return trend(self.points, self.step, look)
        if name == "segments":
            return segments(self.groups, dimension or self.asked.by, look)
        return distribution(self.now, look) if name == "distribution" else funnel(self.now, self.answered, look)

    @property
    def version(self) -> str:
        """Changes when anything of it does."""
        told = (
            self.now,
            self.answered,
            self.before,
            self.points,
            self.groups,
            [each.cursor for each in self.comments],
            self.cases,
        )
        return hashlib.sha256(msgspec.json.encode(told)).hexdigest()[:16]


async def figures(counts: Counts, asked: Asked, comments: int = COMMENTS) -> Figures:
    """Read all of it, side by side."""
    window = asked.window
    rows, before, groups, said, cases = await asyncio.gather(
        counts.tally(window, "month" if asked.steps == ("month",) else "day"),
        counts.tally(window.before),
        counts.tally(window, asked.by),
        counts.comments(window, limit=comments),
        counts.open_cases(),
    )
    found = [(date.fromisoformat(row.key), row.tally) for row in rows]
    now = total(rows)
    step, points = _divided(found, asked, now.tally.answered)
    named = [(row.key, row.tally) for row in groups]
    return Figures(asked, now.tally, now.answered, total(before).tally, step, points, named, said, cases)


def total(rows: Sequence[Line]) -> Line:
    """All rows together."""
    return Line("", sum((row.tally for row in rows), Tally()), sum(row.answered for row in rows))


def _divided(
    found: Sequence[tuple[date, Tally]], asked: Asked, answers: int
) -> tuple[Step, Sequence[tuple[date, Tally]]]:
    """As finely as there are enough answers for at most points of time; else as coarsely as may be."""
    for step in asked.steps:
        points = _points(found, asked.window, step)
        if step == asked.steps[-1] or answers >= FEWEST * len(points):
            break
    return step, points


def _points(found: Sequence[tuple[date, Tally]], window: Window, step: Step) -> list[tuple[date, Tally]]:
    """Every point of time from the first that has something, in order; none left out in between."""
    together: dict[date, Tally] = {}
    for first, tally in found:
        start = _start(first, window, step)
        together[start] = together.get(start, Tally()) + tally
    known = [start for start, tally in together.items() if tally.asked or tally.answered]
    points, at = [], min(known, default=window.until)
    while at < window.until:
        points.append((at, together.get(at, Tally())))
        at = _next(at, step)
    return points


def _start(day: date, window: Window, step: Step) -> date:
    if step == "month":
        return day.replace(day=1)
    return day if step == "day" else day - timedelta(days=(day - window.since).days % 7)


def _next(day: date, step: Step) -> date:
    if step == "month":
        return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return day + timedelta(days=7 if step == "week" else 1)
