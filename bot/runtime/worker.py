"""The worker: takes batches from the inbox, advances their lanes, commits, and never stops for one bad event."""

import asyncio
from collections.abc import Callable

import structlog

from bot.errors import Conflict, StoreUnavailable, UnknownRevision
from bot.ports import Batch, Consequences, Store
from bot.runtime.route import decide, park
from flows.library import Library

log = structlog.get_logger()

BATCH = 64
POLL = 1.0  # s; the floor for news that does not reach us (another machine's, a lost notification)
PAUSE = 0.25  # s between tries while the database is away


class Worker:
    """One worker; with SQLite there is one per database, with PostgreSQL as many as wanted."""

    def __init__(
        self, store: Store, library: Library, clock: Callable[[], int], gather: int = 0, batch: int = BATCH
    ) -> None:
        """`clock` gives epoch ms, `gather` is the window for split messages (ms), `batch` lanes per commit."""
        self._store = store
        self._library = library
        self._clock = clock
        self._gather = gather
        self._batch = batch
        self.turns = 0
        self.failures = 0

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            try:
                done = await self.step()
                if not done:
                    await self._store.wait("inbox", await self._patience())
            except StoreUnavailable:
                await asyncio.sleep(PAUSE)

    async def step(self) -> int:
        """One batch; how many events it held. Raises StoreUnavailable."""
        try:
            done = await self._work(self._batch, self._decide)
        except (StoreUnavailable, Conflict):
            raise
        except Exception as error:  # noqa: BLE001 - something in this batch cannot be written: find out what
            log.warning("batch_failed", error=type(error).__name__)
            done = await self._one_by_one()
        self.turns += done
        return done

    async def _work(self, limit: int, decider: Callable[[Batch], Consequences]) -> int:
        """A batch, loading flow revisions that it turns out to need; Conflict means somebody else was faster."""
        while True:
            try:
                return await self._store.work(limit, self._clock(), decider)
            except UnknownRevision as missing:
                await self._load(missing)
            except Conflict:
                self.failures += 1
                await asyncio.sleep(0)

    def _decide(self, batch: Batch) -> Consequences:
        return decide(batch, self._library.revision, self._clock(), self._gather)

    async def _one_by_one(self) -> int:
        """Lanes alone, so that only the one that cannot be written is parked."""
        done = 0
        for _ in range(self._batch):
            try:
                taken = await self._work(1, self._decide)
            except StoreUnavailable:
                raise
            except Exception as error:  # noqa: BLE001 - this one it is
                self.failures += 1
                taken = await self._work(1, lambda batch, error=error: self._give_up(batch, error))  # type: ignore[misc]
            done += taken
            if not taken:
                break
        return done

    def _give_up(self, batch: Batch, error: Exception) -> Consequences:
        rows = Consequences.none()
        rows.parked.append(park(batch.events[0], error, self._clock()))
        return rows

    async def _load(self, missing: UnknownRevision) -> None:
        source = await self._store.revision(missing.revision)
        if source is None:
            log.warning("flow_revision_lost", revision=missing.revision)
            raise missing
        self._library.add_source(source)

    async def _patience(self) -> float:
        """How long there is nothing to do (s), as far as we know."""
        wake = await self._store.next_wake()
        return POLL if not wake else min(POLL, max(0.0, (wake - self._clock()) / 1000))
