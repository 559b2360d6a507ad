"""P14, P15: copies and backups are whole, checked, and conversations go on in them."""

import asyncio
import sqlite3
import stat

import asyncpg
import pytest
from click.testing import CliRunner

import commands.db
from bot.errors import StoreUnavailable
from bot.ports import JournalRow, Parked, Settlement, TimerRow
from storage import backup as backups
from storage import copy as copies
from storage.backup import backup
from storage.copy import Content, NotCopied, copy
from storage.opening import open_store
from storage.schema import HEAD, SchemaMismatch, sqlite_path
from tests.storage.builders import (
    LANE,
    NOW,
    address,
    answer,
    case,
    event,
    finishing,
    leased,
    message,
    rows,
    session,
    states,
    turn,
)


def silent(*_):
    """A progress that nobody looks at."""


@pytest.fixture
def empty_url(tmp_path, request, database_url):
    """The address of an empty database of the other kind than the test's own."""
    if database_url.startswith("postgresql"):
        return f"sqlite:///{tmp_path / 'copy.db'}"
    return request.getfixturevalue("bare_postgres_url")


async def fill(url):
    """A conversation in the middle of everything, with customers' text that PostgreSQL cannot hold as it is."""
    store = await open_store(url)
    await turn(
        store,
        addresses=[address(), address("sms:+492", opted_out_at=NOW, session="s2")],
        sessions=[session(), session("s2", "sms:+492", owner="human", outcome="handed_over")],
        answers=[answer(), answer("why", type="text", value=None, text="a\0b 👩‍👩‍👧")],
        outbox=[message("1"), message("2"), message("sent", "sms:+493"), message("held", "sms:+494")],
        timers=[TimerRow("s1", LANE, NOW + 60_000)],
        journal=[JournalRow("s1", 1, NOW, "{}")],
        cases=[case()],
    )
    first, sent, held = await leased(store)
    assert (first.key, sent.key, held.key) == ("1", "sent", "held")
    await store.settle([
        Settlement(sent.id, "w1", 1, "sent", provider_id="SM1"),
        Settlement(held.id, "w1", 1, "reconciling", not_before=NOW + 1000),
    ])  # fmt: skip
    await store.accept([event("new"), event("bad", "sms:+495"), event("again", "sms:+496")])
    await store.work(
        10,
        NOW,
        lambda batch: rows(
            parked=[
                Parked(claimed.id, "poison" if claimed.lane == "sms:+495" else "new", 1, NOW + 5, "KeyError")
                for claimed in batch.events
                if claimed.lane != LANE
            ]
        ),
    )
    await store.save_revision("rev1", "nps", "id: nps", NOW)
    await store.watermark("sms", NOW)
    await store.close()


async def goes_on(url):
    """The conversation that `fill` left goes on here as it would have there."""
    store = await open_store(url)
    assert await store.accept([event("new"), event("bad", "sms:+495"), event("really new")]) == 1
    assert await store.poison()
    seen = []
    assert await store.work(10, NOW + 5, lambda batch: seen.append(batch) or finishing()(batch)) == 3
    assert sorted(claimed.body[7:-2] for claimed in seen[0].events) == ["again", "new", "really new"]
    assert seen[0].lanes[LANE].version == 1
    assert await leased(store, NOW + 40_000) == []
    assert await states(store, "1", "2", "sent", "held") == ["reconciling", "queued", "sent", "reconciling"]
    looked_up = await store.doubtful("w2", 10, NOW + 40_000, NOW + 70_000, ["sms"])
    assert sorted((lease.key, lease.epoch) for lease in looked_up) == [("1", 2), ("held", 2)]
    await turn(store, outbox=[message("next", "sms:+497")])
    assert await store.tick(NOW + 60_000, 10) == 1
    assert (await store.lane("sms:+492"))["opted_out_at"] == NOW
    assert await store.watermark("sms") == NOW
    [first, *_] = await store.responses()
    assert (first["score"], first["comment"]) == (9, first["comment"])
    await store.close()


async def test_p15_t26_a_copy_arrives_whole_and_conversations_go_on(database_url, empty_url):
    """Both ways: SQLite to PostgreSQL to grow, PostgreSQL to SQLite to leave or to back up."""
    await fill(database_url)
    told = []
    contents = await copy(database_url, empty_url, lambda *step: told.append(step))
    assert {table: found.rows for table, found in contents.items()} == {
        "address": 2, "answer": 2, "case_request": 1, "flow_revision": 1, "inbox": 4, "journal": 1, "outbox": 4,
        "session": 2, "timer": 1, "watermark": 1,
    }  # fmt: skip
    assert ("outbox", 0, 4) in told
    assert ("outbox", 4, 4) in told
    await goes_on(empty_url)


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


async def test_p14_a_backup_of_a_database_in_use_holds_what_was_committed_and_restores(
    database_url, bare_postgres_url, tmp_path
):
    await fill(database_url)
    store = await open_store(database_url)
    await store.accept([event("before", "sms:+499")])
    file = tmp_path / "backup.db"
    contents = await backup(database_url, file, silent)
    await store.accept([event("after", "sms:+499")])
    await store.close()
    assert contents["inbox"].rows == 5
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("backup")] == ["backup.db"]
    restored = await copy(f"sqlite:///{file}", bare_postgres_url, silent)
    assert {table: found.rows for table, found in restored.items()} == {
        table: found.rows for table, found in contents.items()
    }
    opened = await open_store(f"sqlite:///{file}")
    assert await opened.accept([event("before", "sms:+499"), event("after", "sms:+499")]) == 1
    await opened.close()


async def test_p14_t21_backups_while_others_write_are_one_moment(database_url, tmp_path):
    """Each turn writes an event, a session and a message; a backup has equally many of each."""
    store = await open_store(database_url)
    written = 0

    async def write():
        nonlocal written
        while written < 60:
            key = f"s{written}"
            await turn(store, f"sms:+{written}", sessions=[session(key)], outbox=[message(key, f"sms:+{written}")])
            written += 1
            await asyncio.sleep(0)

    writing = asyncio.create_task(write())
    for n in range(3):
        await asyncio.sleep(0.01)
        acked = written
        contents = await backup(database_url, tmp_path / f"{n}.db", silent)
        assert contents["session"].rows == contents["outbox"].rows >= acked
    await writing
    await store.close()


async def test_p14_t21_a_write_between_two_pages_neither_appears_nor_starts_a_backup_again(
    sqlite_url, tmp_path, monkeypatch
):
    monkeypatch.setattr(backups, "PAGES", 1)
    await fill(sqlite_url)
    writer = sqlite3.connect(sqlite_path(sqlite_url))
    steps = []

    def write(*step):
        steps.append(step)
        assert len(steps) < 5000
        with writer:
            writer.execute("INSERT INTO watermark VALUES (?, 1)", (f"channel{len(steps)}",))

    contents = await backup(sqlite_url, tmp_path / "backup.db", write)
    assert contents["watermark"].rows == 1
    assert len(steps) == steps[0][2]
    writer.close()


async def test_p14_a_backup_replaces_nothing(database_url, tmp_path):
    file = tmp_path / "backup.db"
    file.write_text("precious")
    with pytest.raises(NotCopied, match="exists already"):
        await backup(database_url, file, silent)
    assert file.read_text() == "precious"
    with pytest.raises(NotCopied, match="does not exist"):
        await backup(database_url, tmp_path / "nowhere" / "backup.db", silent)


async def test_p14_a_backup_that_is_damaged_or_differs_is_not_kept(database_url, tmp_path, monkeypatch):
    await fill(database_url)
    verify = backups._verify

    async def damage(partial, expected):
        content = bytearray(partial.read_bytes())
        content[8192:12288] = b"\xff" * 4096
        partial.write_bytes(content)
        await verify(partial, expected)

    async def change(partial, expected):
        connection = sqlite3.connect(partial)
        with connection:
            connection.execute("UPDATE answer SET value = 1 WHERE question = 'score'")
        connection.close()
        await verify(partial, expected)

    for fault, told in [(damage, "damaged|malformed"), (change, "differs from the database in answer")]:
        monkeypatch.setattr(backups, "_verify", fault)
        with pytest.raises((NotCopied, StoreUnavailable), match=told):
            await backup(database_url, tmp_path / "backup.db", silent)
        assert not list(tmp_path.glob("backup*"))


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
