"""How Telegram calls a bot's webhook: per queue one update at a time, again and again until it is taken.

After telegram-bot-api/WebhookActor.cpp: the first repetition comes at once, then the pause doubles up to a minute;
Retry-After is honoured up to an hour; an answer may carry one method call, whose result nobody hears of.
"""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import aiohttp
from msgspec import Struct

from sandbox.telegram.model import Json, Refused
from sandbox.telegram.updates import Update, Updates, Webhook

TOTAL_SECONDS, MAX_DELAY, MAX_RETRY_AFTER = 60.0, 60.0, 3600.0
_NEVER = ("deletewebhook", "setwebhook", "close", "logout")  # not taken from an answer, nor is any get…


class Outcome(Struct, frozen=True):
    """What one call led to; `status` 0 if there was no answer."""

    status: int
    error: str = ""
    retry_after: float = 0.0
    reply: Json = {}

    @property
    def taken(self) -> bool:
        """Whether the update has arrived."""
        return 200 <= self.status < 300


class Attempt(Struct, frozen=True):
    """One call of the webhook, at this time of the sandbox's clock."""

    at: float
    update_id: int
    status: int


class Delivery:
    """Delivers one bot's updates. `delay` is the pause after the second failure, in seconds."""

    def __init__(
        self, updates: Updates, execute: Callable[[Json], Awaitable[Any]], clock: Callable[[], float], delay: float
    ) -> None:
        self.attempts: list[Attempt] = []
        self.delay = delay
        self._updates = updates
        self._execute = execute
        self._clock = clock
        self._queues: dict[int, asyncio.Task[None]] = {}
        self._connections = asyncio.Semaphore(40)
        self._session: aiohttp.ClientSession | None = None
        updates.wake = self._wake

    async def start(self, webhook: Webhook | None) -> None:
        """Deliver to another place from now on, or to none."""
        await self._stop()
        self._updates.webhook = webhook
        if webhook:
            self._updates.end_poll("terminated by setWebhook request")
            self._connections = asyncio.Semaphore(webhook.connections)
            self._wake(self._updates.queues)

    async def redeliver(self, update_id: int, times: int = 1) -> list[int]:
        """Deliver an update that has been numbered before, so often at once; the statuses of the answers."""
        update = self._updates.history[update_id]
        return [one.status for one in await asyncio.gather(*(self._post(update) for _ in range(times)))]

    async def settled(self) -> None:
        """Wait until nothing is left to deliver."""
        while self._queues:
            await asyncio.gather(*self._queues.values(), return_exceptions=True)

    async def close(self) -> None:
        """Stop, and release connections."""
        await self._stop()
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _stop(self) -> None:
        queues = list(self._queues.values())
        self._queues.clear()
        for task in queues:
            task.cancel()
        await asyncio.gather(*queues, return_exceptions=True)

    def _wake(self, queues: Iterable[int]) -> None:
        if self._updates.webhook is None or self._updates.held:
            return
        for queue in queues:
            if queue not in self._queues:
                self._queues[queue] = asyncio.get_running_loop().create_task(self._drain(queue))

    async def _drain(self, queue: int) -> None:
        ours = asyncio.current_task()
        try:
            while not self._updates.held and (update := self._updates.head(queue)):
                await self._deliver(update)
        finally:
            if self._queues.get(queue) is ours:
                del self._queues[queue]

    async def _deliver(self, update: Update) -> None:
        """Until it is taken, too old, dropped, or held back."""
        failures, delay = 0, self.delay
        while not self._updates.held and self._updates.head(update.queue) is update:
            async with self._connections:
                outcome = await self._post(update)
            if outcome.taken:
                self._updates.done(update.id)
                await self._obey(outcome.reply)
                return
            wait = min(outcome.retry_after, MAX_RETRY_AFTER)
            if not wait and failures:
                wait, delay = delay, min(delay * 2, MAX_DELAY)
            failures += 1
            if self._clock() + wait > update.expires:
                self._updates.done(update.id)
                return
            await asyncio.sleep(wait)

    async def _post(self, update: Update) -> Outcome:
        webhook = self._updates.webhook
        if webhook is None:
            return Outcome(0, "no webhook")
        outcome = await self._call(webhook, update)
        self.attempts.append(Attempt(self._clock(), update.id, outcome.status))
        if not outcome.taken:
            webhook.error, webhook.error_date = outcome.error, int(self._clock())
        return outcome

    async def _call(self, webhook: Webhook, update: Update) -> Outcome:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=TOTAL_SECONDS)
            connector = aiohttp.TCPConnector(limit=0)
            self._session = aiohttp.ClientSession(timeout=timeout, connector=connector)
        headers = {"Content-Type": "application/json"}
        if webhook.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = webhook.secret
        body = json.dumps(update.json()).encode()
        try:
            post = self._session.post(webhook.url, data=body, headers=headers, allow_redirects=False)
            async with post as answer:
                return _outcome(answer, await answer.text(errors="replace"))
        except TimeoutError:
            return Outcome(0, "Read timeout expired")
        except aiohttp.ClientConnectorError:
            return Outcome(0, "Connection refused")
        except (aiohttp.ClientError, OSError):
            return Outcome(0, "Webhook connection closed")

    async def _obey(self, reply: Json) -> None:
        method = str(reply.get("method", "")).lower()
        if method and method not in _NEVER and not method.startswith("get"):
            with contextlib.suppress(Refused):
                await self._execute(reply)


def _outcome(answer: aiohttp.ClientResponse, text: str) -> Outcome:
    if not 200 <= answer.status < 300:
        after = answer.headers.get("Retry-After", "")
        error = f"Wrong response from the webhook: {answer.status} {answer.reason}"
        return Outcome(answer.status, error, float(after) if after.isdigit() else 0.0)
    try:
        reply = json.loads(text) if "json" in answer.content_type else {}
    except ValueError:
        reply = {}
    return Outcome(answer.status, reply=reply if isinstance(reply, dict) else {})
