"""The reporter: sees to it that every report and alert that is due is begun once for each receiver."""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import structlog

from bot.errors import Conflict, StoreUnavailable
from bot.messages import Address, Bulletin, File, Inbound
from bot.runtime.hosting import Hosting
from commands.report_facts import Teller
from commands.reports import Reports
from insights.reports.alarm import Alarm, alarm, earliest
from insights.reports.letter import Facts, Letter, letter
from insights.reports.plan import Alert, Receiver, Report
from insights.reports.schedule import Period, latest
from insights.reports.words import REPORT
from storage import reports as runs
from storage.reports import Event, Run
from web.pictures import Undrawable

log = structlog.get_logger("reporter")

EVERY = 5.0  # s between looks
_encode = msgspec.json.Encoder().encode


class Reporter:
    """Looks until it is stopped; any number of processes may do so at once."""

    def __init__(
        self, reports: Reports, teller: Teller, store: Any, hosting: Hosting | None, clock: Callable[[], int]
    ) -> None:
        """`store` runs scripts; without `hosting` chats get no link to the PDF; `clock` gives epoch ms."""
        self._reports = reports
        self._teller = teller
        self._store = store
        self._hosting = hosting
        self._clock = clock
        self._through: set[str] = set()  # ids of runs that are known to have begun
        self._looked: dict[tuple[str, str], date] = {}  # up to which day a score was watched

    async def run(self) -> None:
        """Begin what is due until cancelled."""
        while True:
            for report in self._reports.current:
                await self._tried(report)
            await asyncio.sleep(EVERY)

    async def _tried(self, report: Report) -> None:
        """One report; what is wrong with it keeps no other from being sent."""
        try:
            await self.look(report)
        except (StoreUnavailable, Conflict) as error:
            log.warning("reporter_waits", error=str(error))
        except Exception:  # figures that cannot be told today may be told in a moment
            log.exception("report_failed", report=report.id)

    async def look(self, report: Report) -> int:
        """Begin what is due of one report; how many runs that were."""
        now = self._clock()
        known = await self._known(report, now)
        waves = await self._teller.waves(report)
        period = latest(report, now, waves)
        new = 0
        if period:
            due = [to for to in report.to if known[report.id, to.name] <= period.due]
            new = await self.begin(report, period, due)
        for each in report.alerts:
            new += await self._watch(report, each, known[report.id, each.on], now)
        return new

    async def begin(self, report: Report, period: Period, to: Sequence[Receiver]) -> int:
        """Begin a period's runs that are not there yet; how many."""
        wanted = {run_id(report.id, period.key, each.name): each for each in to}
        missing = [name for name in wanted if name not in self._through]
        if missing:
            self._through |= await self._store.read(lambda: runs.begun(missing))
        left = {name: each for name, each in wanted.items() if name not in self._through}
        if not left:
            return 0
        bare = Run("", report.id, "report", period.key, str(period.first), str(period.last), "", "", "", period.due, "")
        facts = await self._teller.facts(report, period.first, period.last) if any(_chats(left.values())) else None
        made = [await self._made(bare._replace(id=name), each, facts) for name, each in left.items()]
        now = self._clock()
        new: int = await self._store.run(lambda: runs.begin(made, now), "inbox")
        self._through |= left.keys()
        log.info("report_begun", report=report.id, period=period.key, receivers=new)
        return new

    async def _known(self, report: Report, now: int) -> dict[tuple[str, str], int]:
        names = [*(to.name for to in report.to), *(each.on for each in report.alerts)]
        wanted = [(report.id, name) for name in names]
        known: dict[tuple[str, str], int] = await self._store.read(runs.known_receivers)
        if not known.keys() >= set(wanted):
            known = await self._store.run(lambda: runs.receivers(wanted, now))
        return known

    async def _watch(self, report: Report, wanted: Alert, since: int, now: int) -> int:
        """Look at the finished days once a day; how many runs an alarm leads to."""
        today = datetime.fromtimestamp(now / 1000, UTC).date()
        about = (report.id, wanted.on)
        if self._looked.get(about) == today:
            return 0
        begun = datetime.fromtimestamp(since / 1000, UTC).date()
        before: date | None = await self._store.read(lambda: runs.last_alarm(*about))
        days = await self._teller.days(report, min(earliest(begun), before or begun), today)
        found = alarm(days, wanted.on, begun, before, today)
        new = await self._begin_alarm(report, wanted, found, before) if found else 0
        self._looked[about] = today
        return new

    async def _begin_alarm(self, report: Report, wanted: Alert, found: Alarm, before: date | None) -> int:
        now, facts = self._clock(), _encode(found).decode()
        key, first, last = found.key, str(found.first), str(found.day)
        bare = Run("", report.id, wanted.on, key, first, last, "", "", facts, now, "")
        said = self._teller.alarm(report, found)
        made = [
            self._addressed(bare._replace(id=run_id(report.id, key, to.name)), to, said.text, report.language)
            for to in wanted.to or report.to
        ]
        new: int = await self._store.run(lambda: runs.begin_alarm(made, before, now), "inbox")
        log.info("alert_begun", report=report.id, way=wanted.on, receivers=new)
        return new

    async def _made(self, bare: Run, to: Receiver, facts: Facts | None) -> tuple[Run, Event | None]:
        if facts is None or not to.channel:
            return self._addressed(bare, to, "", "")
        return self._addressed(bare, to, await self._text(bare.id, facts), facts.language)

    def _addressed(self, bare: Run, to: Receiver, text: str, language: str) -> tuple[Run, Event | None]:
        """A run, and for a chat the event that sends it."""
        if not to.channel:
            return bare._replace(receiver=to.name, state="queued"), None
        address = Address(to.channel, to.chat, to.account)
        inbound = Inbound(bare.id, self._clock(), address, Bulletin(text, language))
        event = Event(to.channel, bare.id, address.lane, _encode(inbound).decode())
        return bare._replace(receiver=to.name, channel=to.channel, state="handed"), event

    async def _text(self, key: str, facts: Facts) -> str:
        said: Letter = letter(facts)
        text = said.text
        if self._hosting is not None:
            with suppress(Undrawable):  # the text says the same
                file = File(f"{facts.first}-{facts.last}.pdf", "application/pdf", await self._teller.pdf(facts))
                link = await self._hosting.link(file, f"{key}/pdf")
                text += "\n\n" + REPORT[facts.language]["pdf"].format(link=link)
        return text


def run_id(report: str, period: str, receiver: str) -> str:
    """What names one report, or alert, for one receiver for ever, and the message with it."""
    whole = f"{report}\0{period}\0{receiver}"
    return f"report:{hashlib.sha256(whole.encode()).hexdigest()[:32]}"


def _chats(to: Any) -> list[bool]:
    return [bool(each.channel) for each in to]
