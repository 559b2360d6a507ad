"""Behaviour 6, one owner whatever the surface: T10 through the running server, and cards that agree."""

import asyncio
import random
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from sandbox.slack import User
from tests.live.house import ROOMS, WHO
from tests.live.seats import PhoneSeat, Seat, SlackSeat, TelegramSeat, WebSeat
from tests.live.world import Live, World, a_world

pytestmark = pytest.mark.asyncio(loop_scope="module")

AGENTS = 100
CASES, NIGHTLY = 2, 50  # on each kind of database; tests/durability/test_t10_claims.py has T10's figures
PATIENCE = 240.0  # s: providers' pace is one whisper after the other, and the machine may be busy


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(kept_database: str) -> AsyncIterator[World]:
    """A world whose desks let in everybody who is there."""
    async with a_world(kept_database, agents=[]) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def crowd(world: World) -> list[Seat]:
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
    """All of them claim one case at once; how long until everybody was told (s). Exactly one has it."""
    live = await world.detractor("sms", "everywhere")
    await world.calm()
    began = time.monotonic()
    await asyncio.gather(*(seat.claims(live.ticket) for seat in dice.sample(crowd, len(crowd))))
    await world.calm(PATIENCE)  # asks for two numbers; reading a hundred seats again and again would be the load
    took = time.monotonic() - began
    assert await _counted(live, crowd) == len(crowd) - 1
    case = await live.now()
    winners = [entry for entry in await live.entries() if "has claimed" in entry["text"]]
    assert case.owner is not None
    assert len(winners) == 1
    for surface in ("slack", "tg"):
        assert case.owner.name in live.seat("anna", surface).card(live.ticket)
    said = f"{case.owner.name} has claimed".replace("…", "...")  # a phone that has won is called …0000, on SMS ...0000
    for who in WHO:  # a phone has no card that could change
        phone = live.seat(who, "sms")
        assert phone.hears(said, live.ticket), phone.reads(live.ticket)
    return took


async def _counted(live: Live, crowd: list[Seat]) -> int:
    """How many were told that somebody else was faster: alone where that can be, else below their press."""
    told = sum("was faster" in entry["text"] for entry in await live.entries() if entry["kind"] == "answer")
    for seat in crowd:
        if isinstance(seat, SlackSeat | PhoneSeat):
            told += sum("was faster" in seen.text for seen in seat.reads(live.ticket))
    topic = next(seat for seat in crowd if isinstance(seat, TelegramSeat))
    return told + sum("was faster" in seen.text for seen in topic.reads(live.ticket))


@pytest.mark.timeout(900)
async def test_b06_t10_a_hundred_claim_at_once(world: World, crowd: list[Seat]) -> None:
    """T10, P7: 1 owner, 99 told who it is, and every card shows the same."""
    dice = random.Random(10)
    took = [await race(world, crowd, dice) for _ in range(CASES)]
    print(f"T10: {CASES} cases, {AGENTS} claims each, told after {max(took):.2f} s at most")


@pytest.mark.nightly
@pytest.mark.timeout(14_400)
async def test_b06_t10_fifty_cases(world: World, crowd: list[Seat]) -> None:
    """The same, so often that rare orders come up."""
    dice = random.Random(11)
    for _ in range(NIGHTLY):
        await race(world, crowd, dice)
