"""Credentials of connected accounts at rest: sealed with AES-256-GCM, bound to their channel and account (S35).

A sealed text is `v1.<key id>.<nonce>.<ciphertext>`, the latter two in base64url. What names the record (version, key
id, channel, account) is authenticated with it, so that no record can be put in the place of another.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from typing import NamedTuple, Protocol, runtime_checkable

import structlog

from bot.errors import Misconfigured

log = structlog.get_logger("vault")
VERSION = "v1"
NONCE = 12  # bytes, random: NIST SP 800-38D allows 2^32 of them per key
SETTING = "secret_keys"


class Readable(Protocol):
    """The read side of a store, as far as the vault needs it (`bot.ports.Reading`)."""

    async def installation(self, channel: str, account: str) -> str | None:
        """The sealed text, or None."""
        ...

    async def installations(self, channel: str) -> list[str]:
        """The accounts of a channel."""
        ...


@runtime_checkable
class Shelf(Readable, Protocol):
    """Both sides (`bot.ports.Store`)."""

    async def save_installation(self, channel: str, account: str, sealed: str, now: int) -> None:
        """Keep or replace one."""
        ...

    async def remove_installation(self, channel: str, account: str) -> None:
        """Forget one."""
        ...


class Locked(Misconfigured):
    """Credentials that cannot be opened: their key is gone, or they are not what was sealed."""


class Holdings(NamedTuple):
    """What the vault has for a channel: accounts under the first key, under older ones, and those it cannot open."""

    current: int
    old: int
    locked: tuple[Locked, ...]


class Vault:
    """bot.abilities.Installations over a store. The first key seals, all of them open."""

    def __init__(self, shelf: Readable, keys: Sequence[bytes]) -> None:
        """`keys` are 32 bytes each. A shelf that can only be read opens, and refuses the rest with Misconfigured."""
        self._shelf = shelf
        self._keys = {key_id(key): key for key in keys}
        self._first = key_id(keys[0]) if keys else ""

    async def installation(self, channel: str, account: str) -> str | None:
        """The installation's JSON, or None. Raises Locked and StoreUnavailable."""
        sealed = await self._shelf.installation(channel, account)
        return None if sealed is None else self._opened(channel, account, sealed)

    async def accounts(self, channel: str) -> list[str]:
        """All accounts that are connected to this channel, also those that cannot be opened."""
        return await self._shelf.installations(channel)

    async def save_installation(self, channel: str, account: str, data: str, now: int) -> None:
        """Keep or replace one; `now` is epoch ms. Raises Misconfigured without a key, and StoreUnavailable."""
        if not self._first:
            raise Misconfigured(f"there is no key to keep credentials with; {advice()}")
        await self._writable().save_installation(channel, account, self._sealed(channel, account, data), now)

    async def remove_installation(self, channel: str, account: str) -> None:
        """Forget one."""
        await self._writable().remove_installation(channel, account)

    async def holdings(self, channel: str) -> Holdings:
        """Whether everything can be opened, and with which key."""
        return await self._walk(channel, None)

    async def renew(self, channel: str, now: int) -> Holdings:
        """Seal with the first key what is under an older one, and log what cannot be opened; what there was before.

        Two processes of which only one knows a new key must not share the first one: see the settings' page.
        """
        found = await self._walk(channel, now)
        if found.old:
            log.info("installations_sealed_again", channel=channel, count=found.old)
        for each in found.locked:
            log.error("installation_locked", channel=channel, reason=str(each))
        return found

    def _writable(self) -> Shelf:
        if not isinstance(self._shelf, Shelf):
            raise Misconfigured("credentials are only read here; the server keeps them")
        return self._shelf

    async def _walk(self, channel: str, renew_at: int | None) -> Holdings:
        current, old, locked = 0, 0, []
        for account in await self._shelf.installations(channel):
            sealed = await self._shelf.installation(channel, account)
            if sealed is None:  # removed meanwhile
                continue
            try:
                data = self._opened(channel, account, sealed)
            except Locked as error:
                locked.append(error)
                continue
            if sealed.split(".")[1] == self._first:
                current += 1
                continue
            old += 1
            if renew_at is not None:
                await self.save_installation(channel, account, data, renew_at)
        return Holdings(current, old, tuple(locked))

    def _sealed(self, channel: str, account: str, data: str) -> str:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - few set-ups need it

        nonce = secrets.token_bytes(NONCE)
        name = _name(self._first, channel, account)
        ciphertext = AESGCM(self._keys[self._first]).encrypt(nonce, data.encode(), name)
        return ".".join([VERSION, self._first, _text(nonce), _text(ciphertext)])

    def _opened(self, channel: str, account: str, sealed: str) -> str:
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

        whose = f"the credentials of {account!r} on channel {channel!r}"
        version, _, rest = sealed.partition(".")
        key, _, rest = rest.partition(".")
        if version != VERSION or not rest:
            raise Locked(f"{whose} are in no form that this version knows; connect the account again")
        if key not in self._keys:
            raise Locked(
                f"{whose} are sealed with the key {key}, which is not among `{SETTING}`; "
                "put it back there, at the end, or connect the account again"
            )
        nonce, _, ciphertext = rest.partition(".")
        try:
            opened = AESGCM(self._keys[key]).decrypt(_bytes(nonce), _bytes(ciphertext), _name(key, channel, account))
        except (InvalidTag, ValueError):  # ValueError: no base64, no nonce
            raise Locked(f"{whose} have been changed in the database; connect the account again") from None
        return opened.decode()


def key_id(key: bytes) -> str:
    """What names a key without telling anything about it: 8 hex digits of a hash."""
    return derived(key, "key id").hex()[:8]


def derived(key: bytes, purpose: str) -> bytes:
    """Another key (32 bytes) for another purpose: HMAC-SHA256."""
    return hmac.digest(key, f"echolot {purpose}".encode(), hashlib.sha256)


def advice() -> str:
    """What to do without a key."""
    return f"`run.py user secret-key` makes one for the setting `{SETTING}`"


def _name(key: str, channel: str, account: str) -> bytes:
    return json.dumps([VERSION, key, channel, account]).encode()


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("no base64") from error
