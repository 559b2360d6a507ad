"""Behaviour 4, visible delivery: a sign on each message of an agent, words and a button where somebody has to act."""

import pytest

from sandbox.faults import Fault
from tests.channels.twilio_line import NUMBER
from tests.live.world import soon

pytestmark = pytest.mark.asyncio(loop_scope="module")

BLIND = {"tg"}  # providers that cannot tell what became of a send


@pytest.mark.parametrize("desk", ["slack", "tg"])
@pytest.mark.parametrize(("kind", "last"), [("sms", "delivered"), ("tg", "sent"), ("slack", "sent")])
async def test_b04_from_pending_to_the_last_state(world, kind, last, desk):
    """Pending is to be seen while the send is under way, then how far the provider tells us it has come."""
    live = await world.detractor(kind, desk)
    anna, gate = await live.claimed(), world.server.gates[kind]
    gate.shut("are you there")
    ref = await anna.says("are you there", live.ticket)
    await gate.is_reached()
    await live.signed(anna, ref, "pending")
    gate.open()
    await live.signed(anna, ref, last)
    assert not anna.offers("Send again", live.ticket)


@pytest.mark.parametrize("desk", ["slack", "tg", "sms"])
async def test_b04_failed_says_why_and_offers_to_send_again(world, desk):
    """The provider reports that it was not delivered; the retry is a decision, and arrives once."""
    live = await world.detractor("sms", desk)
    anna = await live.claimed()
    await world.calm()
    world.at.sms.faults.plan(Fault("undelivered", path="/Messages.json", code="30003"))
    ref = await anna.says("into the void", live.ticket)
    await live.reads(anna, "Not delivered: ")
    [told] = [seen.text for seen in anna.reads(live.ticket) if "Not delivered" in seen.text]
    assert "into the void" in told
    assert "the phone is off or out of reach" in told
    if desk != "sms":
        await live.signed(anna, ref, "failed")
        await anna.presses("Send again", live.ticket)
        await soon(lambda: live.heard("into the void") == 2, live.customer.heard)
        await live.signed(anna, ref, "delivered")


@pytest.mark.parametrize("desk", ["slack", "tg", "sms"])
async def test_b04_what_a_stop_cancelled_and_twilio_then_refuses_has_failed_once(world, desk):
    """Under way when the STOP comes: the desk reads that nothing more is sent, and not once more that this failed."""
    live = await world.detractor("sms", desk)
    anna, gate = await live.claimed(), world.server.gates["sms"]
    await world.calm()
    known = len(anna.reads(live.ticket))
    gate.reached.clear()  # an earlier test's
    gate.shut("anybody there")
    ref = await anna.says("anybody there", live.ticket)
    await gate.is_reached()
    await live.customer.says("STOP")
    if desk == "sms":  # what the phone is to read is an SMS as well
        await soon(lambda: _is_out(live), live.now)
    else:
        await live.reads(anna, "Nothing more is sent")
        await live.signed(anna, ref, "failed")
    world.at.sms.sandbox.network.blocked.add((NUMBER, live.customer.address.chat))
    gate.open()
    await _is(live, "failed")
    await live.reads(anna, "Nothing more is sent")
    await world.calm()
    told = [seen.text for seen in anna.reads(live.ticket)[known:] if not seen.mine]
    assert sum("Nothing more is sent" in text for text in told) == 1
    assert not [text for text in told if "Not delivered" in text]
    assert anna.signs(ref, live.ticket) == ([] if desk == "sms" else ["failed"])
    assert live.heard("anybody there") == 0


@pytest.mark.parametrize("desk", ["slack", "tg", "sms"])
@pytest.mark.parametrize("kind", ["sms", "tg", "slack"])
async def test_b04_taken_and_then_the_connection_breaks(world, kind, desk):
    """Exactly one send: a provider that can be asked says it arrived, else it is uncertain and never repeated."""
    live = await world.detractor(kind, desk)
    anna, provider = await live.claimed(), world.provider(kind)
    await world.calm()
    provider.faults.plan(Fault("reset_after", path=provider.sends))
    ref = await anna.says("exactly one", live.ticket)
    await live.hears("exactly one")
    if kind in BLIND:
        await live.reads(anna, "May not have been delivered: ")
        if desk != "sms":
            await live.signed(anna, ref, "unknown")
            assert anna.offers("Send again", live.ticket)
    else:
        await _is(live, "sent", "delivered")
    await anna.says("and another", live.ticket)
    await live.hears("and another")
    assert live.heard("exactly one") == 1


async def _is_out(live) -> bool:
    return (await live.now()).opted_out_at > 0


async def _is(live, *states: str) -> None:
    async def there() -> bool:
        return (await live.now()).lines[-1].state in states

    await soon(there, live.now)


@pytest.mark.parametrize("desk", ["slack", "tg"])
async def test_b04_a_state_never_goes_back(world, desk):
    """Delivered, then reports of sent and queued come late, twice: it stays delivered."""
    live = await world.detractor("sms", desk)
    anna, tape = await live.claimed(), world.server.tapes["sms"]
    ref = await anna.says("here to stay", live.ticket)
    await live.signed(anna, ref, "delivered")
    await world.calm()
    line = (await live.now()).lines[-1]
    reports = [call for call in tape.calls if call.route == "status" and line.key.encode() in call.query.encode()]
    assert len(reports) >= 2
    for report in [*reversed(reports), *reports[:-1]]:
        assert await world.server.post("sms", report) in (200, 204)
    await world.idle()
    assert (await live.now()).lines[-1].state == "delivered"
    assert await world.server.state(line.key) == "delivered"
    assert anna.signs(ref, live.ticket) == ["delivered"]
