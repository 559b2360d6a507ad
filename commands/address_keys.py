"""The keys under which addresses are named where they must not stand themselves (RELIABILITY C2)."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from pydantic import SecretStr

from bot.contacts import Place, place
from bot.errors import BotError
from bot.messages import Address
from bot.pseudonyms import Pseudonyms
from bot.runtime.worker import Names
from bot.secret_keys import decoded, make
from settings import Settings
from storage.schema import sqlite_path
from storage.vault import derived

KEY_FILE = "echolot.key"
"""Beside a SQLite database, where the settings have no key: made when addresses are named for the first time."""

_PURPOSE = "address key"


class NoAddressKey(BotError):
    """There is no key to name addresses with, or the file with it cannot be used."""


def pseudonyms(settings: Settings) -> Pseudonyms:
    """How addresses are named: by `address_keys`, else keys derived from `secret_keys`, else the file beside SQLite.

    Raises NoAddressKey: on PostgreSQL without a key, as several machines would have to share the file; and where the
    file cannot be read or made.
    """
    if settings.address_keys:
        return Pseudonyms([decoded(key) for key in settings.address_keys])
    if settings.secret_keys:
        return Pseudonyms([derived(decoded(key), _PURPOSE) for key in settings.secret_keys])
    path = sqlite_path(settings.database_url)
    if path is None:
        raise NoAddressKey(
            "Contacts and consent need a key to name addresses with: `run.py user secret-key` makes one for the "
            "setting `address_keys`. All servers on this database need the same one, for as long as it is used."
        )
    return Pseudonyms([_kept(path.parent / KEY_FILE)])


def names_of(settings: Settings) -> Pseudonyms | None:
    """The same, or None where there is no key yet: what needs none goes on."""
    try:
        return pseudonyms(settings)
    except NoAddressKey:
        return None


def naming(settings: Settings) -> Names | None:
    """What the worker calls addresses where consent is kept, None where there is no key."""
    names = names_of(settings)
    if names is None:
        return None
    kinds = {name: channel.kind for name, channel in settings.channels.items()}

    def named(address: Address) -> tuple[str, Place]:
        kind = kinds.get(address.channel, address.channel)
        return kind, place(address, kind, names)

    return named


def _kept(path: Path) -> bytes:
    """The key in this file, made if it is not there; nobody but its owner may read it."""
    try:
        if not path.exists():
            _make(path)
        return decoded(SecretStr(path.read_text("ascii")))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise NoAddressKey(f"{path}: {reason}. It holds the key that addresses are named with; restore it.") from None


def _make(path: Path) -> None:
    """Written aside and linked into place: two who begin at once agree on one key, and none reads half of it."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(make() + "\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
