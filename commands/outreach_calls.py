"""How commands get to contacts, ledger and campaigns: they look by themselves, and write through the server."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec

import settings as configuration
from bot.errors import BotError, StoreUnavailable
from bot.runtime.drafts import read
from commands import logs
from commands.assemble import database, epoch_ms, known_desks, outreach_of, published
from commands.outreach import Outreach
from commands.send import call, running
from flows.library import Library
from flows.problems import FlowProblems
from settings import Settings
from storage.looking import look
from storage.schema import sqlite_path

T = TypeVar("T")


class NotDone(BotError):
    """What was handed in has errors: all of them."""


def look_at(ask: Callable[[Outreach], Awaitable[T]]) -> T:
    """Ask something that changes nothing, whoever holds the database. Raises BotError."""
    settings = configuration.load()
    logs.setup(settings.log, "warning")

    async def looking() -> T:
        async with look(settings.database_url) as reading:
            return await ask(outreach_of(settings, reading, await _library(settings, reading)))

    return _said(looking())


def change(path: str, wanted: msgspec.Struct, shape: type[T], act: Callable[[Outreach], Awaitable[T]]) -> T:
    """Let the server that holds the SQLite database take `wanted` at this path of the API, or `act` here."""
    settings = configuration.load()
    logs.setup(settings.log, "warning")
    file = sqlite_path(settings.database_url)
    server = running(file) if file else None
    if server is None:
        try:
            return _said(_here(settings, act))
        except StoreUnavailable:
            server = running(file) if file else None  # one that was just starting got there first
            if server is None:
                raise
    return msgspec.convert(call(server, path, msgspec.to_builtins(wanted)), shape)


async def _here(settings: Settings, act: Callable[[Outreach], Awaitable[T]]) -> T:
    store = await database(settings)
    try:
        return await act(outreach_of(settings, store, await _library(settings, store)))
    finally:
        await store.close()


async def _library(settings: Settings, reading: Any) -> Library:
    """The surveys as they are published, and those that are only in files yet."""
    shelf, librarian, _ = published(settings, reading, epoch_ms)
    await librarian.refresh()
    known = {flow.id for flow in shelf.flows}
    for name, draft in read(settings.flow_folders, known_desks(settings)).drafts.items():
        if name not in known:
            shelf.keep(draft.flow, draft.source.text)
            shelf.begin_with(draft.flow)
    return shelf


def _said(work: Awaitable[T]) -> T:
    async def working() -> T:
        return await work

    try:
        return asyncio.run(working())
    except FlowProblems as error:
        raise NotDone(f"There are errors; nothing was changed:\n{error}") from error
