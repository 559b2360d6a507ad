"""SQLite: the embedded database. One writer thread that takes whole batches, readers beside it."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite
import structlog

from bot.errors import StoreUnavailable
from bot.rows import Arrival, Batch, Consequences, FileRow, Leased, LinkRow, Settlement
from bot.versions import Publication
from storage.ahead import Ahead
from storage.along import Along
from storage.cases import seen_from, take_along
from storage.leasing import doubtful, lease, settle, terms
from storage.lock import WriterLock, locked
from storage.looking import SqliteLook, reader_of
from storage.news import News
from storage.rollups import Counting, after_sends
from storage.rows import batch
from storage.scripts import Script, run_on_sqlite
from storage.sql import statements
from storage.versions import publish
from storage.writing import accept, fired, use_code, write

Result = TypeVar("Result")
log = structlog.get_logger()
# Below warnings aiosqlite logs every statement with its values, people's words among them (S34).
logging.getLogger("aiosqlite").addFilter(lambda record: record.levelno >= logging.WARNING)

SQL = statements("sqlite")
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "fullfsync=1",
    "busy_timeout=5000",
    "foreign_keys=ON",
    "trusted_schema=OFF",
    "secure_delete=ON",
    "wal_autocheckpoint=4000",  # pages: a checkpoint per 16 MB, so that the log stays far below 64 MB
    "cache_size=-65536",
)


def connect(path: Path) -> sqlite3.Connection:
    """A writing connection with the settings that the promises rest on. Transactions are begun by hand."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=256)
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection


class SqliteStore(SqliteLook):
    """bot.ports.Store and bot.ports.Reading on one SQLite file."""

    def __init__(self, path: Path, lock: WriterLock, writer: sqlite3.Connection, reader: aiosqlite.Connection) -> None:
        super().__init__(path, reader)
        self._lock = lock
        self._writer = writer
        # One thread, so that a batch is one hop and writes never contend.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-writer")
        # At most one transaction of the background's is in the thread's queue: a webhook waits for one, not for all.
        self._background = asyncio.Lock()
        self._ahead = Ahead()
        self._along = Along(lambda connection, arrivals: accept(connection, SQL, arrivals))
        self._news, self.counting = News(), Counting()

    @classmethod
    async def open(cls, path: Path, patience: float = 0.0) -> "SqliteStore":
        """Open an up-to-date database file.

        Raises StoreUnavailable if another process writes to it and still does after `patience` seconds.
        """
        lock = await locked(path, patience)
        try:
            writer = connect(path)
            reader = await reader_of(path)
        except BaseException:
            lock.release()
            raise
        log.info("database_opened", kind="sqlite", library=sqlite3.sqlite_version)
        return cls(path, lock, writer, reader)

    @property
    def path(self) -> Path:
        """The database file."""
        return self._path

    def announce(self, facts: dict[str, Any]) -> None:
        """Tell other processes of this user how to reach this one."""
        self._lock.announce(facts)

    async def _write(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """Run `work` as one transaction in the writer's thread, after those that the background wanted before."""
        async with self._background:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._transaction, work)

    def _transaction(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """Run `work` as one transaction, and take waiting events along."""
        connection = self._writer
        try:
            connection.execute("BEGIN IMMEDIATE")
            result = work(connection)
            self._along.board(connection)
            connection.execute("COMMIT")
        except BaseException as error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            self._along.stranded()
            self._blame_file(error)
            raise
        self._along.arrived()
        return result

    def _blame_file(self, error: BaseException) -> None:
        """Raises StoreUnavailable if it is the database that cannot take writes."""
        # "malformed" comes as the bare DatabaseError: the file needs an operator, the event is innocent
        if isinstance(error, sqlite3.OperationalError) or type(error) is sqlite3.DatabaseError:
            raise StoreUnavailable(f"SQLite cannot write to {self._path.name}: {error}") from error

    async def accept(self, arrivals: Sequence[Arrival]) -> int:
        """See bot.ports.Store."""
        new = self._along.add(arrivals)
        self._thread.submit(self._accept_waiting)
        try:
            count = await asyncio.wrap_future(new)
        except sqlite3.Error as error:
            self._blame_file(error)
            raise
        self._news.tell("inbox")
        return count

    def _accept_waiting(self) -> None:
        """Write the events that no other transaction has taken along."""
        if self._along:
            try:
                self._transaction(lambda _: None)
            except Exception as error:  # noqa: BLE001 - who waits for the events gets it
                self._along.refuse(error)

    async def work(self, limit: int, now: int, decide: Callable[[Batch], Consequences]) -> int:
        """See bot.ports.Store."""
        topics: list[str] = []

        def work(connection: sqlite3.Connection) -> int:
            nonlocal topics
            claim = {"now": now, "limit": limit, "most": limit * 4}
            ready = self._ahead.take(limit, decide)
            if ready is None:
                rows = connection.execute(SQL["claim"], claim).fetchall()
                if not rows:
                    return 0
                ready = len(rows), decide(batch(rows, seen_from(connection, SQL, rows)))
            claimed, consequences = ready
            released = write(connection, SQL, consequences, now, self.counting)
            topics = ["outbox"] * bool(consequences.outbox or released) + ["inbox"] * bool(consequences.forwards)
            latest = self._along.board(connection)  # so that the next batch is there to be decided beside the commit
            if claimed >= limit > 1:  # else there is hardly anything left
                claim["now"] = max(now, latest)  # what came in meanwhile is ready, too
                rows = connection.execute(SQL["claim"], claim).fetchall()
                self._ahead.begin(limit, decide, rows, seen_from(connection, SQL, rows))
            return claimed

        try:
            claimed = await self._write(work)
        except BaseException:
            self._ahead.forget()
            raise
        self._news.tell(*topics)
        return claimed

    async def lease(
        self, owner: str, limit: int, now: int, until: int, channels: Sequence[str], rest: int = 0
    ) -> list[Leased]:
        """See bot.ports.Store."""
        facts = terms(owner, limit, now, until, channels) | {"rest": rest}
        taken, more = await self._write(lambda connection: lease(connection, SQL, facts))
        if more:
            self._news.tell("outbox")
        return taken

    async def doubtful(self, owner: str, limit: int, now: int, until: int, channels: Sequence[str]) -> list[Leased]:
        """See bot.ports.Store."""
        facts = terms(owner, limit, now, until, channels)
        return await self._write(lambda connection: doubtful(connection, SQL, facts))

    async def take_along(
        self, head: Leased, owner: str, now: int, until: int, fits: Callable[[str], bool]
    ) -> list[str]:
        """See bot.ports.Store."""
        facts = {"id": head.id, "key": head.key, "epoch": head.epoch, "owner": owner, "now": now, "until": until}
        return await self._write(lambda connection: take_along(connection, SQL, facts, fits))

    async def settle(self, settlements: Sequence[Settlement], arrivals: Sequence[Arrival] = ()) -> None:
        """See bot.ports.Store."""

        def work(connection: sqlite3.Connection) -> None:
            settle(connection, SQL, settlements)
            accept(connection, SQL, arrivals)
            run_on_sqlite(connection, after_sends([one.id for one in settlements], self.counting))

        await self._write(work)
        self._news.tell("outbox")
        if arrivals:
            self._news.tell("inbox")

    async def tick(self, now: int, limit: int) -> int:
        """See bot.ports.Store."""

        def work(connection: sqlite3.Connection) -> int:
            due = connection.execute(SQL["due_timers"], {"now": now, "limit": limit}).fetchall()
            accept(connection, SQL, [fired(key, lane, due_at, now) for key, lane, due_at in due])
            return len(due)

        count = await self._write(work)
        if count:
            self._news.tell("inbox")
        return count

    async def next_wake(self) -> int:
        """See bot.ports.Store."""
        [row] = await self._reader.execute_fetchall(SQL["next_wake"])
        return int(row[0] or 0)

    async def wait(self, topic: str, timeout: float) -> None:
        """See bot.ports.Store."""
        await self._news.wait(topic, timeout)

    async def save_place(self, case_id: str, place: str, inbound: str, thread: str, card_id: str) -> None:
        """See bot.ports.Store."""
        known = {"case_id": case_id, "place": place, "inbound": inbound, "thread": thread, "card_id": card_id}
        await self._run("save_place", known)

    async def lose_thread(self, case_id: str, place: str, opening: str) -> None:
        """See bot.ports.Store."""
        await self._run("lose_thread", {"case_id": case_id, "place": place, "opening": opening})

    async def voucher(self, desk: str, name: str, key: str, codes: Sequence[str], now: int) -> str:
        """See bot.ports.Store."""
        facts = {"desk": desk, "name": name, "key": key, "now": now}
        return await self._write(lambda connection: use_code(connection, SQL, facts, codes))

    async def save_revision(self, revision: str, flow: str, source: str, now: int) -> None:
        """See bot.ports.Store."""
        await self._run("save_revision", {"revision": revision, "flow": flow, "source": source, "now": now})

    async def run(self, script: Callable[[], Script[Result]], *topics: str) -> Result:
        """Run what `script` makes as one transaction, and tell who waits for `topics`. Raises StoreUnavailable."""
        result = await self._write(lambda connection: run_on_sqlite(connection, script()))
        self._news.tell(*topics)
        return result

    async def publish(self, wanted: Publication) -> int:
        """See bot.versions.Archive."""
        n = await self._write(lambda connection: publish(connection, SQL, wanted))
        self._news.tell("flows")
        return n

    async def save_link(self, row: LinkRow) -> None:
        """See bot.ports.Store."""
        await self._run("save_link", row._asdict())

    async def save_file(self, row: FileRow) -> None:
        """See bot.ports.Store."""
        await self._run("save_file", row._asdict())

    async def drop_files(self, now: int, limit: int) -> int:
        """See bot.ports.Store."""
        return await self._run("drop_files", {"now": now, "limit": limit})

    async def save_installation(self, channel: str, account: str, sealed: str, now: int) -> None:
        """See bot.ports.Store."""
        await self._run("save_installation", {"channel": channel, "account": account, "sealed": sealed, "now": now})

    async def remove_installation(self, channel: str, account: str) -> None:
        """See bot.ports.Store."""
        await self._run("remove_installation", {"channel": channel, "account": account})

    async def watermark(self, channel: str, at: int | None = None) -> int:
        """See bot.ports.Store."""
        if at is not None:
            await self._run("move_watermark", {"channel": channel, "at": at})
        rows = list(await self._reader.execute_fetchall(SQL["watermark"], {"channel": channel}))
        return int(rows[0][0]) if rows else 0

    async def close(self) -> None:
        """See bot.ports.Store."""
        await self._reader.close()
        await asyncio.get_running_loop().run_in_executor(self._thread, self._writer.close)
        self._thread.shutdown()
        self._ahead.close()
        self._lock.release()

    async def _run(self, name: str, facts: dict[str, Any]) -> int:
        return await self._write(lambda connection: connection.execute(SQL[name], facts).rowcount)
