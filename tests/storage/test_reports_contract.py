"""P4: one run for each period and receiver, whoever begins it; a letter has one sender at a time, and doubt stays."""

import asyncio
from datetime import date

from storage import reports
from storage.reports import DIED, Event, Run
from tests.storage.builders import NOW

CHAT = Run("report:1", "weekly", "report", "week:1", "2026-03-09", "2026-03-15", "slack:C1", "slack", "", NOW, "handed")
LETTER = CHAT._replace(id="report:2", receiver="mailto:a@example.com", channel="", state="queued")
ALERT = LETTER._replace(id="report:3", kind="fall", period="fall:2026-01-01", facts="{}")
EVENT = Event("slack", "report:1", "slack:C1", "{}")


async def begin(store, *runs, now=NOW):
    return await store.run(lambda: reports.begin(runs, now), "inbox")


async def lease(store, owner, now):
    return await store.run(lambda: reports.lease(owner, now, now + 1000))


async def told(store):
    return {each.receiver: (each.state, each.error) for each in await store.read(lambda: reports.latest("weekly", 9))}


async def test_p4_many_begin_one_begins(store):
    """Ten at once: one run, one event in the inbox."""
    new = await asyncio.gather(*(begin(store, (CHAT, EVENT), (LETTER, None)) for _ in range(10)))
    assert sorted(new) == [0] * 9 + [2]
    assert (await store.counts())["inbox_new"] == 1
    assert await store.read(lambda: reports.begun(["report:1", "report:9"])) == {"report:1"}


async def test_receivers_are_known_from_the_first_look_on(store):
    """And stay so."""
    first = await store.run(lambda: reports.receivers([("weekly", "slack:C1")], NOW))
    later = await store.run(lambda: reports.receivers([("weekly", "slack:C1"), ("weekly", "x")], NOW + 5))
    assert first == {("weekly", "slack:C1"): NOW}
    assert later == {("weekly", "slack:C1"): NOW, ("weekly", "x"): NOW + 5}
    assert await store.read(reports.known_receivers) == later


async def test_p4_a_letter_has_one_sender(store):
    """Nobody else gets it while the lease holds; whoever lost it may not hand it over."""
    await begin(store, (LETTER, None))
    got = await asyncio.gather(*(lease(store, f"w{n}", NOW) for n in range(5)))
    [mine] = [(n, each) for n, (each, _) in enumerate(got) if each]
    number, letter = mine
    assert (await lease(store, "late", NOW + 900))[0] is None
    other, doubted = await lease(store, "late", NOW + 1001)  # the first one died before anything could arrive
    assert (other.epoch, doubted) == (letter.epoch + 1, 0)
    over = await store.run(lambda: reports.hand_over(letter, f"w{number}", NOW + 1002, NOW + 2000))
    assert over is False
    assert await store.run(lambda: reports.hand_over(other, "late", NOW + 1002, NOW + 2000)) is True
    await store.run(lambda: reports.settle(other, "late", "sent", "", 0, NOW + 1003))
    assert await told(store) == {LETTER.receiver: ("sent", "")}


async def test_p5_doubt_is_not_sent_again(store):
    """Its sender died while it may have arrived: it is unknown, until that sender says otherwise."""
    await begin(store, (LETTER, None))
    letter, _ = await lease(store, "w", NOW)
    assert await store.run(lambda: reports.hand_over(letter, "w", NOW, NOW + 100))
    assert await lease(store, "v", NOW + 100) == (None, 0)
    assert await lease(store, "v", NOW + 101) == (None, 1)
    assert await lease(store, "v", NOW + 10**9) == (None, 0)
    assert await told(store) == {LETTER.receiver: ("unknown", DIED)}
    await store.run(lambda: reports.settle(letter, "w", "sent", "", 0, NOW + 200))  # it was only slow
    assert await told(store) == {LETTER.receiver: ("sent", "")}


async def test_a_letter_waits_for_its_next_try(store):
    """Until then nobody has it."""
    await begin(store, (LETTER, None))
    letter, _ = await lease(store, "w", NOW)
    await store.run(lambda: reports.settle(letter, "w", "queued", "busy", NOW + 5000, NOW))
    assert (await lease(store, "w", NOW + 4999))[0] is None
    again, _ = await lease(store, "w", NOW + 5000)
    assert (again.attempts, again.epoch) == (2, 2)


async def test_p4_an_alarm_is_written_down_once(store):
    """Also where somebody else saw it from an earlier watch."""
    await store.run(lambda: reports.receivers([("weekly", "fall")], NOW))
    twin = ALERT._replace(id="report:4", period="fall:2026-01-02")

    def write(run):
        return store.run(lambda: reports.begin_alarm([(run, None)], None, NOW))

    assert sorted(await asyncio.gather(write(ALERT), write(twin))) == [0, 1]
    assert await store.read(lambda: reports.last_alarm("weekly", "fall")) == date(2026, 3, 15)
    assert await store.read(lambda: reports.last_alarm("weekly", "rise")) is None
