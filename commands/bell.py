"""A bell for pages that wait for news: none misses what happens while it draws."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress


class Bell:
    """`rung` counts; whoever remembers it hears of all that has happened since."""

    def __init__(self) -> None:
        self.rung = 0
        self._ringing = asyncio.Event()
        self._watching: list[asyncio.Task[None]] = []

    def ring(self) -> None:
        """Something has happened."""
        self.rung += 1
        self._ringing.set()
        self._ringing = asyncio.Event()

    async def wait(self, since: int, seconds: float) -> None:
        """Until it has rung more often than `since` times, at most so long."""
        if self.rung <= since:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._ringing.wait()

    def watch(self, *waits: Callable[[], Awaitable[None]]) -> None:
        """From now on, ring whenever one of these comes back from waiting; once is enough."""
        if not self._watching:
            self._watching = [asyncio.create_task(self._ring_after(wait)) for wait in waits]

    async def _ring_after(self, wait: Callable[[], Awaitable[None]]) -> None:
        while True:
            await wait()
            self.ring()

    def close(self) -> None:
        """Watch no longer, and let go whoever waits."""
        for task in self._watching:
            task.cancel()
        self.ring()
