"""Scores without a readable number: look-alikes ("lO"), misspelt words ("sevne"), roman numerals, "top marks"."""

from collections.abc import Sequence

from rapidfuzz.distance import OSA

from flows.reading.lexicon import Lexicon
from flows.reading.numerals import values_anywhere
from flows.reading.tokens import NUMBER, PAUSE, SIGN, STOP, WORD, Token
from flows.reading.units import Unit, tags

_ROMAN = {"II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7, "VIII": 8, "IX": 9, "X": 10}
_LOOK_ALIKES = str.maketrans("oOоОοΟlI|іІӀΙ", "0000001111111")  # Latin, Cyrillic, Greek
_LIKE_DIGITS = frozenset("oOоОοΟlI|іІӀΙ01")
_SHORTEST_TYPO = 4
_WRAPS = tags("filler carrier pronoun firm article polite thanks greeting laugh point apology hedge")


def slip(units: Sequence[Unit], tokens: Sequence[Token], original: str, words: Lexicon) -> int | None:
    """The number probably meant by a text in which no number could be read, or None. `original` keeps the case."""
    value = _look_alike(original.strip(" .!\n\t"))
    return _misspelt(units, tokens, words) if value is None else value


def end_of_scale(units: Sequence[Unit], low: int, high: int) -> int | None:
    """The value of "top marks" or "no points at all", or of ten or no stars."""
    for i, unit in enumerate(units):
        if "top" in unit.tags:
            return high
        if "bottom" in unit.tags:
            return low
        if "stars" in unit.tags and i and (count := _count(units[i - 1])) in {low, high}:
            return count
    return None


def _count(unit: Unit) -> int | None:
    if unit.kind == NUMBER and unit.text.isdigit() and len(unit.text) < 3:
        return int(unit.text)
    return unit.value


def _look_alike(text: str) -> int | None:
    if text in _ROMAN:
        return _ROMAN[text]
    if 1 <= len(text) <= 2 and set(text) <= _LIKE_DIGITS:
        return int(text.translate(_LOOK_ALIKES))
    return None


def _misspelt(units: Sequence[Unit], tokens: Sequence[Token], words: Lexicon) -> int | None:
    """One unknown word, alone in its clause, one typing error away from a number word, and not another language's."""
    clause: list[Unit] = []
    for unit in units:
        if unit.kind in {PAUSE, STOP} and clause:
            break
        if unit.kind in {WORD, NUMBER} and not unit.tags & _WRAPS:
            clause.append(unit)
        elif unit.kind == SIGN and unit.text not in "*_":
            return None
    if len(clause) != 1 or clause[0].kind != WORD:
        return None
    word = tokens[clause[0].first].text
    known = words.slips.get(word)
    if known is not None:
        return known
    if clause[0].tags or len(word) < _SHORTEST_TYPO or word in words.no or word in words.yes:
        return None
    near = {
        value
        for name, value in words.numbers.items()
        if len(name) >= _SHORTEST_TYPO
        and abs(len(name) - len(word)) <= 1  # longer words cost time, and none of them is near
        and OSA.distance(word, name, score_cutoff=1) <= 1
    }
    elsewhere = values_anywhere(word)
    return near.pop() if len(near) == 1 and (not elsewhere or near <= elsewhere) else None
