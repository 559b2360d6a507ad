"""`run.py consent`: files of opt-outs and grants, and the proof of what holds."""

import json

import pytest
from click.testing import CliRunner

import commands.consent
from storage.schema import sqlite_path

SETTINGS = """
database_url: "{url}"
channels:
  sms: {{kind: twilio, account_sid: AC1, auth_token: x, from: "+4930123456"}}
  brand: {{kind: twilio, account_sid: AC1, auth_token: x, from: "+4930123457"}}
"""
ANNA, BERND = "+4915111111111", "+4915122222222"
GRANTS = f"""address,basis,source,at,wording
{ANNA},consent,newsletter form,2026-01-02T10:00:00Z,Yes you may ask me.
{BERND},consent,newsletter form,2026-01-02T10:00:00Z,
+49,consent,form,2026-01-02T10:00:00Z,Yes.
"""


@pytest.fixture
def run(tmp_path, monkeypatch, database_url):
    """Run the command with these settings."""
    path = tmp_path / "echolot.yaml"
    key = "" if sqlite_path(database_url) else 'address_keys: ["' + "a" * 43 + '="]\n'
    path.write_text(SETTINGS.format(url=database_url) + key)
    monkeypatch.setenv("ECHOLOT_CONFIG", str(path))

    def called(*arguments: str, code: int = 0) -> str:
        done = CliRunner().invoke(commands.consent.command, arguments)
        assert done.exit_code == code, done.output
        return done.output

    return called


def file(tmp_path, text: str, name: str = "list.csv") -> str:
    """A file with this content."""
    (tmp_path / name).write_text(text)
    return str(tmp_path / name)


def test_c14_a_file_of_consents_counts_where_it_is_complete(run, tmp_path):
    """The same file again changes nothing; what is refused names the row and masks the number."""
    grants = file(tmp_path, GRANTS)
    said = run("import", grants, "--channel", "sms")
    assert "1 new, 0 known already, 2 refused." in said
    assert "row 3: no basis" in said
    assert BERND not in said
    assert "0 new, 1 known already, 2 refused." in run("import", grants, "--channel", "sms")
    assert "may be asked (sms): consent" in run("show", f"sms:{ANNA}")
    assert "no consent, and nothing against it" in run("show", f"sms:{BERND}")


def test_a_providers_opt_outs_are_taken_over_with_their_reason(run, tmp_path):
    """A later list takes back what was agreed to, for this channel or for all."""
    run("import", file(tmp_path, GRANTS), "--channel", "sms")
    optouts = file(tmp_path, f"Phone Number\n{ANNA}\n{BERND}\n", "optouts.csv")
    said = run("import", optouts, "--channel", "sms", "--opt-outs", "--reason", "21610")
    assert "2 new, 0 known already, 0 refused." in said
    shown = run("show", f"sms:{ANNA}")
    assert "is not written to (sms): 21610" in shown
    assert "may be asked" not in shown
    assert "is not written to" in run("show", f"sms:{BERND}")
    assert "0 new, 2 known already" in run("import", optouts, "--channel", "sms", "--opt-outs", "--reason", "21610")


def test_the_proof_lists_every_event_and_says_whether_the_chain_is_whole(run, tmp_path):
    """As a document that somebody else can check."""
    run("import", file(tmp_path, GRANTS), "--channel", "sms")
    out = tmp_path / "proof.json"
    run("proof", f"sms:{ANNA}", "--out", str(out))
    found = json.loads(out.read_text())
    [address] = found["addresses"]
    assert [event["action"] for event in address["events"]] == ["granted"]
    assert address["events"][0]["wording"] == "Yes you may ask me."
    assert address["chain"] == "whole"
    assert found["uses"] == []


def test_who_is_nobody_is_said_so(run):
    """With what would be somebody."""
    done = CliRunner().invoke(commands.consent.command, ["show", "c-nobody"])
    assert done.exit_code == 1
    assert "There is no contact" in str(done.exception)
    assert "there is no channel 'tg'" in run("import", __file__, "--channel", "tg", code=2)
