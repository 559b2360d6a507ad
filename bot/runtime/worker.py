"""The worker: takes batches from the inbox, advances their lanes, commits, and never stops for one bad event."""

import asyncio
from collections.abc import Callable, Collection, Sequence

import structlog

from bot.cases.desks import Desks
from bot.consent_rows import ConsentRow, Entered
from bot.contacts import Place
from bot.errors import Conflict, StoreUnavailable, UnknownRevision
from bot.messages import Address
from bot.ports import Store
from bot.rows import Batch, Consequences
from bot.runtime.entering import SHUT, Doors
from bot.runtime.route import decide, park
from flows.library import Library

log = structlog.get_logger()

Names = Callable[[Address], tuple[str, Place]]
"""The kind of an address's channel, and the address with its names."""

BY_CHANNEL = frozenset(("keyword", "start"))  # sources that are called after where it was: twilio_keyword

BATCH = 256  # lanes, or as many as the database takes at once
POLL = 1.0  # s; the floor for news that does not reach us (another machine's, a lost notification)
PAUSE = 0.25  # s between tries while the database is away
BREATH = 0.05  # s at least between looks at work that is due but not ours to take (another worker's, a parked lane's)
TRIES = 3  # of a batch that others keep changing


class Worker:
    """One worker; with SQLite there is one per database, with PostgreSQL as many as wanted."""

    def __init__(
        self,
        store: Store,
        library: Library,
        clock: Callable[[], int],
        gather: int = 0,
        batch: int = BATCH,
        marking: Collection[str] = frozenset(),
        desks: Desks | None = None,
    ) -> None:
        """`clock` gives epoch ms, `gather` is the window for split messages (ms), `batch` lanes per commit.

        `marking` and `desks`: see `bot.runtime.route.decide`.
        """
        self._store = store
        self._library = library
        self._clock = clock
        self._gather = gather
        self._batch = batch
        self._marking = marking
        self._desks = desks or Desks()
        self.names: Names | None = None  # without it nothing is kept of consent
        self.doors: Doors = SHUT
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
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - something in this batch cannot be written: find out what
            log.warning("batch_failed", error=type(error).__name__)
            done = await self._one_by_one()
        self.turns += done
        return done

    async def _work(self, limit: int, decider: Callable[[Batch], Consequences]) -> int:
        """A batch, loading flow revisions that it turns out to need, and again if somebody else was faster."""
        conflicts = 0
        while True:
            try:
                return await self._store.work(limit, self._clock(), decider)
            except UnknownRevision as missing:
                await self._load(missing)
            except Conflict:
                self.failures += 1
                conflicts += 1
                if conflicts == TRIES:
                    raise
                await asyncio.sleep(BREATH)

    def _decide(self, batch: Batch) -> Consequences:
        now, revision = self._clock(), self._library.revision
        rows = decide(batch, revision, now, self._gather, self._marking, self._desks, self.doors)
        if rows.consents:
            rows.consents = self._named(rows.consents)
        if rows.entered:
            rows.entered = self._agreed(rows.entered)
        return rows

    def _named(self, consents: Sequence[ConsentRow]) -> list[ConsentRow]:
        named: list[ConsentRow] = []
        if self.names is None:
            return named
        for row in consents:
            kind, place = self.names(Address.of_lane(row.lane))
            source = f"{kind}_{row.source}" if row.source in BY_CHANNEL else row.source
            named.append(row._replace(names=place.names, key_id=place.key_id, source=source))
        return named

    def _agreed(self, entered: Sequence[Entered]) -> list[Entered]:
        """The same with what addresses are called; where nothing is kept of consent, nobody can agree."""
        if self.names is None:
            return []
        agreed: list[Entered] = []
        for row in entered:
            kind, place = self.names(row.source)
            agreed.append(row._replace(names=place.names, key_id=place.key_id, how=f"{kind}_{row.how}"))
        return agreed

    async def _one_by_one(self) -> int:
        """Lanes alone, so that only what cannot be written is parked."""
        done = 0
        for _ in range(self._batch):
            taken = await self._alone()
            if not taken:
                break
            done += taken
        return done

    async def _alone(self) -> int:
        """One lane; if it cannot be written, its oldest event; if that cannot be written, it is parked."""
        head, failure = 0, Exception()

        def whole(batch: Batch) -> Consequences:
            nonlocal head
            head = batch.events[0].id
            return self._decide(batch)

        def oldest(batch: Batch) -> Consequences:
            return whole(batch._replace(events=batch.events[:1]))

        def parked(batch: Batch) -> Consequences:
            if batch.events[0].id != head:  # another worker was faster, and this is another lane
                return self._decide(batch)
            rows = Consequences.none()
            rows.parked.append(park(batch.events[0], failure, self._clock()))
            return rows

        for decider in (whole, oldest):
            try:
                return await self._work(1, decider)
            except StoreUnavailable:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, the other lanes go on
                failure = error
        self.failures += 1
        return await self._work(1, parked)

    async def _load(self, missing: UnknownRevision) -> None:
        source = await self._store.revision(missing.revision)
        if source is None:
            log.warning("flow_revision_lost", revision=missing.revision)
            raise missing
        self._library.add_source(source)
        if self._library.revision(missing.revision) is None:  # else we would load it for ever
            raise missing

    async def _patience(self) -> float:
        """How long there is nothing to do (s), as far as we know."""
        wake = await self._store.next_wake()
        return POLL if not wake else min(POLL, max(BREATH, (wake - self._clock()) / 1000))
