"""Telegram's rate limits: about 1 message a second to a person, 20 a minute to a group, 30 a second in all.

https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this. A few messages at once to one person
are let through, as the real thing does for short bursts.
"""

import math
from collections import defaultdict, deque
from collections.abc import Callable
from typing import NamedTuple

from sandbox.telegram.model import Chat, Refused

BURST = 3  # messages to one person that may follow each other at once; one comes back each second
GROUP_COUNT, GROUP_SECONDS = 20, 60.0
TOTAL_COUNT, TOTAL_SECONDS = 30, 1.0


class Sent(NamedTuple):
    """Something a bot sent, edited or opened: when (seconds of the sandbox's clock), where and by which method."""

    at: float
    chat: int
    method: str


class Violation(NamedTuple):
    """A request that came too early by `retry_after` seconds."""

    at: float
    chat: int
    method: str
    retry_after: int


class Limits:
    """The limits of one bot. With `enforced` off it only writes down what was sent."""

    def __init__(self, clock: Callable[[], float], *, enforced: bool) -> None:
        self.enforced = enforced
        self.accepted: list[Sent] = []
        self.violations: list[Violation] = []
        self._clock = clock
        self._chats: dict[int, deque[float]] = defaultdict(deque)
        self._all: deque[float] = deque()

    def spend(self, chat: Chat, method: str, count: int = 1) -> None:
        """Count so many messages. Raises Refused (429), and then counts none."""
        now = self._clock()
        if self.enforced and (wait := self._wait(chat, now)) > 0:
            seconds = math.ceil(wait)
            self.violations.append(Violation(now, chat.id, method, seconds))
            raise Refused(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
        for _ in range(count):
            self.accepted.append(Sent(now, chat.id, method))
            self._chats[chat.id].append(now)
            self._all.append(now)

    def _wait(self, chat: Chat, now: float) -> float:
        """Seconds until the next message may go, at most 0 for now."""
        everything = _until(self._all, TOTAL_COUNT, TOTAL_SECONDS, now)
        if chat.type == "private":
            return max(everything, _overflow(self._chats[chat.id], now))
        return max(everything, _until(self._chats[chat.id], GROUP_COUNT, GROUP_SECONDS, now))


def _until(sent: deque[float], count: int, span: float, now: float) -> float:
    """Seconds until fewer than `count` of these lie within the last `span` seconds."""
    while sent and sent[0] <= now - span:
        sent.popleft()
    return sent[-count] + span - now if len(sent) >= count else 0.0


def _overflow(sent: deque[float], now: float) -> float:
    """Seconds until a bucket that loses one message a second has room for another of `BURST`."""
    empty = 0.0  # when what was sent will have leaked out
    for at in sent:
        empty = max(empty, at) + 1.0
    if empty <= now:
        sent.clear()
    return empty - now - (BURST - 1)
