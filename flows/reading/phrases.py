"""A small pattern language over words, for the wishes that no list of keywords can hold.

One pattern is a row of elements: `word`, `stem*` (prefix), `a|b` (either), `@class` (any word of a class), a trailing
`?` (optional), `..` (up to four words of the same clause). A hyphen joins words that people write with it or with
a space: `rappelez-moi` is found in "rappelez moi", too. Patterns are found by their first element, so
reading stays linear: each token looks up the few patterns that can begin there.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain, product

from msgspec import Struct

from flows.reading.fold import fold_word
from flows.reading.tokens import EMOJI, LINE, LONGEST_WORD, NUMBER, STOP, WORD, Token

_GAP = ".."
_LONGEST_GAP = 4
_SOLID = frozenset({WORD, NUMBER, STOP, LINE})
_COMMAS = frozenset({",", ";", ":", "–"})


class Element(Struct, frozen=True):
    """One element: exact words, prefixes, or a gap (both empty)."""

    words: frozenset[str] = frozenset()
    stems: tuple[str, ...] = ()
    optional: bool = False

    def takes(self, word: str) -> bool:
        """Whether the word fits this element."""
        return word in self.words or (bool(self.stems) and word.startswith(self.stems))

    def takes_any(self, words: set[str]) -> bool:
        """Whether one of the words fits."""
        return not self.words.isdisjoint(words) or (bool(self.stems) and any(w.startswith(self.stems) for w in words))

    @property
    def needs_word(self) -> bool:
        """Whether nothing but a word meets this element: no gap, no digits, no skipping."""
        forms = (*self.words, *self.stems)
        return bool(forms) and not self.optional and all(form[0].isalpha() for form in forms)

    @property
    def commonness(self) -> float:
        """How often a text may meet this element; long words are rare."""
        return sum(2.0 ** -len(word) for word in (*self.words, *self.stems))


class Pattern(Struct, frozen=True, eq=False):
    """A compiled pattern and the name it reports. `needs`: the elements that only words meet, rarest first."""

    name: str
    elements: tuple[Element, ...]
    needs: tuple[Element, ...]


class Patterns:
    """Many patterns, found by the word they begin with."""

    def __init__(self, sources: Iterable[tuple[str, str]], classes: Mapping[str, Sequence[str]]) -> None:
        """Compile (name, source) pairs. Raises ValueError for a pattern that begins with a gap or names no class."""
        self._by_word: dict[str, list[Pattern]] = {}
        self._by_stem: dict[str, list[Pattern]] = {}
        self._patterns: list[Pattern] = []
        for name, source in sources:
            for ways in product(*(_ways(part, classes) for part in source.split())):
                self._add(name, source, tuple(chain.from_iterable(ways)))
        self._stem_sizes = sorted({len(stem) for stem in self._by_stem})
        self._beginning_with = lru_cache(maxsize=16384)(self._find_beginnings)
        self._needing = lru_cache(maxsize=16384)(self._find_needing)

    def _add(self, name: str, source: str, elements: tuple[Element, ...]) -> None:
        first = elements[0]
        if first.optional or not (first.words or first.stems):
            raise ValueError(f"pattern '{source}' must begin with a word; it begins with a gap or an option")
        needs = (first, *(element for element in elements[1:] if element.needs_word))
        pattern = Pattern(name, elements, tuple(sorted(needs, key=lambda element: element.commonness)))
        self._patterns.append(pattern)
        for word in first.words:
            self._by_word.setdefault(word, []).append(pattern)
        for stem in first.stems:
            self._by_stem.setdefault(stem, []).append(pattern)

    def possible(self, words: set[str]) -> set[Pattern]:
        """The patterns whose needs these words meet; no other can be found in a text of them."""
        candidates = set(chain.from_iterable(map(self._needing, words)))
        for pattern in tuple(candidates):
            for need in pattern.needs:  # spelled out: this runs for each pattern that a comment comes near to
                if need.words.isdisjoint(words) and not (need.stems and need.takes_any(words)):
                    candidates.discard(pattern)
                    break
        return candidates

    def find(self, tokens: Sequence[Token]) -> list[tuple[str, int, int]]:
        """All matches as (name, first token, token after the last)."""
        possible = self.possible({token.text[:LONGEST_WORD] for token in tokens if token.kind == WORD})
        return self._find(tokens, possible) if possible else []

    def _find(self, tokens: Sequence[Token], possible: set[Pattern]) -> list[tuple[str, int, int]]:
        return [
            (pattern.name, i, end)
            for i, token in enumerate(tokens)
            if token.kind == WORD
            for pattern in self._beginning_with(token.text[:LONGEST_WORD])
            if pattern in possible and (end := _match(pattern.elements, 0, tokens, i))
        ]

    def _find_needing(self, word: str) -> tuple[Pattern, ...]:
        """The patterns whose rarest element takes the word."""
        return tuple(pattern for pattern in self._patterns if pattern.needs[0].takes(word))

    def _find_beginnings(self, word: str) -> tuple[Pattern, ...]:
        stems = (self._by_stem.get(word[:size], ()) for size in self._stem_sizes if size <= len(word))
        return (*self._by_word.get(word, ()), *chain.from_iterable(stems))


_ANYTHING = Element()


def _ways(part: str, classes: Mapping[str, Sequence[str]]) -> list[tuple[Element, ...]]:
    """The ways to meet one part of a pattern: its single words as one element, and each row of joined words."""
    if part == _GAP:
        return [(_ANYTHING,)]
    optional = part.endswith("?")
    single: set[str] = set()
    rows: list[tuple[Element, ...]] = []
    for choice in part.rstrip("?").split("|"):
        if choice.startswith("@") and choice[1:] not in classes:
            raise ValueError(f"pattern names the class '{choice}', which is not in this language's [classes]")
        for form in classes[choice[1:]] if choice.startswith("@") else (choice,):
            joined = fold_word(form).replace("-", " ").split()
            if len(joined) > 1:
                rows.append(tuple(_element({word}, optional=optional) for word in joined))
            else:
                single.update(joined)
    return [(_element(single, optional=optional),), *rows] if single else rows


def _element(forms: set[str], *, optional: bool) -> Element:
    stems = {form[:-1] for form in forms if form.endswith("*")}
    words = {form for form in forms if not form.endswith("*")}
    return Element(frozenset(words), tuple(sorted(stems)), optional)


def _match(elements: Sequence[Element], at: int, tokens: Sequence[Token], i: int) -> int:
    """The token after a match of elements[at:] from token i on, or 0. Gaps are few and short, so this is bounded."""
    if at == len(elements):
        return i
    element = elements[at]
    if not element.words and not element.stems:
        for _ in range(_LONGEST_GAP + 1):
            if end := _match(elements, at + 1, tokens, i):
                return end
            while i < len(tokens) and tokens[i].kind not in _SOLID and tokens[i].text not in _COMMAS:
                i += 1
            if i == len(tokens) or tokens[i].kind in {STOP, LINE} or tokens[i].text in _COMMAS:
                return 0
            i += 1
        return 0
    j = i
    behind_gap = at > 0 and elements[at - 1] == _ANYTHING
    while j < len(tokens) and tokens[j].kind not in _SOLID and not (behind_gap and tokens[j].text in _COMMAS):
        j += 1
    if j < len(tokens) and tokens[j].kind != EMOJI and element.takes(tokens[j].text):
        end = _match(elements, at + 1, tokens, j + 1)
        if end:
            return end
    return _match(elements, at + 1, tokens, i) if element.optional else 0
