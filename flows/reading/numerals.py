"""The number words of many languages and their false friends.

`flows/words/numbers.toml` is made from CLDR and num2words; `spoken.toml` holds what people say besides in languages
that have no word list of their own.
"""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import chain

import msgspec

from flows.reading.fold import fold_word

_SAME = {"nb": "no", "nn": "no", "yue": "zh", "cmn": "zh", "tl": "fil", "iw": "he", "in": "id", "prs": "fa"}


class FalseFriends(msgspec.Struct, forbid_unknown_fields=True):
    """`flows/words/false_friends.toml`: an English number word → the languages where it means something else."""

    english: dict[str, str]


def base_language(code: str) -> str:
    """The language of `pt-BR`, `nb_NO`, `zh-Hant` as the word lists call it: `pt`, `no`, `zh`."""
    base = code.replace("_", "-").split("-", maxsplit=1)[0].casefold()
    return _SAME.get(base, base)


def number_languages() -> frozenset[str]:
    """The languages whose number words are known."""
    return frozenset(_lists("numbers"))


def numerals(language: str) -> Iterator[tuple[str, int]]:
    """The spellings of a language's numbers and their values; none for an unknown language."""
    for name in ("numbers", "spoken"):
        for line in _lists(name).get(language, "").splitlines():
            value, _, spellings = line.partition(": ")
            for spelling in filter(None, spellings.split(", ")):
                yield spelling, int(value)


def values_anywhere(word: str) -> frozenset[int]:
    """What a folded word says as a number in whatever language."""
    return _anywhere().get(word, frozenset())


def false_friends(language: str) -> frozenset[str]:
    """English number words that mean something else in the language ("ten" is Polish for "this")."""
    return frozenset(word for word, languages in _false_friends().items() if language in languages.split(", "))


@cache
def _lists(name: str) -> dict[str, str]:
    return msgspec.toml.decode(files("flows.words").joinpath(f"{name}.toml").read_bytes(), type=dict[str, str])


@cache
def _anywhere() -> dict[str, frozenset[int]]:
    values: dict[str, frozenset[int]] = {}
    for spelling, value in chain.from_iterable(map(numerals, number_languages())):
        word = fold_word(spelling)
        values[word] = values.get(word, frozenset()) | {value}
    return values


@cache
def _false_friends() -> dict[str, str]:
    source = files("flows.words").joinpath("false_friends.toml").read_bytes()
    return msgspec.toml.decode(source, type=FalseFriends).english
