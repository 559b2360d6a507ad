"""API keys: `eck_` and 256 random bits; only the SHA-256 is ever kept."""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple, Protocol

from starlette.requests import Request

from web.problems import Refused
from web.throttle import Pace
from web.visitors import EVERY

PREFIX = "eck_"
WHO, LOOKED_UP, LIMITS = "key", "key_looked_up", "key_limits"


class Key(NamedTuple):
    """A key as it is kept. `expires` is epoch milliseconds, 0 for never. `brand` and `desk` EVERY: for all of them."""

    name: str
    sha256: str
    scopes: frozenset[str]
    expires: int = 0
    brand: str = EVERY
    desk: str = EVERY

    @property
    def limits(self) -> frozenset[str]:
        """What it is for only one of."""
        return frozenset(name for name in ("brand", "desk") if getattr(self, name) != EVERY)


class Stored(Protocol):
    """The keys that are made while the server runs."""

    async def key(self, sha256: str) -> Key | None:
        """The one with this hash, as long as it holds; that it was used is noted."""
        ...


def make() -> tuple[str, str]:
    """A new key: what its owner gets to see once, and its hash in hex."""
    key = PREFIX + secrets.token_urlsafe(32)
    return key, digest(key)


def digest(key: str) -> str:
    """SHA-256 in hex; a slow hash would protect nothing, for the key is random."""
    return hashlib.sha256(key.encode()).hexdigest()


class Keyring:
    """The keys that are valid, and the check of a request's `Authorization: Bearer …`."""

    def __init__(
        self, keys: Iterable[Key], clock: Callable[[], int], per_minute: int = 0, stored: Stored | None = None
    ) -> None:
        """`keys` are those of the settings, `stored` the others. `clock` gives epoch milliseconds.

        `per_minute` is how often each key may call, 0 for any number.
        """
        self._keys = list(keys)
        self._stored = stored
        self._clock = clock
        self._pace = Pace(per_minute, clock)

    async def look(self, request: Request, limits: Collection[str] = ()) -> None:
        """Look up the key of a call that is none of the settings, anew each time: one that is revoked holds no more.

        `limits` are those that the route keeps to.
        """
        request.scope["state"][LIMITS] = limits
        presented = _presented(request)
        if self._stored is None or not presented or self._known(presented):
            return
        if found := await self._stored.key(presented):
            request.scope["state"][LOOKED_UP] = found

    def check(self, request: Request, scope: str) -> Key:
        """The caller's key. Refuses with 401 without a valid one, 403 if it may not do this, 429 if not so often."""
        presented, state = _presented(request), request.scope.setdefault("state", {})
        found: Key | None = (self._known(presented) if presented else None) or state.get(LOOKED_UP)
        if found is None or 0 < found.expires <= self._clock():
            detail = "Send `Authorization: Bearer eck_…`. Operators make keys with `run.py key add NAME`."
            raise Refused(401, "A valid API key is needed", detail, {"www-authenticate": "Bearer"})
        if scope not in found.scopes:
            raise Refused(403, "This API key may not do that", f"It lacks the scope {scope!r}.")
        if wrong := found.limits - set(state.get(LIMITS, ())):
            detail = f"It is for one {' and one '.join(sorted(wrong))} only, and this call does not tell them apart."
            raise Refused(403, "This API key may not do that", detail)
        self._pace.take(found.name)
        state[WHO] = found
        return found

    def _known(self, presented: str) -> Key | None:
        found = None
        for key in self._keys:  # all of them, so that the time tells nothing
            if hmac.compare_digest(key.sha256.encode(), presented.encode()):
                found = key
        return found


def key_of(request: Request) -> Key | None:
    """Whose call this is, once it has been checked."""
    found: Key | None = request.scope.get("state", {}).get(WHO)
    return found


def _presented(request: Request) -> str:
    """The hash of what stands in the one `Authorization` header, "" for nothing; an address never counts."""
    given = request.headers.getlist("authorization")
    scheme, _, secret = given[0].partition(" ") if len(given) == 1 else ("", "", "")
    return digest(secret.strip()) if scheme.lower() == "bearer" else ""
