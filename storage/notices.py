"""PostgreSQL's LISTEN and NOTIFY: who waits in one process hears of work that another one committed."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import asyncpg
import structlog

from storage.news import TOPICS, News

_CHANNEL = "echolot"
_PAUSE = 0.05  # seconds between two notifies: NOTIFY takes a lock of the whole server at commit
_FLOOR = 1.0  # seconds between two looks while we cannot listen
_LOST = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)

log = structlog.get_logger()


class Notices:
    """Wakes waiters of this process at once, those of others by coalesced notifies outside all transactions.

    A lost connection is made anew for ever; until then waiters look again every second.
    """

    def __init__(self, connect: Callable[[], Awaitable[Any]]) -> None:
        """`connect` gives a fresh asyncpg connection."""
        self._connect = connect
        self._connection: Any = None
        self._own = 0  # the server's number of our connection
        self._news = News()
        self._untold: set[str] = set()
        self._telling: asyncio.Task[None] | None = None
        self._listening: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to listen, in the background."""
        self._listening = asyncio.create_task(self._listen())

    async def close(self) -> None:
        """Stop."""
        tasks = [task for task in (self._listening, self._telling) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def tell(self, *topics: str) -> None:
        """Something may be there for these topics."""
        self._news.tell(*topics)
        self._untold.update(topics)
        if self._telling is None and self._connection is not None:
            self._telling = asyncio.create_task(self._tell())

    async def wait(self, topic: str, timeout: float) -> None:  # the port's
        """Until something may be there, or the timeout (seconds)."""
        if self._connection is None:
            timeout = min(timeout, _FLOOR)
        await self._news.wait(topic, timeout)

    async def _tell(self) -> None:
        try:
            while self._untold and self._connection is not None:
                topics, self._untold = self._untold, set()
                with suppress(*_LOST):  # waiters look again by themselves
                    await self._connection.execute(
                        "SELECT pg_notify($1, topic) FROM unnest($2::text[]) AS topic", _CHANNEL, list(topics)
                    )
                await asyncio.sleep(_PAUSE)
        finally:
            self._telling = None

    async def _listen(self) -> None:
        while True:
            with suppress(*_LOST):
                await self._listen_until_lost()
            log.warning("database_notices_lost", retry_after=_FLOOR)
            await asyncio.sleep(_FLOOR)

    async def _listen_until_lost(self) -> None:
        lost = asyncio.Event()
        connection = await self._connect()
        try:
            connection.add_termination_listener(lambda _: lost.set())
            await connection.add_listener(_CHANNEL, self._heard)
            self._connection, self._own = connection, connection.get_server_pid()
            self._news.tell(*TOPICS)  # whatever was told while nobody listened
            await lost.wait()
        finally:
            self._connection = None
            connection.terminate()

    def _heard(self, _connection: Any, teller: int, _channel: str, topic: str) -> None:
        if teller != self._own and topic in TOPICS:
            self._news.tell(topic)
