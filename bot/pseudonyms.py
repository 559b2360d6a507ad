"""Addresses under a key: what remains of an address where it must not stand itself (RELIABILITY C2).

HMAC-SHA256 (RFC 2104, FIPS 198-1) over `namespace|address`. A plain hash of a phone number is found by trying them
all; without the key this one is not.
"""

import hashlib
import hmac
from collections.abc import Sequence
from typing import NamedTuple


class Pseudonym(NamedTuple):
    """An address under one key: hex, and which key it was."""

    hmac: str
    key_id: str


class Pseudonyms:
    """Names for addresses. The first key is used for what is written, all of them for looking up."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """`keys` are 32 bytes each, at least one."""
        if not keys:
            raise ValueError("there is no key to name addresses with")
        self._keys = [(key_id(key), key) for key in keys]

    def of(self, namespace: str, address: str) -> Pseudonym:
        """Under the first key. `address` is written as its channel writes it: E.164, an id.

        `namespace` is the kind of channel (twilio, telegram, slack): a number is the same whichever of our senders
        writes to it.
        """
        name, key = self._keys[0]
        return Pseudonym(_digest(key, namespace, address), name)

    def each_of(self, namespace: str, address: str) -> list[Pseudonym]:
        """Under every key that is known, the first key's first."""
        return [Pseudonym(_digest(key, namespace, address), name) for name, key in self._keys]

    def all_of(self, namespace: str, address: str) -> list[str]:
        """Under every key that is known, the first key's first."""
        return [_digest(key, namespace, address) for _, key in self._keys]


def key_id(key: bytes) -> str:
    """A name for a key that tells nothing about it: 8 hex digits."""
    return hashlib.sha256(b"echolot address key id\0" + key).hexdigest()[:8]


def _digest(key: bytes, namespace: str, address: str) -> str:
    return hmac.digest(key, f"{namespace}|{address}".encode(), "sha256").hex()  # in C throughout: imports make millions
