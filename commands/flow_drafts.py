"""Drafts of surveys over the store, for the editor."""

from collections.abc import Callable, Sequence
from typing import Any

from storage import drafts
from web.flow_parts import Kept


class StoredDrafts:
    """web.flow_parts.Drafts."""

    def __init__(self, store: Any, clock: Callable[[], int]) -> None:
        """`clock` gives epoch ms."""
        self._store = store
        self._clock = clock

    async def all(self) -> Sequence[Kept]:
        """See web.flow_parts.Drafts."""
        now = self._clock()
        return [Kept(*each) for each in await self._store.read(lambda: drafts.drafts(now))]

    async def one(self, flow: str) -> Kept | None:
        """See web.flow_parts.Drafts."""
        now = self._clock()
        found = await self._store.read(lambda: drafts.draft(flow, now))
        return Kept(*found) if found else None

    async def keep(self, wanted: Kept) -> Kept | None:
        """See web.flow_parts.Drafts."""
        now = self._clock()
        done = await self._store.run(lambda: drafts.save(drafts.FlowDraft(*wanted), now))
        return Kept(*done) if done else None

    async def drop(self, flow: str, n: int, by: str = "") -> bool:
        """See web.flow_parts.Drafts."""
        now = self._clock()
        return bool(await self._store.run(lambda: drafts.drop(flow, n, now, by)))
