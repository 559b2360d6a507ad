"""Sending: what each error means for the message, the lane, the channel and the customer; and how it runs and ends."""

import asyncio

import pytest

from bot.errors import (
    Conflict,
    InDoubt,
    Misconfigured,
    Rejected,
    StoreUnavailable,
    Throttled,
    Unavailable,
    Unreachable,
)
from bot.messages import Address, Delivery, Sent
from bot.runtime import dispatcher as module
from bot.runtime.dispatcher import AT_ONCE, LEASE, LONGEST_RETRY, MEND_WITHIN
from bot.runtime.pace import OPEN, TRIP
from tests.bot.runtime.house import ANNA, BEN, House, Ledger, Line, soon


@pytest.fixture
def quick(monkeypatch):
    """Pauses that a test need not wait for."""
    monkeypatch.setattr(module, "POLL", 0.004)


def people(count):
    return [Address("sms", f"+49151{n:08}") for n in range(count)]


async def queued(house, to=ANNA, flow="relationship"):
    """A question in the outbox; its key."""
    session = await house.office.invite(flow, to, language="en")
    await house.works()
    return f"{session}.1.0"


# --- what an error means -------------------------------------------------------------------------------------------


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


# --- lanes and channel ---------------------------------------------------------------------------------------------


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


# --- settling ------------------------------------------------------------------------------------------------------


class Away:
    """A store whose named methods fail with the script's errors first."""

    def __init__(self, store, **scripts):
        self._store, self._scripts = store, scripts

    def __getattr__(self, name):
        script = self._scripts.get(name)
        if script:
            raise script.pop(0)
        return getattr(self._store, name)


@pytest.mark.parametrize("error", [StoreUnavailable("away"), Conflict("busy")])
@pytest.mark.parametrize("script", [[], [Unreachable("out", opted_out=True)]])
async def test_p5_how_a_send_ended_is_not_forgotten_while_the_database_is_away(house, quick, error, script):
    key = await queued(house)
    house.line.script = list(script)
    settle, failures = house.store.settle, [error] * 5

    async def away(*arguments):
        house.clock.passes(LEASE)  # much longer than the lease
        if failures:
            raise failures.pop()
        await settle(*arguments)

    house.store.settle = house.dispatcher._settlements._flush = away
    await house.sends()
    assert await house.state(key) == ("failed" if script else "sent")
    assert len(house.line.tried) == 1


async def test_a_report_that_overtakes_the_answer_of_the_send_stands(house):
    key = await queued(house)

    async def overtaken(message):
        await house.gets(Delivery(message.key, "P7", "delivered"))
        await house.works()
        return Sent("P7", sender="+49300", parts=3)

    house.line.script = [overtaken]
    await house.sends()
    row = await house.store.outbound(key)
    assert (row["state"], row["provider_id"], row["parts"]) == ("delivered", "P7", 3)


# --- running -------------------------------------------------------------------------------------------------------


async def test_it_sends_what_comes_until_cancelled_and_outlives_the_database(house, quick):
    house.dispatcher._store = Away(house.store, lease=[StoreUnavailable("away"), Conflict("busy")])
    running = asyncio.create_task(house.dispatcher.run())
    await queued(house)
    await soon(lambda: len(house.line.taken) == 1)
    await queued(house, BEN)
    await soon(lambda: house.dispatcher.sent == 2)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_p5_at_a_shutdown_what_is_on_its_way_comes_home(house, quick):
    key, gate = await queued(house), asyncio.Event()

    async def slowly(message):
        await gate.wait()
        return Sent("P1")

    house.line.script = [slowly]
    running = asyncio.create_task(house.dispatcher.run())
    await soon(lambda: house.line.tried)
    running.cancel()
    await asyncio.sleep(0.01)
    assert not running.done()
    gate.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await house.state(key) == "sent"


async def test_p5_a_lease_that_is_being_taken_at_a_shutdown_is_used(house, quick):
    """Else its messages would be in doubt without ever having been sent."""
    key, gate = await queued(house), asyncio.Event()
    lease = house.store.lease

    async def slowly(*arguments):
        leased = await lease(*arguments)
        if leased:
            gate.set()
            await asyncio.sleep(0.01)
        return leased

    house.store.lease = slowly
    running = asyncio.create_task(house.dispatcher.run())
    await gate.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (await house.state(key), len(house.line.taken)) == ("sent", 1)


async def test_a_shutdown_does_not_wait_for_ever(house, quick, monkeypatch):
    monkeypatch.setattr(module, "SEND_TIMEOUT", 0.05)
    await queued(house)

    async def settle(*_):
        raise StoreUnavailable("away for good")

    house.dispatcher._settlements._flush = settle
    running = asyncio.create_task(house.dispatcher.run())
    await soon(lambda: house.line.taken)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    [flight] = house.dispatcher._flights
    flight.cancel()


async def test_it_can_be_stopped_before_it_has_begun(house):
    running = asyncio.create_task(house.dispatcher.run())
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await house.dispatcher._come_home(None)


# --- in doubt ------------------------------------------------------------------------------------------------------


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


async def test_a_stop_that_comes_with_news_is_not_forgotten(house):
    """Before Python 3.12 `asyncio.wait_for` swallows a cancellation that meets the event it waits for."""
    news = getattr(house.store, "_news", None) or house.store._notices._news
    for topic in ("inbox", "outbox"):
        waiting = asyncio.create_task(house.store.wait(topic, 5))
        await asyncio.sleep(0)
        news.tell(topic)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
