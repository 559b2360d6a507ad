"""A bot's updates: numbered, kept until they are confirmed or too old, fetched by long polling or delivered by webhook.

Queues, lifetimes and descriptions follow telegram-bot-api/Client.cpp (add_update…, process_get_updates_query).
"""

import asyncio
import itertools
from collections.abc import Callable, Iterable

from msgspec import Struct

from sandbox.telegram.model import Json, Refused, bad

DAY, PRESS_SECONDS = 86_400.0, 150.0
MAX_LIMIT, MAX_POLL_SECONDS = 100, 50
KINDS = (
    "message", "edited_message", "channel_post", "edited_channel_post", "business_connection", "business_message",
    "edited_business_message", "deleted_business_messages", "message_reaction", "message_reaction_count",
    "inline_query", "chosen_inline_result", "callback_query", "shipping_query", "pre_checkout_query",
    "purchased_paid_media", "poll", "poll_answer", "my_chat_member", "chat_member", "chat_join_request", "chat_boost",
    "removed_chat_boost",
)  # fmt: skip
_ON_REQUEST = ("chat_member", "message_reaction", "message_reaction_count")
DEFAULT = tuple(kind for kind in KINDS if kind not in _ON_REQUEST)
_QUEUES = {"callback_query": 3, "my_chat_member": 5, "chat_member": 6, "message_reaction": 8}


class Update(Struct, frozen=True):
    """One update. Those of a queue are delivered one after the other; `expires` is in epoch seconds."""

    id: int
    kind: str
    body: Json
    queue: int
    expires: float
    ordinal: int  # the order they came in, which their ids need not show

    def json(self) -> Json:
        """The Update object."""
        return {"update_id": self.id, self.kind: self.body}


class Webhook(Struct):
    """Where updates go, and what went wrong there last."""

    url: str
    secret: str = ""
    connections: int = 40
    error: str = ""
    error_date: int = 0


class Updates:
    """The updates of one bot. `next_id` may be set: after a silent week Telegram goes on at any number.

    While `held` is true they are kept, as if no way led to us.
    """

    def __init__(self, clock: Callable[[], float], first_id: int) -> None:
        self.next_id = first_id
        self.allowed: tuple[str, ...] = DEFAULT
        self.webhook: Webhook | None = None
        self.held = False
        self.history: dict[int, Update] = {}
        self.wake: Callable[[Iterable[int]], None] = lambda _queues: None  # set by whoever delivers
        self._queues: dict[int, dict[int, Update]] = {}
        self._poll: asyncio.Future[None] | None = None
        self._clock = clock
        self._ordinals = itertools.count()

    @property
    def pending(self) -> list[Update]:
        """What waits to be delivered, oldest first; what is too old is dropped."""
        self._keep(self._waiting())
        return sorted(self._waiting(), key=lambda update: update.ordinal)

    @property
    def queues(self) -> list[int]:
        """Queues in which something waits."""
        return list(self._queues)

    def add(self, kind: str, body: Json, source: int) -> Update | None:
        """Number an update that comes from this chat (or this user, for a press). None if nobody asked for its kind."""
        if kind not in self.allowed:
            return None
        lifetime = PRESS_SECONDS if kind == "callback_query" else DAY
        return self._enter(kind, body, source + (_QUEUES.get(kind, 0) << 33), self._clock() + lifetime)

    def renumber(self, update_id: int) -> Update:
        """What an update said comes again under a new number."""
        old = self.history[update_id]
        return self._enter(old.kind, old.body, old.queue, old.expires)

    def done(self, update_id: int) -> None:
        """Forget an update that has arrived."""
        queue = self.history[update_id].queue
        self._queues.get(queue, {}).pop(update_id, None)
        if not self._queues.get(queue):
            self._queues.pop(queue, None)

    def head(self, queue: int) -> Update | None:
        """What is to be delivered next in this queue; what is too old is dropped."""
        while waiting := self._queues.get(queue):
            update = next(iter(waiting.values()))
            if update.expires > self._clock():
                return update
            self.done(update.id)
        return None

    def forget(self) -> None:
        """Drop everything that waits."""
        self._queues.clear()

    def allow(self, kinds: list[str] | None) -> None:
        """Choose kinds: none at all keeps the choice, an empty list is the default one, unknown ones are ignored."""
        if kinds is not None:
            self.allowed = tuple(kind for kind in KINDS if kind in kinds) or DEFAULT

    def hold(self, *, held: bool) -> None:
        """Keep updates back, or let them go on."""
        self.held = held
        self._news(self.queues)

    def end_poll(self, reason: str) -> None:
        """A getUpdates under way fails with 409."""
        if self._poll and not self._poll.done():
            self._poll.set_exception(Refused(409, reason))

    async def poll(self, offset: int, limit: int, seconds: int) -> list[Json]:
        """getUpdates: confirm all before `offset`, wait for the next ones. Raises Refused (409)."""
        if self.webhook:
            raise Refused(
                409,
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
            )
        self.end_poll("terminated by other getUpdates request; make sure that only one bot instance is running")
        self._confirm(offset)
        if seconds and (self.held or not self.pending):
            await self._wait(seconds)
        return [] if self.held else [update.json() for update in self.pending[:limit]]

    def _confirm(self, offset: int) -> None:
        pending = self.pending
        self._keep(pending[offset:] if offset < 0 else (update for update in pending if update.id >= offset))

    def _waiting(self) -> list[Update]:
        return [update for queue in self._queues.values() for update in queue.values()]

    def _keep(self, updates: Iterable[Update]) -> None:
        now = self._clock()
        self._queues = {}
        for update in updates:
            if update.expires > now:
                self._queues.setdefault(update.queue, {})[update.id] = update

    async def _wait(self, seconds: int) -> None:
        self._poll = poll = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(seconds):
                await poll
        except TimeoutError:
            pass
        finally:
            if self._poll is poll:
                self._poll = None

    def _enter(self, kind: str, body: Json, queue: int, expires: float) -> Update:
        update = Update(self.next_id, kind, body, queue, expires, next(self._ordinals))
        self.next_id += 1
        self.history[update.id] = self._queues.setdefault(queue, {})[update.id] = update
        self._news([queue])
        return update

    def _news(self, queues: Iterable[int]) -> None:
        if self.held:
            return
        self.wake(queues)
        if self._poll and not self._poll.done():
            self._poll.set_result(None)


def choice(given: object) -> list[str] | None:
    """The argument `allowed_updates`. Raises Refused."""
    if given is None:
        return None
    if not isinstance(given, list) or not all(isinstance(kind, str) for kind in given):
        raise bad("expected an Array of String as allowed_updates")
    return [str(kind) for kind in given]
