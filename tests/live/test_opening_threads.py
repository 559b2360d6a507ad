"""Behaviours 1 and 10: who answers in a thread before its name is written down here is heard, once and in order."""

import asyncio
from contextlib import contextmanager

import pytest

from tests.live.seats import Ticket
from tests.live.world import Live, World, soon

pytestmark = pytest.mark.asyncio(loop_scope="module")


@contextmanager
def slow_to_write_down(world: World):
    """The provider has opened a thread, and nobody gets to write down what it is called."""
    store, free, asked = world.server.parts.store, asyncio.Event(), asyncio.Event()
    save = store.save_place

    async def waits(*facts: str) -> None:
        asked.set()
        await free.wait()
        await save(*facts)

    store.save_place = waits
    try:
        yield asked, free
    finally:
        free.set()
        del store.save_place


@pytest.mark.parametrize("desk", ["slack", "tg"])
async def test_b10_who_answers_before_the_threads_name_is_known_is_heard(world, desk):
    """P1: claimed and answered in a thread that only the provider knows; no other case waits for it."""
    other = await world.detractor("sms", desk)
    anna = await other.claimed()
    with slow_to_write_down(world) as (asked, free):
        live = await world.invited(world.customer("sms"), desk)
        await live.customer.says("2")
        await asyncio.wait_for(asked.wait(), 10)
        if desk == "slack":  # a topic is known before anything stands in it
            await soon(lambda: anna.codes()[-1] != other.ticket.code, anna.codes)
        live.ticket = await found(world, live)
        before = await live.now()
        for text in ("!claim", "Hello from the thread", "and once more"):
            await anna.says(text, live.ticket)
        await anna.says("meanwhile", other.ticket)
        await other.hears("meanwhile")
        assert (await live.now()).owner is before.owner is None
        free.set()
        await live.hears("and once more")
    assert live.heard("Hello from the thread") == live.heard("and once more") == 1
    heard = [line.text for line in (await live.now()).lines if line.side == "agent"]
    assert heard[-2:] == ["Hello from the thread", "and once more"]


async def found(world: World, live: Live) -> Ticket:
    """The case's id and code, wherever its card is."""

    async def row():
        rows = await world.server.parts.reading.cases(limit=1000)
        return next((one for one in rows if one["lane"] == live.customer.address.lane), None)

    one = await soon(row, "a case")
    return Ticket(one["id"], one["code"])
