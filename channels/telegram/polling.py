"""Long polling, for bots without a webhook: nothing is confirmed to Telegram before it is committed here."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import structlog

from bot.errors import BotError, ChannelError, StoreUnavailable, Throttled
from bot.messages import Inbound
from channels.telegram.errors import HookSet
from channels.telegram.inbound import Understood

if TYPE_CHECKING:
    from channels.telegram.client import Api

log = structlog.get_logger("telegram")

POLL_SECONDS = 50  # Telegram's longest
FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0  # s between tries, doubling
BREATH = 0.5  # s between questions to a server that answers "nothing new" at once, where Telegram would wait


class Poller:
    """Fetches one bot's updates."""

    def __init__(
        self,
        channel: str,
        hook: str,
        api: Callable[[], "Api"],
        read: Callable[[bytes], Understood],
        accept: Callable[[Sequence[Inbound]], Awaitable[None]],
    ) -> None:
        """`hook` is the URL that a webhook of ours would have, `api` opens the client, `read` understands an update."""
        self._channel = channel
        self._hook = hook
        self._api = api
        self._read = read
        self._accept = accept
        self._answers: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until cancelled. Errors of Telegram, of the way there and of the database are waited for."""
        try:
            await self._fetch()
        finally:
            for answer in self._answers:  # late answers are harmless, late connections are not
                answer.cancel()

    async def _fetch(self) -> None:
        offset, wait, loop = 0, FIRST_WAIT, asyncio.get_running_loop()
        while True:
            asked = loop.time()
            try:
                updates = await self._api().updates(offset, POLL_SECONDS)
                offset = await self._take(updates) or offset
                if not updates:
                    await asyncio.sleep(max(0.0, asked + BREATH - loop.time()))
            except (ChannelError, StoreUnavailable) as error:
                if isinstance(error, HookSet) and await self._free():
                    continue
                pause = max(wait, error.after) if isinstance(error, Throttled) else wait
                log.warning("polling_waits", channel=self._channel, error=str(error), seconds=pause)
                await asyncio.sleep(pause)
                wait = min(LONGEST_WAIT, wait * 2)
            else:
                wait = FIRST_WAIT

    async def _take(self, updates: Sequence[Any]) -> int:
        """Commit a batch; the number to go on with, which confirms it, or 0."""
        read = [self._read(json.dumps(update).encode()) for update in updates]
        events = [event for each in read for event in each.events]
        if events:
            await self._accept(events)
        for each in read:
            if each.press:
                answer = asyncio.create_task(self._answer(each.press))
                self._answers.add(answer)
                answer.add_done_callback(self._answers.discard)
        numbers = [update.get("update_id") for update in updates if isinstance(update, dict)]
        return max((number for number in numbers if isinstance(number, int)), default=-1) + 1

    async def _answer(self, press: str) -> None:
        """Stop the button's hour-glass. Too late or not at all is harmless: the press is committed."""
        api = self._api()
        with suppress(ChannelError):
            await api.again(api.bot.answer_callback_query(press))

    async def _free(self) -> bool:
        """Remove a webhook that is our own, from before `webhook_secret` was taken out of the settings."""
        api = self._api()
        with suppress(BotError):
            if (await api.again(api.bot.get_webhook_info())).url == self._hook:
                await api.again(api.bot.delete_webhook())
                log.info("webhook_removed", channel=self._channel)
                return True
        return False
