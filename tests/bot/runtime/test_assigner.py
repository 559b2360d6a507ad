"""Desks that give new cases to their agents: once each, by turns or to whoever has the fewest."""

import asyncio

import pytest
from msgspec.structs import replace

from bot.cases.desks import Desks
from bot.errors import StoreUnavailable
from bot.messages import TEST, Address, Said
from bot.runtime import assigner
from bot.runtime.assigner import Assigner
from bot.runtime.supervisor import Supervisor
from tests.bot.runtime.floor import SUPPORT
from tests.bot.runtime.house import Away, people
from tests.bot.runtime.rooms import Rooms

BY_TURNS = Desks({"support": replace(SUPPORT, assign="round_robin")})
FEWEST = Desks({"support": replace(SUPPORT, assign="least_loaded")})


def rooms_of(store, library, desks: Desks = BY_TURNS) -> Rooms:
    return Rooms(store, library, desks=desks)


def desk(rooms: Rooms, desks: Desks = BY_TURNS) -> Assigner:
    return Assigner(rooms.store, rooms.intake, desks, rooms.clock)


async def unhappy(rooms: Rooms, *customers: Address) -> None:
    """Each of them gives a two."""
    for customer in customers:
        rooms.clock.passes(1_000)
        await rooms.asks(customer)
        await rooms.gets("2", customer)
        await rooms.waits()


async def owners(rooms: Rooms) -> list[str]:
    """Of all cases, the oldest first."""
    return [row["owner"] for row in reversed(await rooms.store.cases())]


async def test_new_cases_go_round_the_oldest_first(store, library):
    rooms = rooms_of(store, library)
    await unhappy(rooms, *people(3))
    first = desk(rooms)
    assert await first.look() == 3
    assert await first.look() == 0  # before they are taken
    await rooms.works()
    assert await owners(rooms) == ["mia", "tom", "mia"]
    await unhappy(rooms, Address("sms", "+4917"))
    assert await desk(rooms).look() == 1  # another process goes on behind the last one
    await rooms.works()
    assert await owners(rooms) == ["mia", "tom", "mia", "tom"]


async def test_nobody_is_given_a_case_that_only_tries_a_survey_out(store, library):
    """Whoever takes one by hand has no work more than before, and it is still their turn."""
    rooms = rooms_of(store, library)
    one, two, three, author = people(4)
    await rooms.office.invite("after-support", author, basis=TEST)
    await rooms.works()
    await rooms.gets("2", author)
    await rooms.waits()
    [trial] = await store.cases()
    assert (trial["basis"], await desk(rooms).look()) == (TEST, 0)
    await rooms.office.act(trial["id"], "mia", Said("!claim"), "1")
    await rooms.works()
    for customer in (one, two, three):
        await unhappy(rooms, customer)
        await desk(rooms).look()
        await rooms.works()
    assert await owners(rooms) == ["mia", "mia", "tom", "mia"]


async def test_whoever_has_the_fewest_gets_the_next(store, library):
    rooms = rooms_of(store, library, FEWEST)
    await unhappy(rooms, *people(2))
    await rooms.works()
    for number, row in enumerate(await store.cases()):
        await rooms.office.act(row["id"], "mia", Said("!claim"), f"{number}")
    await rooms.works()
    await unhappy(rooms, *people(6)[2:])
    await desk(rooms, FEWEST).look()
    await rooms.works()
    assert await owners(rooms) == ["mia", "mia", "tom", "tom", "mia", "tom"]


async def test_p7_several_processes_give_a_case_away_once(store, library):
    rooms = rooms_of(store, library)
    await unhappy(rooms, *people(4))
    await asyncio.gather(*(desk(rooms).look() for _ in range(5)))
    await rooms.works()
    assert all(await owners(rooms))
    for row in await store.cases():
        entries = (await store.case(row["id"]))["entries"]
        assert sum("It is the turn of" in entry["text"] for entry in entries) == 1


async def test_what_somebody_has_had_is_for_people_to_take(store, library):
    """Given back to the queue, or claimed by somebody who was faster."""
    rooms = rooms_of(store, library)
    await unhappy(rooms, *people(2))
    first, second = [row["id"] for row in reversed(await store.cases())]
    await rooms.office.act(first, "mia", Said("!claim"), "1")
    await rooms.office.act(first, "mia", Said("!release"), "2")
    await rooms.works()
    giving = desk(rooms)
    assert await giving.look() == 1  # the second one
    await rooms.works()
    assert [row["id"] for row in await store.cases() if row["owner"]] == [second]
    assert await giving.look() == 0


async def test_a_case_that_was_claimed_meanwhile_stays_where_it_is(store, library):
    rooms = rooms_of(store, library)
    await unhappy(rooms, *people(1))
    [row] = await store.cases()
    await rooms.office.act(row["id"], "mia", Said("!claim"), "1")
    assert await desk(rooms).look() == 1  # looks before the claim is taken
    await rooms.works()
    entries = (await store.case(row["id"]))["entries"]
    assert [entry["text"] for entry in entries if entry["kind"] == "event"][-1] == "Mia has claimed this case."


async def test_where_nobody_works_or_agents_choose_nothing_is_given(store, library):
    nobody = Desks({"support": replace(SUPPORT, assign="round_robin", agents=())})
    rooms = rooms_of(store, library)
    await unhappy(rooms, *people(1))
    assert await desk(rooms, nobody).look() == 0
    assert await desk(rooms, Desks({"support": SUPPORT})).look() == 0


async def test_who_is_given_a_case_hears_of_it_where_they_are(store, library):
    rooms = rooms_of(store, library)
    await unhappy(rooms, *people(2))
    await desk(rooms).look()
    for _ in range(3):
        await rooms.waits(1_000)
    told = [text for _, text in rooms.room.stood if "It is the turn of" in text]
    assert [text.rpartition(" ")[2] for text in told] == ["Mia.", "Tom."]


async def test_it_looks_when_there_are_news_and_survives_a_database_that_is_away(store, library, monkeypatch):
    monkeypatch.setattr(assigner, "BREATH", 0.001)
    rooms = rooms_of(store, library)
    away = Away(store, cases=[StoreUnavailable("down")])
    running = asyncio.create_task(Assigner(away, rooms.intake, BY_TURNS, rooms.clock).run())
    await unhappy(rooms, *people(1))
    async with asyncio.timeout(20):
        while not all(await owners(rooms)):
            await rooms.works()
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest.mark.parametrize(("desks", "kept"), [(BY_TURNS, True), (Desks({"support": SUPPORT}), False), (None, False)])
async def test_it_runs_only_where_a_desk_wants_it(store, library, desks, kept):
    rooms = rooms_of(store, library)
    supervisor = Supervisor(store, {}, library, rooms.intake, rooms.clock, desks=desks)
    await supervisor.start()
    assert ("assigner" in supervisor._tasks) == kept
    await supervisor.stop()
