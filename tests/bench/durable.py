"""Durable turns: reply in → state, answer and next message committed; beside the same statements without any of us.

The limit is measured by writing down every statement and every row that the product sends to the database while it plays
the survey, and sending the very same again, in the same batches, to a copy of the database from before: no event loop
(SQLite), no engine, no decoding. What is left is the database.
"""

import asyncio
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.runtime.intake import Intake
from bot.runtime.worker import BATCH, Worker
from storage import migrate
from storage.sqlite import SqliteStore, connect
from tests.bench import survey
from tests.bench.table import Row


class Recorder:
    """A connection that writes down what is asked of it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.log: list[tuple[bool, str, Any]] = []

    def execute(self, sql: str, facts: Any = ()) -> sqlite3.Cursor:
        self.log.append((False, sql, facts))
        return self._connection.execute(sql, facts)

    def executemany(self, sql: str, rows: Any) -> sqlite3.Cursor:
        self.log.append((True, sql, rows))
        return self._connection.executemany(sql, rows)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def now() -> int:
    """Epoch milliseconds."""
    return time.time_ns() // 1_000_000


def chunks(people: int) -> Iterator[range]:
    """People in groups as large as a batch."""
    return (range(start, min(start + BATCH, people)) for start in range(0, people, BATCH))


async def prepare(path: Path, people: int) -> None:
    """A database in which everybody has been asked."""
    await migrate.upgrade(f"sqlite:///{path}")
    store = await SqliteStore.open(path)
    library = survey.library()
    flow = library.get("bench")
    await store.save_revision(flow.revision, flow.id, library.source(flow.revision), now())
    await Intake(store, now).accept(survey.invitations(flow, range(people)))
    worker = Worker(store, library, now)
    while await worker.step():
        pass
    await store.close()


async def play(path: Path, people: int, *, record: bool = False) -> tuple[float, list[tuple[bool, str, Any]]]:
    """Everybody answers everything; seconds, and the statements if they were to be recorded."""
    store = await SqliteStore.open(path)
    library = survey.library()
    intake, worker = Intake(store, now), Worker(store, library, now)
    recorder = Recorder(store._writer)
    if record:
        store._writer = recorder  # type: ignore[assignment]
    replies = [[survey.reply(step, person) for person in chunk] for step in range(3) for chunk in chunks(people)]
    began = time.perf_counter()
    for chunk in replies:
        await intake.accept(chunk)
        while await worker.step() == BATCH:
            break
    took = time.perf_counter() - began
    answers = (await store.counts())["sessions_running"]
    if record:
        store._writer = recorder._connection
    await store.close()
    if answers:
        raise AssertionError(f"{answers} conversations did not end")
    return took, recorder.log


def repeat(path: Path, log: list[tuple[bool, str, Any]]) -> float:
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


def single_commits(folder: Path, commits: int) -> float:
    """One row, one commit, over and over; commits per second."""
    connection = connect(folder / "single.db")
    connection.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, text TEXT)")
    began = time.perf_counter()
    for number in range(commits):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO row VALUES (?, ?)", (number, "x" * 100))
        connection.execute("COMMIT")
    took = time.perf_counter() - began
    connection.close()
    return commits / took


def run(people: int = 6000, rounds: int = 3) -> list[Row]:
    """Rounds of product and limit in turn; the median round counts."""
    turns = people * survey.STEPS
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as name:
        folder = Path(name)
        template = folder / "template.db"
        asyncio.run(prepare(template, people))
        pairs = []
        shutil.copy(template, folder / "record.db")
        _, log = asyncio.run(play(folder / "record.db", people, record=True))
        for number in range(rounds):
            product, bare = folder / f"p{number}.db", folder / f"b{number}.db"
            shutil.copy(template, product)
            shutil.copy(template, bare)
            took, _ = asyncio.run(play(product, people))
            pairs.append((turns / took, turns / repeat(bare, log)))
        ours, limit = sorted(pairs, key=lambda pair: pair[0] / pair[1])[rounds // 2]
        return [
            Row("SQLite, synchronous=FULL: durable turns/s", ours, "the same statements, bare driver", limit, 0.6),
            Row("  single-row commits/s of this disk", single_commits(folder, 2000)),
        ]
