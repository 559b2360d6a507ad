"""Durable turns on PostgreSQL with 1 and 4 workers, each a process with its own share of the people, beside the limit.

The limit: every worker's statements and rows, written down while it worked, sent again by as many processes over
nothing but asyncpg, to a copy of the database from before. The server is one of its own, as durable as in production.

Any worker takes any lane, so a conversation goes from one worker to another. Left alone, a process of the limit would
change sessions that another one has not yet brought so far, and find nothing to change. Each transaction therefore
waits for those that wrote the versions it builds on, and for nothing else.
"""

import multiprocessing
import pickle
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import asyncpg
import uvloop

from storage.postgres import _WRITING, SQL, PostgresStore
from tests import postgres
from tests.bench import durable, survey
from tests.bench.table import Row, middle

DURABLE = "-c fsync=on -c synchronous_commit=on -c full_page_writes=on -c max_wal_size=4GB"
PATIENCE = 2.0  # s that a transaction of the limit waits for another one's
Said = list[tuple[str, str, tuple[Any, ...]]]
Span = tuple[float, float]

_start: Any = None  # where the processes of a round wait for one another
_done: Any = None  # how many transactions each process of a round has committed


class Transaction(NamedTuple):
    """What was said in one transaction, and behind which others it comes: (process, how many of its own)."""

    said: Said
    after: tuple[tuple[int, int], ...] = ()


class Connection:
    """A connection that writes down what is asked of it."""

    def __init__(self, connection: Any, said: Said) -> None:
        self._connection = connection
        self._said = said

    async def execute(self, sql: str, *facts: Any) -> Any:
        self._said.append(("execute", sql, facts))
        return await self._connection.execute(sql, *facts)

    async def fetch(self, sql: str, *facts: Any) -> Any:
        self._said.append(("fetch", sql, facts))
        return await self._connection.fetch(sql, *facts)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


class Pool:
    """A pool of such connections; every acquisition is a transaction, written down when it is over."""

    def __init__(self, pool: Any, log: list[Said]) -> None:
        self._pool = pool
        self._log = log

    @asynccontextmanager
    async def acquire(self, **options: Any) -> AsyncIterator[Connection]:
        said: Said = []
        async with self._pool.acquire(**options) as connection:
            yield Connection(connection, said)
        self._log.append(said)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pool, name)


def run(people: int = 1200, rounds: int = 3) -> list[Row]:
    """For each number of workers rounds of product and limit in turn."""
    server = postgres.start(DURABLE)
    rows: list[Row] = []
    try:
        uvloop.run(_create(server, "template_bench"))
        uvloop.run(durable.prepare(server.url("template_bench"), people))
        for workers in (1, 4):
            ours, limit = middle(_rounds(server, workers, people, rounds))
            name = f"PostgreSQL, {workers} worker{'s'[: workers > 1]}: durable turns"
            rows.append(Row(name, ours, beside="same statements, only asyncpg", theirs=limit, least=0.6))
        commits = median(uvloop.run(_single_commits(server.url("template_bench"), 500)) for _ in range(rounds))
        rows.append(Row("  single-row commits", commits))
    finally:
        server.remove()
    return rows


def _rounds(server: postgres.Server, workers: int, people: int, rounds: int) -> list[tuple[float, float]]:
    """Turns per second of product and limit, side by side."""
    turns = people * survey.STEPS
    shares = [range(people)[start::workers] for start in range(workers)]
    with tempfile.TemporaryDirectory() as folder:
        logs = [str(Path(folder) / f"{number}.log") for number in range(workers)]
        _round(server, _product, list(zip(shares, logs, strict=True)))
        _align([Path(log) for log in logs])
        return [
            (
                turns / _round(server, _product, [(share, "") for share in shares]),
                turns / _round(server, _limit, [(log, number) for number, log in enumerate(logs)]),
            )
            for _ in range(rounds)
        ]


def _align(logs: Sequence[Path]) -> None:
    """Put down with each transaction which ones of other processes wrote the versions of sessions that it builds on."""
    told: list[list[Said]] = [pickle.loads(log.read_bytes()) for log in logs]  # noqa: S301  # we wrote it a moment ago
    wrote = {
        version: (process, number)
        for process, transactions in enumerate(told)
        for number, said in enumerate(transactions, 1)
        for version in _versions(said)
    }
    for process, (log, transactions) in enumerate(zip(logs, told, strict=True)):
        aligned = []
        for said in transactions:
            latest: dict[int, int] = {}
            for session, version in _versions(said):
                other, number = wrote.get((session, version - 1), (process, 0))
                if other != process:
                    latest[other] = max(latest.get(other, 0), number)
            aligned.append(Transaction(said, tuple(latest.items())))
        log.write_bytes(pickle.dumps(aligned))


def _versions(said: Said) -> Iterator[tuple[str, int]]:
    """The sessions that a transaction changes, and the versions they have then."""
    for _, sql, facts in said:
        if sql == SQL["update_sessions"]:
            yield from zip(facts[0], facts[-1], strict=True)


def _round(server: postgres.Server, work: Callable[..., Span], shares: Sequence[tuple[Any, ...]]) -> float:
    """One process per share on a fresh copy of the database; seconds from the first beginning to the last end."""
    uvloop.run(_create(server, "bench", "template_bench"))
    context = multiprocessing.get_context("spawn")
    barrier, done = context.Barrier(len(shares)), context.Array("q", len(shares), lock=False)
    url = server.url("bench")
    with ProcessPoolExecutor(len(shares), context, _meet, (barrier, done)) as processes:
        spans = [each.result() for each in [processes.submit(work, url, *share) for share in shares]]
    uvloop.run(_check(url))
    return max(ended for _, ended in spans) - min(began for began, _ in spans)


def _meet(barrier: Any, done: Any) -> None:
    global _start, _done  # what processes share can only be inherited, not sent
    _start, _done = barrier, done
    durable.quiet()


def _product(url: str, people: range, log: str) -> Span:
    """Play a share; with a path, write down there what the database was asked."""

    asked: list[Said] = []

    async def play() -> Span:
        store = await PostgresStore.open(url)
        if log:
            store._pool = Pool(store._pool, asked)
        _start.wait()
        span = await durable.play(store, people)
        await store.close()
        return span

    span = uvloop.run(play())
    if log:
        Path(log).write_bytes(pickle.dumps(asked))
    return span


def _limit(url: str, log: str, process: int) -> Span:
    """Send again what was written down."""
    transactions: list[Transaction] = pickle.loads(Path(log).read_bytes())  # noqa: S301  # we wrote it a moment ago

    async def repeat() -> Span:
        connection = await asyncpg.connect(url, server_settings=_WRITING)
        _start.wait()
        began = time.perf_counter()
        for number, transaction in enumerate(transactions, 1):
            _wait_for(transaction.after)
            async with connection.transaction():
                for method, sql, facts in transaction.said:
                    await getattr(connection, method)(sql, *facts)
            _done[process] = number
        ended = time.perf_counter()
        await connection.close()
        return began, ended

    return uvloop.run(repeat())


def _wait_for(others: tuple[tuple[int, int], ...]) -> None:
    """Until these processes have committed so many transactions; this one has nothing else to do."""
    until = time.perf_counter() + PATIENCE
    while any(_done[process] < number for process, number in others):
        if time.perf_counter() > until:
            raise AssertionError("two processes of the limit wait for each other")
        time.sleep(0.0001)


async def _check(url: str) -> None:
    """All conversations have ended, or the figures mean nothing."""
    connection = await asyncpg.connect(url)
    left, everybody = await connection.fetchrow("SELECT count(*) FILTER (WHERE outcome = ''), count(*) FROM session")
    await connection.close()
    if left:
        raise AssertionError(f"{left} of {everybody} conversations did not end")


async def _create(server: postgres.Server, name: str, template: str = "template0") -> None:
    """A database, with nothing left to write to disk that belongs to the one before."""
    connection = await asyncpg.connect(server.url())
    await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    await connection.execute("CHECKPOINT")
    await connection.close()


async def _single_commits(url: str, commits: int) -> float:
    """One row, one commit, over and over; commits per second."""
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE TABLE IF NOT EXISTS single (id INTEGER, text TEXT)")
    began = time.perf_counter()
    for number in range(commits):
        await connection.execute("INSERT INTO single VALUES ($1, $2)", number, "x" * 100)
    took = time.perf_counter() - began
    await connection.close()
    return commits / took
