"""The triggers of a folder, as they are now: read at the start and whenever a file is saved."""

import asyncio
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import structlog

from bot.outreach.triggers import Known, Trigger, check, check_all
from flows.library import Library, read_folders
from flows.problems import Problem
from settings import Settings

log = structlog.get_logger("triggers")

FOLDER = "triggers"
"""Below `outreach_dir`."""


def folder_of(settings: Settings) -> Path | None:
    """Where the triggers are, if the settings say so."""
    return settings.home / settings.outreach_dir / FOLDER if settings.outreach_dir else None


def known_to(settings: Settings, library: Library) -> Known:
    """What triggers may name here."""
    flows = {flow.id: flow for flow in library.flows}
    given = {*settings.variables, *(["company"] if settings.company else [])}
    return Known(flows, frozenset(settings.channels), frozenset(given))


class Triggers:
    """What other parts ask for the triggers. A file that is broken goes on as it was before."""

    def __init__(self, settings: Settings, library: Library) -> None:
        """Reads the folder, if the settings have one. What is in the library they may name."""
        self.folder = folder_of(settings)
        self.current: tuple[Trigger, ...] = ()
        self._known = partial(known_to, settings, library)
        self._by_file: dict[str, Trigger] = {}
        self._take()

    async def look(self) -> None:
        """Read the folder again."""
        await asyncio.to_thread(self._take)

    def _take(self) -> None:
        if self.folder is None:
            return
        files = [(each.file, each.text) for each in read_folders([self.folder])]
        found: dict[str, Trigger] = {}
        for file, text in files:
            # A survey that is not there yet may come later; until then the ledger says what is missing.
            trigger = check(text, file).trigger or self._by_file.get(file)
            if trigger is not None and trigger.id not in {each.id for each in found.values()}:
                found[file] = trigger
        _tell(check_all(files, self._known())[1])
        if found != self._by_file:
            log.info("triggers_taken", triggers=sorted(each.id for each in found.values()))
        self._by_file, self.current = found, tuple(found.values())


def _tell(problems: Iterable[Problem]) -> None:
    for each in problems:
        log.warning("trigger_broken" if each.severity == "error" else "trigger_odd", reason=str(each))
