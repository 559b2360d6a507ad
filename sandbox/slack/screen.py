"""A screen that somebody can wait for: its version grows with everything that changes on it."""

import asyncio
import contextlib


class Screen:
    """Counts changes and wakes those who wait for them."""

    def __init__(self) -> None:
        self.version = 0
        self._changed = asyncio.Event()

    def touch(self) -> None:
        """Something has changed."""
        self.version += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def change(self) -> None:
        """Wait for the next change."""
        await self._changed.wait()

    async def news(self, after: int, seconds: float) -> int:
        """Wait until the version exceeds `after`, at most so long; the version then."""
        if self.version <= after:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), seconds)
        return self.version
