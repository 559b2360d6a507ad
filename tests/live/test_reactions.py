"""Emoji on messages, in both directions, as far as each channel can: no word is sent, and nothing is said twice."""

import pytest

from tests.live.world import soon

pytestmark = pytest.mark.asyncio(loop_scope="module")

TALK = "that works for me"


async def talking(world, kind, desk):
    """Anna owns the case and has read what the customer wrote: how that is called at the customer's and at the desk."""
    live = await world.detractor(kind, desk)
    anna = await live.claimed()
    ref = await live.customer.writes(TALK)
    await live.reads(anna, TALK)
    await world.idle()  # what the desk's copy is called is written down
    return live, anna, ref, shown(live, anna)


def shown(live, seat):
    """The message at the desk with the customer's words."""
    return next(seen.ref for seen in seat.reads(live.ticket) if f"Customer: {TALK}" in seen.text)


async def marked(live, ref, *emoji):
    """Wait until exactly these are on the customer's message."""
    await soon(lambda: live.customer.marks(ref) == [*emoji], lambda: (emoji, live.customer.marks(ref)))


@pytest.mark.parametrize("desk", ["slack", "tg"])
@pytest.mark.parametrize("kind", ["slack", "tg"])
async def test_the_owners_emoji_is_on_the_customers_message(world, kind, desk):
    """One at a time, the latest; taken off, it is gone. The customer reads no word of it."""
    live, anna, ref, copy = await talking(world, kind, desk)
    before = live.customer.heard()
    await anna.reacts(copy, "❤")
    await marked(live, ref, "❤")
    if desk == "slack":  # there people may put several, and each of them is told by itself
        await anna.reacts(copy, "👍")
        await marked(live, ref, "👍")
        await anna.reacts(copy, "❤", take=True)
        await world.calm()
        assert live.customer.marks(ref) == ["👍"]
        await anna.reacts(copy, "👍", take=True)
    else:
        await anna.reacts(copy, "🎉")
        await marked(live, ref, "🎉")
        await anna.reacts(copy, "🎉", take=True)
    await marked(live, ref)
    await world.calm()
    assert live.customer.heard() == before


@pytest.mark.parametrize("desk", ["slack", "tg", "sms"])
@pytest.mark.parametrize("kind", ["slack", "tg"])
async def test_the_customers_emoji_is_told_at_the_desk(world, kind, desk):
    """In words: on the agent's own message stands our sign of what became of it, which stays."""
    live = await world.detractor(kind, desk)
    anna = await live.claimed()
    ref = await anna.says("a new one is on its way", live.ticket)
    await live.hears("a new one is on its way")
    await world.idle()  # the case knows what the customer's copy is called
    await live.customer.reacts("a new one is on its way", "❤")
    await live.reads(anna, "The customer reacted: ❤")
    await live.reads(anna, 'on "a new one is on its way"' if desk == "sms" else "on “a new one is on its way”")
    if desk != "sms":
        await live.signed(anna, ref, "sent")


@pytest.mark.parametrize("desk", ["slack", "tg"])
async def test_on_sms_the_agent_reads_that_only_the_desk_sees_it(world, desk):
    """Once, and nothing is sent."""
    live, anna, _, copy = await talking(world, "sms", desk)
    before = live.customer.heard()
    await anna.reacts(copy, "👍")
    await live.reads(anna, "Only the desk sees your 👍")
    await anna.reacts(copy, "❤")
    await world.calm()
    assert sum("Only the desk sees" in seen.text for seen in anna.reads(live.ticket)) == 1
    assert live.customer.heard() == before


async def test_an_emoji_that_the_other_app_lacks(world):
    """Telegram has no snail: the agent on Slack reads so."""
    live, anna, ref, copy = await talking(world, "tg", "slack")
    await anna.reacts(copy, "🐌")
    await live.reads(anna, "Only the desk sees your 🐌")
    assert live.customer.marks(ref) == []


@pytest.mark.parametrize(
    ("desk", "who", "emoji"),
    [("slack", "ben", "👍"), ("slack", "eve", "👍"), ("tg", "ben", "❤"), ("slack", "anna", "✅"), ("tg", "anna", "👀")],
)
async def test_b05_colleagues_emoji_and_marks_stay_at_the_desk(world, desk, who, emoji):
    """LF5: who does not own the case, and what marks messages among colleagues."""
    live, anna, ref, copy = await talking(world, "tg", desk)
    await live.seat(who).reacts(copy, emoji)
    await anna.reacts(copy, "🎉")  # what comes behind it in the lane
    await marked(live, ref, "🎉")
    await world.calm()
    assert live.customer.marks(ref) == ["🎉"]
    assert not any("Only the desk" in seen.text for seen in live.seat(who).reads(live.ticket))


async def test_b15_the_same_number_in_two_groups(world):
    """LF15: Telegram counts messages in each group by itself; the emoji goes to the customer of the right one."""
    lives = [await world.detractor("slack", desk) for desk in ("tg", "everywhere")]
    seats = [await live.claimed("anna", "tg") for live in lives]
    await world.calm()
    numbers = [int(await seat.types("among us", None)) for seat in seats]
    for seat, number in zip(seats, numbers, strict=True):
        for _ in range(max(numbers) - number):
            await seat.types("among us", None)
    refs = [await live.customer.writes(TALK) for live in lives]
    for live, seat in zip(lives, seats, strict=True):
        await live.reads(seat, TALK)
    await world.calm()
    copies = [shown(live, seat) for live, seat in zip(lives, seats, strict=True)]
    assert copies[0] == copies[1]
    for live, seat, ref, emoji in zip(lives, seats, refs, ("❤", "🎉"), strict=True):
        await seat.reacts(copies[0], emoji)
        await marked(live, ref, emoji)
    await world.calm()
    assert [live.customer.marks(ref) for live, ref in zip(lives, refs, strict=True)] == [["❤"], ["🎉"]]


async def test_an_emoji_on_a_message_that_the_customer_deleted(world):
    """Slack tells of deletions: nothing is tried, and the agent reads so."""
    live, anna, ref, copy = await talking(world, "slack", "slack")
    await live.customer.deletes(ref)
    await live.reads(anna, "The customer deleted a message")
    await anna.reacts(copy, "👍")
    await live.reads(anna, "Only the desk sees your 👍")
