"""What only PostgreSQL has to show: several workers at the same time, and a server that goes away."""

import asyncio
import json
import random
import threading
from collections import defaultdict
from contextlib import suppress

import asyncpg
import pytest

import storage.postgres
from bot.errors import StoreUnavailable
from bot.rows import JournalRow, Settlement, TimerRow
from storage import migrate
from storage.notices import Notices
from storage.postgres import SQL, PostgresStore
from tests import postgres
from tests.storage.builders import (
    LANE,
    NOW,
    address,
    delivery,
    event,
    finishing,
    leased,
    message,
    session,
    states,
    turn,
)

IN_TIME = 30  # seconds after which a test gives up; nothing is measured against it


@pytest.fixture
async def store(postgres_url):
    opened = await PostgresStore.open(postgres_url)
    yield opened
    await opened.close()


class Slow:
    """A worker in a thread of its own whose decision takes until it is told to go on."""

    def __init__(self, url, **kinds):
        self.deciding = threading.Event()
        self.go_on = threading.Event()
        self.batch = None
        self._kinds = kinds
        self._thread = threading.Thread(target=lambda: asyncio.run(self._work(url)))

    def _decide(self, batch):
        self.batch = batch
        self.deciding.set()
        assert self.go_on.wait(IN_TIME)
        return finishing(**self._kinds)(batch)

    async def _work(self, url):
        store = await PostgresStore.open(url)
        await store.work(1, NOW, self._decide)
        await store.close()

    async def __aenter__(self):
        self._thread.start()
        assert await asyncio.to_thread(self.deciding.wait, IN_TIME)
        return self

    async def __aexit__(self, *_):
        self.go_on.set()
        await asyncio.to_thread(self._thread.join, IN_TIME)


async def test_p6_a_lane_in_hand_is_left_alone_and_others_go_on(store, postgres_url):
    await store.accept([event("a1"), event("a2")])
    async with Slow(postgres_url):
        await store.accept([event("a3"), event("b1", "sms:+492")])
        seen = []
        assert await store.work(10, NOW, lambda batch: seen.append(batch) or finishing()(batch)) == 1
        assert list(seen[0].lanes) == ["sms:+492"]
    assert await store.work(10, NOW, finishing()) == 1


async def test_p6_an_event_that_commits_late_with_a_smaller_id_does_not_let_a_second_worker_in(store, postgres_url):
    """Two webhooks of one customer at once: ids are given at insert, so the later id can be visible first."""
    connection = await asyncpg.connect(postgres_url)
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute(
        "INSERT INTO inbox (channel, event_key, kind, lane, received_at, ready_at, body)"
        " VALUES ('sms', 'first', 'said', $1, $2, $2, '{}')",
        LANE,
        NOW,
    )
    await store.accept([event("second")])
    async with Slow(postgres_url, sessions=[session()]) as slow:
        await transaction.commit()
        assert len(slow.batch.events) == 1
        assert await store.work(10, NOW, finishing(sessions=[session("s2")])) == 0
    assert await store.work(10, NOW, finishing()) == 1
    assert [row["id"] for row in await store.sessions()] == ["s1"]
    await connection.close()


async def test_p6_a_lane_whose_head_has_come_to_rest_since_it_was_looked_at_is_not_claimed(store):
    """Between the look at ready lanes and the lock on one, another worker may have parked its head."""
    await store.accept([event("parked", ready_at=NOW + 1), event("ready"), event("free", "sms:+492")])
    async with store._pool.acquire() as connection:
        claimed = await connection.fetch(SQL["claim"], [LANE, "sms:+492"], NOW, 100)
    assert [row["lane"] for row in claimed] == ["sms:+492"]


async def test_t3_a_storm_of_the_same_events_in_all_orders_needs_no_second_attempt(store, monkeypatch):
    """Inserts in one order wait for each other; in many orders they would deadlock and cost a second each."""
    monkeypatch.setattr(storage.postgres, "_ATTEMPTS", 1)
    for storm in range(5):
        shuffled = [[event(f"{storm}-{n}") for n in range(200)] for _ in range(8)]
        for seed, events in enumerate(shuffled):
            random.Random(seed).shuffle(events)
        assert sum(await asyncio.gather(*map(store.accept, shuffled))) == 200


async def test_reports_and_settlements_of_the_same_messages_need_no_second_attempt(store, monkeypatch):
    monkeypatch.setattr(storage.postgres, "_ATTEMPTS", 1)
    lanes = [f"sms:+{n}" for n in range(60)]
    for wave in range(5):
        await turn(store, outbox=[message(f"{wave}{lane}", lane) for lane in lanes])
        leases = await leased(store, now=NOW + wave)
        assert len(leases) == len(lanes)
        await store.accept([event(f"report {wave}")])
        reports = [delivery(lease.key) for lease in reversed(leases)]
        sent = [Settlement(lease.id, "w1", lease.epoch, "sent", provider_id=lease.key) for lease in leases]
        await asyncio.gather(
            store.settle(sent), store.work(1, NOW, finishing(deliveries=reports)), store.settle(sent[::-1])
        )


async def test_p8_t16_nothing_is_leased_in_a_lane_while_its_opt_out_is_being_written(store, postgres_url):
    await turn(store, outbox=[message("m")])
    await store.accept([event("STOP")])
    async with Slow(postgres_url, silenced=[LANE]):
        assert await leased(store) == []
    assert await leased(store) == []
    assert await states(store, "m") == ["cancelled"]


def journaling(batch):
    """A decision that writes a lane's events into its journal under the next numbers."""
    heard = defaultdict(list)
    for claimed in batch.events:
        heard[claimed.lane].append(claimed.body)
    written = finishing()(batch)
    for lane, bodies in heard.items():
        before = batch.lanes[lane]
        told = json.loads(before.state)["told"] if before.state else 0
        written.journal += [JournalRow(lane, told + n, NOW, body) for n, body in enumerate(bodies)]
        state = json.dumps({"told": told + len(bodies)})
        written.sessions.append(session(lane, lane, state=state, version=before.version + 1))
        written.addresses.append(address(lane, session=lane))
    return written


async def test_p6_i10_four_workers_keep_every_lane_in_order_while_events_come_in(store, postgres_url):
    """The journal tells the order in which a lane's events were handled; two workers in one lane would conflict."""
    lanes = [f"sms:+{n}" for n in range(6)]
    each = 25
    all_arrived = threading.Event()

    async def work():
        own = await PostgresStore.open(postgres_url)
        while not all_arrived.is_set() or (await own.counts())["inbox_new"]:
            await own.work(3, NOW, journaling)
        await own.close()

    workers = [asyncio.to_thread(asyncio.run, work()) for _ in range(4)]

    async def arrive():
        for n in range(each):
            await asyncio.gather(*(store.accept([event(f"{lane}/{n}", lane)]) for lane in lanes))
        all_arrived.set()

    await asyncio.gather(arrive(), *workers)
    for lane in lanes:
        assert [row["event"] for row in await store.journal(lane)] == [event(f"{lane}/{n}").body for n in range(each)]


async def test_news_of_one_process_wake_another_one(store, postgres_url):
    other = await PostgresStore.open(postgres_url)
    for topic, tell in [
        ("inbox", lambda: store.accept([event("a")])),
        ("outbox", lambda: store.work(10, NOW, finishing(outbox=[message("m")]))),
        ("inbox", lambda: store.settle([Settlement(1, "w", 1, "sent")], [event("b")])),
    ]:
        await _until_listening(store, other)
        await _settle_down(other, topic)
        waiting = asyncio.create_task(other.wait(topic, IN_TIME))
        await asyncio.sleep(0.01)
        await tell()
        await asyncio.wait_for(waiting, IN_TIME / 2)
    await other.close()


async def _until_listening(*stores):
    for _ in range(IN_TIME * 100):
        if all(store._notices._connection for store in stores):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("not listening")


async def _settle_down(store, topic):
    await asyncio.sleep(0.1)
    await store.wait(topic, 0.001)


async def test_notices_without_a_server_let_waiters_look_again():
    async def refuse():
        raise ConnectionRefusedError

    notices = Notices(refuse)
    notices.start()
    notices.tell("inbox")
    await notices.wait("inbox", 0.01)
    await notices.wait("inbox", 0.01)
    await notices.close()


async def test_t9_a_killed_connection_is_replaced_without_a_hand(store, postgres_url):
    await store.accept([event("a")])
    connection = await asyncpg.connect(postgres_url)
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'echolot'"
        " AND datname = current_database()"
    )
    await connection.close()
    for attempt in range(10):
        with suppress(StoreUnavailable):
            assert await store.accept([event(f"b{attempt}")]) == 1
            break
    assert await store.work(10, NOW, finishing()) == 2


async def test_a_database_that_does_not_answer_is_named_without_its_password():
    with pytest.raises(StoreUnavailable) as told:
        await PostgresStore.open("postgresql://echolot:s3cret@127.0.0.1:1/echolot")
    assert "s3cret" not in str(told.value)


@pytest.fixture
def own_server():
    """A server that a test may crash."""
    server = postgres.start()
    yield server
    server.remove()


async def test_t9_p1_p13_a_crash_of_the_server_refuses_loses_nothing_and_is_over_by_itself(own_server):
    url = own_server.url()
    await migrate.upgrade(url)
    store = await PostgresStore.open(url)
    await turn(store, outbox=[message("m")], timers=[TimerRow("s1", LANE, NOW)])
    await store.accept([event("acked")])
    await asyncio.to_thread(own_server.stop, "immediate")
    for call in (
        lambda: store.accept([event("refused")]),
        lambda: store.work(10, NOW, finishing()),
        lambda: leased(store),
        lambda: store.doubtful("w", 1, NOW, NOW, ["sms"]),
        lambda: store.settle([Settlement(1, "w", 1, "sent")]),
        lambda: store.tick(NOW, 10),
        store.next_wake,
        store.counts,
        lambda: store.save_revision("r", "f", "s", NOW),
        lambda: store.watermark("sms", NOW),
        lambda: PostgresStore.open(url),
        lambda: migrate.upgrade(url),
    ):
        with pytest.raises(StoreUnavailable):
            await call()
    await store.wait("inbox", 0.01)
    await asyncio.to_thread(own_server.start)
    assert await store.accept([event("acked"), event("after")]) == 1
    assert [lease.key for lease in await leased(store)] == ["m"]
    assert await store.tick(NOW, 10) == 1
    assert await store.work(10, NOW, finishing()) == 3
    other = await PostgresStore.open(url)
    await asyncio.wait_for(_until_listening(store, other), IN_TIME)
    await store.close()
    await other.close()
