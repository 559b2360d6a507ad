"""An event loop whose time passes only while nobody has anything to do: hours of waiting take seconds."""

import asyncio
import os
import selectors
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, TypeVar

T = TypeVar("T")


class _Selector(selectors.DefaultSelector):  # type: ignore[misc,valid-type]  # a class that is chosen by platform
    """Waits for sockets and threads as always; where there is nothing but a timer to wait for, it is over at once."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = 0.0  # s
        self.threads = 0  # that are at work for the loop

    def select(self, timeout: float | None = None) -> Any:
        events = super().select(0)
        if events or (timeout is not None and timeout <= 0):
            return events
        if timeout is None or self.threads:
            return super().select(None)
        os.sched_yield()  # the kernel hands over what was written to the other end of a loopback connection
        events = super().select(0)
        if not events:
            self.passed += timeout
        return events


class VirtualLoop(asyncio.SelectorEventLoop):
    """Counts from 0; all timeouts and sleeps are in its time, work on processor, disk and loopback takes none of it."""

    def __init__(self) -> None:
        self._own = _Selector()
        super().__init__(self._own)

    def time(self) -> float:
        """Seconds since the loop was made."""
        return self._own.passed

    def run_in_executor(self, executor: Executor | None, func: Callable[..., T], *args: Any) -> asyncio.Future[T]:
        """While the thread works, no time passes."""
        self._own.threads += 1
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._rested)
        return future

    def _rested(self, _future: asyncio.Future[Any]) -> None:
        self._own.threads -= 1
