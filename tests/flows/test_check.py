"""`run.py check`, as people and as programs read it."""

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from structlog.testing import capture_logs

import settings
from commands import serve
from commands.assemble import parts
from commands.check import command

BROKEN = Path(__file__).parent / "broken"
GOOD = Path(__file__).parent / "good"


def run(*arguments: object):
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def test_people_see_the_place_and_what_to_do():
    result = run(BROKEN / "unknown-step.yaml")
    assert result.exit_code == 1
    assert result.output == (
        f"{BROKEN / 'unknown-step.yaml'}:10:11: error: unknown step 'tanks' [unknown-step]\n"
        "   10 |     next: tanks\n"
        "      |           ^\n"
        "      = did you mean 'thanks'?\n"
        "1 flow checked: 1 error\n"
    )


def test_programs_get_a_line_per_problem():
    result = run("--json", BROKEN / "duplicate-step.yaml")
    assert result.exit_code == 1
    assert [json.loads(line) for line in result.output.splitlines()] == [
        {
            "file": str(BROKEN / "duplicate-step.yaml"),
            "line": line,
            "column": 9,
            "code": "duplicate-step",
            "message": "there are 2 steps 'thanks'",
            "suggestion": "",
            "severity": "error",
        }
        for line in (11, 13)
    ]


def test_a_folder_of_broken_flows():
    result = run(BROKEN)
    assert result.exit_code == 1
    assert f"{len(list(BROKEN.glob('*.yaml')))} flows checked: " in result.output
    assert "everything-at-once.yaml:8:5: error:" in result.output


def test_good_flows():
    result = run(GOOD / "smallest.yaml")
    assert (result.exit_code, result.output) == (0, "1 flow checked, no problems\n")
    assert run("--json", GOOD / "smallest.yaml").output == ""


def test_warnings_alone_are_no_failure():
    result = run(BROKEN / "no-stop-hint.yaml")
    assert result.exit_code == 0
    assert "warning: the first message does not say how to opt out" in result.output


def test_a_terminal_cannot_be_attacked(tmp_path: Path):
    path = tmp_path / "x.yaml"
    path.write_text(f"x: 1 # {chr(0x202E)}{chr(0x9B)}31m\n", encoding="utf-8")
    output = run(path).output
    assert all(char.isprintable() or char == "\n" for char in output)


def test_long_lines_are_cut_around_the_place(tmp_path: Path):
    path = tmp_path / "x.yaml"
    path.write_text("{a: " + "x" * 300 + ", ? [b]: 1}", encoding="utf-8")
    *_, line, caret = [each for each in run(path).output.splitlines() if " | " in each]
    assert len(line) < 120
    assert line[caret.index("^")] == "["


def test_without_paths_the_settings_say_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ECHOLOT_CONFIG", raising=False)
    assert run().output == "2 flows checked, no problems\n"
    (tmp_path / "echolot.yaml").write_text("flows_dir: mine\n", encoding="utf-8")
    result = run()
    assert result.exit_code == 2
    assert "flows_dir" in result.output
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "bad.yaml").write_text("", encoding="utf-8")
    result = run()
    assert result.exit_code == 1
    assert "bad.yaml:1:1: error: the file is empty [empty]" in result.output


def test_an_empty_folder_is_a_mistake(tmp_path: Path):
    result = run(tmp_path)
    assert result.exit_code == 2
    assert "no .yaml file" in result.output


TRIGGER = "format: 1\ntrigger: {id: a, on: ticket.closed, flow: after-suport, channels: [sma]}\n"
CAMPAIGN = "format: 1\ncampaign: {id: a, flow: relatonship, waves: {starts: 2027-01-04}}\n"


def test_triggers_and_campaigns_are_known_by_their_key(tmp_path: Path):
    """Alone, what they name is not judged; beside flows, or with the settings, it is."""
    (tmp_path / "trigger.yaml").write_text(TRIGGER, encoding="utf-8")
    (tmp_path / "campaign.yaml").write_text(CAMPAIGN, encoding="utf-8")
    assert run(tmp_path).output == "1 trigger and 1 campaign checked, no problems\n"
    (tmp_path / "flow.yaml").write_text((GOOD / "cafe.yaml").read_text("utf-8"), encoding="utf-8")
    found = run(tmp_path).output
    assert "trigger.yaml:2:43: error: there is no survey 'after-suport'" in found
    assert "did you mean 'after-support'?" in found
    assert "campaign.yaml:2:25: error: there is no survey 'relatonship'" in found
    assert "1 flow, 1 trigger and 1 campaign checked: " in found


def test_the_settings_say_where_triggers_and_campaigns_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """And which channels there are; one id may be there once."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ECHOLOT_CONFIG", raising=False)
    sms = "{kind: twilio, account_sid: AC1, from: '+4930123456'}"
    (tmp_path / "echolot.yaml").write_text(f"outreach_dir: asking\nchannels: {{sms: {sms}}}\n", encoding="utf-8")
    assert run().output == "2 flows checked, no problems\n"
    for folder, text in (("triggers", TRIGGER), ("campaigns", CAMPAIGN)):
        (tmp_path / "asking" / folder).mkdir(parents=True)
        (tmp_path / "asking" / folder / "a.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "asking" / "triggers" / "b.yaml").write_text(TRIGGER.replace("sma", "sms"), encoding="utf-8")
    result = run()
    assert result.exit_code == 1
    assert "a.yaml:2:68: error: the settings have no channel 'sma'" in result.output
    assert "did you mean 'sms'?" in result.output
    assert "2 flows, 2 triggers and 1 campaign checked: 4 errors" in result.output
    right = TRIGGER.replace("suport", "support").replace("sma", "sms")
    (tmp_path / "asking" / "triggers" / "a.yaml").write_text(right, encoding="utf-8")
    (tmp_path / "asking" / "triggers" / "b.yaml").write_text(right, encoding="utf-8")
    assert "the trigger 'a' is also in" in run().output


ODD = """
variables: {greeting: "${HOME}"}
outreach:
  cool_down_by_flow: {"after-suport": 14d, relationship: 3d}
"""


def test_a_cool_down_of_a_survey_that_there_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Named with its place and what was meant, in the file and in the environment; it is a warning."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ECHOLOT_CONFIG", raising=False)
    (tmp_path / "echolot.yaml").write_text(ODD, encoding="utf-8")
    result = run()
    assert result.exit_code == 0
    assert result.output == (
        "echolot.yaml:4:23: warning: there is no survey 'after-suport', so this cool-down holds for nothing "
        "[unknown-flow]\n"
        '    4 |   cool_down_by_flow: {"after-suport": 14d, relationship: 3d}\n'
        "      |                       ^\n"
        "      = did you mean 'after-support'?\n"
        "2 flows checked: 1 warning\n"
    )
    (tmp_path / "echolot.yaml").unlink()
    monkeypatch.setenv("ECHOLOT_OUTREACH__COOL_DOWN_BY_FLOW", '{"relatonship": "1d"}')
    [told] = [json.loads(each) for each in run("--json").output.splitlines()]
    assert (told["file"], told["suggestion"]) == (
        "environment ECHOLOT_OUTREACH__COOL_DOWN_BY_FLOW",
        "did you mean 'relationship'?",
    )


def test_the_server_says_so_at_its_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Beside the surveys that are published."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ECHOLOT_CONFIG", raising=False)
    (tmp_path / "echolot.yaml").write_text(ODD, encoding="utf-8")

    async def started() -> list[str]:
        async with parts(settings.load()) as assembled:
            with capture_logs() as logs:
                serve._warn(assembled)
        return [each["reason"] for each in logs if each["event"] == "setting_odd"]

    [told] = asyncio.run(started())
    assert told.startswith("echolot.yaml:4:23: warning: there is no survey 'after-suport'")
    assert "did you mean 'after-support'?" in told
