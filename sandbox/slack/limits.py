"""Slack's rate limits, and a plain record of what was posted when.

https://docs.slack.dev/apis/web-api/rate-limits: about a message per second and channel with short bursts, a cap per
workspace that Slack does not tell, and per method a tier of calls a minute.
"""

import math
from collections import defaultdict, deque
from collections.abc import Callable

from msgspec import Struct

MINUTE = 60.0
BURST = 3.0
# Tier 1 is "1+ a minute" with room for bursts: ten keeps a client that reconnects alive, as Slack does.
TIERS = {1: 10, 2: 20, 3: 50, 4: 100}


class Post(Struct, frozen=True):
    """An accepted chat.postMessage. `at` is in seconds of the sandbox's clock."""

    at: float
    team: str
    channel: str


class Violation(Struct, frozen=True):
    """A call that came too early, and how long it should have waited, in seconds."""

    at: float
    team: str
    method: str
    channel: str
    wait: float


class Limits:
    """Decides who has to wait. With `on=False` nobody does, but posts are recorded all the same."""

    def __init__(self, clock: Callable[[], float], *, on: bool, per_minute: int) -> None:
        self.on = on
        self.per_minute = per_minute
        self.posts: list[Post] = []
        self.violations: list[Violation] = []
        self._clock = clock
        self._buckets: dict[tuple[str, str], tuple[float, float]] = {}  # (team, channel) → tokens, at
        self._windows: defaultdict[tuple[str, str], deque[float]] = defaultdict(deque)  # (team, method) → calls

    def call(self, team: str, method: str, tier: int, channel: str) -> float:
        """Seconds that this call has to wait; 0 if it may go ahead. Tier 0 has no limit."""
        if not self.on or not tier:
            return 0.0
        now = self._clock()
        posting = method == "chat.postMessage"
        window = self._windows[team, method]
        while window and window[0] <= now - MINUTE:
            window.popleft()
        cap = self.per_minute if posting else TIERS[tier]
        wait = window[-cap] + MINUTE - now if len(window) >= cap else 0.0
        tokens = BURST
        if posting:
            left, at = self._buckets.get((team, channel), (BURST, now))
            tokens = min(BURST, left + now - at)
            wait = max(wait, 1.0 - tokens)
        if wait > 0:
            self.violations.append(Violation(now, team, method, channel, wait))
            return math.ceil(wait)
        window.append(now)
        if posting:
            self._buckets[team, channel] = (tokens - 1.0, now)
        return 0.0

    def posted(self, team: str, channel: str) -> None:
        """Take note of an accepted post."""
        self.posts.append(Post(self._clock(), team, channel))
