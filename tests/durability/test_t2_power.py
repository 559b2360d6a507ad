"""T2: the power fails at any moment; SQLite comes back whole and with all that was acknowledged (RELIABILITY §1.4)."""

import contextlib
import hashlib
import itertools
import random
import shutil
import sqlite3

import pytest

import storage.sqlite
from bot.messages import Address, Inbound, Said
from bot.rows import Settlement
from bot.runtime.intake import Intake
from bot.runtime.office import Office
from bot.runtime.worker import Worker
from flows import library
from tests.durability.disk import Disk, Writer, image
from tests.durability.invariants import TABLES, Broken, intact
from tests.durability.seeds import fresh_seed

PEOPLE = 6
NOW = 1_800_000_000_000
FILES = ("echolot.db", "echolot.db-wal")


class History:
    """What a run of the store wrote to the disk, and in which state it was after each of its answers."""

    def __init__(self, start: bytes, disk: Disk) -> None:
        self.start = {FILES[0]: start, FILES[1]: b""}
        self.disk = disk
        self.states: list[tuple[int, str]] = []  # (length of the log, digest of all rows)

    def acknowledged(self, connection) -> None:
        """The store has answered: from now on this state may not be lost."""
        self.states.append((len(self.disk.log), digest(connection)))


def digest(connection) -> str:
    """All rows of all tables in one word."""
    rows = (connection.execute(f"SELECT * FROM {table} ORDER BY {key}").fetchall() for table, key in TABLES.items())  # noqa: S608
    return hashlib.sha256(repr([[tuple(row) for row in table] for table in rows]).encode()).hexdigest()


async def history(folder, template, monkeypatch, *, changed=None, checkpoint_every=0) -> History:
    """Conversations on the real store, whose disk remembers. `changed` replaces pragmas of the product's."""
    path = folder / FILES[0]
    shutil.copy(template, path)
    disk = Disk()
    told = History(path.read_bytes(), disk)
    pragmas = [(changed or {}).get(pragma, pragma) for pragma in storage.sqlite._PRAGMAS]
    pragmas += [f"wal_autocheckpoint={checkpoint_every}"] if checkpoint_every else []
    monkeypatch.setattr(storage.sqlite, "connect", lambda path: Writer(path, disk, pragmas, told.acknowledged))
    store = await storage.sqlite.SqliteStore.open(path)
    try:
        told.acknowledged(store._writer)
        await conversations(store)
    finally:
        await store.close()
    return told


async def conversations(store):
    """People are asked, answer, are asked why, and tell."""
    shelf = library.load()
    now = itertools.count(NOW)
    intake = Intake(store, lambda: next(now))
    office, worker = Office(store, shelf, intake, lambda: next(now)), Worker(store, shelf, lambda: next(now))
    people = [Address("sms", f"+49151000000{index}") for index in range(PEOPLE)]
    sent = 0
    for person in people:
        await office.invite("after-support", person, language="en")
    for text in ("3", "It took a week", "thanks"):
        while await worker.step():
            pass
        while leased := await store.lease("w", 2, next(now), NOW + 10**6, ["sms"]):
            sent += len(leased)
            await store.settle([Settlement(row.id, "w", row.epoch, "sent", provider_id=row.key) for row in leased])
        for person in people:
            await intake.accept([Inbound(f"{text}{person.chat}", NOW, person, Said(text))])
    assert sent == 3 * PEOPLE


def check_images(told: History, count: int, dice: random.Random, folder) -> None:
    """Cut the power `count` times, each at some moment of the history. Raises Broken."""
    for _ in range(count):
        moment = dice.randrange(told.states[0][0], len(told.disk.log) + 1)
        files = image(told.start, told.disk.log[:moment], dice)
        for name in FILES:
            (folder / name).write_bytes(files.get(name, b""))
        (folder / f"{FILES[0]}-shm").unlink(missing_ok=True)
        acknowledged = max(index for index, (length, _) in enumerate(told.states) if length <= moment)
        may_be = [state for _, state in told.states[acknowledged : acknowledged + 2]]
        try:
            intact(folder / FILES[0])
            with contextlib.closing(sqlite3.connect(folder / FILES[0])) as connection:
                found = digest(connection)
        except sqlite3.DatabaseError as error:
            raise Broken(f"a power cut after write {moment} damages the database: {error}") from error
        if found not in may_be:
            what = "half a transaction" if found not in [state for _, state in told.states] else "a state already left"
            raise Broken(f"P1: a power cut after write {moment} brings back {what}")


@pytest.mark.parametrize("checkpoint_every", [0, 40], ids=["rarely checkpointed", "often checkpointed"])
async def test_t2_p1_a_power_cut_loses_nothing_acknowledged(sqlite_template, tmp_path, monkeypatch, checkpoint_every):
    await power_cuts(250, sqlite_template, tmp_path, monkeypatch, checkpoint_every)


@pytest.mark.nightly
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("checkpoint_every", [0, 40], ids=["rarely checkpointed", "often checkpointed"])
async def test_t2_ten_thousand_images(sqlite_template, tmp_path, monkeypatch, checkpoint_every):
    await power_cuts(5_000, sqlite_template, tmp_path, monkeypatch, checkpoint_every)


async def power_cuts(count, template, folder, monkeypatch, checkpoint_every):
    told = await history(folder, template, monkeypatch, checkpoint_every=checkpoint_every)
    written = {operation.file for operation in told.disk.log}
    assert written == (set(FILES) if checkpoint_every else {FILES[1]} | written), "the workload writes what it should"
    check_images(told, count, random.Random(fresh_seed()), folder)


@pytest.mark.parametrize(("level", "harm"), [("NORMAL", "a state already left"), ("OFF", "power cut|integrity_check")])
async def test_t2_t27_with_less_than_full_the_check_finds_losses(sqlite_template, tmp_path, monkeypatch, level, harm):
    """Negative control: the model can tell right from wrong."""
    changed = {"synchronous=FULL": f"synchronous={level}"}
    told = await history(tmp_path, sqlite_template, monkeypatch, changed=changed, checkpoint_every=40)
    with pytest.raises(Broken, match=harm):
        check_images(told, 250, random.Random(fresh_seed()), tmp_path)


def test_t2_the_product_asks_for_full():
    """The test above is only worth something while this is what it replaces."""
    assert "synchronous=FULL" in storage.sqlite._PRAGMAS
