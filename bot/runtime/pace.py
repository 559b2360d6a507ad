"""How fast a channel may send: the provider's rate, its "not before", and a breaker when it stumbles."""

BURST = 1.0  # s worth of rate that may go out at once
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
