"""Behaviour 5, explicit intent: only what its owner means for the customer leaves the desk."""

import random

import pytest

from tests.live.house import STRANGER
from tests.live.world import soon

pytestmark = pytest.mark.asyncio(loop_scope="module")

CASES, MESSAGES = 8, 500  # cases at each of three desks; messages to all of them, on each kind of database
STUFF = (
    "I think we should refund this", "ok", "K7Q2 hello", "@anna can you look", "note this", "8", "STOP it", "yes",
    "<!channel> look", "a" * 900, "Sorry for the trouble!", "!sned hello", "! claim", "/claim", "send this", "😀 hello",
    "!reply sorry", "Hello\nMr. Miller", "\u202eolleh", "https://example.com", "& < >", "No.", "10",
)  # fmt: skip


@pytest.mark.parametrize("desk", ["slack", "tg", "sms"])
async def test_b05_somebody_elses_message_is_held(world, desk):
    """Ben writes in Anna's case: nothing is sent, he is asked, and each choice does what it says."""
    live = await world.detractor("sms", desk)
    await live.claimed("anna")
    ben = live.seat("ben")
    await ben.says("may I add something", live.ticket)
    await live.reads(ben, "Not sent yet: Anna of Echolot owns this case")
    if desk == "sms":
        assert live.heard("may I add something") == 0
        return
    await ben.presses("Make note", live.ticket)
    await live.reads(ben, "Note taken")
    await ben.says("and this one goes out", live.ticket)
    await soon(lambda: _prompts(ben, live) == 2)
    await ben.presses("Send", live.ticket)
    await live.hears("and this one goes out")
    assert live.heard("may I add something") == 0
    assert (await live.now()).owner.id == "anna"
    await ben.says("I take this", live.ticket)
    await soon(lambda: _prompts(ben, live) == 3)
    await ben.presses("Take over and send", live.ticket)
    await live.hears("I take this")
    await live.owned_by("ben")


def _prompts(seat, live) -> int:
    return sum("Take over and send" in seen.buttons for seen in seat.reads(live.ticket))


async def test_b05_who_else_sees_the_question(world):
    """Slack whispers it to its author alone."""
    live = await world.detractor("sms", "slack")
    anna, ben = await live.claimed("anna"), live.seat("ben")
    await ben.says("only for me", live.ticket)
    await live.offered(ben, "Make note")
    assert [seen.whisper for seen in ben.reads(live.ticket) if "Make note" in seen.buttons] == [True]
    assert not anna.offers("Make note", live.ticket)


@pytest.mark.parametrize("desk", ["slack", "tg", "sms"])
async def test_b05_in_an_unclaimed_case_the_first_reply_prompts_to_claim(world, desk):
    """Nobody owns it: nothing is sent before somebody does."""
    live = await world.detractor("sms", desk)
    anna = live.seat("anna")
    await anna.says("hello from nobody", live.ticket)
    await live.reads(anna, "Not sent yet: nobody has claimed this case")
    assert live.heard("hello from nobody") == 0
    if desk != "sms":
        await anna.presses("Take over and send", live.ticket)
        await live.owned_by("anna")
        await live.hears("hello from nobody")


@pytest.mark.parametrize("desk", ["slack", "tg", "sms"])
@pytest.mark.parametrize("text", ["note: between us", "// between us", "!note between us", "@ben between us", "🎉🎉"])
async def test_b05_the_owners_asides_stay_internal(world, desk, text):
    """Notes, what is addressed to colleagues, and emoji alone; what comes behind them is sent as ever."""
    live = await world.detractor("sms", desk)
    anna = await live.claimed()
    await anna.says(text, live.ticket)
    if desk != "sms":  # every text message costs
        await live.reads(anna, "Note taken")
    await anna.says("the customer reads this", live.ticket)
    await live.hears("the customer reads this")
    assert not any("between us" in one or "🎉" in one for one in live.customer.heard())


async def test_b05_held_and_forgotten_is_reported_as_not_sent(world):
    """After the desk's time its author reads that it was not sent."""
    live = await world.detractor("sms", "hasty")
    await live.claimed("anna")
    ben = live.seat("ben")
    await ben.says("never mind", live.ticket)
    await live.reads(ben, "NOT sent, since nobody decided: “never mind”")
    assert live.heard("never mind") == 0
    assert (await live.now()).held == ()


async def test_b05_a_thousand_messages_of_others_reach_no_customer(world):
    """P7: of an agent who does not own the case and of somebody who is no agent, claimed and not: 0 leaks."""
    dice = random.Random(5)
    lives = [await world.detractor("sms", desk) for desk in ("slack", "tg", "sms") for _ in range(CASES)]
    for live in lives[::2]:
        await live.claimed("anna")
    await world.calm()
    before, turns = [len(live.customer.heard()) for live in lives], [(await live.now()).turn for live in lives]
    for number in range(MESSAGES):
        live, who = dice.choice(lives), dice.choice(("ben", "eve"))
        await live.seat(who).says(_hostile(dice, number, stranger=who == STRANGER and live.desk != "sms"), live.ticket)
    await world.calm(seconds=40)
    leaks = [text for live, known in zip(lives, before, strict=True) for text in live.customer.heard()[known:]]
    taken = sum([(await live.now()).turn for live in lives]) - sum(turns)
    print(f"{MESSAGES} messages of others, {taken} of them turns of their cases, {len(leaks)} leaks")
    assert leaks == []
    assert taken > MESSAGES * 0.9  # what says nothing, such as spaces alone, is none


def _hostile(dice: random.Random, number: int, *, stranger: bool) -> str:
    """Something that no customer may read; only an agent's `!send` says that they shall. Every phone is an agent's."""
    stuff = dice.choice((*STUFF, "!send me", "!reply x", "!claim", "!resolve price") if stranger else STUFF)
    return f"{stuff} {number}" if dice.random() < 0.7 else stuff
