"""The Telegram sandbox's rate limits, and the log of what was sent."""

import pytest
from telegram.error import RetryAfter

from tests.sandbox import telegram_world
from tests.sandbox.telegram_world import refused


async def test_limits():
    """With limits on: bursts to a person, 20 a minute to a group, 30 a second in all; violations are written down."""
    async with telegram_world.world(served=False, limits=True) as world:
        people = [world.sandbox.person(f"P{number}") for number in range(40)]
        for person in people:
            person.start()
        for _ in range(3):
            await world.client.send_message(people[0].id, "x")
        await refused(
            world.client.send_message(people[0].id, "x"), RetryAfter, "Flood control exceeded. Retry in 1 seconds"
        )
        world.clock.now += 3
        group = world.sandbox.group()
        for number in range(20):
            await world.client.send_message(group.id, str(number))
        with pytest.raises(RetryAfter) as caught:
            await world.client.create_forum_topic(group.id, "t")
        assert caught.value._retry_after.total_seconds() == 60
        world.clock.now += 60
        for person in people[:30]:
            await world.client.send_message(person.id, "x")
        with pytest.raises(RetryAfter):
            await world.client.send_message(people[31].id, "x")
        limits = world.sandbox.limits()
        assert [one.retry_after for one in limits.violations] == [1, 60, 1]
        assert len(limits.accepted) == 3 + 20 + 30
        assert limits.accepted[0][1:] == (people[0].id, "sendMessage")


async def test_log_without_limits():
    """Without limits everything is taken, and written down with time and chat."""
    async with telegram_world.world(served=False) as world:
        ada = world.sandbox.person()
        ada.start()
        for _ in range(50):
            await world.client.send_message(ada.id, "x")
        limits = world.sandbox.limits()
        assert [one.at for one in limits.accepted] == [world.clock.now] * 50
        assert limits.violations == []
