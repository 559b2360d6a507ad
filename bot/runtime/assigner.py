"""The assigner: gives new cases to agents, at desks that do not leave it to them."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any, cast

import msgspec
import structlog
from msgspec import Struct

from bot.cases.assignment import choose
from bot.cases.desks import AUTO, Desk, Desks
from bot.errors import Conflict, StoreUnavailable
from bot.messages import TEST, Address, FromDesk, Inbound, Said
from bot.ports import Reading, Store
from bot.runtime.intake import Intake

log = structlog.get_logger()

FLOOR = 30.0  # s between looks without news
BREATH = 1.0  # s at least between looks: news come by the hundred
MOST = 1_000  # cases of a desk that are looked at

Row = dict[str, Any]
_WORK = frozenset(("open", "claimed", "waiting"))


class _Claimed(Struct):
    """What of a case's state says whether it ever had an owner."""

    claimed_at: int = 0


_claimed = msgspec.json.Decoder(_Claimed).decode


def _waits(row: Row) -> bool:
    """Whether somebody has to get it: nobody is given a case that only tries a survey out."""
    return not row["owner"] and row["basis"] != TEST


class Assigner:
    """One per process. Several do no harm: what they say about a case at the same moment is said once."""

    def __init__(self, store: Store, intake: Intake, desks: Desks, clock: Callable[[], int]) -> None:
        """`store` can also be read (`bot.ports.Reading`)."""
        self._store = store
        self._reading = cast("Reading", store)
        self._intake = intake
        self._clock = clock
        self._desks = [desk for desk in desks.desks.values() if desk.assign]
        self._seen: dict[str, dict[str, tuple[int, str]]] = {}  # desk → case → version looked at, and who gets it

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            try:
                await self.look()
            except (StoreUnavailable, Conflict) as error:
                log.warning("assigner_waits", error=str(error))
            await asyncio.sleep(BREATH)
            await self._store.wait("outbox", FLOOR)

    async def look(self) -> int:
        """Give away what is new; how many cases."""
        return sum([await self._at(desk) for desk in self._desks])

    async def _at(self, desk: Desk) -> int:
        unowned = [row for row in await self._reading.cases(desk.name, ("open",), MOST) if _waits(row)]
        before = self._seen.get(desk.name, {})
        seen = self._seen[desk.name] = {row["id"]: before[row["id"]] for row in unowned if row["id"] in before}
        new = [row for row in reversed(unowned) if seen.get(row["id"], (0, ""))[0] != row["version"]]
        if not new:
            return 0
        owners = [
            (row, row["owner"] or seen.get(row["id"], (0, ""))[1])
            for row in await self._reading.cases(desk.name, (), MOST)
        ]
        owners = [(row, owner) for row, owner in owners if row["basis"] != TEST]
        loads = Counter(owner for row, owner in owners if row["phase"] in _WORK)
        latest = next((owner for _, owner in owners if owner), "")
        given = 0
        for row in new:
            name = choose(desk, loads, latest)
            if not name:
                break
            seen[row["id"]] = row["version"], ""
            if await self._had_an_owner(row):
                continue
            await self._give(row, name)
            seen[row["id"]] = row["version"], name
            loads[name] += 1
            latest, given = name, given + 1
        return given

    async def _had_an_owner(self, row: Row) -> bool:
        """Whether somebody has put it back into the queue: from there people take it."""
        case = await self._reading.case(row["id"])
        return case is not None and _claimed(case["state"]).claimed_at > 0

    async def _give(self, row: Row, name: str) -> None:
        event = f"{AUTO}:{row['id']}:{row['version']}"
        act = FromDesk(row["id"], AUTO, AUTO, Said(name))
        await self._intake.accept([Inbound(event, self._clock(), Address.of_lane(row["lane"]), act)])
