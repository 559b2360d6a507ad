"""Reports as commands, the API and the server need them: what there is, what was sent, send one now."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any

import msgspec
from pydantic import ValidationError

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
from insights.reports.alarm import Alarm
from insights.reports.letter import Facts, letter
from insights.reports.plan import Receiver, Report
from insights.reports.schedule import Period, following, latest
from settings import Settings
from storage import reports as runs
from storage.reports import Told
from web.figures import Counts
from web.flows import problem
from web.pictures import Pictures
from web.report_parts import Move
from web.report_shapes import ReportBegun, ReportPage, ReportRun, ReportState
from web.reports import Told as ToldLetter
from web.reports import Which
from web.shapes import iso

FEW = 20  # runs of each report that are listed
MOVES = 5  # alarms, the same
_alarm = msgspec.json.Decoder(Alarm).decode


class NoReport(BotError):
    """There is no such report, or nothing of it to send; says what there is."""

    fault = Fault.CALLER


class NoMail(BotError):
    """A letter cannot be sent there."""

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

    @property
    def mails(self) -> bool:
        """Whether e-mail can be sent."""
        return self._reports.known.mail

    async def page(self) -> ReportPage:
        """Every report with its next and its latest runs."""
        found = [await self.state(each) for each in self._reports.current]
        return ReportPage(found, [problem(each) for each in self._reports.problems])

    async def told(self, name: str, which: Which) -> ToldLetter | None:
        """What the latest period would say now, or what was sent last said, told anew; None if nothing was.

        Raises NoReport.
        """
        report = self.get(name)
        period = await self._period(report, which)
        facts = await self.teller.facts(report, period.first, period.last) if period else None
        return ToldLetter(period, letter(facts)) if period and facts else None

    async def pdf(self, name: str, which: Which) -> tuple[Period, bytes] | None:
        """The same as a PDF. Raises NoReport and Undrawable."""
        report = self.get(name)
        period = await self._period(report, which)
        if period is None:
            return None
        return period, await self.teller.pdf(await self.teller.facts(report, period.first, period.last))

    async def _period(self, report: Report, which: Which) -> Period | None:
        if which == "now":
            return preview(report, self._clock(), await self.teller.waves(report))
        rows: Sequence[Told] = await self._store.read(lambda: runs.latest(report.id, FEW))
        last = next((each for each in rows if each.kind == "report" and not runs.is_test(each.kind, each.period)), None)
        if last is None:
            return None
        return Period(last.period, date.fromisoformat(last.first), date.fromisoformat(last.last), last.due_at)

    async def send(self, name: str, *, again: bool = False, once: str = "") -> ReportBegun:
        """Begin the latest period of a report now for whoever has not got it; with `again` for everybody once more.

        Of several calls with the same `once` only the first one sends. Raises NoReport and StoreUnavailable.
        """
        report = self.get(name)
        now = self._clock()
        period = latest(report, now, await self.teller.waves(report))
        if period is None:
            raise NoReport(f"No wave that {name} is about has ended yet.")
        if again:
            period = Period(f"{period.key} again {once or now}", period.first, period.last, now)
        new = await self.reporter.begin(report, period, report.to)
        return ReportBegun(report.id, period.first.isoformat(), period.last.isoformat(), new, len(report.to) - new)

    async def test(self, name: str, email: str, once: str) -> ReportBegun:
        """Send the latest period to this mailbox alone, as it would go out now; once for each `once`.

        Raises NoReport, NoMail and StoreUnavailable.
        """
        report, now = self.get(name), self._clock()
        if not self.mails:
            raise NoMail("The settings do not say how e-mail is sent: add `mail`.")
        found = preview(report, now, await self.teller.waves(report))
        period = Period(f"{runs.TEST}{once}", found.first, found.last, now)
        try:
            to = Receiver(email=email)
        except ValidationError as error:
            raise NoMail("E-mail cannot be sent to this address.") from error
        new = await self.reporter.begin(report, period, [to])
        return ReportBegun(report.id, period.first.isoformat(), period.last.isoformat(), new, 1 - new)

    async def moves(self, name: str) -> list[Move]:
        """The alarms that were told, the latest first. Raises NoReport."""
        report = self.get(name)
        rows = await self._store.read(lambda: runs.alarms(report.id, MOVES))
        return [Move(way, self.teller.alarm(report, _alarm(facts)), at) for way, facts, at in rows]

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

    async def state(self, report: Report) -> ReportState:
        """What is scheduled, and what was sent."""
        coming = following(report, self._clock(), await self.teller.waves(report))
        told: Sequence[Told] = await self._store.read(lambda: runs.latest(report.id, FEW))
        return ReportState(
            id=report.id,
            title=report.title,
            every=report.every,
            on="" if report.on is None else str(report.on),
            at=f"{report.at:%H:%M}",
            campaign=report.campaign or "",
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
        kind="test" if runs.is_test(told.kind, told.period) else told.kind,
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
