"""Behaviour 10, containers heal: a topic, thread, group or channel that is gone costs no message."""

import asyncio

import pytest

from tests.live.world import World, soon

pytestmark = pytest.mark.asyncio(loop_scope="module")

SAID = ("first after it", "second after it", "third after it")


async def talked(world: World, desk: str):
    """A case in which something was said, both ways."""
    live = await world.detractor("sms", desk)
    anna = await live.claimed()
    await live.customer.says("before it happened")
    await live.reads(anna, "before it happened")
    await world.calm()
    return live, anna


async def is_heard(live, anna) -> None:
    """What an agent writes in the new thread reaches the customer."""
    await anna.says("still here", live.ticket)
    await live.hears("still here")


async def all_arrive(live, anna) -> None:
    """Three messages at once come into one thread, in order, behind card and transcript."""
    for text in SAID:
        await live.customer.says(text)
    for text in SAID:
        await live.reads(anna, text)
    seen = [seen.text for seen in anna.reads(live.ticket)]
    order = [text for one in seen for text in SAID if one.endswith(text)]
    assert order == list(SAID)
    assert anna.card(live.ticket)
    assert any("before it happened" in text for text in seen)


async def test_b10_a_deleted_topic_is_opened_once_again(world):
    """Telegram says nothing of it: whoever writes next finds out."""
    live, anna = await talked(world, "tg")
    group = world.at.groups["tg"]
    old = anna.topic(live.ticket)
    group.deletes(old)
    await all_arrive(live, anna)
    assert len([topic for topic in anna.seat.topics() if live.ticket.code in topic["name"]]) == 1
    assert anna.topic(live.ticket) != old
    assert anna.hears("The former thread is gone", live.ticket)
    await is_heard(live, anna)


async def test_b10_a_closed_topic_is_taken_up_again(world):
    """An admin closed it; the case goes on there, and whoever may write there can answer."""
    live, anna = await talked(world, "tg")
    group = world.at.groups["tg"]
    topic = anna.topic(live.ticket)
    owner = world.at.tg.sandbox.phone(group.owner.id)
    group.closes(owner, topic)
    await all_arrive(live, anna)
    assert anna.topic(live.ticket) == topic


async def test_b10_a_deleted_root_at_slack(world):
    """An admin deletes the card that the thread hangs on; with its next change it comes back, with a thread."""
    live, anna = await talked(world, "slack")
    await anna.says("one moment please", live.ticket)
    await live.is_in("waiting")
    await world.calm()
    await anna.room.takes_down(anna.thread(live.ticket))
    await all_arrive(live, anna)
    roots = [text for text in anna.outside() if f"Case {live.ticket.code}: " in text]
    assert len(roots) == 1
    await is_heard(live, anna)


async def test_b10_a_deleted_card_is_posted_anew(world):
    """In a topic the card is a message like others: its next change posts it again."""
    live, anna = await talked(world, "tg")
    group = world.at.groups["tg"]
    card = next(seen for seen in anna.reads(live.ticket) if "Release" in seen.buttons)
    world.at.tg.sandbox.seat(group, group.owner.id).deletes(int(card.ref))
    await anna.says("!release", live.ticket)
    await soon(lambda: "nobody yet" in anna.card(live.ticket), lambda: anna.reads(live.ticket))
    assert anna.offers("Claim", live.ticket)


async def test_b10_several_cases_lose_their_threads_at_once(world):
    """Each gets one new topic: nobody else's."""
    talks = [await talked(world, "tg") for _ in range(3)]
    for live, anna in talks:
        world.at.groups["tg"].deletes(anna.topic(live.ticket))
    await asyncio.gather(*(all_arrive(live, anna) for live, anna in talks))
    for live, anna in talks:
        assert len([topic for topic in anna.seat.topics() if live.ticket.code in topic["name"]]) == 1
