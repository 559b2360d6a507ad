"""Waking waiters of this process: every task that waits for a topic hears every piece of news about it, once."""

import asyncio
from contextlib import suppress
from typing import cast
from weakref import WeakKeyDictionary

TOPICS = ("inbox", "outbox", "flows", "decisions")


class News:
    """One event per waiting task, kept between its waits: news that come while it works are not missed."""

    def __init__(self) -> None:
        self._waiting: dict[str, WeakKeyDictionary[asyncio.Task[object], asyncio.Event]] = {
            topic: WeakKeyDictionary() for topic in TOPICS
        }

    def tell(self, *topics: str) -> None:
        """Something may be there for these topics."""
        for topic in topics:
            for news in list(self._waiting[topic].values()):
                news.set()

    async def wait(self, topic: str, timeout: float) -> None:  # the port's
        """Until something may be there, or the timeout (seconds)."""
        news = self._waiting[topic].setdefault(cast("asyncio.Task[object]", asyncio.current_task()), asyncio.Event())
        # Not wait_for: before Python 3.12 it forgets that it was cancelled if the news come at the same moment.
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await news.wait()
            news.clear()
