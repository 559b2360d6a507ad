"""What reports and alerts say, in both languages, kindly where there is little; nothing hostile in them acts."""

from datetime import date, timedelta

import pytest

from insights.alert import RATE
from insights.charts.words import LANGUAGES
from insights.estimates import Estimate
from insights.reports.alarm import Alarm
from insights.reports.letter import Comment, Facts, alert, letter, one_line, quoted
from insights.reports.page import page
from insights.tally import Tally
from web.pictures import Pictures, _wants_elsewhere

FIRST = date(2026, 3, 9)
NOW = Tally((5, 2, 3, 2, 2, 4, 5, 10, 18, 30, 46), 300, 290, 100, 40, 3)
BEFORE = Tally((29, 15, 3, 2, 2, 4, 5, 10, 18, 20, 26), 250, 240, 90, 30, 1)
NORTH, EAST = Tally((0, 1, 0, 0, 1, 0, 2, 2, 2, 25, 38)), Tally((10, 9, 0, 0, 11, 0, 2, 2, 2, 5, 8))
BAD = [
    "<!channel> <@U1> <http://x|y>", "</text><script>alert(1)</script>", "\r\nBcc: all@example.com\r\n\r\nHello",
    "\u202egnp.exe\u2066", "{{ 7*7 }} ${x}", "datum.value", "x" * 5000, "\x00\x1b[31m",
]  # fmt: skip


def facts(**changed) -> Facts:
    given = {
        "title": "Weekly", "company": "Acme", "language": "en", "first": FIRST, "last": FIRST + timedelta(days=6),
        "now": NOW, "answered": 120, "before": BEFORE, "step": "day", "points": [(FIRST, NOW)], "by": "Region",
        "groups": [("Nord", NORTH), ("Ost", EAST)], "cases": (3, 1), "filters": {},
        "comments": [Comment(2, "Late by three days."), Comment(10, "Friendly and quick!")],
    }  # fmt: skip
    return Facts(**{**given, **changed})


def test_everything_that_was_promised_is_in_it():
    """Score with its interval, change, reasons, groups, funnel, response rate, cases."""
    text = letter(facts()).text
    for told in (
        "Weekly · Acme · 9 Mar 2026 to 15 Mar 2026",
        "NPS +42: likely between +27 and +55, from 127 answers.",
        "points above the 7 days before, which is more than chance.",
        "Nord is higher than the others", "Ost is lower than the others",
        "2 of 10: Late by three days.", "10 of 10: Friendly and quick!",
        "Asked: 300 (100%)", "Response rate: 40% of those asked.", "Open now: 3, overdue: 1.",
    ):  # fmt: skip
        assert told in text


def test_no_more_than_chance_is_said_so():
    """For the change and for groups."""
    alike = [("Nord", NOW), ("Ost", NOW)]
    text = letter(facts(before=NOW, groups=alike)).text
    assert "Change: not different from the 7 days before." in text
    assert "No group differs by more than chance." in text


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"now": Tally(), "answered": 0, "comments": []}, "Nobody was asked, and nobody answered."),
        ({"now": Tally(asked=12, delivered=12), "answered": 0}, "Nobody gave a score in this period. 12 were asked"),
        ({"now": Tally((0,) * 10 + (1,), 5, 5), "answered": 1}, "One customer gave a score"),
        ({"now": Tally((0,) * 10 + (4,), 5, 5), "answered": 4}, "Only 4 customers gave a score"),
        ({"cases": (0, 0)}, "Nobody waits for an answer at the moment."),
        ({"filters": {"Brand": "Nord"}}, "Only Brand: Nord"),
        ({"title": "", "last": FIRST}, "NPS report · Acme · 9 Mar 2026\n"),
    ],
)
def test_little_to_say_is_said_kindly(changed, told):
    """And no figure that nobody should trust."""
    text = letter(facts(**changed)).text
    assert told in text
    assert ("NPS +" in text) == (changed.get("now", NOW).answered >= 10)


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_languages_fill_every_gap(language):
    """No placeholder is left, nothing is said in the other language."""
    text = letter(facts(language=language)).text
    assert "{" not in text
    assert ("Antworten" in text) == (language == "de")
    level = Estimate(30.0, 20.0, 40.0, 300)
    told = alert(Alarm("fall", FIRST, FIRST, level, level, FIRST), "W", "Acme", language, {"Marke": "Nord"}).text
    assert "{" not in told
    assert ("gefallen" in told) == (language == "de")


def test_an_alert_says_how_often_it_is_wrong():
    """The rate is that of insights.alert, which docs/why/statistics.md proves."""
    level, low = Estimate(30.0, 20.0, 40.0, 300), Estimate(-5.0, -20.0, 9.0, 80)
    text = alert(Alarm("fall", FIRST, FIRST + timedelta(days=20), level, low, FIRST), "Weekly", "Acme", "en", {}).text
    assert "The NPS has fallen · Weekly · Acme" in text
    assert "9 Mar 2026 to 29 Mar 2026: −5, likely between −20 and +9, from 80 answers." in text
    assert f"at most {round(100 * RATE)} of 100 years" in text
    assert "again from 27 Apr 2026" in text


def test_comments_of_both_kinds_come_in_turn():
    """The newest that tell something first; short ones only where there is nothing else."""
    low = [Comment(n, f"bad because of reason {n}") for n in (0, 3, 6)]
    high = [Comment(n, f"good because of reason {n}") for n in (9, 10)]
    found = quoted([Comment(1, "bad"), Comment(8, "all in all quite all right"), *low, *high, Comment(5, " ")], 7)
    assert [each.score for each in found] == [0, 9, 3, 10, 6, 8, 1]
    assert quoted(low, 0) == []


@pytest.mark.parametrize("bad", BAD)
def test_s25_hostile_words_stay_words(bad):
    """On one line, without control or direction characters, cut; in the page as data that fetches nothing."""
    groups = [(bad, NOW), ("x", BEFORE)]
    told = facts(title=bad, company=bad, comments=[Comment(1, bad)], groups=groups, filters={bad: bad})
    found = letter(told)
    assert "\n" not in found.title
    for line in found.text.split("\n"):
        assert all(char.isprintable() or char in "\u202f\u00a0" for char in line), line
        assert len(line) < 500
    assert not _wants_elsewhere(page(told, found))


async def test_s25_a_page_with_hostile_words_is_drawn():
    """All of them at once, as text that is nothing else."""
    told = facts(title=BAD[1], comments=[Comment(1, bad) for bad in BAD], filters={"Brand": BAD[0]})
    pictures = Pictures()
    try:
        drawn = await pictures.draw(page(told, letter(told)), "svg")
        assert b"<script" not in drawn
        assert b"&lt;script" in drawn
        assert (await pictures.draw(page(told, letter(told)), "pdf")).startswith(b"%PDF-")
    finally:
        pictures.close()


def test_a_line_is_cut_with_a_sign():
    """So that one sees that there was more."""
    assert one_line("a b" * 100, 10) == "a ba ba b…"
