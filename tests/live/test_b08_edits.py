"""Behaviour 8, edits and deletions are versions: nobody's words change behind their back."""

import pytest

from tests.live.world import soon

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(("kind", "desk"), [("tg", "slack"), ("slack", "tg"), ("tg", "sms"), ("slack", "slack")])
async def test_b08_a_customers_change_keeps_the_original(world, kind, desk):
    """The desk reads both."""
    live = await world.detractor(kind, desk)
    anna = await live.claimed()
    ref = await live.customer.writes("I want my many back")
    await live.reads(anna, "I want my many back")
    await live.customer.edits(ref, "I want my money back")
    await live.reads(anna, "Before: I want my many back\nNow: I want my money back")
    assert anna.hears("Customer: I want my many back", live.ticket)


@pytest.mark.parametrize("desk", ["slack", "tg", "sms"])
async def test_b08_a_customers_deletion_is_told(world, desk):
    """Slack tells of it; what was read stays in the thread."""
    live = await world.detractor("slack", desk)
    anna = await live.claimed()
    ref = await live.customer.writes("you idiots")
    await live.reads(anna, "you idiots")
    await live.customer.deletes(ref)
    await live.reads(anna, "The customer deleted a message: you idiots")


@pytest.mark.parametrize("desk", ["slack", "tg"])
@pytest.mark.parametrize("kind", ["tg", "slack"])
async def test_b08_an_agents_change_changes_the_customers_copy(world, kind, desk):
    """Where the customer's channel can."""
    live = await world.detractor(kind, desk)
    anna = await live.claimed()
    ref = await anna.says("see you tomorow", live.ticket)
    await live.hears("see you tomorow")
    await anna.edits(ref, "see you tomorrow")
    await live.hears("see you tomorrow")
    assert live.heard("see you tomorow") == 0


@pytest.mark.parametrize("desk", ["slack", "tg"])
async def test_b08_on_sms_a_correction_is_offered_and_never_sent_by_itself(world, desk):
    """Only a press sends it."""
    live = await world.detractor("sms", desk)
    anna = await live.claimed()
    ref = await anna.says("call 123", live.ticket)
    await live.hears("call 123")
    await anna.edits(ref, "call 124")
    await live.offered(anna, "Send correction")
    await world.calm()
    assert not any("124" in text for text in live.customer.heard())
    await anna.presses("Send correction", live.ticket)
    await live.hears("* call 124")


@pytest.mark.parametrize("desk", ["slack", "tg"])
async def test_b08_a_change_before_the_original_went_waits_behind_it(world, desk):
    """The original is under way; the change reaches the customer after it, as a change."""
    live = await world.detractor("tg", desk)
    anna, gate = await live.claimed(), world.server.gates["tg"]
    gate.shut("first version")
    ref = await anna.says("first version", live.ticket)
    await gate.is_reached()
    await anna.edits(ref, "second version")
    gate.open()
    await live.hears("second version")
    await world.calm()
    assert live.heard("first version") == 0
    assert live.heard("second version") == 1


async def test_b08_only_the_author_changes_a_message(world):
    """Held, and changed before it is sent: what is sent is what it says now."""
    live = await world.detractor("sms", "slack")
    await live.claimed("anna")
    ben = live.seat("ben")
    ref = await ben.says("draft", live.ticket)
    await live.offered(ben, "Send")
    await ben.edits(ref, "final")
    await soon(lambda: _held(live, "final"))
    await ben.presses("Send", live.ticket)
    await live.hears("final")
    assert live.heard("draft") == 0


async def _held(live, text: str) -> bool:
    return [held.text for held in (await live.now()).held] == [text]


@pytest.mark.parametrize(("kind", "gone"), [("slack", True), ("tg", True), ("sms", False)])
async def test_b08_an_agents_deletion(world, kind, gone):
    """Deleted at the customer's where that can be, else the agent is told that it cannot."""
    live = await world.detractor(kind, "slack")
    anna = await live.claimed()
    ref = await anna.says("wrong window", live.ticket)
    await live.hears("wrong window")
    await anna.deletes(ref)
    if gone:
        await soon(lambda: live.heard("wrong window") == 0, live.customer.heard)
        await live.reads(anna, "deleted a message, at the customer's, too")
    else:
        await live.reads(anna, "cannot be deleted there")
        assert live.heard("wrong window") == 1


async def test_b08_a_preview_of_a_link_is_no_change(world):
    """Slack says `message_changed` without `edited`."""
    live = await world.detractor("slack", "slack")
    anna = await live.claimed()
    ref = await anna.says("see https://example.com", live.ticket)
    await soon(lambda: any("example.com" in text for text in live.customer.heard()), live.customer.heard)
    await world.calm()
    before, turn = live.customer.heard(), (await live.now()).turn
    await anna.room.unfurls(ref)
    await world.calm()
    assert live.customer.heard() == before
    assert (await live.now()).turn == turn


async def test_b08_deleting_the_root_of_a_thread_tells_the_customer_nothing(world):
    """An admin deletes the card: 0 messages to the customer, and talking goes on in a new thread."""
    live = await world.detractor("sms", "slack")
    anna = await live.claimed()
    await anna.says("still there", live.ticket)
    await live.hears("still there")
    await world.calm()
    before = live.customer.heard()
    await anna.room.takes_down(anna.thread(live.ticket))
    await world.calm()
    assert live.customer.heard() == before
    await live.customer.says("yes I am")
    await live.reads(anna, "yes I am")
