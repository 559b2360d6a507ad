"""A small pattern language over words, for the wishes that no list of keywords can hold.

One pattern is a row of elements: `word`, `stem*` (prefix), `a|b` (either), `@class` (any word of a class), a trailing
`?` (optional), `..` (up to four words of the same clause). A hyphen joins words that people write with it or with
a space: `rappelez-moi` is found in "rappelez moi", too. Patterns are found by their first element, so
reading stays linear: each token looks up the few patterns that can begin there.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from itertools import chain, product

from msgspec import Struct

from flows.reading.fold import fold_word
from flows.reading.tokens import LINE, LONGEST_WORD, NUMBER, STOP, WORD, Token

_GAP = ".."
_LONGEST_GAP = 4
_SOLID = frozenset({WORD, NUMBER, STOP, LINE})
_COMMAS = frozenset({",", ";", ":", "–"})
_BREAK = "\n"
_ENDS_GAP = _COMMAS | {_BREAK}


class Element(Struct, frozen=True):
    """One element: exact words, prefixes, or a gap (both empty). `forms`: both in one, a prefix with its star."""

    words: frozenset[str] = frozenset()
    stems: tuple[str, ...] = ()
    optional: bool = False
    forms: frozenset[str] = frozenset()

    @property
    def needs_word(self) -> bool:
        """Whether nothing but a word meets this element: no gap, no digits, no skipping."""
        return bool(self.forms) and not self.optional and all(form[0].isalpha() for form in self.forms)

    @property
    def commonness(self) -> float:
        """How often a text may meet this element; long words are rare."""
        return sum(2.0 ** -len(form.rstrip("*")) for form in self.forms)


class Pattern(Struct, frozen=True, eq=False):
    """A compiled pattern and the name it reports. `needs`: the elements that only words meet, rarest first."""

    name: str
    elements: tuple[Element, ...]
    needs: tuple[Element, ...]


class Patterns:
    """Many patterns, found by the word they begin with."""

    def __init__(self, sources: Iterable[tuple[str, str]], classes: Mapping[str, Sequence[str]]) -> None:
        """Compile (name, source) pairs. Raises ValueError for a pattern that begins with a gap or names no class."""
        self._patterns: list[Pattern] = []
        self._beginning: dict[str, list[Pattern]] = {}  # by each form of the first element
        self._needing: dict[str, list[Pattern]] = {}  # by each form of the rarest one
        for name, source in sources:
            for ways in product(*(_ways(part, classes) for part in source.split())):
                self._add(name, source, tuple(chain.from_iterable(ways)))
        forms = {form for pattern in self._patterns for need in pattern.needs for form in need.forms}
        self._known = frozenset(forms)
        stems = [form[:-1] for form in forms if form.endswith("*")]
        self._stem_sizes = sorted({len(stem) for stem in stems})
        self._shortest_stem = min(self._stem_sizes, default=0)
        self._openings = frozenset(stem[: self._shortest_stem] for stem in stems)
        self._letters = frozenset(form[:1] for form in forms)
        self._last: tuple[tuple[str, ...], AbstractSet[Pattern]] = (), frozenset()
        self._forms = lru_cache(maxsize=16384)(self._forms_of)

    def _add(self, name: str, source: str, elements: tuple[Element, ...]) -> None:
        first = elements[0]
        if first.optional or not first.forms:
            raise ValueError(f"pattern '{source}' must begin with a word; it begins with a gap or an option")
        needs = (first, *(element for element in elements[1:] if element.needs_word))
        pattern = Pattern(name, elements, tuple(sorted(needs, key=lambda element: element.commonness)))
        self._patterns.append(pattern)
        for form in first.forms:
            self._beginning.setdefault(form, []).append(pattern)
        for form in pattern.needs[0].forms:
            self._needing.setdefault(form, []).append(pattern)

    def possible(self, words: set[str]) -> set[Pattern]:
        """The patterns whose needs these words meet; no other can be found in a text of them."""
        met = set(chain.from_iterable(map(self._forms, self._near(words))))
        candidates = set(chain.from_iterable(map(self._needing.__getitem__, met & self._needing.keys())))
        for pattern in tuple(candidates):
            for need in pattern.needs:  # spelled out: this runs for each pattern that a comment comes near to
                if need.forms.isdisjoint(met):
                    candidates.discard(pattern)
                    break
        return candidates

    def possible_in(self, words: tuple[str, ...]) -> AbstractSet[Pattern]:
        """`possible` for the words of a text, found once for all who look at the same text one after the other."""
        last, found = self._last
        if last is not words:
            found = self.possible(set(words))
            self._last = words, found
        return found

    def landmarks(self, text: tuple[str, ...], counts: Mapping[str, int]) -> set[str]:
        """The words to look around in a text that has each word so many times: every pattern is at one of them.

        Of what a pattern needs it is the element which the fewest words of the text meet.
        """
        words_of: dict[str, list[str]] = {}
        for word in self._near(counts):
            for form in self._forms(word):
                words_of.setdefault(form, []).append(word)
        said = frozenset(words_of)  # to meet a dict all of it would be gone through
        met: dict[frozenset[str], tuple[int, list[str]]] = {}  # patterns have many elements in common
        found: set[str] = set()
        for pattern in self.possible_in(text):
            for need in pattern.needs:
                if need.forms not in met:
                    words = [word for form in need.forms & said for word in words_of[form]]
                    met[need.forms] = sum(map(counts.__getitem__, words)), words
            found.update(min(met[need.forms] for need in pattern.needs)[1])
        return found

    def _near(self, words: Iterable[str]) -> list[str]:
        """The words that may be part of a need; a text of new words is sifted without remembering them."""
        known, openings, size, letters = self._known, self._openings, self._shortest_stem, self._letters
        return [word for word in words if word[0] in letters and (word in known or word[:size] in openings)]

    def find(self, tokens: Sequence[Token]) -> list[tuple[str, int, int]]:
        """All matches as (name, first token, token after the last)."""
        possible = self.possible({token.text[:LONGEST_WORD] for token in tokens if token.kind == WORD})
        return self._find(tokens, possible) if possible else []

    def _find(self, tokens: Sequence[Token], possible: set[Pattern]) -> list[tuple[str, int, int]]:
        openings = self._openings_of({token.text[:LONGEST_WORD] for token in tokens if token.kind == WORD}, possible)
        places = [i for i, token in enumerate(tokens) if token.kind in _SOLID or token.text in _COMMAS]
        said = [_BREAK if tokens[i].kind in {STOP, LINE} else tokens[i].text for i in places] + [_BREAK]
        return [
            (pattern.name, i, places[end - 1] + 1)
            for k, i in enumerate(places)
            if tokens[i].kind == WORD
            for pattern in openings.get(tokens[i].text[:LONGEST_WORD], ())
            if (end := _match(pattern.elements, 0, said, k))
        ]

    def _openings_of(self, words: set[str], possible: set[Pattern]) -> dict[str, list[Pattern]]:
        """By word those of the possible patterns that begin with it."""
        found: dict[str, list[Pattern]] = {}
        for word in self._near(words) if possible else ():
            for form in self._forms(word):
                for pattern in self._beginning.get(form, ()):
                    if pattern in possible:
                        found.setdefault(word, []).append(pattern)
        return found

    def _forms_of(self, word: str) -> tuple[str, ...]:
        """The forms in which the word is part of a need; most words are part of none."""
        exact = (word,) if word in self._known else ()
        if word[: self._shortest_stem] not in self._openings:
            return exact
        stems = (word[:size] + "*" for size in self._stem_sizes if size <= len(word))
        return (*exact, *filter(self._known.__contains__, stems))


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
    return Element(frozenset(words), tuple(sorted(stems)), optional, frozenset(forms))


def _match(elements: Sequence[Element], at: int, said: Sequence[str], i: int) -> int:
    """The place after a match of elements[at:] from place i on, or 0. Gaps are few and short, so this is bounded.

    `said` has the words, numbers and commas and ends with a break; other signs are looked through.
    """
    while at < len(elements):
        element = elements[at]
        if not element.forms:
            return _match_behind_gap(elements, at + 1, said, i)
        j = i
        if at and elements[at - 1].forms:  # commas are looked through, but not behind a gap
            while said[j] in _COMMAS:
                j += 1
        at += 1
        word = said[j]
        if word not in element.words and not (element.stems and word.startswith(element.stems)):
            if not element.optional:
                return 0
        elif not element.optional:
            i = j + 1
        elif end := _match(elements, at, said, j + 1):
            return end
    return i


def _match_behind_gap(elements: Sequence[Element], at: int, said: Sequence[str], i: int) -> int:
    """As `_match`, with up to four words before place i of elements[at:]."""
    following = elements[at] if at < len(elements) else _ANYTHING
    needed, stems = bool(following.forms) and not following.optional, following.stems
    for _ in range(_LONGEST_GAP + 1):
        word = said[i]  # looked at here, for most places behind a gap meet nothing
        met = not needed or word in following.words or (stems and word.startswith(stems))
        if met and (end := _match(elements, at, said, i)):
            return end
        if word in _ENDS_GAP:
            return 0
        i += 1
    return 0
