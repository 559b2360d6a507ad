"""The supervisor: runs everything that runs all the time, and starts again what falls over."""

import asyncio
import os
import secrets
import socket
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

import structlog

from bot.ports import Channel, Listening, Store
from bot.runtime.dispatcher import Dispatcher
from bot.runtime.intake import Intake
from bot.runtime.ticker import backfill, tick
from bot.runtime.worker import Worker
from flows.library import Library

log = structlog.get_logger()

RESTART_AFTER = 0.5  # s, doubling to LONGEST
LONGEST = 30.0


class Supervisor:
    """Workers, ticker, back-fill, and per channel a dispatcher, a reconciler and, where it needs one, a listener."""

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        library: Library,
        intake: Intake,
        clock: Callable[[], int],
        gather: int = 0,
    ) -> None:
        """`gather` is the longest window for split messages of any channel (ms)."""
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._store = store
        self._channels = channels
        self._intake = intake
        self._clock = clock
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._fallen: dict[str, int] = {}
        self.worker = Worker(store, library, clock, gather)
        self.dispatchers = {
            name: Dispatcher(name, channel, store, self.owner, clock) for name, channel in channels.items()
        }

    async def start(self) -> None:
        """Start everything in the background."""
        self._keep("worker", self.worker.run)
        self._keep("ticker", lambda: tick(self._store, self._clock))
        self._keep("backfill", lambda: backfill(self._store, self._intake, self._channels, self._clock))
        for name, dispatcher in self.dispatchers.items():
            self._keep(f"dispatcher:{name}", dispatcher.run)
            self._keep(f"reconciler:{name}", dispatcher.reconcile)
        for name, channel in self._channels.items():
            if isinstance(channel, Listening):
                self._keep(f"listener:{name}", self._listener(channel))

    def _listener(self, channel: Listening) -> Callable[[], Coroutine[Any, Any, None]]:
        return lambda: channel.listen(self._intake.accept)

    async def stop(self) -> None:
        """Stop taking on work, let messages in flight come home, release the channels."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._tasks.clear()
        for channel in self._channels.values():
            await channel.close()

    def healthy(self) -> bool:
        """Whether everything runs and nothing keeps falling over."""
        return bool(self._tasks) and not any(task.done() for task in self._tasks.values()) and not self._fallen

    def _keep(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        self._tasks[name] = asyncio.create_task(self._run(name, run), name=name)

    async def _run(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        wait = RESTART_AFTER
        while True:
            began = asyncio.get_running_loop().time()
            try:
                await run()
            except Exception:  # it starts again; health and log tell
                log.exception("task_fell_over", task=name)
            if asyncio.get_running_loop().time() - began > LONGEST:
                wait = RESTART_AFTER
            self._fallen[name] = self._fallen.get(name, 0) + 1
            await asyncio.sleep(wait)
            wait = min(LONGEST, wait * 2)
            asyncio.get_running_loop().call_later(LONGEST, self._fallen.pop, name, None)
