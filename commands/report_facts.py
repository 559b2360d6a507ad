"""What reports are made of: figures of a period out of the store, as a letter, as a page, as a PDF."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol

from bot.outreach.campaign import check
from bot.outreach.waves import day_of
from insights.nps import Scores
from insights.reports.alarm import Alarm
from insights.reports.letter import Comment, Facts, Letter, alert, letter, quoted
from insights.reports.page import page
from insights.reports.plan import Report
from insights.reports.schedule import Period, Span, latest
from storage.campaigns import StoredPlans
from storage.scripts import Ask, Script
from web.figures import Counts, figures
from web.filters import NONE, OWN, Asked, Window
from web.pictures import Pictures
from web.words.home import HOME, dimension

LOOKED_AT = 200  # comments of a period, the newest, among which those to quote are found
CANCELLED = "cancelled"


class Waiting(Protocol):
    """Who knows how many cases wait."""

    async def counts(self) -> dict[str, int]:
        """See bot.ports.Reading."""
        ...


class Teller:
    """Makes letters and pages. `store` runs scripts and counts what waits."""

    def __init__(self, figures: Counts, waiting: Waiting, store: Any, company: str, pictures: Pictures) -> None:
        """`company` is who it comes from."""
        self._figures = figures
        self._waiting = waiting
        self._store = store
        self._company = company
        self._pictures = pictures

    async def facts(self, report: Report, first: date, last: date) -> Facts:
        """Everything about these days."""
        asked = await self._asked(report, first, last)
        found = await figures(self._figures, asked, LOOKED_AT if report.comments else 0)
        counts = await self._waiting.counts()
        said = [Comment(each.score, each.text) for each in found.comments]
        return Facts(
            title=report.title, company=self._company, language=report.language, first=first, last=last, now=found.now,
            answered=found.answered, before=found.before, step=found.step, points=found.points,
            by=dimension(asked.by, report.language), groups=found.groups, comments=quoted(said, report.comments),
            cases=(counts["cases_open"], counts["cases_overdue"]), filters=_named(asked.chosen, report.language),
        )  # fmt: skip

    async def days(self, report: Report, first: date, until: date) -> Mapping[date, Scores]:
        """The scores of each day on which there were any, for alerts."""
        asked = await self._asked(report, first, until - timedelta(days=1))
        rows = await self._figures.tally(asked.window, "day")
        return {date.fromisoformat(row.key): row.tally.bands for row in rows if row.tally.answered}

    def alarm(self, report: Report, found: Alarm) -> Letter:
        """What is said of a move."""
        return alert(found, report.title, self._company, report.language, _named(report.filters, report.language))

    async def pdf(self, facts: Facts) -> bytes:
        """The page. Raises Undrawable."""
        return await self._pictures.draw(page(facts, letter(facts)), "pdf")

    async def waves(self, report: Report) -> list[Span]:
        """The waves of the campaign that a report is about; none for any other report."""
        if report.every != "wave" or not report.campaign:
            return []
        rows: list[Span] = await self._store.read(lambda: _waves(report.campaign or "", report.zone))
        return rows

    async def _asked(self, report: Report, first: date, last: date) -> Asked:
        chosen = dict(report.filters)
        if report.every == "wave" and report.campaign:
            chosen |= await self._of_the_wave(report, report.campaign, first, last)
        filters = {name: ("" if value == NONE else value,) for name, value in chosen.items()}
        window = Window(first, last + timedelta(days=1), filters)
        dimensions = tuple(self._figures.dimensions)
        by = report.by or next((name for name in dimensions if name not in chosen), "channel")
        return Asked(window, OWN, chosen, by, {})

    async def _of_the_wave(self, report: Report, campaign: str, first: date, last: date) -> dict[str, str]:
        """What its answers are told apart by: campaign and wave where those are counted, else the survey."""
        if {"campaign", "wave"} <= set(self._figures.dimensions):
            number = next((each.n for each in await self.waves(report) if (each.first, each.last) == (first, last)), 0)
            return {"campaign": campaign} | ({"wave": str(number)} if number else {})
        kept = await StoredPlans(self._store).campaigns(campaign)
        found = check(kept[0].source, "campaign").campaign if kept else None
        return {"flow": found.flow} if found and "flow" not in report.filters else {}


def preview(report: Report, now: int, waves: list[Span]) -> Period:
    """The period that would be told now: the last one that is due, else the days so far."""
    found = latest(report, now, waves)
    if found:
        return found
    today = datetime.fromtimestamp(now / 1000, UTC).date()
    return Period("", today - timedelta(days=6), today, now)


def _named(chosen: Mapping[str, str], language: str) -> dict[str, str]:
    none = HOME[language]["none"]
    return {dimension(name, language): none if value == NONE else value for name, value in chosen.items()}


def _waves(campaign: str, zone: str) -> Script[list[Span]]:
    rows = yield Ask("waves_of", (campaign,))
    return [
        Span(n, date.fromisoformat(day_of(starts, zone)), date.fromisoformat(day_of(ends - 1, zone)))
        for _, n, _, state, starts, ends, *_ in rows
        if state != CANCELLED
    ]
