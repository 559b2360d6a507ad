"""docs/howto/consent.md: its commands exist, and its bases and reasons are those of the program."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

import commands.consent
import commands.erase
from bot.outreach.consent import OWN, REASONS
from storage.footing import BY_EVENT, BY_THEMSELVES

PAGE = Path(__file__).parents[2].joinpath("docs/howto/consent.md").read_text("utf-8")
COMMANDS = re.findall(r"^run\.py (consent|erase) (.*)$", PAGE, re.MULTILINE)


def test_every_basis_of_the_program_is_on_the_page_and_no_other():
    """A new basis needs its line, and the lease has to know it."""
    rows = re.findall(r"^\| (`[^|]*) \|", PAGE, re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == BY_EVENT | BY_THEMSELVES


def test_what_no_start_lifts_is_named():
    """All reasons that are not the person's own."""
    named = re.search(r"What your people have suppressed \(([^)]*)\)", PAGE)
    assert named
    assert set(re.findall(r"`(\w+)`", named[1])) == set(REASONS) - set(OWN)


@pytest.mark.parametrize(("command", "rest"), COMMANDS)
def test_its_commands_are_understood(command, rest, tmp_path, monkeypatch):
    """Every argument and option; they go no further than the settings, which are not there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ECHOLOT_CONFIG", str(tmp_path / "none.yaml"))
    for name in ("consents.csv", "optouts.csv"):
        (tmp_path / name).write_text("address\n")
    group = {"consent": commands.consent.command, "erase": commands.erase.command}[command]
    done = CliRunner().invoke(group, shlex.split(rest))
    assert "none.yaml" in str(done.exception), done.output
    assert len(COMMANDS) == 5
