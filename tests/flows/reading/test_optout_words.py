"""The classes of words that opt-outs are put together from: each language has them, and none costs more time."""

import msgspec
import pytest

from flows.reading import read_score
from flows.reading.lexicon import entries, files
from flows.reading.optclasses import BIT
from flows.reading.optwords import opt_words
from tests.flows.reading.test_optout import LANGUAGES
from tests.flows.reading.test_properties import MOST_CALLS, calls


def test_endless_letters_are_looked_up_a_few_times():
    """A word of nothing but stretched letters costs no more than another one."""
    word = "".join(3 * letter for letter in "abcdefghijklm")
    read_score(word, "en")
    assert calls(f"{word} {word.upper()}x", "en") < MOST_CALLS / 20


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_classes_that_demands_are_made_of(language: str):
    """No file forgets a class, and none has one that the grammar does not know."""
    lists = msgspec.toml.decode(
        files("flows.words").joinpath(f"optout/{language}.toml").read_bytes(), type=dict[str, str]
    )
    assert BIT.keys() - lists.keys() == set()
    assert lists.keys() - BIT.keys() <= {"clitics", "them", "prefixes", "denying"}
    assert opt_words(language) is not None


@pytest.mark.parametrize("language", ["de", "en", "fr", "ru"])
@pytest.mark.parametrize("between", [" ", ", "])
def test_words_of_demands_again_and_again_cost_no_more_than_other_texts(language: str, between: str):
    """4,000 characters of every class: the work on a clause does not grow with its square."""
    lists = msgspec.toml.decode(
        files("flows.words").joinpath(f"optout/{language}.toml").read_bytes(), type=dict[str, str]
    )
    costs = {}
    for name, words in lists.items():
        said = [word.rstrip("*") for word in entries(words)]
        text = (between.join(said) + between) * 4000
        read_score(text[:4000], language)  # look-ups cached
        costs[name] = calls(text[:4000], language)
    assert {name: cost for name, cost in costs.items() if cost > MOST_CALLS} == {}
