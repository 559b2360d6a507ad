"""The pages about the rules of asking say what the code does: every rule in its order, days, countries, settings."""

import ast
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

import settings
from bot.countries import COUNTRIES
from bot.durations import parse
from bot.outreach import policy
from bot.outreach.decide import RULES, decide
from bot.outreach.explain import sentences
from bot.outreach.quiet import allowed_from, knows_holidays, written
from tests.architecture.sources import ROOT, tree
from tests.bot.outreach.worlds import world
from tests.docs.pages import code, page, pieces, table

PAGE, HOWTO = page("docs/reference/outreach.md"), page("docs/howto/ask-at-the-right-time.md")
ROWS = table(PAGE, "rule", "speaks when", "comes to", "by itself", "keeps in the ledger")
ZONES = {"Berlin": "Europe/Berlin", "Vienna": "Europe/Vienna", "New York": "America/New_York"}


def test_every_rule_has_its_entry_in_its_order() -> None:
    """A new rule without one fails here."""
    assert [code(row[0]) for row in ROWS] == [[rule] for rule in (*RULES, "asked")]


def test_what_others_say_is_there_too() -> None:
    """Every rule that is written down anywhere, each with its sentence."""
    told = {code(row[0])[0] for row in table(PAGE, "rule", "who says so", "when")}
    assert told == set(_said_elsewhere())
    assert told <= sentences()


def _said_elsewhere() -> Iterator[str]:
    """`rule="…"` in a call, and what the planner says of people its wave has no room for."""
    bot = ROOT / "bot"
    for path in (*(bot / "outreach").glob("*.py"), bot / "runtime" / "decider.py", bot / "runtime" / "planner.py"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.keyword) and node.arg == "rule" and isinstance(node.value, ast.Constant):
                yield from {str(node.value.value)} - {"asked"}
    yield from re.findall(r'return "(\w+)", \{', (bot / "outreach" / "waves.py").read_text("utf-8"))


def test_what_a_rule_keeps_is_what_the_page_says() -> None:
    """Of decisions at random, all that each rule has ever written down."""
    kept: dict[str, set[str]] = {}
    for life in range(2_000):
        lived = world(Random(f"page {life}"))
        made = decide(lived.candidate, lived.standing, lived.policy, lived.now)
        kept.setdefault(made.rule, set()).update(made.inputs)
    assert {code(row[0])[0]: set(code(row[4])) for row in ROWS} == kept


def test_the_defaults_are_those_of_the_settings() -> None:
    """In the table of rules, and in the reference of the settings."""
    usual = policy.OutreachSettings()
    by_itself = {code(row[0])[0]: row[3] for row in ROWS}
    assert by_itself["cool_down"] == f"{usual.cool_down // 86_400_000} days"
    assert by_itself["too_late"] == f"{usual.meaningful_for // 86_400_000} days after the event"
    assert by_itself["open_case"] == by_itself["survey_running"] == f"{usual.look_again // 86_400_000} day"
    assert code(by_itself["quiet_hours"]) == [usual.hours]
    section = page("docs/reference/settings.md").split("## `outreach`")[1].split("\n## ")[0]
    described = {code(row[0])[0]: row[1] for row in table(section, "setting", "default", "meaning")}
    for name in ("cool_down", "look_again", "meaningful_for"):
        assert parse(code(described[name])[0]) == getattr(usual, name), name
    assert code(described["hours"]) == [usual.hours]
    assert code(described["country"]) == [usual.country]
    assert set(re.findall(r"\w+", code(described["never_while"])[0])) == usual.never_while
    assert f"of {', '.join(f'`{basis}`' for basis in policy.BASES)}" in section


def test_the_countries_are_those_whose_holidays_are_known() -> None:
    """By their two letters."""
    listed = re.findall(r"\b[A-Z]{2}\b", PAGE.split("2000 to 2076 in:")[1].split(". Elsewhere")[0])
    assert listed == sorted(country for country in COUNTRIES if knows_holidays(country))


@pytest.mark.parametrize("row", table(PAGE, "day", *ZONES), ids=lambda row: row[0])
def test_what_the_hours_say_on_a_day(row: list[str]) -> None:
    """At eight and at one minute to eight in the evening, and just beside."""
    for said, zone in zip(row[1:], ZONES.values(), strict=True):
        quiet = written(policy.USUAL, "", (zone,))
        found = [allowed_from(quiet, each) == each for each in _times(row[0], zone)]
        assert found == [False, said == "08:00-20:00", said == "08:00-20:00", False], zone
        assert said in {"08:00-20:00", "quiet"}


def _times(day: str, zone: str) -> list[int]:
    clocks = ("07:59", "08:00", "19:59", "20:00")
    return [
        int(datetime.fromisoformat(f"{day}T{at}").replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000) for at in clocks
    ]


def test_every_piece_of_the_story_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One after the other into one file; at the end the rules are those of the page, and no setting is left out."""
    path = tmp_path / settings.DEFAULT_FILE
    monkeypatch.setenv(settings.CONFIG_VARIABLE, str(path))
    tree_of: dict[str, Any] = {}
    for piece in pieces(HOWTO):
        tree_of |= yaml.safe_load(piece.content)["outreach"]
        path.write_text(yaml.safe_dump({"outreach": tree_of}), "utf-8")
        rules = settings.load().outreach.policy()
    assert (rules.zone, rules.country) == ("Europe/Vienna", "AT")
    assert rules.cool_down_by_flow == {"after-incident": parse("14d")}
    assert [group.name for group in rules.quarantines] == ["legal", "north-outage"]
    assert rules.bases["relationship"] == {"consent"}
    left = {"never_while", "look_again", "meaningful_for"}
    assert set(policy.OutreachSettings.model_fields) - set(tree_of) == left
