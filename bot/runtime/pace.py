"""How fast a channel may send: the provider's rates, its "not before", and a breaker when it stumbles."""

import math
from collections.abc import Mapping, Sequence

from bot.messages import Limit

BURST = 0.05  # s worth of rate that may go out at once: providers count in sliding windows
MOST_KEPT = 10_000  # scopes and bookings before those that hold nobody up are dropped
JITTER = 50  # ms that a message may come late without holding up the next one
ABANDONED = 3600_000  # ms after which a booked message will not come back: it was cancelled
TRIP = 3  # stumbles in a row that open the breaker
OPEN = 1_000  # ms, doubling to LONGEST
LONGEST = 60_000
UNLIMITED = 1 << 30


class Pace:
    """A leaky bucket over parts per second, and pauses. All times are epoch ms."""

    def __init__(self, rate: float | None) -> None:
        """`rate` in parts per second; None for no limit of ours."""
        self._rate = rate
        self._free_at = 0.0  # when everything spent has leaked out
        self._paused_until = 0
        self._open_until = 0  # the breaker's own pause
        self._stumbles = 0

    def room(self, now: int, flying: int = 0) -> int:
        """How many messages may be leased now, while `flying` are on their way; 0 if none."""
        if now < max(self._paused_until, self._open_until):
            return 0
        room = UNLIMITED
        if self._rate is not None:
            used = max(0.0, self._free_at - now) * self._rate / 1000
            room = int(max(1.0, BURST * self._rate) - used)
        if self._stumbles >= TRIP:
            room = min(room, 1 - flying)  # half open: one message tries
        return max(0, room)

    def spend(self, now: int, parts: int) -> None:
        """So many parts go out."""
        if self._rate is not None:
            self._free_at = max(self._free_at, float(now)) + parts * 1000 / self._rate

    def delay(self, now: int) -> float:
        """Seconds until there may be room again; 0.0 if there is."""
        if self.room(now) > 0:
            return 0.0
        waits = [max(self._paused_until, self._open_until) - now]
        if self._rate is not None:
            waits.append(round(self._free_at - now - (max(1.0, BURST * self._rate) - 1) * 1000 / self._rate))
        return max(0.001, max(waits) / 1000)

    def pause(self, now: int, wait: int) -> None:
        """The provider said: not before."""
        self._paused_until = max(self._paused_until, now + wait)

    def stumble(self, now: int) -> None:
        """The provider did not work; after some in a row, leave it alone for a while."""
        if now < self._open_until:
            return  # was on its way when the breaker opened, and says nothing new
        self._stumbles += 1
        if self._stumbles >= TRIP:
            self._open_until = now + min(LONGEST, OPEN * 2 ** min(self._stumbles - TRIP, 10))

    def healthy(self) -> None:
        """The provider works: it took a message, or refused it in so many words."""
        self._stumbles = 0


class Turnstiles:
    """Limits by chat or account: each message books the next free moment, and comes back for it if that is later.

    The generic cell rate algorithm (ITU-T I.371, "virtual scheduling") per scope, once over what is booked and once
    over what went: messages that all come back late together still go one by one. All times are epoch ms.
    """

    def __init__(self) -> None:
        self._free: dict[str, float] = {}  # scope → when what was booked will have leaked out
        self._went: dict[str, float] = {}  # scope → when what went through will have leaked out
        self._closed: dict[str, int] = {}  # scope → until when the provider takes nothing
        self._booked: dict[int, int] = {}  # row → the moment it may go through

    def wait(self, row: int, limits: Sequence[Limit], now: int, count: int = 1, *, first: bool = False) -> int:
        """Milliseconds until the message `row` may go; 0: now. A later moment is booked and stays its own.

        It counts as `count` messages. Whoever goes `first` waits for what went, and not for what is booked.
        """
        if not limits:
            return 0
        closed = max(self._closed.get(limit.scope, 0) for limit in limits)
        if closed > now:
            return closed - now
        booked = self._booked.get(row) or self._book(limits, now, count)
        at = math.ceil(_earliest(self._went, limits, now, count) - JITTER)
        if not first:
            at = max(at, booked)
        if at > now:
            self._booked[row] = at
            return at - now
        self._booked.pop(row, None)
        _spend(self._went, limits, now, count)
        return 0

    def delay(self, now: int) -> float:
        """Seconds until the next booked moment; 0.0 if there is none."""
        return min((at - now for at in self._booked.values() if at > now), default=0) / 1000

    def close(self, scope: str, until: int) -> None:
        """The provider takes nothing for this scope before `until`."""
        self._closed[scope] = max(self._closed.get(scope, 0), until)

    def _book(self, limits: Sequence[Limit], now: int, count: int) -> int:
        """The next free moment. Whoever waits for one limit takes nothing from those who share only the others."""
        at = _earliest(self._free, limits, now, count)
        _spend(self._free, [limit for limit in limits if _earliest(self._free, (limit,), now, count) == at], now, count)
        if len(self._free) + len(self._closed) + len(self._booked) > MOST_KEPT:
            self._forget(now)
        return math.ceil(at)

    def _forget(self, now: int) -> None:
        """Drop what no longer holds anybody up."""
        self._free = {scope: free for scope, free in self._free.items() if free > now}
        self._went = {scope: free for scope, free in self._went.items() if free > now}
        self._closed = {scope: until for scope, until in self._closed.items() if until > now}
        self._booked = {row: at for row, at in self._booked.items() if at > now - ABANDONED}


def _earliest(free: Mapping[str, float], limits: Sequence[Limit], now: int, count: int) -> float:
    slack = [(limit.burst - count) * 1000 / limit.rate for limit in limits]
    return max(now, *(free.get(limit.scope, 0.0) - early for limit, early in zip(limits, slack, strict=True)))


def _spend(free: dict[str, float], limits: Sequence[Limit], at: float, count: int) -> None:
    for limit in limits:
        free[limit.scope] = max(free.get(limit.scope, 0.0), at) + count * 1000 / limit.rate
