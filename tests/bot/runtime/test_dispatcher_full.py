"""A channel with as many messages in flight as it may have goes on as soon as one of them has landed."""

import asyncio

from bot.messages import Address
from bot.runtime import dispatcher as module
from bot.runtime.dispatcher import AT_ONCE
from tests.bot.runtime.house import House, soon


async def test_a_full_channel_does_not_wait_for_the_next_look(store, library, monkeypatch):
    monkeypatch.setattr(module, "POLL", 3600.0)
    house = House(store, library)
    for number in range(3 * AT_ONCE):
        await house.office.invite("relationship", Address("sms", f"+49151{number:08}"), language="en")
    await house.works()
    running = asyncio.create_task(house.dispatcher.run())
    async with asyncio.timeout(60):
        await soon(lambda: len(house.line.taken) == 3 * AT_ONCE)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
