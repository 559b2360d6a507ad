"""Behaviour 9, no echo and no loop: what we said ourselves is never taken for somebody's words."""

import pytest

from bot.cases.talk import MOST_RELAYS
from tests.channels.twilio_line import NUMBER
from tests.live.world import soon

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("kind", ["slack", "tg", "sms"])
async def test_b09_agent_and_customer_on_one_platform(world, kind):
    """Each hears the other once; our copies, changes and deletions come back to nobody."""
    live = await world.detractor(kind, kind)
    anna = await live.claimed()
    ref = await anna.says("from the desk", live.ticket)
    await live.hears("from the desk")
    await live.customer.says("from the customer")
    await live.reads(anna, "from the customer")
    if kind != "sms":
        await anna.edits(ref, "from the desk, changed")  # our chat.update, under a name of the agent's
        await live.hears("from the desk, changed")
    if kind == "slack":
        await anna.deletes(ref)  # our chat.delete
        await live.reads(anna, "deleted a message")
    await world.calm()
    lines = [(line.side, line.text) for line in (await live.now()).lines if line.side != "bot"]
    assert [side for side, _ in lines] == ["agent", "customer"]
    assert live.heard("from the customer") == 0
    assert sum("from the desk" in seen.text for seen in anna.reads(live.ticket) if not seen.mine) == 0


async def test_b09_a_text_from_our_own_number_is_nobodys(world):
    """A carrier that returns our own SMS to us: no answer goes out to ourselves."""
    phone = world.at.sms.sandbox.phone(NUMBER)
    before = len(phone.heard())
    await phone.text("How likely are you to recommend us?", NUMBER)
    await phone.text("2", NUMBER)
    await world.calm()
    assert phone.heard()[before + 2 :] == []


@pytest.mark.parametrize(("kind", "desk"), [("sms", "slack"), ("slack", "tg"), ("tg", "sms")])
async def test_b09_two_machines_stop_talking(world, monkeypatch, kind, desk):
    """Customer and agent answer whatever they read: the eleventh message of the agent is held.

    In half a minute, says `test_eleven_messages_in_half_a_minute_are_no_person`; here it lasts as long as the machine
    needs for them.
    """
    monkeypatch.setattr("bot.cases.talk.RELAYS_IN", 3_600_000)
    live = await world.detractor(kind, desk)
    anna = await live.claimed()

    def held() -> bool:
        return anna.hears("look like two machines talking", live.ticket)

    for number in range(MOST_RELAYS * 2):
        await anna.says(f"auto-reply {number}", live.ticket)
        await soon(lambda number=number: held() or live.heard(f"auto-reply {number}"))
        if held():
            break
        await live.customer.says(f"I am away {number}")
        await live.reads(anna, f"I am away {number}")
    assert held()
    await world.calm()
    said = [text for text in live.customer.heard() if "auto-reply" in text]
    assert len(said) == MOST_RELAYS <= 10


async def test_b09_our_bots_messages_at_the_desk_are_no_agents(world):
    """Slack tells the app of everything that is said in its channels, by itself as well."""
    live = await world.detractor("sms", "slack")
    anna = await live.claimed()
    await anna.says("one", live.ticket)
    await live.hears("one")
    await world.calm()
    bots = [
        event
        for event in world.at.slack.sandbox.workspace("T1").events("message")
        if event["event"].get("bot_id") and event["event"].get("thread_ts") == anna.thread(live.ticket)
    ]
    assert bots
    assert [line.text for line in (await live.now()).lines if line.side == "agent"] == ["one"]


@pytest.mark.parametrize("desk", ["slack", "tg"])
@pytest.mark.parametrize("kind", ["slack", "tg"])
async def test_b09_our_own_emoji_come_back_to_nobody(world, kind, desk):
    """Signs at the desk, and what we put on the customer's message for the agent: neither side hears of it."""
    live = await world.detractor(kind, desk)
    anna = await live.claimed()
    ref = await live.customer.writes("from the customer")
    await live.reads(anna, "from the customer")
    mine = await anna.says("from the desk", live.ticket)
    await live.signed(anna, mine, "sent")
    await world.idle()
    copy = next(seen.ref for seen in anna.reads(live.ticket) if "Customer: from the customer" in seen.text)
    await anna.reacts(copy, "❤")
    await soon(lambda: live.customer.marks(ref) == ["❤"])
    await world.calm()
    assert not any("reacted" in seen.text for seen in anna.reads(live.ticket))
    told = [entry["text"].replace("\ufe0f", "") for entry in await live.entries() if "❤" in entry["text"]]
    assert told == ["❤ on “from the customer”"]
    assert anna.signs(mine, live.ticket) == ["sent"]
    if "slack" in (kind, desk):  # which tells apps of their own
        assert {user: await _known(world, user) for user in ("U1BOT", anna.author)} == {
            "U1BOT": {False},
            anna.author: {True} if desk == "slack" else set(),
        }


async def _known(world, user: str) -> set[bool]:
    """Whether the emoji that somebody put on messages at Slack have come in."""
    told = [one["event"] for one in world.at.slack.sandbox.workspace("T1").events("reaction_added")]
    keys = [
        f"r:T1:{one['item']['channel']}:{one['item']['ts']}:{user}:{one['event_ts']}"
        for one in told
        if one["user"] == user
    ]
    return {await world.server.parts.reading.event("slack", key) is not None for key in keys}
