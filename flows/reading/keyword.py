"""Opt-out, opt-in and help keywords: the whole message is one word (RELIABILITY C7)."""

import re
from functools import cache, lru_cache
from typing import Literal

from flows.reading.fold import fold
from flows.reading.lexicon import entries, keywords
from flows.reading.numerals import base_language

_NOISE = re.compile(r"[^\w]+|_")
_FIRST = re.compile(r"[^\W_]+")
_LONGEST = 40


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
    return table


@cache
def _persons() -> frozenset[str]:
    return frozenset(_bare(word) for text in keywords().human.values() for word in entries(text))


@cache
def _first_words() -> frozenset[str]:
    """What any keyword of any language begins with."""
    source = keywords()
    lists = (*source.stop.values(), *source.start.values(), *source.help.values(), *source.human.values())
    return frozenset(_bare(word).split(" ")[0] for text in lists for word in entries(text))


@lru_cache(maxsize=8)  # of one reply it is asked at the door, by the lane and by the conversation
def _may_be_keyword(text: str) -> bool:
    """False where `text` surely is no keyword: it is too long, or its first word begins none."""
    if len(text) > 4 * _LONGEST:
        return False
    first = _FIRST.search(fold(text).text)
    return first is not None and first[0] in _first_words()


def asks_for_person(text: str) -> bool:
    """The whole message is a word for a person: "operator", "Mitarbeiter"."""
    return _may_be_keyword(text) and _names_person(text)


def _names_person(text: str) -> bool:
    return len(text) <= 4 * _LONGEST and _bare(text) in _persons()


def _bare(text: str) -> str:
    return _NOISE.sub(" ", fold(text).text).strip()


def keyword(text: str, language: str) -> Literal["", "stop", "start", "help"]:
    """The keyword the whole message consists of: stop, start, help, or "".

    Case, accents, punctuation and emoji around it do not count. The words of every language are valid in every
    conversation, except those that are ordinary words in the conversation's language (`keywords.toml`).
    """
    return _look_up(text, language) if _may_be_keyword(text) else ""


def _look_up(text: str, language: str) -> Literal["", "stop", "start", "help"]:
    if len(text) > 4 * _LONGEST:
        return ""
    return _table(base_language(language)).get(_bare(text), "")
