"""Which schema the database has and which one this program needs, without loading the migration tool."""

import sqlite3
from pathlib import Path

import asyncpg

from bot.errors import BotError, StoreUnavailable

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = max(path.name for path in MIGRATIONS.glob("*.sql"))[:4]
"""The newest revision: the number that starts the name of its SQL file."""

_CURRENT = "SELECT version_num FROM alembic_version"


class SchemaMismatch(BotError):
    """The database has another schema than this program needs."""

    def __init__(self, found: str) -> None:
        """`found` is the database's revision, "" if it has none."""
        if found > HEAD:
            advice = "It was upgraded by a newer version of Echolot: run that one."
        else:
            advice = "Make a backup with `run.py db backup FILE`, then run `run.py db upgrade`."
            if not found:
                advice = "Run `run.py db upgrade`; it creates the tables."
        super().__init__(f"The database has schema {found or 'none'}, this program needs {HEAD}. {advice}")
        self.found = found


def sqlite_path(url: str) -> Path | None:
    """The file of a `sqlite:///…` address (three slashes relative, four absolute), or None for PostgreSQL."""
    scheme, _, path = url.partition(":///")
    return Path(path) if scheme == "sqlite" else None


async def current(url: str) -> str:
    """The schema revision of a database, "" if it has none. Raises StoreUnavailable if it does not answer."""
    path = sqlite_path(url)
    return _current_sqlite(path) if path else await _current_postgres(url)


async def require(url: str) -> None:
    """Raise SchemaMismatch unless the database has exactly the schema that this program needs."""
    found = await current(url)
    if found != HEAD:
        raise SchemaMismatch(found)


def _current_sqlite(path: Path) -> str:
    if not path.exists():
        return ""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        row = connection.execute(_CURRENT).fetchone()
    except sqlite3.DatabaseError as error:
        if "no such table" in str(error):
            return ""
        raise StoreUnavailable(f"{path} cannot be read as a SQLite database: {error}") from error
    finally:
        connection.close()
    return str(row[0]) if row else ""


async def _current_postgres(url: str) -> str:
    try:
        connection = await asyncpg.connect(url, timeout=10)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise StoreUnavailable(f"PostgreSQL does not answer ({type(error).__name__}): {_reason(error)}") from error
    try:
        return str(await connection.fetchval(_CURRENT) or "")
    except asyncpg.UndefinedTableError:
        return ""
    finally:
        await connection.close()


def _reason(error: Exception) -> str:
    """What a person needs to know, on one line: wrong password, unknown database, connection refused."""
    return " ".join(str(error).split()) or "no answer in time"
