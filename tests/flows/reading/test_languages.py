"""Number words of every language: where they come from, that each is read, and that no language borrows another's."""

import sys
import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unicode_rbnf import RbnfEngine

from flows.reading import read_score
from flows.reading.fold import fold_word
from flows.reading.lexicon import lexicon, word_lists
from flows.reading.numerals import base_language, false_friends, number_languages, numerals
from tests.flows.reading import number_words

LANGUAGES = sorted(number_languages())
SPELLINGS = [(language, word, value) for language in LANGUAGES for word, value in numerals(language)]


def outcome(text: str, language: str) -> tuple[str, int | None]:
    read = read_score(text, language)
    return read.action, read.value


def expected(value: int) -> tuple[str, int | None]:
    return ("accept", value) if value <= 10 else ("reask", None)


def test_the_number_words_are_those_of_the_sources():
    """The committed file is what CLDR and num2words say, to the letter."""
    assert number_words.TARGET.read_text("utf-8") == number_words.render(number_words.number_words())


def test_the_sources_disagree_about_spellings_only():
    """No spelling stands for two values of one language, and no own word of a language contradicts the sources."""
    assert [line for line in number_words.disagreements() if " or " in line] == []
    for language, word, value in SPELLINGS:
        assert lexicon(language).number(fold_word(word)) in {value, None}, (language, word)


def test_how_many_languages_are_known():
    """At least 40 languages with their numbers, 14 of them with phrases; zero to ten has a word in each."""
    assert len(LANGUAGES) >= 80
    assert len(word_lists()) >= 16
    assert word_lists() <= number_languages()
    for language in LANGUAGES:
        assert {value for _, value in numerals(language)} >= set(range(0 if language not in NO_ZERO else 1, 11)), (
            language
        )


NO_ZERO = {"qu"}  # Quechua's word is "empty", and the sources have no other


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_word_alone(language: str):
    """Zero to ten are accepted, alone and "of ten"; what is above ten is known to be above it, and asked about."""
    for word, value in numerals(language):
        for text in (word, f"{word}/10", f"{word} / 10", f"{word}!", unicodedata.normalize("NFD", word)):
            assert outcome(text, language) == expected(value), text


@pytest.mark.parametrize(
    "language", sorted({base_language(name) for name in RbnfEngine.get_supported_languages()} - {"root"})
)
def test_no_larger_number_is_taken_for_one_of_the_scale(language: str):
    """21 to 99 as CLDR spells them: never accepted, never "did you mean 2?"."""
    for locale in RbnfEngine.get_supported_languages():
        if base_language(locale) != language:
            continue
        engine = RbnfEngine.for_language(locale)
        for value in range(21, 100):
            for word in {number_words.tidy(word) for word in engine.format_number(value).text_by_ruleset.values()}:
                assert outcome(word, language)[0] == "reask", (value, word)


@settings(max_examples=300, deadline=None)
@given(
    spelling=st.sampled_from(SPELLINGS),
    case=st.sampled_from([str.upper, str.lower, str.title, str.swapcase]),
    before=st.sampled_from(["", " ", "\n", "\t ", "\u3000"]),
    after=st.sampled_from(["", "  ", "\n", " .", "!"]),
)
def test_case_and_white_space_do_not_matter(spelling: tuple[str, str, int], case, before: str, after: str):
    """SIEBEN is sieben is " Sieben ", in every language that has capitals."""
    language, word, value = spelling
    assert outcome(f"{before}{case(word)}{after}", language) == expected(value)


def test_words_that_are_two_numbers():
    """Elf is eleven in German and a thousand in Maltese: the only such words, and each language has its own way."""
    values: dict[str, set[int]] = {}
    for _, word, value in SPELLINGS:
        values.setdefault(fold_word(word), set()).add(value)
    assert {word for word, found in values.items() if len(found) > 1} == {"elf", "du", "tres"}
    assert outcome("elf", "de") == outcome("elf", "mt") == ("reask", None)
    assert outcome("du", "lt") == ("accept", 2)
    assert outcome("du", "ak") == ("accept", 10)
    assert outcome("tres", "es") == ("accept", 3)
    assert outcome("tres", "da") == ("reask", None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_language_borrows_the_number_words_of_another(language: str):
    """All pairs of languages: a number word is this language's own, or English and no false friend, or no number."""
    words = lexicon(language)
    own = {fold_word(word) for word, _ in numerals(language)} | words.numbers.keys()
    english = lexicon("en").numbers.keys() - {fold_word(word) for word in false_friends(language)}
    for _, spelling, _ in SPELLINGS:
        word = fold_word(spelling)
        assert words.number(word) is None or word in own or word in english, word


@pytest.mark.parametrize(
    ("word", "language", "value"),
    [
        ("osiem", "de", None),
        ("zeven", "de", None),
        ("pitó", "pt", None),
        ("dwie", "nl", None),
        ("fem", "de", None),
        ("fira", "sv", 4),
        ("sedm", "sk", 7),
        ("otte", "no", 8),
        ("neunn", "de", 9),
        ("seitsemäm", "fi", 7),
    ],
)
def test_a_slip_is_no_other_languages_number(word: str, language: str, value: int | None):
    """Polish "osiem" in a German chat is eight, not a misspelt "siem": neither is suggested. Kindred words agree."""
    assert read_score(word, language).value == value


@pytest.mark.parametrize(
    ("word", "language", "meant"),
    [
        ("tri", "cs", 3),
        ("tri", "sv", None),
        ("sex", "sv", 6),
        ("sex", "en", None),
        ("six", "fr", 6),
        ("six", "sv", 6),  # English, and no other Swedish word
        ("on", "tr", 10),
        ("on", "sv", None),
        ("on", "fr", None),
        ("to", "da", 2),
        ("to", "cs", None),
        ("fem", "sv", 5),
        ("fem", "de", None),
        ("ten", "en", 10),
        ("ten", "de", 10),
        ("ten", "pl", None),
        ("ten", "cs", None),
        ("one", "fi", 1),
        ("one", "hr", None),
        ("four", "fr", None),
        ("four", "fi", 4),
        ("sei", "it", 6),
        ("sei", "de", None),
        ("hat", "hu", 6),
        ("hat", "de", None),
        ("dim", "cy", None),  # "nothing"
        ("nič", "sl", None),
        ("ничего", "ru", None),
    ],
)
def test_no_number_is_borrowed(word: str, language: str, meant: int | None):
    """The conversation's language decides; a word that says nothing there is asked about."""
    assert outcome(word, language) == (("accept", meant) if meant is not None else ("reask", None))


@pytest.mark.parametrize(
    ("text", "language", "result"),
    [
        ("9", "fi", ("accept", 9)),
        ("9/10", "hu", ("accept", 9)),
        ("9 points", "el", ("accept", 9)),
        ("9 of 10", "el", ("reask", None)),
        ("yhdeksän", "fi", ("accept", 9)),
        ("yhdeksän!", "fi", ("accept", 9)),
        ("9 👍", "fi", ("accept", 9)),
        ("9, hyvä paikka", "fi", ("confirm", 9)),
        ("9, koska palvelu oli hyvä", "fi", ("confirm", 9)),
        ("do 8", "hr", ("reask", None)),
        ("3 päivää", "fi", ("reask", None)),
        ("odotin 3 päivää, 4 viikkoa", "fi", ("reask", None)),
        ("7-8", "fi", ("reask", None)),
        ("11", "fi", ("reask", None)),
        ("seitsemäntoista", "fi", ("reask", None)),
        ("hyvä", "fi", ("reask", None)),
        ("七", "zh-Hant", ("accept", 7)),
        ("syv", "nb-NO", ("accept", 7)),
        ("sedam", "sr-Latn", ("accept", 7)),
        ("седам", "sr", ("accept", 7)),
        ("nine", "xx", ("accept", 9)),
        ("9 because it was great", "xx", ("accept", 9)),
    ],
)
def test_a_language_of_which_only_the_numbers_are_known(text: str, language: str, result: tuple[str, int | None]):
    """Numbers by themselves are read; beside unknown words a clear one is confirmed and any other asked again."""
    assert outcome(text, language) == result


def digits() -> Iterator[str]:
    """Every decimal digit of Unicode."""
    return (char for char in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(char) == "Nd")


def test_digits_of_every_script():
    """Arabic-Indic, Devanagari, full-width and all other decimal digits, alone, as ten, and of ten."""
    zero = ""
    for char in digits():
        value = unicodedata.decimal(char)
        zero = char if value == 0 else zero
        assert outcome(char, "en") == ("accept", value)
        if value == 1:
            assert outcome(char + zero, "ar") == ("accept", 10)
            assert outcome(f"{char}/{char}{zero}", "hi") == ("accept", 1)
            assert outcome(char + char, "en") == ("reask", None)


@pytest.mark.parametrize(
    ("text", "value"),
    [("9️⃣", 9), ("1️⃣0️⃣", 10), ("🔟", 10), ("⑨", 9), ("⑩", 10), ("❾", 9), ("𝟗", 9), ("９／１０", 9), ("९", 9), ("٩", 9)],
)
def test_digits_in_other_dress(text: str, value: int):
    """Keycaps, circles, bold and full-width."""
    assert outcome(text, "en") == ("accept", value)
