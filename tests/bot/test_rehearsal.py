"""Made-up people: the same ones every time, as many answers as assumed, and no survey they could bring down."""

from collections import Counter
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from bot.engine.moves import MAX_HELPS
from bot.engine.replay import CHAT, SMS
from bot.forecast import forecast
from bot.rehearsal import HOUR, Habits, Outlook, rehearse
from commands.rehearse import command
from flows.library import load
from flows.model import Flow

TESTS = Path(__file__).parents[1]
LIBRARY = load([TESTS / "transcripts" / "questions", TESTS / "flows" / "good"])
SUPPORT = LIBRARY.get("after-support")
SILENT = Habits(responds=0)
EAGER = Habits(responds=1, goes_on=1, stops=0, wants_person=0, unreadable=0, typo=0)


def after(flow: Flow, people: int, able=SMS, **how) -> Outlook:
    outlook = Outlook()
    for outlook in rehearse(flow, people, able, **how):  # noqa: B007 - the last one counts
        pass
    return outlook


def test_the_same_seed_gives_the_same_people():
    """And another one others."""
    first = after(SUPPORT, 300, seed=7)
    assert first == after(SUPPORT, 300, seed=7)
    assert first != after(SUPPORT, 300, seed=8)


def test_a_person_stays_the_same_among_others():
    """What a hundred more people do changes nothing about the first hundred."""
    fewer = after(SUPPORT, 100)
    counts = [(outlook.asked, outlook.messages, outlook.scored) for outlook in rehearse(SUPPORT, 200, SMS)]
    assert counts[99] == (100, fewer.messages, fewer.scored)


def test_nobody_answers():
    """The question, the reminder, and the survey expires."""
    outlook = after(SUPPORT, 50, habits=SILENT)
    assert (outlook.outcomes, outlook.messages, outlook.segments) == (Counter(expired=50), 100, 100)
    assert (outlook.nps, outlook.replies, outlook.cases) == (None, 0, {})


def test_everybody_answers():
    """Score, reason, goodbye: three messages each, or fewer where the reason came along; every detractor is a case."""
    outlook = after(SUPPORT, 400, habits=EAGER)
    detractors = sum(count for score, count in outlook.scores.items() if score <= 6)
    assert outlook.scored == 400
    assert outlook.outcomes["completed"] == 400
    assert len(outlook.cases["support"]) == detractors > 50
    assert outlook.nps == pytest.approx(28, abs=10)  # of the assumed scores


def test_fewer_an_hour_are_fewer_cases_an_hour():
    """The desk's load follows the pace."""
    fast, slow = (after(SUPPORT, 600, habits=EAGER, per_hour=pace) for pace in (600, 100))
    assert fast.busiest("support") > 2 * slow.busiest("support") > 0
    assert max(slow.cases["support"]) >= 5 * HOUR
    assert slow.busiest("nowhere") == 0


@pytest.mark.parametrize("flow", LIBRARY.flows, ids=lambda flow: flow.id)
@pytest.mark.parametrize("able", [SMS, CHAT], ids=["sms", "chat"])
def test_no_survey_is_brought_down(flow: Flow, able):
    """Every conversation has an end, and nobody is told more than the forecast says, beside what they ask for."""
    outlook = after(flow, 150, able, habits=Habits(responds=0.9, unreadable=0.2, typo=0.2, wants_person=0.1))
    most = max(forecast(flow, language, able).most.messages for language in flow.languages)
    assert outlook.outcomes["running"] == 0
    assert outlook.outcomes.total() == outlook.asked == 150
    assert outlook.most_messages <= most + MAX_HELPS + len(flow.questions) + 2  # people, a stop


def test_people_are_drawn_into_the_variants():
    """By their shares, each variant for itself, and together they are all."""
    flow = LIBRARY.get("two-forms")
    outlook = after(flow, 1000, habits=EAGER)
    for name, share in flow.shares.items():
        assert outlook.variants[name].asked == pytest.approx(10 * share, abs=80)
    for what in ("asked", "scored", "messages", "replies", "segments"):
        assert sum(getattr(own, what) for own in outlook.variants.values()) == getattr(outlook, what) > 0
    assert sum((own.outcomes for own in outlook.variants.values()), Counter()) == outlook.outcomes
    each = {name: own.messages / own.asked for name, own in outlook.variants.items()}
    assert each["patient"] > each["short"]  # it asks one question more


def test_the_command_shows_each_variant(tmp_path, monkeypatch):
    """A line each, and as JSON; one that nobody was drawn into says so."""
    monkeypatch.chdir(tmp_path)
    file = str(TESTS / "transcripts" / "questions" / "two-forms.yaml")
    said = CliRunner().invoke(command, [file, "--people", "100"]).output
    lines = [line for line in said.splitlines() if line.startswith("  variant ")]
    assert [line.split()[1] for line in lines] == ["base:", "short:", "patient:"]
    assert all("% give a score" in line and "% complete" in line for line in lines)
    alone = CliRunner().invoke(command, [file, "--people", "1"]).output
    assert alone.count("nobody was drawn") == 2
    told = msgspec.json.decode(CliRunner().invoke(command, [file, "--people", "100", "--json"]).output)
    assert sum(own["asked"] for own in told["variants"].values()) == told["asked"] == 100
    assert "variant" not in CliRunner().invoke(command, ["after-support", "--people", "10"]).output


def test_the_command(tmp_path, monkeypatch):
    """What it says, with what is assumed; as JSON, too."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ECHOLOT_PRICES", '{"currency": "CHF", "segment": {"+41": 0.05}}')
    runner = CliRunner()
    said = runner.invoke(command, ["after-support", "--people", "200", "--responds", "0"]).output
    assert "after-support: 200 made-up people by sms, 600 an hour, seed 1; nothing sent" in said
    assert "400 messages (2.0 each, at most 2), 400 segments, 20.00 CHF" in said
    assert "0 give a score (0.0%); expired 100.0%" in said
    assert "Assumed, not measured: responds 0" in said
    told = runner.invoke(command, ["after-support", "--people", "200", "--json", "--channel", "slack"]).output
    assert '"asked":200' in told
    assert '"segments"' not in told
    assert runner.invoke(command, ["after-suport"]).exit_code == 2
