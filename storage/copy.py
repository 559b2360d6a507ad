"""Moving everything from one database to another, whole and checked: growth to PostgreSQL, backup, restore."""

# ruff: noqa: S608 — the names of tables and columns come from the catalogue, never from people

import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import asyncpg
import msgspec

from bot.errors import BotError, StoreUnavailable
from storage.lock import WriterLock
from storage.migrate import upgrade
from storage.rows import storable
from storage.schema import current, require, sqlite_path
from storage.sqlite import connect

BATCH = 5000
"""Rows that are in memory at a time."""

LARGE = {"file": 4}
"""The same for tables whose rows may have 10 MB each."""

Progress = Callable[[str, int, int], None]
"""Called with a table's name, how many of its rows are done and how many there are."""

_pack = msgspec.msgpack.Encoder().encode


class NotCopied(BotError):
    """The copy was refused or is not equal to its source. The target is as it was before."""


class Content(NamedTuple):
    """What is in a table: how many rows, and the sum of their BLAKE2b digests (128 bit), whatever their order."""

    rows: int = 0
    digest: int = 0

    def plus(self, rows: Sequence[Sequence[Any]]) -> "Content":
        """With these rows too."""
        digest = self.digest
        for row in rows:
            digest += int.from_bytes(blake2b(_pack(tuple(row)), digest_size=16).digest(), "big")
        return Content(self.rows + len(rows), digest % (1 << 128))


class Side(Protocol):
    """One of the two databases, inside one transaction."""

    async def tables(self) -> dict[str, list[str]]:
        """The tables of the schema with their columns, by name."""
        ...

    async def count(self, table: str) -> int:
        """How many rows a table has."""
        ...

    def read(self, table: str, columns: Sequence[str]) -> AsyncIterator[Sequence[Sequence[Any]]]:
        """A table's rows, some at a time."""
        ...

    async def add(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Insert rows."""
        ...

    async def finish(self) -> None:
        """What is left to do once all rows are there."""
        ...


async def copy(source_url: str, target_url: str, progress: Progress) -> dict[str, Content]:
    """Copy every row into an empty database and compare what arrived; what is in each table now.

    A SQLite database at either end must not be in use. Raises NotCopied, SchemaMismatch and StoreUnavailable; then
    the target has no rows, as before.
    """
    await require(source_url)
    if not await current(target_url):
        await upgrade(target_url)
    await require(target_url)
    async with AsyncExitStack() as stack:
        for path in filter(None, map(sqlite_path, (source_url, target_url))):
            stack.enter_context(WriterLock(path))
        source = await stack.enter_async_context(opened(source_url))
        target = await stack.enter_async_context(opened(target_url, writing=True))
        return await transfer(source, target, progress)


async def transfer(source: Side, target: Side, progress: Progress) -> dict[str, Content]:
    """Copy every row of one open side to the other and compare what arrived."""
    tables = await source.tables()
    for table in tables:
        if await target.count(table):
            raise NotCopied(f"The target already has rows in the table {table}. Copy into an empty database.")
    contents = {table: await _copy_table(source, target, table, columns, progress) for table, columns in tables.items()}
    await target.finish()
    for table, columns in tables.items():
        arrived = await content(target, table, columns)
        if arrived != contents[table]:
            raise NotCopied(
                f"The table {table} arrived with {arrived.rows} rows (digest {arrived.digest:032x}) instead of "
                f"{contents[table].rows} ({contents[table].digest:032x}). Nothing was kept."
            )
    return contents


async def content(side: Side, table: str, columns: Sequence[str]) -> Content:
    """What is in a table."""
    found = Content()
    async for rows in side.read(table, columns):
        found = found.plus(rows)
    return found


async def _copy_table(source: Side, target: Side, table: str, columns: Sequence[str], progress: Progress) -> Content:
    total = await source.count(table)
    copied = Content()
    progress(table, 0, total)
    async for rows in source.read(table, columns):
        sent = [storable(row) for row in rows]
        await target.add(table, columns, sent)
        copied = copied.plus(sent)
        progress(table, copied.rows, total)
    return copied


@asynccontextmanager
async def opened(url: str, *, writing: bool = False) -> AsyncIterator[Side]:
    """One side in a transaction: a snapshot to read from, or one that commits if nothing goes wrong."""
    path = sqlite_path(url)
    side = _sqlite(path, writing=writing) if path else _postgres(url, writing=writing)
    async with side as ready:
        yield ready


@asynccontextmanager
async def _sqlite(path: Path, *, writing: bool) -> AsyncIterator[Side]:
    connection = connect(path) if writing else read_only(path)
    try:
        connection.execute("BEGIN IMMEDIATE" if writing else "BEGIN")
        yield SqliteSide(connection)
        connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        raise StoreUnavailable(f"{path}: {error}") from error
    finally:
        connection.close()


def read_only(path: Path) -> sqlite3.Connection:
    """A connection that never writes and never checkpoints."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)


@asynccontextmanager
async def _postgres(url: str, *, writing: bool) -> AsyncIterator[Side]:
    try:
        connection: Any = await asyncpg.connect(url, timeout=10)
        try:
            async with connection.transaction(isolation="repeatable_read", readonly=not writing):
                yield PostgresSide(connection)
        finally:
            await connection.close()
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise StoreUnavailable(f"PostgreSQL: {type(error).__name__}: {error}") from error


class SqliteSide:
    """See Side."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    async def tables(self) -> dict[str, list[str]]:
        """See Side."""
        rows = self.connection.execute(
            "SELECT m.name, c.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c"
            " WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND m.name <> 'alembic_version'"
        )
        return _by_table(rows)

    async def count(self, table: str) -> int:
        """See Side."""
        return int(self.connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])

    async def read(self, table: str, columns: Sequence[str]) -> AsyncIterator[Sequence[Sequence[Any]]]:
        """See Side."""
        rows = self.connection.execute(f'SELECT {_names(columns)} FROM "{table}"')
        while batch := rows.fetchmany(LARGE.get(table, BATCH)):
            yield batch

    async def add(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """See Side."""
        places = ", ".join("?" * len(columns))
        self.connection.executemany(f'INSERT INTO "{table}" ({_names(columns)}) VALUES ({places})', rows)

    async def finish(self) -> None:
        """See Side."""


class PostgresSide:
    """See Side."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    async def tables(self) -> dict[str, list[str]]:
        """See Side."""
        rows = await self.connection.fetch(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = current_schema() AND table_name <> 'alembic_version'"
        )
        return _by_table(rows)

    async def count(self, table: str) -> int:
        """See Side."""
        return int(await self.connection.fetchval(f'SELECT count(*) FROM "{table}"'))

    async def read(self, table: str, columns: Sequence[str]) -> AsyncIterator[Sequence[Sequence[Any]]]:
        """See Side."""
        rows = await self.connection.cursor(f'SELECT {_names(columns)} FROM "{table}"')
        while batch := await rows.fetch(LARGE.get(table, BATCH)):
            yield batch

    async def add(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """See Side."""
        await self.connection.copy_records_to_table(table, records=rows, columns=columns)

    async def finish(self) -> None:
        """Let identities go on behind the highest number that came in."""
        for table, column in await self.connection.fetch(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = current_schema() AND is_identity = 'YES'"
        ):
            await self.connection.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'), max(\"{column}\")) FROM \"{table}\""
            )


def _by_table(pairs: Iterable[Sequence[str]]) -> dict[str, list[str]]:
    tables: dict[str, list[str]] = {}
    for table, column in sorted(map(tuple, pairs)):
        tables.setdefault(table, []).append(column)
    return tables


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)
