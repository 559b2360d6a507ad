"""People from files on the command line: dry run, import, again, interrupted, beside a server; show, find, merge."""

import asyncio
import csv
import json
import os
import random
import shutil

import pytest
from click.testing import CliRunner

from bot.errors import StoreUnavailable
from bot.fields import Reader
from commands import contacts as people
from commands import import_, importing, send, why
from commands.address_keys import KEY_FILE
from commands.importing import Import, saved, tried, ways
from integrations.imports.columns import Columns
from integrations.imports.source import opened
from settings import Settings
from storage import contacts
from storage.lock import WriterLock
from storage.trial import trial
from tests.storage.people import NAMES, NOW, query

CHANNELS = {
    "telegram": {"kind": "telegram", "token": "1:" + "a" * 35, "webhook_secret": "s" * 40},
    "sms": {"kind": "twilio", "account_sid": "AC" + "0" * 32, "auth_token": "secret", "from": "+4930555010"},
}
FILE = """Kundennr;Vorname;Nachname;Mobil;Sprache;Rechtsgrundlage;consent.source;consent.at;consent.wording
1;Ada;Lovelace;0151 12345678;de;Einwilligung;Kasse;31.01.2026;Ja, gern
2;Bob;Ford;0151 12345679;en;;;;
3;Eve;Holt;+49 12;de;;;;
4;Zoe;Zorn;0151 12345678;de;;;;
1;;;+4915187654321;;;;;
"""
FIGURES = "5 rows: 2 new, 1 changed, 0 same, 1 refused, 0 suppressed, 1 doubtful"


@pytest.fixture
def home(tmp_path, sqlite_template, monkeypatch):
    """A folder with settings, a database and a file."""
    shutil.copy(sqlite_template, tmp_path / "echolot.db")
    (tmp_path / "echolot.yaml").write_text(json.dumps({"channels": CHANNELS}))
    (tmp_path / "people.csv").write_text(FILE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(command, *arguments):
    """A command's result."""
    return CliRunner().invoke(command, [str(each) for each in arguments])


def bring_in(*arguments):
    """`run.py import contacts people.csv`."""
    return run(import_.command, "contacts", "people.csv", *arguments)


def exported():
    """Everybody, as `run.py contacts export` writes them."""
    return [json.loads(line) for line in run(people.command, "export").stdout.splitlines()]


def test_a_dry_run_says_what_an_import_does_and_writes_nothing(home):
    """The same figures; the same again changes no contact."""
    dry = bring_in("--dry-run")
    assert f"A dry run of {FIGURES}" in dry.stdout
    assert exported() == []
    assert not (home / KEY_FILE).exists()
    done = bring_in()
    assert f"\n{FIGURES}" in done.stdout
    before = exported()
    assert sorted(each["name"] for each in before) == ["Ada Lovelace", "Bob Ford"]
    again = bring_in()
    assert "0 new, 0 changed, 3 same, 1 refused" in again.stdout
    assert exported() == before


def test_columns_and_consent_are_told(home):
    """What was understood is shown, and how many there is no basis for (C14)."""
    told = bring_in().stdout
    assert "UTF-8 text, columns divided by semicolons" in told
    assert "Mobil            →  addresses.sms" in told
    assert "2 of them say nothing complete about consent" in told


def test_every_refused_row_is_reported(home):
    """With file, row, column, a part of the value, the reason and what to do; no number in full."""
    result = bring_in("--report", "refused.csv")
    rows = list(csv.DictReader((home / "refused.csv").read_text("utf-8-sig").splitlines()))
    assert [(row["file"], row["row"], row["column"]) for row in rows] == [
        ("people.csv", "4", "Mobil"),
        ("people.csv", "5", ""),
    ]
    assert "area code" in rows[0]["reason"]
    assert "with its country" in rows[0]["what to do"]
    assert "12345678" not in result.output + (home / "refused.csv").read_text("utf-8-sig")


def test_a_dry_run_needs_no_database(home):
    """Whoever looks before they begin has none yet."""
    (home / "echolot.db").unlink()
    assert FIGURES in bring_in("--dry-run").stdout
    assert not (home / "echolot.db").exists()
    assert FIGURES in bring_in().stdout


def test_beside_another_command_an_import_says_who_is_in_the_way(home, monkeypatch):
    """SQLite has one writer, and this one takes no calls; a dry run works all the same."""
    monkeypatch.setattr(send, "STARTING", 0.0)
    with WriterLock(home / "echolot.db"):
        refused = bring_in()
        assert refused.exit_code == 1
        assert f"Process {os.getpid()} uses the database" in str(refused.exception)
        assert FIGURES in bring_in("--dry-run").stdout


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--channel", "fax=Mobil"), "cannot be 'addresses.fax'"),
        (("--channel", "sms=Handy"), "no column 'Handy'"),
        (("--channel", "sms"), "NAME=COLUMN"),
    ],
)
def test_options_that_do_not_fit(home, arguments, why):
    """Before anything is read."""
    result = bring_in(*arguments)
    assert result.exit_code
    assert why in result.output + str(result.exception)


def test_a_file_by_which_nobody_can_be_found(home):
    """It says how to name the column."""
    (home / "people.csv").write_text("Vorname;Notiz\nAda;x\n")
    assert "--channel sms=COLUMN" in str(bring_in().exception)


def test_people_are_shown_found_merged_and_written_down(home):
    """By id, external id and address; what spreadsheets take for formulas is defused."""
    bring_in()
    ada, bob = (next(each for each in exported() if each["external"] == key) for key in "12")
    for who in (ada["id"], "1", "sms:+4915187654321", "sms:0151 / 876543-21", "sms:0049 (0)151 87654321"):
        assert json.loads(run(people.command, "show", who, "--json").stdout)["id"] == ada["id"]
        assert "Nothing was ever decided" in run(why.command, who).stdout
    assert "no contact 'sms:0151 99999999'" in str(run(why.command, "sms:0151 99999999").exception)
    assert "a number with its country" in str(run(why.command, "sms:nonsense").exception)
    assert "Ada Lovelace" in run(people.command, "show", "1").stdout
    assert run(people.command, "find", "LOVELACE").stdout.split()[0] == ada["id"]
    assert "no contact" in str(run(people.command, "show", "sms:nonsense").exception).lower()
    assert "No contact" in str(run(people.command, "find", "nobody at all").exception)
    assert run(people.command, "merge", bob["id"], ada["id"]).exit_code == 0
    [both] = exported()
    assert (both["id"], len(both["addresses"])) == (ada["id"], 3)
    assert "'+49" in run(people.command, "export", "--format", "csv").stdout
    assert run(people.command, "merge", "nobody", ada["id"]).exit_code == 1


# What follows is the import itself, on both databases.


class Watched(Import):
    """An import that keeps what was refused."""

    def __init__(self, path):
        source = opened(path)
        self.refused = []
        columns = Columns(source.columns, {name: each["kind"] for name, each in CHANNELS.items()})
        reader = Reader(ways(Settings(channels=CHANNELS)), NAMES, "DE")
        super().__init__(source, columns, reader, self.refused.append)


def rows(seed, count=60):
    """A file with repeats, corrections, contradictions and mistakes, the same for the same seed."""
    chance = random.Random(seed)
    lines = ["Kundennr;Name;Mobil;Telegram-ID;Region"]
    for _ in range(count):
        who = chance.randrange(25)
        number = f"0151 123456{chance.choice([who, who, who, chance.randrange(25)]):02}"
        cells = (f"K{who}", chance.choice(["", "A", "B"]), number, str(1000 + who), chance.choice(["", "Nord", "Süd"]))
        lines.append(";".join(cell if chance.random() < 0.7 else "" for cell in cells))
    return "\n".join([*lines, "K1;;+49 12;;"])


async def told(path, save):
    """The counts and what was refused."""
    running = Watched(path)
    await running.run(save, lambda: NOW)
    return dict(running.counts), running.refused


def into(store):
    """How people are saved there."""

    async def save(found, consents, now):
        return await store.run(lambda: saved(found, consents, now))

    return save


@pytest.mark.parametrize("seed", range(4))
async def test_a_dry_run_over_many_batches_gives_the_same_figures(store, tmp_path, monkeypatch, seed):
    """Also where people come again in a later batch, and where some are known before."""
    monkeypatch.setattr(importing, "BATCH", 7)
    (tmp_path / "before.csv").write_text(rows(seed + 100, 12))
    (tmp_path / "k.csv").write_text(rows(seed))
    await told(tmp_path / "before.csv", into(store))
    count = await store.read(contacts.count)

    async with trial(store) as trying:

        async def looked(found, consents, now):
            return tried(found, consents, await trying.save(found, now), now)

        expected, refused = await told(tmp_path / "k.csv", looked)
    assert await store.read(contacts.count) == count
    done, really = await told(tmp_path / "k.csv", into(store))
    assert done == expected
    assert [each.row for each in really] == [each.row for each in refused]
    assert len(really) > 1


async def test_a_dry_run_finds_known_people_by_an_address_of_the_same_file(store, tmp_path, monkeypatch):
    """Somebody from before gets an address in one batch and is meant by nothing else in the next."""
    monkeypatch.setattr(importing, "BATCH", 1)
    (tmp_path / "before.csv").write_text("Kundennr;Telegram-ID;Name\nK1;;A\n")
    (tmp_path / "k.csv").write_text("Kundennr;Telegram-ID;Name\nK1;77;\n;77;B\n;77;B\n")
    await told(tmp_path / "before.csv", into(store))
    async with trial(store) as trying:

        async def looked(found, consents, now):
            return tried(found, consents, await trying.save(found, now), now)

        counts, _ = await told(tmp_path / "k.csv", looked)
    assert (counts["changed"], counts["same"], counts["rows"]) == (2, 1, 3)


async def test_an_interrupted_import_is_run_again(store, tmp_path, monkeypatch):
    """What was saved stays; the second run ends where an uninterrupted one would."""
    monkeypatch.setattr(importing, "BATCH", 5)
    (tmp_path / "k.csv").write_text("\n".join(["Kundennr;Mobil", *(f"K{n};0151 100000{n:02}" for n in range(23))]))
    save, calls = into(store), 0

    async def breaks(found, consents, now):
        nonlocal calls
        calls += 1
        if calls == 3:
            raise StoreUnavailable("gone")
        return await save(found, consents, now)

    with pytest.raises(StoreUnavailable):
        await told(tmp_path / "k.csv", breaks)
    assert await store.read(contacts.count) == 10
    counts, _ = await told(tmp_path / "k.csv", save)
    assert (counts["same"], counts["new"]) == (10, 13)
    assert await store.read(contacts.count) == 23


async def test_c14_only_complete_consent_is_a_basis(store, tmp_path):
    """C14: it is recorded with the person, once however often the file comes; of the others there is none."""
    (tmp_path / "k.csv").write_text(FILE)
    for _ in range(2):
        counts, _ = await told(tmp_path / "k.csv", into(store))
        assert counts["no basis"] == 2
    events = await query(store, "SELECT contact, basis, source_ref, wording FROM consent_event")
    [(contact, *what)] = events
    assert what == ["consent", "Kasse", "Ja, gern"]
    assert (await store.read(lambda: contacts.contact(contact))).external == "1"


async def test_imports_beside_each_other(store, tmp_path):
    """Two people press the button at once: every contact is there once."""
    (tmp_path / "k.csv").write_text("\n".join(["Kundennr;Mobil", *(f"K{n};0151 100000{n:02}" for n in range(50))]))
    both = await asyncio.gather(*(told(tmp_path / "k.csv", into(store)) for _ in range(2)))
    assert sum(counts.get("new", 0) for counts, _ in both) == 50
    assert sum(counts.get("same", 0) for counts, _ in both) == 50
