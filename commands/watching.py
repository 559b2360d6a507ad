"""Watching the folder of flows: what is saved is looked at within a second, whatever the editor and the file system."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path

from watchfiles import awatch

from bot.errors import Conflict, StoreUnavailable

AT_LEAST = 1.0  # s between looks; network drives and folders that are replaced as a whole tell nobody
SETTLE = 0.2  # s in which nothing may change any more: some editors write a file in pieces
LONGEST = 2.0  # s after which it is looked at all the same

Look = Callable[[], Awaitable[None]]
Seen = tuple[tuple[str | int, ...], ...]
"""What tells one state of a folder from another: its files with number, time and size."""


async def watch(folder: Path, look: Look) -> None:
    """Call `look` at first and whenever the flows in this folder have changed, until cancelled."""
    seen: Seen | None = None
    while True:
        here = await asyncio.to_thread(_number, folder)
        seen = await _looked(folder, look, seen)
        if here is None:
            await asyncio.sleep(AT_LEAST)
            continue
        wait = round(AT_LEAST * 1000)
        changes = awatch(
            folder, watch_filter=None, debounce=500, rust_timeout=wait, yield_on_timeout=True, recursive=False
        )
        async with aclosing(changes):
            async for _ in changes:
                seen = await _looked(folder, look, seen)
                if await asyncio.to_thread(_number, folder) != here:
                    break  # another folder has taken its place


async def _looked(folder: Path, look: Look, seen: Seen | None) -> Seen | None:
    """Look if it is not as it was `seen`; what has been seen now, None if it could not be taken."""
    if seen is not None and await asyncio.to_thread(state, folder) == seen:
        return seen
    now = await _settled(folder)
    try:
        await look()
    except (Conflict, StoreUnavailable):
        return None
    return now


async def _settled(folder: Path) -> Seen:
    before = await asyncio.to_thread(state, folder)
    for _ in range(round(LONGEST / SETTLE)):
        await asyncio.sleep(SETTLE)
        now = await asyncio.to_thread(state, folder)
        if now == before:
            break
        before = now
    return before


def state(folder: Path) -> Seen:
    """The YAML files in a folder as they are; nothing if there is no folder."""
    try:
        with os.scandir(folder) as entries:
            found = [entry for entry in entries if entry.name.endswith((".yaml", ".yml"))]
    except OSError:
        return ()
    return tuple(sorted(_entry(Path(each.path)) for each in found))


def _entry(path: Path) -> tuple[str | int, ...]:
    try:
        about = path.stat()
    except OSError:
        return (path.name, 0, 0, 0)
    return (path.name, about.st_ino, about.st_mtime_ns, about.st_size)


def _number(folder: Path) -> tuple[int, int] | None:
    """Which folder it is, for the system; None if there is none."""
    try:
        about = folder.stat()
    except OSError:
        return None
    return (about.st_dev, about.st_ino) if folder.is_dir() else None
