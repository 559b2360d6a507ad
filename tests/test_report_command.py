"""`run.py report` and the figures behind page and API, from a database of each kind."""

import asyncio
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from click.testing import CliRunner

from commands.figures import StoredFigures
from commands.report import bar, command
from flows import library
from tests.bot.runtime.rooms import Rooms
from tests.storage.builders import answer, message, session, turn
from web import filters
from web.figures import figures

DAY = 86_400_000
NOW = int(datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp() * 1000)


@pytest.fixture(autouse=True)
def _settings(monkeypatch, tmp_path, database_url):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ECHOLOT_CONFIG", raising=False)
    monkeypatch.setenv("ECHOLOT_DATABASE_URL", database_url)
    monkeypatch.setattr("commands.report.time.time_ns", lambda: NOW * 1_000_000)


@pytest.fixture
async def year(store):
    """Forty days with two surveys each: in the north people are pleased; every fourth says why."""
    sessions, answers = [], []
    for number in range(80):
        at = NOW - number // 2 * DAY
        region, score = ("Nord", 9 + number // 2 % 2) if number % 2 else ("Süd", number % 8)
        key, lane = f"s{number:02}", f"sms:+49{number}"
        sessions.append(session(key, lane, state=json.dumps({"variables": {"region": region}}), started_at=at))
        words = f"because {number}" if number % 4 == 0 else ""
        day = f"{date(2026, 11, 20) - timedelta(days=number // 2)}"
        answers.append(answer(session=key, lane=lane, value=score, comment=words, at=at, day=day))
    await turn(store, sessions=sessions, answers=answers)
    return store


async def run(*arguments: str, exits: int = 0) -> str:
    result = await asyncio.to_thread(CliRunner(env={"COLUMNS": "160"}).invoke, command, list(arguments))
    assert result.exit_code == exits, result.output
    return result.output


async def test_the_score_in_the_terminal(year):
    """In a sentence, with every chart of the home page as a table with bars."""
    told = await run("--by", "region")
    assert "likely between" in told.splitlines()[0]
    assert "from 60 answers" in told.splitlines()[0]
    assert "2026-10-22 – 2026-11-20" in told
    for title in ("NPS over time", "Scores from 0 to 10", "From the question to the answer", "NPS by Region"):
        assert title in told
    north = next(line for line in told.splitlines() if line.startswith("Nord"))
    assert "higher" in north
    assert north.endswith("│" + "█" * 16)
    assert "wahrscheinlich zwischen" in await run("--language", "de", "--period", "90d")


async def test_as_json(year):
    """The same numbers as over the API."""
    found = json.loads(await run("--json", "--period", "90d", "--by", "region", "--filter", "region=Nord"))
    assert found["summary"]["counts"]["answered"] == 40
    assert found["summary"]["nps"]["value"] == 100
    assert [group["value"] for group in found["segments"]["groups"]] == ["Nord"]
    assert found["open_cases"] == 0


async def test_nothing_yet(store):
    """Says what is missing."""
    assert "Nobody was asked" in await run()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--filter", "mood=good"], "'mood' is no dimension"),
        (["--filter", "region"], "write DIMENSION=VALUE"),
        (["--by", "mood"], "by is one of"),
        (["--from", "yesterday"], "2026-03-31"),
        (["--from", "2026-03-01", "--to", "2026-01-01"], "from comes before to"),
    ],
)
async def test_what_makes_no_sense(store, arguments, said):
    """Is told with what there is."""
    assert said in await run(*arguments, exits=2)


async def test_comments_of_a_period_only(year):
    """The newest first, and none from before or after it."""
    stored = StoredFigures(year, ("region",))
    asked = filters.read({"from": "2026-11-10", "to": "2026-11-15", "region": "Süd"}, ("region",), NOW)
    first = await stored.comments(asked.window, limit=2)
    rest = await stored.comments(asked.window, first[-1].cursor, 50)
    assert [each.text for each in (*first, *rest)] == [f"because {number}" for number in (12, 16, 20)]
    assert (first[0].score, first[0].channel) == (4, "sms")


async def test_what_only_the_brand_a_may_see(year):
    """No brand at all is not every brand."""
    asked = filters.read({}, ("brand", "region"), NOW, [])
    found = await figures(StoredFigures(year, ("brand", "region")), asked)
    assert (found.now.answered, found.groups, found.comments) == (0, [], [])


async def test_the_conversation_behind_an_answer(store):
    """What was asked and said, by whom, and the case that it led to."""
    rooms = Rooms(store, library.load())
    case = await rooms.opened()
    row = await store.case(case)
    stored = StoredFigures(store, ())
    found = await stored.conversation_of(row["session"])
    assert (found["case"], found["channel"], found["dimensions"]["channel"]) == (case, "sms", "sms")
    assert [text for _, by, text in found["lines"] if by == "customer"] == ["2"]
    assert {"bot", "customer"} == {by for _, by, _ in found["lines"]}
    assert await stored.conversation_of("nobody") is None
    assert await stored.open_cases() == 1


async def test_a_test_is_no_answer(store):
    """Nor is its conversation shown."""
    await turn(store, sessions=[session("t1", basis="test")], outbox=[message("t1.1.0")])
    assert await StoredFigures(store, ()).conversation_of("t1") is None


@pytest.mark.parametrize(
    ("figure", "most", "signed", "drawn"),
    [
        (100, 100, False, "█" * 32),
        (0, 100, False, ""),
        (50, 100, True, " " * 16 + "│" + "█" * 8),
        (-50, 100, True, " " * 8 + "█" * 8 + "│"),
        (0, 100, True, " " * 16 + "│"),
    ],
)
def test_bars(figure, most, signed, drawn):
    """Points go to both sides of a line."""
    assert bar(figure, most, signed=signed) == drawn
