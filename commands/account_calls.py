"""How `run.py user` gets to the people: it looks by itself, and writes through the server that holds the database."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec

import settings as configuration
from bot.errors import BotError, StoreUnavailable
from commands import logs
from commands.accounts import People
from commands.assemble import database, epoch_ms
from commands.send import call, running
from settings import Settings
from storage.looking import look
from storage.schema import sqlite_path
from web.accounts import Member
from web.people_api import acted, invited
from web.people_shapes import PersonAct, PersonChanged, PersonInvite

T = TypeVar("T")


class NotDone(BotError):
    """What was asked for makes no sense; says why."""


def members() -> list[Member]:
    """Everybody, whoever holds the database."""
    settings = configuration.load()
    logs.setup(settings.log, "warning")

    async def looking() -> list[Member]:
        async with look(settings.database_url) as reading:
            return await People(reading, epoch_ms).members()

    return asyncio.run(looking())


def invite(wanted: PersonInvite) -> PersonChanged:
    """Let somebody in. Raises BotError."""
    return _change("/api/v1/people", wanted, lambda people, base: invited(people, wanted, base))


def act(person: str, wanted: PersonAct) -> PersonChanged:
    """Change somebody, by id or address. Raises BotError."""
    path = f"/api/v1/people/{quote(person, safe='')}/acts"
    return _change(path, wanted, lambda people, base: acted(people, person, wanted, base))


def _change(
    path: str, wanted: msgspec.Struct, work: Callable[[People, str], Awaitable[PersonChanged]]
) -> PersonChanged:
    settings = configuration.load()
    logs.setup(settings.log, "warning")
    file = sqlite_path(settings.database_url)
    server = running(file) if file else None
    if server is None:
        try:
            return asyncio.run(_here(settings, work))
        except ValueError as error:
            raise NotDone(str(error)) from error
        except StoreUnavailable:
            server = running(file) if file else None  # one that was just starting got there first
            if server is None:
                raise
    return msgspec.convert(call(server, path, msgspec.to_builtins(wanted)), PersonChanged)


async def _here(settings: Settings, work: Callable[[People, str], Awaitable[PersonChanged]]) -> PersonChanged:
    store: Any = await database(settings)
    try:
        return await work(People(store, epoch_ms), settings.public_url or f"http://127.0.0.1:{settings.port}")
    finally:
        await store.close()
