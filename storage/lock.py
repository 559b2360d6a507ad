"""The lock file beside an embedded database: one writing process, and how others can talk to it."""

import asyncio
import fcntl
import json
import os
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bot.errors import StoreUnavailable

LOOK_AGAIN = 0.1  # s between tries to take the lock


def lock_path(database: Path) -> Path:
    """Where the lock of a database file lives."""
    return database.with_name(database.name + ".lock")


class WriterLock:
    """Held by the one process that writes to the database; the kernel drops it when the process dies."""

    def __init__(self, database: Path) -> None:
        """Take the lock. Raises StoreUnavailable naming the holder if another process has it."""
        self._path = lock_path(database)
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._file)
            who = holder(database) or {}
            raise StoreUnavailable(
                f"{database} is in use by process {who.get('pid', '?')}. One process at a time may write to a SQLite "
                "database: stop that one, or use PostgreSQL to run several."
            ) from None
        self.announce({})

    def announce(self, facts: dict[str, Any]) -> None:
        """Tell other processes of this user how to reach the holder (address, one-time key)."""
        content = json.dumps({"pid": os.getpid(), **facts}).encode()
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, content, 0)

    def release(self) -> None:
        """Give the lock back."""
        if self._file >= 0:
            os.ftruncate(self._file, 0)
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def holder(database: Path) -> dict[str, Any] | None:
    """What the process that holds the lock announced, or None if nobody holds it."""
    try:
        file = os.open(lock_path(database), os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        try:
            facts = json.loads(os.pread(file, 65536, 0) or b"{}")
        except ValueError:
            return {}
        return facts if isinstance(facts, dict) else {}
    else:
        return None
    finally:
        os.close(file)


async def locked(path: Path, patience: float) -> WriterLock:
    """The lock, as soon as a process that is about to end lets go of it; one that serves will not."""
    end = asyncio.get_running_loop().time() + patience
    while True:
        try:
            return WriterLock(path)
        except StoreUnavailable:
            if asyncio.get_running_loop().time() >= end or "url" in (holder(path) or {}):
                raise
            await asyncio.sleep(LOOK_AGAIN)
