"""SQLite decides the next batch while the last one is committed: nothing of that may show but the speed."""

import sqlite3
import threading

import pytest

from bot.errors import StoreUnavailable
from storage.opening import open_store
from tests.storage.builders import NOW, Seen, event, rows


@pytest.fixture
async def store(sqlite_url):
    opened = await open_store(sqlite_url)
    yield opened
    await opened.close()


async def waiting(store, count):
    await store.accept([event(f"e{n}", f"sms:+{n}") for n in range(count)])


async def test_p2_p6_full_batches_take_every_event_once_and_in_order(store):
    await waiting(store, 20)
    seen = Seen()
    while await store.work(4, NOW, seen):
        pass
    assert seen.keys == [f"e{n}" for n in range(20)]


async def test_the_next_batch_is_decided_in_another_thread_than_the_writer(store):
    threads = []

    def decide(batch):
        threads.append(threading.current_thread().name)
        return rows(done=[claimed.id for claimed in batch.events])

    await waiting(store, 9)
    assert [await store.work(4, NOW, decide) for _ in range(4)] == [4, 4, 1, 0]
    assert [name.rpartition("_")[0] for name in threads] == ["sqlite-writer", "sqlite-ahead", "sqlite-ahead"]


async def test_another_decision_is_never_answered_with_what_was_decided_ahead(store):
    await waiting(store, 8)
    first, second = Seen(), Seen()
    assert await store.work(4, NOW, first) == 4
    assert await store.work(4, NOW, second) == 4
    assert second.keys == ["e4", "e5", "e6", "e7"]
    assert await store.work(4, NOW, first) == 0


async def test_what_was_read_in_a_transaction_that_failed_has_not_happened(store, monkeypatch):
    await waiting(store, 8)
    seen = Seen()
    writer = store._writer

    class Full:
        def execute(self, sql, facts=()):
            if sql == "COMMIT":
                raise sqlite3.OperationalError("database or disk is full")
            return writer.execute(sql, facts)

        def __getattr__(self, name):
            return getattr(writer, name)

    monkeypatch.setattr(store, "_writer", Full())
    with pytest.raises(StoreUnavailable, match="full"):
        await store.work(4, NOW, seen)
    monkeypatch.setattr(store, "_writer", writer)
    again = seen.copy()
    seen.clear()
    assert again
    assert await store.work(4, NOW, seen) == 4
    assert seen.keys[:4] == ["e0", "e1", "e2", "e3"]


async def test_a_decision_that_fails_ahead_fails_when_its_batch_is_wanted_and_then_is_made_anew(store):
    await waiting(store, 8)
    calls = []

    def decide(batch):
        calls.append(batch)
        if len(calls) == 2:
            raise LookupError("not loaded")
        return rows(done=[claimed.id for claimed in batch.events])

    assert await store.work(4, NOW, decide) == 4
    with pytest.raises(LookupError):
        await store.work(4, NOW, decide)
    assert await store.work(4, NOW, decide) == 4
    assert [claimed.body for claimed in calls[1].events] == [claimed.body for claimed in calls[2].events]


async def test_p4_what_comes_in_while_a_batch_is_written_is_decided_beside_its_commit(store):
    """Its clock is later than the batch's, so that it is ready only if the batch looks at the clock again."""
    threads, arriving = [], []

    def decide(batch):
        threads.append(threading.current_thread().name.rpartition("_")[0])
        if not arriving:
            arriving.append(store._along.add([event("late", "sms:+9", received_at=NOW + 5, ready_at=NOW + 5)]))
        return rows(done=[claimed.id for claimed in batch.events])

    await waiting(store, 4)
    assert await store.work(4, NOW, decide) == 4
    assert await store.work(4, NOW + 6, decide) == 1
    assert (arriving[0].result(), threads) == (1, ["sqlite-writer", "sqlite-ahead"])
