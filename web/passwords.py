"""Passwords: Argon2id in threads of their own, and which ones nobody may choose (RELIABILITY S14)."""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from web.problems import Refused

if TYPE_CHECKING:
    import argon2

T = TypeVar("T")
SHORTEST = 12  # characters
LONGEST = 200
MEMORY = 32 * 1024  # KiB; more than the 19 MiB, twice, that OWASP asks for
TIMES = 2
WAITING = 32  # that many at most wait for their turn; whoever comes then is told to come back
HARD = 3  # zxcvbn's score from 0 to 4: "safely unguessable, moderate protection from offline slow-hash scenario"


def weak(password: str, about: Sequence[str] = ()) -> str:
    """Why nobody may choose this password: short | long | common, or "".

    `about` is what others know of the person: their address and name. Common passwords, names, words, dates, rows of
    keys and what is made of them are zxcvbn's business (Wheeler, USENIX Security 2016).
    """
    if len(password) < SHORTEST:
        return "short"
    if len(password) > LONGEST:
        return "long"
    from zxcvbn import zxcvbn  # noqa: PLC0415 - its lists are large and rarely needed

    known = [*about, *(part for each in about for part in each.replace("@", " ").replace(".", " ").split()), "echolot"]
    # what makes a password hard stands in its first characters, and more of them would take long
    return "" if zxcvbn(password[:64], user_inputs=known)["score"] >= HARD else "common"


class Passwords:
    """Hashing takes 60 ms and 32 MB by design: two at a time, beside the event loop."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="argon2")
        self._waiting = 0

    async def hash(self, password: str) -> str:
        """The password as it is kept."""
        return await self._aside(self._hasher.hash, password)

    async def holds(self, kept: str, password: str) -> bool:
        """Whether this is the password; takes as long if `kept` is "", because there is nobody."""
        return await self._aside(self._verified, kept or self._nobody, password) and bool(kept)

    def stale(self, kept: str) -> bool:
        """Whether it was hashed under older parameters."""
        return self._hasher.check_needs_rehash(kept)

    def _verified(self, kept: str, password: str) -> bool:
        from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415

        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _aside(self, work: Callable[..., T], *given: str) -> T:
        if self._waiting >= WAITING:
            raise Refused(503, "Too many people are signing in", "Try again in a moment.", {"retry-after": "5"})
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, *given)
        finally:
            self._waiting -= 1

    @cached_property
    def _hasher(self) -> "argon2.PasswordHasher":
        from argon2 import PasswordHasher  # noqa: PLC0415 - costs 70 ms, and workers have no pages

        return PasswordHasher(time_cost=TIMES, memory_cost=MEMORY, parallelism=1)

    @cached_property
    def _nobody(self) -> str:
        """The hash of a password that nobody has."""
        return self._hasher.hash(secrets.token_urlsafe())
