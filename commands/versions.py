"""Versions of flows as people see them, for the API and the command line: list, history, differences, publishing."""

import asyncio
from collections.abc import Callable

from bot.runtime.drafts import Draft, Found
from bot.runtime.librarian import Librarian
from bot.runtime.mover import Mover
from bot.versions import ANY, History, NoVersion, Outdated, Version
from flows.diff import changes
from flows.loader import check, revive
from flows.model import Flow
from flows.problems import FlowProblems, Problem
from web.flow_shapes import (
    FlowChange,
    FlowDiff,
    FlowHistory,
    FlowMove,
    FlowMoving,
    FlowPage,
    FlowPublication,
    FlowPublished,
    FlowRollback,
    FlowStaying,
    FlowSummary,
    FlowVersion,
)
from web.flows import problem
from web.shapes import iso

FILE, NOW = "file", "published"
"""What can be compared, beside the number of a version."""

Read = Callable[[], Found]


class Versions:
    """What can be known without writing anything."""

    def __init__(self, archive: History, files: Read) -> None:
        """`files` reads the files as they are."""
        self._archive = archive
        self._files = files

    async def page(self) -> FlowPage:
        """All flows, by id."""
        found = await self._read()
        current = {row["flow"]: Version(**row) for row in await self._archive.current_versions()}
        flows = [_summary(each, current.get(each), found.drafts.get(each)) for each in {**current, **found.drafts}]
        return FlowPage(sorted(flows, key=lambda flow: flow.id), [problem(each) for each in found.problems])

    async def history(self, flow: str) -> FlowHistory:
        """The versions of a flow, newest first. Raises NoVersion."""
        return FlowHistory(flow, [shown(each) for each in await self._versions(flow)])

    async def diff(self, flow: str, old: str = NOW, new: str = FILE) -> FlowDiff:
        """What changed; each is a number, `published` or `file`. Raises NoVersion."""
        (before, was), (after, now) = await self.flow(flow, old), await self.flow(flow, new)
        return differences(before, was, after, now)

    async def flow(self, flow: str, which: str) -> tuple[str, Flow]:
        """A flow as it is, or was, and what that is called. Raises NoVersion, and FlowProblems of the file."""
        called, text = await self.written(flow, which)
        return called, revive(text, flow)

    async def written(self, flow: str, which: str) -> tuple[str, str]:
        """The same as YAML."""
        if which == FILE:
            text = (await self._draft(flow)).source.text
            return FILE, text.decode("utf-8-sig") if isinstance(text, bytes) else text
        versions = await self._versions(flow)
        number = str(versions[0].n) if which == NOW else which.removeprefix("v")
        found = next((each for each in versions if str(each.n) == number), None)
        source = await self._archive.revision(found.revision) if found else None
        if found is None or source is None:
            raise NoVersion(f"{flow!r} has no version {which[:40]!r}; write a number, {NOW} or {FILE}.")
        return f"version {found.n}", source

    async def _versions(self, flow: str) -> list[Version]:
        rows = await self._archive.versions(flow)
        if not rows:
            raise NoVersion(f"No version of {flow[:60]!r} has been published.")
        return [Version(**row) for row in rows]

    async def _draft(self, flow: str) -> Draft:
        """What the flow's file says. Raises NoVersion, or FlowProblems if the files have errors."""
        found = await self._read()
        if flow in found.drafts:
            return found.drafts[flow]
        if found.errors:
            raise FlowProblems(found.errors)
        raise NoVersion(f"There is no file with the flow {flow[:60]!r}.")

    async def _read(self) -> Found:
        return await asyncio.to_thread(self._files)


class Publishing(Versions):
    """web.flows.Flows over a store that can be written to."""

    def __init__(self, archive: History, files: Read, librarian: Librarian, mover: Mover | None = None) -> None:
        """Without a `mover` nothing can be moved."""
        super().__init__(archive, files)
        self._librarian = librarian
        self._mover = mover

    async def publish(self, flow: str, wanted: FlowPublication, author: str, actor: str = "") -> FlowPublished:
        """See web.flows.Flows. A source that says what the flow's file says counts as the file.

        `actor` is who the audit trail names; without one, `author`, which is the name of a key.
        """
        actor = actor or author
        source = wanted.source
        draft = await self._draft_of(flow, source) if source else await self._draft(flow)
        if draft is not None and await self._runs(draft):
            return FlowPublished(flow, shown(_at(self._librarian.current[flow], wanted.based_on)), new=False)
        author, based_on = wanted.author or author, _based_on(wanted.based_on)
        if draft is None:
            done = await self._librarian.publish(
                source, f"{flow}.yaml", author, wanted.note, based_on=based_on, actor=actor
            )
        else:
            text, file = draft.source.text, draft.source.file
            done = await self._librarian.publish_file(
                text, file, author, wanted.note, once=False, based_on=based_on, actor=actor
            )
        version, new = done
        return FlowPublished(flow, shown(version), new=new)

    async def roll_back(self, flow: str, wanted: FlowRollback, author: str, actor: str = "") -> FlowPublished:
        """See web.flows.Flows, and `publish`."""
        named, actor, based_on = wanted.author or author, actor or author, _based_on(wanted.based_on)
        back = await self._librarian.roll_back(flow, named, wanted.note, to=wanted.to, based_on=based_on, actor=actor)
        return FlowPublished(flow, shown(back), new=True)

    async def move(self, flow: str, wanted: FlowMove) -> FlowMoving:
        """See web.flows.Flows."""
        versions = await self._versions(flow)
        to = next((each for each in versions if wanted.to in (None, each.n)), None)
        if to is None or self._mover is None:
            raise NoVersion(f"{flow!r} has no version {wanted.to}.")
        found = await self._mover.move(flow, to.revision, dry_run=wanted.dry_run)
        staying = [FlowStaying(why, count) for why, count in sorted(found.staying.items())]
        return FlowMoving(flow, to.n, found.moving, staying)

    async def _runs(self, draft: Draft) -> bool:
        """Whether this is what runs, and the history knows that the file says so."""
        await self._librarian.refresh()
        current = self._librarian.current.get(draft.flow.id)
        taken = {row["flow"]: row["revision"] for row in await self._archive.file_versions()}
        return current is not None and current.revision == taken.get(draft.flow.id) == draft.flow.revision

    async def _draft_of(self, flow: str, source: str) -> Draft | None:
        """The flow's file, if it says what this source says. Raises FlowProblems if the source is another flow's."""
        checked = check(source, f"{flow}.yaml")
        if checked.flow is None:
            return None  # what is wrong with it is told by whoever publishes it
        if checked.flow.id != flow:
            message = f"this is the flow '{checked.flow.id}', not '{flow}'"
            raise FlowProblems([Problem(f"{flow}.yaml", *checked.flow_at, "other-flow", message)])
        draft = (await self._read()).drafts.get(flow)
        return draft if draft and draft.flow.revision == checked.flow.revision else None


def differences(old: str, was: Flow, new: str, now: Flow) -> FlowDiff:
    """What changed from one flow to the other, which are called so."""
    found = [
        FlowChange(each.kind, each.sentence, each.step, each.language, each.before, each.after)
        for each in changes(was, now)
    ]
    return FlowDiff(now.id, old, new, found)


def shown(version: Version) -> FlowVersion:
    """A version as people see it."""
    return FlowVersion(version.n, version.revision, version.kind, version.author, version.note, iso(version.at))


def _summary(flow: str, current: Version | None, draft: Draft | None) -> FlowSummary:
    version = shown(current) if current else None
    if draft is None:
        return FlowSummary(flow, version, "", "")
    same = current is not None and current.revision == draft.flow.revision
    return FlowSummary(flow, version, draft.source.file, "same" if same else "differs")


def _based_on(given: int | None) -> int:
    return ANY if given is None else given


def _at(current: Version, based_on: int | None) -> Version:
    """The current version, if it is the one that somebody knows of. Raises Outdated."""
    if based_on not in (None, current.n):
        raise Outdated(current.flow, based_on or 0, current.n)
    return current
