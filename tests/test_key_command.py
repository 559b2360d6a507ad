"""`run.py key`: keys are made, listed and revoked, beside a running server and without one (S19)."""

import re

import pytest
from click.testing import CliRunner

from commands import account_calls
from commands.key import command
from web.key_shapes import KeyChanged


@pytest.fixture
def run(tmp_path, monkeypatch):
    """The command on a database of its own."""
    config = tmp_path / "echolot.yaml"
    config.write_text("database_url: sqlite:///e.db\n")
    monkeypatch.setenv("ECHOLOT_CONFIG", str(config))

    def called(*arguments):
        return CliRunner().invoke(command, arguments)

    return called


def test_s19_a_key_is_made_listed_and_revoked(run):
    """Its secret is printed once, the list shows how it begins."""
    first = run("add", "crm", "--scope", "read", "--scope", "cases", "--desk", "support")
    [key] = re.findall(r"eck_[\w-]{43}", first.output)
    assert "It holds until 2" in first.output
    assert "run.py key revoke bi" in run("add", "bi", "--scope", "read", "--days", "0").output
    listed = run("list").output
    assert key not in listed
    assert f"{key[:8]}…  active   never used        read, cases, desk support" in listed
    assert run("revoke", "crm").output == "Revoked.\n"
    assert "revoked" in run("list").output
    assert "no key 'crm' that holds" in str(run("revoke", "crm").exception)
    assert "take another name" in str(run("add", "crm", "--scope", "read").exception)
    assert run("add", "x", "--scope", "people").exit_code == 2


def test_s19_beside_a_server_it_is_the_server_who_writes(run, monkeypatch):
    """By its own address and the key of the operator."""
    asked = []
    monkeypatch.setattr(account_calls, "running", lambda _file: {"url": "http://x", "key": "k"})
    answer = {"name": "crm", "key": "eck_x", "expires_at": ""}
    monkeypatch.setattr(account_calls, "call", lambda _server, path, body: asked.append((path, body)) or answer)
    assert account_calls.revoke_key("a/b") == KeyChanged("crm", "eck_x")
    assert "eck_x" in run("add", "crm", "--scope", "read").output
    assert [path for path, _ in asked] == ["/api/v1/keys/a%2Fb/revoke", "/api/v1/keys"]
    assert asked[1][1]["scopes"] == ["read"]
