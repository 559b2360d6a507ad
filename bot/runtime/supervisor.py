"""The supervisor: runs everything that runs all the time, and starts again what falls over."""

import asyncio
import math
import os
import secrets
import socket
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

import structlog

from bot.abilities import Editing
from bot.cases.desks import Desks
from bot.ports import Channel, Listening, Store
from bot.runtime.assigner import Assigner
from bot.runtime.dispatcher import Dispatcher
from bot.runtime.intake import Intake
from bot.runtime.ticker import backfill, sweep, tick
from bot.runtime.worker import Worker
from flows.library import Library

log = structlog.get_logger()

RESTART_AFTER = 0.5  # s, doubling to LONGEST
LONGEST = 30.0
STEADY = 10.0  # s after which what was started again counts as running


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
        desks: Desks | None = None,
        public_url: str = "",
    ) -> None:
        """`gather` is the longest window for split messages of any channel (ms); `desks` are where cases go.

        `public_url` is where people reach this server.
        """
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._store = store
        self._channels = channels
        self._intake = intake
        self._clock = clock
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._also: dict[str, Callable[[], Awaitable[None]]] = {}
        self._restarted: dict[str, float] = {}  # when what fell over was started again, in the loop's time
        marking = frozenset(name for name, channel in channels.items() if isinstance(channel, Editing))
        assigns = any(desk.assign for desk in desks.desks.values()) if desks else False
        self._assigner = Assigner(store, intake, desks, clock) if desks and assigns else None
        self.worker = Worker(store, library, clock, gather, marking=marking, desks=desks)
        self.dispatchers = {
            name: Dispatcher(name, channel, store, self.owner, clock, channels, public_url, desks)
            for name, channel in channels.items()
        }

    async def start(self, *, listens: bool = True) -> None:
        """Start everything in the background; `listens` says whether events are fetched, where channels fetch them.

        Telegram lets one process at a time fetch a bot's events.
        """
        self._keep("worker", self.worker.run)
        if self._assigner:
            self._keep("assigner", self._assigner.run)
        self._keep("ticker", lambda: tick(self._store, self._clock))
        self._keep("sweeper", lambda: sweep(self._store, self._clock))
        self._keep("backfill", lambda: backfill(self._store, self._intake, self._channels, self._clock))
        for name, run in self._also.items():
            self._keep(name, run)
        for name, dispatcher in self.dispatchers.items():
            self._keep(f"dispatcher:{name}", dispatcher.run)
            self._keep(f"reconciler:{name}", dispatcher.reconcile)
        for name, channel in self._channels.items():
            if listens and isinstance(channel, Listening):
                self._keep(f"listener:{name}", self._listener(channel))

    def also(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Run this, too, from the start on."""
        self._also[name] = run

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
        """Whether everything runs, and has run for a while if it fell over before."""
        now = asyncio.get_running_loop().time()
        steady = all(now - since >= STEADY for since in self._restarted.values())
        return steady and bool(self._tasks) and not any(task.done() for task in self._tasks.values())

    def _keep(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        self._tasks[name] = asyncio.create_task(self._run(name, run), name=name)

    async def _run(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        loop = asyncio.get_running_loop()
        wait = RESTART_AFTER
        while True:
            began = loop.time()
            try:
                await run()
            except Exception:  # it starts again; health and log tell
                log.exception("task_fell_over", task=name)
            self._restarted[name] = math.inf  # not yet
            if loop.time() - began >= STEADY:
                wait = RESTART_AFTER
            await asyncio.sleep(wait)
            wait = min(LONGEST, wait * 2)
            self._restarted[name] = loop.time()
