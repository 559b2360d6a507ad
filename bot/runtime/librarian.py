"""The librarian: publishes versions of flows, goes back to earlier ones, and keeps the library as it is published."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import cast

import structlog

from bot.errors import StoreUnavailable
from bot.versions import ANY, FILE, PUBLISHED, ROLLED_BACK, Archive, NoVersion, Publication, Version
from flows.library import Library
from flows.loader import check
from flows.model import Flow
from flows.problems import FlowProblems, did_you_mean

log = structlog.get_logger()

POLL = 1.0  # s; the floor for news that do not reach us
LONGEST_NOTE, LONGEST_NAME = 500, 100  # characters


class Librarian:
    """What is published, in this process: new conversations begin with the latest version of their flow."""

    def __init__(
        self, archive: Archive, library: Library, clock: Callable[[], int], desks: Collection[str] | None = None
    ) -> None:
        """`clock` gives epoch ms; `desks` are those that a flow may name, None: any."""
        self.archive = archive
        self._library = library
        self._clock = clock
        self._desks = desks
        self._current: dict[str, Version] = {}
        self._lost: set[str] = set()  # revisions that cannot be read, told once

    @property
    def current(self) -> Mapping[str, Version]:
        """The current version of every flow, by its id, as of the last look."""
        return self._current

    def keep(self, flow: Flow, text: str | bytes) -> None:
        """Know this flow, so that it need not be read again if it is published."""
        self._library.keep(flow, text)

    async def run(self) -> None:
        """Hear of what other processes publish, until cancelled."""
        while True:
            try:
                await self.archive.wait("flows", POLL)
                await self.refresh()
            except StoreUnavailable:
                await asyncio.sleep(POLL)

    async def refresh(self) -> None:
        """Let new conversations begin with what is published now. Raises StoreUnavailable."""
        for row in await self.archive.current_versions():
            version = Version(**row)
            known = self._current.get(version.flow)
            if version != known and (known is None or version.n > known.n):
                await self._begin_with(version)

    async def _begin_with(self, version: Version) -> None:
        flow = self._library.revision(version.revision) or await self._revived(version)
        if flow is None:
            return
        if version.flow in self._current:
            log.info("flow_version", flow=version.flow, version=version.n, revision=version.revision, kind=version.kind)
        self._current[version.flow] = version
        self._library.begin_with(flow)

    async def _revived(self, version: Version) -> Flow | None:
        source = await self.archive.revision(version.revision)
        try:
            return self._library.add_source(source or "", version.revision)
        except FlowProblems:  # kept by a release that knows more than this one
            if version.revision not in self._lost:
                log.warning("flow_revision_lost", flow=version.flow, version=version.n, revision=version.revision)
                self._lost.add(version.revision)
            return None

    async def versions(self, flow: str) -> Sequence[Version]:
        """All versions of a flow, newest first. Raises NoVersion if there is none, and StoreUnavailable."""
        found = [Version(**row) for row in await self.archive.versions(flow)]
        if not found:
            hint = did_you_mean(flow, self._current)
            raise NoVersion(f"No version of {flow!r} has been published" + (f"; {hint}" if hint else "."))
        return found

    async def publish(
        self, text: str | bytes, file: str, author: str, note: str = "", *, based_on: int = ANY, actor: str = ""
    ) -> tuple[Version, bool]:
        """Publish this source, unless it is what runs already; the flow's version now, and whether it is a new one.

        Raises FlowProblems with everything that is wrong with it (`file` is how they call it), Outdated if the flow has
        another version than `based_on`, and StoreUnavailable. `actor` as in Publication.
        """
        flow = self._checked(text, file)
        await self.refresh()
        now = self._current.get(flow.id)
        if now and now.revision == flow.revision and based_on in (ANY, now.n):
            return now, False
        return cast("Version", await self._add(flow, PUBLISHED, author, note, based_on=based_on, actor=actor)), True

    async def publish_file(
        self,
        text: str | bytes,
        file: str,
        author: str,
        note: str,
        *,
        once: bool,
        based_on: int = ANY,
        actor: str = "",
    ) -> tuple[Version, bool]:
        """The same with what the flow's own file says; `once`: unless that was taken from the file before."""
        flow = self._checked(text, file)
        version = await self._add(flow, FILE, author, note, based_on=based_on, once=once, actor=actor)
        return version or self._current[flow.id], version is not None

    async def roll_back(
        self, flow: str, author: str, note: str = "", *, to: int | None = None, based_on: int = ANY, actor: str = ""
    ) -> Version:
        """Begin new conversations with an earlier version again: `to`, or the one before what runs now.

        Raises NoVersion, Outdated if somebody publishes meanwhile, and StoreUnavailable.
        """
        versions = await self.versions(flow)
        wanted = before(versions) if to is None else next((each for each in versions if each.n == to), None)
        if wanted is None:
            raise NoVersion(
                f"{flow!r} has no version {to}." if to else f"{flow!r} has no earlier version to go back to."
            )
        if wanted.revision == versions[0].revision:
            raise NoVersion(f"{flow!r} is at version {versions[0].n}, which is the same as version {wanted.n}.")
        source = await self.archive.revision(wanted.revision)
        revived = self._library.revision(wanted.revision) or self._library.add_source(source or "", wanted.revision)
        note = note or f"back to version {wanted.n}"
        based_on = versions[0].n if based_on == ANY else based_on
        version = await self._add(
            revived, ROLLED_BACK, author, note, based_on=based_on, source=source or "", actor=actor
        )
        return cast("Version", version)

    def _checked(self, text: str | bytes, file: str) -> Flow:
        checked = check(text, file, self._desks)
        if checked.flow is None:
            raise FlowProblems(checked.problems)
        self._library.keep(checked.flow, text)
        return checked.flow

    async def _add(
        self,
        flow: Flow,
        kind: str,
        author: str,
        note: str,
        *,
        based_on: int,
        once: bool = False,
        source: str = "",
        actor: str = "",
    ) -> Version | None:
        source = source or self._library.source(flow.revision)
        author, note, now = _line(author, LONGEST_NAME), _line(note, LONGEST_NOTE), self._clock()
        wanted = Publication(flow.id, flow.revision, source, kind, author, note, now, based_on, once, actor)
        n = await self.archive.publish(wanted)
        await self.refresh()
        return Version(flow.id, n, flow.revision, kind, author, note, now) if n else None


def before(versions: Sequence[Version]) -> Version | None:
    """What ran before the current content did, if anything. `versions` are a flow's, newest first.

    Whoever goes back twice gets further back, and not to where they came from.
    """
    current = versions[0]
    at = 0
    if current.kind == ROLLED_BACK:
        same = (i for i, each in enumerate(versions) if each.revision == current.revision and each.kind != ROLLED_BACK)
        at = next(same, 0)
    return next((each for each in versions[at:] if each.revision != current.revision), None)


def _line(text: str, most: int) -> str:
    """One line that every database and terminal takes."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:most]
