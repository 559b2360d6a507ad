"""P14, P15: copies and backups are whole, checked, and conversations go on in them."""

import asyncio
import sqlite3

import asyncpg
import pytest
from click.testing import CliRunner

import commands.db
from bot.errors import StoreUnavailable
from storage import copy as copies
from storage.copy import Content, NotCopied, copy
from storage.opening import open_store
from storage.schema import HEAD, SchemaMismatch, sqlite_path
from tests.storage.builders import (
    event,
    silent,
)
from tests.storage.conversation import cases_go_on, channels_go_on, fill, fill_cases, fill_channels, goes_on

OUTREACH = (
    "campaign", "consent_event", "consent_grant", "consent_use", "contact", "contact_address", "decision", "happening",
    "idem", "suppression", "wave",
)  # fmt: skip
REPORTS = ("report_receiver", "report_run")
PEOPLE = (
    "api_key", "audit", "audit_anchor", "one_time_link", "person", "role_grant", "sign_in_attempt", "web_session",
)  # fmt: skip


@pytest.fixture
def empty_url(tmp_path, request, database_url):
    """The address of an empty database of the other kind than the test's own."""
    if database_url.startswith("postgresql"):
        return f"sqlite:///{tmp_path / 'copy.db'}"
    return request.getfixturevalue("bare_postgres_url")


async def test_p15_t26_a_copy_arrives_whole_and_conversations_go_on(database_url, empty_url):
    """Both ways: SQLite to PostgreSQL to grow, PostgreSQL to SQLite to leave or to back up."""
    await fill_cases(database_url)
    await fill_channels(database_url)
    await fill(database_url)
    told = []
    contents = await copy(database_url, empty_url, lambda *step: told.append(step))
    assert {table: found.rows for table, found in contents.items()} == {
        "address": 3, "answer": 2, "case_entry": 2, "case_place": 1, "cases": 1,
        "file": 1, "flow_draft": 0, "flow_revision": 1, "flow_version": 0, "inbox": 6, "installation": 1,
        "journal": 1, "link": 1, "outbox": 6, **dict.fromkeys((*OUTREACH, *PEOPLE, *REPORTS), 0), "consent_use": 3,
        "session": 2, "timer": 1, "voucher": 1, "watermark": 1, "cell": 5, "cell_term": 6, "counted": 2, "rollup": 10,
    }  # fmt: skip
    assert ("outbox", 0, 6) in told
    assert ("outbox", 6, 6) in told
    await goes_on(empty_url)
    await channels_go_on(empty_url)
    await cases_go_on(empty_url)


async def test_p15_there_and_back_again_is_equal(database_url, empty_url, tmp_path):
    await fill(database_url)
    there = await copy(database_url, empty_url, silent)
    back_url = f"sqlite:///{tmp_path / 'back.db'}"
    assert await copy(empty_url, back_url, silent) == there
    await goes_on(back_url)


async def test_p15_a_copy_of_many_rows_goes_in_portions(database_url, empty_url, monkeypatch):
    monkeypatch.setattr(copies, "BATCH", 7)
    store = await open_store(database_url)
    await store.accept([event(f"e{n}", f"sms:+{n % 9}") for n in range(50)])
    await store.close()
    contents = await copy(database_url, empty_url, silent)
    assert contents["inbox"].rows == 50


async def test_p15_a_copy_into_a_database_with_rows_is_refused(database_url, empty_url):
    await fill(database_url)
    await copy(database_url, empty_url, silent)
    with pytest.raises(NotCopied, match="already has rows"):
        await copy(database_url, empty_url, silent)


async def test_p15_a_row_that_arrives_changed_undoes_the_copy(database_url, empty_url, monkeypatch):
    """What is compared is read back from the target, so a fault of either driver shows."""
    await fill(database_url)
    add = copies.PostgresSide.add if empty_url.startswith("postgresql") else copies.SqliteSide.add

    async def changing(side, table, columns, some):
        if table == "answer":
            some = [[9 if value is None else value for value in row] for row in some]
        await add(side, table, columns, some)

    monkeypatch.setattr(copies.PostgresSide, "add", changing)
    monkeypatch.setattr(copies.SqliteSide, "add", changing)
    with pytest.raises(NotCopied, match=r"answer arrived with 2 rows .* Nothing was kept"):
        await copy(database_url, empty_url, silent)
    monkeypatch.undo()
    await copy(database_url, empty_url, silent)


def test_a_digest_tells_rows_apart_but_not_their_order():
    one = Content().plus([(1, "a", None), (2, "b", "")])
    assert one == Content().plus([(2, "b", "")]).plus([[1, "a", None]])
    assert len({one, Content(), *(Content().plus([row]) for row in [(1, ""), (1, None), (1, "1"), ("1", 1)])}) == 6


async def test_a_database_in_use_is_not_copied(sqlite_url, tmp_path):
    store = await open_store(sqlite_url)
    with pytest.raises(StoreUnavailable, match="in use by process"):
        await copy(sqlite_url, f"sqlite:///{tmp_path / 'copy.db'}", silent)
    await store.close()


# --- the command ---------------------------------------------------------------------------------------------------


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Run `run.py db …` on a database."""

    def invoke(url, *arguments):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("ECHOLOT_DATABASE_URL", url)
        return CliRunner().invoke(commands.db.command, arguments)

    return invoke


def test_the_command_upgrades_and_tells_where_a_database_stands(run, empty_url):
    """From nothing to the newest schema, on both databases."""
    before = run(empty_url, "status")
    assert isinstance(before.exception, SchemaMismatch)
    assert "schema    none" in before.output
    assert f"now has schema {HEAD}; before: none" in run(empty_url, "upgrade").output
    assert f"up to date (schema {HEAD})" in run(empty_url, "upgrade").output
    assert f"schema    {HEAD}" in run(empty_url, "status").output


def test_the_command_copies_and_backs_up(run, database_url, empty_url, tmp_path):
    asyncio.run(fill(database_url))
    backed_up = run(database_url, "backup", "backup.db")
    assert "backup.db is complete" in backed_up.output
    assert "answer                      2 rows" in backed_up.output
    copied = run(database_url, "copy", "--source", "sqlite:///backup.db", empty_url)
    assert "same rows and the same content" in copied.output
    assert isinstance(run(database_url, "copy", empty_url).exception, NotCopied)
    assert isinstance(run(database_url, "backup", "backup.db").exception, NotCopied)
    assert run(database_url, "copy", "mysql://somewhere").exit_code == 2
    asyncio.run(goes_on(empty_url))


async def test_identities_go_on_behind_what_was_copied(sqlite_url, bare_postgres_url):
    await fill(sqlite_url)
    await copy(sqlite_url, bare_postgres_url, silent)
    connection = sqlite3.connect(sqlite_path(sqlite_url))
    server = await asyncpg.connect(bare_postgres_url)
    for table in ("inbox", "outbox"):
        [highest] = connection.execute(f"SELECT max(id) FROM {table}").fetchone()  # noqa: S608  # our own names
        assert await server.fetchval(f"SELECT nextval('{table}_id_seq')") == highest + 1
    connection.close()
    await server.close()
