"""A disk that can lose power: a VFS for apsw that remembers writes and syncs, and the images a power cut could leave.

The model: what was synced is there. Of what was written since, any part may be there, and a write may be torn between
two sectors. Truncating and deleting are metadata, which honest file systems keep in order (RELIABILITY §1.4).
"""

import random
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import apsw

SECTOR = 512
KEPT = 0.5  # of the writes that were not synced
TORN = 0.3  # of those kept
_ids = iter(range(1 << 30))


class Write(NamedTuple):
    """Bytes at an offset of a file."""

    file: str
    offset: int
    data: bytes


class Sync(NamedTuple):
    """All writes to the file before this are on the platter."""

    file: str


class Cut(NamedTuple):
    """The file now has this size; 0 also for a deleted one."""

    file: str
    size: int


Operation = Write | Sync | Cut


class Disk(apsw.VFS):
    """Passes everything on to the real file system and remembers what changes files."""

    def __init__(self) -> None:
        self.name = f"recording-{next(_ids)}"
        self.log: list[Operation] = []
        super().__init__(self.name, base="")

    def xOpen(self, name: Any, flags: list[int]) -> "_File":  # noqa: N802  # SQLite's own name
        """A recorded file."""
        return _File(self.log, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802, FBT001
        """Delete and remember."""
        self.log.append(Cut(Path(filename).name, 0))
        super().xDelete(filename, syncdir)


class _File(apsw.VFSFile):
    def __init__(self, log: list[Operation], name: Any, flags: list[int]) -> None:
        self._log = log
        self._name = Path(name.filename() if isinstance(name, apsw.URIFilename) else name or "temporary").name
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        super().xWrite(data, offset)
        self._log.append(Write(self._name, offset, bytes(data)))

    def xSync(self, flags: int) -> None:  # noqa: N802
        super().xSync(flags)
        self._log.append(Sync(self._name))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        super().xTruncate(newsize)
        self._log.append(Cut(self._name, newsize))


def image(start: dict[str, bytes], log: Sequence[Operation], dice: random.Random) -> dict[str, bytes]:
    """What may be on the disk if the power fails after this log; `start` are the files before it."""
    last_sync = {operation.file: index for index, operation in enumerate(log) if isinstance(operation, Sync)}
    files = {name: bytearray(content) for name, content in start.items()}
    for index, operation in enumerate(log):
        content = files.setdefault(operation.file, bytearray())
        if isinstance(operation, Cut):
            del content[operation.size :]
        elif isinstance(operation, Write):
            data = operation.data
            if index > last_sync.get(operation.file, -1):
                if dice.random() >= KEPT:
                    continue
                data = data[: _torn(operation, dice)]
            end = operation.offset + len(data)
            content.extend(bytes(max(0, end - len(content))))
            content[operation.offset : end] = data
    return {name: bytes(content) for name, content in files.items()}


def _torn(write: Write, dice: random.Random) -> int:
    """How many bytes of a write that nobody waited for are there: all, or up to a border of sectors."""
    borders = range(SECTOR - write.offset % SECTOR, len(write.data), SECTOR)
    if borders and dice.random() < TORN:
        return dice.choice(borders)
    return len(write.data)


class Writer:
    """apsw's connection with the part of `sqlite3.Connection` that the store uses."""

    def __init__(self, path: Path, disk: Disk, pragmas: Iterable[str], committed: Callable[["Writer"], None]) -> None:
        """`committed` is called after each transaction, before the store hears that it is over."""
        self._committed = committed
        self._connection = apsw.Connection(str(path), vfs=disk.name)
        # A VFS in Python has no shared memory: one process alone keeps the index of the log to itself.
        self.execute("PRAGMA locking_mode=EXCLUSIVE")
        for pragma in pragmas:
            self.execute(f"PRAGMA {pragma}")

    @property
    def total_changes(self) -> int:
        """Rows changed so far."""
        return self._connection.total_changes()

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self._connection.in_transaction

    def execute(self, sql: str, values: Any = ()) -> "_Rows":
        """Run one statement."""
        before = self._connection.total_changes()
        rows = self._connection.execute(sql, values).fetchall()
        if sql == "COMMIT":
            self._committed(self)
        return _Rows(rows, self._connection.total_changes() - before)

    def executemany(self, sql: str, many: Iterable[Any]) -> "_Rows":
        """Run one statement for each set of values."""
        before = self._connection.total_changes()
        self._connection.executemany(sql, many)
        return _Rows([], self._connection.total_changes() - before)

    def close(self) -> None:
        """Close it."""
        self._connection.close()


class _Rows(list[tuple[Any, ...]]):
    def __init__(self, rows: Iterable[tuple[Any, ...]], rowcount: int) -> None:
        super().__init__(rows)
        self.rowcount = rowcount

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self

    def fetchone(self) -> tuple[Any, ...] | None:
        return self[0] if self else None
