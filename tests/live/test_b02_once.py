"""Behaviour 2, exactly one effect: whatever is delivered again, under whatever id, happened once."""

import asyncio

import pytest

from tests.live.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

TIMES = 5


async def again(world: World, name: str, doing) -> None:
    """What somebody does comes five times at once, half of them under new delivery ids, and once more later."""
    tape, provider = world.server.tapes[name], world.provider(name)
    call = await tape.catches(doing)
    tape.shut = False
    calls = [call] * TIMES + [provider.again(call) for _ in range(TIMES)]
    assert set(await asyncio.gather(*(world.server.post(name, one) for one in calls))) == {200}
    await world.idle()
    for one in (call, provider.again(call)):
        assert await world.server.post(name, one) == 200
    await world.idle()


@pytest.mark.parametrize("desk", ["slack", "tg", "sms"])
async def test_b02_an_agents_words_reach_the_customer_once(world, desk):
    """P2: replayed at once and later; one line of the case, one message at the provider."""
    live = await world.detractor("sms", desk)
    anna = await live.claimed()
    await again(world, desk, anna.says("only once", live.ticket))
    await live.hears("only once")
    assert live.heard("only once") == 1
    assert [line.text for line in (await live.now()).lines if line.side == "agent"] == ["only once"]


@pytest.mark.parametrize("desk", ["slack", "tg"])
async def test_b02_a_press_counts_once(world, desk):
    """P2: the second press would be told that the case is Anna's already; nobody is told anything."""
    live = await world.detractor("sms", desk)
    anna = live.seat("anna")
    await world.idle()
    before = (await live.now()).turn
    await again(world, desk, anna.claims(live.ticket))
    await live.owned_by("anna")
    await live.reads(anna, "has claimed this case")
    assert not anna.hears("yours already", live.ticket)
    assert (await live.now()).turn == before + 1


@pytest.mark.parametrize(("kind", "desk"), [("sms", "slack"), ("tg", "sms"), ("slack", "tg")])
async def test_b02_a_customers_words_reach_the_desk_once(world, kind, desk):
    """P2: on each channel a customer may use."""
    live = await world.detractor(kind, desk)
    anna = await live.claimed()
    await again(world, kind, live.customer.says("it happened once"))
    await live.reads(anna, "it happened once")
    assert sum("it happened once" in seen.text for seen in anna.reads(live.ticket)) == 1


async def test_b02_a_delivery_report_counts_once(world):
    """P2: the sign on the agent's message and the history stay as they are."""
    live = await world.detractor("sms", "slack")
    anna = await live.claimed()
    ref = await anna.says("arrived?", live.ticket)
    await live.signed(anna, ref, "delivered")
    await world.idle()
    turn, reports = (await live.now()).turn, [call for call in world.server.tapes["sms"].calls if call.route][-2:]
    for _ in range(TIMES):
        assert {await world.server.post("sms", report) for report in reports} <= {200, 204}
    await world.idle()
    assert (await live.now()).turn == turn
    assert anna.signs(ref, live.ticket) == ["delivered"]
