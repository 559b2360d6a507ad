"""The ticker: puts due timers, and messages that a webhook missed, into the same inbox; clears up."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

import structlog

from bot.abilities import ThreadBackfilling
from bot.errors import BotError, Conflict, StoreUnavailable, Throttled
from bot.messages import Address, Inbound
from bot.ports import Backfilling, Channel, Store
from bot.runtime.intake import Intake

log = structlog.get_logger()

EVERY = 0.5  # s between looks at the timers
MOST = 500  # timers per transaction
SWEEP_EVERY = 60.0  # s between looks at files that nobody may fetch any more
MOST_FILES = 10  # per transaction: each may have 10 MB to overwrite
BACKFILL_AFTER = 2.0  # s; the first look loads a provider's SDK, and webhooks should be taken before that
BACKFILL_EVERY = 300.0  # s (RELIABILITY 1.6)
GAP = round(BACKFILL_EVERY * 1500)  # ms without a look that came to its end
THREADS = 5  # that are looked into at once
MOST_ASKED = 5  # times for the same ones, while the provider says: not so fast
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
    first = True
    while True:
        for name, channel in channels.items():
            if isinstance(channel, Backfilling | ThreadBackfilling):
                await fetch_missed(store, intake, name, channel, clock(), first=first)
        first = False
        await asyncio.sleep(BACKFILL_EVERY)


async def fetch_missed(
    store: Store,
    intake: Intake,
    name: str,
    channel: Backfilling | ThreadBackfilling,
    now: int,
    *,
    first: bool = False,
) -> int:
    """One look at one channel; how many events the provider listed. What we have already changes nothing.

    Threads are looked into one by one, so only when it is the `first` look, or a look was missed.
    """
    try:
        since = await store.watermark(name)
        if not since:  # a new channel has no past that we know of
            await store.watermark(name, now)
            return 0
        count = 0
        if isinstance(channel, Backfilling):
            count += await _take(intake, await channel.missed(since - OVERLAP))
        if isinstance(channel, ThreadBackfilling) and (first or now - since > GAP):
            count += await _in_threads(store, intake, name, channel, since - OVERLAP)
        await store.watermark(name, now)
    except BotError as error:
        log.warning("backfill_failed", channel=name, error=str(error))
        return 0
    except Exception:  # an adapter's bug must not keep the other channels from being asked
        log.exception("backfill_crashed", channel=name)
        return 0
    return count


async def _in_threads(store: Store, intake: Intake, name: str, channel: ThreadBackfilling, since: int) -> int:
    """Look into the threads of cases, a few at a time, as slowly as the provider asks for."""
    lanes = map(Address.of_lane, await store.live_threads())
    threads, count, asked = [to for to in lanes if to.channel == name], 0, 0
    while threads:
        try:
            count += await _take(intake, await channel.missed_in(threads[:THREADS], since))
        except Throttled as slow:
            asked += 1
            if asked > MOST_ASKED:
                raise
            await asyncio.sleep(slow.after)
        else:
            threads, asked = threads[THREADS:], 0
    return count


async def _take(intake: Intake, events: Sequence[Inbound]) -> int:
    if events:
        await intake.accept(events)
    return len(events)
