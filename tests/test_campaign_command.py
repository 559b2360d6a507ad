"""`run.py campaign`, `why` and `backtest`: as an operator uses them, with a database of each kind."""

import asyncio
import json
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

import run
from bot.errors import BotError
from bot.outreach.policy import Policy
from bot.runtime.decider import Decider
from bot.runtime.planner import Planner
from commands.ask_budget import budget
from flows.library import SHIPPED, Library, read_folders
from storage.campaigns import StoredPlans
from storage.ledger import StoredLedger
from storage.opening import open_store
from tests.storage import standings
from tests.storage.standings import person, suppressed

TODAY = datetime.now(UTC).date()
CAMPAIGN = f"""
format: 1
campaign:
  id: spring
  flow: relationship
  waves: {{starts: {TODAY}, days: 3, every: month, count: 2}}
"""


@pytest.fixture
def office(database_url, tmp_path, monkeypatch):
    """A folder with settings, and four people: one has agreed, one has not, one has stopped, one has no address."""
    standings.install()
    (tmp_path / "echolot.yaml").write_text("outreach: {hours: 24/7}\n")
    (tmp_path / "spring.yaml").write_text(CAMPAIGN)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ECHOLOT_DATABASE_URL", database_url)

    async def filled():
        store = await open_store(database_url)
        await store.run(lambda: person("ada", brand="acme"))
        await store.run(lambda: person("bea", lanes=("sms:+492",), grant="", brand="nord"))
        await store.run(lambda: person("cem", lanes=("sms:+493",)))
        await store.run(lambda: suppressed("sms:+493"))
        await store.run(lambda: person("dan", lanes=()))
        await store.close()

    asyncio.run(filled())
    return tmp_path


def said(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(run.cli, arguments)
    if isinstance(done.exception, BotError):  # which run.py prints
        assert code == 1, done.exception
        return str(done.exception)
    assert done.exit_code == code, (done.output, done.exception)
    return done.output


def worked_off(database_url: str, at: int) -> None:
    """As the server does: plan what is to be planned, decide what is due at a moment (epoch ms)."""

    async def working():
        store = await open_store(database_url)
        decider = Decider(StoredLedger(store), Library(read_folders([SHIPPED])), Policy(hours="24/7"), lambda: at)
        planner = Planner(StoredPlans(store), decider.kind_of, Policy(hours="24/7"), lambda: at, budget)
        await planner.look_ahead()
        while await planner.round():
            pass
        while await decider.round():
            pass
        await store.close()

    asyncio.run(working())


def last_minute() -> int:
    """Of the first wave, epoch ms."""
    ends = datetime.combine(TODAY + timedelta(days=3), time(), ZoneInfo("Europe/Berlin"))
    return round(ends.timestamp() * 1000) - 60_000


def test_a_campaign_from_the_plan_to_the_reasons(office, database_url):
    """Plan, start, watch, and ask why: everybody has one outcome, and everybody's reason is told."""
    plan = said("campaign", "plan", "spring.yaml")
    assert "4 contacts, 3 of them in the wave" in plan
    assert "1 would be asked: sms 1" in plan
    assert "no_basis 1" in plan
    assert "suppressed 1" in plan
    assert "No campaign was started yet" in said("campaign", "list")
    assert said("campaign", "start", "spring.yaml").startswith("spring: running, asks relationship")
    worked_off(database_url, last_minute())
    figures = json.loads(said("campaign", "progress", "spring", "--json"))
    wave = figures["waves"][0]
    assert (wave["members"], wave["asked"], wave["waiting"]) == (3, 1, 0)
    assert wave["not_asked"] == {"no_basis": 1, "suppressed": 1}
    assert "1 asked, 0 answered, 2 not asked (no_basis 1, suppressed 1)" in said("campaign", "progress", "spring")
    assert "asked  campaign spring wave 1 (relationship)" in said("why", "ada")
    assert "Nichts erlaubt uns diese Umfrage" in said("why", "x-bea", "--language", "de")
    assert "does not want to be written to" in said("why", "sms:+493")
    assert "Nothing was ever decided about this contact" in said("why", "dan")
    [entry] = json.loads(said("why", "ada", "--json"))["decisions"]
    assert (entry["outcome"], entry["basis_event"]) == ("asked", "e-sms:+491")


def test_pausing_resuming_and_cancelling(office, database_url):
    said("campaign", "start", "spring.yaml")
    assert said("campaign", "pause", "spring").startswith("spring: paused")
    worked_off(database_url, last_minute())
    assert json.loads(said("campaign", "progress", "spring", "--json"))["waves"][0]["asked"] == 0
    assert said("campaign", "resume", "spring").startswith("spring: running")
    assert said("campaign", "cancel", "spring", "--yes").startswith("spring: cancelled")
    assert "cannot" not in said("campaign", "list")
    assert "stays so" in said("campaign", "resume", "spring", code=1)
    assert "There is no campaign 'sprung'; did you mean 'spring'?" in said("campaign", "pause", "sprung", code=1)


def test_a_campaign_with_mistakes_says_all_of_them_with_line_and_column(office):
    (office / "bad.yaml").write_text(CAMPAIGN.replace("relationship", "relationshp") + "  sampel: 20%\n  daily: 0\n")
    output = said("campaign", "start", "bad.yaml", code=1)
    assert "bad.yaml:7:3: error: unknown key 'sampel'; did you mean 'sample'?" in output
    assert "bad.yaml:8:" in output
    (office / "bad.yaml").write_text(CAMPAIGN.replace("relationship", "relationshp"))
    assert "bad.yaml:5:9: error: there is no survey 'relationshp'; did you mean 'relationship'?" in said(
        "campaign", "plan", "bad.yaml", code=1
    )


def test_precision_is_shown_beside_uniform_sampling(office):
    (office / "spring.yaml").write_text(CAMPAIGN + "  precision: {by: [brand], within: 90, messages: 2}\n")
    found = json.loads(said("campaign", "plan", "spring.yaml", "--json"))
    assert found["members"] == 2
    assert {cell["cell"] for cell in found["precision"]["cells"]} == {"acme", "nord", ""}
    assert "until every cell is precise" in said("campaign", "plan", "spring.yaml")


def test_the_past_with_other_rules(office, database_url):
    """The rules of then change nothing; a basis that is not enough any more changes the one who was asked."""
    said("campaign", "start", "spring.yaml")
    worked_off(database_url, last_minute())
    window = ("--from", str(TODAY - timedelta(days=2)), "--to", str(TODAY + timedelta(days=5)), "--json")
    same = json.loads(said("backtest", *window))
    assert (same["contacts"], same["asked_before"], same["asked_after"], same["changes"]) == (3, 1, 1, [])
    (office / "rules.yaml").write_text("outreach:\n  hours: 24/7\n  basis: {relationship: contract}\n")
    other = json.loads(said("backtest", "--rules", "rules.yaml", *window))
    assert (other["asked_after"], other["changes"][0]["because"]) == (0, "no_basis")
    (office / "rules.yaml").write_text("hours: never\ncool_downs: 3d\n")
    wrong = said("backtest", "--rules", "rules.yaml", code=1)
    assert "rules.yaml:1:8" in wrong
    assert "rules.yaml:2:1" in wrong
