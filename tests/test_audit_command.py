"""`run.py audit`: the trail is followed, printed and trimmed from the command line (S39, C12)."""

import json
import os
import pwd
import sqlite3

import pytest
from click.testing import CliRunner

import commands.assemble
from commands import account_calls
from commands.audit import DAY, command
from commands.contacts import command as contacts
from commands.export import command as responses
from commands.send import NotSent
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


EXPORTS = [(responses, ("responses",), "responses"), (contacts, ("export",), "contacts")]


@pytest.mark.parametrize(("exporting", "arguments", "what"), EXPORTS)
def test_s39_an_export_on_the_command_line_is_noted(run, monkeypatch, exporting, arguments, what):
    """By whom the operating system says, whatever the environment says."""
    for name in ("USER", "LOGNAME", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "somebody-else")
    done = CliRunner().invoke(exporting, arguments)
    assert (done.exit_code, done.stdout) == (0, "")
    entry = json.loads(run("export").output.splitlines()[0])
    assert (entry["act"], entry["actor"]) == (f"exported_{what}", "operator")
    assert entry["facts"] == {"from": "command line", "user": pwd.getpwuid(os.getuid()).pw_name}
    assert run("verify").output == "4 entries, and the chain holds.\n"


@pytest.mark.parametrize(("exporting", "arguments", "what"), EXPORTS)
def test_s39_beside_a_server_it_is_the_server_who_notes_an_export(run, monkeypatch, exporting, arguments, what):
    """Somebody without a name goes by their number; what the server could not note is not shown."""
    asked = []

    def call(_server, path, body):
        asked.append((path, body))
        return body

    monkeypatch.setattr(account_calls, "running", lambda _file: {"url": "http://x", "key": "k"})
    monkeypatch.setattr(account_calls, "call", call)
    monkeypatch.setattr(os, "getuid", lambda: 987_654_321)
    assert CliRunner().invoke(exporting, arguments).exit_code == 0
    assert asked == [("/api/v1/exports", {"what": what, "user": "987654321"})]

    def down(*_asked):
        raise NotSent("down")

    monkeypatch.setattr(account_calls, "call", down)
    looked = []
    monkeypatch.setattr(f"commands.{'export' if what == 'responses' else 'contacts'}.look", looked.append)
    assert isinstance(CliRunner().invoke(exporting, arguments).exception, NotSent)
    assert looked == []


def test_s39_who_exports_from_nothing_makes_no_database(run):
    """And leaves no trace where there is nothing."""
    run.file.unlink()
    assert CliRunner().invoke(responses, ["responses"]).exit_code == 1
    assert not run.file.exists()
