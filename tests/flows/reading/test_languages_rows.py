"""Labelled replies in the languages beside those of the shared sample, and what must never be taken for a score."""

import re
from pathlib import Path

import pytest

from flows.reading import read_score
from flows.reading.lexicon import lexicon, word_lists
from flows.reading.numerals import number_languages
from flows.reading.optwords import opt_words
from tests.flows.reading.corpus import DATA, tally


@pytest.mark.parametrize("name", ["languages.tsv", "languages_trial.tsv"])
def test_rows(name: str, accuracy_table: list[str]):
    """Swedish, Danish, Norwegian, Czech, Ukrainian, Arabic: action, value, wish and nearly all comments are right."""
    result = tally(name)
    accuracy_table.append(result.line(name))
    assert not result.wrong
    assert result.comments >= 0.97 * result.accepted


def test_counts_dates_and_names_are_never_accepted():
    """In languages with phrases, and in those of which only the numbers are known."""
    lines = (DATA / "languages_traps.tsv").read_text("utf-8").splitlines()
    traps = [line.split("\t") for line in lines if not line.startswith("#")]
    assert len(traps) > 100
    assert [text for language, text in traps if read_score(text, language).action == "accept"] == []


@pytest.mark.parametrize("language", sorted(word_lists()))
def test_every_language_with_phrases_has_all_that_a_reply_needs(language: str):
    """Fillers, scale, denial, correction, doubt, units, yes and no, and the wishes for silence and for a person."""
    words = lexicon(language)
    known = {tag for tags in words._words.values() for tag in tags}
    known |= {tag for phrases in words.phrases.values() for _, tags, _ in phrases for tag in tags}
    needed = "filler carrier of scale point negative correct instead hedge rather bound beyond range between half unit"
    needed += (
        " label prep settle condition reason joint greeting thanks signoff month stars top bottom told hypothetical"
    )
    assert set(needed.split()) <= known
    assert words.yes
    assert words.no
    assert {pattern.name for pattern in words.wishes._patterns} >= {"human"}
    assert opt_words(language) is not None


def test_languages_of_which_only_the_numbers_are_known_say_so():
    """They are the ones where an unknown word makes the reader ask."""
    for language in number_languages():
        assert lexicon(language).numbers_only == (language not in word_lists())


def test_the_reference_lists_these_languages():
    """The two lists of the reference are the languages with phrases and those with numbers only."""
    page = (Path(__file__).parents[3] / "docs" / "reference" / "reading.md").read_text("utf-8")
    _, phrases, numbers = re.split("\nWith phrases:\n|\nNumbers only:\n", page)
    assert listed(phrases) == word_lists()
    assert listed(numbers) == number_languages() - word_lists()


def listed(text: str) -> set[str]:
    return set(re.findall("`(.+?)`", text.strip().partition("\n\n")[0]))
