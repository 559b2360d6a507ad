"""`run.py user`: people are let in and shut out, beside a running server and without one."""

import re

import pytest
from click.testing import CliRunner

from commands import account_calls
from commands.user import command
from web.people_shapes import PersonChanged

LINK = re.compile(r"http://127\.0\.0\.1:\d+/welcome/[\w-]{43}")


@pytest.fixture
def run(tmp_path, monkeypatch):
    """The command on a database of its own; says what it said."""
    config = tmp_path / "echolot.yaml"
    config.write_text("database_url: sqlite:///e.db\n")
    monkeypatch.setenv("ECHOLOT_CONFIG", str(config))

    def called(*arguments):
        return CliRunner().invoke(command, arguments)

    return called


def test_somebody_is_let_in_shut_out_and_let_in_again(run):
    """Each with what there is to say."""
    first = run("add", "Anna@Example.com", "--role", "admin", "--name", "Anna", "--language", "de")
    assert LINK.search(first.output)
    assert LINK.search(run("add", "ben@example.com", "--role", "agent:acme", "--role", "viewer").output)
    assert run("role", "ben@example.com", "--give", "author").output == "Done.\n"
    assert run("role", "ben@example.com", "--take", "viewer").output == "Done.\n"
    assert run("disable", "ben@example.com").exit_code == 0
    lines = run("list").output.splitlines()
    assert [line.split()[:3] for line in lines] == [
        ["anna@example.com", "invited", "admin"],
        ["ben@example.com", "disabled", "agent:acme,"],
    ]
    assert run("enable", "ben@example.com").exit_code == 0
    again = LINK.search(run("reset", "anna@example.com").output)
    assert again[0] not in first.output
    assert '"roles":["agent:acme","author"]' in run("list", "--json").output


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("add", "anna", "--role", "admin"), "no e-mail address"),
        (("add", "anna@example.com", "--role", "boss"), "no role"),
        (("disable", "nobody@example.com"), "nobody"),
        (("role", "anna@example.com"), "--give ROLE or --take ROLE"),
        (("role", "anna@example.com", "--give", "a", "--take", "b"), "--give ROLE or --take ROLE"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(run, arguments, why):
    """And nothing has happened."""
    done = run(*arguments)
    assert done.exit_code
    assert why in done.output + str(done.exception)


def test_beside_a_running_server_it_asks_the_server(run, monkeypatch):
    """Which alone may write to a SQLite file."""
    asked = []

    def call(server, path, body):
        asked.append((server, path, body))
        return {"id": "u1", "link": "http://x/welcome/t", "expires_at": "2026-11-22T05:00:00.000Z"}

    monkeypatch.setattr(account_calls, "running", lambda _file: {"url": "http://x"})
    monkeypatch.setattr(account_calls, "call", call)
    assert "http://x/welcome/t" in run("reset", "ben+1@example.com").output
    role = {"email": "c@example.com", "roles": ["viewer"], "name": "", "language": "en"}
    run("add", "c@example.com", "--role", "viewer")
    assert asked == [
        ({"url": "http://x"}, "/api/v1/people/ben%2B1%40example.com/acts", {"act": "reset", "role": ""}),
        ({"url": "http://x"}, "/api/v1/people", role),
    ]
    assert PersonChanged("u1").link == ""
