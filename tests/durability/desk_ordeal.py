"""Kill -9 in the middle of live conversations: agents and customers talk while the server dies again and again."""

from pathlib import Path
from typing import Any, ClassVar

import aiohttp
from msgspec import field

from bot.cases.desks import Desks
from commands import assemble
from commands.desks import desks
from settings import Settings
from tests.durability import invariants
from tests.durability.customers import Town
from tests.durability.desk_census import Count
from tests.durability.desk_town import DeskTown
from tests.durability.desks import DESKS, GROUPS, settings
from tests.durability.ordeal import Ordeal

FLOWS = Path(__file__).resolve().parents[1] / "live" / "flows"


class DeskOrdeal(Ordeal):
    """How a run is set up, and its figures."""

    providers: ClassVar[str] = "desk_provider"
    town: ClassVar[type[Town]] = DeskTown
    at_once: ClassVar[int] = 16
    deeds: ClassVar[int] = 16

    configured: dict[str, Any] = field(default_factory=dict)

    async def settings(self, network: str) -> dict[str, Any]:
        """See Ordeal."""
        async with aiohttp.ClientSession() as session, session.get(f"{network}/sandbox/telegram/groups") as answer:
            groups = {group["title"]: group["chat"] for group in await answer.json()}
        there = settings({name: groups[name] for name in GROUPS}, DESKS)
        self.configured = await super().settings(network) | {"flows_dir": str(FLOWS), "company": "Echolot"} | there
        return self.configured

    async def at_last(self, town: Any) -> Any:
        """See Ordeal: how the desks look."""
        return await town.at_last()

    def judge(self, found: invariants.Tables, town: Any, at_last: Any, amid: int) -> None:
        """See Ordeal."""
        count = Count(found, town, at_last)
        self.figures = count.figures() | {"kills": self.kills, "acknowledged between kills": amid}
        invariants.check(found, town.acked, count.taken())
        invariants.i11_cases_replay(found, self._desks())
        count.check(self.kills)

    def _desks(self) -> Desks:
        known = Settings(**self.configured)
        return desks(known, assemble.channels(known, ""))
