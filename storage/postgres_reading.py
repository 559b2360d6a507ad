"""The read side on PostgreSQL: named statements on a connection, and all of them in one snapshot."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from storage.reading import Row, SqlReading
from storage.scripts import Script, run_on_postgres
from storage.sql import queries

Result = TypeVar("Result")

_READING = queries("reading", "asyncpg")


class Snapshot(SqlReading):
    """The read side in one transaction, whose statements take turns."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._turn = asyncio.Lock()

    async def read(self, script: Callable[[], Script[Result]]) -> Result:
        """See SqlReading."""
        async with self._turn:
            return await run_on_postgres(self._connection, script())

    async def _rows(self, name: str, **facts: Any) -> list[Row]:
        async with self._turn:
            return await looked_up(self._connection, name, facts)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[SqlReading]:
        """This is one."""
        yield self


async def looked_up(connection: Any, name: str, facts: Mapping[str, Any]) -> list[Row]:
    """The rows of a named block of sql/reading.sql."""
    found = getattr(_READING, name)(connection, **facts)
    if hasattr(found, "__aiter__"):
        return [dict(row) async for row in found]
    row = await found  # a block for one row, named with `^`
    return [dict(row)] if row else []
