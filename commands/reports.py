"""The reports of a folder, as they are now: read at the start and whenever a file is saved."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import structlog

from flows.library import read_folders
from flows.problems import Problem
from insights.dimensions import FIXED
from insights.reports.plan import Known, Report, check_all
from settings import Settings

log = structlog.get_logger("reports")


def folder_of(settings: Settings) -> Path | None:
    """Where the reports are, if the settings say so."""
    return settings.home / settings.reports_dir if settings.reports_dir else None


def known_to(settings: Settings) -> Known:
    """What reports may name here."""
    dimensions = tuple(name for name in (*FIXED, *settings.insights.dimensions) if name != "variant")
    return Known(frozenset(settings.channels), dimensions, None, settings.mail is not None)


class Reports:
    """What other parts ask for the reports. A file that is broken goes on as it was before."""

    def __init__(self, settings: Settings) -> None:
        """Reads the folder, if the settings have one."""
        self.folder = folder_of(settings)
        self.known = known_to(settings)
        self._by_file: Mapping[str, Report] = {}
        self.problems: Sequence[Problem] = ()
        self._take()

    @property
    def current(self) -> tuple[Report, ...]:
        """All of them."""
        return tuple(self._by_file.values())

    def get(self, name: str) -> Report | None:
        """The report with this id."""
        return next((each for each in self.current if each.id == name), None)

    async def look(self) -> None:
        """Read the folder again."""
        await asyncio.to_thread(self._take)

    def _take(self) -> None:
        if self.folder is None:
            return
        files = [(each.file, each.text) for each in read_folders([self.folder])]
        good, problems = check_all(files, self.known)
        found: dict[str, Report] = {}
        for file, _ in files:
            report = good.get(file) or self._by_file.get(file)
            if report is not None and report.id not in {each.id for each in found.values()}:
                found[file] = report
        _tell(problems)
        self.problems = tuple(problems)
        if found != self._by_file:
            log.info("reports_taken", reports=sorted(each.id for each in found.values()))
        self._by_file = found


def _tell(problems: Iterable[Problem]) -> None:
    for each in problems:
        log.warning("report_broken" if each.severity == "error" else "report_odd", reason=str(each))
