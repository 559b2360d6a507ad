"""Sending: what each error means for the message, the lane, the channel and the customer."""

import asyncio

import pytest

from bot.errors import (
    InDoubt,
    Misconfigured,
    Rejected,
    Throttled,
    Unavailable,
    Unreachable,
)
from bot.messages import Sent
from bot.runtime.dispatcher import AT_ONCE
from bot.runtime.pace import OPEN, TRIP
from bot.runtime.verdict import LONGEST_RETRY, MEND_WITHIN
from tests.bot.runtime.house import ANNA, BEN, Line, people, queued

# --- what an error means ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "state", "wait"),
    [
        (Throttled("slow down", 7.5, "20429"), "queued", 7_500),
        (Throttled("slow down", 30, "14107", whole_channel=False), "queued", 30_000),
        (Unavailable("refused"), "queued", 1_000),
        (Misconfigured("wrong key", "20003"), "queued", MEND_WITHIN),
        (Rejected("too long", "21617"), "failed", None),
        (Unreachable("no such number", "21211"), "failed", None),
        (InDoubt("timeout"), "unknown", None),
        (KeyError("adapter"), "unknown", None),
    ],
)
async def test_p4_each_error_has_an_end_or_a_next_try(house, error, state, wait):
    key = await queued(house)
    house.line.script = [error]
    await house.sends()
    row = await house.store.outbound(key)
    assert (row["state"], row["code"]) == (state, getattr(error, "code", ""))
    assert row["error"]
    if wait is None:
        house.clock.passes(LONGEST_RETRY)
        await house.sends()
        assert len(house.line.tried) == 1
    else:
        house.clock.passes(wait - 1)
        await house.sends()
        assert len(house.line.tried) == 1
        house.clock.passes(1)
        await house.sends()
        assert (await house.state(key), len(house.line.tried)) == ("sent", 2)


async def test_a_refused_connection_is_tried_again_at_doubling_distances(house):
    await queued(house)
    house.line.script = [Unavailable("refused")] * 12
    waits, last = [], house.clock()
    while len(house.line.tried) < 12:
        await house.sends()
        if len(house.line.tried) > len(waits):
            waits.append(house.clock() - last)
            last = house.clock()
        house.clock.passes(500)
    assert waits[1:9] == [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000]
    assert waits[9:] == [256_000, LONGEST_RETRY, LONGEST_RETRY]


async def test_s34_a_providers_words_are_stored_without_what_no_database_takes(house):
    key = await queued(house)
    house.line.script = [Rejected("bad\0 \ud800word\n" + "x" * 600, "4\0")]
    await house.sends()
    row = await house.store.outbound(key)
    assert row["error"].startswith("bad wordxxx")
    assert (len(row["error"]), row["code"]) == (500 - 3, "4")


async def test_p8_a_provider_that_says_opted_out_is_believed(house):
    """The message fails, and the opt-out is an event of the same transaction."""
    key = await queued(house)
    house.line.script = [Unreachable("opted out", "21610", opted_out=True)]
    await house.waits(0)
    await house.waits(0)
    assert await house.state(key) == "failed"
    assert (await house.store.lane(ANNA.lane))["opted_out_at"] == house.clock()
    assert len(house.line.tried) == 1


# --- lanes and channel -----------------------------------------------------------------------------------------------


async def test_p6_a_lane_keeps_its_order_and_holds_up_no_other(house):
    """LIVE_FOLLOWUP 3: the head of a lane is retried before anything behind it goes; the others do not wait."""
    house.line.script = [Unavailable("refused")]
    await house.gets("HELP")
    await house.waits(0)
    await house.gets("INFO")
    await house.gets("HELP", BEN)
    await house.waits(0)
    assert [message.to for message in house.line.taken] == [BEN]
    await house.waits(1_000)
    assert [message.to for message in house.line.taken] == [BEN, ANNA, ANNA]
    keys = [message.key for message in house.line.taken[1:]]
    assert keys == sorted(keys)
    assert house.line.tried[0].key == keys[0]


async def test_who_is_throttled_alone_waits_alone(house):
    house.line.script = [Throttled("loop", 30, whole_channel=False)]
    await queued(house)
    await house.sends()
    await queued(house, BEN)
    await house.sends()
    assert [message.to for message in house.line.taken] == [BEN]


async def test_a_throttled_channel_waits_as_a_whole(house):
    house.line.script = [Throttled("slow down", 30)]
    await queued(house)
    await house.sends()
    await queued(house, BEN)
    house.clock.passes(29_999)
    await house.sends()
    assert len(house.line.tried) == 1
    house.clock.passes(1)
    await house.sends()
    assert len(house.line.taken) == 2


@pytest.mark.parametrize("error", [Unavailable("refused"), Misconfigured("key"), InDoubt("timeout")])
async def test_the_breaker_lets_one_message_try_and_opens_the_channel_again(house, error):
    house.line.script = [error] * TRIP
    for to in people(TRIP):
        await queued(house, to)
        await house.sends()
    for to in people(TRIP + 5)[TRIP:]:
        await queued(house, to)
    await house.sends()
    assert len(house.line.tried) == TRIP
    house.clock.passes(OPEN)
    await house.dispatcher._lease_and_send()
    assert len(house.dispatcher._flights) == 1
    assert await house.dispatcher._lease_and_send() == 0
    await house.lands()
    await house.sends()
    assert len(house.line.taken) >= 5


async def test_a_provider_that_refuses_works(house):
    house.line.script = [Unavailable("x"), Unavailable("x"), Rejected("no"), Unavailable("x"), Unavailable("x")]
    for to in people(6):
        await queued(house, to)
        await house.sends()
    assert (len(house.line.tried), len(house.line.taken)) == (6, 1)


async def test_a_channel_with_a_rate_sends_no_faster_and_counts_parts(house):
    class Slow(Line):
        rate = 2.0

        def parts(self, _text):
            return 2

    house.connect(Slow())
    for to in people(3):
        await queued(house, to)
    await house.dispatcher._lease_and_send()
    await house.lands()
    assert len(house.line.taken) == 1  # its two parts take a second
    house.clock.passes(900)
    await house.sends()
    assert len(house.line.taken) == 1
    house.clock.passes(100)
    await house.sends()
    assert len(house.line.taken) == 2


async def test_so_many_are_on_their_way_at_once_and_no_more(house):
    gate = asyncio.Event()

    async def slowly(message):
        await gate.wait()
        return Sent("P")

    house.line.script = [slowly] * (AT_ONCE + 5)
    for to in people(AT_ONCE + 5):
        await house.office.invite("relationship", to, language="en")
    await house.works()
    assert await house.dispatcher._lease_and_send() == AT_ONCE
    assert await house.dispatcher._lease_and_send() == 0
    gate.set()
    await house.lands()
    await house.sends()
    assert len(house.line.taken) == AT_ONCE + 5
