"""Group commit: whatever has queued up while the writer was busy is written together."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Group(Generic[Item]):
    """Turns many small writes into few large ones without a waiting timer.

    `flush` writes a list durably. A caller of `add` returns when its items are written, or gets the exception of
    the flush that failed to write them.
    """

    def __init__(self, flush: Callable[[list[Item]], Awaitable[object]], most: int = 1024) -> None:
        self._flush = flush
        self._most = most
        self._waiting: deque[tuple[Sequence[Item], asyncio.Future[None]]] = deque()
        self._running: asyncio.Task[None] | None = None

    async def add(self, items: Sequence[Item]) -> None:
        """Write these items together with whatever else is waiting."""
        if not items:
            return
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((items, written))
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        await written

    async def _run(self) -> None:
        try:
            while self._waiting:
                batch, items = self._take()
                try:
                    await self._flush(items)
                except Exception as error:  # noqa: BLE001 - the callers get it, the next group gets its own try
                    for written in batch:
                        if not written.done():
                            written.set_exception(error)
                else:
                    for written in batch:
                        if not written.done():
                            written.set_result(None)
        finally:
            self._running = None

    def _take(self) -> tuple[list[asyncio.Future[None]], list[Item]]:
        batch: list[asyncio.Future[None]] = []
        items: list[Item] = []
        while self._waiting and (not items or len(items) + len(self._waiting[0][0]) <= self._most):
            more, written = self._waiting.popleft()
            items.extend(more)
            batch.append(written)
        return batch, items
