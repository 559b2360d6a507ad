"""SQLite takes waiting events along with whatever it commits next: acknowledged after that commit, and never before."""

import asyncio
import sqlite3
import threading

import pytest

from bot.errors import StoreUnavailable
from storage.opening import open_store
from tests.storage.builders import NOW, Seen, event, message, rows


class Watched:
    """A connection that counts commits, and refuses statements that begin with one of `refused`."""

    def __init__(self, connection):
        self._connection = connection
        self.commits = 0
        self.refused = ()

    def execute(self, sql, facts=()):
        self._check(sql)
        self.commits += sql == "COMMIT"
        return self._connection.execute(sql, facts)

    def executemany(self, sql, many):
        self._check(sql)
        return self._connection.executemany(sql, many)

    def _check(self, sql):
        if sql.startswith(self.refused):
            raise sqlite3.OperationalError("disk I/O error")

    def __getattr__(self, name):
        return getattr(self._connection, name)


@pytest.fixture
async def store(sqlite_url):
    opened = await open_store(sqlite_url)
    plain, opened._writer = opened._writer, Watched(opened._writer)
    yield opened
    opened._writer = plain
    await opened.close()


class Halting(Seen):
    """Finishes events, and holds the writer's first batch up until it is told to go on."""

    def __init__(self, **more):
        super().__init__()
        self.more = more
        self.begun, self.go_on = threading.Event(), threading.Event()

    def __call__(self, batch):
        self.begun.set()
        assert self.go_on.wait(5)
        self.append(batch)
        return rows(done=[claimed.id for claimed in batch.events], **self.more)


async def busy(store, decide, limit=4):
    """A worker in the middle of a batch, and three events that came meanwhile in two calls."""
    await store.accept([event(f"e{n}", f"sms:+{n}") for n in range(limit)])
    store._writer.commits = 0
    working = asyncio.create_task(store.work(limit, NOW, decide))
    await asyncio.to_thread(decide.begun.wait, 5)
    accepting = [asyncio.create_task(store.accept(some)) for some in ([event("a"), event("b", "sms:+b")], [event("a")])]
    await asyncio.sleep(0.05)
    assert not any(task.done() for task in accepting)
    return working, accepting


async def test_p1_events_that_come_during_a_batch_are_committed_and_acknowledged_with_it(store):
    """One commit pays for both, and a repetition within it counts once (P2)."""
    decide = Halting()
    working, accepting = await busy(store, decide)
    decide.go_on.set()
    assert await asyncio.gather(working, *accepting) == [4, 2, 0]
    assert store._writer.commits == 1
    assert (await store.counts())["inbox_new"] == 2


async def test_p6_what_came_along_is_the_next_batch(store):
    decide = Halting()
    working, accepting = await busy(store, decide, limit=2)
    decide.go_on.set()
    await asyncio.gather(working, *accepting)
    assert await store.work(2, NOW, decide) == 2
    assert decide.keys == ["e0", "e1", "a", "b"]


async def test_p1_p13_a_batch_that_cannot_be_written_takes_no_event_with_it(store):
    """The batch is refused; the events that waited for it are committed by themselves."""
    decide = Halting(outbox=[message("m")])
    working, accepting = await busy(store, decide)
    store._writer.refused = ("INSERT INTO outbox",)
    decide.go_on.set()
    store_says = await asyncio.gather(working, *accepting, return_exceptions=True)
    assert isinstance(store_says[0], StoreUnavailable)
    assert store_says[1:] == [2, 0]
    assert (await store.counts())["inbox_new"] == 6


async def test_p1_p13_a_commit_that_fails_acknowledges_nobody_and_is_tried_without_the_batch(store):
    decide = Halting()
    working, accepting = await busy(store, decide)
    commit = store._writer.execute

    def fail_once(sql, facts=()):
        if sql == "COMMIT":
            store._writer.execute = commit
            raise sqlite3.OperationalError("database or disk is full")
        return commit(sql, facts)

    store._writer.execute = fail_once
    decide.go_on.set()
    store_says = await asyncio.gather(working, *accepting, return_exceptions=True)
    assert isinstance(store_says[0], StoreUnavailable)
    assert store_says[1:] == [2, 0]
    assert (await store.counts())["inbox_new"] == 6


async def test_p13_events_that_cannot_be_written_harm_neither_the_batch_nor_other_events(store):
    decide = Halting()
    working, accepting = await busy(store, decide)
    halves = asyncio.create_task(store.accept([event("fine"), event("broken", body=object())]))
    await asyncio.sleep(0.05)
    decide.go_on.set()
    said = await asyncio.gather(working, *accepting, halves, return_exceptions=True)
    assert said[:3] == [4, 2, 0]
    assert isinstance(said[3], sqlite3.Error)
    assert await store.event("sms", "fine") is None


async def test_p13_while_nothing_can_be_committed_every_waiting_event_is_refused(store):
    store._writer.refused = ("COMMIT",)
    said = await asyncio.gather(*(store.accept([event(name)]) for name in "abc"), return_exceptions=True)
    assert [type(each) for each in said] == [StoreUnavailable] * 3
    store._writer.refused = ()
    assert (await store.counts())["inbox_new"] == 0
    assert await store.accept([event("a")]) == 1


async def test_whoever_does_not_wait_any_more_has_his_events_kept(store):
    """A webhook's connection may end at any moment; its event is written all the same."""
    decide = Halting()
    working, accepting = await busy(store, decide)
    accepting[0].cancel()
    decide.go_on.set()
    assert await working == 4
    assert await accepting[1] == 0
    assert (await store.counts())["inbox_new"] == 2


@pytest.mark.parametrize("count", [1, 3, 4, 63, 64, 65, 150])
async def test_any_number_of_events_is_written_in_order(store, count):
    """Rows go into statements of 64, 16 and 4; none is lost between them."""
    assert await store.accept([event(f"e{n}", f"sms:+{n}") for n in range(count)]) == count
    seen = Seen()
    while await store.work(50, NOW, seen):
        pass
    assert seen.keys == [f"e{n}" for n in range(count)]
