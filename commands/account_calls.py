"""How `run.py user`, `key` and exports write: through the server that holds the database, or by themselves."""

import asyncio
import os
import pwd
from collections.abc import Awaitable, Callable
from typing import Any, Literal, TypeVar
from urllib.parse import quote

import msgspec

import settings as configuration
from bot.errors import BotError, StoreUnavailable
from commands import logs
from commands.accounts import People
from commands.api_keys import StoredKeys
from commands.assemble import database, epoch_ms
from commands.personal import CustomerData
from commands.send import call, running
from settings import Settings
from storage.looking import look
from storage.schema import require, sqlite_path
from web.accounts import Member
from web.erasure_shapes import ExportBegun
from web.key_pages import KeyShown
from web.key_shapes import KeyChanged, KeyWanted
from web.people_api import OPERATOR, acted, invited
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
    return _change("/api/v1/people", wanted, PersonChanged, lambda store, base: invited(_people(store), wanted, base))


def act(person: str, wanted: PersonAct) -> PersonChanged:
    """Change somebody, by id or address. Raises BotError."""
    path = f"/api/v1/people/{quote(person, safe='')}/acts"
    return _change(path, wanted, PersonChanged, lambda store, base: acted(_people(store), person, wanted, base))


def _people(store: Any) -> People:
    return People(store, epoch_ms)


def all_keys() -> list[KeyShown]:
    """The keys in the database, whoever holds it."""
    settings = configuration.load()
    logs.setup(settings.log, "warning")

    async def looking() -> list[KeyShown]:
        async with look(settings.database_url) as reading:
            return await StoredKeys(reading, epoch_ms).keys()

    return asyncio.run(looking())


def make_key(wanted: KeyWanted) -> KeyChanged:
    """A new key. Raises BotError."""
    return _through("/api/v1/keys", wanted, KeyChanged, lambda kept: kept.make(wanted, OPERATOR))


def revoke_key(name: str) -> KeyChanged:
    """Let a key hold no longer. Raises BotError."""
    path = f"/api/v1/keys/{quote(name, safe='')}/revoke"
    return _through(path, KeyChanged(name), KeyChanged, lambda kept: kept.revoke(name, OPERATOR))


def note_export(what: Literal["responses", "contacts"]) -> None:
    """Put an export into the audit trail before it begins: what cannot be noted is not shown (S39). Raises BotError."""
    settings = configuration.load()
    asyncio.run(require(settings.database_url))  # to look at a database makes none
    begun = ExportBegun(what, _user())

    async def noted(store: Any, _base: str) -> ExportBegun:
        await CustomerData(store, settings, epoch_ms).exported(begun)
        return begun

    _change("/api/v1/exports", begun, ExportBegun, noted)


def _user() -> str:
    """What the operating system calls whoever runs this, whatever the environment says; a number without a name."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name[:100]
    except KeyError:
        return str(os.getuid())


def _through(path: str, wanted: msgspec.Struct, kind: type[T], work: Callable[[StoredKeys], Awaitable[T]]) -> T:
    settings = configuration.load()
    taken = frozenset(key.name for key in settings.api_keys)
    return _change(path, wanted, kind, lambda store, _base: work(StoredKeys(store, epoch_ms, taken)))


def _change(path: str, wanted: msgspec.Struct, kind: type[T], work: Callable[[Any, str], Awaitable[T]]) -> T:
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
    return msgspec.convert(call(server, path, msgspec.to_builtins(wanted)), kind)


async def _here(settings: Settings, work: Callable[[Any, str], Awaitable[T]]) -> T:
    store: Any = await database(settings)
    try:
        return await work(store, settings.public_url or f"http://127.0.0.1:{settings.port}")
    finally:
        await store.close()
