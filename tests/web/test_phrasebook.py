"""What is wrong with a survey, and what changed, on German pages: every sentence that the core can say."""

import re
from itertools import permutations
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.diff import changes
from flows.library import SHIPPED
from flows.loader import check, revive
from flows.problems import FlowProblems
from flows.source import read
from insights.reports.plan import check as check_report
from tests.flows.mistakes import MUTATIONS, spoilt
from tests.flows.mistakes.flow import written
from tests.insights.reports.test_plan import GOOD as REPORT
from tests.insights.reports.test_plan import KNOWN, MISTAKES
from tests.web.flows_made import ADMIN, looks, running, source
from web.phrasebook import LONGEST, Phrasebook
from web.words.survey_sentences import PARTS, SAYS, SENTENCES

FLOWS = Path(__file__).parents[1] / "flows"
SURVEYS = [*sorted((FLOWS / "good").glob("*.yaml")), *sorted(SHIPPED.glob("*.yaml"))]
ENGLISH = re.compile(
    r"\b(unknown|there (is|are)|twice|is missing|must|write|does not|would|changed|added|removed|now|asks|instead of"
    r"|another order|who answered|customers|all others|the (end|next|step|text|variant))\b"
)
german = SAYS["de"]
BOOK = Phrasebook(
    {
        "unknown {thing}": "{thing} unbekannt",
        "unknown step {thing:part}": "Schritt {thing}",
        "in {a}, {b:sentence}": "{a}: {b}",
    },
    {"one": "eins", "{a:part} and {b:part}": "{a} und {b}"},
)


@pytest.mark.parametrize(
    ("english", "expected"),
    [
        ("unknown x", "x unbekannt"),
        ("unknown step one", "Schritt eins"),
        ("unknown step one and {a}", "Schritt eins und {a}"),
        ("in x, unknown y", "x: y unbekannt"),
        ("in x, y", "x: y"),
        ("known", None),
        ("unknown " + "x" * LONGEST, None),
        ("unknown a\nb", "a\nb unbekannt"),
    ],
)
def test_a_sentence_is_looked_up_by_its_pattern(english, expected):
    """The one with the most words of its own; parts and sentences in it are looked up again."""
    assert BOOK.say(english) == expected


@pytest.mark.parametrize(("english", "other"), [*SENTENCES.items(), *PARTS.items()])
def test_both_languages_have_the_same_places_to_fill(english, other):
    named = re.compile(r"\{(\w+)(?::\w+)?\}")
    assert sorted(set(named.findall(english))) == sorted(set(named.findall(other)))
    assert other != english or english == "this"


def in_german(sentence: str) -> str:
    """What the page shows, without what authors wrote; red if the book does not have the sentence."""
    said = german(sentence)
    assert said is not None, sentence
    own = re.sub(r"“[^”]*”|'[^']*'|`[^`]*`|\([^)]*\)", "", said)
    assert not ENGLISH.search(own), (sentence, said)
    return said


def test_everything_that_can_be_wrong_is_said_in_german():
    """Every mistake of the broken surveys, of which there is one at least for each code, and its advice."""
    told = set()
    for path in sorted(FLOWS.rglob("*.yaml")):
        for problem in check(path.read_bytes(), path.name, desks=("support",)).problems:
            told |= {problem.message, problem.suggestion} - {""}
    assert len(told) > 150
    for sentence in told:
        if not sentence.startswith("this is not YAML"):  # what follows are the words of the parser
            in_german(sentence)


def test_every_change_is_said_in_german():
    """From each survey to each other one, and to what many small mistakes make of it."""
    surveys = [revive(path.read_text(encoding="utf-8"), path.name) for path in SURVEYS]
    pairs = list(permutations([*surveys[::4], *(each for each in surveys if each.variants)], 2))
    chance = Random(20_261_123)
    for path, survey in zip(SURVEYS, surveys, strict=True):
        data = read(path.read_text(encoding="utf-8"), "x").data
        for mutation in MUTATIONS:
            for other in spoilt(data, mutation, chance, 1):
                try:
                    pairs.append((survey, revive(written(other), "x.yaml")))
                except FlowProblems:
                    continue
    told = {change.sentence: change for old, new in pairs for change in changes(old, new)}
    assert len(told) > 1000
    assert {change.kind for change in told.values()} >= {"step", "route", "case", "variant", "option", "order", "text"}
    for sentence in told:
        in_german(sentence)


def test_what_is_wrong_with_a_report_is_said_in_german():
    """Unless it is a sentence of pydantic's about something rare."""
    told = {
        sentence
        for was, becomes, *_ in MISTAKES
        for problem in check_report(REPORT.replace(was, becomes, 1), "weekly.yaml", KNOWN).problems
        for sentence in (problem.message, problem.suggestion)
        if sentence
    }
    assert len(told) > 20
    assert {each for each in told if german(each) is None} == set()


@given(st.text(max_size=60), st.sampled_from(sorted(SENTENCES)))
def test_s30_whatever_an_author_wrote_is_taken_over_as_it_is(text, pattern):
    """Also where it looks like a place to fill, or like a sentence."""
    filled = re.sub(r"\{(\w+)(?::\w+)?\}", lambda _: f"'{text}'", pattern)
    said = german(filled)
    assert said is not None
    assert text in said or filled == pattern


def test_english_pages_say_what_the_core_says():
    assert SAYS["en"]("unknown step 'x'") == "unknown step 'x'"


async def test_the_editor_speaks_german(sqlite_url, tmp_path):
    """What is wrong, what to do about it, what would change, and what the phone has understood."""
    async with running(sqlite_url, tmp_path / "flows") as house, looks(house, ADMIN, "de") as page:
        wrong = await page.edits(source("Two").replace("next: thanks", "next: thank"))
        assert "unbekannter Schritt &#39;thank&#39;" in wrong.text
        assert "meinten Sie &#39;thanks&#39;?" in wrong.text
        played = await page.edits(source("Two"), "play", language="en", reply="9, fast delivery")
        assert "geändert" in played.text
        assert "gespeichert: score = 9" in played.text
        for answer in (wrong, played):
            assert 'lang="en"' not in answer.text.partition('id="problems"')[2].partition("</main>")[0]
