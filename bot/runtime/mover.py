"""The mover: running conversations of a flow on to another version, lane by lane through the same inbox."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, NamedTuple, Protocol

import msgspec

from bot.engine.state import Session
from bot.engine.switching import obstacle
from bot.messages import Address, Inbound, Switch
from bot.runtime.intake import Intake
from flows.library import Library
from flows.model import Flow
from flows.problems import FlowProblems

PORTION = 1000  # conversations that are looked at, and put into the inbox, at a time

_session = msgspec.json.Decoder(Session).decode


class Reading(Protocol):
    """What the mover reads."""

    async def flow_revisions(self, flow: str) -> list[str]:
        """The revisions of a flow whose sources are kept."""
        ...

    async def running_sessions(self, revision: str, after: str, limit: int) -> list[dict[str, Any]]:
        """Running sessions on a revision behind the id `after`, by id: id, lane, state."""
        ...

    async def revision(self, revision: str) -> str | None:
        """The source of a flow revision."""
        ...


class Moving(NamedTuple):
    """How many conversations go on with the version, and how many stay, by what is in the way (`Obstacle` | lost)."""

    moving: int
    staying: Mapping[str, int]


class Mover:
    """Looks at every running conversation of a flow that is on another revision than the wanted one."""

    def __init__(self, reading: Reading, library: Library, intake: Intake, clock: Callable[[], int]) -> None:
        """`clock` gives epoch ms."""
        self._reading = reading
        self._library = library
        self._intake = intake
        self._clock = clock

    async def move(self, flow: str, revision: str, *, dry_run: bool = False) -> Moving:
        """Let all that can go on with this revision do so; with `dry_run` only say what would become of them.

        Each decides again when its turn comes: an answer may have arrived before. Doing it twice has no other effect.
        Raises StoreUnavailable; what has been put into the inbox by then is there.
        """
        new = await self._flow(revision)
        moving, staying = 0, Counter[str]()
        async for old, rows in self._portions(flow, revision):
            events = []
            for row in rows:
                session, now = _session(row["state"]), self._clock()
                why = obstacle(old, new, session, now) if old and new else "lost"
                if why:
                    staying[why] += 1
                else:
                    name = f"switch:{session.id}:{session.turn}:{revision[:12]}"
                    events.append(Inbound(name, now, Address.of_lane(row["lane"]), Switch(session.id, revision)))
            moving += len(events)
            if events and not dry_run:
                await self._intake.accept(events)
        return Moving(moving, dict(staying))

    async def _portions(self, flow: str, revision: str) -> AsyncIterator[tuple[Flow | None, list[dict[str, Any]]]]:
        for each in await self._reading.flow_revisions(flow):
            after = ""
            while each != revision and (rows := await self._reading.running_sessions(each, after, PORTION)):
                yield await self._flow(each), rows
                after = rows[-1]["id"]

    async def _flow(self, revision: str) -> Flow | None:
        known = self._library.revision(revision)
        if known is not None:
            return known
        try:
            return self._library.add_source(await self._reading.revision(revision) or "", revision)
        except FlowProblems:
            return None
