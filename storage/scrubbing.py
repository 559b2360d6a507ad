"""What was erased must not stay in SQLite's log: it is written back and cut to nothing (RELIABILITY C3)."""

from contextlib import closing

from storage.lock import WriterLock
from storage.schema import sqlite_path
from storage.sqlite import connect


def scrub(url: str) -> None:
    """Empty the log of a SQLite database; freed pages are zeros already. Does nothing on PostgreSQL.

    Raises StoreUnavailable if another process writes to it.
    """
    path = sqlite_path(url)
    if path is None:
        return
    with WriterLock(path), closing(connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
