"""When a message may go: the provider's limits for its chat and account, who goes first, and who is told to wait."""

from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from bot.abilities import Pacing, Rooted, Threading
from bot.cases.words import word
from bot.messages import Address, Limit, Outbound, Prompt
from bot.ports import Channel
from bot.rows import Leased
from bot.runtime.pace import Turnstiles
from bot.runtime.verdict import urgency

LONG = 10_000  # ms after which a desk is told how long it waits
QUIET = 5 * 60_000  # ms after that in which it is not told again


class _Queue(NamedTuple):
    """What waits at a desk: the latest of it, when that goes, and the limits that it waits for."""

    message: Outbound
    until: int
    limits: Sequence[Limit]


class Admission:
    """The door to one channel. All times are epoch ms."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._turnstiles = Turnstiles()
        self._queues: dict[str, _Queue] = {}  # by scope: those that their desks have to hear of
        self._told: dict[str, int] = {}  # scope → up to when its desk need not be told again
        self._notes = 0

    def wait(self, row: Leased, message: Outbound, now: int) -> int:
        """Milliseconds until the message may go; 0: now."""
        if not isinstance(self._channel, Pacing):
            return 0
        limits = self._channel.limits(message.to, _kind(row, message))
        first = urgency(row) == 0
        wait = self._turnstiles.wait(row.id, limits, now, self._count(row, message), first=first)
        if wait > LONG and row.kind in ("desk", "card"):
            self._is_long(message, now + wait, limits, now)
        return wait

    def delay(self, now: int) -> float:
        """Seconds until the next message may go; 0.0 if nobody waits."""
        return self._turnstiles.delay(now)

    def close(self, scope: str, until: int) -> None:
        """The provider takes nothing for this scope before `until`."""
        self._turnstiles.close(scope, until)

    def news(self, now: int) -> list[Outbound]:
        """What desks are told now about how long they wait: once, in the group itself."""
        told = []
        for scope, queue in list(self._queues.items()):
            seconds = (queue.until - now) // 1000
            if seconds * 1000 <= LONG:
                del self._queues[scope]
            elif not self._turnstiles.wait(-1 - self._notes, queue.limits, now, first=True):
                self._notes += 1
                del self._queues[scope]
                language = queue.message.language or "en"
                text = word("queued", language, seconds=str(seconds))
                to = replace(queue.message.to, thread="")
                told.append(Outbound(f"queued:{self._notes}", to, Prompt(text), "desk", language=language))
        return told

    def _is_long(self, message: Outbound, until: int, limits: Sequence[Limit], now: int) -> None:
        scope = limits[0].scope
        if scope in self._queues or self._told.get(scope, 0) <= now:
            self._queues[scope] = _Queue(message, until, limits)
            self._told[scope] = until + QUIET

    def _count(self, row: Leased, message: Outbound) -> int:
        """As how many messages it counts: an album as its files, and with what opens its thread."""
        count = max(1, len(message.media))
        if row.thread or not _is_in_thread(message.to) or message.kind == "status":
            return count
        if isinstance(self._channel, Threading) and not isinstance(self._channel, Rooted):
            count += 1  # the topic
        if message.kind != "card":
            count += 1
        return count + 1 if row.card_id else count  # what stood last in the one that is gone


def _kind(row: Leased, message: Outbound) -> str:
    if message.kind == "status":
        return "sign"
    if message.kind == "card":
        return "edit" if row.thread and row.card_id else ""
    return "edit" if message.edits else ""


def _is_in_thread(to: Address) -> bool:
    return to.thread.startswith("@")
