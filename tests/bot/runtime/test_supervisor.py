"""The supervisor: everything runs, starts again when it falls, says how it is, and stops in order."""

import asyncio

import pytest

from bot.messages import Inbound, Said
from bot.runtime import supervisor as module
from bot.runtime.supervisor import LONGEST, RESTART_AFTER, Supervisor
from tests.bot.runtime.house import ANNA, NOW, Clock, Line, soon


class Listener(Line):
    """A channel that fetches its own events."""

    async def listen(self, accept):
        await accept([Inbound("u1", NOW, ANNA, Said("HELP"))])
        await asyncio.Event().wait()


@pytest.fixture
def parts(house):
    """A supervisor of one channel, and that channel."""
    line = Listener()
    return Supervisor(house.store, {"sms": line, "plain": Line()}, house.library, house.intake, house.clock), line


@pytest.fixture
def loop_time(monkeypatch):
    """The loop's clock, in the supervisor's eyes; sleeping moves it on."""
    clock, waited = Clock(0), []

    class Loop:
        def time(self):
            return clock.now

    class Asyncio:
        def __getattr__(self, name):
            return getattr(asyncio, name)

        def get_running_loop(self):
            return Loop()

        async def sleep(self, seconds):
            waited.append(seconds)
            clock.now += seconds
            await asyncio.sleep(0)

    monkeypatch.setattr(module, "asyncio", Asyncio())
    return clock, waited


async def test_everything_runs_from_the_listener_to_the_provider(parts, house):
    supervisor, line = parts
    assert not supervisor.healthy()
    await supervisor.start()
    assert supervisor.healthy()
    house.clock.passes(5)
    await soon(lambda: line.taken)
    await supervisor.stop()
    assert line.closed
    assert not supervisor.healthy()
    assert supervisor.worker.turns == 1


async def test_every_process_has_a_mark_of_its_own(parts, house):
    other = Supervisor(house.store, {}, house.library, house.intake, house.clock)
    assert parts[0].owner != other.owner


async def test_what_falls_over_starts_again_later_each_time(parts, loop_time):
    supervisor, (_, waited) = parts[0], loop_time
    falls = 0

    async def falls_over():
        nonlocal falls
        falls += 1
        if falls > 9:
            await asyncio.Event().wait()
        if falls % 2:
            raise ValueError("again")  # a task that simply ends has fallen over, too

    supervisor._keep("it", falls_over)
    await soon(lambda: falls == 10)
    assert waited == [min(LONGEST, RESTART_AFTER * 2**n) for n in range(9)]
    await supervisor.stop()


async def test_after_a_good_while_a_fall_is_the_first_one_again(parts, loop_time):
    supervisor, (clock, waited) = parts[0], loop_time
    runs = iter([0, 0, 60, 0])

    async def falls_over():
        lasts = next(runs, None)
        if lasts is None:
            await asyncio.Event().wait()
        clock.now += lasts
        raise ValueError

    supervisor._keep("it", falls_over)
    await soon(lambda: len(waited) == 4)
    assert waited == [0.5, 1.0, 0.5, 1.0]
    await supervisor.stop()


async def test_health_is_lost_with_a_fall_and_comes_back_with_ten_seconds_of_running(parts, loop_time):
    supervisor, (clock, _) = parts[0], loop_time
    fall, fell = asyncio.Event(), []

    async def falls_over():
        await fall.wait()
        fall.clear()
        fell.append(supervisor.healthy())
        raise ValueError

    supervisor._keep("it", falls_over)
    supervisor._keep("other", asyncio.Event().wait)
    await asyncio.sleep(0)
    assert supervisor.healthy()
    for _ in range(2):
        fall.set()
        await soon(lambda: not fall.is_set())
        await soon(lambda: supervisor._restarted.get("it") == clock.now)
        assert not supervisor.healthy()
        clock.now += 9.9
        assert not supervisor.healthy()
    clock.now += 0.2
    assert supervisor.healthy()
    await supervisor.stop()


async def test_a_task_that_is_gone_is_no_health(parts):
    supervisor, _ = parts
    await supervisor.start()
    supervisor._tasks["ticker"].cancel()
    await soon(supervisor._tasks["ticker"].done)
    assert not supervisor.healthy()
    await supervisor.stop()


async def test_what_waits_to_be_started_again_is_no_health(parts, monkeypatch):
    monkeypatch.setattr(module, "RESTART_AFTER", 60)

    async def falls_over():
        await asyncio.sleep(0.01)
        raise ValueError

    supervisor, _ = parts
    supervisor._keep("it", falls_over)
    assert supervisor.healthy()
    await soon(lambda: not supervisor.healthy())
    await supervisor.stop()
