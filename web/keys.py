"""API keys: `eck_` and 256 random bits; only the SHA-256 is ever kept."""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable
from typing import NamedTuple

from starlette.requests import Request

from web.problems import Refused
from web.throttle import Pace

PREFIX = "eck_"
WHO = "key"


class Key(NamedTuple):
    """A key as it is kept. `expires` is epoch milliseconds, 0 for never."""

    name: str
    sha256: str
    scopes: frozenset[str]
    expires: int = 0


def make() -> tuple[str, str]:
    """A new key: what its owner gets to see once, and its hash in hex."""
    key = PREFIX + secrets.token_urlsafe(32)
    return key, digest(key)


def digest(key: str) -> str:
    """SHA-256 in hex; a slow hash would protect nothing, for the key is random."""
    return hashlib.sha256(key.encode()).hexdigest()


class Keyring:
    """The keys that are valid, and the check of a request's `Authorization: Bearer …`."""

    def __init__(self, keys: Iterable[Key], clock: Callable[[], int], per_minute: int = 0) -> None:
        """`clock` gives epoch milliseconds; `per_minute` is how often each key may call, 0 for any number."""
        self._keys = list(keys)
        self._clock = clock
        self._pace = Pace(per_minute, clock)

    def check(self, request: Request, scope: str) -> Key:
        """The caller's key. Refuses with 401 without a valid one, 403 if it may not do this, 429 if not so often."""
        given = request.headers.getlist("authorization")
        scheme, _, secret = given[0].partition(" ") if len(given) == 1 else ("", "", "")
        found = None
        if scheme.lower() == "bearer":
            presented = digest(secret.strip()).encode()
            for key in self._keys:  # all of them, so that the time tells nothing
                if hmac.compare_digest(key.sha256.encode(), presented):
                    found = key
        if found is None or 0 < found.expires <= self._clock():
            detail = "Send `Authorization: Bearer eck_…`. Operators make keys with `run.py user api-key NAME`."
            raise Refused(401, "A valid API key is needed", detail, {"www-authenticate": "Bearer"})
        if scope not in found.scopes:
            raise Refused(403, "This API key may not do that", f"It lacks the scope {scope!r}.")
        self._pace.take(found.name)
        request.scope["state"][WHO] = found
        return found


def key_of(request: Request) -> Key | None:
    """Whose call this is, once it has been checked."""
    found: Key | None = request.scope.get("state", {}).get(WHO)
    return found
