"""Kill -9: conversations go on while the server is killed again and again, and then everything is counted."""

import asyncio
import contextlib
import random
import sqlite3
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, ClassVar

import aiohttp
import asyncpg
from msgspec import Struct, field

from storage.schema import sqlite_path
from tests.durability import census, invariants
from tests.durability.customers import API_KEY, Town
from tests.durability.invariants import Broken
from tests.durability.networks import CHANNELS, configured
from tests.durability.processes import Server, provider, server
from web.keys import digest

MOMENT = 0.05  # seconds at most after its last deed in which a server is killed
IDLE = 0.5  # seconds that it lives at most when nobody wants anything
STILL_BORN = 0.1  # of all servers are killed before they are ready
DRAIN = 90.0  # seconds after which unfinished work counts as lost
SPOILT = 20.0  # seconds after which a damaged server is not waited for
_OPEN = (
    "SELECT (SELECT count(*) FROM inbox WHERE state = 'new')"
    " + (SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending', 'reconciling'))"
)


class Ordeal(Struct):
    """How a run is set up, and its figures."""

    providers: ClassVar[str] = "provider"  # program of this folder
    town: ClassVar[type[Town]] = Town
    at_once: ClassVar[int] = 48  # conversations
    deeds: ClassVar[int] = 8  # requests that a server takes at most before it is killed …

    url: str  # of the database
    folder: Path
    seed: int
    kills: int
    lag: float = 0.02  # seconds within which the provider takes a message
    punctual: bool = True  # a look-up sees all that arrived before it
    settle: str = "150ms"
    sabotage: str = ""
    channels: tuple[str, ...] = CHANNELS
    ready: list[float] = field(default_factory=list)  # seconds from start to ready
    figures: dict[str, int] = field(default_factory=dict)

    async def run(self) -> None:
        """Kill, drain, count. Raises Broken."""
        async with (
            provider(self.seed, self.lag, self.folder, punctual=self.punctual, name=self.providers) as network,
            server(await self.settings(network), self.folder, self.sabotage) as victim,
            _town(self, victim.url, network) as (town, session),
        ):
            await self._kill(victim, town, session)
            amid = len(town.acked)
            await victim.start()
            await _is_ready(session, victim.url)
            town.alive.set()
            await self._drain(town)
            await victim.stop()
            await town.look()
            at_last = await self.at_last(town)
        found = await invariants.tables(self.url)
        path = sqlite_path(self.url)
        if path:
            invariants.intact(path)
        self.judge(found, town, at_last, amid)

    async def at_last(self, town: Any) -> Any:
        """What is to be seen at the providers beside what they took: messages that have been changed."""
        return await town.marked()

    def judge(self, found: invariants.Tables, town: Any, at_last: Any, amid: int) -> None:
        """Count; `amid` is how much was acknowledged between the kills. Raises Broken."""
        taken = census.keyed(found, [message for messages in town.taken.values() for message in messages])
        self.figures = census.figures(found, town, taken) | {"kills": self.kills, "acknowledged between kills": amid}
        invariants.check(found, town.acked, taken)
        census.check(found, town, at_last, self.kills)

    async def settings(self, network: str) -> dict[str, Any]:
        """The server's, for providers at `network`."""
        key = {"name": "tests", "sha256": digest(API_KEY), "scopes": ["invite"]}
        channels = configured(network, self.settle, self.channels)
        return {"database_url": self.url, "home": str(self.folder), "channels": channels, "api_keys": [key]}

    async def _kill(self, victim: Server, town: Town, session: aiohttp.ClientSession) -> None:
        dice = random.Random(self.seed)
        for _ in range(self.kills):
            if town.busy >= self.at_once:
                await self._excuse(town)
            while town.busy < self.at_once and len(town.customers) < self.kills * 3:
                town.invite()
            await victim.start()
            if dice.random() < STILL_BORN:
                await asyncio.sleep(dice.uniform(0, 0.05))
            else:
                self.ready.append(await _is_ready(session, victim.url))
                town.alive.set()
                await self._lives(town, dice)
            await victim.kill()
            town.alive.clear()

    async def _lives(self, town: Town, dice: random.Random) -> None:
        """Let the server do something: how much does not depend on how busy the machine is."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(town.has_answers(town.answers + dice.randrange(self.deeds)), IDLE)
        await asyncio.sleep(dice.uniform(0, MOMENT))

    async def _excuse(self, town: Town) -> None:
        """Whoever a message in doubt for ever was for may have nothing to answer."""
        lanes = set(await _fetch(self.url, "SELECT lane FROM outbox WHERE state = 'unknown' AND kind <> 'agent'"))
        for customer in town.customers.values():
            customer.stuck = customer.lane in lanes  # a press can end it

    async def _drain(self, town: Town) -> None:
        """Until nothing is left to do, or for ever is over: what is missing then shows in the count."""
        deadline = time.monotonic() + (SPOILT if self.sabotage else DRAIN)
        while time.monotonic() < deadline:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(town.settle(), 1)
            await self._excuse(town)
            open_work = (await _fetch(self.url, _OPEN))[0]
            if not town.busy and not open_work:
                await town.look()
                return
            await asyncio.sleep(0.05)
            if (self.sabotage or not self.punctual) and not open_work:
                return  # what a damaged server has lost does not come back


@contextlib.asynccontextmanager
async def _town(ordeal: Ordeal, url: str, network: str) -> AsyncIterator[tuple[Town, aiohttp.ClientSession]]:
    timeout = aiohttp.ClientTimeout(total=10)
    async with aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0)) as session:
        town = ordeal.town(session, url, network, ordeal.seed, ordeal.channels)
        await town.connect()
        watching = asyncio.create_task(town.watch())
        try:
            yield town, session
        finally:
            watching.cancel()
            town.close()
            with contextlib.suppress(asyncio.CancelledError):
                await watching


async def _is_ready(session: aiohttp.ClientSession, url: str) -> float:
    began = time.monotonic()
    while True:
        with contextlib.suppress(aiohttp.ClientError, OSError):
            async with session.get(f"{url}/readyz") as answer:
                if answer.status == 200:
                    return time.monotonic() - began
        if time.monotonic() - began > DRAIN:
            raise Broken("P12: the server does not come back")
        await asyncio.sleep(0.01)


async def _fetch(url: str, select: str) -> list[Any]:
    """The first column of what a query finds."""
    path = sqlite_path(url)
    if path:
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            return [row[0] for row in connection.execute(select)]
    connection = await asyncpg.connect(url)
    try:
        return [row[0] for row in await connection.fetch(select)]
    finally:
        await connection.close()
