"""Many rows in one statement: SQLite is told once, and Python's lock is given away once instead of row by row."""

import re
import sqlite3
from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import Any

_SIZES = (64, 16, 4)  # rows per statement; few sizes, so that their statements stay prepared
_ROW = re.compile(r"VALUES (\((?:[^()]|\([^()]*\))*\))")


def insert(connection: sqlite3.Connection, sql: str, rows: Sequence[Sequence[Any]]) -> None:
    """Run `INSERT … VALUES (?, …) …` for all rows, in order. Each has as many values as there are `?`."""
    done = 0
    for size in _SIZES:
        while len(rows) - done >= size:
            connection.execute(_wide(sql, size), tuple(chain.from_iterable(rows[done : done + size])))
            done += size
    if done < len(rows):
        connection.executemany(sql, rows[done:])


@cache
def _wide(sql: str, size: int) -> str:
    """The statement for `size` rows at once."""
    return _ROW.sub(lambda found: "VALUES " + ", ".join([found[1]] * size), sql, count=1)
