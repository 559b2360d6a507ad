"""The worker: batches that cannot be written, revisions, conflicts, and how it waits."""

import asyncio

import pytest

from bot.errors import Conflict, StoreUnavailable
from bot.messages import Invite
from bot.rows import AnswerRow
from bot.runtime import worker as module
from bot.runtime.worker import POLL, TRIES, Worker
from flows.library import Library
from tests.bot.runtime.house import ANNA, BEN, NOW, House, soon


@pytest.fixture
def quick(monkeypatch):
    """Pauses that a test need not wait for."""
    monkeypatch.setattr(module, "PAUSE", 0.001)
    monkeypatch.setattr(module, "BREATH", 0.001)


class Between:
    """A store that fails to write what was decided, with the script's errors one after the other."""

    def __init__(self, store, *script):
        self._store, self.script, self.calls = store, list(script), 0

    async def work(self, limit, now, decide):
        self.calls += 1
        if not self.script:
            return await self._store.work(limit, now, decide)
        error = self.script.pop(0)

        def refused(batch):
            decide(batch)
            raise error

        return await self._store.work(limit, now, refused)

    def __getattr__(self, name):
        return getattr(self._store, name)


def through(house, *script, batch=module.BATCH):
    """The house's worker, behind such a store."""
    house.worker = Worker(Between(house.store, *script), house.library, house.clock, 0, batch)
    return house.worker


async def test_lanes_are_taken_in_batches(house):
    for n in range(5):
        await house.office.invite("relationship", ANNA if n % 2 else BEN, language="en")
    assert await house.worker.step() == 5
    assert await house.worker.step() == 0
    assert house.worker.turns == 5


# --- what cannot be decided ----------------------------------------------------------------------------------------


async def test_poison_is_tried_three_times_and_the_lane_goes_on_afterwards(house):
    """An event of a lost revision: retried at growing distances, then poison; what waited behind it is taken."""
    await house.gets(Invite("gone", "lost", "en", "operator"), key="bad")
    await house.gets("HELP")
    await house.gets("HELP", BEN)
    states = []
    for wait in (0, 4_999, 1, 9_999, 1):
        house.clock.passes(wait)
        await house.works()
        event = await house.store.event("sms", "bad")
        states.append((event["state"], event["attempts"]))
    assert states == [("new", 1), ("new", 1), ("new", 2), ("new", 2), ("poison", 3)]
    [row] = await house.store.poison()
    assert row["error"].startswith("UnknownRevision at bot.runtime.")
    await house.sends()
    assert [message.to for message in house.line.taken] == [BEN, ANNA]


async def test_events_before_the_one_that_fails_are_not_held_back(house):
    await house.gets("HELP")
    await house.gets(Invite("gone", "lost", "en", "operator"), key="bad")
    await house.waits()
    assert [message.to for message in house.line.taken] == [ANNA]
    assert (await house.store.event("sms", "e1"))["attempts"] == 0
    assert (await house.store.event("sms", "bad"))["attempts"] == 1


# --- what cannot be written ----------------------------------------------------------------------------------------


def unwritable(worker, lane, *, first_of_lane=True):
    """Make the worker decide something about `lane` that no database takes: a score of 11."""
    decide = worker._decide

    def decided(batch):
        rows = decide(batch)
        if any(event.lane == lane and (first_of_lane or '"e2"' in event.body) for event in batch.events):
            bad = AnswerRow("s", "q", "nps", "f", "r", lane, "sms", "en", 11, "11", "", "", NOW, "2027-01-15", 0)
            rows.answers.append(bad)
        return rows

    worker._decide = decided


async def test_one_unwritable_lane_harms_no_other(house):
    others = [f"+49151{n:08}" for n in range(6)]
    unwritable(house.worker, BEN.lane)
    for chat in [*others[:3], BEN.chat, *others[3:]]:
        await house.gets("STOP", BEN if chat == BEN.chat else type(ANNA)("sms", chat))
    assert await house.worker.step() >= 7
    await house.sends()
    assert sorted(message.to.chat for message in house.line.taken) == others
    assert (await house.store.event("sms", "e4"))["attempts"] == 1
    for wait in (5_000, 10_000):
        house.clock.passes(wait)
        await house.works()
    assert [row["event_key"] for row in await house.store.poison()] == ["e4"]
    assert house.worker.failures == 3


async def test_of_an_unwritable_lane_only_the_event_that_is_to_blame_is_parked(house):
    """The first event is written alone; the second one is parked with the third behind it."""
    unwritable(house.worker, ANNA.lane, first_of_lane=False)
    for text in ("HELP", "HELP", "STOP"):
        await house.gets(text)
    await house.worker.step()
    assert [(await house.store.event("sms", f"e{n}"))["state"] for n in (1, 2, 3)] == ["done", "new", "new"]
    assert [(await house.store.event("sms", f"e{n}"))["attempts"] for n in (1, 2, 3)] == [0, 1, 0]
    for wait in (5_000, 10_000):
        house.clock.passes(wait)
        await house.works()
    await house.sends()
    assert [message.key.split(".")[1] for message in house.line.taken] == ["help", "stopped"]


async def test_no_innocent_event_is_parked_when_another_worker_took_the_bad_lane(house, quick):
    """Between our failure and the parking, somebody else handled the lane: the next lane is just worked on."""
    await house.gets("STOP", BEN)
    house.clock.passes(1)  # so that Ben's is the first
    await house.gets("STOP")
    other = House(house.store, house.library)
    worker = through(house, ValueError("batch"), ValueError("whole"))
    decide, times = worker._decide, []

    def once(batch):
        times.append(batch.events[0].lane)
        if len(times) == 3:  # batch, whole lane, oldest event
            raise ValueError("oldest")
        return decide(batch)

    worker._decide = once
    work = worker._store._store.work

    async def meanwhile(limit, now, decider):
        if len(times) == 3:  # batch, whole lane, oldest event
            times.append("somebody else")
            await other.worker._work(1, other.worker._decide)
        return await work(limit, now, decider)

    house.store.work = meanwhile
    await worker.step()
    assert times == [BEN.lane] * 3 + ["somebody else", ANNA.lane]
    for key in ("e1", "e2"):
        event = await house.store.event("sms", key)
        assert (event["state"], event["attempts"]) == ("done", 0)


async def test_a_batch_has_an_end_also_when_lanes_are_taken_alone(house):
    for n in range(4):
        await house.gets("STOP", type(ANNA)("sms", f"+49151{n:08}"))
    worker = through(house, ValueError("batch"), batch=3)
    assert await worker.step() == 3


@pytest.mark.parametrize("script", [[], [ValueError("batch")], [ValueError("batch"), ValueError("whole")]])
async def test_p13_while_the_database_is_away_nothing_is_anybodys_fault(house, script):
    await house.gets("STOP")
    worker = through(house, *script, StoreUnavailable("away"))
    with pytest.raises(StoreUnavailable):
        await worker.step()
    assert (await house.store.event("sms", "e1"))["attempts"] == 0
    assert await worker.step() == 1


# --- conflicts and revisions ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("conflicts", [1, TRIES - 1])
async def test_who_was_slower_decides_again(house, quick, conflicts):
    await house.gets("STOP")
    worker = through(house, *[Conflict("faster")] * conflicts)
    assert await worker.step() == 1
    assert worker.failures == conflicts


async def test_conflicts_without_end_do_not_stop_the_other_lanes(house, quick):
    """What keeps conflicting is parked like anything else that cannot be written."""
    await house.gets("STOP", BEN)
    house.clock.passes(1)
    await house.gets("STOP")
    worker = through(house, *[Conflict("always")] * (3 * TRIES))
    assert await worker.step() == 2
    assert (await house.store.event("sms", "e1"))["attempts"] == 1
    assert (await house.store.event("sms", "e2"))["state"] == "done"


async def test_a_revision_is_loaded_once_and_kept(house):
    await house.office.invite("after-support", ANNA, language="en")
    house.library = Library()
    worker = through(house)
    assert await worker.step() == 1
    await house.gets("STOP")
    await worker.step()
    assert worker._store.calls == 3


async def test_a_revision_whose_source_has_another_hash_by_now_is_lost_not_loaded_for_ever(house):
    flow = house.library.get("relationship")
    await house.store.save_revision("renamed", flow.id, house.library.source(flow.revision), NOW)
    await house.gets(Invite(flow.id, "renamed", "en", "operator"))
    await house.works()
    assert (await house.store.event("sms", "e1"))["attempts"] == 1


async def test_a_revision_that_cannot_be_read_any_more_parks_its_event_only(house):
    await house.store.save_revision("broken", "x", "format: [", NOW)
    await house.gets(Invite("x", "broken", "en", "operator"))
    await house.gets("STOP", BEN)
    await house.works()
    assert (await house.store.event("sms", "e1"))["attempts"] == 1
    assert (await house.store.event("sms", "e2"))["state"] == "done"


# --- running -------------------------------------------------------------------------------------------------------


async def test_it_works_until_cancelled_and_outlives_the_database(house, quick):
    worker = through(house, StoreUnavailable("away"), StoreUnavailable("away"))
    running = asyncio.create_task(worker.run())
    await house.gets("STOP")
    await soon(lambda: worker.turns == 1)
    await house.gets("START")
    await soon(lambda: worker.turns == 2)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


@pytest.mark.parametrize(
    ("ready_in", "waits"), [(None, POLL), (10, module.BREATH), (400, 0.4), (60_000, POLL), (-1, module.BREATH)]
)
async def test_it_waits_as_long_as_nothing_is_due_and_never_without_a_breath(house, ready_in, waits):
    """Due in the past means that it is not ours to take: a busy loop would not make it so."""
    if ready_in is not None:
        await house.gets("hello")
        event = NOW + 1_500
        house.clock.now = event - ready_in
    assert await house.worker._patience() == pytest.approx(waits)


async def test_behind_a_parked_event_it_does_not_spin(house):
    await house.gets(Invite("gone", "lost", "en", "operator"))
    await house.gets("HELP")
    await house.works()
    assert await house.worker._patience() >= module.BREATH
