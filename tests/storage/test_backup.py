"""P14: a backup is one moment of a database in use, checked, and restores."""

import asyncio
import sqlite3
import stat

import pytest

from bot.errors import StoreUnavailable
from storage import backup as backups
from storage.backup import backup
from storage.copy import NotCopied, copy
from storage.opening import open_store
from storage.schema import sqlite_path
from tests.storage.builders import (
    event,
    message,
    session,
    silent,
    turn,
)
from tests.storage.conversation import fill


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
            await turn(
                store, f"sms:+{written}", sessions=[session(key)], outbox=[message(key, f"sms:+{written}", session=key)]
            )
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
