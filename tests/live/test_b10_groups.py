"""Behaviour 10, the place itself changes: a group moves or loses its topics, a channel is archived, the bot is out."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from bot.runtime import verdict
from commands import doctor
from sandbox.telegram.model import Member
from tests.live.house import ROOMS, slack_id
from tests.live.world import a_world, soon

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def world(database_url):
    """A world of its own for each test: what happens here happens to all cases of a place."""
    async with a_world(database_url) as running:
        yield running


SAID = ("first in the dark", "second in the dark", "third in the dark")


async def talked(world, desk: str):
    live = await world.detractor("sms", desk)
    anna = await live.claimed()
    await live.customer.says("before it happened")
    await live.reads(anna, "before it happened")
    await world.calm()
    return live, anna


def room(world):
    return world.at.slack.team.channels[ROOMS["slack"]]


def group(world):
    return world.at.groups["tg"].chat


def archive(world, *, shut: bool) -> None:
    room(world).archived = shut


def uninvite(world, *, shut: bool) -> None:
    (room(world).members.remove if shut else room(world).members.append)("U1BOT")


def make_private_and_uninvite(world, *, shut: bool) -> None:
    room(world).kind = "group"
    uninvite(world, shut=shut)


def kick(world, *, shut: bool) -> None:
    member = Member("kicked") if shut else Member("administrator", frozenset({"can_manage_topics"}))
    group(world).members[world.at.tg.bot.id] = member


def hide(world, *, shut: bool) -> None:
    """Telegram knows nothing of a group of that number, as far as the bot is concerned."""
    if shut:
        del group(world).members[world.at.tg.bot.id]
    else:
        kick(world, shut=False)


class Closure(NamedTuple):
    """How a place is closed, and what the operator reads about it."""

    desk: str
    act: Callable[..., None]
    told: str


CLOSURES = {
    "is_archived": Closure("slack", archive, "the channel is archived; unarchive it, or give the desk another one"),
    "not_in_channel": Closure("slack", uninvite, "the app is not in the channel; invite the app there"),
    "channel_not_found": Closure(
        "slack", make_private_and_uninvite, "the channel does not exist or is private; invite the app there"
    ),
    "kicked": Closure("tg", kick, "the bot was removed from the group; add it again"),
    "chat_not_found": Closure("tg", hide, "the group is gone; add it, or give the desk another"),
}


@pytest.fixture
def impatient(monkeypatch):
    """What an operator has to mend is tried again after a second, and the doctor says so at once."""
    monkeypatch.setattr(verdict, "MEND_WITHIN", 500)
    monkeypatch.setattr(verdict, "LONGEST_RETRY", 1_000)
    monkeypatch.setattr(doctor, "STUCK_FOR", 0)


async def stuck(world) -> list[str]:
    """What the doctor says about places of desks."""
    rows = await world.server.parts.reading.stuck_at_desks()
    return [f"{each.about}: {each.text}" for each in doctor.stuck_desks(world.server.parts.settings, rows)]


async def threads_stuck(world) -> int:
    """The gauge."""
    return (await world.server.parts.reading.counts())["desk_threads_stuck"]


@pytest.mark.parametrize("how", CLOSURES)
async def test_b10_a_place_that_is_closed_gets_everything_once_it_is_open(world, impatient, how):
    """Three messages at the same time: the operator is told once where and what to do, the customer nothing."""
    live, anna = await talked(world, CLOSURES[how].desk)
    thread, before = anna_thread(live, anna), live.customer.heard()
    with capture_logs() as logs:
        CLOSURES[how].act(world, shut=True)
        await asyncio.gather(*(live.customer.says(text) for text in SAID))
        await soon(lambda: stuck(world), "a word of the doctor's")
        [line] = await stuck(world)
        assert line.startswith(f"desk {live.desk}: {anna_lane(world, live)} takes nothing: ")
        assert CLOSURES[how].told in line
        assert await threads_stuck(world) == 1
        await soon(lambda: told(logs, "send_failed") > 1, "a second try")
        CLOSURES[how].act(world, shut=False)
        for text in SAID:
            await live.reads(anna, text)
        await world.calm()
    assert told(logs, "desk_place_broken") == 1
    assert told(logs, "desk_place_works_again") == 1
    [warning] = [line for line in logs if line["event"] == "desk_place_broken"]
    assert (warning["log_level"], CLOSURES[how].told in warning["reason"]) == ("warning", True)
    assert await stuck(world) == []
    assert await threads_stuck(world) == 0
    assert anna_thread(live, anna) == thread
    seen = "\n".join(seen.text for seen in anna.reads(live.ticket) if not seen.mine)
    assert [seen.count(text) for text in SAID] == [1, 1, 1]
    assert live.customer.heard() == before
    await anna.says("light at last", live.ticket)
    await live.hears("light at last")


@pytest.mark.parametrize("how", CLOSURES)
async def test_b10_a_case_that_began_while_its_place_was_closed(world, impatient, how):
    """It gets its thread once the place is open: one, with the card and everything that was said."""
    desk = CLOSURES[how].desk
    anna = world.seat("anna", desk, desk)
    CLOSURES[how].act(world, shut=True)
    live = await world.invited(world.customer("sms"), desk)
    await live.customer.says("2")
    await soon(lambda: stuck(world), "a word of the doctor's")
    await asyncio.gather(*(live.customer.says(text) for text in SAID))
    CLOSURES[how].act(world, shut=False)
    await world.opened(live)
    await world.calm()
    assert anna.codes() == [live.ticket.code]
    entries = "\n".join(entry["text"] for entry in await live.entries())
    seen = "\n".join(seen.text for seen in anna.reads(live.ticket))
    assert [text in entries for text in SAID] == [text in seen for text in SAID] == [True] * 3


def anna_thread(live, anna) -> str:
    return str(anna.topic(live.ticket) if live.desk == "tg" else anna.thread(live.ticket))


def anna_lane(world, live) -> str:
    return f"tg:{group(world).id}" if live.desk == "tg" else f"slack:{ROOMS['slack']}"


def told(logs, event: str) -> int:
    return sum(line["event"] == event for line in logs)


async def test_b10_a_group_moves(world):
    """It becomes a supergroup with another id: the case goes on there, and agents are heard there."""
    live, anna = await talked(world, "tg")
    world.at.groups["tg"].migrates()
    await live.customer.says("hello from before")
    await live.reads(anna, "hello from before")
    await anna.says("welcome to the new one", live.ticket)
    await live.hears("welcome to the new one")


async def test_b10_a_group_without_topics_gets_everything_all_the_same(world):
    """Topics are turned off: nothing is said where it has no case, and nothing is lost."""
    live, anna = await talked(world, "tg")
    world.at.groups["tg"].becomes_forum(forum=False)
    await live.customer.says("is anybody there")
    wanted = f"{live.ticket.code}: Customer: is anybody there"
    await soon(lambda: wanted in anna.outside(), anna.outside)
    await world.calm()
    assert [text for text in anna.outside() if "is anybody there" in text] == [wanted]


async def test_b10_an_archived_channel_holds_back_and_the_others_go_on(world, impatient):
    """The desk that is everywhere: Telegram goes on, and Slack gets what it missed when it is back."""
    live = await world.detractor("sms", "everywhere")
    anna = await live.claimed("anna", "tg")
    await world.calm()
    elsewhere = live.seat("anna", "slack")
    elsewhere.room.archives()
    await asyncio.gather(*(live.customer.says(text) for text in SAID))
    for text in SAID:
        await live.reads(anna, text)
    await anna.says("I can see you", live.ticket)
    await live.hears("I can see you")
    assert not any(elsewhere.hears(text, live.ticket) for text in SAID)
    elsewhere.room.channel.archived = False
    for text in SAID:
        await live.reads(elsewhere, text)


async def test_b10_a_bot_that_was_put_out_of_the_group(world):
    """The other places of the desk read the customer's words."""
    live = await world.detractor("sms", "everywhere")
    anna = await live.claimed("anna", "slack")
    await world.calm()
    world.at.groups["everywhere"].kicks(world.at.tg.bot)
    await live.customer.says("who is there")
    await live.reads(anna, "who is there")
    assert slack_id("anna") in world.at.slack.team.users
