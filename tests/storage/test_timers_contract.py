"""What bot.ports.Store promises about timers, waiting and what it keeps, on both databases."""

import asyncio

from bot.messages import Address, Inbound, TimerFired
from bot.rows import TimerRow
from tests.storage.builders import (
    LANE,
    NOW,
    Seen,
    event,
    finishing,
    message,
    turn,
)


async def test_p9_a_due_timer_becomes_one_event_however_often_it_fires(store):
    await turn(store, timers=[TimerRow("s1", LANE, NOW + 10), TimerRow("s2", "sms:+492", NOW + 20)])
    assert await store.next_wake() == NOW + 10
    assert await store.tick(NOW + 9, 10) == 0
    assert await asyncio.gather(store.tick(NOW + 10, 10), store.tick(NOW + 10, 10)) in ([1, 0], [0, 1])
    seen = Seen()
    assert await store.work(10, NOW + 10, seen) == 1
    [claimed] = seen[0].events
    expected = Inbound(f"timer:s1:{NOW + 10}", NOW + 10, Address("sms", "+491"), TimerFired("s1", NOW + 10))
    assert claimed.lane == LANE
    assert claimed.body.startswith(f'{{"id":"{expected.id}"')


async def test_p9_a_session_has_one_timer_and_the_last_word_about_it_counts(store):
    await turn(store, timers=[TimerRow("s1", LANE, NOW + 10)])
    await turn(store, timers=[TimerRow("s1", LANE, NOW + 30), TimerRow("s1", LANE, NOW + 20)])
    assert await store.timer("s1") == NOW + 20
    await turn(store, cleared=["s1", "unknown"])
    assert await store.timer("s1") == 0
    await turn(store, cleared=["s1"], timers=[TimerRow("s1", LANE, NOW + 40)])
    assert await store.timer("s1") == NOW + 40


async def test_a_tick_moves_the_earliest_timers_up_to_its_limit(store):
    await turn(store, timers=[TimerRow(f"s{n}", f"sms:+{n}", NOW + n) for n in (3, 1, 2)])
    assert [await store.tick(NOW + 9, 2), await store.timer("s3")] == [2, NOW + 3]
    await turn(store, timers=[TimerRow(f"t{n}", f"sms:+{n}", NOW + n) for n in range(200)])
    assert [await store.tick(NOW + 500, 7) for _ in range(20)] == [7] * 20


async def test_p3_a_watermark_only_moves_forward(store):
    assert await store.watermark("sms") == 0
    assert await store.watermark("sms", NOW) == NOW
    assert await store.watermark("sms", NOW - 1) == NOW
    assert await store.watermark("other") == 0


async def test_a_flow_revision_is_kept_as_it_was_first_saved(store):
    await store.save_revision("rev1", "nps", "id: nps", NOW)
    await store.save_revision("rev1", "nps", "changed", NOW + 1)
    assert await store.revision("rev1") == "id: nps"
    assert await store.revision("rev2") is None


async def test_a_waiter_hears_of_news_and_otherwise_gives_up(store):
    await store.wait("inbox", 0.01)
    waiting = asyncio.create_task(store.wait("inbox", 60))
    await asyncio.sleep(0)
    await store.accept([event("a")])
    await asyncio.wait_for(waiting, 30)
    await store.wait("outbox", 0.01)
    waiting = asyncio.create_task(store.wait("outbox", 60))
    await asyncio.sleep(0)
    await store.work(10, NOW, finishing(outbox=[message("m")]))
    await asyncio.wait_for(waiting, 30)


async def test_every_waiter_hears_of_news_also_of_those_that_come_while_it_works(store):
    heard = []

    async def waiter(name):
        await store.wait("inbox", 0.01)
        await asyncio.sleep(0.05)  # works while the news come
        await store.wait("inbox", 60)
        heard.append(name)

    waiters = [asyncio.create_task(waiter(name)) for name in "abc"]
    await asyncio.sleep(0.03)
    await store.accept([event("a")])
    await asyncio.wait_for(asyncio.gather(*waiters), 30)
    assert sorted(heard) == ["a", "b", "c"]
