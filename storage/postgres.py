"""PostgreSQL: many workers on many machines. Set-based statements, one lock per lane."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import asyncpg
import structlog

from bot.errors import Conflict, StoreUnavailable
from bot.rows import Arrival, Batch, Consequences, FileRow, Leased, LinkRow, Settlement
from bot.versions import Publication
from storage import rows, sets, sets_leasing
from storage.notices import Notices
from storage.postgres_reading import Snapshot, looked_up
from storage.reading import Row, SqlReading
from storage.rollups import SHARDS, Counting, after_sends
from storage.scripts import Script, run_on_postgres
from storage.sql import statements
from storage.versions import publish_on
from storage.writing import fired

Result = TypeVar("Result")
Work = Callable[[Any], Awaitable[Result]]
log = structlog.get_logger()

SQL = statements("postgres")
LANES = 64  # of a batch, at most: other workers want some, too, and while one decides its event loop waits
_ATTEMPTS = 3  # of a transaction that the server sacrificed to another one
_SESSION = {
    "application_name": "echolot",
    "synchronous_commit": "on",  # P1, whatever the role's or the server's default is
    "idle_in_transaction_session_timeout": "30s",  # a worker that is cut off gives its lanes back
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "jit": "off",  # compiling costs more than our statements,
    "max_parallel_workers_per_gather": "0",  # and so does starting processes for one
}
_WRITING = _SESSION | {
    # The writer's statements touch a few rows by index, however large the tables and however stale their statistics.
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_bitmapscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
}
_TELLING = _SESSION | {"synchronous_commit": "off"}  # commits nothing but notifies, which nobody misses after a crash
_READERS = 2
_TIMEOUTS = {"timeout": 10, "command_timeout": 30}
_LOST = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # the connection ended in the middle of an answer
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,  # disk full, too many connections
    asyncpg.OperatorInterventionError,  # shutting down, starting up
    asyncpg.PostgresSystemError,  # I/O errors
    asyncpg.ReadOnlySQLTransactionError,  # a standby answers
)
_SACRIFICED = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)


class PostgresStore(SqlReading):
    """bot.ports.Store and bot.ports.Reading on a PostgreSQL database that any number of processes share."""

    def __init__(self, pool: Any, readers: Any, notices: Notices) -> None:
        self._pool = pool
        self._readers = readers
        self._notices = notices
        self.counting = Counting(shard=os.getpid() % SHARDS)

    @classmethod
    async def open(cls, url: str, connections: int = 8) -> "PostgresStore":
        """Connect to an up-to-date database. Raises StoreUnavailable if it does not answer."""

        def pool(smallest: int, largest: int, session: dict[str, str]) -> Any:
            sizes = {"min_size": smallest, "max_size": largest}
            return asyncpg.create_pool(url, **sizes, **_TIMEOUTS, server_settings=session, reset=_keep)

        async with _translated():
            writers = await pool(1, connections, _WRITING)
            readers = await pool(0, _READERS, _SESSION)
        notices = Notices(lambda: asyncpg.connect(url, **_TIMEOUTS, server_settings=_TELLING))
        notices.start()
        log.info("database_opened", kind="postgresql")
        return cls(writers, readers, notices)

    async def _write(self, work: Work[Result]) -> Result:
        """Run `work` as one transaction, again if the server sacrificed it to another one."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                async with (
                    _translated(),
                    self._pool.acquire(timeout=10) as connection,
                    connection.transaction(),
                ):
                    return await work(connection)
            except _SACRIFICED as error:
                if attempt == _ATTEMPTS:
                    raise Conflict("other workers kept changing the same rows") from error
        raise AssertionError

    async def accept(self, arrivals: Sequence[Arrival]) -> int:
        """See bot.ports.Store."""
        new = await self._write(lambda connection: sets.accept(connection, arrivals))
        self._notices.tell("inbox")
        return new

    async def work(self, limit: int, now: int, decide: Callable[[Batch], Consequences]) -> int:
        """See bot.ports.Store."""
        forwards = False

        async def work(connection: Any) -> int:
            nonlocal forwards
            lanes = [lane for (lane,) in await connection.fetch(SQL["lock_ready_lanes"], now, min(limit, LANES))]
            claimed = await connection.fetch(SQL["claim"], lanes, now, limit * 4) if lanes else []
            if claimed:
                seen = await sets.seen_from(connection, claimed)
                consequences = decide(rows.batch(claimed, seen))
                await sets.write(connection, consequences, now, self.counting)
                forwards = bool(consequences.forwards)
            return len(claimed)

        claimed = await self._write(work)
        if claimed:
            # Also without new messages: a lease skips lanes that are being worked on.
            self._notices.tell("outbox", *(["inbox"] if forwards else []))
        return claimed

    async def lease(  # the port's signature
        self, owner: str, limit: int, now: int, until: int, channels: Sequence[str], rest: int = 0
    ) -> list[Leased]:
        """See bot.ports.Store."""

        async def work(connection: Any) -> tuple[list[Leased], bool]:
            await connection.execute(SQL["doubt_dead_leases"], now, rest, channels)
            return await sets_leasing.lease(connection, owner, limit, now, until, channels)

        taken, more = await self._write(work)
        if more:
            self._notices.tell("outbox")
        return taken

    async def doubtful(self, owner: str, limit: int, now: int, until: int, channels: Sequence[str]) -> list[Leased]:
        """See bot.ports.Store."""

        async def work(connection: Any) -> list[Leased]:
            taken = await connection.fetch(SQL["take_doubtful"], owner, until, now, channels, limit)
            return await sets.with_others(connection, await sets_leasing.leased(connection, taken))

        return await self._write(work)

    async def take_along(
        self, head: Leased, owner: str, now: int, until: int, fits: Callable[[str], bool]
    ) -> list[str]:
        """See bot.ports.Store."""
        return await self._write(lambda connection: sets.take_along(connection, head, owner, now, until, fits))

    async def settle(self, settlements: Sequence[Settlement], arrivals: Sequence[Arrival] = ()) -> None:
        """See bot.ports.Store."""

        async def work(connection: Any) -> None:
            await sets.settle(connection, settlements)
            await sets.accept(connection, arrivals)
            await run_on_postgres(connection, after_sends([one.id for one in settlements], self.counting))

        await self._write(work)
        self._notices.tell("outbox", *(["inbox"] if arrivals else []))

    async def tick(self, now: int, limit: int) -> int:
        """See bot.ports.Store."""

        async def work(connection: Any) -> int:
            due = await connection.fetch(SQL["due_timers"], now, limit)
            await sets.accept(connection, [fired(key, lane, due_at, now) for key, lane, due_at in due])
            return len(due)

        count = await self._write(work)
        if count:
            self._notices.tell("inbox")
        return count

    async def next_wake(self) -> int:
        """See bot.ports.Store."""
        return int(await self._value("next_wake") or 0)

    async def wait(self, topic: str, timeout: float) -> None:  # the port's signature
        """See bot.ports.Store."""
        await self._notices.wait(topic, timeout)

    async def save_place(self, case_id: str, place: str, inbound: str, thread: str, card_id: str) -> None:
        """See bot.ports.Store."""
        await self._write(
            lambda connection: connection.execute(SQL["save_place"], case_id, place, inbound, thread, card_id)
        )

    async def lose_thread(self, case_id: str, place: str, opening: str) -> None:
        """See bot.ports.Store."""
        await self._write(lambda connection: connection.execute(SQL["lose_thread"], opening, case_id, place))

    async def voucher(self, desk: str, name: str, key: str, codes: Sequence[str], now: int) -> str:
        """See bot.ports.Store."""
        return await self._write(lambda connection: sets.use_code(connection, desk, name, key, codes, now))

    async def save_revision(self, revision: str, flow: str, source: str, now: int) -> None:
        """See bot.ports.Store."""
        await self._write(lambda connection: connection.execute(SQL["save_revision"], revision, flow, source, now))

    async def run(self, script: Callable[[], Script[Result]], *topics: str) -> Result:
        """Run what `script` makes as one transaction, made anew if the server sacrifices it to another one.

        Then tell who waits for `topics`. Raises StoreUnavailable.
        """
        result = await self._write(lambda connection: run_on_postgres(connection, script()))
        self._notices.tell(*topics)
        return result

    async def publish(self, wanted: Publication) -> int:
        """See bot.versions.Archive."""
        n = await self._write(lambda connection: publish_on(connection, SQL, wanted))
        self._notices.tell("flows")
        return n

    async def save_link(self, row: LinkRow) -> None:
        """See bot.ports.Store."""
        await self._write(lambda connection: connection.execute(SQL["save_link"], *row))

    async def save_file(self, row: FileRow) -> None:
        """See bot.ports.Store."""
        await self._write(lambda connection: connection.execute(SQL["save_file"], *row))

    async def drop_files(self, now: int, limit: int) -> int:
        """See bot.ports.Store."""
        done = await self._write(lambda connection: connection.execute(SQL["drop_files"], now, limit))
        return int(done.rpartition(" ")[2])

    async def save_installation(self, channel: str, account: str, sealed: str, now: int) -> None:
        """See bot.ports.Store."""
        await self._write(
            lambda connection: connection.execute(SQL["save_installation"], channel, account, sealed, now)
        )

    async def remove_installation(self, channel: str, account: str) -> None:
        """See bot.ports.Store."""
        await self._write(lambda connection: connection.execute(SQL["remove_installation"], channel, account))

    async def watermark(self, channel: str, at: int | None = None) -> int:
        """See bot.ports.Store."""
        if at is not None:
            await self._write(lambda connection: connection.execute(SQL["move_watermark"], channel, at))
        return int(await self._value("watermark", channel) or 0)

    async def close(self) -> None:
        """See bot.ports.Store."""
        await self._notices.close()
        await self._readers.close()
        await self._pool.close()

    async def _rows(self, name: str, **facts: Any) -> list[Row]:
        async with _translated(), self._readers.acquire(timeout=10) as connection:
            return await looked_up(connection, name, facts)

    async def read(self, script: Callable[[], Script[Result]]) -> Result:
        """See SqlReading."""
        async with _translated(), self._readers.acquire(timeout=10) as connection:
            return await run_on_postgres(connection, script())

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[SqlReading]:
        """See SqlReading."""
        async with (
            _translated(),
            self._readers.acquire(timeout=10) as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            yield Snapshot(connection)

    async def _value(self, name: str, *facts: Any) -> Any:
        async with _translated(), self._pool.acquire(timeout=10) as connection:
            return await connection.fetchval(SQL[name], *facts)


@asynccontextmanager
async def _translated() -> AsyncIterator[None]:
    """Turn the driver's words for "not now" into ours. Its texts can quote rows, so they stay out."""
    try:
        yield
    except _LOST as error:
        raise StoreUnavailable(f"PostgreSQL does not take writes now ({type(error).__name__})") from error


async def _keep(_connection: Any) -> None:
    """Nothing of a connection's state outlives a transaction here: a reset would be a wasted round trip."""
