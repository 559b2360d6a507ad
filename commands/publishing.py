"""How `run.py flow` gets to the versions: it looks by itself, and writes through the server that holds the database."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec
from msgspec.structs import replace

from bot.errors import BotError, StoreUnavailable
from bot.runtime.drafts import read
from bot.versions import History
from commands import logs
from commands.assemble import database, epoch_ms, known_desks, parts, published
from commands.send import REST, call, running
from commands.versions import Publishing, Versions
from flows.problems import FlowProblems
from settings import Settings
from storage.looking import look
from storage.schema import current, sqlite_path
from web.flow_shapes import FlowMove, FlowMoving

T = TypeVar("T")
PATIENCE = 30.0  # s in which a server moves conversations while somebody waits


class NotDone(BotError):
    """The flow has errors: all of them."""


class Nothing:
    """The history in a database that does not exist yet."""

    async def versions(self, _flow: str) -> list[dict[str, Any]]:
        """None."""
        return []

    async def current_versions(self) -> list[dict[str, Any]]:
        """None."""
        return []

    async def file_versions(self) -> list[dict[str, Any]]:
        """None."""
        return []

    async def revision(self, _revision: str) -> str | None:
        """None."""
        return None


def look_at(settings: Settings, ask: Callable[[Versions], Awaitable[T]]) -> T:
    """Ask something that changes nothing, whoever holds the database. Raises BotError."""

    async def looking() -> T:
        def versions(history: History) -> Versions:
            return Versions(history, lambda: read(settings.flow_folders, known_desks(settings)))

        if not await current(settings.database_url):
            return await ask(versions(Nothing()))
        async with look(settings.database_url) as reading:
            return await ask(versions(reading))

    logs.setup(settings.log, "warning")
    return _said(looking)


def change(
    settings: Settings, path: str, wanted: msgspec.Struct, shape: type[T], act: Callable[[Publishing], Awaitable[T]]
) -> T:
    """Let the server that holds the SQLite database take `wanted` at this path of the API, or `act` here.

    Raises BotError.
    """
    file = sqlite_path(settings.database_url)
    server = running(file) if file else None
    if server is None:
        try:
            return _said(lambda: _by_ourselves(settings, act))
        except StoreUnavailable:
            server = running(file) if file else None  # one that was just starting got there first
            if server is None:
                raise
    return msgspec.convert(call(server, f"/api/v1/flows/{path}", msgspec.to_builtins(wanted)), shape)


async def _by_ourselves(settings: Settings, act: Callable[[Publishing], Awaitable[T]]) -> T:
    logs.setup(settings.log, "warning")
    store = await database(settings)
    try:
        _, librarian, drafts = published(settings, store, epoch_ms)
        await librarian.refresh()
        return await act(Publishing(librarian.archive, drafts.read, librarian))
    finally:
        await store.close()


def move(settings: Settings, flow: str, wanted: FlowMove) -> FlowMoving:
    """Ask the server that holds the SQLite database to move conversations, or do it here, and see it through.

    Gives what was found first. Raises BotError.
    """

    def asked(server: Mapping[str, Any], wanted: FlowMove) -> FlowMoving:
        path = f"/api/v1/flows/{quote(flow, safe='')}/move"
        return msgspec.convert(call(server, path, msgspec.to_builtins(wanted)), FlowMoving)

    file = sqlite_path(settings.database_url)
    server = running(file) if file else None
    if server is None:
        return _said(lambda: _move_here(settings, flow, wanted))
    found = asked(server, wanted)
    end = time.monotonic() + PATIENCE
    while not wanted.dry_run and asked(server, replace(wanted, dry_run=True)).moving and time.monotonic() < end:
        time.sleep(REST)
    return found


async def _move_here(settings: Settings, flow: str, wanted: FlowMove) -> FlowMoving:
    """Without a server: what is in the inbox is worked on until nothing is left to do at once; nothing is sent."""
    logs.setup(settings.log, "warning")
    async with parts(settings, publishes=False) as assembled:
        publishing = Publishing(assembled.reading, assembled.drafts.read, assembled.librarian, assembled.mover)
        found = await publishing.move(flow, wanted)
        while not wanted.dry_run and await assembled.supervisor.worker.step():
            pass
        return found


def _said(work: Callable[[], Awaitable[T]]) -> T:
    async def working() -> T:
        return await work()

    try:
        return asyncio.run(working())
    except FlowProblems as error:
        raise NotDone(f"The flow has errors:\n{error}") from error
