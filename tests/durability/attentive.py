"""A store that is asked only where something is, as the product's own loops ask: after news, or when time has passed.

Whoever moves a house by hand asks for timers, work and every channel's messages after every step, mostly in vain, and
each of these questions is a transaction. Here one look, kept until something is written, tells which of them to ask.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from bot.rows import Arrival, Batch, Consequences, Leased, Settlement

INBOX, TIMERS = "/inbox", "/timers"  # no channel has such a name
_LOOK = f"""
SELECT '{INBOX}' AS what WHERE EXISTS (SELECT 1 FROM inbox WHERE state = 'new' AND ready_at <= %(now)d)
UNION SELECT '{TIMERS}' WHERE EXISTS (SELECT 1 FROM timer WHERE due_at <= %(now)d)
UNION SELECT channel FROM outbox WHERE state IN ('queued', 'sending', 'reconciling') AND not_before <= %(now)d
"""  # noqa: S608 - numbers and names of ours


class Attentive:
    """bot.ports.Store; what is not asked often goes to the store as it is."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self._seen: tuple[int, Collection[str]] | None = None  # when, and what there was
        self._vain: set[str] = set()  # what was there then, and not ready to be given out

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def _is_there(self, what: str, now: int) -> bool:
        if self._seen is None or self._seen[0] != now:
            self._seen, self._vain = (now, {row[0] for row in await select(self._store, _LOOK % {"now": now})}), set()
        return what in self._seen[1] and what not in self._vain

    def _asked(self, what: str, found: object) -> None:
        if found:
            self._seen = None
        else:
            self._vain.add(what)

    async def accept(self, arrivals: Sequence[Arrival]) -> int:
        """See bot.ports.Store."""
        self._seen = None
        new: int = await self._store.accept(arrivals)
        return new

    async def work(self, limit: int, now: int, decide: Callable[[Batch], Consequences]) -> int:
        """See bot.ports.Store."""
        done: int = await self._store.work(limit, now, decide) if await self._is_there(INBOX, now) else 0
        self._asked(INBOX, done)
        return done

    async def lease(
        self, owner: str, limit: int, now: int, until: int, channels: Sequence[str], rest: int = 0
    ) -> list[Leased]:
        """See bot.ports.Store."""
        (channel,) = channels
        if not await self._is_there(channel, now):
            return []
        leased: list[Leased] = await self._store.lease(owner, limit, now, until, channels, rest)
        self._asked(channel, leased)
        return leased

    async def settle(self, settlements: Sequence[Settlement], arrivals: Sequence[Arrival] = ()) -> None:
        """See bot.ports.Store."""
        self._seen = None
        await self._store.settle(settlements, arrivals)

    async def tick(self, now: int, limit: int) -> int:
        """See bot.ports.Store."""
        fired: int = await self._store.tick(now, limit) if await self._is_there(TIMERS, now) else 0
        self._asked(TIMERS, fired)
        return fired


async def select(store: Any, query: str) -> list[Any]:
    """Rows of a query that the store does not have; each kind of store has a connection of its own for reading."""
    if hasattr(store, "_reader"):
        return list(await store._reader.execute_fetchall(query))
    async with store._readers.acquire() as connection:
        found: list[Any] = await connection.fetch(query)
        return found
