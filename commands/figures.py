"""Figures over the store: what `web.home` and `web.insights_api` ask for, for pages, API and `run.py report`."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from insights.comparisons import Given
from storage import tallies
from storage.each import each
from storage.talks import talk
from web.figures import Comment, Line
from web.filters import Window


class StoredFigures:
    """web.home.Reading. `reading` runs scripts (`storage.scripts`) and counts; `dimensions` are the settings' own."""

    def __init__(self, reading: Any, dimensions: Sequence[str]) -> None:
        self._reading = reading
        self.dimensions = tuple(dimensions)

    async def tally(self, window: Window, by: str = "") -> Sequence[Line]:
        """See web.figures.Counts."""
        last = window.until - timedelta(days=1)
        rows = await self._reading.read(lambda: tallies.tally(window.filters, window.since, last, by))
        return [Line(row.key, row.tally, row.answered) for row in rows]

    async def comments(self, window: Window, after: str = "", limit: int = 20) -> Sequence[Comment]:
        """See web.figures.Counts."""
        behind = after or f"{_ms(window.until)}:"
        rows = await self._reading.read(lambda: tallies.comments(window.filters, behind, limit))
        since = _ms(window.since)
        return [
            Comment(row.session, row.at, row.score, row.text, *_about(row.about), row.cursor)
            for row in rows
            if row.at >= since
        ]

    async def each(self, window: Window) -> Sequence[Given] | None:
        """See web.comparing.Answers."""
        last = window.until - timedelta(days=1)
        rows = await self._reading.read(lambda: each(window.filters, window.since, last))
        return (
            None
            if rows is None
            else [Given(row.person, row.score, row.about, row.revenue, row.handled) for row in rows]
        )

    async def open_cases(self) -> int:
        """See web.figures.Counts."""
        counts = await self._reading.counts()
        return int(counts["cases_open"])

    async def conversation_of(self, session: str) -> dict[str, Any] | None:
        """See web.home.Reading."""
        found = await self._reading.read(lambda: talk(session))
        if found is None:
            return None
        facts = {"flow": found.flow, "channel": found.about.get("channel", ""), "case": found.case}
        return {**facts, "dimensions": found.about, "lines": found.lines}


def _ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)


def _about(terms: dict[str, str]) -> tuple[str, str, str]:
    return terms.get("flow", ""), terms.get("channel", ""), terms.get("language", "")
