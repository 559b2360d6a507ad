"""The bell that wakes the demo's pages."""

import asyncio

import pytest

from commands.bell import Bell

SOON, NEVER = 5.0, 60.0  # s


async def test_who_remembers_an_earlier_ring_does_not_wait():
    """What happened while a page was drawn is heard, by every page once."""
    bell = Bell()
    heard = bell.rung
    bell.ring()
    async with asyncio.timeout(SOON):
        await asyncio.gather(*(bell.wait(heard, NEVER) for _ in range(3)))
    waiting = asyncio.create_task(bell.wait(bell.rung, NEVER))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    bell.ring()
    async with asyncio.timeout(SOON):
        await waiting


async def test_nobody_waits_for_ever():
    """Some things nobody tells of."""
    bell = Bell()
    async with asyncio.timeout(SOON):
        await bell.wait(bell.rung, 0.01)
    assert bell.rung == 0


async def test_it_rings_after_each_news_and_lets_go_at_the_end():
    """Watched once, however often that is asked for."""
    bell, news = Bell(), asyncio.Queue()
    bell.watch(news.get)
    bell.watch(news.get)
    for number in range(1, 4):
        news.put_nowait(number)
        async with asyncio.timeout(SOON):
            await bell.wait(number - 1, NEVER)
        assert bell.rung == number
    last = asyncio.create_task(bell.wait(bell.rung, NEVER))
    await asyncio.sleep(0)
    bell.close()
    async with asyncio.timeout(SOON):
        await last
    news.put_nowait(4)
    await asyncio.sleep(0.01)
    assert news.qsize() == 1


@pytest.mark.parametrize("seconds", [0, 0.001])
async def test_an_old_ring_is_not_forgotten(seconds):
    """Nor is one missed between two looks."""
    bell = Bell()
    for _ in range(3):
        bell.ring()
    async with asyncio.timeout(SOON):
        await bell.wait(1, NEVER)
        await bell.wait(3, seconds)
