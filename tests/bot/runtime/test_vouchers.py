"""Single-use codes on their way to customers: each goes out once, and whoever finds none left hears so."""

import pytest
from msgspec.structs import replace

from bot.cases.desks import Canned, Desks
from bot.errors import InDoubt, StoreUnavailable
from bot.messages import Address, Said, Sent
from bot.runtime.dispatcher import LEASE, Dispatcher
from bot.runtime.verdict import FIRST_RETRY
from tests.bot.runtime.floor import SUPPORT
from tests.bot.runtime.house import Away, Ledger, Line
from tests.bot.runtime.rooms import Rooms

GOODWILL = Canned("goodwill", {"en": "Your code: {{ code }}"}, voucher=True, codes=("A1", "B2"))
DESKS = Desks({"support": replace(SUPPORT, canned=(GOODWILL,))})
ANNA, BEN, EVE = (Address("sms", f"+4915{number}") for number in range(3))


def rooms_of(store, library, line: Line | None = None) -> Rooms:
    rooms = Rooms(store, library, line=line, desks=DESKS)
    rooms.dispatchers[0] = Dispatcher("sms", rooms.line, store, "w", rooms.clock, desks=DESKS)
    return rooms


async def given(rooms: Rooms, *customers: Address) -> list[str]:
    """Each has a case, and gets a voucher; the keys of the messages."""
    before = len(await rooms.store.cases())
    for customer in customers:
        await rooms.asks(customer)
        await rooms.gets("2", customer)
        await rooms.waits()
    for number, row in enumerate(list(reversed(await rooms.store.cases()))[before:]):
        for text in ("!claim", "!voucher goodwill"):
            await rooms.office.act(row["id"], "mia", Said(text), f"{row['id']}{number}{text}")
            await rooms.works()
    await rooms.sends()
    return [entry["key"] for row in reversed(await rooms.store.cases()) for entry in await agents(rooms, row["id"])]


async def agents(rooms: Rooms, case: str) -> list[dict]:
    return [entry for entry in (await rooms.store.case(case))["entries"] if entry["kind"] == "agent"]


def codes(line: Line) -> list[str]:
    texts = [message.prompt.text for message in line.taken]
    return [text.rpartition(" ")[2] for text in texts if "Your code" in text]


async def test_two_customers_never_get_the_same_code(store, library):
    rooms = rooms_of(store, library)
    await given(rooms, ANNA, BEN)
    assert sorted(codes(rooms.line)) == ["A1", "B2"]


async def test_when_all_have_gone_out_nothing_is_sent_and_the_agent_hears_why(store, library):
    rooms = rooms_of(store, library)
    keys = await given(rooms, ANNA, BEN, EVE)
    assert len(codes(rooms.line)) == 2
    assert sorted([await rooms.state(key) for key in keys]) == ["failed", "sent", "sent"]
    for _ in range(3):
        await rooms.waits(1_000)
    rows = await store.cases()
    told = [entry["text"] for row in rows for entry in (await store.case(row["id"]))["entries"]]
    assert sum("All codes of goodwill have gone out" in text for text in told) == 1


async def test_p5_a_code_in_doubt_is_looked_up_as_it_went_out(store, library):
    """And not sent again under another one."""
    line = Ledger()
    rooms = rooms_of(store, library, line)
    looked = []

    async def find(message, since, taken=()):
        looked.append(message.prompt.text)
        return Sent("P9")

    real = line.send

    async def send(message):
        if "Your code" in message.prompt.text:
            line.script = [InDoubt("reset")]
        return await real(message)

    line.find, line.send = find, send
    [key] = await given(rooms, ANNA)
    rooms.clock.passes(LEASE + 60_000)
    await rooms.looks_up()
    assert [text.rpartition(" ")[2] for text in looked] == ["A1"]
    assert await rooms.state(key) == "sent"


async def test_a_database_that_is_away_costs_no_code(store, library):
    rooms = rooms_of(store, library)
    away = Away(store, voucher=[StoreUnavailable("down")])
    rooms.dispatchers[0] = Dispatcher("sms", rooms.line, away, "w", rooms.clock, desks=DESKS)
    [key] = await given(rooms, ANNA)
    assert (codes(rooms.line), await rooms.state(key)) == ([], "queued")
    rooms.clock.passes(FIRST_RETRY)
    await rooms.sends()
    assert codes(rooms.line) == ["A1"]


@pytest.mark.parametrize("desks", [None, Desks()])
async def test_a_voucher_that_is_no_longer_there_has_no_codes(store, library, desks):
    rooms = rooms_of(store, library)
    rooms.dispatchers[0] = Dispatcher("sms", rooms.line, store, "w", rooms.clock, desks=desks)
    [key] = await given(rooms, ANNA)
    assert (codes(rooms.line), await rooms.state(key)) == ([], "failed")
