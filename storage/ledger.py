"""The ledger on a store: bot.outreach.ledger.Ledger over whatever runs scripts."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from bot.outreach.ledger import Decide, KindOf, Proposal
from storage.decisions import propose, settle_due
from storage.scripts import Script


class Runs(Protocol):
    """The part of a store that runs scripts."""

    async def run(self, script: Callable[[], Script[Any]], *topics: str) -> Any:
        """See storage.sqlite and storage.postgres."""
        ...

    async def read(self, script: Callable[[], Script[Any]]) -> Any:
        """See storage.reading."""
        ...

    def snapshot(self) -> AbstractAsyncContextManager[Any]:
        """See storage.reading."""
        ...

    async def wait(self, topic: str, timeout: float) -> None:
        """See bot.ports.Store."""
        ...


class StoredLedger:
    """bot.outreach.ledger.Ledger."""

    def __init__(self, store: Runs) -> None:
        self._store = store

    async def propose(self, proposals: Sequence[Proposal]) -> int:
        """See bot.outreach.ledger."""
        new: int = await self._store.run(lambda: propose(proposals), "decisions")
        return new

    async def settle_due(self, now: int, limit: int, since: int, kind_of: KindOf, decide: Decide) -> int:
        """See bot.outreach.ledger."""
        count: int = await self._store.run(lambda: settle_due(now, limit, since, kind_of, decide), "inbox")
        return count

    async def wait(self, topic: str, timeout: float) -> None:
        """See bot.ports.Store."""
        await self._store.wait(topic, timeout)
