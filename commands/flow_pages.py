"""The pages of surveys over the running parts: what there is, what changed, drafts checked and played."""

import asyncio
import difflib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from bot.versions import NoVersion
from commands.flow_drafts import StoredDrafts
from commands.flow_preview import played
from commands.versions import NOW, Publishing, differences
from flows.library import Library
from flows.loader import check, revive
from flows.model import Flow
from flows.problems import FlowProblems, Problem
from storage.talks import under_way
from web.flow_parts import Compared, Listed, Look, Phone, Talk
from web.flow_shapes import FlowHistory, FlowProblem, FlowPublication, FlowPublished, FlowRollback
from web.flows import problem

T = TypeVar("T")
AT_ONCE = 2  # drafts that are worked on: each keeps one of two cores busy for as long as it takes
MOST_PAIRS = 250_000  # lines × lines that are compared one by one; more are shown as replaced
AROUND = 3  # lines around a change
BRAND = "brand"


class StoredFlows:
    """web.flow_parts.FlowPages."""

    def __init__(
        self,
        publishing: Publishing,
        store: Any,
        library: Library,
        desks: Collection[str] | None,
        ours: Mapping[str, str],
        drafts: StoredDrafts,
    ) -> None:
        """`desks` are those that a flow may name, None: any; `ours` are values of variables from the settings."""
        self._publishing = publishing
        self._store = store
        self._library = library
        self._desks = desks
        self._ours = ours
        self.drafts = drafts
        self._hands = asyncio.Semaphore(AT_ONCE)

    async def listed(self) -> tuple[Sequence[Listed], Sequence[FlowProblem]]:
        """See web.flow_parts.FlowPages."""
        page, running = await self._publishing.page(), await self._store.read(under_way)
        counts: dict[str, int] = {}
        for (flow, _), count in running.items():
            counts[flow] = counts.get(flow, 0) + count
        known = {each.id: each for each in self._library.flows}
        found = []
        for each in page.flows:
            flow = known.get(each.id) or await self._draft(each.id)
            title, brand = (flow.title, brand_of(flow)) if flow else ("", "")
            found.append(Listed(each.id, title, brand, each.version, counts.get(each.id, 0), each.draft))
        return found, page.problems

    async def _draft(self, flow: str) -> Flow | None:
        try:
            return (await self._publishing.flow(flow, "file"))[1]
        except (FlowProblems, NoVersion):
            return None

    async def one(self, flow: str) -> Listed | None:
        """See web.flow_parts.FlowPages."""
        return next((each for each in (await self.listed())[0] if each.id == flow), None)

    async def history(self, flow: str) -> FlowHistory:
        """See web.flow_parts.FlowPages."""
        try:
            return await self._publishing.history(flow)
        except NoVersion:
            return FlowHistory(flow, [])

    async def source(self, flow: str, which: str) -> str:
        """See web.flow_parts.FlowPages."""
        return (await self._publishing.written(flow, which))[1]

    async def compare(self, flow: str, old: str, new: str) -> Compared:
        """See web.flow_parts.FlowPages."""
        before, after = await self._publishing.written(flow, old), await self._publishing.written(flow, new)
        return await self._apart(lambda: compared(flow, before, after))

    async def apart(self, old: str, new: str) -> Sequence[tuple[str, str]]:
        """See web.flow_parts.FlowPages."""
        return await self._apart(lambda: list(lines(old, new)))

    async def look(self, flow: str, source: str) -> Look:
        """See web.flow_parts.FlowPages."""
        try:
            before = await self._publishing.written(flow, NOW)
        except NoVersion:
            before = ("", "")
        return await self._apart(lambda: self._looked(flow, source, before))

    def _looked(self, flow: str, source: str, before: tuple[str, str]) -> Look:
        checked = check(source, f"{flow}.yaml", self._desks)
        problems = list(checked.problems)
        draft = checked.flow
        if draft is not None and draft.id != flow:
            message = f"this is the flow '{draft.id}', not '{flow}'"
            problems.append(Problem(f"{flow}.yaml", *checked.flow_at, "other-flow", message, f"write `id: {flow}`"))
        shown = [problem(each) for each in problems]
        if draft is None:
            return Look(shown)
        change = compared(flow, before, ("", source)) if before[0] else None
        return Look(shown, draft.id == flow, brand_of(draft), draft.languages, list(draft.shares), change)

    async def play(self, source: str, talk: Talk) -> Phone | None:
        """See web.flow_parts.FlowPages."""

        def playing() -> Phone | None:
            flow = check(source, "draft.yaml", self._desks).flow
            return played(flow, talk, self._ours) if flow else None

        return await self._apart(playing)

    async def publish(self, flow: str, wanted: FlowPublication, author: str, actor: str) -> FlowPublished:
        """See web.flow_parts.FlowPages."""
        return await self._publishing.publish(flow, wanted, author, actor)

    async def roll_back(self, flow: str, wanted: FlowRollback, author: str, actor: str) -> FlowPublished:
        """See web.flow_parts.FlowPages."""
        return await self._publishing.roll_back(flow, wanted, author, actor)

    async def _apart(self, work: Callable[[], T]) -> T:
        """Do it beside the event loop, and not for everybody at once."""
        async with self._hands:
            return await asyncio.to_thread(work)


def brand_of(flow: Flow) -> str:
    """The brand whose survey this is: what its variable `brand` says in every language by default; "" for none."""
    variable = flow.variables.get(BRAND)
    values = {variable.value(each) or "" for each in flow.languages} if variable else {""}
    return values.pop() if len(values) == 1 else ""


def compared(flow: str, old: tuple[str, str], new: tuple[str, str]) -> Compared:
    """From one YAML to another; each with what it is called."""
    found = differences(old[0], revive(old[1], flow), new[0], revive(new[1], flow))
    return Compared(found.old, found.new, found.changes, list(lines(old[1], new[1])))


def lines(old: str, new: str) -> Iterator[tuple[str, str]]:
    """What changed, with a few lines around it. Comparing takes time that grows with the square, so it has a limit."""
    before, after = old.splitlines(), new.splitlines()
    same = 0
    while same < min(len(before), len(after)) and before[same] == after[same]:
        same += 1
    rest = min(len(before), len(after)) - same
    end = 0
    while end < rest and before[-1 - end] == after[-1 - end]:
        end += 1
    if not before[same : len(before) - end] and not after[same : len(after) - end]:
        return
    first = max(0, same - AROUND)
    last = max(0, end - AROUND)
    before, after = before[first : len(before) - last], after[first : len(after) - last]
    if len(before) * len(after) > MOST_PAIRS:
        yield "@", f"-{first + 1},{len(before)} +{first + 1},{len(after)}"
        yield from (("-", text) for text in before)
        yield from (("+", text) for text in after)
        return
    for group in difflib.SequenceMatcher(None, before, after).get_grouped_opcodes(AROUND):
        (_, a, _, c, _), (_, _, b, _, d) = group[0], group[-1]
        yield "@", f"-{first + a + 1},{b - a} +{first + c + 1},{d - c}"
        for kind, i1, i2, j1, j2 in group:
            if kind == "equal":
                yield from ((" ", text) for text in before[i1:i2])
            else:
                yield from (("-", text) for text in before[i1:i2])
                yield from (("+", text) for text in after[j1:j2])
