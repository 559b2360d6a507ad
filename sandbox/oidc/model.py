"""The provider's world: its clients, its people, the codes it has given out, and its keys."""

import secrets
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from joserfc.jwk import RSAKey

CODE_HOLDS = 60  # s


class Client(NamedTuple):
    """A program that people sign in to. `secret` "": a public client, which has none."""

    id: str
    secret: str
    redirects: tuple[str, ...]


class Person(NamedTuple):
    """Somebody with an account at the provider."""

    sub: str
    name: str
    email: str


class Grant(NamedTuple):
    """What a code stands for."""

    client: str
    redirect: str
    sub: str
    nonce: str
    challenge: str
    asked_at: int
    expires: int


def new_key() -> RSAKey:
    """A key that signs, under a name of its own."""
    return RSAKey.generate_key(2048, {"kid": secrets.token_hex(4), "use": "sig", "alg": "RS256"})


class World:
    """Everything the provider knows. Times are epoch seconds."""

    def __init__(self, clients: Iterable[Client], people: Iterable[Person], clock: Callable[[], float]) -> None:
        self.clients = {each.id: each for each in clients}
        self.people = {each.sub: each for each in people}
        self.clock = clock
        self.twists: list[str] = []
        """What is wrong with the next tokens, one each; `sandbox.oidc.tokens` knows the names."""
        self.asked_before = 0
        """So many seconds ago people were asked last, when they come."""
        self._codes: dict[str, Grant] = {}
        self.keys: list[RSAKey] = []
        self.rotate()

    def now(self) -> int:
        """The time."""
        return int(self.clock())

    def rotate(self) -> None:
        """From now on another key signs, and the old one is gone."""
        self.keys = [new_key()]

    def public_keys(self) -> list[dict[str, Any]]:
        """As everybody may see them."""
        return [key.as_dict(private=False) for key in self.keys]

    def code(self, grant: Grant) -> str:
        """A new code."""
        code = secrets.token_urlsafe(16)
        self._codes[code] = grant
        return code

    def spend(self, code: str) -> Grant | None:
        """What a code stands for, once."""
        grant = self._codes.pop(code, None)
        return grant if grant and self.now() < grant.expires else None

    def twist(self) -> str:
        """What is wrong with this token, "" for nothing."""
        return self.twists.pop(0) if self.twists else ""
