"""How often somebody may try: to sign in, slower with each miss (S17), calls per key, webhooks at once (S33)."""

import functools
import ipaddress
import math
from collections.abc import Awaitable, Callable, Sequence

from starlette.requests import Request
from starlette.responses import Response

from web.problems import Refused

FREE = 5  # misses before the first wait
WINDOW = 60_000  # ms; the first wait, which doubles with each further miss
LONGEST = 15 * 60_000  # ms
MOST = 10_000  # that many pairs of address and caller are remembered; the oldest go first
AT_ONCE = 1000  # webhooks of one caller: no burst of a provider comes near it, and none gets lost
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Endpoint = Callable[[Request], Awaitable[Response]]


class Misses:
    """Who has missed how often lately. A pair of account and caller waits; others who use the account do not."""

    def __init__(self, clock: Callable[[], int]) -> None:
        """`clock` gives epoch ms."""
        self._clock = clock
        self._known: dict[tuple[str, str], tuple[int, int]] = {}  # how many, and when the latest

    def check(self, account: str, caller: str) -> None:
        """Refuses with 429 whoever has to wait; whether there is such an account makes no difference."""
        count, latest = self._known.get((account, caller), (0, 0))
        if wait := self._wait(count) - (self._clock() - latest) if count >= FREE else 0:
            if wait <= 0:
                return
            seconds = math.ceil(wait / 1000)
            raise Refused(429, "Too many attempts", f"Try again in {seconds} s.", {"retry-after": str(seconds)})

    def missed(self, account: str, caller: str) -> None:
        """Another miss. What lies longer back than the longest wait is forgotten."""
        now = self._clock()
        count, latest = self._known.pop((account, caller), (0, 0))
        if now - latest > LONGEST or (count < FREE and now - latest > WINDOW):
            count = 0
        self._known[account, caller] = count + 1, now  # behind all others
        while len(self._known) > MOST:
            del self._known[next(iter(self._known))]

    def hit(self, account: str, caller: str) -> None:
        """They got in."""
        self._known.pop((account, caller), None)

    @staticmethod
    def _wait(count: int) -> int:
        return min(WINDOW << min(count - FREE, 20), LONGEST)


class Pace:
    """A bucket for each name: so many calls at once, and as many again in each minute."""

    def __init__(self, per_minute: int, clock: Callable[[], int], who: str = "This key") -> None:
        """`per_minute` 0: no limit. `clock` gives epoch ms. `who` is told so to whoever has to wait."""
        self._most = per_minute
        self._clock = clock
        self._who = who
        self._left: dict[str, tuple[float, int]] = {}

    def take(self, name: str) -> None:
        """One call. Refuses with 429 and Retry-After if there were too many."""
        if not self._most:
            return
        now = self._clock()
        left, since = self._left.pop(name, (float(self._most), now))
        left = min(self._most, left + max(0, now - since) * self._most / 60_000)
        if left < 1:
            self._left[name] = left, now
            seconds = math.ceil((1 - left) * 60 / self._most)
            raise Refused(
                429,
                "Too many calls",
                f"{self._who} may make {self._most} calls a minute. Try again in {seconds} s.",
                {"retry-after": str(seconds)},
            )
        self._left[name] = left - 1, now
        while len(self._left) > MOST:
            del self._left[next(iter(self._left))]


class Crowd:
    """How many webhooks of one caller are under way at once: each may hold a whole body for ten seconds (S33)."""

    def __init__(self, proxies: Sequence[Network] = (), most: int = AT_ONCE) -> None:
        """`proxies` are our own; behind one that is not among them all callers are one, so `most` is large."""
        self._proxies = proxies
        self._most = most
        self._here: dict[str, int] = {}

    def bounded(self, endpoint: Endpoint) -> Endpoint:
        """The same, and refused with 503 while its caller has too many here: providers then try again."""

        @functools.wraps(endpoint)
        async def one(request: Request) -> Response:
            who = self._enter(request)
            try:
                return await endpoint(request)
            finally:
                self._leave(who)

        return one

    def _enter(self, request: Request) -> str:
        who = caller(request, self._proxies)
        here = self._here.get(who, 0)
        if here >= self._most:
            raise Refused(503, "Too many calls at once", "Try again in a moment.", {"retry-after": "1"})
        self._here[who] = here + 1
        return who

    def _leave(self, who: str) -> None:
        if self._here[who] > 1:
            self._here[who] -= 1
        else:
            del self._here[who]


def caller(request: Request, proxies: Sequence[Network]) -> str:
    """The address of who calls: of the connection, or what the last of our own proxies says."""
    address = request.client.host if request.client else ""
    if not proxies:
        return address
    for hop in reversed(request.headers.get("x-forwarded-for", "").split(",")):
        if not _among(address, proxies) or not hop.strip():
            break
        address = hop.strip()
    return address


def _among(address: str, networks: Sequence[Network]) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in networks)
