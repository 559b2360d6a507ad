"""Behaviour 15, bounded rates: a crowd in one Telegram group at Telegram's pace, and agents who do not wait for it."""

import asyncio
import time

import pytest

from tests.live.world import a_world

CROWD, EACH = 100, 3


@pytest.mark.timeout(120)
async def test_b15_a_crowd_in_one_group_and_agents_who_are_heard_at_once(database_url):
    """100 customers write three times each: at most a few 429s, and agents' words do not wait for what waits there."""
    async with a_world(database_url, paced=True) as world:
        lives = [await world.detractor("sms", "tg") for _ in range(2)]
        for live in lives:
            await live.claimed()
        customers = [world.customer("sms") for _ in range(CROWD)]
        office = world.server.parts.office
        for customer in customers:
            await office.invite("live", customer.address, language="en", variables={"place": "tg"})
        await asyncio.gather(*(customer.hears(1) for customer in customers))
        await asyncio.gather(*(customer.says("2") for customer in customers))
        for word in ("one", "two"):
            await asyncio.gather(*(customer.says(word) for customer in customers))
        took = []
        for number in range(5):
            for live in lives:
                began = time.monotonic()
                await live.seat("anna").says(f"right away {number}", live.ticket)
                await live.hears(f"right away {number}")
                took.append(time.monotonic() - began)
        waiting = (await world.server.parts.reading.counts())["outbox_open"]
        limits = world.at.tg.sandbox.limits()
        print(
            f"{CROWD} customers, {EACH} messages each: slowest answer {max(took):.2f} s, {waiting} still wait, "
            f"{len(limits.violations)} 429s"
        )
        assert waiting > 10  # minutes of the group's pace lie behind the answers
        assert len(limits.violations) <= 3
