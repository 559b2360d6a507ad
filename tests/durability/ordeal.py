"""Kill -9: conversations go on while the server is killed again and again, and then everything is counted."""

import asyncio
import contextlib
import random
import sqlite3
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
from msgspec import Struct, field

from storage.schema import sqlite_path
from tests.durability import invariants
from tests.durability.customers import API_KEY, Town
from tests.durability.invariants import Broken, broken
from tests.durability.processes import Server, provider, server
from tests.durability.provider import ACCOUNT, NUMBER, TOKEN
from web.keys import digest

AT_ONCE = 48  # conversations
DEEDS = 8  # requests that a server takes at most before it is killed …
MOMENT = 0.05  # … at most so many seconds later
IDLE = 0.5  # seconds that it lives at most when nobody wants anything
STILL_BORN = 0.1  # of all servers are killed before they are ready
DRAIN = 90.0  # seconds after which unfinished work counts as lost
_OPEN = (
    "SELECT (SELECT count(*) FROM inbox WHERE state = 'new')"
    " + (SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending', 'reconciling'))"
)


class Ordeal(Struct):
    """How a run is set up, and its figures."""

    url: str  # of the database
    folder: Path
    seed: int
    kills: int
    lag: float = 0.02  # seconds within which the provider takes a message
    punctual: bool = True  # a look-up sees all that arrived before it
    settle: str = "150ms"
    sabotage: str = ""
    ready: list[float] = field(default_factory=list)  # seconds from start to ready
    figures: dict[str, int] = field(default_factory=dict)

    async def run(self) -> None:
        """Kill, drain, count. Raises Broken."""
        async with (
            provider(self.seed, self.lag, self.folder, punctual=self.punctual) as network,
            server(self._settings(network), self.folder, self.sabotage) as victim,
            _town(victim.url, self.seed, network) as (town, session),
        ):
            await self._kill(victim, town, session)
            amid = len(town.acked)
            await victim.start()
            await _is_ready(session, victim.url)
            town.alive.set()
            await self._drain(town, network)
            await victim.stop()
            await town.look(network)
        found = await invariants.tables(self.url)
        path = sqlite_path(self.url)
        if path:
            invariants.intact(path)
        self.figures = {
            "kills": self.kills,
            "acknowledged": len(town.acked),
            "of these between kills": amid,
            "requests": town.attempts,
            "sent": len(town.taken),
            "looked up": sum(row["unknown_since"] > 0 or row["attempts"] > 1 for row in found["outbox"]),
        }
        invariants.check(found, town.acked, town.taken)
        _answers_are_what_people_said(found, town)

    def _settings(self, network: str) -> dict[str, Any]:
        sms = {
            "kind": "twilio", "account_sid": ACCOUNT, "auth_token": TOKEN, "from": NUMBER, "api_url": network,
            "settle": self.settle, "timeout": "700ms", "gather": "0s", "auto_replies": False,
        }  # fmt: skip
        key = {"name": "tests", "sha256": digest(API_KEY), "scopes": ["invite"]}
        return {"database_url": self.url, "home": str(self.folder), "channels": {"sms": sms}, "api_keys": [key]}

    async def _kill(self, victim: Server, town: Town, session: aiohttp.ClientSession) -> None:
        dice = random.Random(self.seed)
        for _ in range(self.kills):
            while town.busy < AT_ONCE and len(town.customers) < self.kills * 3:
                town.invite()
            await victim.start()
            if dice.random() < STILL_BORN:
                await asyncio.sleep(dice.uniform(0, 0.05))
            else:
                self.ready.append(await _is_ready(session, victim.url))
                town.alive.set()
                await _lives(town, dice)
            await victim.kill()
            town.alive.clear()

    async def _drain(self, town: Town, network: str) -> None:
        """Until nothing is left to do, or for ever is over: what is missing then shows in the count."""
        deadline = time.monotonic() + DRAIN
        while time.monotonic() < deadline:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(town.settle(), 1)
            if not town.busy and not await _open_work(self.url):
                await town.look(network)
                return
            await asyncio.sleep(0.05)
            if (self.sabotage or not self.punctual) and not await _open_work(self.url):
                return  # what a damaged server has lost does not come back


@contextlib.asynccontextmanager
async def _town(url: str, seed: int, network: str) -> AsyncIterator[tuple[Town, aiohttp.ClientSession]]:
    timeout = aiohttp.ClientTimeout(total=10)
    async with aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0)) as session:
        town = Town(session, url, seed)
        watching = asyncio.create_task(town.watch(network))
        try:
            yield town, session
        finally:
            watching.cancel()
            town.close()
            await asyncio.gather(watching, return_exceptions=True)


async def _lives(town: Town, dice: random.Random) -> None:
    """Let the server do something: how much does not depend on how busy the machine is."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(town.has_answers(town.answers + dice.randrange(DEEDS)), IDLE)
    await asyncio.sleep(dice.uniform(0, MOMENT))


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


async def _open_work(url: str) -> int:
    path = sqlite_path(url)
    if path:
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            return int(connection.execute(_OPEN).fetchone()[0])
    connection = await asyncpg.connect(url)
    try:
        return int(await connection.fetchval(_OPEN))
    finally:
        await connection.close()


def _answers_are_what_people_said(found: invariants.Tables, town: Town) -> None:
    """Everybody's score and reason are there, once, as they said them; everybody was asked, asked why and thanked."""
    scores = {row["lane"]: row["value"] for row in found["answer"] if row["type"] == "nps"}
    reasons = {row["lane"]: row["text"] for row in found["answer"] if row["type"] == "text"}
    stopped = {row["lane"] for row in found["address"] if row["opted_out_at"]}
    people = {f"sms:{customer.number}": customer for customer in town.customers.values()}
    answering = {lane: customer for lane, customer in people.items() if customer.habit == "answers"}
    lost = [lane for lane, who in answering.items() if (scores.get(lane), reasons.get(lane)) != (who.score, who.reason)]
    broken("P1", "people's answers are missing or wrong", lost)
    broken("P8", "people said STOP and were not heard", set(people) - set(answering) - stopped)
    broken("P2", "people answered who did not", (scores.keys() | reasons.keys()) - answering.keys())
    broken("P4", "people were not sent all messages", [who for who in people.values() if not who.done])
    broken("P2", "people were sent too much", [who for who in answering.values() if len(who.heard) != 3])
