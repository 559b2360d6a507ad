"""`run.py check` and `run.py test` as authors of surveys and their CI use them."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from commands.check import command as check
from commands.test import command as transcripts
from flows.library import SHIPPED

ROOT = Path(__file__).parents[1]
BROKEN = ROOT / "tests" / "flows" / "broken"
GOLDEN = ROOT / "tests" / "transcripts" / "after-support" / "detractor-en.txt"
PRICES = '{"currency": "CHF", "segment": {"+49": 0.07, "+41": 0.05}}'
COSTLY = """\
format: 1
id: costly
kind: transactional
languages: [en]
variables: {company: Muster}
patience: {reminders: [1d], expires: 3d, reask: 1}
steps:
  - id: score
    ask: {type: nps, text: "Hi, {{ company }} here. How likely are you to recommend us? Reply STOP to opt out"}
  - id: thanks
    say: "Thank you so much for your answer, it helps us more than you may think, and all of us here will read it 🙂"
"""


VARIANTS = """\
variants:
  curt:
    share: 30
    steps:
      - id: score
        ask: {type: nps, text: "{{ company }} here. Recommend us? Reply STOP to opt out"}
        next: end
  warm:
    share: 20
    steps:
      - id: thanks
        say: "Thank you so much for your answer, it helps us more than you may think, and all of us will read it 🙂"
"""


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ECHOLOT_CONFIG", raising=False)


def run(command, *arguments: object, exits: int = 0) -> str:
    result = CliRunner().invoke(command, [str(each) for each in arguments])
    assert result.exit_code == exits, result.output
    return result.output


@pytest.fixture
def costly(tmp_path) -> Path:
    file = tmp_path / "costly.yaml"
    file.write_text(COSTLY, "utf-8")
    return file


def test_the_forecast_as_json(costly, monkeypatch):
    """Score, two tries, two doubts, a reminder and goodbye in two segments, and what that costs."""
    monkeypatch.setenv("ECHOLOT_PRICES", PRICES)
    rows = {row["channel"]: row for row in map(json.loads, run(check, costly, "--forecast", "--json").splitlines())}
    assert set(rows) == {"sms", "telegram", "slack"}
    assert rows["sms"]["usual"] == {"messages": 2, "segments": 3, "cost": ["0.15", "0.21"], "currency": "CHF"}
    assert rows["sms"]["most"]["messages"] == 1 + 1 + 1 + 2 + 1
    assert rows["telegram"]["most"] == {"messages": 6}
    assert rows["slack"]["longest"] == {"step": "thanks", "purpose": "say", "length": 105, "limit": 3000}


def test_the_forecast_for_people(costly, monkeypatch):
    """A table, and the text that costs more than it has to, with the character that does it."""
    monkeypatch.setenv("ECHOLOT_PRICES", PRICES)
    shown = run(check, costly, "--forecast")
    assert "1 flow checked, no problems" in shown
    assert "costly: what one conversation takes" in shown
    assert "0.15–0.21 CHF" in " ".join(shown.split())
    assert f"{costly}:11:10: note: '🙂' makes it UCS-2: 2 segments instead of 1" in shown


def test_without_prices_there_is_no_cost(costly):
    """Messages and segments all the same."""
    [sms, *_] = map(json.loads, run(check, costly, "--forecast", "--json").splitlines())
    assert sms["usual"] == {"messages": 2, "segments": 3}


def test_the_forecast_of_variants(tmp_path, monkeypatch):
    """Each with its own rows, and the costly text where the variant has it, said once."""
    file = tmp_path / "costly.yaml"
    file.write_text(COSTLY.replace(" 🙂", "") + VARIANTS, "utf-8")
    rows = [json.loads(line) for line in run(check, file, "--forecast", "--json").splitlines()]
    sms = {row["variant"]: row["usual"] for row in rows if row["channel"] == "sms"}
    assert sms == {
        "base": {"messages": 2, "segments": 2},
        "curt": {"messages": 2, "segments": 2},
        "warm": {"messages": 2, "segments": 3},
    }
    assert {row["longest"]["step"] for row in rows if row["channel"] == "sms"} == {"score", "thanks"}
    assert {row["longest"]["step"] for row in rows if row["variant"] == "curt"} == {"score"}
    shown = run(check, file, "--forecast")
    assert all(f"sms, {name}" in shown for name in sms)
    assert [line for line in shown.splitlines() if "note:" in line] == [
        f"{file}:23:14: note: '🙂' makes it UCS-2: 2 segments instead of 1"
    ]


def test_a_broken_flow_has_no_forecast():
    """What is wrong with it comes first."""
    shown = run(check, BROKEN / "unknown-step.yaml", "--forecast", exits=1)
    assert "unknown step 'tanks'" in shown
    assert "what one conversation takes" not in shown


def test_sarif_says_where_and_what(tmp_path):
    """One result per problem, with rule, level, file, line and column."""
    shutil.copy(BROKEN / "unknown-step.yaml", tmp_path)
    found = json.loads(run(check, "unknown-step.yaml", "--sarif", exits=1))
    [result] = found["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert (found["version"], result["ruleId"], result["level"]) == ("2.1.0", "unknown-step", "error")
    assert place["artifactLocation"]["uri"] == "unknown-step.yaml"
    assert place["region"] == {"startLine": 10, "startColumn": 11}
    assert result["message"]["text"] == "unknown step 'tanks'; did you mean 'thanks'?"
    assert found["runs"][0]["tool"]["driver"]["rules"][result["ruleIndex"]] == {"id": "unknown-step"}


@pytest.fixture
def surveys(tmp_path) -> Path:
    """A company's folder: a survey of theirs, and one conversation."""
    folder = tmp_path / "surveys"
    (folder / "transcripts").mkdir(parents=True)
    shutil.copy(SHIPPED / "after-support.yaml", folder)
    shutil.copy(GOLDEN, folder / "transcripts" / "unhappy.txt")
    return folder


def test_conversations_that_are_as_written_down(surveys):
    """And what nobody has tried yet, by language."""
    shown = run(transcripts, surveys)
    assert "✓" in shown
    assert "1 transcript played, all as written down" in shown
    assert "after-support in 'de': no transcript answers score, why-unhappy, what-better, why-happy" in shown
    assert "after-support in 'en': no transcript answers what-better, why-happy" in shown


def test_a_survey_that_says_something_else_now(surveys):
    """The difference, line by line; --update takes it over."""
    file = surveys / "after-support.yaml"
    file.write_text(file.read_text("utf-8").replace("What went wrong?", "What happened?"), "utf-8")
    shown = run(transcripts, surveys, exits=1)
    assert "-< We are sorry to hear that. What went wrong?" in shown
    assert "+< We are sorry to hear that. What happened?" in shown
    assert "1 transcript played, 1 not as written down" in shown
    run(transcripts, surveys, "--update")
    assert "What happened?" in (surveys / "transcripts" / "unhappy.txt").read_text("utf-8")
    run(transcripts, surveys)


def test_variants_have_conversations_of_their_own(surveys):
    """What only a variant asks is missing until somebody answers it there; what it shares is tried in the flow."""
    forms = ROOT / "tests" / "transcripts" / "questions"
    shutil.copy(forms / "two-forms.yaml", surveys)
    shutil.copy(forms / "two-forms-base-en.txt", surveys / "transcripts")
    shown = run(transcripts, surveys)
    assert "two-forms in 'en': no transcript answers why\n" in shown
    assert "two-forms, variant 'short', in 'en': no transcript answers score\n" in shown
    assert "two-forms, variant 'patient', in 'en': no transcript answers why, wish\n" in shown
    shutil.copy(forms / "two-forms-patient-en.txt", surveys / "transcripts")
    shown = run(transcripts, surveys)
    assert "two-forms, variant 'patient', in 'en'" not in shown
    assert "two-forms, variant 'patient', in 'de': no transcript answers why, wish\n" in shown
    file = surveys / "two-forms.yaml"
    file.write_text(file.read_text("utf-8").replace("What was the reason?", "Why is that?"), "utf-8")
    assert "+< Why is that?" in run(transcripts, surveys, exits=1)


def test_a_transcript_that_cannot_be_played(surveys):
    """It says in which line, and the others are played all the same."""
    (surveys / "transcripts" / "odd.txt").write_text("flow: after-support\n\n> [no such button]\n", "utf-8")
    (surveys / "transcripts" / "lost.txt").write_text("flow: after-suport\n\n> 3\n", "utf-8")
    shown = run(transcripts, surveys, exits=1)
    assert "line 3: no message has shown the button [no such button]" in shown
    assert "after-suport" in shown
    assert "3 transcripts played, 2 not as written down" in shown


def test_nothing_to_play(tmp_path):
    """How to get a first transcript is said."""
    shown = run(transcripts, tmp_path, exits=2)
    assert "run.py simulate FLOW --save FILE" in shown


def test_a_survey_that_does_not_load(surveys):
    """Its problems come first."""
    file = surveys / "after-support.yaml"
    file.write_text(file.read_text("utf-8").replace("next: sorry", "next: sory"), "utf-8")
    shown = run(transcripts, surveys, exits=1)
    assert "unknown step 'sory'" in shown
