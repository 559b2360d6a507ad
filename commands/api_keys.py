"""Keys for the API, over the store: what `web.keys` and `web.key_pages` ask for, and `run.py key`."""

import re
from collections.abc import Callable
from typing import Any

from bot.errors import BotError, Fault
from storage import keys
from storage.keys import ApiKey
from web.key_pages import KeyShown
from web.key_shapes import SCOPES, KeyChanged, KeyWanted
from web.keys import Key, make
from web.shapes import iso

DAY = 86_400_000  # ms
HINT = 8  # characters of a key that are shown again: `eck_` and 24 of its 256 bits
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
PLACE = re.compile(r"[^\x00-\x1f]{1,100}")
TAKEN = frozenset({"operator"})


class NoKey(BotError):
    """What was asked for makes no sense; says why."""

    fault = Fault.CALLER


class StoredKeys:
    """`store` runs scripts, `clock` gives epoch ms. `taken` are names that the settings give already."""

    def __init__(self, store: Any, clock: Callable[[], int], taken: frozenset[str] = frozenset()) -> None:
        self._store = store
        self._clock = clock
        self._taken = TAKEN | taken

    async def key(self, sha256: str) -> Key | None:
        """See web.keys. Looked up each time, so that one that is revoked holds no more on any server."""
        now = self._clock()
        found: ApiKey | None = await self._store.read(lambda: keys.holding(sha256, now))
        if found is None:
            return None
        if now - found.used_at >= keys.MINUTE:
            await self._store.run(lambda: keys.used(sha256, now))
        scopes = frozenset(found.scopes.split())
        return Key(found.name, found.sha256, scopes, found.expires_at, found.brand, found.desk)

    async def keys(self) -> list[KeyShown]:
        """See web.key_pages."""
        return [self._shown(each) for each in await self._store.read(keys.keys)]

    async def make(self, wanted: KeyWanted, by: str) -> KeyChanged:
        """See web.key_pages. Raises NoKey and KnownKey."""
        if not NAME.fullmatch(wanted.name) or wanted.name in self._taken:
            raise NoKey("A name has small letters, digits, - and _, at most 40, and no other key has it.")
        if unknown := [scope for scope in wanted.scopes if scope not in SCOPES]:
            raise NoKey(f"There is no scope {unknown[0][:40]!r}; scopes are {', '.join(SCOPES)}.")
        if not (PLACE.fullmatch(wanted.brand) and PLACE.fullmatch(wanted.desk)):
            raise NoKey("A brand and a desk have at most 100 characters, on one line.")
        secret, sha256 = make()
        now = self._clock()
        expires = now + wanted.days * DAY if wanted.days else 0
        scopes = " ".join(scope for scope in SCOPES if scope in wanted.scopes)
        row = ApiKey(sha256, wanted.name, secret[:HINT], scopes, wanted.brand, wanted.desk, by, now, expires)
        await self._store.run(lambda: keys.add(row))
        return KeyChanged(wanted.name, secret, iso(expires) if expires else "")

    async def revoke(self, name: str, by: str) -> KeyChanged:
        """See web.key_pages. Raises NoSuchKey."""
        await self._store.run(lambda: keys.revoke(name.replace("\0", ""), self._clock(), by))
        return KeyChanged(name)

    def _shown(self, key: ApiKey) -> KeyShown:
        state = "revoked" if key.revoked_at else "expired" if 0 < key.expires_at <= self._clock() else "active"
        scopes = tuple(key.scopes.split())
        return KeyShown(key.name, key.hint, scopes, key.brand, key.desk, state, key.expires_at, key.used_at)
