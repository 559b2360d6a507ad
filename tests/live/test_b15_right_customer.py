"""Behaviour 15, never the wrong customer: an agent's phone names the case, or nothing is sent."""

import asyncio

import pytest

from tests.live.world import soon

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_b15_three_cases_and_ok_is_refused_with_the_list(world):
    """One agent, one phone, three customers: `ok` reaches nobody; with its code a text reaches its own."""
    lives = [await world.detractor("sms", "sms") for _ in range(3)]
    anna = lives[0].seat("anna")
    for live in lives:
        await live.claimed()
    await world.calm()
    before = [live.customer.heard() for live in lives]
    await anna.types("ok", None)
    text = await soon(lambda: next((one for one in anna.outside() if "which case?" in one), ""))
    assert all(live.ticket.code in text for live in lives)
    await world.calm()
    assert [live.customer.heard() for live in lives] == before
    for live in lives:
        await anna.says(f"for {live.ticket.code} alone", live.ticket)
    for live in lives:
        await live.hears(f"for {live.ticket.code} alone")
    heard = [text for live in lives for text in live.customer.heard() if text.startswith("for ")]
    assert sorted(heard) == sorted(f"for {live.ticket.code} alone" for live in lives)


async def test_b15_quickly_typed_texts_go_to_their_own(world):
    """Three texts within the moment in which halves of a text are put together."""
    lives = [await world.detractor("sms", "sms") for _ in range(3)]
    for live in lives:
        await live.claimed()
    anna = lives[0].seat("anna")
    await asyncio.gather(*(anna.says(f"only {live.ticket.code}", live.ticket) for live in lives))
    for live in lives:
        await live.hears(f"only {live.ticket.code}")
        assert sum(text.startswith("only ") for text in live.customer.heard()) == 1


@pytest.mark.parametrize("text", ["ZZZZ hello", "hello everybody", "0", "yes", "👍"])
async def test_b15_a_code_that_is_none(world, text):
    """Nothing is sent, and one answer says what would have been right."""
    live = await world.detractor("sms", "sms")
    ben = live.seat("ben")
    await world.calm()
    before, told = live.customer.heard(), len(ben.outside())
    await ben.types(text, None)
    await soon(lambda: len(ben.outside()) == told + 1, lambda: ben.outside()[told:])
    await world.calm()
    assert "othing was sent" in ben.outside()[-1]
    assert len(ben.outside()) == told + 1
    assert live.customer.heard() == before


@pytest.mark.parametrize("desk", ["slack", "tg"])
async def test_b15_what_is_said_outside_of_threads_reaches_nobody(world, desk):
    """People chat in a desk's channel; a command there is answered, once."""
    live = await world.detractor("sms", desk)
    anna = await live.claimed()
    await world.calm()
    before = live.customer.heard()
    await anna.types("anybody up for lunch?", None)
    await anna.types("!claim", None)
    await soon(lambda: any("in the case's own thread" in text for text in anna.outside()), anna.outside)
    await world.calm()
    assert live.customer.heard() == before
