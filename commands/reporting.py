"""Reports as commands, the API and the server need them: what there is, what was sent, send one now."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from bot.errors import BotError, Fault
from bot.runtime.hosting import Hosting
from commands.assemble import Parts, epoch_ms
from commands.figures import StoredFigures
from commands.postman import Postman
from commands.report_facts import Teller, preview
from commands.reporter import Reporter
from commands.reports import Reports
from commands.watching import watch
from flows.problems import did_you_mean
from insights.reports.letter import Facts
from insights.reports.plan import Report
from insights.reports.schedule import Period, following, latest
from settings import Settings
from storage import reports as runs
from storage.reports import Told
from web.figures import Counts
from web.pictures import Pictures
from web.report_shapes import ReportBegun, ReportPage, ReportRun, ReportState
from web.shapes import iso

FEW = 20  # runs of each report that are listed


class NoReport(BotError):
    """There is no such report, or nothing of it to send; says what there is."""

    fault = Fault.CALLER


class Reporting:
    """What the API and the commands ask of reports. `store` reads, and for `send` also writes."""

    def __init__(
        self,
        settings: Settings,
        store: Any,
        reports: Reports,
        clock: Callable[[], int] = epoch_ms,
        figures: Counts | None = None,
        hosting: Hosting | None = None,
    ) -> None:
        """`figures` are those of the store, unless something else is told; `clock` gives epoch ms."""
        self.pictures = Pictures()
        self._reports = reports
        self._store = store
        self._clock = clock
        counted = figures or StoredFigures(store, settings.insights.dimensions)
        self.teller = Teller(counted, store, store, settings.company, self.pictures)
        self.reporter = Reporter(reports, self.teller, store, hosting, clock)

    async def page(self) -> ReportPage:
        """Every report with its next and its latest runs."""
        return ReportPage([await self._state(each) for each in self._reports.current])

    async def send(self, name: str, *, again: bool = False) -> ReportBegun:
        """Begin the latest period of a report now for whoever has not got it; with `again` for everybody once more.

        Raises NoReport and StoreUnavailable.
        """
        report = self.get(name)
        now = self._clock()
        period = latest(report, now, await self.teller.waves(report))
        if period is None:
            raise NoReport(f"No wave that {name} is about has ended yet.")
        if again:
            period = Period(f"{period.key} again {now}", period.first, period.last, now)
        new = await self.reporter.begin(report, period, report.to)
        return ReportBegun(report.id, period.first.isoformat(), period.last.isoformat(), new, len(report.to) - new)

    async def facts(self, name: str) -> Facts:
        """What the latest period would tell. Raises NoReport."""
        report = self.get(name)
        period = preview(report, self._clock(), await self.teller.waves(report))
        return await self.teller.facts(report, period.first, period.last)

    def get(self, name: str) -> Report:
        """The report with this id. Raises NoReport."""
        found = self._reports.get(name)
        if found is None:
            hint = did_you_mean(name, [each.id for each in self._reports.current])
            hint = hint or "write one as docs/howto/reports.md shows, and set `reports_dir`"
            raise NoReport(f"There is no report {name!r}; {hint}.")
        return found

    async def _state(self, report: Report) -> ReportState:
        coming = following(report, self._clock(), await self.teller.waves(report))
        told: Sequence[Told] = await self._store.read(lambda: runs.latest(report.id, FEW))
        return ReportState(
            id=report.id,
            title=report.title,
            every=report.every,
            zone=report.zone,
            language=report.language,
            filters=dict(report.filters),
            receivers=[each.name for each in report.to],
            alerts=[each.on for each in report.alerts],
            next=iso(coming.due) if coming else None,
            runs=[_run(each) for each in told],
        )


def _run(told: Told) -> ReportRun:
    return ReportRun(
        kind=told.kind,
        first_day=told.first,
        last_day=told.last,
        receiver=told.receiver,
        due_at=iso(told.due_at),
        begun_at=iso(told.created_at),
        state=told.state,
        error=told.error,
        settled_at=iso(told.settled_at) if told.settled_at else None,
    )


def begin(assembled: Parts, figures: Counts | None = None) -> Reporting | None:
    """Send reports for as long as the process runs, if the settings have any; `figures` as in Reporting."""
    settings, folder, supervisor = assembled.settings, assembled.reports.folder, assembled.supervisor
    if folder is None:
        return None
    store, clock = assembled.store, assembled.clock
    hosting = Hosting(store, assembled.public_url, clock) if assembled.public_url else None
    found = Reporting(settings, store, assembled.reports, clock, figures, hosting)
    home, mail, company = settings.home, settings.mail, settings.company
    post = Postman(assembled.reports, found.teller, store, mail, home, company, supervisor.owner, clock)
    supervisor.also("reports", partial(watch, folder, assembled.reports.look))
    supervisor.also("reporter", found.reporter.run)
    supervisor.also("postman", post.run)
    return found
