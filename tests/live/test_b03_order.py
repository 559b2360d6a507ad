"""Behaviour 3, one lane per case and direction: order holds while a send is slow, and nobody else waits."""

import asyncio
from contextlib import asynccontextmanager

import pytest

import channels.twilio.channel
from tests.live.world import a_world, soon

pytestmark = pytest.mark.asyncio(loop_scope="module")

OTHERS = 20


@pytest.mark.parametrize(("kind", "desk"), [("sms", "slack"), ("tg", "sms"), ("slack", "tg")])
async def test_b03_a_slow_message_holds_up_its_own_case_only(world, kind, desk):
    """The first send does not come back, the second waits behind it; twenty other cases go on meanwhile."""
    live = await world.detractor(kind, desk)
    anna = await live.claimed()
    others = await asyncio.gather(*(world.detractor(kind, desk) for _ in range(OTHERS)))
    await asyncio.gather(*(other.claimed() for other in others))
    gate = world.server.gates[kind]
    gate.shut("the slow one")
    await anna.says("the slow one", live.ticket)
    await gate.is_reached()
    await anna.says("the quick one", live.ticket)
    for number, other in enumerate(others):
        await other.seat("anna").says(f"meanwhile {number}", other.ticket)
    for number, other in enumerate(others):
        await other.hears(f"meanwhile {number}")
    assert live.heard("the slow one") == live.heard("the quick one") == 0
    gate.open()
    await live.hears("the quick one")
    told = [line.text for line in (await live.now()).lines if line.side == "agent"]
    heard = [text.removeprefix("Anna of Echolot: ") for text in live.customer.heard()]
    assert [text for text in heard if text in told] == ["the slow one", "the quick one"]


@pytest.mark.parametrize(("kind", "desk"), [("sms", "slack"), ("slack", "tg"), ("tg", "sms")])
async def test_b03_a_slow_desk_keeps_the_customers_order(world, kind, desk):
    """The other way: what the customer says comes into the thread in order, other threads go on."""
    live, other = await world.detractor(kind, desk), await world.detractor(kind, desk)
    anna = await live.claimed()
    await other.claimed()
    gate = world.server.gates[desk]
    gate.shut("first of mine")
    await live.customer.says("first of mine")
    await gate.is_reached()
    await live.customer.says("second of mine")
    await other.customer.says("somebody else's")
    if desk == "sms":  # one phone, one lane: its cases wait for each other
        gate.open()
    await other.reads(other.seat("anna"), "somebody else's")
    assert desk == "sms" or not anna.hears("of mine", live.ticket)
    gate.open()
    await live.reads(anna, "second of mine")
    seen = [seen.text for seen in anna.reads(live.ticket) if "of mine" in seen.text]
    assert [text.split(": ", 1)[-1].removeprefix("Customer: ") for text in seen] == ["first of mine", "second of mine"]


async def test_b03_an_outage_of_one_channel_leaves_the_others_alone(world):
    """A desk at Slack that takes nothing: Telegram's desk goes on."""
    gate = world.server.gates["slack"]
    stuck, free = await world.detractor("sms", "slack"), await world.detractor("sms", "tg")
    await stuck.claimed()
    await free.claimed()
    gate.shut("lost in thought")
    await stuck.customer.says("lost in thought")
    await gate.is_reached()
    await free.customer.says("and how are you")
    await free.reads(free.seat("anna"), "and how are you")
    await free.seat("anna").says("very well", free.ticket)
    await free.hears("very well")
    gate.open()
    await stuck.reads(stuck.seat("anna"), "lost in thought")


@asynccontextmanager
async def stuck(network, text):
    """Twilio takes a message with this text, and tells nothing more about it before the event that this gives."""
    go_on, call_back = asyncio.Event(), network._call_back

    async def held(account, message, form, times):
        if text in message.body:
            await go_on.wait()
        await call_back(account, message, form, times)

    network._call_back = held
    try:
        yield go_on
    finally:
        go_on.set()
        network._call_back = call_back


async def test_b03_an_sms_waits_five_seconds_for_the_one_ahead_in_twilios_queue(world):
    """Nobody tells that it has been sent: the next one does not wait for ever."""
    live = await world.detractor("sms", "slack")
    anna = await live.claimed()
    await world.calm()
    network = world.at.sms.sandbox.network
    async with stuck(network, "the first"):
        await anna.says("the first", live.ticket)
        await anna.says("the second", live.ticket)
        await soon(lambda: live.heard("the second"), live.customer.heard, 30)
        first, second = (one for one in network.messages.values() if one.body.endswith(("the first", "the second")))
    assert second.body.endswith("the second")
    assert second.created - first.created >= 4.99
    await world.calm()


async def test_b03_an_sms_goes_as_soon_as_the_one_ahead_has_left_and_nobody_else_waits(database_url, monkeypatch):
    """Time would not help it here: for a minute only Twilio's word does, and twenty others go on meanwhile."""
    monkeypatch.setattr(channels.twilio.channel, "HOLD", 60_000)
    async with a_world(database_url) as world:
        live, *others = await asyncio.gather(*(world.detractor("sms", "slack") for _ in range(1 + OTHERS)))
        anna = await live.claimed()
        await asyncio.gather(*(other.claimed() for other in others))
        await world.calm()
        async with stuck(world.at.sms.sandbox.network, "the first") as go_on:
            await anna.says("the first", live.ticket)
            await anna.says("the second", live.ticket)
            await live.hears("the first")
            for number, other in enumerate(others):
                await other.seat("anna").says(f"meanwhile {number}", other.ticket)
            for number, other in enumerate(others):
                await other.hears(f"meanwhile {number}")
            assert live.heard("the second") == 0
            go_on.set()
            await live.hears("the second")
        await world.calm()
