"""Dashboards over ten million answers: pages from rollups, beside DuckDB and plain SQL on the same rows in one run.

A year of surveys in 3,000 combinations of eight dimensions. `home` is the score by month, by day of the last 30 days
and by brand and channel of the last 90, with the newest comments; `segment` is the same for one brand in one region,
by touchpoint and agent. DuckDB gets all dimensions as columns of one table in memory, and plain SQL the narrow table
with one row per survey; neither reads comments. And what counting costs the turns of `durable`, with it and without.
"""

import json
import random
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import asyncpg
import uvloop

from storage import migrate, sqlite, tallies, writing
from storage.cells import cells_of, terms_of
from storage.opening import open_store
from storage.sqlite import connect
from tests import postgres
from tests.bench import durable, survey
from tests.bench.cluster import DURABLE
from tests.bench.peers_rollups import COMBINATIONS, DAYS, FIRST, MULTIPLIER, SCORE
from tests.bench.table import Row, middle

LAST = FIRST + timedelta(days=DAYS - 1)
MONTH, QUARTER = LAST - timedelta(days=29), LAST - timedelta(days=89)
VISITS = 200
POSTGRESQL = 1_000_000  # rows at most
ALLOWED = 1 / 1.2  # of the turns without counting
_SUMS = ", ".join(f"SUM(r.s{n})" for n in range(11)) + (
    ", SUM(r.commented), 0, 0, 0, SUM(r.asked), SUM(r.delivered), SUM(r.answered), SUM(r.completed), SUM(r.opted_out)"
)
_SCORES = ", ".join(f"SUM(CASE score WHEN {n} THEN 1 ELSE 0 END)" for n in range(11))
TABLES = (
    "CREATE TABLE bench_cell (n INTEGER PRIMARY KEY, cell BIGINT)",
    "CREATE TABLE bench_day (n INTEGER PRIMARY KEY, day TEXT, ms BIGINT)",
    "CREATE TABLE bench_up (cell BIGINT, grain TEXT, up BIGINT, PRIMARY KEY (cell, grain))",
)
FILL = (
    f"""
    INSERT INTO counted (session, cell, asked, delivered, completed, opted_out, scored, score, commented_at)
    WITH RECURSIVE s (n) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT n + 1 FROM s WHERE n < {{rows}} - 1)
    SELECT 's' || CAST(1000000000 + s.n AS TEXT), b.cell, d.day, 1, 1, 0, d.day, {SCORE},
      CASE s.n % 3 WHEN 0 THEN d.ms + (s.n % 86400) * 1000 END
    FROM s CROSS JOIN bench_cell AS b CROSS JOIN bench_day AS d
    WHERE b.n = (s.n * {MULTIPLIER}) % {COMBINATIONS} AND d.n = s.n * {DAYS} / {{rows}}""",  # noqa: S608
    f"""
    INSERT INTO rollup SELECT '', 'day', asked, cell, 0, {_SCORES}, count(commented_at), 0, 0, 0, count(*), count(*),
      count(score), SUM(completed), SUM(opted_out)
    FROM counted GROUP BY asked, cell""",  # noqa: S608
    f"""
    INSERT INTO rollup SELECT u.grain, 'day', r.start, u.up, 0, {_SUMS} FROM rollup AS r
    JOIN bench_up AS u ON u.cell = r.cell
    WHERE r.grain = '' AND r.period = 'day' GROUP BY u.grain, r.start, u.up""",  # noqa: S608
    f"""
    INSERT INTO rollup SELECT r.grain, 'month', substr(r.start, 1, 7) || '-01', r.cell, 0, {_SUMS} FROM rollup AS r
    WHERE r.period = 'day' GROUP BY r.grain, substr(r.start, 1, 7), r.cell""",  # noqa: S608
)
PLAIN = """SELECT scored, score, count(*) FROM counted
    WHERE scored BETWEEN '{first}' AND '{last}' {where} GROUP BY scored, score"""
WITHIN = """AND cell IN (SELECT cell FROM cell_term WHERE term IN ('brand:{brand}', 'region:{region}')
    GROUP BY cell HAVING count(*) = 2)"""


def run(rows: int = 10_000_000, people: int = 1500, rounds: int = 5) -> list[Row]:
    """All figures; on PostgreSQL of a million surveys at most."""
    found = []
    combined = combinations()
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as name:
        folder = Path(name)
        (folder / "cells.json").write_text(json.dumps(combined))
        duck = _duck(folder, rows)
        found += uvloop.run(_sqlite(folder / "rollups.db", rows, combined, duck))
        found += _postgres(min(rows, POSTGRESQL), combined)
        (folder / "rollups.db").unlink()
        found += _cost(folder, people, rounds)
    return found


def combinations() -> list[dict[str, str]]:
    """What surveys are about: agents work in one region, of one brand."""
    chance = random.Random(1)  # always the same
    found: dict[str, dict[str, str]] = {}
    while len(found) < COMBINATIONS:
        region, brand = chance.randrange(8), chance.randrange(3)
        about = {
            "flow": f"flow-{chance.randrange(3)}", "channel": chance.choice(("sms", "telegram", "slack")),
            "language": chance.choice(("de", "en")), "brand": f"brand-{brand}", "region": f"region-{region}",
            "touchpoint": f"touchpoint-{chance.randrange(4)}", "segment": f"segment-{chance.randrange(3)}",
            "agent": f"agent-{brand}-{region}-{chance.randrange(5)}",
        }  # fmt: skip
        found[terms_of(about)] = about
    return list(found.values())


def visits() -> Iterator[dict[str, list[str]]]:
    """The filters of one `segment` page after the other."""
    for number in range(VISITS):
        yield {"brand": [f"brand-{number % 3}"], "region": [f"region-{number % 8}"]}


async def _page(store: Any, filters: dict[str, list[str]], *by: str) -> None:
    """What one page reads."""
    await store.read(lambda: tallies.tally(filters, FIRST, LAST, "month"))
    await store.read(lambda: tallies.tally(filters, MONTH, LAST, "day"))
    for dimension in by:
        await store.read(lambda dimension=dimension: tallies.tally(filters, QUARTER, LAST, dimension))
    await store.read(lambda: tallies.comments(filters, limit=20))


async def _visited(store: Any) -> dict[str, list[float]]:
    """How long pages take, ms."""
    took: dict[str, list[float]] = {"home": [], "segment": []}
    for filters in visits():
        for name, wanted, by in (("home", {}, ("brand", "channel")), ("segment", filters, ("touchpoint", "agent"))):
            began = time.perf_counter()
            await _page(store, wanted, *by)
            took[name].append((time.perf_counter() - began) * 1000)
    return took


def _rows(kind: str, count: int, took: dict[str, list[float]], beside: dict[str, dict[str, float]]) -> list[Row]:
    found = []
    for name, times in took.items():
        label = f"{kind}, {count:,} answers: {name} page"
        pages = 1000 / median(times)
        found += [Row(f"{label}s", pages, beside=other, theirs=1000 / each[name]) for other, each in beside.items()]
        found.append(Row("  99th percentile", quantiles(times, n=100)[-1], "ms", most=200))
    return found


async def _sqlite(path: Path, rows: int, combined: Sequence[dict[str, str]], duck: dict[str, float]) -> list[Row]:
    await migrate.upgrade(f"sqlite:///{path}")
    connection = connect(path)
    connection.execute("PRAGMA synchronous=OFF")  # it is thrown away
    for statement in TABLES:
        connection.execute(statement)
    connection.execute("BEGIN")
    for sql, values in _facts(combined):
        connection.executemany(sql.replace("$", "?"), values)
    for statement in FILL:
        connection.execute(statement.format(rows=rows))
    connection.execute("COMMIT")
    connection.execute("PRAGMA optimize")

    async def ask(sql: str) -> None:
        connection.execute(sql).fetchall()

    plain = await _plain(ask)
    connection.close()
    store: Any = await open_store(f"sqlite:///{path}")
    took = await _visited(store)
    [line] = await store.read(lambda: tallies.tally({}, FIRST, LAST))
    await store.close()
    if line.tally.answered != rows:
        raise AssertionError(f"{line.tally.answered} of {rows} answers are counted")
    return _rows("SQLite", rows, took, {"DuckDB": duck, "plain SQL": plain})


def _postgres(rows: int, combined: Sequence[dict[str, str]]) -> list[Row]:
    server = postgres.start(DURABLE)
    try:
        return uvloop.run(_on_postgres(server, rows, combined))
    finally:
        server.remove()


async def _on_postgres(server: Any, rows: int, combined: Sequence[dict[str, str]]) -> list[Row]:
    connection = await asyncpg.connect(server.url())
    await connection.execute("CREATE DATABASE rollups TEMPLATE template0")
    await connection.close()
    url = server.url("rollups")
    await migrate.upgrade(url)
    connection = await asyncpg.connect(url)
    for statement in TABLES:
        await connection.execute(statement)
    for sql, values in _facts(combined):
        await connection.executemany(sql, values)
    for statement in FILL:
        await connection.execute(statement.format(rows=rows))
    await connection.execute("VACUUM ANALYZE")
    plain = await _plain(connection.fetch)
    await connection.close()
    store: Any = await open_store(url)
    took = await _visited(store)
    await store.close()
    return _rows("PostgreSQL", rows, took, {"plain SQL": plain})


def _facts(combined: Sequence[dict[str, str]]) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    """The small tables: cells and their terms, which cells a combination is a part of, days."""
    every = [cells_of(terms_of(about)) for about in combined]
    cells = {cell.id: cell for own in every for cell in own}
    yield "INSERT INTO cell VALUES ($1, $2, $3)", [(c.id, c.grain, json.dumps(c.terms)) for c in cells.values()]
    terms = [(cell.id, term.partition(":")[0], term) for cell in cells.values() for term in cell.terms]
    yield "INSERT INTO cell_term VALUES ($1, $2, $3)", terms
    yield "INSERT INTO bench_cell VALUES ($1, $2)", [(n, own[0].id) for n, own in enumerate(every)]
    ups = [(own[0].id, cell.grain, cell.id) for own in every for cell in own[1:]]
    yield "INSERT INTO bench_up VALUES ($1, $2, $3)", ups
    days = [FIRST + timedelta(days=n) for n in range(DAYS)]
    yield "INSERT INTO bench_day VALUES ($1, $2, $3)", [(n, day.isoformat(), _ms(day)) for n, day in enumerate(days)]


async def _plain(ask: Callable[[str], Awaitable[object]], visits: int = 3) -> dict[str, float]:
    """The same pages without rollups and without comments, ms: the median of a few, for they take long."""
    took: dict[str, list[float]] = {"home": [], "segment": []}
    for number in range(visits):
        within = WITHIN.format(brand=f"brand-{number % 3}", region=f"region-{number % 8}")
        for name, where in (("home", ""), ("segment", within)):
            began = time.perf_counter()
            for first in (FIRST, MONTH, QUARTER, QUARTER):
                await ask(PLAIN.format(first=first, last=LAST, where=where))
            took[name].append((time.perf_counter() - began) * 1000)
    return {name: median(times) for name, times in took.items()}


def _duck(folder: Path, rows: int) -> dict[str, float]:
    """The median page of DuckDB, ms, in an environment of its own."""
    asked = [durable.PEERS, "-m", "tests.bench.peers_rollups", str(folder / "cells.json"), str(rows)]
    return dict(json.loads(subprocess.run(asked, stdout=subprocess.PIPE, check=True).stdout))


def _cost(folder: Path, people: int, rounds: int) -> list[Row]:
    """Durable turns with counting beside those without, in turn."""
    template = folder / "template.db"
    uvloop.run(durable.prepare(f"sqlite:///{template}", people))
    counted = writing.after_batch, sqlite.after_sends

    def nothing(*_: Any) -> Any:
        return None
        yield

    pairs = []
    for number in range(rounds):
        speeds = []
        for name, (batch, sends) in (("with", counted), ("without", (nothing, nothing))):
            writing.after_batch, sqlite.after_sends = batch, sends  # type: ignore[assignment]
            took, _ = uvloop.run(durable._product(durable._copied(template, f"{name}{number}"), people))
            speeds.append(people * survey.STEPS / took)
        pairs.append((speeds[0], speeds[1]))
    writing.after_batch, sqlite.after_sends = counted
    ours, theirs = middle(pairs)
    return [Row("SQLite: durable turns that are counted", ours, beside="not counted", theirs=theirs, least=ALLOWED)]


def _ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000
