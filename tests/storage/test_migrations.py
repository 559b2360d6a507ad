"""Migrations: both databases get the same schema, whole or not at all, and one upgrader at a time."""

import asyncio
import re
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest

from bot.errors import StoreUnavailable
from bot.messages import Address, CaseWanted, Inbound
from bot.rows import Batch, Consequences
from storage import migrate, schema
from storage.copy import content, opened
from storage.lock import WriterLock
from storage.opening import open_store
from storage.rows import storable
from storage.schema import HEAD, MIGRATIONS, SchemaMismatch
from tests.storage.builders import LANE, NOW, event, rows
from tests.storage.conversation import fill, goes_on

ROOT = Path(__file__).parents[2]
EXPECTED = Path(__file__).with_name("schema.txt")
TYPES = {"character varying": "VARCHAR(32)", "text": "TEXT", "bytea": "BLOB", "bigint": "BIGINT", "integer": "INTEGER"}


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_url(request, tmp_path):
    """The address of a database with nothing in it."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'bare.db'}"
    return request.getfixturevalue("bare_postgres_url")


def sqlite_schema(path: Path) -> list[str]:
    connection = sqlite3.connect(path)
    lines = []
    for (table,) in connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    ):
        for _, column, kind, required, default, key in connection.execute(f"PRAGMA table_info({table})"):
            kind = "BIGINT" if (column, kind) == ("id", "INTEGER") else kind  # noqa: PLW2901  # SQLite's identity
            lines.append(_column(table, column, kind, required or key, default))
    for (statement,) in connection.execute("SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"):
        lines.append(_index(statement))
    connection.close()
    return sorted(lines)


async def postgres_schema(url: str) -> list[str]:
    connection: Any = await asyncpg.connect(url)
    columns = await connection.fetch(
        "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns"
        " WHERE table_schema = 'public'"
    )
    indexes = await connection.fetch(
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexdef NOT LIKE 'CREATE UNIQUE%'"
    )
    await connection.close()
    lines = [
        _column(table, column, TYPES[kind], nullable == "NO", default)
        for table, column, kind, nullable, default in columns
    ]
    return sorted(lines + [_index(definition) for (definition,) in indexes])


def _column(table: str, column: str, kind: str, required: object, default: str | None) -> str:
    default = re.sub(r"::\w+$", "", default or "").strip("'")
    if default.startswith("nextval"):
        default = ""
    return f"{table}.{column} {kind}{' NOT NULL' if required else ''}{f' DEFAULT {default}' if default else ''}"


def _index(definition: str) -> str:
    """Both databases tell an index in their own words; what stays are its name, its table and its columns."""
    found = re.match(r"CREATE INDEX (\w+) ON (?:public\.)?(\w+) (?:USING btree )?\((.*?)\)", definition)
    assert found, definition
    return f"index {found[1]} on {found[2]} ({found[3]}){' partial' if ' WHERE ' in definition else ''}"


async def test_t13_the_schema_of_both_databases_is_the_sum_of_the_migrations(bare_url):
    """tests/storage/schema.txt says what all migrations together come to; a new migration changes it too."""
    assert await migrate.status(bare_url) == ("", HEAD)
    assert not (await migrate.upgrade(bare_url)).up_to_date
    path = schema.sqlite_path(bare_url)
    found = sqlite_schema(path) if path else await postgres_schema(bare_url)
    assert found == EXPECTED.read_text().splitlines()


OLD = {  # what a later migration has added to a table of the first one
    "outbox": {"along", "begins", "edits"},
    "address": {"barred_at", "case_id", "history"},
    "session": {"grant_id", "quiet", "variant"},
}
GONE = {"case_request"}
ASKED_FOR = [("s1", "support", LANE, "high", "score", NOW, 900_000), ("s1", "sales", LANE, "low", "answer", NOW + 1, 0)]


async def test_t13_a_database_of_the_first_release_keeps_everything(sqlite_url, bare_url, monkeypatch):
    """A conversation in the middle of everything, written with schema 0001, goes on with the newest one."""
    await fill(sqlite_url)
    newest = migrate.command.upgrade
    monkeypatch.setattr(migrate.command, "upgrade", lambda config, _head: newest(config, "0001"))
    await migrate.upgrade(bare_url)
    assert (await migrate.status(bare_url)).current == "0001"
    monkeypatch.undo()
    before = {}
    async with opened(sqlite_url) as source, opened(bare_url, writing=True) as target:
        columns = ["session", "desk", "lane", "priority", "reason", "opened_at", "respond_within"]
        await target.add("case_request", columns, ASKED_FOR)
        tables = {table: columns for table, columns in (await target.tables()).items() if table not in GONE}
        everything = await source.tables()
        assert {table: set(everything[table]) - set(columns) for table, columns in tables.items()} == {
            table: OLD.get(table, set()) for table in tables
        }
        for table, columns in tables.items():
            async for some in source.read(table, columns):
                await target.add(table, columns, [storable(row) for row in some])
            before[table] = await content(target, table, columns)
        await target.finish()
    assert all(found.rows for found in before.values())
    assert await migrate.upgrade(bare_url) == ("0001", HEAD)
    async with opened(bare_url) as upgraded:
        after = {table: await content(upgraded, table, columns) for table, columns in tables.items()}
        assert after.pop("inbox").rows == before.pop("inbox").rows + len(ASKED_FOR)
        assert after == before
        assert GONE.isdisjoint(await upgraded.tables())
    await wanted_cases(bare_url)
    await goes_on(bare_url)


async def wanted_cases(url: str) -> None:
    """What surveys had asked for before there were cases comes to its lane as events, behind what waits there."""
    store = await open_store(url)
    seen: list[Inbound] = []

    def take(batch: Batch) -> Consequences:
        wanted = [claimed for claimed in batch.events if "case_wanted" in claimed.body]
        seen.extend(msgspec.json.decode(claimed.body, type=Inbound) for claimed in wanted)
        return rows(done=[claimed.id for claimed in wanted])

    assert await store.work(10, NOW + 1, take) > len(ASKED_FOR)
    assert [(event.id, event.at, event.source, event.body) for event in seen] == [
        ("case:s1:support", NOW, Address.of_lane(LANE), CaseWanted("support", "high", "score", "s1", 900_000)),
        ("case:s1:sales", NOW + 1, Address.of_lane(LANE), CaseWanted("sales", "low", "answer", "s1")),
    ]
    assert await store.accept([event("case:s1:support"), event("case:s1:sales")]) == 0
    await store.close()


async def test_t13_upgrading_again_changes_nothing(database_url):
    store = await open_store(database_url)
    await store.watermark("sms", 7)
    await store.close()
    before = await migrate.upgrade(database_url)
    assert before == (HEAD, HEAD)
    assert before.up_to_date
    again = await open_store(database_url)
    assert await again.watermark("sms") == 7
    await again.close()


def test_every_sql_file_has_its_revision_and_the_last_one_is_the_head():
    revisions = [path.read_text() for path in (MIGRATIONS / "versions").glob("*.py") if path.stem != "__init__"]
    files = sorted(path.name for path in MIGRATIONS.glob("*.sql"))
    assert [file for file in files if sum(f'run_sql("{file}")' in text for text in revisions) != 1] == []
    assert [name[:4] for name in files] == [f"{n:04}" for n in range(1, len(files) + 1)]
    assert files[-1].startswith(HEAD)


DYING = """
import asyncio, os, signal, sys
from storage import migrate
whole = migrate.split
def half(text):
    statements = list(whole(text))
    yield from statements[: len(statements) // 2]
    os.kill(os.getpid(), signal.SIGKILL)
migrate.split = half
asyncio.run(migrate.upgrade(sys.argv[1]))
"""


async def test_t13_kill_9_in_the_middle_leaves_the_old_schema(bare_url):
    died = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", DYING, bare_url], cwd=ROOT, capture_output=True, check=False
    )
    assert died.returncode == -9, died.stderr.decode()
    path = schema.sqlite_path(bare_url)
    assert (sqlite_schema(path) if path else await postgres_schema(bare_url)) == []
    await migrate.upgrade(bare_url)
    assert (await migrate.status(bare_url)).up_to_date


async def test_a_broken_statement_leaves_the_old_schema(bare_url, monkeypatch):
    whole = migrate.split
    monkeypatch.setattr(migrate, "split", lambda text: [*whole(text), "CREATE TABLE inbox (id TEXT)"])
    with pytest.raises(StoreUnavailable, match="is as it was"):
        await migrate.upgrade(bare_url)
    assert (await migrate.status(bare_url)).current == ""


async def test_two_upgraders_at_once_upgrade_once(bare_url):
    path = schema.sqlite_path(bare_url)
    if path:
        with WriterLock(path), pytest.raises(StoreUnavailable, match="in use by process"):
            await migrate.upgrade(bare_url)
        return
    await asyncio.gather(migrate.upgrade(bare_url), migrate.upgrade(bare_url), migrate.upgrade(bare_url))
    assert (await migrate.status(bare_url)).up_to_date


async def test_a_store_does_not_open_on_a_missing_schema_and_says_what_to_do(bare_url):
    with pytest.raises(SchemaMismatch, match=r"run\.py db upgrade"):
        await open_store(bare_url)
    path = schema.sqlite_path(bare_url)
    assert path is None or not path.exists()


@pytest.mark.parametrize(("found", "advice"), [("0000", "db backup FILE"), ("9999", "newer version of Echolot")])
async def test_a_store_does_not_open_on_another_schema(database_url, found, advice):
    await _set_revision(database_url, found)
    with pytest.raises(SchemaMismatch, match=rf"has schema {found}.*{advice}"):
        await open_store(database_url)
    await _set_revision(database_url, HEAD)


async def _set_revision(url, revision):
    statement = f"UPDATE alembic_version SET version_num = '{revision}'"  # noqa: S608  # our own constant
    if path := schema.sqlite_path(url):
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute(statement)
        connection.close()
    else:
        server = await asyncpg.connect(url)
        await server.execute(statement)
        await server.close()


async def test_asking_for_the_revision_says_what_is_wrong(tmp_path):
    (tmp_path / "other.db").write_text("no database, but long enough to have a header of its own" * 10)
    with pytest.raises(StoreUnavailable, match="cannot be read as a SQLite database"):
        await schema.current(f"sqlite:///{tmp_path / 'other.db'}")
    with pytest.raises(StoreUnavailable, match="does not answer"):
        await schema.current("postgresql://nobody@127.0.0.1:1/none")


def test_opening_a_store_loads_no_migration_tool():
    """DESIGN §5: Alembic and SQLAlchemy cost more start-up time than the whole server."""
    code = (
        "import sys, storage.opening, storage.postgres, storage.sqlite\n"
        "print([name for name in ('alembic', 'sqlalchemy') if name in sys.modules])"
    )
    told = subprocess.run(  # our own program
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told.stdout == "[]\n"


@pytest.mark.parametrize("text", ["CREATE TABLE a (b TEXT", "-- only words\nSELECT 1"])
def test_a_statement_without_its_end_is_refused(text):
    with pytest.raises(ValueError, match="has no end"):
        list(migrate.split(text))


def test_a_semicolon_in_a_text_or_comment_ends_nothing():
    text = "-- one; two\nINSERT INTO a VALUES ('x;\ny');\n\nSELECT 1; -- last;\n-- words\n"
    assert [line.splitlines()[-1] for line in migrate.split(text)] == ["y');", "SELECT 1; -- last;"]
