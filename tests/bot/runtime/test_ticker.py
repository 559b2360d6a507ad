"""Timers and back-fill: due things go through the same inbox, once, whatever is away."""

import asyncio

import pytest

from bot.errors import Conflict, Misconfigured, StoreUnavailable, Unavailable
from bot.messages import Inbound, Said
from bot.runtime import ticker
from bot.runtime.ticker import BACKFILL_EVERY, OVERLAP, backfill, fetch_missed, tick
from tests.bot.runtime.house import ANNA, BEN, NOW, Line, soon

DAY = 86_400_000


class Catching(Line):
    """A provider that lists what reached it."""

    def __init__(self, *answers):
        super().__init__()
        self.answers, self.since = list(answers), []

    async def missed(self, since):
        self.since.append(since)
        answer = self.answers.pop(0) if self.answers else []
        if isinstance(answer, Exception):
            raise answer
        return answer


def sms(key, text="9", at=NOW):
    return Inbound(key, at, ANNA, Said(text))


# --- timers --------------------------------------------------------------------------------------------------------


async def test_p9_a_timer_fires_once_however_many_look(house):
    await house.asks()
    house.clock.passes(DAY)
    assert sum(await asyncio.gather(*(house.store.tick(house.clock(), 10) for _ in range(4)))) == 1
    await house.works()
    await house.sends()
    assert len(house.line.taken) == 2


async def test_p9_timers_missed_while_we_were_down_fire_when_we_return(house, monkeypatch):
    monkeypatch.setattr(ticker, "EVERY", 0.001)
    monkeypatch.setattr(ticker, "MOST", 1)
    for to in (ANNA, BEN):
        await house.asks(to)
    house.clock.passes(DAY + 3_600_000)
    calls, real = [StoreUnavailable("away"), Conflict("busy")], house.store.tick

    async def sometimes(now, limit):
        if calls:
            raise calls.pop()
        return await real(now, limit)

    house.store.tick = sometimes
    running = asyncio.create_task(tick(house.store, house.clock))
    await soon(lambda: not calls)
    while len(house.line.taken) < 4:
        await house.works()
        await house.sends()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert [message.prompt.text[:16] for message in house.line.taken[2:]] == ["Just a quick one"] * 2


# --- back-fill -----------------------------------------------------------------------------------------------------


async def test_p3_a_new_channel_has_no_past(house):
    line = Catching([sms("old")])
    assert await fetch_missed(house.store, house.intake, "sms", line, NOW) == 0
    assert (line.since, await house.store.watermark("sms")) == ([], NOW)


async def test_p3_t23_what_the_webhook_missed_is_fetched_and_what_it_had_changes_nothing(house):
    await house.asks()
    await house.store.watermark("sms", NOW)
    await house.gets("9", key="SM1")
    house.clock.passes(1_800_000)
    line = Catching([sms("SM1"), sms("SM2", "because it was fast")], [sms("SM1"), sms("SM2")])
    assert await fetch_missed(house.store, house.intake, "sms", line, house.clock()) == 2
    await house.waits()
    assert await fetch_missed(house.store, house.intake, "sms", line, house.clock()) == 2
    await house.waits()
    assert line.since == [NOW - OVERLAP, NOW + 1_800_000 - OVERLAP]
    assert await house.store.watermark("sms") == house.clock() - 1_500
    [response] = await house.store.responses()
    assert (response["score"], response["comment"]) == (9, "because it was fast")


@pytest.mark.parametrize("error", [Unavailable("down"), Misconfigured("key"), KeyError("adapter")])
async def test_p3_the_watermark_moves_only_over_what_was_seen(house, error):
    await house.store.watermark("sms", NOW)
    assert await fetch_missed(house.store, house.intake, "sms", Catching(error), NOW + 300_000) == 0
    assert await house.store.watermark("sms") == NOW


async def test_p3_p13_what_cannot_be_stored_is_fetched_again(house):
    await house.store.watermark("sms", NOW)

    async def away(_arrivals):
        raise StoreUnavailable("away")

    real, house.intake._group._flush = house.intake._group._flush, away
    line = Catching([sms("SM1")], [sms("SM1")])
    assert await fetch_missed(house.store, house.intake, "sms", line, NOW + 1) == 0
    assert await house.store.watermark("sms") == NOW
    house.intake._group._flush = real
    assert await fetch_missed(house.store, house.intake, "sms", line, NOW + 2) == 1
    assert await house.store.watermark("sms") == NOW + 2


async def test_p3_every_channel_is_asked_at_the_start_and_again_and_again(house, monkeypatch):
    assert BACKFILL_EVERY <= 300
    monkeypatch.setattr(ticker, "BACKFILL_AFTER", 0.001)
    monkeypatch.setattr(ticker, "BACKFILL_EVERY", 0.001)
    for name in ("bad", "good"):
        await house.store.watermark(name, NOW)
    bad, good = Catching(*[KeyError("bug")] * 3), Catching()
    channels = {"bad": bad, "plain": Line(), "good": good}
    running = asyncio.create_task(backfill(house.store, house.intake, channels, house.clock))
    await soon(lambda: len(good.since) >= 3)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert len(bad.since) >= 3
