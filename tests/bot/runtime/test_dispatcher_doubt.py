"""Sends in doubt: they rest, are looked up, and are never blindly repeated."""

import asyncio

import pytest

from bot.errors import (
    Conflict,
    InDoubt,
    StoreUnavailable,
    Throttled,
    Unavailable,
)
from bot.messages import Consent, Delivery, Inbound, Sent
from bot.runtime import dispatcher as module
from bot.runtime.dispatcher import LEASE
from bot.runtime.showing import card_key
from tests.bot.runtime.floor import DESKS, PHONE
from tests.bot.runtime.house import BEN, Away, House, Ledger, Line, queued, soon
from tests.bot.runtime.rooms import Rooms


async def in_doubt(store, library, *known, error=None):
    """A house whose first message is in doubt, and the message's key."""
    house = House(store, library, Ledger(error or InDoubt("reset"), known=list(known)))
    key = await queued(house)
    await house.sends()
    assert await house.state(key) == "reconciling"
    return house, key


async def test_p5_a_send_in_doubt_rests_and_is_found(store, library):
    house, key = await in_doubt(store, library, Sent("P9", sender="+49300"))
    began = house.clock()
    house.clock.passes(59_999)
    assert await house.dispatcher.look_up() == 0
    house.clock.passes(1)
    assert await house.dispatcher.look_up() == 1
    assert house.line.asked == [(key, began)]
    row = await store.outbound(key)
    assert (row["state"], row["provider_id"], row["sender"]) == ("sent", "P9", "+49300")
    await house.sends()
    assert len(house.line.tried) == 1


async def test_p5_a_send_in_doubt_that_the_provider_does_not_know_goes_again(store, library):
    house, key = await in_doubt(store, library, None)
    house.clock.passes(60_000)
    await house.dispatcher.look_up()
    await house.sends()
    assert (await house.state(key), len(house.line.tried)) == ("sent", 2)
    assert [message.key for message in house.line.tried] == [key, key]


async def test_p6_nothing_overtakes_a_message_in_doubt(store, library):
    house, _ = await in_doubt(store, library, Sent("P9"))
    await house.gets("HELP")
    await house.waits()
    assert len(house.line.tried) == 1
    house.clock.passes(60_000)
    await house.dispatcher.look_up()
    await house.sends()
    assert len(house.line.tried) == 2


@pytest.mark.parametrize("error", [Unavailable("refused"), TimeoutError(), KeyError("adapter")])
async def test_p5_who_cannot_be_asked_for_fifteen_minutes_leaves_it_unknown(store, library, error):
    """Counted from when the doubt began, however long the message had waited before."""
    throttled = Throttled("later", 3 * 3_600)
    house = House(store, library, Ledger(throttled, InDoubt("reset"), known=[error] * 100))
    key = await queued(house)
    await house.sends()
    house.clock.passes(3 * 3_600_000)
    await house.sends()
    assert await house.state(key) == "reconciling"
    began = house.clock()
    while await house.state(key) == "reconciling":
        house.clock.passes(5_000)
        await house.dispatcher.look_up()
    assert 16 * 60_000 < house.clock() - began <= 16.5 * 60_000 + 5_000
    assert await house.state(key) == "unknown"
    assert 30 <= len(house.line.asked) <= 33
    assert "could not be looked up" in (await store.outbound(key))["error"]


async def test_one_that_cannot_be_looked_up_does_not_hold_up_the_others(store, library):
    house = House(store, library, Ledger(InDoubt("x"), InDoubt("x"), known=[KeyError("bug"), Sent("P2")]))
    keys = [await queued(house), await queued(house, BEN)]
    await house.sends()
    house.clock.passes(60_000)
    assert await house.dispatcher.look_up() == 2
    assert sorted([await house.state(key) for key in keys]) == ["reconciling", "sent"]


async def test_a_report_ends_a_doubt_before_anybody_asks(store, library):
    house, key = await in_doubt(store, library)
    await house.gets(Delivery(key, "P9", "sent"))
    await house.waits(60_000)
    assert await house.dispatcher.look_up() == 0
    assert (await house.state(key), house.line.asked) == ("sent", [])


async def test_a_channel_that_takes_too_long_is_in_doubt(store, library, monkeypatch):
    monkeypatch.setattr(module, "SEND_TIMEOUT", 0.01)

    async def never(message):
        await asyncio.Event().wait()

    house, key = await in_doubt(store, library, Sent("P9"), error=never)
    assert house.dispatcher.in_doubt == 1
    monkeypatch.setattr(Ledger, "find", never_found)
    house.clock.passes(60_000)
    await house.dispatcher.look_up()
    assert await house.state(key) == "reconciling"


async def never_found(*_):
    await asyncio.Event().wait()


@pytest.mark.parametrize(("line", "after"), [(Line, "unknown"), (Ledger, "sent")])
async def test_p5_what_a_dead_worker_was_sending_is_in_doubt(store, library, line, after):
    """Its lease runs out; a provider that can be asked is asked, another one leaves it unknown."""
    house = House(store, library)
    key = await queued(house)
    now = house.clock()
    assert await store.lease("dead", 10, now, now + LEASE, ["sms"])
    house.connect(line())
    for _ in range(3):
        house.clock.passes(LEASE + 1)
        await house.sends()
        await house.dispatcher.look_up()
    await house.sends()
    assert await house.state(key) == after
    assert len(house.line.tried) == (after == "sent")


async def test_p5_what_a_dead_worker_was_sending_rests_as_long_as_any_other_doubt(store, library):
    house = House(store, library, Ledger(known=[Sent("P1")]))
    await queued(house)
    now = house.clock()
    assert await store.lease("dead", 10, now, now + LEASE, ["sms"])
    house.clock.passes(LEASE + 1)
    for _ in range(2):
        await house.sends()
        await house.dispatcher.look_up()
        assert house.line.asked == []
        house.clock.passes(29_999)
    house.clock.passes(1)
    await house.dispatcher.look_up()
    assert len(house.line.asked) == 1


async def test_it_looks_up_until_cancelled_and_outlives_the_database(store, library, quick):
    house, key = await in_doubt(store, library, Sent("P9"))
    house.clock.passes(60_000)
    house.dispatcher._store = Away(store, doubtful=[StoreUnavailable("away"), Conflict("busy")])
    house.dispatcher._settle = 1
    running = asyncio.create_task(house.dispatcher.reconcile())
    await soon(lambda: house.line.asked)
    while await house.state(key) != "sent":  # noqa: ASYNC110 - only the database tells
        await asyncio.sleep(0.001)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


class Unsure(Line):
    """A phone line that answers nothing about the first message to one number."""

    def __init__(self, number):
        super().__init__()
        self.number, self.asked = number, []

    async def send(self, message):
        if message.to.chat != self.number:
            return await super().send(message)
        self.asked.append(message.prompt.text)
        if len(self.asked) == 1:
            raise InDoubt("reset")
        return await super().send(message)


@pytest.mark.parametrize(("stops", "times"), [(False, 2), (True, 1)])
async def test_p8_what_is_in_doubt_is_not_repeated_to_a_phone_that_wants_nothing_any_more(store, library, stops, times):
    """P8: desks rather read twice than not at all, but an agent's STOP stops what is repeated, too. Found by T14."""
    line = Unsure(PHONE.chat)
    rooms = Rooms(store, library, line=line)
    case = await rooms.opened()
    card = card_key(case, DESKS.desks["support"].places[1])
    assert await rooms.state(card) == "reconciling"
    if stops:
        await rooms.intake.accept([Inbound("stop", rooms.clock(), PHONE, Consent("stop", answered=True))])
    await rooms.waits(60_000)
    await rooms.looks_up()
    assert (len(line.asked), await rooms.state(card)) == (times, "unknown" if stops else "sent")
