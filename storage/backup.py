"""A consistent, verified copy of a running database in one SQLite file, from either database.

A backup of SQLite is the database itself. A backup of PostgreSQL is the same file: every row of one snapshot in the
same schema, so that one way of checking and of restoring (`run.py db copy`) serves both. Operators of large
PostgreSQL installations have better tools (base backups, WAL archives) and may use them instead.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.errors import StoreUnavailable
from storage.copy import Content, NotCopied, Progress, SqliteSide, content, opened, read_only, transfer
from storage.lock import lock_path
from storage.migrate import upgrade
from storage.schema import require, sqlite_path

PAGES = 4096
"""How many pages are copied between two calls of `progress`: 16 MB."""


async def backup(url: str, file: Path, progress: Progress) -> dict[str, Content]:
    """Write a backup to a file that does not exist yet; what is in each table of it.

    The database may be in use: the backup holds everything that was committed before the call. It gets its name only
    when it is complete, checked and on disk. Raises NotCopied, SchemaMismatch and StoreUnavailable.
    """
    _refuse(file)
    await require(url)
    partial = file.with_name(file.name + ".partial")
    _remove(partial)
    try:
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL, 0o600))  # answers are in it: for its owner only
        path = sqlite_path(url)
        expected = await _from_sqlite(path, partial, progress) if path else await _from_postgres(url, partial, progress)
        await _verify(partial, expected)
        _sync(partial)
        partial.rename(file)
        _sync(file.parent)
    except (sqlite3.Error, OSError) as error:
        raise StoreUnavailable(f"The backup {file} could not be written: {error}") from error
    finally:
        _remove(partial)
    return expected


def _refuse(file: Path) -> None:
    if file.exists():
        raise NotCopied(f"{file} exists already. A backup never replaces a file: choose another name.")
    if not file.parent.is_dir():
        raise NotCopied(f"The folder {file.parent} does not exist.")


async def _from_sqlite(path: Path, partial: Path, progress: Progress) -> dict[str, Content]:
    """Page by page, inside one read transaction: what others write meanwhile neither appears nor starts it again."""
    with closing(read_only(path)) as source, closing(sqlite3.connect(partial)) as target:
        source.execute("BEGIN")
        side = SqliteSide(source)
        tables = await side.tables()
        contents = {table: await content(side, table, columns) for table, columns in tables.items()}
        source.backup(target, pages=PAGES, progress=lambda _, left, total: progress("pages", total - left, total))
    return contents


async def _from_postgres(url: str, partial: Path, progress: Progress) -> dict[str, Content]:
    target = f"sqlite:///{partial}"
    await upgrade(target)
    async with opened(url) as source, opened(target, writing=True) as side:
        return await transfer(source, side, progress)


async def _verify(partial: Path, expected: dict[str, Content]) -> None:
    with closing(sqlite3.connect(partial)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
        [(verdict, *_), *_] = connection.execute("PRAGMA integrity_check").fetchall()
        if verdict != "ok":
            raise NotCopied(f"The backup is damaged ({verdict}) and was not kept.")
        side = SqliteSide(connection)
        tables = await side.tables()
        found = {table: await content(side, table, columns) for table, columns in tables.items()}
    if found != expected:
        different = sorted(table for table in expected if found.get(table) != expected[table])
        raise NotCopied(f"The backup differs from the database in {', '.join(different)} and was not kept.")


def _sync(path: Path) -> None:
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _remove(partial: Path) -> None:
    for path in (partial, lock_path(partial), *(partial.with_name(partial.name + end) for end in ("-wal", "-shm"))):
        path.unlink(missing_ok=True)
