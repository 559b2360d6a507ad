"""Keys for the API as scripts: made, looked up at each call, revoked; each change with its entry in the trail (S19)."""

from typing import NamedTuple

from bot.errors import BotError, Fault
from storage.audit import note
from storage.scripts import Ask, Script

MINUTE = 60_000  # ms: that a key is used is written down once in it


class KnownKey(BotError):
    """There is, or was, a key of this name."""

    fault = Fault.CALLER


class NoSuchKey(BotError):
    """There is no key of this name that holds."""

    fault = Fault.CALLER


class ApiKey(NamedTuple):
    """A key as it is kept. `hint`: how its secret begins; `scopes` with spaces between. Times: epoch ms, 0: never."""

    sha256: str
    name: str
    hint: str
    scopes: str
    brand: str
    desk: str
    created_by: str
    created_at: int
    expires_at: int = 0
    used_at: int = 0
    revoked_at: int = 0


def add(key: ApiKey) -> Script[None]:
    """Keep a new key. Raises KnownKey: names stand in the trail, so that none is given twice."""
    if not (yield Ask("add_key", key[:-2])):
        raise KnownKey(f"There is, or was, a key {key.name!r}: take another name.")
    facts = {"scopes": key.scopes, "brand": key.brand, "desk": key.desk}
    yield from note(key.created_at, key.created_by, "key_added", f"key:{key.name}", facts)


def keys() -> Script[list[ApiKey]]:
    """All there are and were, by name."""
    return [ApiKey._make(row) for row in (yield Ask("all_keys"))]


def holding(sha256: str, now: int) -> Script[ApiKey | None]:
    """The key with this hash, unless it is revoked or too old."""
    rows = yield Ask("key_with", (sha256, now))
    return ApiKey._make(rows[0]) if rows else None


def used(sha256: str, now: int) -> Script[None]:
    """It was used just now."""
    yield Ask("key_used", (now, sha256, now - MINUTE))


def revoke(name: str, now: int, by: str) -> Script[None]:
    """Let a key hold no longer. Raises NoSuchKey."""
    if not (yield Ask("revoke_key", (now, name))):
        raise NoSuchKey(f"There is no key {name[:80]!r} that holds.")
    yield from note(now, by, "key_revoked", f"key:{name}")
