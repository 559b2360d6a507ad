"""Group commit: whatever has queued up while the writer was busy is written together."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Generic, TypeVar

from bot.errors import StoreUnavailable

Item = TypeVar("Item")
Waiting = tuple[Sequence[Item], asyncio.Future[None]]


class Group(Generic[Item]):
    """Turns many small writes into few large ones without a waiting timer.

    `flush` writes a list durably. A caller of `add` returns when its items are written, or gets the exception of
    the flush that failed to write them.
    """

    def __init__(self, flush: Callable[[list[Item]], Awaitable[object]], most: int = 1024) -> None:
        self._flush = flush
        self._most = most
        self._waiting: deque[Waiting[Item]] = deque()
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
                await self._write(self._take())
        finally:
            self._running = None

    async def _write(self, batch: Sequence[Waiting[Item]]) -> None:
        try:
            await self._flush([item for items, _ in batch for item in items])
        except StoreUnavailable as error:
            _tell(batch, error)
        except Exception as error:  # noqa: BLE001 - the caller whose items cannot be written gets it, and only that one
            if len(batch) == 1:
                _tell(batch, error)
                return
            for alone in batch:
                await self._write([alone])
        else:
            _tell(batch, None)

    def _take(self) -> list[Waiting[Item]]:
        batch: list[Waiting[Item]] = []
        count = 0
        while self._waiting and (not batch or count + len(self._waiting[0][0]) <= self._most):
            batch.append(self._waiting.popleft())
            count += len(batch[-1][0])
        return batch


def _tell(batch: Iterable[Waiting[Item]], error: Exception | None) -> None:
    for _, written in batch:
        if written.done():  # the caller does not wait any more; the items are written all the same
            continue
        if error is None:
            written.set_result(None)
        else:
            written.set_exception(error)
