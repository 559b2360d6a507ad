"""Rollups on both databases: whatever happens to a survey, it is counted once, under what was known at the question."""

import asyncio
from datetime import date

import pytest

from bot.contacts import Place
from bot.messages import TEST
from storage import tallies
from storage.erasure import erase
from storage.opening import open_store
from storage.rebuild import rebuild
from storage.rollups import Counting, recount
from tests.storage import counts
from tests.storage.builders import (
    LANE,
    NOW,
    address,
    answer,
    delivery,
    event,
    finishing,
    leased,
    message,
    session,
    settled,
    turn,
)
from tests.storage.counts import asked, due, held, known

DAY = 86_400_000
FIRST, LAST = date(2026, 1, 1), date(2027, 12, 31)
OTHER = "sms:+492"


@pytest.fixture(autouse=True)
def statements():
    counts.install()


async def begun(store, key="s1", lane=LANE, **fields):
    """Somebody is asked, and the question is sent."""
    opening = message(f"{key}.1.0", lane, session=key)
    await turn(
        store, lane, sessions=[session(key, lane, **fields)], addresses=[address(lane, session=key)], outbox=[opening]
    )
    [lease] = await leased(store)
    await store.settle([settled(lease)])


async def seen(store, by="", filters=None):
    """The tallies of two years: (how often each score, asked, delivered, answered, commented, completed, opted out)."""
    lines = await store.read(lambda: tallies.tally(filters or {}, FIRST, LAST, by))
    found = {}
    for line in lines:
        tally = line.tally
        scores = {score: count for score, count in enumerate(tally.scores) if count}
        found[line.key] = (
            scores, tally.asked, tally.delivered, line.answered, tally.commented, tally.completed, tally.opted_out,
        )  # fmt: skip
    assert await held(store) == await due(store)
    return found if by else found[""]


async def test_a_survey_is_counted_at_every_step(store):
    """Asked, sent, answered, commented, completed; then all the same a correction and a late answer."""
    await turn(store, sessions=[session()], addresses=[address()], outbox=[message("s1.1.0")])
    assert await seen(store) == ({}, 1, 0, 0, 0, 0, 0)
    [lease] = await leased(store)
    await store.settle([settled(lease)])
    assert await seen(store) == ({}, 1, 1, 0, 0, 0, 0)
    await turn(store, answers=[answer()], sessions=[session(version=2)])
    assert await seen(store) == ({9: 1}, 1, 1, 1, 0, 0, 0)
    why = answer("why", type="text", value=None, text="quick", segment="", at=NOW + 1)
    await turn(store, answers=[why], sessions=[session(version=3, outcome="completed")])
    assert await seen(store) == ({9: 1}, 1, 1, 1, 1, 1, 0)
    meant = answer(value=3, at=NOW + DAY, day="2027-01-16", corrections=1)
    await turn(store, answers=[meant], sessions=[session(version=4, outcome="completed")])
    assert await seen(store) == ({3: 1}, 1, 1, 1, 1, 1, 0)
    days = await seen(store, "day")
    assert days == {"2027-01-15": ({}, 1, 1, 1, 0, 1, 0), "2027-01-16": ({3: 1}, 0, 0, 0, 1, 0, 0)}


async def test_the_same_again_changes_nothing(store):
    """However often a survey is counted."""
    await begun(store)
    await turn(store, answers=[answer(comment="good")])
    before = await held(store)
    for moved in ((), ("s1",)):
        assert await store.run(lambda moved=moved: recount(["s1", "gone"], Counting(), moved)) == 0
    assert await held(store) == before


@pytest.mark.parametrize(
    ("report", "delivered"),
    [
        ({"key": "s1.1.0", "state": "delivered"}, 1),
        ({"key": "s1.1.0", "state": "undelivered", "rank": 7}, 0),
        ({"provider_id": "SM1", "state": "undelivered", "rank": 7}, 0),
        ({"provider_id": "SM2", "state": "undelivered", "rank": 7}, 1),
    ],
)
async def test_what_providers_report_later_counts(store, report, delivered):
    """A question that did not arrive was not delivered, as long as nobody answers it."""
    await turn(store, sessions=[session()], addresses=[address()], outbox=[message("s1.1.0")])
    [lease] = await leased(store)
    await store.settle([settled(lease, provider_id="SM1")])
    await turn(store, deliveries=[delivery(**report)])
    assert await seen(store) == ({}, 1, delivered, 0, 0, 0, 0)
    await turn(store, answers=[answer()])
    assert await seen(store) == ({9: 1}, 1, 1, 1, 0, 0, 0)


async def test_a_test_counts_nowhere(store):
    """Neither when it begins nor in any turn after that."""
    await turn(store, sessions=[session(basis=TEST)], addresses=[address(opted_out_at=NOW)], outbox=[message("s1.1.0")])
    await turn(store, answers=[answer()], sessions=[session(version=2, outcome="completed")])
    await turn(store, deliveries=[delivery("s1.1.0")])
    assert await held(store) == {}
    assert await store.read(lambda: asked("counts_stored")) == []


@pytest.mark.parametrize("late", [False, True])
async def test_who_stops_is_counted_even_if_they_come_back(store, late):
    """In the survey or after it; a stop before it is another survey's."""
    await begun(store)
    if late:
        await turn(store, addresses=[address(opted_out_at=NOW + 5)])
    else:
        await turn(store, sessions=[session(version=2, outcome="opted_out")], addresses=[address(opted_out_at=NOW + 5)])
    await turn(store, addresses=[address()], answers=[answer()])
    await begun(store, "s2", started_at=NOW + 9)
    assert await seen(store) == ({9: 1}, 2, 2, 1, 0, 0, 1)


async def test_dimensions_are_those_when_the_question_was_asked(store):
    """What the survey itself says goes before the contact's; what changes later changes nothing."""
    await store.run(lambda: known(LANE, agent="ann", plan="gold"))
    state = '{"id":"s1","variables":{"touchpoint":"repair","region":"south","plan":"no dimension"}}'
    await begun(store, state=state, variant="b")
    await store.run(lambda: asked("counts_region", "west", "c1"))
    await turn(store, answers=[answer(comment="good")], sessions=[session(version=2, state="{}")])
    [comment] = await store.read(lambda: tallies.comments({}))
    assert comment.about == {
        "flow": "nps", "channel": "sms", "language": "de", "variant": "b", "brand": "acme", "region": "south",
        "touchpoint": "repair", "agent": "ann",
    }  # fmt: skip
    assert set(await seen(store, "region")) == {"south"}
    [line] = await store.read(lambda: tallies.tally({"agent": ["ann"]}, FIRST, LAST))
    assert line.revenue == (0, 0, 500)


async def test_a_dimension_that_is_added_later_applies_from_then_on(store):
    """Before it nothing is known of it."""
    await store.run(lambda: known(LANE, plan="gold"))
    await begun(store)
    store.counting = store.counting._replace(dimensions=("plan",))
    await begun(store, "s2")
    await turn(store, answers=[answer(), answer(session="s2")])
    assert {key: found[0] for key, found in (await seen(store, "plan")).items()} == {"": {9: 1}, "gold": {9: 1}}
    assert {key: found[0] for key, found in (await seen(store, "brand")).items()} == {"": {9: 1}, "acme": {9: 1}}


@pytest.mark.parametrize("scores", [True, False])
async def test_erasure_takes_away_what_was_personal_and_no_more(store, scores):
    """The number of a day stays if it may; comment and revenue do not."""
    for lane, key in ((LANE, "s1"), (OTHER, "s2")):
        await store.run(lambda lane=lane, key=key: known(lane, f"c-{key}"))
        await begun(store, key, lane)
        said = answer(session=key, lane=lane, comment="good")
        await turn(store, lane, answers=[said], sessions=[session(key, lane, version=2, outcome="completed")])
    assert await seen(store) == ({9: 2}, 2, 2, 2, 2, 2, 0)
    place = Place(LANE, "sms", f"h-{LANE}", "k1")
    await store.run(lambda: erase([place], "c-s1", "c-s1", NOW + 9, lambda: "anon1", scores=scores))
    left = ({9: 2}, 2, 2, 2, 1, 2, 0) if scores else ({9: 1}, 1, 1, 1, 1, 1, 0)
    assert await seen(store) == left
    [line] = await store.read(lambda: tallies.tally({}, FIRST, LAST))
    assert line.revenue == (0, 0, 500)
    assert [one.session for one in await store.read(lambda: tallies.comments({}))] == ["s2"]
    assert (await rebuild(store, lambda *_: None))[1:] == (0, 0)
    assert await seen(store) == left


@pytest.mark.parametrize("damage", ["counts_spoil", "counts_spoil_surveys", "counts_lose", "counts_lose_surveys"])
async def test_i12_a_rebuild_brings_back_what_the_answers_say(store, damage):
    """Whatever the tables of counts have lost, and nothing if they have lost nothing."""
    for number in range(1, 5):
        key, lane = f"s{number}", f"sms:+49{number}"
        await begun(store, key, lane, started_at=NOW - number * 20 * DAY)
        said = answer(session=key, lane=lane, value=number + 5, at=NOW - number * 20 * DAY, day=f"2026-{number:02}-15")
        await turn(store, lane, answers=[said])
    await begun(store, "s9", "sms:+499")
    before, steps = await held(store), []
    assert await rebuild(store, lambda *step: steps.append(step)) == (5, 0, 0)
    assert steps[0] == ("surveys", 0, 5)
    assert steps[-1][0] == "months"
    await store.run(lambda: asked(damage))
    done = await rebuild(store, lambda *_: None)
    assert done.corrected + done.recounted > 0
    assert await held(store) == before == await due(store)


async def test_several_workers_count_the_same_at_once(postgres_url):
    """Nobody deadlocks on what everybody adds to, and nothing gets lost; each adds to rows of its own."""
    stores = [await open_store(postgres_url) for _ in range(3)]
    lanes = [f"sms:+49{number}" for number in range(60)]

    def begin(batch):
        here = [claimed.lane for claimed in batch.events]
        return finishing(
            sessions=[session(lane, lane, language=lane[-1]) for lane in here],
            outbox=[message(f"{lane}.1.0", lane, session=lane) for lane in here],
        )(batch)

    def reply(batch):
        return finishing(answers=[answer(session=claimed.lane, lane=claimed.lane) for claimed in batch.events])(batch)

    async def work(number, decide):
        stores[number].counting = Counting(shard=number)
        while await stores[number].work(4, NOW, decide):
            lease = await leased(stores[number], owner=f"w{number}", limit=3)
            await stores[number].settle([settled(one, owner=f"w{number}") for one in lease])

    for decide in (begin, reply):
        await stores[0].accept([event(f"{decide.__name__}{lane}", lane) for lane in lanes])
        await asyncio.gather(*(work(number, decide) for number in range(3)))
    await work(0, reply)
    assert (await seen(stores[0]))[0] == {9: 60}
    shards = await stores[0].read(lambda: asked("counts_shards"))
    assert len(shards) > 1
    for store in stores:
        await store.close()
