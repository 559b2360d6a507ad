"""Not handing Twilio more than the sender can pass on."""

from bot.errors import Throttled


class Pace:
    """A queue of at most `burst` seconds at `rate` segments per second (GCRA); rate 0: no limit.

    What waits at Twilio can no longer be stopped by an opt-out or a person taking over; what waits in our
    outbox can.
    """

    def __init__(self, rate: float, burst: float = 60.0) -> None:
        self._rate = rate
        self._burst = burst
        self._empty_at = 0.0

    def take(self, parts: int, now: float) -> None:
        """Count `parts` at monotonic time `now` (seconds). Raises Throttled with the wait."""
        if not self._rate:
            return
        start = max(self._empty_at, now)
        if start - now > self._burst:
            raise Throttled("the sender's queue is full", start - now - self._burst)
        self._empty_at = start + parts / self._rate
