"""From a database's address to the store that serves it; only the driver that is needed gets imported."""

from typing import TYPE_CHECKING

from storage.schema import require, sqlite_path

if TYPE_CHECKING:
    from storage.postgres import PostgresStore
    from storage.sqlite import SqliteStore


async def open_store(url: str, connections: int = 8, patience: float = 0.0) -> "SqliteStore | PostgresStore":
    """Open an up-to-date database; `connections` is the most that one process takes on PostgreSQL.

    `patience` (s) is how long to wait for another process to let go of a SQLite file.
    Raises SchemaMismatch, telling how to upgrade, and StoreUnavailable if the database does not answer.
    """
    await require(url)
    if path := sqlite_path(url):
        from storage.sqlite import SqliteStore  # noqa: PLC0415  # either driver costs start-up time

        return await SqliteStore.open(path, patience)
    from storage.postgres import PostgresStore  # noqa: PLC0415

    return await PostgresStore.open(url, connections)
