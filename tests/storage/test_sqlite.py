"""What only SQLite has to show: its settings, one writing process, a full disk, a file somebody else holds."""

import asyncio
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from bot.errors import StoreUnavailable
from storage.lock import WriterLock, holder, lock_path
from storage.opening import open_store
from storage.schema import sqlite_path
from tests.storage.builders import NOW, event, finishing, leased, message, session, states, turn

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def store(sqlite_url):
    opened = await open_store(sqlite_url)
    yield opened
    await opened.close()


@pytest.fixture
def file(sqlite_url):
    return sqlite_path(sqlite_url)


async def test_p1_the_settings_that_the_promises_rest_on(store):
    def pragma(name):
        return store._writer.execute(f"PRAGMA {name}").fetchone()[0]

    names = (
        "journal_mode",
        "synchronous",
        "busy_timeout",
        "foreign_keys",
        "trusted_schema",
        "secure_delete",
        "fullfsync",
    )
    assert [pragma(name) for name in names] == ["wal", 2, 5000, 1, 0, 1, 1]


async def test_the_reader_cannot_write_and_never_checkpoints(store):
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await store._reader.execute("DELETE FROM inbox")


async def test_a_second_opening_is_refused_and_names_the_holder(store, sqlite_url, file):
    with pytest.raises(StoreUnavailable, match=r"in use by process \d+.*use PostgreSQL"):
        await open_store(sqlite_url)
    store.announce({"port": 8000})
    assert holder(file)["port"] == 8000
    await store.accept([event("still works")])


async def test_another_process_is_refused_while_the_lock_is_held(store, sqlite_url):
    code = "import asyncio, sys; from storage.opening import open_store; asyncio.run(open_store(sys.argv[1]))"
    other = subprocess.run(  # noqa: ASYNC221  # our own program, and nothing else goes on here
        [sys.executable, "-c", code, sqlite_url], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert other.returncode == 1
    assert "StoreUnavailable" in other.stderr


async def test_p12_the_lock_of_a_process_that_was_killed_is_free(sqlite_url, file):
    code = (
        "import os, signal, sys, pathlib; from storage.lock import WriterLock\n"
        "lock = WriterLock(pathlib.Path(sys.argv[1])); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code, str(file)], cwd=ROOT, check=False)  # noqa: ASYNC221  # see above
    assert lock_path(file).exists()
    assert holder(file) is None
    await (await open_store(sqlite_url)).close()


def test_nobody_holds_a_file_that_was_never_locked(tmp_path):
    assert holder(tmp_path / "new.db") is None
    with WriterLock(tmp_path / "new.db"):
        assert holder(tmp_path / "new.db")
    assert holder(tmp_path / "new.db") is None


async def test_t7_t9_p13_a_full_disk_refuses_whole_calls_and_is_over_by_itself(store):
    """SQLITE_FULL at many points of growth: nothing of a refused call stays, everything acknowledged does."""
    await turn(store, sessions=[session()], outbox=[message("before")])
    writer = store._writer
    pages = writer.execute("PRAGMA page_count").fetchone()[0]
    acked, refused = 0, 0
    for spare in range(0, 40, 2):
        writer.execute(f"PRAGMA max_page_count={pages + spare}")
        for n in range(20):
            events = [event(f"{spare}-{n}-{part}", "sms:+492", body="x" * 1500) for part in range(3)]
            try:
                assert await store.accept(events) == 3
            except StoreUnavailable as error:
                assert "full" in str(error)  # noqa: PT017  # most calls succeed
                refused += 1
                break
            acked += 3
    assert acked
    assert refused > 10
    with pytest.raises(StoreUnavailable):
        await store.work(1000, NOW, finishing(outbox=[message(f"big{n}", payload="x" * 9000) for n in range(40)]))
    assert (await store.counts())["inbox_new"] == acked
    assert await store.outbound("big0") is None
    writer.execute("PRAGMA max_page_count=1000000")
    assert await store.accept([event("after")]) == 1
    assert [lease.key for lease in await leased(store)] == ["before"]
    assert writer.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


async def test_t9_a_file_that_another_program_holds_is_unavailable_until_it_lets_go(store, file):
    store._writer.execute("PRAGMA busy_timeout=1")
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for call in (
        lambda: store.accept([event("a")]),
        lambda: store.work(10, NOW, finishing()),
        lambda: leased(store),
        lambda: store.tick(NOW, 10),
        lambda: store.settle([]),
        lambda: store.watermark("sms", NOW),
    ):
        with pytest.raises(StoreUnavailable, match="locked"):
            await call()
    assert (await store.counts())["inbox_new"] == 0
    other.execute("ROLLBACK")
    other.close()
    assert await store.accept([event("a")]) == 1


async def test_t9_a_long_reader_holds_up_no_writer(store, file):
    reader = sqlite3.connect(file, isolation_level=None)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM inbox").fetchone() == (0,)
    await turn(store, outbox=[message("m")])
    assert await states(store, "m") == ["queued"]
    assert reader.execute("SELECT count(*) FROM inbox").fetchone() == (0,)
    reader.close()


async def test_p1_what_was_accepted_is_there_after_an_unclean_stop(sqlite_url, file):
    code = (
        "import asyncio, os, signal, sys\n"
        "from storage.opening import open_store\n"
        "from tests.storage.builders import event\n"
        "async def main():\n"
        "    store = await open_store(sys.argv[1])\n"
        "    print(await store.accept([event(str(n)) for n in range(50)]), flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(main())"
    )
    died = subprocess.run(  # noqa: ASYNC221  # see above
        [sys.executable, "-c", code, sqlite_url], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert died.returncode == -9
    assert died.stdout.endswith("50\n")
    store = await open_store(sqlite_url)
    assert (await store.counts())["inbox_new"] == 50
    await store.close()


async def test_t8_a_damaged_file_is_unavailable_and_blames_no_event(sqlite_url, file):
    connection = sqlite3.connect(file)
    (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'inbox'").fetchone()
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    with file.open("r+b") as raw:
        raw.seek((root - 1) * size)
        raw.write(b"\x17" * size)
    store = await open_store(sqlite_url)
    with pytest.raises(StoreUnavailable, match="malformed"):
        await store.accept([event("1")])
    await store.close()


async def test_whoever_is_about_to_end_is_waited_for(sqlite_url):
    store = await open_store(sqlite_url)
    opening = asyncio.create_task(open_store(sqlite_url, patience=30))
    await asyncio.sleep(0.3)
    assert not opening.done()
    await store.close()
    await (await opening).close()


async def test_whoever_serves_is_not_waited_for(store, sqlite_url):
    store.announce({"url": "http://127.0.0.1:1"})
    with pytest.raises(StoreUnavailable, match="in use by process"):
        await open_store(sqlite_url, patience=30)
