"""Every SQL statement, in named blocks; `statements("sqlite")` gives their texts by name."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import aiosql

_HERE = Path(__file__).parent
_BLOCK = re.compile(r"^-- name: ", re.MULTILINE)
_PORTABLE = ("insights", "outreach")
_DRIVERS = {"sqlite": "sqlite3", "postgres": "asyncpg"}


def queries(name: str, driver: str) -> Any:
    """The blocks of one file as functions of aiosql's `driver` (sqlite3 | aiosqlite | asyncpg)."""
    return aiosql.from_path(_HERE / f"{name}.sql", driver, mandatory_parameters=False)


@cache
def statements(database: str) -> dict[str, str]:
    """The texts of a file by name: sqlite and postgres hold the writers' statements, reading those of the readers."""
    blocks = queries(database, _DRIVERS.get(database, "sqlite3"))
    return {name: getattr(blocks, name).sql for name in blocks.available_queries if not name.endswith("_cursor")}


@cache
def portable() -> dict[str, str]:
    """The texts of `outreach/*.sql` and `insights/*.sql` by name: SQL for both databases, run by `storage.scripts`."""
    texts: dict[str, str] = {}
    for path in sorted(path for folder in _PORTABLE for path in (_HERE / folder).glob("*.sql")):
        for block in _BLOCK.split(path.read_text(encoding="utf-8"))[1:]:
            name, _, text = block.partition("\n")
            if name in texts:
                raise ValueError(f"{path.name}: there is a second block {name!r}")
            texts[name] = "\n".join(line for line in text.splitlines() if not line.startswith("--")).strip().rstrip(";")
    return texts
