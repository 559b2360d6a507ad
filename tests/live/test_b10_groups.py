"""Behaviour 10, the place itself changes: a group moves or loses its topics, a channel is archived, the bot is out."""

import pytest
import pytest_asyncio

from tests.live.house import slack_id
from tests.live.world import a_world, soon

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def world(database_url):
    """A world of its own for each test: what happens here happens to all cases of a place."""
    async with a_world(database_url) as running:
        yield running


async def talked(world, desk: str):
    live = await world.detractor("sms", desk)
    anna = await live.claimed()
    await world.calm()
    return live, anna


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


async def test_b10_an_archived_channel_holds_back_and_the_others_go_on(world):
    """The desk that is everywhere: Telegram goes on, and Slack gets what it missed when it is back."""
    live = await world.detractor("sms", "everywhere")
    anna = await live.claimed("anna", "tg")
    await world.calm()
    room = live.seat("anna", "slack").room
    room.archives()
    await live.customer.says("in the dark")
    await live.reads(anna, "in the dark")
    await anna.says("I can see you", live.ticket)
    await live.hears("I can see you")


async def test_b10_a_bot_that_was_put_out_of_the_group(world):
    """Nothing is lost for the customer's words: the other places of the desk read them."""
    live = await world.detractor("sms", "everywhere")
    anna = await live.claimed("anna", "slack")
    await world.calm()
    world.at.groups["everywhere"].kicks(world.at.tg.bot)
    await live.customer.says("who is there")
    await live.reads(anna, "who is there")
    assert slack_id("anna") in world.at.slack.team.users
