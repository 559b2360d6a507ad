"""An import beside a running server: the API saves, and everything is as if the import had written itself."""

import asyncio
import json
import re
import shutil

import httpx
import pytest
from starlette.routing import Router

from commands import import_calls, importing
from commands.import_calls import AT_ONCE, TOO_LARGE, bundles, given, through
from commands.importing import Import, reader, saved
from commands.people import People
from integrations.imports.columns import Columns
from integrations.imports.source import opened
from settings import Settings
from storage.opening import open_store
from tests.storage.people import NOW, person, query
from tests.test_contacts_commands import CHANNELS, FILE, rows
from web.contacts import routes
from web.guard import API_LIMIT, Guard
from web.keys import Key, Keyring, digest

WHATSAPP = CHANNELS["sms"] | {"from": "whatsapp:+4930555011"}
SLACK = {"kind": "slack", "bot_token": "xoxb-1", "signing_secret": "s" * 32, "team": "T1"}
EVERYTHING = """external;name;sms;whatsapp;slack;language;zone;country;revenue;basis;consent.source;consent.at;Wortlaut
1;Zoë "Ö" <b>;(0)660 1234567;+49 151 12345670;U012AB3CD;pt_br;;Österreich;-1.234,50;Einwilligung;Kasse;31.01.2026;Ja
2;日本;;whatsapp:+4915112345671;;deutsch;Europe/Vienna;;12;;;;
;nur Nummer;0049 151 12345672;;;de;;;;;;;
;nur Nummer;+49151/12345672;;;;;;;consent;Shop;2026-02-01;Yes
3;;;;U012AB3CD;xyzzy 7;;;;;;;
"""
PLACES = """
SELECT external, name, language, zone, zone_source, country, brand, region, segment, agent, revenue, attributes,
  lane, channel, hmac, key_id, rank, added_at, created_at, updated_at
FROM contact JOIN contact_address ON contact = contact.id
"""
PEOPLE = "SELECT external, name FROM contact"
CONSENTS = """
SELECT e.id, e.hmac, e.n, e.hash, e.channel, e.action, e.at, e.wording, c.external
FROM consent_event e JOIN contact c ON e.contact = c.id
"""


def here(tmp_path) -> Settings:
    """The settings of both ways, with the key of a file."""
    channels = {**CHANNELS, "whatsapp": WHATSAPP, "slack": SLACK}
    return Settings(home=tmp_path, database_url=f"sqlite:///{tmp_path}/echolot.db", channels=channels)


def serving(store, settings) -> Guard:
    """The API over this store."""
    keyring = Keyring([Key("operator", digest("eck_1"), frozenset({"contacts"}))], lambda: 1)
    return Guard(Router(routes(People(store, settings, lambda: NOW), keyring)), (), lambda *_: None)


async def brought_in(path, settings, save):
    """The counts and what was refused."""
    source, refused = opened(path), []
    columns = Columns(source.columns, {name: each.kind for name, each in settings.channels.items()})
    running = Import(source, columns, reader(settings, "AT" if path.stem == "everything" else "DE"), refused.append)
    await running.run(save, lambda: NOW)
    # who has no external id is called by chance
    return dict(running.counts), [
        (row, *(re.sub("c[0-9a-f]{24}", "c…", each) for each in wrong)) for row, wrong in refused
    ]


@pytest.fixture
async def both(store, tmp_path, sqlite_template):
    """Ways of saving: into a database of each kind, and through the API over another one; and how tables are read."""
    settings = here(tmp_path)
    shutil.copy(sqlite_template, tmp_path / "other.db")
    other = await open_store(f"sqlite:///{tmp_path}/other.db")
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(serving(other, settings)), headers={"authorization": "Bearer eck_1"}
    )
    loop = asyncio.get_running_loop()

    def call(path, body):
        posting = client.post(f"http://127.0.0.1{path}", content=json.dumps(body))
        answer = asyncio.run_coroutine_threadsafe(posting, loop).result(30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def written(people, consents, now):
        return await store.run(lambda: saved(people, consents, now))

    async def tables():
        return [
            [sorted(await query(each, sql), key=repr) for sql in (PLACES, PEOPLE, CONSENTS)] for each in (store, other)
        ]

    yield settings, written, through(call), tables
    await client.aclose()
    await other.close()


@pytest.mark.parametrize(
    ("name", "content", "figures"),
    [
        ("people", FILE, {"new": 2, "changed": 1, "refused": 1, "doubtful": 1}),
        ("everything", EVERYTHING, {"new": 3, "same": 1, "refused": 1, "no basis": 2}),
        ("repeats", rows(7), {}),
        ("many", rows(8, 300), {}),
    ],
)
async def test_both_ways_end_the_same(both, tmp_path, monkeypatch, name, content, figures):
    """The same figures, the same rows refused for the same reasons, equal tables; the same again changes nothing."""
    settings, written, through_server, tables = both
    monkeypatch.setattr(importing, "BATCH", 100)
    monkeypatch.setattr(import_calls, "AT_ONCE", 33)
    (file := tmp_path / f"{name}.csv").write_text(content)
    counts, refused = await brought_in(file, settings, written)
    assert {key: counts[key] for key in figures} == figures
    assert (await brought_in(file, settings, through_server)) == (counts, refused)
    direct, served = await tables()
    assert direct == served
    assert len(direct[0]) > 1
    again, _ = await brought_in(file, settings, through_server)
    assert "new" not in again
    assert (await tables())[1][2] == served[2]


async def test_what_only_the_server_does_not_know_is_refused_there(both, tmp_path):
    """A server whose settings lack a channel refuses the row, and the report says so."""
    settings, _, _, _ = both
    lacking = settings.model_copy(update={"channels": {"sms": settings.channels["sms"]}})

    def call(_path, body):
        people = People(None, lacking, lambda: NOW)
        wrong = [people._read(one).wrong for one in body]
        problems = [{"field": one.column, "reason": one.reason, "advice": one.advice} for [one] in wrong]
        return {"contacts": [{"status": "refused", "problems": [each]} for each in problems]}

    (file := tmp_path / "people.csv").write_text("external;telegram\n1;77\n")
    counts, [refused] = await brought_in(file, settings, through(call))
    assert (counts["refused"], *refused[:2]) == (1, 2, "addresses.telegram")


def test_calls_stay_below_what_the_server_takes():
    """Every bundle fits, the order is kept, and what fits into none stands alone as nothing."""
    contacts = [{"external": str(n), "name": "ä" * (n % 50)} for n in range(2_500)]
    contacts[100] = {"external": "large", "name": "x" * API_LIMIT}
    contacts[200] = {"external": "fits", "name": "x" * (API_LIMIT - len('[{"external": "fits", "name": ""}]'))}
    found = list(bundles(contacts))
    assert max(len(json.dumps(each)) for each in found) == API_LIMIT
    assert max(map(len, found)) == AT_ONCE
    assert [one for each in found for one in each or [contacts[100]]] == contacts


async def test_a_row_that_fits_into_no_call_is_refused():
    """The others are saved."""
    calls = []

    def call(_path, body):
        calls.append(body)
        return {"contacts": [{"status": "new", "contact": "c1"} for _ in body]}

    people = [person("1"), person("2", attributes={"a": "x" * API_LIMIT}), person("3")]
    found = await through(call)(people, [{}, {}, {}], NOW)
    assert [one.result for one in found] == ["new", "refused", "new"]
    assert found[1].wrong == (TOO_LARGE,)
    assert calls == [[given(people[0], {})], [given(people[2], {})]]
