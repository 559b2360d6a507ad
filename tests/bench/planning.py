"""A campaign planned over a million contacts: how many a second, in how much memory, and how long others wait.

Beside it: the same contacts and addresses read by nothing but the driver, in portions of the same size. All of them are
in the audience of a wave; every fourth has its turn (`rotate: 4`), goes into the ledger, and is counted by cell.
"""

import multiprocessing
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import uvloop

from bot.outreach.plans import Kept
from bot.outreach.policy import Policy
from bot.outreach.waves import Span
from bot.runtime.planner import SOME, Planner
from storage import migrate
from storage.campaigns import StoredPlans
from storage.opening import open_store
from tests import postgres
from tests.bench.cluster import DURABLE
from tests.bench.table import Row

EARLY = 100_000  # contacts after which memory should not grow any more
AT = 1_800_000_000_000
DAY = 86_400_000
YAML = """
format: 1
campaign:
  id: all
  flow: relationship
  waves: {starts: 2027-01-18, days: 10}
  rotate: 4
"""
_CONTACTS = """INSERT INTO contact (id, name, language, zone, zone_source, country, brand, region, segment, agent,
  attributes, created_at, updated_at)
SELECT {key}, 'Ada ' || n, 'de', '', '', 'DE', 'brand' || (n % 5), 'region' || (n % 12), '', 'agent' || (n % 40),
  '{{"plan": "gold"}}', 0, 0 FROM {numbers}"""
_REACHES = """INSERT INTO contact_address (lane, contact, channel, hmac, key_id, rank, added_at)
SELECT 'sms:+49' || n, {key}, 'sms', 'h' || n, 'k', 0, 0 FROM {numbers}"""
_READ = """SELECT c.*, r.lane, r.channel, r.hmac, r.rank FROM contact AS c JOIN contact_address AS r ON r.contact = c.id
WHERE c.id > {after} ORDER BY c.id LIMIT 1000"""


def run(rows: int = 1_000_000, kinds: Sequence[str] = ("sqlite", "postgresql")) -> list[Row]:
    """Both databases, each in a process of its own, whose memory is the planner's."""
    found = []
    for kind in kinds:
        with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as home:
            receiver, sender = multiprocessing.Pipe(duplex=False)
            child = multiprocessing.get_context("spawn").Process(target=_child, args=(kind, home, rows, sender))
            child.start()
            sender.close()
            ours, theirs, early, late, peak, longest = receiver.recv()
            child.join()
        found += [
            Row(f"contacts planned, {rows:,}, {kind}", ours, beside="driver's plain reading", theirs=theirs),
            Row(f"  memory (RSS) after {rows:,}", late, "MB", beside=f"after {min(rows, EARLY):,}", theirs=early),
            Row("  at most", peak, "MB"),
            Row(f"  longest portion of {SOME:,}", longest * 1000, "ms"),
        ]
    return found


def _child(kind: str, home: str, rows: int, sender: Any) -> None:
    if kind == "sqlite":
        sender.send(uvloop.run(_on_sqlite(Path(home) / "echolot.db", rows)))
        return
    server = postgres.start(DURABLE)
    try:
        sender.send(uvloop.run(_on_postgres(server.url(), rows)))
    finally:
        server.remove()


async def _on_sqlite(path: Path, rows: int) -> tuple[float, ...]:
    url = f"sqlite:///{path}"
    await migrate.upgrade(url)
    _fill_sqlite(path, rows)
    return await _planned(url, rows, _read_sqlite(path, rows))


async def _on_postgres(url: str, rows: int) -> tuple[float, ...]:
    await migrate.upgrade(url)
    return await _planned(url, rows, await _fill_and_read_postgres(url, rows))


async def _planned(url: str, rows: int, theirs: float) -> tuple[float, ...]:
    store = await open_store(url)
    plans = StoredPlans(store)
    await plans.begin(Kept("all", "r", YAML, "running", AT, ""), [Span(1, AT + DAY, AT + 11 * DAY)])
    planner = Planner(plans, lambda _flow: "relationship", Policy(), lambda: AT)
    process = psutil.Process()
    seen, early, longest, began = 0, 0.0, 0.0, time.perf_counter()
    while True:
        start = time.perf_counter()
        some = await plans.plan_some(AT + DAY, AT, SOME, planner._members, planner._budget)
        longest = max(longest, time.perf_counter() - start)
        seen += some
        if not early and seen >= min(EARLY, rows):
            early = process.memory_info().rss / 1e6
        if not some:
            break
    seconds = time.perf_counter() - began
    late = process.memory_info().rss / 1e6
    [progress] = await plans.progress("all")
    assert progress.wave.looked_at == rows, progress.wave
    assert abs(progress.wave.taken / rows - 0.25) < 0.01, progress.wave
    await store.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    return rows / seconds, theirs, early, late, peak, longest


def _fill_sqlite(path: Path, rows: int) -> None:
    counting = "WITH RECURSIVE c(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM c WHERE n < {})"
    numbers = f"({counting.format(rows)} SELECT * FROM c)"  # noqa: S608 - a number
    key = "printf('%08x%08x', (n * 2654435761) % 4294967296, n)"
    with sqlite3.connect(path) as connection:
        connection.execute(_CONTACTS.format(key=key, numbers=numbers))
        connection.execute(_REACHES.format(key=key, numbers=numbers))
    connection.close()


def _read_sqlite(path: Path, rows: int) -> float:
    connection = sqlite3.connect(path)
    began, after, seen = time.perf_counter(), "", 0
    while some := connection.execute(_READ.format(after="?"), (after,)).fetchall():
        after, seen = some[-1][0], seen + len(some)
    assert seen == rows
    connection.close()
    return rows / (time.perf_counter() - began)


async def _fill_and_read_postgres(url: str, rows: int) -> float:
    key = "lpad(to_hex((n::bigint * 2654435761) % 4294967296), 8, '0') || lpad(to_hex(n), 8, '0')"
    numbers = f"generate_series(1, {rows}) AS g (n)"
    connection = await asyncpg.connect(url, timeout=600)
    await connection.execute(_CONTACTS.format(key=key, numbers=numbers).replace("{{", "{").replace("}}", "}"))
    await connection.execute(_REACHES.format(key=key, numbers=numbers))
    await connection.execute("ANALYZE")
    began, after, seen = time.perf_counter(), "", 0
    while some := await connection.fetch(_READ.format(after="$1"), after):
        after, seen = some[-1]["id"], seen + len(some)
    assert seen == rows, seen
    await connection.close()
    return rows / (time.perf_counter() - began)
