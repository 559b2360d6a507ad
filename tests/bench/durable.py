"""Durable turns: reply in → state, answer and next message committed; on SQLite, beside the limit and two peers.

The limit is measured by writing down every statement and every row that the product sends to the database while it
plays the survey, and sending the very same again, in the same batches, to a copy of the database from before: no event
loop, no engine, no decoding. What is left is the database.
"""

import asyncio
import json
import logging
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import structlog
import uvloop

from bot.runtime.intake import Intake
from bot.runtime.worker import BATCH, Worker
from commands.assemble import settle_memory
from storage import migrate
from storage.opening import open_store
from storage.sqlite import SqliteStore, connect
from tests.bench import survey
from tests.bench.table import Row, middle

PEERS = Path(".venv/peers/bin/python")
AHEAD = 2  # batches of webhooks that may wait for their worker
Log = list[tuple[bool, str, Any]]


class Recorder:
    """A connection that writes down what is asked of it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.log: Log = []

    def execute(self, sql: str, facts: Any = ()) -> sqlite3.Cursor:
        self.log.append((False, sql, facts))
        return self._connection.execute(sql, facts)

    def executemany(self, sql: str, rows: Any) -> sqlite3.Cursor:
        self.log.append((True, sql, rows))
        return self._connection.executemany(sql, rows)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def quiet() -> None:
    """Log errors only; between two figures nobody looks for notes."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


def now() -> int:
    """Epoch milliseconds."""
    return time.time_ns() // 1_000_000


def chunks(people: range) -> Iterator[range]:
    """People in groups as large as a batch."""
    return (people[start : start + BATCH] for start in range(0, len(people), BATCH))


async def prepare(url: str, people: int) -> None:
    """A database in which everybody has been asked."""
    await migrate.upgrade(url)
    store: Any = await open_store(url)
    library = survey.library()
    flow = library.get("bench")
    await store.save_revision(flow.revision, flow.id, library.source(flow.revision), now())
    await Intake(store, now).accept(survey.invitations(flow, range(people)))
    worker = Worker(store, library, now)
    while await worker.step():
        pass
    await store.close()


async def play(store: Any, people: range) -> tuple[float, float]:
    """These people answer everything; when it began and ended (s)."""
    library = survey.library()
    intake, worker = Intake(store, now), Worker(store, library, now)
    settle_memory()  # as `serve` and `worker` do
    replies = [[survey.reply(step, person) for person in chunk] for step in range(3) for chunk in chunks(people)]
    began = time.perf_counter()
    arriving = asyncio.create_task(_arrive(intake, worker, replies))
    while not arriving.done():
        if not await worker.step():
            await asyncio.sleep(0)
    await arriving
    while await worker.step() or (await store.counts())["inbox_new"]:
        pass  # with several workers, some of it may be in another one's hands
    return began, time.perf_counter()


async def _arrive(intake: Intake, worker: Worker, replies: list[list[Any]]) -> None:
    """The next webhooks come while earlier ones are worked on, at most `AHEAD` batches before their worker.

    No webhook waits for a worker's batch to end. Where others do its work, this worker's turns stop: then it goes on.
    """
    idle = 0
    for number, chunk in enumerate(replies):
        while worker.turns < (number - AHEAD) * BATCH and idle < 3:
            turns = worker.turns
            await asyncio.sleep(0.001)
            idle = idle + 1 if worker.turns == turns else 0
        await intake.accept(chunk)


async def all_answered(store: Any) -> None:
    """Nobody's conversation was forgotten, or the figures mean nothing."""
    running = (await store.counts())["sessions_running"]
    if running:
        raise AssertionError(f"{running} conversations did not end")


async def _product(path: Path, people: int, *, record: bool = False) -> tuple[float, Log]:
    """Seconds, and the statements if they were to be recorded."""
    store = await SqliteStore.open(path)
    recorder = Recorder(store._writer)
    if record:
        store._writer = recorder  # type: ignore[assignment]  # it stands in for a connection
    began, ended = await play(store, range(people))
    await all_answered(store)
    store._writer = recorder._connection
    await store.close()
    return ended - began, recorder.log


def _limit(path: Path, log: Log) -> float:
    """The same statements on the bare driver; seconds."""
    connection = connect(path)
    began = time.perf_counter()
    for many, sql, facts in log:
        if many:
            connection.executemany(sql, facts)
        else:
            connection.execute(sql, facts).fetchall()
    took = time.perf_counter() - began
    connection.close()
    return took


def _single_commits(path: Path, commits: int) -> float:
    """One row, one commit, over and over; commits per second."""
    connection = connect(path)
    connection.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, text TEXT)")
    began = time.perf_counter()
    for number in range(commits):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO row VALUES (?, ?)", (number, "x" * 100))
        connection.execute("COMMIT")
    took = time.perf_counter() - began
    connection.close()
    return commits / took


def _peers() -> dict[str, float]:
    """Turns per second of what a developer would pick instead, in an environment of their own."""
    done = subprocess.run([PEERS, "-m", "tests.bench.peers"], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def run(people: int = 3000, rounds: int = 3) -> list[Row]:
    """Rounds of product, limit and peers in turn."""
    turns = people * survey.STEPS
    pairs, commits, peers = [], [], []
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as name:
        folder = Path(name)
        template = folder / "template.db"
        uvloop.run(prepare(f"sqlite:///{template}", people))
        _, log = uvloop.run(_product(_copied(template, "record"), people, record=True))
        for number in range(rounds):
            took, _ = uvloop.run(_product(_copied(template, f"product{number}"), people))
            pairs.append((turns / took, turns / _limit(_copied(template, f"limit{number}"), log)))
            commits.append(_single_commits(folder / f"single{number}.db", 1000))
            peers.append(_peers())
    ours, limit = middle(pairs)
    by_peer = {name: median(each[name] for each in peers) for name in peers[0]}
    best = max(by_peer, key=lambda name: by_peer[name])
    return [
        Row("SQLite, FULL: durable turns", ours, beside="same statements, bare driver", theirs=limit, least=0.6),
        Row("  beside the best peer", ours, beside=best, theirs=by_peer[best], least=10),
        *(Row(f"  {name}: turns", speed) for name, speed in by_peer.items()),
        Row("  single-row commits", median(commits)),
    ]


def _copied(template: Path, name: str) -> Path:
    path = template.with_name(f"{name}.db")
    shutil.copy(template, path)
    return path
