"""`run.py audit`: the trail is followed, printed and trimmed from the command line (S39, C12)."""

import json
import sqlite3

import pytest
from click.testing import CliRunner

import commands.assemble
from commands.audit import DAY, command
from commands.user import command as user


@pytest.fixture
def run(tmp_path, monkeypatch):
    """The command on a database in which three things have happened."""
    config = tmp_path / "echolot.yaml"
    config.write_text("database_url: sqlite:///e.db\n")
    monkeypatch.setenv("ECHOLOT_CONFIG", str(config))
    for name in ("anna", "ben", "cleo"):
        CliRunner().invoke(user, ["add", f"{name}@example.com", "--role", "admin"])

    def called(*arguments, said=None):
        return CliRunner().invoke(command, arguments, input=said)

    called.file = tmp_path / "e.db"
    return called


def test_s39_the_chain_holds_and_can_be_printed(run):
    """A line for each entry, the newest first, in which nobody's address stands."""
    assert run("verify").output == "3 entries, and the chain holds.\n"
    lines = [json.loads(line) for line in run("export").output.splitlines()]
    assert [line["n"] for line in lines] == [3, 2, 1]
    assert lines[0]["prev_hash"] == lines[1]["hash"]
    assert lines[0]["facts"] == {"roles": "admin:*:*"}
    assert "example.com" not in str(lines)


def test_s39_a_change_by_hand_shows(run):
    """Of somebody who has taken the database's own guard away; and nothing is forgotten then."""
    with sqlite3.connect(run.file) as connection:
        connection.execute("DROP TRIGGER audit_stays")
        connection.execute("UPDATE audit SET actor = 'me' WHERE n = 2")
    connection.close()
    done = run("verify")
    assert done.exit_code == 1
    assert "does not hold at 2" in str(done.exception)
    assert "does not hold" in str(run("trim", "--yes").exception)


def test_c12_what_is_too_old_is_forgotten(run, monkeypatch):
    """Two years and a day later; the rest can still be checked."""
    assert run("trim", "--yes").output == "Nothing is that old.\n"
    assert run("trim", said="n\n").exit_code == 1
    now = commands.assemble.epoch_ms()
    monkeypatch.setattr(commands.assemble, "epoch_ms", lambda: now + 732 * DAY)
    assert run("trim", "--yes").output == "3 entries are gone.\n"
    assert run("verify").output == "1 entries, and the chain holds.\n"
