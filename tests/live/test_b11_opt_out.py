"""Behaviour 11, reachability in mid-talk: STOP, a block, a closed account: nothing is sent and it says why."""

import asyncio

import pytest

from tests.live.world import soon

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def stops(live) -> None:
    """The customer does what stops us on their channel."""
    if live.customer.kind == "tg":
        live.customer.person.blocks()
    else:
        await live.customer.says("STOP")

    async def heard() -> bool:
        return (await live.now()).opted_out_at > 0

    await soon(heard, "opted out")


@pytest.mark.parametrize("desk", ["slack", "tg", "sms"])
@pytest.mark.parametrize("kind", ["sms", "tg", "slack"])
async def test_b11_stop_between_claim_and_reply(world, kind, desk):
    """P8: nothing is sent, the agent reads why, and STOP is neither an answer nor chat."""
    live = await world.detractor(kind, desk)
    anna = await live.claimed()
    await world.calm()
    await stops(live)
    await live.reads(anna, "Nothing more is sent")
    await world.calm()
    before = live.customer.heard()
    await anna.says("are you there?", live.ticket)
    await soon(lambda: sum("Nothing more is sent" in seen.text for seen in anna.reads(live.ticket)) >= 2)
    await world.calm()
    assert live.customer.heard() == before
    case = await live.now()
    assert case.paused_at > 0
    assert not any(line.text == "STOP" for line in case.lines)
    assert "STOP" not in (await world.server.answers(live.session)).values()


@pytest.mark.parametrize("kind", ["sms", "slack"])
async def test_b11_what_was_queued_is_cancelled_and_the_agent_is_told(world, kind):
    """One message is on its way, the next waits behind it; STOP; the second never goes."""
    live = await world.detractor(kind, "slack")
    anna, gate = await live.claimed(), world.server.gates[kind]
    gate.shut("on its way")
    first = await anna.says("on its way", live.ticket)
    await gate.is_reached()
    ref = await anna.says("still waiting", live.ticket)
    await live.signed(anna, ref, "pending")
    await stops(live)
    gate.open()
    await live.signed(anna, ref, "failed")
    await live.signed(anna, first, "delivered" if kind == "sms" else "sent")
    await world.calm()
    assert live.heard("still waiting") == 0


@pytest.mark.parametrize("kind", ["sms", "tg", "slack"])
async def test_b11_coming_back_restores_everything(world, kind):
    """START, or unblocking the bot: the clocks go on and the agent can write again."""
    live = await world.detractor(kind, "slack")
    anna = await live.claimed()
    await stops(live)
    if kind == "tg":
        live.customer.person.start()
    else:
        await live.customer.says("START")
    await live.reads(anna, "The customer is back")
    assert (await live.now()).paused_at == 0
    await anna.says("welcome back", live.ticket)
    await live.hears("welcome back")


async def test_b11_a_deactivated_account_is_told(world):
    """Slack refuses: the agent reads why, and it is not tried again."""
    live = await world.detractor("slack", "slack")
    anna = await live.claimed()
    await world.calm()
    await live.customer.person.changes(deleted=True)
    ref = await anna.says("hello?", live.ticket)
    await live.signed(anna, ref, "failed")
    await live.reads(anna, "Not delivered: “hello?”")


async def test_b11_stop_and_the_agents_send_at_the_same_moment(world):
    """Twenty times: whatever comes first, nothing is handed out once the STOP is committed."""
    lives = [await world.detractor("sms", "slack") for _ in range(20)]
    for live in lives:
        await live.claimed()
    await world.calm()
    await asyncio.gather(
        *(live.seat("anna").says("a race", live.ticket) for live in lives),
        *(live.customer.says("STOP") for live in lives),
    )
    await world.calm()
    for live in lives:
        rows = await world.server.parts.reading.conversation(live.customer.address.lane)
        stopped = (await live.now()).opted_out_at
        late = [row for row in rows if row["from"] == "bot" and row["kind"] == "agent" and row["at"] > stopped]
        assert [row["state"] for row in late if row["state"] in ("sent", "delivered")] == []
        assert live.heard("a race") <= 1
