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


async def at_once(live, anna) -> None:
    """Three messages at the same time come into one thread, once each, behind card and transcript."""
    await asyncio.gather(*(live.customer.says(text) for text in SAID))
    for text in SAID:
        await live.reads(anna, text)
    await live.world.calm()
    seen = "\n".join(seen.text for seen in anna.reads(live.ticket) if not seen.mine)
    assert [seen.count(text) for text in SAID] == [1, 1, 1]
    assert anna.card(live.ticket)
    assert "before it happened" in seen


async def all_arrive(live, anna) -> None:
    """Three messages in a row come into one thread, in order, behind card and transcript."""
    for text in SAID:
        await live.customer.says(text)
    for text in SAID:
        await live.reads(anna, text)
    seen = "\n".join(seen.text for seen in anna.reads(live.ticket))  # some of it perhaps in the transcript
    assert sorted(SAID, key=seen.index) == list(SAID)
    assert anna.card(live.ticket)
    assert "before it happened" in seen


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


async def test_b10_a_deleted_topic_and_three_messages_at_the_same_time(world):
    """One of them opens the new topic; the others come into it."""
    live, anna = await talked(world, "tg")
    world.at.groups["tg"].deletes(anna.topic(live.ticket))
    await at_once(live, anna)
    assert len([topic for topic in anna.seat.topics() if live.ticket.code in topic["name"]]) == 1
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


def roots(live, anna) -> list[str]:
    """The case's cards that a Slack channel shows."""
    return [text for text in anna.outside() if f"Case {live.ticket.code}: " in text]


async def test_b10_a_deleted_root_at_slack(world):
    """An admin deletes the card that the thread hangs on, and messages follow."""
    live, anna = await talked(world, "slack")
    await anna.says("one moment please", live.ticket)
    await live.is_in("waiting")
    await world.calm()
    await anna.room.takes_down(anna.thread(live.ticket))
    await all_arrive(live, anna)
    assert len(roots(live, anna)) == 1
    await is_heard(live, anna)


async def test_b10_a_deleted_root_comes_back_before_anything_else_happens(world):
    """Slack tells us: card, buttons and transcript are there again, and the customer reads nothing (behaviour 8)."""
    live, anna = await talked(world, "slack")
    before, turn, old = live.customer.heard(), (await live.now()).turn, anna.thread(live.ticket)
    await anna.room.takes_down(old)
    await soon(lambda: roots(live, anna), anna.outside)
    await live.reads(anna, "before it happened")
    await world.calm()
    assert len(roots(live, anna)) == 1
    assert anna.thread(live.ticket) != old
    assert anna.offers("Release", live.ticket)
    assert live.customer.heard() == before
    assert (await live.now()).turn == turn
    await is_heard(live, anna)


async def test_b10_a_deleted_root_that_nobody_has_replied_to(world):
    """It leaves no tombstone: what is on its way finds no thread either."""
    live = await world.detractor("sms", "slack")
    anna = live.seat("anna")
    await world.calm()
    await anna.room.takes_down(anna.thread(live.ticket))
    await soon(lambda: roots(live, anna), anna.outside)
    await world.calm()
    assert len(roots(live, anna)) == 1
    await live.claimed()
    await is_heard(live, anna)


async def test_b10_a_root_is_deleted_while_three_messages_come(world):
    """In whatever order we hear of it: one new card, and each message once."""
    live, anna = await talked(world, "slack")
    before = live.customer.heard()
    await asyncio.gather(anna.room.takes_down(anna.thread(live.ticket)), *(live.customer.says(text) for text in SAID))
    for text in SAID:
        await live.reads(anna, text)
    await soon(lambda: roots(live, anna), anna.outside)
    await world.calm()
    seen = [seen.text for seen in anna.reads(live.ticket) if not seen.mine]
    assert len(roots(live, anna)) == 1
    assert all(any(text in one for one in seen) for text in (*SAID, "before it happened"))
    assert live.customer.heard() == before


async def test_b10_what_is_written_below_a_deleted_root_is_heard(world):
    """The old thread is still on people's screens: what its owner writes there reaches the customer."""
    live, anna = await talked(world, "slack")
    old = anna.thread(live.ticket)
    await anna.room.takes_down(old)
    await soon(lambda: roots(live, anna), anna.outside)
    await world.calm()
    await anna.room.says(anna.author, "from the old thread", old)
    await live.hears("from the old thread")
    await anna.says("from the new thread", live.ticket)
    await live.hears("from the new thread")


async def test_b10_the_card_of_a_closed_case_stays_deleted_until_the_customer_comes_back(world):
    """Somebody tidies up: the card is not put back for its own sake."""
    live, anna = await talked(world, "silent")
    await anna.says("!resolve shipping", live.ticket)
    await live.is_in("resolved")
    await world.calm()
    await anna.room.takes_down(anna.thread(live.ticket))
    await world.calm()
    assert not roots(live, anna)
    await live.customer.says("it is broken again")
    await soon(lambda: roots(live, anna), anna.outside)
    await live.reads(anna, "it is broken again")
    assert len(roots(live, anna)) == 1


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
