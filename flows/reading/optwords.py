"""The words of opt-out demands by their classes (`optclasses.py`), compiled."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from importlib.resources import files
from itertools import chain

import msgspec
from msgspec import Struct

from flows.reading.fold import fold_word
from flows.reading.lexicon import Lexicon, entries, lexicon
from flows.reading.numerals import base_language
from flows.reading.optclasses import BIT, OptPhrase, longer
from flows.reading.optclasses import phrases as compiled
from flows.reading.units import tags

_HANGING = frozenset({"clitics", "them", "prefixes", "denying"})
_TAKES_ENDINGS = sum(BIT[name] for name in ("contact", "send", "cease", "remove", "leave", "spare", "unsub", "get"))
_MAY_BE_DENIED = sum(BIT[name] for name in ("contact", "contacted", "send", "want", "get", "consent", "keep", "me"))
_LIGHT_TAGS = tags(
    "pronoun filler polite thanks greeting copula loose apology trailing func article firm carrier signoff"
)
_MAY_SLIP, _MOST_SLIP = 6, 16  # letters of a word that is known with one missed, doubled, changed or exchanged
_NO_SLIP = ~(BIT["away"] | BIT["lost"])  # what is a demand by itself is so as it is spelt
PHRASE = 1 << (len(BIT) + 2)  # in a gate: the word begins a phrase
_REMEMBERED = 16384  # words
_OPENING = 4  # letters
_STEM = 3  # letters of the shortest stems
_ROOT = 3  # letters at the beginning that tell verbs apart: there no letter is another one
_ENDING = 2  # letters at the end that tell forms of a verb apart: no slip there
_SPELT_OUT = (
    {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "æ": "ae"},
    {"å": "aa"},
    {"æ": "ae", "ø": "oe", "å": "aa"},
)
_CYRILLIC = "абвгґдеєжзиіїйклмнопрстуфхцчшщыэюяёъь"
_LETTERS = "a,b,v,g,g,d,e,ye,zh,z,i,i,yi,y,k,l,m,n,o,p,r,s,t,u,f,h,ts,ch,sh,sch,y,e,yu,ya,e,,"
_LATIN = dict(zip(_CYRILLIC, _LETTERS.split(","), strict=True))
_SAME_IN_ARABIC = str.maketrans({"ة": "ه", "ى": "ي", "ء": None})
_STRETCHED = re.compile(r"(.)\1{2,}")


class OptWords(Struct, frozen=True, eq=False):
    """The compiled words of a language.

    `stems` and `phrases` (what follows the first word) by their text, `begun`: what those need that are not light;
    `slips`, `stem_slips`: without one letter;
    `endings` with their classes and `denials` ("ne-") hang on verbs, `prefixes` on any word;
    `sizes` of the stems by their first letters; `openings`: what any of these begins with.
    """

    words: Mapping[str, int]
    stems: Mapping[str, int]
    phrases: Mapping[str, Sequence[OptPhrase]]
    begun: Mapping[str, Sequence[tuple[frozenset[str], int]]]
    slips: Mapping[str, int]
    stem_slips: Mapping[str, int]
    endings: Sequence[tuple[str, int]]
    prefixes: tuple[str, ...]
    denials: tuple[str, ...]
    sizes: Mapping[str, Sequence[int]]
    openings: frozenset[str]
    owner: Lexicon

    def spelt(self, words: Sequence[str]) -> Sequence[str]:
        """The words as phrases spell them: Arabic has two letters each for the same ending."""
        return [word.translate(_SAME_IN_ARABIC) for word in words] if self.prefixes else words

    def opened(self, said: AbstractSet[str]) -> Mapping[str, Sequence[OptPhrase]]:
        """By their first word the phrases of which every word is said."""
        found: dict[str, Sequence[OptPhrase]] = {}
        for word in said & self.phrases.keys():
            if phrases := [phrase for phrase in self.phrases[word] if phrase.needs <= said]:
                found[word] = phrases
        return found

    def gate(self, *, slips: bool) -> Mapping[str, int]:
        """What each folded word may have to do with a demand, by itself or in its parts; `PHRASE` if it begins one."""
        return _gate(self, slips)

    def classes(self, *, slips: bool = False, ordinary: bool = True) -> Mapping[str, int]:
        """The classes of every folded word, 0 for an unknown one.

        `slips`: also of a word with a slip in it; not `ordinary`: without those words that do nothing in a demand.
        """
        return _looked_up(self, slips, ordinary)


@lru_cache(maxsize=8)  # of one long text it is asked at the door, for its excerpt and for its demands
def near(words: tuple[str, ...], known: OptWords) -> Sequence[str]:
    """The different words that may have a class of a demand; those of a text of new words are not looked up."""
    different = frozenset(words)
    if known.prefixes or known.denials:
        return list(different)
    openings, stems = known.openings, known.stems
    if "'" in "".join(different):
        return [word for word in different if word[:_OPENING] in openings or word[:_STEM] in stems or "'" in word]
    return [
        word for word in different if word[0] in openings and (word[:_OPENING] in openings or word[:_STEM] in stems)
    ]


class _LookedUp(dict[str, int]):
    """What each word is found to be, when it is first met."""

    def __init__(self, words: OptWords, slips: bool, ordinary: bool) -> None:  # noqa: FBT001
        super().__init__()
        self._words, self._slips, self._ordinary = words, slips, ordinary
        self._plain = _looked_up(words, False, False) if slips or ordinary else None

    def __missing__(self, word: str) -> int:
        found = _classes(self._words, word) if self._plain is None else self._plain[word]
        if not found and self._ordinary and _is_ordinary(self._words.owner, word):
            found = BIT["light"]
        if not found and self._slips and _MAY_SLIP - 1 <= len(word) <= _MOST_SLIP:
            found = _with_slip(self._words, word) & _NO_SLIP
        if not found and _STRETCHED.search(word):
            found = self[_STRETCHED.sub(r"\1", word)] or self[_STRETCHED.sub(r"\1\1", word)]
        if len(self) >= _REMEMBERED:
            self.clear()
        self[word] = found
        return found


class _Gate(dict[str, int]):
    """The classes of each word and of the parts an apostrophe joins."""

    def __init__(self, words: OptWords, slips: bool) -> None:  # noqa: FBT001
        super().__init__()
        self._classes, self._begun = _looked_up(words, slips, slips), words.begun

    def __missing__(self, word: str) -> int:
        found = 0
        for part in {word, *word.split("'")}:
            found |= self._classes[part] | (PHRASE if part in self._begun else 0)
        if len(self) >= _REMEMBERED:
            self.clear()
        self[word] = found
        return found


@lru_cache(maxsize=128)
def _gate(words: OptWords, slips: bool) -> _Gate:  # noqa: FBT001
    return _Gate(words, slips)


@lru_cache(maxsize=128)
def _looked_up(words: OptWords, slips: bool, ordinary: bool) -> _LookedUp:  # noqa: FBT001
    return _LookedUp(words, slips, ordinary)


def _is_ordinary(owner: Lexicon, word: str) -> bool:
    return not owner.tags_of(word).isdisjoint(_LIGHT_TAGS) or owner.number(word) is not None


def _classes(words: OptWords, word: str) -> int:
    found = _with_me(words, word.translate(_SAME_IN_ARABIC) if words.prefixes else word)
    for prefix in words.prefixes:
        if len(word) > len(prefix) + 2 and word.startswith(prefix):
            found |= _with_me(words, word[len(prefix) :].translate(_SAME_IN_ARABIC))
    for denial in words.denials:
        if word.startswith(denial) and (bare := _with_me(words, word[len(denial) :])) & _MAY_BE_DENIED:
            found |= bare | BIT["not"]
    return found


def _with_me(words: OptWords, word: str) -> int:
    """The classes of a word, me among them where that hangs on it."""
    found = _plain(words, word)
    for ending, classes in words.endings:
        if len(word) > len(ending) + 2 and word.endswith(ending):
            bare = _plain(words, word[: -len(ending)])
            if bare & _TAKES_ENDINGS:
                return found | bare | classes
    return found


def _plain(words: OptWords, word: str) -> int:
    found = words.words.get(word, 0)
    for size in words.sizes.get(word[:_STEM], ()):
        found |= words.stems.get(word[:size], 0)
    return found


def _with_slip(words: OptWords, word: str) -> int:
    if words.owner.own(word):
        return 0
    found = words.slips.get(word, 0)  # a letter left out
    if found or len(word) < _MAY_SLIP:
        return found
    for size in words.sizes.get(word[:_STEM], ()):
        if _MAY_SLIP <= size <= len(word) and (found := words.stem_slips.get(word[: size - 1], 0)):
            return found
    return _changed(words, word)


def _changed(words: OptWords, word: str) -> int:
    """The classes of a word with one letter too many, another one, or two that changed places."""
    for place in range(1, len(word) - 1):
        shorter = word[:place] + word[place + 1 :]
        if found := words.words.get(shorter, 0) if len(shorter) >= _MAY_SLIP else 0:
            return found
        if _ROOT <= place < len(word) - _ENDING and (found := words.slips.get(shorter, 0)):
            return found
    return 0


def _shorter(word: str) -> Iterator[str]:
    return (word[:i] + word[i + 1 :] for i in range(1, len(word) - _ENDING + 1))


def _ways(entry: str) -> Iterator[str]:
    """How an entry is written: as it stands, with its umlauts spelt out, in Latin letters."""
    yield entry
    for spelt in _SPELT_OUT:
        if not spelt.keys().isdisjoint(entry):
            yield "".join(spelt.get(char, char) for char in entry)
    if not _LATIN.keys().isdisjoint(entry):
        yield "".join(_LATIN.get(char, char) for char in entry)


def _compile(lists: Mapping[str, str], owner: Lexicon) -> OptWords:
    words: dict[str, int] = {}
    stems: dict[str, int] = {}
    phrases: dict[str, dict[tuple[str, ...], int]] = {}
    for name, text in lists.items():
        if name in _HANGING:
            continue
        bit = BIT[name]
        for written in chain.from_iterable(map(_ways, entries(text))):
            parts = fold_word(written).translate(_SAME_IN_ARABIC).replace("-", " ").split()
            if len(parts) > 1:
                for said in (parts, " ".join(parts).replace("'", " ").split()):
                    begun = phrases.setdefault(said[0], {})
                    begun[tuple(said[1:])] = begun.get(tuple(said[1:]), 0) | bit
            elif parts[0].endswith("*"):
                stems[parts[0][:-1]] = stems.get(parts[0][:-1], 0) | bit
            else:
                words[parts[0]] = words.get(parts[0], 0) | bit
    sizes: dict[str, list[int]] = {}
    for stem in sorted(stems, key=len):
        known = sizes.setdefault(stem[:_STEM], [])
        known.extend([len(stem)] if len(stem) not in known else [])
    opened = {first: compiled(longer(begun)) for first, begun in phrases.items()}
    return OptWords(
        words,
        stems,
        opened,
        {word: needs for word, begun in opened.items() if (needs := _needs(begun))},
        *_slips(words, stems),
        [(end, BIT[name]) for key, name in (("clitics", "me"), ("them", "these")) for end in _hanging(lists, key)],
        _hanging(lists, "prefixes"),
        _hanging(lists, "denying"),
        sizes,
        frozenset(word[:size] for word in chain(words, stems, phrases) for size in (1, _OPENING)),
        owner,
    )


def _needs(begun: Iterable[OptPhrase]) -> list[tuple[frozenset[str], int]]:
    """What else the phrases of one first word need, and their classes; light ones make nothing of a text."""
    return [(phrase.needs, phrase.classes) for phrase in begun if phrase.classes != BIT["light"]]


def _slips(words: Mapping[str, int], stems: Mapping[str, int]) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Long words and stems without one letter, and what begins as a stem does that lacks one."""
    whole: dict[str, int] = {}
    begun: dict[str, int] = {}
    for table, known in ((whole, words), (whole, stems), (begun, stems)):
        for word, found in known.items():
            if len(word) >= _MAY_SLIP + (table is begun) and found & ~BIT["light"]:
                for shorter in _shorter(word):
                    table.setdefault(shorter, words.get(word, 0) | stems.get(word, 0))
    return whole, begun


def _hanging(lists: Mapping[str, str], name: str) -> tuple[str, ...]:
    found: Iterable[str] = (fold_word(entry).translate(_SAME_IN_ARABIC) for entry in entries(lists.get(name, "")))
    return tuple(sorted(found, key=len, reverse=True))


@lru_cache(maxsize=512)
def opt_words(language: str) -> OptWords | None:
    """The words of a language, or None where there are none."""
    base = base_language(language)
    file = files("flows.words").joinpath(f"optout/{base}.toml")
    if not file.is_file():
        return None
    return _compile(msgspec.toml.decode(file.read_bytes(), type=dict[str, str]), lexicon(base))


@lru_cache(maxsize=512)
def all_opt_words(language: str) -> Sequence[OptWords]:
    """The words of the language and the English ones, which may be the same."""
    found = dict.fromkeys((opt_words(language), opt_words("en")))
    return [words for words in found if words is not None]
