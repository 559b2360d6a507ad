"""The keys under which addresses are named where they must not stand themselves (RELIABILITY C2)."""

import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from pydantic import SecretStr

from bot.contacts import Place, place
from bot.errors import BotError
from bot.messages import Address
from bot.pseudonyms import Pseudonyms
from bot.runtime.worker import Names
from bot.secret_keys import decoded, make
from commands.findings import Finding, bad, good
from settings import Settings
from storage.contacts import Named
from storage.schema import sqlite_path
from storage.vault import derived

KEY_FILE = "echolot.key"
"""Beside a SQLite database, where the settings have no key: made when addresses are named for the first time."""

ABOUT = "address keys"

_PURPOSE = "address key"
_PUT_BACK = "put it back behind the others in `address_keys`, or in `secret_keys` if it was derived from one of them"
_PUT_BACK_FILE = f"{_PUT_BACK}, or restore {KEY_FILE} if it was that one"


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


def known(settings: Settings) -> frozenset[str]:
    """The ids of the keys that there are; none is made. Raises NoAddressKey for a file that cannot be read."""
    path = sqlite_path(settings.database_url)
    if not (settings.address_keys or settings.secret_keys or (path and (path.parent / KEY_FILE).exists())):
        return frozenset()
    return frozenset(each.key_id for each in pseudonyms(settings).each_of("", ""))


def examined(settings: Settings, used: Sequence[Named]) -> list[Finding]:
    """Whether every key that something in the database is named under is still there."""
    try:
        there = known(settings)
    except NoAddressKey as error:
        return [bad(ABOUT, str(error))]
    lost = [each for each in used if each.key_id not in there]
    found = [good(ABOUT, f"{len(used)} in use, and all of them are here")] if used and not lost else []
    for each in lost:
        counts = f"opt-outs {each.suppressions}, chains of consent {each.consents}, addresses {each.addresses}"
        why = f"the key {each.key_id} is gone, and what is named under it is not found any more: {counts}"
        found.append(bad(ABOUT, why, _PUT_BACK if sqlite_path(settings.database_url) is None else _PUT_BACK_FILE))
    return found


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
