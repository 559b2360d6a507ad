"""The ticker: puts due timers, and messages that a webhook missed, into the same inbox; clears up."""

import asyncio
from collections.abc import Callable, Mapping

import structlog

from bot.errors import BotError, Conflict, StoreUnavailable
from bot.ports import Backfilling, Channel, Store
from bot.runtime.intake import Intake

log = structlog.get_logger()

EVERY = 0.5  # s between looks at the timers
MOST = 500  # timers per transaction
SWEEP_EVERY = 60.0  # s between looks at files that nobody may fetch any more
MOST_FILES = 10  # per transaction: each may have 10 MB to overwrite
BACKFILL_AFTER = 2.0  # s; the first look loads a provider's SDK, and webhooks should be taken before that
BACKFILL_EVERY = 300.0  # s (RELIABILITY 1.6)
OVERLAP = 15 * 60_000  # ms looked at again, for messages that were listed late


async def tick(store: Store, clock: Callable[[], int]) -> None:
    """Fire timers until cancelled."""
    while True:
        try:
            fired = await store.tick(clock(), MOST)
        except (StoreUnavailable, Conflict):
            fired = 0
        if fired < MOST:
            await asyncio.sleep(EVERY)


async def sweep(store: Store, clock: Callable[[], int]) -> None:
    """Delete files whose links have expired, until cancelled."""
    while True:
        try:
            dropped = await store.drop_files(clock(), MOST_FILES)
        except (StoreUnavailable, Conflict):
            dropped = 0
        await asyncio.sleep(EVERY if dropped else SWEEP_EVERY)


async def backfill(store: Store, intake: Intake, channels: Mapping[str, Channel], clock: Callable[[], int]) -> None:
    """Fetch what the webhooks missed, soon after the start and every five minutes, until cancelled."""
    await asyncio.sleep(BACKFILL_AFTER)
    while True:
        for name, channel in channels.items():
            if isinstance(channel, Backfilling):
                await fetch_missed(store, intake, name, channel, clock())
        await asyncio.sleep(BACKFILL_EVERY)


async def fetch_missed(store: Store, intake: Intake, name: str, channel: Backfilling, now: int) -> int:
    """One look at one channel; how many events the provider listed. What we have already changes nothing."""
    try:
        since = await store.watermark(name)
        if not since:  # a new channel has no past that we know of
            await store.watermark(name, now)
            return 0
        events = await channel.missed(since - OVERLAP)
        if events:
            await intake.accept(events)
        await store.watermark(name, now)
    except BotError as error:
        log.warning("backfill_failed", channel=name, error=str(error))
        return 0
    except Exception:  # an adapter's bug must not keep the other channels from being asked
        log.exception("backfill_crashed", channel=name)
        return 0
    return len(events)
