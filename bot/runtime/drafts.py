"""Drafts: the files that flows are written in, what is wrong with them, and when they are published by themselves."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import structlog

from bot.runtime.librarian import Librarian
from bot.versions import Archive, Version
from flows.library import SHIPPED, Source, examined, read_folders
from flows.model import Flow
from flows.problems import Problem

log = structlog.get_logger()

OF_THE_SYSTEM = "file"  # the author of a file whose owner has no name here
SHIPPED_NOTE = "comes with Echolot"
SHIPPED_AUTHOR = "Echolot"


class Draft(NamedTuple):
    """What a file says, if nothing is wrong with it."""

    flow: Flow
    source: Source

    @property
    def shipped(self) -> bool:
        """Whether it comes with Echolot."""
        return self.source.group == str(SHIPPED)

    @property
    def name(self) -> str:
        """The file without its folder."""
        return Path(self.source.file).name

    @property
    def author(self) -> str:
        """Who owns the file, as the system calls them."""
        try:
            return Path(self.source.file).owner()
        except (KeyError, OSError, NotImplementedError):
            return OF_THE_SYSTEM


class Found(NamedTuple):
    """What the files say: drafts by the id of their flow, and all problems."""

    drafts: Mapping[str, Draft]
    problems: Sequence[Problem]

    @property
    def errors(self) -> list[Problem]:
        """What keeps files from being published."""
        return [problem for problem in self.problems if problem.severity == "error"]


def read(folders: Sequence[Path], desks: Collection[str] | None) -> Found:
    """The shipped surveys and the files in `folders`, which may replace shipped ones. `desks` as in `check`."""
    drafts: dict[str, Draft] = {}
    problems: list[Problem] = []
    for source, checked in examined(read_folders([SHIPPED, *folders]), desks):
        problems += checked.problems
        if checked.flow is not None:
            drafts[checked.flow.id] = Draft(checked.flow, source)
    return Found(drafts, problems)


class Drafts:
    """The files as they are now, beside what is published."""

    def __init__(
        self,
        folders: Sequence[Path],
        desks: Collection[str] | None,
        librarian: Librarian,
        archive: Archive,
        *,
        by_hand: bool = False,
    ) -> None:
        """`by_hand`: nothing that is saved is published before somebody says so."""
        self.found = Found({}, ())
        self._folders = folders
        self._desks = desks
        self._librarian = librarian
        self._archive = archive
        self._by_hand = by_hand

    async def look(self) -> None:
        """Read the files, and publish what is due. Raises StoreUnavailable; then the next look does it."""
        await self.take(await asyncio.to_thread(self.read))

    def read(self) -> Found:
        """The files as they are now; nothing is published."""
        return read(self._folders, self._desks)

    async def take(self, found: Found) -> None:
        """Publish what is due of this. Raises StoreUnavailable."""
        before, self.found = self.found, found
        _tell(before, found)
        for draft in found.drafts.values():
            self._librarian.keep(draft.flow, draft.source.text)
        await self._librarian.refresh()
        first = not self._librarian.current
        taken = {row["flow"]: Version(**row) for row in await self._archive.file_versions()}
        for draft in found.drafts.values():
            if self._is_due(draft, taken.get(draft.flow.id), first=first):
                about = (SHIPPED_AUTHOR, SHIPPED_NOTE) if draft.shipped else (draft.author, draft.name)
                await self._librarian.publish_file(draft.source.text, draft.source.file, *about, once=True)

    def _is_due(self, draft: Draft, taken: Version | None, *, first: bool) -> bool:
        """Whether a draft is published by itself; `taken` is what came from its flow's file last.

        A shipped survey never replaces somebody's own of the same name, even if that one's file is gone.
        """
        if taken and taken.revision == draft.flow.revision:
            return False
        if draft.shipped:
            ours = taken is not None and taken.note == SHIPPED_NOTE and not self._by_hand
            return ours or draft.flow.id not in self._librarian.current
        return first or not self._by_hand


def _tell(before: Found, now: Found) -> None:
    """What is newly wrong, what is no longer, which files are gone: for whoever reads the log."""
    known = set(before.errors)
    for problem in now.errors:
        if problem not in known:
            where = {"file": problem.file, "line": problem.line, "column": problem.column}
            log.warning("flow_broken", **where, code=problem.code, reason=problem.message)
    for file in sorted({each.file for each in known} - {each.file for each in now.errors}):
        log.info("flow_mended", file=file)
    files = {draft.source.file for draft in now.drafts.values()} | {each.file for each in now.errors}
    for flow, draft in before.drafts.items():
        if draft.source.file not in files and not draft.shipped:
            log.warning("flow_file_gone", flow=flow, file=draft.source.file, reason="its published version stays")
