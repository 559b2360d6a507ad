"""Looking into a database that somebody else may be writing to: for exports and the doctor."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite

from storage.reading import Row, SqlReading
from storage.schema import require, sqlite_path
from storage.scripts import Script, run_on_reader
from storage.sql import statements

Result = TypeVar("Result")

READING = statements("reading")


class SqliteLook(SqlReading):
    """bot.ports.Reading on a SQLite file, without the writer's lock."""

    def __init__(self, path: Path, reader: aiosqlite.Connection) -> None:
        self._path = path
        self._reader = reader

    async def _rows(self, name: str, **facts: Any) -> list[Row]:
        async with self._reader.execute(READING[name], facts) as cursor:
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in await cursor.fetchall()]

    async def read(self, script: Callable[[], Script[Result]]) -> Result:
        """See SqlReading."""
        return await run_on_reader(self._reader, script())

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[SqlReading]:
        """See SqlReading."""
        # A connection of its own: what others read meanwhile must not be held back with it.
        reader = await reader_of(self._path)
        try:
            await reader.execute("BEGIN")
            yield SqliteLook(self._path, reader)
        finally:
            await reader.close()


async def reader_of(path: Path) -> aiosqlite.Connection:
    """A connection that cannot write. Raises sqlite3.OperationalError if there is no such file."""
    reader = await aiosqlite.connect(_read_only(path), uri=True)
    await reader.execute("PRAGMA query_only=1")
    await reader.execute("PRAGMA busy_timeout=5000")
    return reader


@asynccontextmanager
async def look(url: str) -> AsyncIterator[SqlReading]:
    """The read side of an up-to-date database. Raises SchemaMismatch and StoreUnavailable."""
    await require(url)
    path = sqlite_path(url)
    if path is None:
        from storage.postgres import PostgresStore  # noqa: PLC0415  # either driver costs start-up time

        store = await PostgresStore.open(url, 1)
        try:
            yield store
        finally:
            await store.close()
        return
    reader = await reader_of(path)
    try:
        yield SqliteLook(path, reader)
    finally:
        await reader.close()


def _read_only(path: Path) -> str:
    return f"{path.absolute().as_uri()}?mode=ro"
