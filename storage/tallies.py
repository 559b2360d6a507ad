"""What dashboards read: tallies of some days by day, month or dimension, and the comments behind them. Days are UTC.

Scores and comments count on the day of the score, all else on the day of the question, so that a share of those who
were asked is one of the same people.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from insights.dimensions import PERIODS
from insights.tally import LENGTH, Tally
from storage.cells import FULL, TOTAL, term, value_of
from storage.rollups import ANSWERED, ASKED, COMMENTED, COMPLETED, DELIVERED, OPTED_OUT, REVENUE, WIDTH
from storage.scripts import Ask, Script

Filters = Mapping[str, Collection[str]]
"""Dimension → the values of which any will do; "" is where nothing is known."""

DAY, MONTH = PERIODS
MOST_VALUES = 1000
_WINDOW = 8  # days in which comments are looked for first; then four times as many
_MS = 86_400_000  # per day


class Line(NamedTuple):
    """One row: the first day of a period, the value of a dimension, or "" for everything together.

    `answered` are those asked in the period who have given a score by now, `revenue` that of detractors, passives and
    promoters who gave theirs in the period (whole units per year).
    """

    key: str
    tally: Tally
    answered: int = 0
    revenue: tuple[int, int, int] = (0, 0, 0)


class Comment(NamedTuple):
    """Somebody's words for their score; `cursor` goes on behind it, `about` is the survey's dimensions."""

    cursor: str
    session: str
    at: int
    score: int
    text: str
    about: dict[str, str]


class Span(NamedTuple):
    """Whole months, or days, from the first to the last one."""

    period: str
    first: date
    last: date


def tally(filters: Filters, first: date, last: date, by: str = "") -> Script[list[Line]]:
    """Counts from the first day to the last one: by `day`, `month`, a dimension, or all together ("").

    Sorted by key; what has nothing is left out, but for all together.
    """
    by_time = by in (DAY, MONTH)
    grain = _grain(filters, "" if by_time else by)
    sums: dict[str, list[int]] = {}
    for span in spans(first, last, months=by != DAY):
        found = yield from _summed(grain, filters, span, "start" if by_time else by)
        if by and grain == by and not filters:  # surveys of which that is not known are in no cell of this grain
            every = yield from _summed(TOTAL, {}, span, "")
            known = _added(list(found.values()))
            found[""] = [one - other for one, other in zip(_added(list(every.values())), known, strict=True)]
        for name, counts in found.items():
            key = f"{name[:7]}-01" if by == MONTH else name if by_time else value_of(name)
            sums[key] = _added([sums[key], counts]) if key in sums else counts
    if not by:
        return [_line("", _added(list(sums.values())))]
    return [_line(key, counts) for key, counts in sorted(sums.items()) if any(counts)]


def comments(filters: Filters, before: str = "", limit: int = 50) -> Script[list[Comment]]:
    """The newest comments, or those behind the cursor `before`.

    The rollups say which days and cells have as many, and only those are looked at.
    """
    ends = yield Ask("counted_days")
    if not ends or ends[0][0] is None:
        return []
    earliest, last = date.fromisoformat(ends[0][0]), date.fromisoformat(ends[0][1])
    at, _, session = before.partition(":")
    until = int(at) if at else _ms(last) + _MS
    last = min(last, _day(until))
    found: list[Sequence[Any]] = []
    window = _WINDOW
    while len(found) < limit and last >= earliest:
        first = max(earliest, last - timedelta(days=window - 1))
        cut, cells = yield from _holding(filters, first, last, limit - len(found), _day(until).isoformat())
        if cells:
            since = _ms(date.fromisoformat(cut) if cut else first)
            found += yield Ask("commented", (json.dumps(cells), since, until, session, limit - len(found)))
        if cut:
            first = date.fromisoformat(cut)
        else:
            window *= 4
        until, session, last = _ms(first), "", first - timedelta(days=1)
    return (yield from _worded(found))


def values(dimension: str) -> Script[list[str]]:
    """What a dimension has been so far, sorted."""
    found = yield Ask("dimension_values", (dimension, MOST_VALUES))
    return [value_of(name) for (name,) in found]


def spans(first: date, last: date, *, months: bool) -> list[Span]:
    """The days from the first to the last one, as few rows as possible: whole months in one, what is left by day."""
    begin = first if first.day == 1 else _next_month(first)
    end = (last + timedelta(days=1)).replace(day=1)  # the first day that is in no whole month
    if not months or begin >= end:
        return [Span(DAY, first, last)] if first <= last else []
    found = [Span(MONTH, begin, end - timedelta(days=1))]
    if first < begin:
        found.insert(0, Span(DAY, first, begin - timedelta(days=1)))
    if end <= last:
        found.append(Span(DAY, end, last))
    return found


def _summed(grain: str, filters: Filters, span: Span, by: str) -> Script[dict[str, list[int]]]:
    if filters:
        rows = yield Ask("tally_of", (grain, *_wanted(filters), by, _starts(span), span.period))
    else:
        rows = yield Ask("tally", (by, grain, span.period, span.first.isoformat(), span.last.isoformat()))
    return {name: [int(count or 0) for count in counts] for name, *counts in rows}


def _starts(span: Span) -> str:
    """The days of a span, or the first ones of its months (JSON)."""
    days = (span.first + timedelta(days=n) for n in range((span.last - span.first).days + 1))
    return json.dumps([day.isoformat() for day in days if span.period == DAY or day.day == 1])


def _added(rows: Sequence[Sequence[int]]) -> list[int]:
    return [sum(counts) for counts in zip(*rows, strict=True)] if rows else [0] * WIDTH


def _grain(filters: Filters, by: str) -> str:
    """The coarsest cells that tell these dimensions apart."""
    named = {*filters, by} - {""}
    if len(named) > 1 or any("" in values for values in filters.values()):
        return FULL
    return named.pop() if named else TOTAL


def _wanted(filters: Filters) -> tuple[str, str, int]:
    """The filters as terms and absent dimensions (JSON), and how many there are."""
    terms = [term(name, value) for name, values in filters.items() for value in values if value]
    absent = [name for name, values in filters.items() if "" in values]
    return json.dumps(terms), json.dumps(absent), len(filters)


def _line(key: str, counts: Sequence[int]) -> Line:
    low, middle, high = counts[REVENUE : REVENUE + 3]
    found = Tally(
        scores=tuple(counts[:LENGTH]), asked=counts[ASKED], delivered=counts[DELIVERED], completed=counts[COMPLETED],
        commented=counts[COMMENTED], opted_out=counts[OPTED_OUT],
    )  # fmt: skip
    return Line(key, found, counts[ANSWERED], (low, middle, high))


def _holding(filters: Filters, first: date, last: date, wanted: int, begun: str) -> Script[tuple[str, list[int]]]:
    """What `_enough` finds in these days. Coarse cells name the days first: of the fine ones a day has thousands."""
    grain = _grain(filters, "")
    if grain != FULL:
        cut, some = _enough((yield from _commented(grain, filters, first, last)), wanted, begun)
        if not some:
            return cut, []
        if cut:
            return cut, _enough((yield from _commented(FULL, filters, date.fromisoformat(cut), last)), wanted, begun)[1]
    return _enough((yield from _commented(FULL, filters, first, last)), wanted, begun)


def _commented(grain: str, filters: Filters, first: date, last: date) -> Script[list[tuple[Any, ...]]]:
    if filters:
        return (yield Ask("cells_with_comments_of", (grain, *_wanted(filters), _starts(Span(DAY, first, last)))))
    name = "days_with_comments" if grain == TOTAL else "cells_with_comments"
    return (yield Ask(name, (first.isoformat(), last.isoformat())))


def _enough(rows: Sequence[Sequence[Any]], wanted: int, begun: str) -> tuple[str, list[int]]:
    """The latest day from which on there are as many comments, "" if there are fewer; and the cells they are in.

    Of the day `begun` some have been shown already.
    """
    many, day = 0, ""
    cells: set[int] = set()
    for start, cell, count in sorted(map(tuple, rows), reverse=True):
        if start != day and many >= wanted:
            return day, sorted(cells)
        day = start
        many += int(count) if start != begun else 0
        cells.add(cell)
    return "", sorted(cells)


def _worded(found: Sequence[Sequence[Any]]) -> Script[list[Comment]]:
    """These comments with their words: those given with the score, else the first that were."""
    rows = yield Ask("words", (json.dumps([row[0] for row in found]),))
    words: dict[str, str] = {}
    given: dict[str, bool] = {}
    for session, kind, value, text, comment in rows:
        if kind == "nps" and value is not None and not given.get(session):
            given[session] = True
            words[session] = comment or words.get(session, "")
        elif kind == "text" and text:
            words[session] = words.get(session) or text
    return [
        Comment(f"{at}:{session}", session, at, score, words.get(session, ""), _about(terms))
        for session, at, score, terms in found
    ]


def _about(terms: str) -> dict[str, str]:
    return dict(each.split(":", 1) for each in json.loads(terms))


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def _day(at: int) -> date:
    return datetime.fromtimestamp(at / 1000, UTC).date()


def _ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000
