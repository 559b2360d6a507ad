"""T20, C3, C4: who is erased is gone to the last byte, is not written to again, and is not taken up again."""

import asyncio
import json
from functools import partial
from pathlib import Path

import asyncpg
import msgspec
import pytest
from click.testing import CliRunner

import commands.consent
import commands.doctor
import commands.erase
from bot.contacts import Person, ids_of, place
from bot.messages import Address, Bulletin, Consent, Inbound, Said
from bot.outreach.consent import Event
from bot.rows import FileRow
from bot.runtime.intake import Intake
from bot.runtime.office import Office
from bot.runtime.worker import Worker
from commands.address_keys import naming, pseudonyms
from flows import library
from settings import load
from storage.consent import chain, record, standing_of, stopped
from storage.contacts import page, save
from storage.opening import open_store
from storage.reports import Event as Telling
from storage.reports import Run, begin
from storage.schema import sqlite_path
from tests.storage.builders import leased, settled

ANNA, BERND = Address("sms", "+4915111110001"), Address("sms", "+4915122220002")
CANARIES = ("15111110001", "Canaria", "zebrafinch", "KUNDE-77", "pelican")
NOW = 1_800_000_000_000
SETTINGS = """
database_url: "{url}"
address_keys: ["{key}="]
channels:
  sms: {{kind: twilio, account_sid: AC1, auth_token: x, from: "+4930123456"}}
"""


@pytest.fixture
async def lived(tmp_path, monkeypatch, database_url):
    """Two people who were asked and answered; the one of them has a name, an id elsewhere and a consent."""
    path = tmp_path / "echolot.yaml"
    path.write_text(SETTINGS.format(url=database_url, key="a" * 43))
    monkeypatch.setenv("ECHOLOT_CONFIG", str(path))
    settings = load()
    names = pseudonyms(settings)
    store = await open_store(database_url)
    here = place(ANNA, "twilio", names)
    person = Person(
        id=ids_of("KUNDE-77", names)[0], external="KUNDE-77", name="Canaria Meier", attributes={"pet": "pelican"},
        places=(here,),
    )  # fmt: skip
    await store.run(lambda: save([person], NOW))
    granted = Event(
        id="g1", names=here.names, key_id=here.key_id, channel="sms", action="granted", at=NOW - 1, source="api",
        wording="Yes.", contact=person.id,
    )  # fmt: skip
    await store.run(lambda: record([granted], NOW))
    await converse(store, settings, ANNA, BERND)
    await report(store)
    await store.close()
    return settings


async def converse(store, settings, *people: Address) -> None:
    """Both say what they think; the words of the one are canaries."""
    shelf = library.load()
    moments = iter(range(NOW, NOW + 10_000))
    clock = lambda: next(moments)  # noqa: E731 - a clock
    intake, worker = Intake(store, clock), Worker(store, shelf, clock)
    worker.names = naming(settings)
    office = Office(store, shelf, intake, clock)
    for person in people:
        variables = {"first_name": "Canaria"} if person == ANNA else {}
        flow = shelf.get("after-support")
        given = {name: value for name, value in variables.items() if name in flow.variables}
        await office.invite("after-support", person, language="en", variables=given, key=f"k{person.chat}")
    for number, words in enumerate(("2", "zebrafinch was rude to me")):
        while await worker.step():
            pass
        sent = await leased(store, next(moments) + 60_000)
        await store.settle([settled(each, provider_id=f"SM{each.id}") for each in sent])
        for person in people:
            said = Said(words if person == ANNA else "9")
            await intake.accept([Inbound(f"{person.chat}:{number}", next(moments), person, said)])
    while await worker.step():
        pass


async def report(store) -> None:
    """Two reports quote her: one was told and has a PDF behind a link, the other waits."""
    for number, lane in enumerate(("slack:C1", "slack:C2")):
        key = f"report:{number}"
        run = Run(key, "weekly", "report", "w", "2026-01-01", "2026-01-07", lane, "slack", "", NOW, "handed")
        told = Inbound(key, NOW, Address.of_lane(lane), Bulletin("2 of 10: zebrafinch was rude to me", "en"))
        body = msgspec.json.encode(told).decode()
        await store.run(partial(begin, [(run, Telling("slack", key, lane, body))], NOW), "inbox")
        worker = Worker(store, library.load(), lambda: NOW + 50_000)
        while await worker.step():
            pass
        if not number:
            [sent] = await store.lease("w1", 9, NOW + 50_000, NOW + 60_000, ["slack"])
            await store.settle([settled(sent, provider_id="C1:1.1")])
            file = FileRow("h", f"{key}/pdf", "r.pdf", "application/pdf", 10, b"zebrafinch", NOW, NOW + 10**9)
            await store.save_file(file)


async def bytes_of(url: str) -> bytes:
    """Everything that the database holds: its files, or on PostgreSQL all rows as text."""
    path = sqlite_path(url)
    if path:
        return b"".join(each.read_bytes() for each in Path(path).parent.glob("echolot.db*"))
    connection = await asyncpg.connect(url)
    tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    rows = [
        str(await connection.fetch(f'SELECT t::text FROM "{table}" AS t'))  # noqa: S608 - names from the catalogue
        for (table,) in tables
    ]
    await connection.close()
    return "".join(rows).encode()


def called(command, *arguments: str) -> str:
    """What a command says."""
    done = CliRunner().invoke(command, arguments)
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


async def offline(command, *arguments: str) -> str:
    """The same, for commands that run a loop of their own."""
    return await asyncio.to_thread(called, command, *arguments)


@pytest.mark.parametrize("whom", ["KUNDE-77", f"sms:{ANNA.chat}", "sms:01511 / 111-0001"])
async def test_t20_c3_not_a_byte_of_an_erased_person_stays(lived, whom):
    """Before the erasure every canary is there; who is beside them stays as they were."""
    url = lived.database_url
    before = await bytes_of(url)
    assert [canary for canary in CANARIES if canary.encode() not in before] == []
    said = await offline(commands.erase.command, whom, "--yes")
    assert "addresses 1, surveys 1" in said
    after = await bytes_of(url)
    assert [canary for canary in CANARIES if canary.encode() in after] == []
    assert BERND.chat.encode() in after


@pytest.mark.parametrize(("options", "scores"), [((), [2, 9]), (("--delete-scores",), [9])])
async def test_c3_the_score_stays_as_a_number_of_nobodys_or_goes_as_well(lived, options, scores):
    """A report counts it; nothing leads from it to anybody."""
    await offline(commands.erase.command, "KUNDE-77", "--yes", *options)
    store = await open_store(lived.database_url)
    found = await store.responses()
    await store.close()
    assert sorted(row["score"] for row in found) == scores
    low = [row for row in found if row["score"] == 2]
    assert [(row["comment"], row["at"] % 86_400_000) for row in low] == [("", 0)] * len(low)


async def test_c4_who_was_erased_is_not_taken_up_again(lived):
    """By no import and no call; and the proof of what was sent stands."""
    await offline(commands.erase.command, "KUNDE-77", "--yes")
    names = pseudonyms(lived)
    here = place(ANNA, "twilio", names)
    store = await open_store(lived.database_url)
    again = Person(id="new", name="Canaria Meier", places=(here,))
    [saved] = await store.run(lambda: save([again], NOW))
    assert saved.result == "suppressed"
    assert [one for one in await store.run(lambda: page("", 10)) if one.name] == []
    assert await store.run(lambda: stopped(here.names, "sms", NOW)) == "erasure"
    assert await store.run(lambda: stopped(here.names, "whatsapp", NOW)) == "erasure"
    assert [link.event.action for link in await store.run(lambda: chain(here.names))] == ["granted"]
    assert (await store.run(lambda: standing_of(here.names, NOW))).suppressions[0][0] == "*"
    await store.close()
    shown = json.loads(await offline(commands.consent.command, "proof", f"sms:{ANNA.chat}"))
    assert shown["addresses"][0]["chain"] == "whole"


async def test_c3_what_goes_on_after_an_erasure_goes_on(lived):
    """Who writes again of their own accord is somebody new, and nothing falls over."""
    await offline(commands.erase.command, f"sms:{ANNA.chat}", "--yes")
    store = await open_store(lived.database_url)
    shelf = library.load()
    intake, worker = Intake(store, lambda: NOW), Worker(store, shelf, lambda: NOW)
    await intake.accept([Inbound("late", NOW, ANNA, Said("hello")), Inbound("stop", NOW, ANNA, Consent("stop"))])
    while await worker.step():
        pass
    assert await store.poison() == []
    assert (await store.lane(ANNA.lane))["opted_out_at"]
    await store.close()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # one process at a time writes to SQLite
async def test_c3_an_erasure_waits_for_whoever_writes_contacts(lived):
    """An import that is about to give the person another address is through first, and that address goes as well."""
    other = place(Address("sms", "+4915133330003"), "twilio", pseudonyms(lived))
    store, importing = await open_store(lived.database_url), await asyncpg.connect(lived.database_url)
    async with importing.transaction():
        await importing.execute("SELECT version_num FROM alembic_version FOR UPDATE")
        erasing = asyncio.create_task(commands.erase.erased(lived, "KUNDE-77", scores=True))
        done, _ = await asyncio.wait([erasing], timeout=1)
        assert not done
        await importing.execute(
            "INSERT INTO contact_address (lane, contact, channel, hmac, key_id, rank, added_at) "
            "VALUES ($1, $2, 'sms', $3, $4, 1, 0)",
            *(other.lane, ids_of("KUNDE-77", pseudonyms(lived))[0], other.hmac, other.key_id),
        )
    assert (await erasing).addresses == 2
    assert await store.run(lambda: stopped(other.names, "sms", NOW)) == "erasure"
    await importing.close()
    await store.close()


async def test_doctor_tells_that_a_key_is_gone(lived, monkeypatch):
    """With another one in its place, opt-outs would not be found any more."""
    told = (await asyncio.to_thread(CliRunner().invoke, commands.doctor.command, ["--offline", "--json"])).output
    assert "1 in use, and all of them are here" in told
    monkeypatch.setenv("ECHOLOT_ADDRESS_KEYS", json.dumps(["b" * 43 + "="]))
    told = (await asyncio.to_thread(CliRunner().invoke, commands.doctor.command, ["--offline", "--json"])).output
    [lost] = [each for each in map(json.loads, told.splitlines()) if each["about"] == "address keys"]
    assert (lost["level"], "chains of consent 1, addresses 1" in lost["text"]) == ("bad", True)
