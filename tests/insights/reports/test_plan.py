"""What `run.py check` says of a report: each mistake with its line, its column and what to do."""

import jsonschema
import pytest
import yaml

from insights.reports.plan import Known, check, check_all, json_schema

GOOD = """\
format: 1
report:
  id: weekly
  every: week
  on: Monday
  at: "07:30"
  zone: Europe/Berlin
  language: de
  filters: {brand: Nordlicht}
  by: region
  to:
    - {channel: slack, chat: C0123}
    - {email: anna@example.com}
    - {folder: reports-out}
  alerts:
    - {on: fall}
"""
KNOWN = Known(
    frozenset({"slack", "telegram"}), ("flow", "channel", "language", "brand", "region"), frozenset({"spring"})
)


def test_a_good_report_is_read():
    """With everything in it."""
    found = check(GOOD, "weekly.yaml", KNOWN)
    assert found.problems == ()
    assert found.report is not None
    assert [each.name for each in found.report.to] == ["slack:C0123", "mailto:anna@example.com", "folder:reports-out"]
    assert (found.report.at.hour, found.report.at.minute, found.report.on) == (7, 30, "monday")
    text = GOOD.replace("on:", '"on":').replace("Monday", "monday")
    jsonschema.Draft202012Validator(json_schema()).validate(yaml.safe_load(text))


MISTAKES = [
    ("id: weekly", "id: Weekly!", (3, 7), "", ""),
    ("every: week", "every: weak", (4, 10), "", "week"),
    ("on: Monday", "on: moonday", (5, 7), "", ""),
    ("on: Monday", "on: 3", (5, 7), "wrong-day", "on: monday"),
    ("every: week", "every: month", (5, 7), "wrong-day", "on: 1"),
    ("every: week", "every: day", (5, 3), "wrong-day", "leave it out"),
    ("every: week", "every: wave", (4, 10), "no-campaign", "campaign: ID"),
    ("on: Monday", "campaign: spring", (5, 3), "no-wave", "every: wave"),
    ('at: "07:30"', 'at: "25:00"', (6, 7), "", ""),
    ('at: "07:30"', "at: noon", (6, 7), "", ""),
    ("zone: Europe/Berlin", "zone: Europe/Bonn", (7, 9), "", ""),
    ("language: de", "language: fr", (8, 13), "", ""),
    ("brand: Nordlicht", "brnd: Nordlicht", (9, 13), "unknown-dimension", "did you mean 'brand'?"),
    ("by: region", "by: regoin", (10, 7), "unknown-dimension", "did you mean 'region'?"),
    ("channel: slack", "channel: slak", (12, 17), "unknown-channel", "did you mean 'slack'?"),
    (", chat: C0123", "", (12, 7), "", ""),
    ("anna@example.com", '"anna@example.com\\nBcc: x@example.com"', (13, 15), "", ""),
    ("anna@example.com", "anna", (13, 15), "", ""),
    ("{folder: reports-out}", "{channel: slack, chat: C0123}", (14, 7), "duplicate-receiver", "leave one out"),
    ("{on: fall}", "{on: jump}", (16, 12), "", ""),
    ("{on: fall}", "{on: fall}\n    - {on: fall}", (17, 12), "duplicate-alert", ""),
    ("  by: region", "  byy: region", (10, 3), "", "by"),
]


@pytest.mark.parametrize(("was", "becomes", "place", "code", "advice"), MISTAKES)
def test_mistakes(was, becomes, place, code, advice):
    """One row for each kind of mistake."""
    assert was in GOOD
    found = check(GOOD.replace(was, becomes, 1), "weekly.yaml", KNOWN)
    assert found.report is None
    told = [each for each in found.problems if (each.line, each.column) == place]
    assert told, found.problems
    assert any((not code or each.code == code) and advice in f"{each.suggestion} {each.message}" for each in told), told


def test_no_mail_no_letters():
    """A mailbox takes the settings for it."""
    told = check(GOOD, "weekly.yaml", Known(mail=False)).problems
    assert [(each.line, each.code) for each in told] == [(13, "no-mail")]


def test_a_campaign_that_nobody_has_started_is_only_odd():
    """It may come later."""
    text = GOOD.replace("every: week\n  on: Monday", "every: wave\n  campaign: sprong")
    found = check(text, "weekly.yaml", KNOWN)
    assert found.report is not None
    assert [(each.code, each.severity) for each in found.problems] == [("unknown-campaign", "warning")]


def test_an_id_is_there_once():
    """The first file has it."""
    reports, problems = check_all([("a.yaml", GOOD), ("b.yaml", GOOD), ("c.yaml", "format: 1")])
    assert list(reports) == ["a.yaml"]
    assert ("b.yaml", "duplicate-report") in [(each.file, each.code) for each in problems]


@pytest.mark.parametrize(
    "text", ["", "report: 3", "format: 1\nreport: {to: 3, alerts: [3], filters: 3}", "[1, 2]", "\x00"]
)
def test_nonsense_is_told_and_harms_nothing(text):
    """Whatever it is."""
    found = check(text, "x.yaml", KNOWN)
    assert found.report is None
    assert found.problems
