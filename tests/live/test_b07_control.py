"""Behaviour 7, one of bot and person talks: looked at again when a message is about to go."""

import asyncio

import pytest

from tests.live.world import Live, World, soon

pytestmark = pytest.mark.asyncio(loop_scope="module")

REMINDER = "Would you still tell us what went wrong?"
WHY = "We are sorry to hear that. What went wrong?"


@pytest.mark.parametrize("kind", ["sms", "tg", "slack"])
async def test_b07_a_reminder_that_is_queued_when_a_claim_lands_is_not_sent(world, kind):
    """The question is on its way, the reminder waits behind it; somebody claims; the question arrives, it does not."""
    live = await world.invited(world.customer(kind), "slack", flow="impatient")
    gate = world.server.gates[kind]
    gate.shut(WHY)
    await live.customer.says("2")
    await gate.is_reached()
    await world.opened(live)
    [reminder] = await soon(lambda: _waiting(world, live), "a reminder that waits")
    anna = await live.claimed()
    gate.open()
    await anna.says("hello, a person here", live.ticket)
    await live.hears("hello, a person here")
    await world.calm()
    assert await world.server.state(reminder) == "cancelled"
    assert REMINDER not in live.customer.heard()


async def _waiting(world: World, live: Live) -> list[str]:
    """Keys of the reminders that wait behind what is on its way."""
    told = await world.server.parts.reading.conversation(live.customer.address.lane)
    return [row["key"] for row in told if row["text"] == REMINDER and row["state"] == "queued"]


@pytest.mark.parametrize("desk", ["silent", "resuming"])
async def test_b07_after_the_end_the_bot_goes_on_or_stays_silent_once(world, desk):
    """The desk's policy: the survey's question comes once more, or nothing does."""
    live = await world.detractor("sms", desk)
    await live.hears(WHY)
    anna = await live.claimed()
    await anna.says("let me help", live.ticket)
    await live.hears("let me help")
    await world.calm()
    before = len(live.customer.heard())
    await anna.says("!resolve shipping sent a new one", live.ticket)
    await live.is_in("resolved")
    await world.calm()
    after = live.customer.heard()[before:]
    assert [WHY in text for text in after] == ([True] if desk == "resuming" else [])


async def test_b07_while_a_person_talks_the_survey_reads_nothing_and_asks_nothing(world):
    """A number that the survey would take for an answer is for the agent; an invitation is refused."""
    live = await world.detractor("sms", "slack")
    await live.hears(WHY)
    anna = await live.claimed()
    before = len(live.customer.heard())
    await live.customer.says("9")
    await live.reads(anna, "Customer: 9")
    await world.server.parts.office.invite("live", live.customer.address, language="en", variables={"place": "slack"})
    await world.calm()
    assert live.customer.heard()[before:] == []
    assert (await live.now()).score == 2
    assert (await world.server.answers(live.session))["score"] == "2"


async def test_b07_before_a_claim_the_survey_goes_on_and_the_desk_sees_it(world):
    """An open case does not stop it: the reason comes onto the card."""
    live = await world.detractor("sms", "slack")
    await live.hears(WHY)
    await live.customer.says("The parcel came late & <b>broken</b>")
    await live.hears("Thank you for telling us.")
    seat = live.seat("anna")
    await soon(lambda: "The parcel came late & <b>broken</b>" in seat.card(live.ticket), lambda: seat.card(live.ticket))
    await live.reads(seat, "Bot: Thank you for telling us.")


async def test_b07_the_claim_comes_while_the_answer_is_worked_on(world):
    """A claim and the customer's answer at the same moment: the customer hears bot or person, never both."""
    lives = [await world.detractor("sms", "slack") for _ in range(10)]
    await world.calm()
    before = [len(live.customer.heard()) for live in lives]
    for live in lives:
        await asyncio.gather(live.seat("anna").claims(live.ticket), live.customer.says("because of the parcel"))
    for live in lives:
        await live.owned_by("anna")
        await live.reads(live.seat("anna"), "because of the parcel")
    await world.calm()
    for live, known in zip(lives, before, strict=True):
        case, said = await live.now(), live.customer.heard()[known:]
        assert said in ([], ["Thank you for telling us."])
        if said:  # then the survey took it before the claim
            assert case.comment == "because of the parcel"
