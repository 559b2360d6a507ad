"""Opt-out, opt-in and help keywords: the whole message is one word (RELIABILITY C7)."""

import re
from functools import cache, lru_cache
from typing import Literal

from flows.reading.fold import fold
from flows.reading.lexicon import entries, keywords, lexicon
from flows.reading.numerals import base_language, values_anywhere
from flows.reading.optclasses import BIT
from flows.reading.optwords import all_opt_words

_NOISE = re.compile(r"[^\w]+|_")
_STRETCHED = re.compile(r"(.)\1{2,}")
_FIRST = re.compile(r"[^\W_]+")
_LONGEST = 40
_POLITE = frozenset({"polite", "thanks"})
_URGING = BIT["more"] | BIT["please"] | BIT["these"] | BIT["me"]
_SLIPPING, _LONG = 4, 7  # letters a word has where a slip of it is still the word; where one may be left out


@cache
def _table(language: str) -> dict[str, Literal["stop", "start", "help"]]:
    source = keywords()
    ordinary = {_bare(word) for word in entries(source.ordinary.get(language, ""))}
    table: dict[str, Literal["stop", "start", "help"]] = {}
    for name, lists in (("help", source.help), ("start", source.start), ("stop", source.stop)):
        for owner, text in lists.items():
            for word in map(_bare, entries(text)):
                if owner == language or word not in ordinary:
                    table[word] = name  # type: ignore[assignment]  # the names above are the three literals
    words = lexicon(language)
    for slip in _slips() - ordinary:
        if not words.own(slip):
            table.setdefault(slip, "stop")
    return table


@cache
def _slips() -> frozenset[str]:
    """How a finger misses the opt-out words: two letters changed about, one struck twice, one of many left out."""
    found: set[str] = set()
    for word in (_bare(word) for text in keywords().stop.values() for word in entries(text)):
        if not word.isalpha() or len(word) < _SLIPPING:
            continue
        places = range(len(word))
        found.update(word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in places[:-1])
        found.update(word[:i] + word[i] + word[i:] for i in places)
        if len(word) >= _LONG:
            found.update(word[:i] + word[i + 1 :] for i in places[1:])
    return frozenset(slip for slip in found if not values_anywhere(slip))


@cache
def _persons() -> frozenset[str]:
    return frozenset(_bare(word) for text in keywords().human.values() for word in entries(text))


@cache
def _first_words() -> frozenset[str]:
    """What any keyword of any language begins with."""
    source = keywords()
    lists = (*source.stop.values(), *source.start.values(), *source.help.values(), *source.human.values())
    return _slips().union(_bare(word).split(" ")[0] for text in lists for word in entries(text))


@lru_cache(maxsize=8)  # of one reply it is asked at the door, by the lane and by the conversation
def _may_be_keyword(text: str) -> bool:
    """False where `text` surely is no keyword: it is too long, or its first word begins none."""
    if len(text) > 4 * _LONGEST:
        return False
    first = _FIRST.search(fold(text).text)
    return first is not None and _STRETCHED.sub(r"\1", first[0]) in _first_words()


def asks_for_person(text: str) -> bool:
    """The whole message is a word for a person: "operator", "Mitarbeiter"."""
    return _may_be_keyword(text) and _names_person(text)


def _names_person(text: str) -> bool:
    return len(text) <= 4 * _LONGEST and _bare(text) in _persons()


def _bare(text: str) -> str:
    return _STRETCHED.sub(r"\1", _NOISE.sub(" ", fold(text).text).strip())


def keyword(text: str, language: str) -> Literal["", "stop", "start", "help"]:
    """The keyword the whole message consists of: stop, start, help, or "".

    Case, accents, punctuation and emoji around it do not count. The words of every language are valid in every
    conversation, except those that are ordinary words in the conversation's language (`keywords.toml`).
    """
    return _look_up(text, language) if _may_be_keyword(text) else ""


def _look_up(text: str, language: str) -> Literal["", "stop", "start", "help"]:
    if len(text) > 4 * _LONGEST:
        return ""
    table, said = _table(base_language(language)), _bare(text)
    urged = False
    while (found := table.get(said)) is None and " " in said:
        said, _, last = said.rpartition(" ")
        if lexicon(language).tags_of(last).isdisjoint(_POLITE):
            if not any(words.classes()[last] & _URGING for words in all_opt_words(language)):
                return ""
            urged = True
    return found if found and (found == "stop" or not urged) else ""
