"""Contacts per second and memory: a million made-up people, read, matched and saved, on SQLite and PostgreSQL.

Beside it: the same new people and addresses by nothing but the driver's executemany, in transactions of the same size,
into an empty database with the same tables, in turns of 50,000 rows, so that both meet the same disk. Every tenth row
is about somebody who came before. What is imported is read as from a file with German column names: numbers parsed,
addresses checked and named under a key.
"""

import asyncio
import json
import multiprocessing
import pickle
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import uvloop

from bot.contacts import Person
from bot.fields import Reader, Way
from bot.messages import Address
from bot.pseudonyms import Pseudonyms
from commands.importing import Import, saved
from integrations.imports.columns import Columns
from integrations.imports.source import Line, Source
from storage import migrate
from storage.opening import open_store
from storage.postgres import _WRITING
from storage.rows import storable
from storage.scripts import _postgres, _sqlite
from storage.sqlite import connect
from tests import postgres
from tests.bench.cluster import DURABLE
from tests.bench.table import Row

TURN = 50_000  # rows of ours, then the same of the driver's
EARLY = 100_000  # rows after which memory should not grow any more
HOUSEHOLD = 3  # people who share a name, a place and whoever looks after them
COLUMNS = (
    "Kundennr", "Name", "Mobil", "Telegram-ID", "Sprache", "Land", "Marke", "Region", "Betreuer", "Umsatz",
)  # fmt: skip
KINDS = {"telegram": "telegram", "sms": "twilio"}
NAMES = Pseudonyms([b"k" * 32])
_PRIME = 7_919_999  # numbers do not come in their order
Write = Callable[[list[tuple[Any, ...]], list[tuple[Any, ...]]], Awaitable[None]]


def run(rows: int = 1_000_000, kinds: Sequence[str] = ("sqlite", "postgresql")) -> list[Row]:
    """Both databases, each in a process of its own, whose memory is the import's."""
    found = []
    for kind in kinds:
        with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as home:
            receiver, sender = multiprocessing.Pipe(duplex=False)
            child = multiprocessing.get_context("spawn").Process(target=_child, args=(kind, home, rows, sender))
            child.start()
            sender.close()
            ours, theirs, early, late, peak = receiver.recv()
            child.join()
        found += [
            Row(f"contacts imported, {rows:,} rows, {kind}", ours, beside="driver's executemany", theirs=theirs),
            Row(f"  memory (RSS) after {rows:,}", late, "MB", beside=f"after {min(rows, EARLY):,}", theirs=early),
            Row("  at most", peak, "MB"),
        ]
    return found


def lines(start: int, end: int) -> Iterator[Line]:
    """Rows of a file. Every tenth is about somebody who came before, half of these with another name."""
    for number in range(start, end):
        again = number % 10 == 9
        who = number - (number * 31) % max(1, number // 2) - 1 if again else number
        who -= again and who % 10 == 9
        home = who // HOUSEHOLD
        name = f"{'Neu ' if again and number % 20 == 9 else ''}Person {who} Haus {home}"
        cells = (
            f"K{who:07}", name, f"0151 {(who * _PRIME) % 100_000_000:08}", str(10**7 + who) if who % 3 == 0 else "",
            "de" if home % 4 else "en", "Deutschland", f"Marke {home % 5}", f"Region {home % 16}",
            f"Agent {home % 400}", f"{who % 5000},50",
        )  # fmt: skip
        yield Line(number + 2, dict(zip(COLUMNS, cells, strict=True)))


def _child(kind: str, home: str, rows: int, sender: Any) -> None:
    sender.send(uvloop.run(_measured(kind, Path(home), rows)))


async def _measured(kind: str, home: Path, rows: int) -> tuple[float, ...]:
    """Ours and the driver's rows per second; memory early, late and at most (MB)."""
    url, bare, stop = await asyncio.to_thread(_databases, kind, home)
    await migrate.upgrade(url)
    await migrate.upgrade(bare)
    store = await open_store(url)
    write, close = await (_bare_sqlite if kind == "sqlite" else _bare_postgres)(bare)
    ours = theirs = early = 0.0
    for start in range(0, rows, TURN):
        end = min(rows, start + TURN)
        ours += await _import(store, start, end, home / "spool")
        theirs += await _same(write, home / "spool")
        early = early if start >= EARLY else _rss()
        print(
            f"  {kind} {end:>9,} rows  {_rss():.0f} MB  {end / ours:,.0f}/s  bare {end / theirs:,.0f}/s",
            file=sys.stderr,
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    await close()
    await store.close()
    stop()
    return rows / ours, rows / theirs, early, _rss(), peak


def _databases(kind: str, home: Path) -> tuple[str, str, Callable[[], None]]:
    """Two empty ones on the same disk, and how to end their server."""
    if kind == "sqlite":
        return f"sqlite:///{home / 'ours.db'}", f"sqlite:///{home / 'bare.db'}", lambda: None
    server = postgres.start(DURABLE)
    for name in ("ours", "bare"):
        asyncio.run(postgres._execute(server.url(), f"CREATE DATABASE {name}"))
    return server.url("ours"), server.url("bare"), server.remove


async def _import(store: Any, start: int, end: int, spool: Path) -> float:
    """Seconds for these rows, as `run.py import contacts` takes them. Who is new goes into the spool, too."""
    source = Source(COLUMNS, lines(start, end), (), lambda: 0.0)
    running = Import(source, Columns(COLUMNS, KINDS), _reader(), lambda _: None)
    with spool.open("wb") as file:

        async def save(people: Sequence[Person], consents: Any, now: int) -> Any:
            results = await store.run(lambda: saved(people, consents, now))
            new = [row for row, one in zip(people, results, strict=True) if one.saved.result == "new"]
            pickle.dump(new, file, pickle.HIGHEST_PROTOCOL)
            return results

        began = time.perf_counter()
        await running.run(save, lambda: 1_800_000_000_000)
        took = time.perf_counter() - began
    counts = running.counts
    assert counts["new"] + counts["changed"] + counts["same"] == counts["rows"] == end - start, counts
    return took


def _reader() -> Reader:
    ways = {name: Way(kind, rank, partial(Address, name)) for rank, (name, kind) in enumerate(KINDS.items())}
    return Reader(ways, NAMES, "DE")


async def _same(write: Write, spool: Path) -> float:
    """Seconds that the driver alone takes for the same new people; its rows are made beforehand."""
    took = 0.0
    with spool.open("rb") as file:
        while file.peek(1):
            new: list[Person] = pickle.load(file)  # noqa: S301  # written a moment ago
            people = [
                (
                    one.id, one.external, one.name, one.language, "", "", one.country, one.brand, one.region,
                    one.segment, one.agent, one.revenue, json.dumps(one.attributes), 1,
                )
                for one in new
            ]  # fmt: skip
            places = [
                (each.lane, one.id, each.channel, each.hmac, each.key_id, each.rank, 1)
                for one in new
                for each in one.places
            ]
            began = time.perf_counter()
            await write(people, places)
            took += time.perf_counter() - began
    return took


async def _bare_sqlite(url: str) -> tuple[Write, Any]:
    connection: sqlite3.Connection = connect(Path(url.removeprefix("sqlite:///")))

    async def write(people: list[tuple[Any, ...]], places: list[tuple[Any, ...]]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(_sqlite("add_contact"), people)
        connection.executemany(_sqlite("add_address"), places)
        connection.execute("COMMIT")

    async def close() -> None:
        connection.close()

    return write, close


async def _bare_postgres(url: str) -> tuple[Write, Any]:
    connection = await asyncpg.connect(url, server_settings=_WRITING)

    async def write(people: list[tuple[Any, ...]], places: list[tuple[Any, ...]]) -> None:
        async with connection.transaction():
            await connection.executemany(_postgres("add_contact"), [storable(row) for row in people])
            await connection.executemany(_postgres("add_address"), [storable(row) for row in places])

    return write, connection.close


def _rss() -> float:
    return float(psutil.Process().memory_info().rss) / 2**20
