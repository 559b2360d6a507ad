"""The word lists as data: every file loads and every number of the scale has a word in every language."""

import re
from importlib.resources import files

import pytest

from flows.reading import context, cut, decide, read_score, score, slips, units, walk, weigh, wrapping
from flows.reading.lexicon import Lexicon, WordFile, lexicon, word_lists

LANGUAGES = sorted(word_lists())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_of_the_scale_has_a_word(language: str):
    """In each language the words for 0 to 10 are accepted by themselves."""
    values = {value for value in lexicon(language).numbers.values() if value <= 10}
    assert values == set(range(11))
    for word, value in lexicon(language).numbers.items():
        if value <= 10 and lexicon(language).own(word) <= {"vague", "article", "idiom"}:
            read = read_score(word, language)
            assert (read.action, read.value) == ("accept", value), word


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("value", range(11))
def test_bare_digits_and_the_scale(language: str, value: int):
    """In each language a bare digit, "n/10" and "n!" are accepted."""
    for text in (f"{value}", f"{value}/10", f" {value} !"):
        assert (read_score(text, language).action, read_score(text, language).value) == ("accept", value)


def test_tags_of_the_word_lists_are_known_to_the_stages():
    """A tag in a word list that no stage asks for would be a typing error."""
    stages = (units, context, cut, decide, score, slips, walk, weigh, wrapping)
    source = "\n".join(
        files("flows.reading").joinpath(f"{m.__name__.split('.')[-1]}.py").read_text("utf-8") for m in stages
    )
    source += files("flows.reading").joinpath("numbers.py").read_text("utf-8")
    known = set(re.findall(r"[a-z]+", source))
    for language in LANGUAGES:
        text = files("flows.words").joinpath(f"{language}.toml").read_text("utf-8")
        section = text.partition("[tags]")[2].partition("\n[")[0]
        assert set(re.findall(r"^(\w+) = ", section, re.MULTILINE)) <= known, language


def test_an_unknown_language_is_read_with_english_words():
    """No file of its own: digits and English still work."""
    assert read_score("nine", "xx").value == 9
    assert read_score("9", "zz-ZZ").value == 9


def test_a_broken_pattern_is_refused():
    """A pattern that begins with a gap, or names an unknown class, says so."""
    with pytest.raises(ValueError, match="begin with a word"):
        Lexicon(WordFile(wishes={"stop": ".. me"}))
    with pytest.raises(ValueError, match="'@nobody'"):
        Lexicon(WordFile(wishes={"stop": "stop @nobody"}))
