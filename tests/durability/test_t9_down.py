"""T9: the database goes away under a running server, which refuses, loses nothing, and comes back by itself."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest
from twilio.request_validator import RequestValidator

from bot.messages import Address
from commands import assemble, serve
from sandbox.serving import serving
from sandbox.twilio import Account, TwilioSandbox
from settings import Settings
from storage import migrate
from storage.schema import sqlite_path
from tests import postgres
from tests.durability import invariants
from tests.durability.networks import ACCOUNT, NUMBER, TOKEN
from web.server import Site

PATIENCE = 60  # seconds; nothing is measured against it
OPEN = ("inbox_new", "outbox_open")
ENOUGH = 3  # refusals that have to be seen in each outage


class Life:
    """A server with a provider, and customers who write all the time."""

    def __init__(self, parts: assemble.Parts, site: Site, session: aiohttp.ClientSession) -> None:
        self.parts = parts
        self._url = f"{site.url}/hooks/sms"
        self._session = session
        self._count = 0
        self.acked: set[str] = set()
        self.statuses: list[int] = []

    async def says(self, person: str, text: str, sid: str = "") -> int:
        """One webhook; what it was answered."""
        self._count += 1
        sid = sid or f"SM{self._count:032x}"
        form = {"MessageSid": sid, "AccountSid": ACCOUNT, "From": person, "To": NUMBER, "Body": text, "NumMedia": "0"}
        signature = RequestValidator(TOKEN).compute_signature(self._url, form)
        async with self._session.post(self._url, data=form, headers={"x-twilio-signature": signature}) as answer:
            await answer.read()
        self.statuses.append(answer.status)
        if answer.status == 200:
            self.acked.add(sid)
        return answer.status

    async def until(self, status: int, times: int = 1) -> None:
        """Write until the server has answered so many times with this status."""
        seen, number = 0, 0
        async with asyncio.timeout(PATIENCE):
            while seen < times:
                number += 1
                seen += await self.says(f"+4917{number % 40:09}", "9") == status
                await asyncio.sleep(0.01)

    async def insists(self, person: str, text: str, sid: str) -> None:
        """The same webhook again until it is taken, as providers do."""
        async with asyncio.timeout(PATIENCE):
            while True:
                if await self.says(person, text, sid) == 200:
                    return
                await asyncio.sleep(0.05)

    async def worked_off(self) -> None:
        """Wait until nothing is left to do."""
        async with asyncio.timeout(PATIENCE):
            while True:
                counts = await self.parts.reading.counts()
                if not any(counts.get(name) for name in OPEN):
                    return
                await asyncio.sleep(0.05)


@contextlib.asynccontextmanager
async def a_life(url: str) -> AsyncIterator[Life]:
    """Everything of `run.py serve`, with the sandbox for Twilio."""
    site = Site("127.0.0.1", 0)
    sandbox = TwilioSandbox([Account(ACCOUNT, TOKEN, {NUMBER: ""})])
    async with serving(sandbox) as api, aiohttp.ClientSession() as session:
        sms = {"kind": "twilio", "account_sid": ACCOUNT, "auth_token": TOKEN, "from": NUMBER, "gather": "0s"}
        settings = Settings(database_url=url, channels={"sms": {**sms, "api_url": api, "settle": "200ms"}})
        try:
            async with assemble.parts(settings, site.url) as parts, serve.serving(parts, site):
                yield Life(parts, site, session)
        finally:
            await sandbox.close()


async def outages(url: str, times: int, outage) -> None:
    """A survey goes on through so many outages; `outage` is a context manager."""
    async with a_life(url) as life:
        people = [f"+4915{number:09}" for number in range(times)]
        for person in people:
            await life.parts.office.invite("after-support", Address("sms", person), language="en")
        await life.until(200)
        for person in people:
            sid = f"SM{'f' * 20}{person[-12:]}"
            async with outage(life.parts.store):
                await life.until(503, ENOUGH)
                # A full disk can still have room in a half-filled page: then it is taken, and has to be kept.
                assert await life.says(person, "10", sid) in {200, 503}
            await life.until(200)  # by itself, in the same process
            await life.insists(person, "10", sid)
        await life.worked_off()
        assert set(life.statuses) == {200, 503}
    found = await invariants.tables(url)
    invariants.check(found, life.acked)
    scores = {row["lane"]: row["value"] for row in found["answer"] if row["type"] == "nps"}
    assert scores == {f"sms:{person}": 10 for person in people}


@contextlib.asynccontextmanager
async def full_disk(store) -> AsyncIterator[None]:
    """No page more than there are."""

    def limit(pages: int) -> None:
        store._writer.execute(f"PRAGMA max_page_count={pages}")

    def fill() -> None:
        """The free space inside the file goes too."""
        limit(1)  # SQLite takes the present size instead
        with contextlib.suppress(sqlite3.OperationalError):
            for number in range(10_000):
                store._writer.execute(
                    "INSERT INTO flow_revision VALUES (?, 'ballast', ?, 0)", (f"{id(store)}{number}", "x" * 200)
                )

    loop = asyncio.get_running_loop()
    await loop.run_in_executor(store._thread, fill)
    yield
    await loop.run_in_executor(store._thread, limit, 1 << 30)
    await loop.run_in_executor(store._thread, store._writer.execute, "DELETE FROM flow_revision WHERE flow = 'ballast'")


@contextlib.asynccontextmanager
async def locked(store) -> AsyncIterator[None]:
    """Somebody else holds the lock for longer than we want to wait."""
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(store._thread, store._writer.execute, "PRAGMA busy_timeout=20")
    with contextlib.closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        while True:
            with contextlib.suppress(sqlite3.OperationalError):
                other.execute("BEGIN IMMEDIATE")
                break
        yield
        other.execute("ROLLBACK")


@pytest.fixture
def own_server() -> Iterator[postgres.Server]:
    """A PostgreSQL of its own, which may be crashed."""
    server = postgres.start()
    yield server
    server.remove()


@pytest.mark.parametrize("outage", [full_disk, locked])
async def test_t9_t7_p1_p13_sqlite_refuses_and_recovers(sqlite_url, outage):
    await outages(sqlite_url, 4, outage)
    invariants.intact(sqlite_path(sqlite_url))


async def test_t9_p1_p13_postgresql_crashes_and_the_server_recovers(own_server):
    await crashes(own_server, 3)


@pytest.mark.nightly
@pytest.mark.timeout(3600)
async def test_t9_a_hundred_outages(sqlite_url, own_server):
    await outages(sqlite_url, 30, full_disk)
    await crashes(own_server, 70)


async def crashes(server: postgres.Server, times: int) -> None:
    @contextlib.asynccontextmanager
    async def crashed(_store) -> AsyncIterator[None]:
        await asyncio.to_thread(server.stop, "immediate")
        yield
        await asyncio.to_thread(server.start)

    await migrate.upgrade(server.url())
    await outages(server.url(), times, crashed)
