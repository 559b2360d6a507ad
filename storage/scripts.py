"""Transactions written once for both databases: a generator says which statement it wants and gets its rows.

    def rename(contact: str, name: str) -> Script[bool]:
        rows = yield Ask("rename_contact", (name, contact))
        return bool(rows)

The statements are named blocks of `sql/outreach/*.sql` and `sql/insights/*.sql`, in SQL that both databases read, with
`:names` that are filled from the values in the order in which the names first occur; a list goes in as JSON text,
`json_each(:ids)`. `/*lock*/` skips rows that somebody else has in hand, `/*wait*/` waits for them,
`/*lane(*/…/*)*/` for who works in a lane; on SQLite nobody else ever has. A script holds no connection, so it can
neither commit nor wait for anything but its own statements.
"""

import re
import sqlite3
from collections.abc import Awaitable, Callable, Generator, Sequence
from functools import cache
from typing import Any, NamedTuple, TypeVar

import aiosqlite

from storage.rows import storable
from storage.sql import portable
from storage.wide import insert

Result = TypeVar("Result")

_NAME = re.compile(r"(?<![:\w]):([a-z_]+)")
_EACH = re.compile(r"json_each\((:[a-z_]+)\)")
_ONE_OF = re.compile(r"\bIN \(SELECT (value|cell|CAST\(value AS BIGINT\)) FROM (json_each\(:[a-z_]+\)|wanted)\)")
_CLAUSES = (
    ("/*lock*/", "FOR UPDATE SKIP LOCKED"),
    ("/*lock of w*/", "FOR UPDATE OF w SKIP LOCKED"),
    ("/*wait*/", "FOR UPDATE"),
    ("/*lane(*/", "pg_advisory_xact_lock(hashtextextended("),
    ("/*)*/", ", 0))"),
)


class Ask(NamedTuple):
    """One run of a statement with these values; its rows come back as tuples, none if it gives none."""

    name: str
    values: Sequence[Any] = ()


class Many(NamedTuple):
    """A statement for each row of values, in order; nothing comes back."""

    name: str
    rows: Sequence[Sequence[Any]]


class Rows(NamedTuple):
    """As Many, for a hot path: few statements with many rows each, whose values are `?` in order.

    On PostgreSQL it runs the block `name_set` once, with an array per column.
    """

    name: str
    rows: Sequence[Sequence[Any]]


Step = Ask | Many | Rows
Script = Generator[Step, list[tuple[Any, ...]], Result]
"""What `run_on_sqlite` and `run_on_postgres` take: it yields steps, and returns its result."""


def run_on_sqlite(connection: sqlite3.Connection, script: Script[Result]) -> Result:
    """Run a script inside the caller's transaction."""
    answer: list[tuple[Any, ...]] = []
    try:
        step = next(script)
        while True:
            sql = _sqlite(step.name)
            if isinstance(step, Ask):
                answer = connection.execute(sql, tuple(step.values)).fetchall()
            elif isinstance(step, Rows):
                insert(connection, sql, step.rows)
                answer = []
            else:
                connection.executemany(sql, step.rows)
                answer = []
            step = script.send(answer)
    except StopIteration as ended:
        return ended.value  # type: ignore[no-any-return]
    finally:
        script.close()


async def run_on_postgres(connection: Any, script: Script[Result]) -> Result:
    """Run a script inside the caller's transaction."""

    async def ask(step: Ask) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await connection.fetch(_postgres(step.name), *storable(step.values))]

    async def many(step: Many | Rows) -> None:
        if isinstance(step, Rows):
            if step.rows:
                columns = zip(*map(storable, step.rows), strict=True)
                await connection.execute(_postgres(f"{step.name}_set"), *columns)
            return
        await connection.executemany(_postgres(step.name), [storable(row) for row in step.rows])

    return await _driven(script, ask, many)


async def run_on_reader(connection: aiosqlite.Connection, script: Script[Result]) -> Result:
    """Run a script that only looks on one of SQLite's readers."""

    async def ask(step: Ask) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await connection.execute_fetchall(_sqlite(step.name), tuple(step.values))]

    async def many(step: Many | Rows) -> None:
        raise TypeError(f"{step.name} writes; a reader cannot")

    return await _driven(script, ask, many)


async def _driven(
    script: Script[Result],
    ask: Callable[[Ask], Awaitable[list[tuple[Any, ...]]]],
    many: Callable[[Many | Rows], Awaitable[None]],
) -> Result:
    answer: list[tuple[Any, ...]] = []
    try:
        step = next(script)
        while True:
            if isinstance(step, Ask):
                answer = await ask(step)
            else:
                await many(step)
                answer = []
            step = script.send(answer)
    except StopIteration as ended:
        return ended.value  # type: ignore[no-any-return]
    finally:
        script.close()


@cache
def _sqlite(name: str) -> str:
    sql = portable()[name]
    for mark, _ in _CLAUSES:
        sql = sql.replace(mark, "")
    return _numbered(sql, "?")


@cache
def _postgres(name: str) -> str:
    sql = portable()[name]
    for mark, clause in _CLAUSES:
        sql = sql.replace(mark, clause)
    sql = _ONE_OF.sub(r"= ANY (ARRAY(SELECT \1 FROM \2))", sql)  # a join would be planned for a hundred values
    return _numbered(_EACH.sub(r"jsonb_array_elements_text(CAST(\1 AS JSONB)) AS json_each (value)", sql), "$")


def _numbered(sql: str, sign: str) -> str:
    """The statement with numbers for names: `?1` or `$1` is what occurs first."""
    order = {key: n for n, key in enumerate(dict.fromkeys(_NAME.findall(sql)), 1)}
    return _NAME.sub(lambda found: f"{sign}{order[found[1]]}", sql)
