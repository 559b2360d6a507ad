"""The dispatcher while it runs: how sends are settled, and how it begins, goes on and ends."""

import asyncio

import pytest

from bot.errors import (
    Conflict,
    StoreUnavailable,
    Unreachable,
)
from bot.messages import Delivery, Sent
from bot.runtime import dispatcher as module
from bot.runtime.dispatcher import LEASE
from tests.bot.runtime.house import BEN, Away, queued, soon

# --- settling --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [StoreUnavailable("away"), Conflict("busy")])
@pytest.mark.parametrize("script", [[], [Unreachable("out", opted_out=True)]])
async def test_p5_how_a_send_ended_is_not_forgotten_while_the_database_is_away(house, quick, error, script):
    key = await queued(house)
    house.line.script = list(script)
    settle, failures = house.store.settle, [error] * 5

    async def away(*arguments):
        house.clock.passes(LEASE)  # much longer than the lease
        if failures:
            raise failures.pop()
        await settle(*arguments)

    house.store.settle = away
    await house.sends()
    assert await house.state(key) == ("failed" if script else "sent")
    assert len(house.line.tried) == 1


async def test_a_report_that_overtakes_the_answer_of_the_send_stands(house):
    key = await queued(house)

    async def overtaken(message):
        await house.gets(Delivery(message.key, "P7", "delivered"))
        await house.works()
        return Sent("P7", sender="+49300", parts=3)

    house.line.script = [overtaken]
    await house.sends()
    row = await house.store.outbound(key)
    assert (row["state"], row["provider_id"], row["parts"]) == ("delivered", "P7", 3)


# --- running ---------------------------------------------------------------------------------------------------------


async def test_it_sends_what_comes_until_cancelled_and_outlives_the_database(house, quick):
    house.dispatcher._store = Away(house.store, lease=[StoreUnavailable("away"), Conflict("busy")])
    running = asyncio.create_task(house.dispatcher.run())
    await queued(house)
    await soon(lambda: len(house.line.taken) == 1)
    await queued(house, BEN)
    await soon(lambda: house.dispatcher.sent == 2)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_p5_at_a_shutdown_what_is_on_its_way_comes_home(house, quick):
    key, gate = await queued(house), asyncio.Event()

    async def slowly(message):
        await gate.wait()
        return Sent("P1")

    house.line.script = [slowly]
    running = asyncio.create_task(house.dispatcher.run())
    await soon(lambda: house.line.tried)
    running.cancel()
    await asyncio.sleep(0.01)
    assert not running.done()
    gate.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await house.state(key) == "sent"


async def test_p5_a_lease_that_is_being_taken_at_a_shutdown_is_used(house, quick):
    """Else its messages would be in doubt without ever having been sent."""
    key, gate = await queued(house), asyncio.Event()
    lease = house.store.lease

    async def slowly(*arguments):
        leased = await lease(*arguments)
        if leased:
            gate.set()
            await asyncio.sleep(0.01)
        return leased

    house.store.lease = slowly
    running = asyncio.create_task(house.dispatcher.run())
    await gate.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (await house.state(key), len(house.line.taken)) == ("sent", 1)


async def test_a_shutdown_does_not_wait_for_ever(house, quick, monkeypatch):
    monkeypatch.setattr(module, "SEND_TIMEOUT", 0.05)
    await queued(house)

    async def settle(*_):
        raise StoreUnavailable("away for good")

    house.dispatcher._settlements._flush = settle
    running = asyncio.create_task(house.dispatcher.run())
    await soon(lambda: house.line.taken)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    [flight] = house.dispatcher._flights
    flight.cancel()


async def test_it_can_be_stopped_before_it_has_begun(house):
    running = asyncio.create_task(house.dispatcher.run())
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await house.dispatcher._come_home(None)


async def test_a_stop_that_comes_with_news_is_not_forgotten(house):
    """Before Python 3.12 `asyncio.wait_for` swallows a cancellation that meets the event it waits for."""
    news = getattr(house.store, "_news", None) or house.store._notices._news
    for topic in ("inbox", "outbox"):
        waiting = asyncio.create_task(house.store.wait(topic, 5))
        await asyncio.sleep(0)
        news.tell(topic)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
