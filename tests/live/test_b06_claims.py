"""Behaviour 6, one owner whatever the surface: T10 through the running server, and cards that agree."""

import asyncio
import random
import time

import pytest
import pytest_asyncio

from sandbox.slack import User
from tests.live.house import ROOMS, WHO
from tests.live.seats import PhoneSeat, Seat, SlackSeat, TelegramSeat, WebSeat
from tests.live.world import Live, World, a_world, soon

pytestmark = pytest.mark.asyncio(loop_scope="module")

AGENTS, CASES = 100, 5  # T10, on each kind of database; make nightly does 50


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(kept_database):
    """A world whose desks let in everybody who is there."""
    async with a_world(kept_database, agents=[]) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def crowd(world) -> list[Seat]:
    """A hundred seats at the desk that is everywhere: Slack, Telegram, web, and three phones."""
    found: list[Seat] = [world.seat(who, "sms", "everywhere") for who in WHO]
    room = world.at.slack.sandbox.workspace("T1").channel(ROOMS["everywhere"])
    group = world.at.groups["everywhere"]
    for number in range(len(WHO), AGENTS):
        who = f"agent{number}"
        if number % 3 == 0:
            user = f"UCROWD{number}"
            world.at.slack.team.add(User(user, who))
            room.channel.members.append(user)
            found.append(SlackSeat(who, user, room))
        elif number % 3 == 1:
            person = world.at.tg.sandbox.person(who)
            group.adds(person)
            found.append(TelegramSeat(who, world.at.tg.sandbox.seat(group, person)))
        else:
            found.append(WebSeat(who, who, world.server.parts.office))
    return found


async def race(world: World, crowd: list[Seat], dice: random.Random) -> float:
    """All of them claim one case at once; how long until every claim was decided (s). Exactly one has it."""
    live = await world.detractor("sms", "everywhere")
    await world.calm()
    began = time.monotonic()
    await asyncio.gather(*(seat.claims(live.ticket) for seat in dice.sample(crowd, len(crowd))))
    await soon(lambda: _told(live, crowd), lambda: _counted(live, crowd), 60)
    took = time.monotonic() - began
    case = await live.now()
    winners = [entry for entry in await live.entries() if "has claimed" in entry["text"]]
    assert case.owner is not None
    assert len(winners) == 1
    for surface in ("slack", "tg"):
        assert case.owner.name in live.seat("anna", surface).card(live.ticket)
    said = f"{case.owner.name} has claimed"
    phones = [live.seat(who, "sms") for who in WHO]  # a phone has no card that could change
    await soon(
        lambda: all(phone.hears(said, live.ticket) for phone in phones),
        lambda: [phone.reads(live.ticket) for phone in phones],
        60,
    )
    return took


async def _told(live: Live, crowd: list[Seat]) -> bool:
    return await _counted(live, crowd) == len(crowd) - 1


async def _counted(live: Live, crowd: list[Seat]) -> int:
    """How many were told that somebody else was faster: alone where that can be, else below their press."""
    told = sum("was faster" in entry["text"] for entry in await live.entries() if entry["kind"] == "answer")
    for seat in crowd:
        if isinstance(seat, SlackSeat | PhoneSeat):
            told += sum("was faster" in seen.text for seen in seat.reads(live.ticket))
    topic = next(seat for seat in crowd if isinstance(seat, TelegramSeat))
    return told + sum("was faster" in seen.text for seen in topic.reads(live.ticket))


async def test_b06_t10_a_hundred_claim_at_once(world, crowd):
    """T10, P7: 1 owner, 99 told who it is, and every card shows the same."""
    dice = random.Random(10)
    took = [await race(world, crowd, dice) for _ in range(CASES)]
    print(f"T10: {CASES} cases, {AGENTS} claims each, told after {max(took):.2f} s at most")


@pytest.mark.nightly
async def test_b06_t10_fifty_cases(world, crowd):
    """T10 with the figure of RELIABILITY."""
    dice = random.Random(11)
    for _ in range(50):
        await race(world, crowd, dice)
