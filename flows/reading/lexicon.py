"""The word lists of a language (`flows/words/<language>.toml`), read once and compiled for looking up.

A list is written as one text, its entries parted by commas or line ends. An entry is a word, several words, or a
`stem*`. Number words come from `numerals.py`; a file adds what people say besides. Every language falls back to English
for words it does not know itself and that mean nothing else in it. A language of which only the numbers are known takes
from English no short words, which look alike in too many languages; an unknown language is read as English.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from itertools import chain

import msgspec

from flows.reading.fold import fold, fold_word
from flows.reading.numerals import base_language, false_friends, number_languages, numerals
from flows.reading.phrases import Patterns
from flows.reading.plurals import NOTHING, counting
from flows.reading.tokens import is_word, tokenise

Phrase = tuple[tuple[str, ...], frozenset[str], int | None]
"""The words that follow the first two of a phrase, its tags, and its value as a number ("one hundred")."""
Meaning = tuple[str, int | None, frozenset[str]]
"""A word as it is looked up, its value as a number, its tags."""
_STRETCHED = re.compile(r"(.)\1{2,}")
_AMENDING = frozenset({"correct", "negative", "instead"})  # no correction without one of these tags
_SHORT = 3  # so many letters of an English word may be any language's word
_NO_TAGS: frozenset[str] = frozenset()
_LABEL = frozenset({"label", "abbreviation"})
_OPENING = 3  # letters of the shortest stem that is looked for
_OTHER_FILES = frozenset({"keywords", "numbers", "spoken", "points", "false_friends"})


class WordFile(msgspec.Struct, forbid_unknown_fields=True):
    """One language's file. `tags` maps a tag (see `units.py`) to its entries; `wishes` a wish to its patterns.

    `numbers` maps a value to what is said besides the words of `numbers.toml` (dialect, colloquial, feminine forms),
    `slips` to its misspellings; `suffixes` a tag to what may hang on digits; `counting`: see `plurals.py`;
    `clitics` single letters that may be written together with the word behind them; `cues`: see `cues.py`.
    """

    numbers: dict[str, str] = {}
    tags: dict[str, str] = {}
    suffixes: dict[str, str] = {}
    slips: dict[str, str] = {}
    counting: dict[str, str] = {}
    cues: dict[str, str] = {}
    classes: dict[str, str] = {}
    wishes: dict[str, str] = {}
    not_wishes: dict[str, str] = {}
    yes: str = ""
    no: str = ""
    plural_endings: str = ""
    reason_endings: str = ""
    adjective_endings: str = ""
    label_endings: str = ""
    clitics: str = ""
    point_endings: str = ""
    school_grades: int = 0


class Keywords(msgspec.Struct, forbid_unknown_fields=True):
    """`flows/words/keywords.toml`: words that are a whole message; `ordinary`: where they mean another thing."""

    stop: dict[str, str]
    start: dict[str, str]
    help: dict[str, str]
    human: dict[str, str]
    ordinary: dict[str, str]


class Lexicon:
    """One language, compiled. `tags_of` tags a single word, `phrases` several by their first two, longest first.

    `numbers_only`: nothing but the language's numbers is known.
    """

    def __init__(
        self,
        source: WordFile,
        fallback: "Lexicon | None" = None,
        numbers: Iterable[tuple[str, int]] = (),
        foreign: Iterable[str] = (),
    ) -> None:
        """`numbers`: spellings and values besides those of the source; `foreign`: what is not taken from fallback."""
        self._fallback = fallback
        self._foreign = frozenset(map(fold_word, foreign))
        self.numbers_only = fallback is not None and not source.wishes
        self.numbers: dict[str, int] = {}
        self.suffixes = dict(_by_entry(source.suffixes))
        self.cues = {name: frozenset(map(fold_word, entries(text))) for name, text in source.cues.items()}
        self.slips = {word: int(value) for word, value in _by_entry(source.slips)}
        self.counting = counting(source.counting)
        self.plural_endings = tuple(map(fold_word, entries(source.plural_endings)))
        self.reason_endings = tuple(map(fold_word, entries(source.reason_endings)))
        self.adjective_endings = tuple(map(fold_word, entries(source.adjective_endings)))
        self.school_grades = source.school_grades
        self._point_endings = tuple(map(fold_word, entries(source.point_endings)))
        self._clitics = tuple(map(fold_word, entries(source.clitics))) or NOTHING
        self._label_endings = tuple(map(fold_word, entries(source.label_endings)))
        self.yes, self.no = _folded(source.yes), _folded(source.no)
        self._words: dict[str, frozenset[str]] = {}
        self._stems: dict[str, frozenset[str]] = {}
        self._stem_sizes: dict[str, Sequence[int]] = {}  # by the letters that the stems begin with, longest first
        self.phrases: dict[tuple[str, str], list[Phrase]] = {}
        self.amending: set[str] = set()
        self._load_tags(source.tags)
        self._own_phrases = {" ".join((*begin, *rest)) for begin, found in self.phrases.items() for rest, _, _ in found}
        self._load_numbers(chain(numbers, ((word, int(value)) for word, value in _by_entry(source.numbers))))
        if fallback is not None:
            self._inherit(fallback)
        classes = {name: list(entries(text)) for name, text in source.classes.items()}
        self.wishes = Patterns(((name, line) for name, text in source.wishes.items() for line in _lines(text)), classes)
        self.not_wishes = Patterns(
            ((name, line) for name, text in source.not_wishes.items() for line in _lines(text)), classes
        )
        self.tags_of = lru_cache(maxsize=16384)(self._tags_of)
        self.number = lru_cache(maxsize=16384)(self._number)
        self.meaning = lru_cache(maxsize=16384)(self._meaning)
        self.may_amend = lru_cache(maxsize=16384)(self._may_amend)

    def _load_tags(self, tags: Mapping[str, str]) -> None:
        phrases: dict[tuple[str, ...], set[str]] = {}
        words: dict[str, set[str]] = {}
        stems: dict[str, set[str]] = {}
        for tag, text in tags.items():
            for entry in entries(text):
                if entry.endswith("*"):
                    stems.setdefault(fold_word(entry)[:-1], set()).add(tag)
                    continue
                parts = _parts(entry)
                if len(parts) > 1:
                    phrases.setdefault(parts, set()).add(tag)
                else:
                    words.setdefault(parts[0], set()).add(tag)
        self._words = {word: frozenset(found) for word, found in words.items()}
        self._stems = {stem: frozenset(found) for stem, found in stems.items()}
        self._stem_sizes = _sizes(stems)
        for parts, found in sorted(phrases.items(), key=lambda item: -len(item[0])):
            self.phrases.setdefault((parts[0], parts[1]), []).append((parts[2:], frozenset(found), None))
            if found & _AMENDING and _AMENDING.isdisjoint(chain.from_iterable(map(self.own, parts))):
                self.amending.add(max(filter(is_word, parts), key=len))

    def _load_numbers(self, numbers: Iterable[tuple[str, int]]) -> None:
        """Words and phrases; "dix-sept" is also found as "dix sept". A phrase that has tags already keeps these."""
        for spelling, value in numbers:
            parts = _parts(spelling)
            bare = tuple(filter(is_word, parts))
            if len(bare) == 1:
                self.numbers[bare[0]] = value
            for form in {form for form in (parts, bare) if len(form) > 1}:
                others = self.phrases.setdefault((form[0], form[1]), [])
                if all(rest != form[2:] for rest, _, _ in others):
                    others.append((form[2:], _NO_TAGS, value))
                    others.sort(key=lambda phrase: -len(phrase[0]))

    def _inherit(self, fallback: "Lexicon") -> None:
        """The phrases of the fallback stand behind the language's own."""
        for begin, others in fallback.phrases.items():
            self.phrases.setdefault(begin, []).extend(others)
        self.amending |= fallback.amending

    def own(self, word: str) -> frozenset[str]:
        """The tags this language itself gives the word, without the fallback."""
        tags = self._words.get(word, _NO_TAGS)
        for size in self._stem_sizes.get(word[:_OPENING], ()):
            if (stem := word[:size]) in self._stems:
                return tags | self._stems[stem]
        if not tags and self._label_endings and word.endswith(self._label_endings):
            return _LABEL
        return tags

    def is_own(self, said: str) -> bool:
        """Whether this language itself knows the word or the phrase."""
        return said in self._own_phrases or bool(self.own(said))

    def look_up(self, word: str) -> tuple[int | None, frozenset[str]]:
        """The value as a number word and the tags, in this language or in English where the word is unknown here."""
        value, tags = self.numbers.get(word), self.own(word)
        if value is not None or tags or self._fallback is None or word in self._foreign:
            return value, tags
        value, tags = self._fallback.look_up(word)
        if value is None and self.numbers_only and len(word) <= _SHORT:
            return None, _NO_TAGS
        return value, tags

    def _tags_of(self, word: str) -> frozenset[str]:
        return self.look_up(word)[1]

    def _number(self, word: str) -> int | None:
        return self.look_up(word)[0]

    def _meaning(self, word: str) -> Meaning:
        """What a word is taken for; letters drawn out for emphasis ("siiieben", "threeee") do not hide it."""
        value, tags = self.look_up(word)
        if value is None and _STRETCHED.search(word):
            for replacement in (r"\1", r"\1\1"):
                short = _STRETCHED.sub(replacement, word)
                value, meant = self.look_up(short)
                if value is not None or meant:
                    return short, value, meant
        if value is None and not tags and word.startswith(self._clitics) and len(word) > _SHORT:
            tags = self.look_up(word[1:])[1]
        if value is None and not tags and self._point_endings and word.endswith(self._point_endings):
            value = self._pointed(word)
        return word, value, tags

    def _pointed(self, word: str) -> int | None:
        """The value of a number word with the word for points on it: "九分", "십점"."""
        bare = (word.removesuffix(end) for end in self._point_endings if word.endswith(end))
        return next((self.numbers[number] for number in bare if number in self.numbers), None)

    def _may_amend(self, word: str) -> bool:
        """Whether a text with this word in it can be a correction; words that cannot are the rule."""
        return not _AMENDING.isdisjoint(self.meaning(word)[2]) or word in self.amending

    def suffix(self, word: str) -> str:
        """The tag of what hangs on a number ("9ish", "5min"), or ""."""
        if word in self.suffixes or self._fallback is None:
            return self.suffixes.get(word, "")
        return self._fallback.suffix(word)


def entries(text: str) -> Iterator[str]:
    """The entries of a list: parted by commas or line ends."""
    return (entry for line in text.splitlines() for entry in map(str.strip, line.split(",")) if entry)


def _parts(entry: str) -> tuple[str, ...]:
    """The tokens of an entry; most are plain words that need no tokenising."""
    words = fold_word(entry).split(" ")
    if all(map(str.isalpha, words)):
        return tuple(words)
    return tuple(token.text for token in tokenise(fold(entry)))


def _sizes(stems: Iterable[str]) -> dict[str, Sequence[int]]:
    """How long the stems are that begin with the same letters; a word is looked up by as few of its beginnings."""
    sizes: dict[str, set[int]] = {}
    for stem in stems:
        if len(stem) >= _OPENING:
            sizes.setdefault(stem[:_OPENING], set()).add(len(stem))
    return {opening: sorted(found, reverse=True) for opening, found in sizes.items()}


def _by_entry(lists: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    return ((fold_word(entry), key) for key, text in lists.items() for entry in entries(text))


def _lines(text: str) -> Iterator[str]:
    return (line.strip() for line in text.splitlines() if line.strip() and not line.strip().startswith("#"))


def _folded(text: str) -> frozenset[str]:
    return frozenset(fold_word(entry) for entry in entries(text))


@lru_cache(maxsize=512)
def lexicon(language: str) -> Lexicon:
    """The lexicon of `de`, `pt-BR` …; English where nothing is known of the language."""
    return _lexicon(base_language(language))


@cache
def _lexicon(base: str) -> Lexicon:
    lists = files("flows.words").joinpath(f"{base}.toml") if base in word_lists() else None
    if lists is None and base not in number_languages():
        return _lexicon("en")
    source = _points(base) if lists is None else msgspec.toml.decode(lists.read_bytes(), type=WordFile)
    english = None if base == "en" else _lexicon("en")
    return Lexicon(source, english, numerals(base), false_friends(base))


def _points(base: str) -> WordFile:
    """All that is known of a language besides its numbers: a few words that stand around a score (`points.toml`)."""
    lists = msgspec.toml.decode(
        files("flows.words").joinpath("points.toml").read_bytes(), type=dict[str, dict[str, str]]
    )
    known = {tag: texts[base] for tag, texts in lists.items() if base in texts}
    suffixes: dict[str, str] = {tag: known[tag] for tag in ("hedge", "point") if tag in known}
    suffixes |= {"of": known["ending"]} if "ending" in known else {}
    if "rating" in known:
        known["carrier"] = known["rating"]
    return WordFile(tags=known, suffixes=suffixes, point_endings=known.get("point", ""))


@cache
def word_lists() -> frozenset[str]:
    """The languages that have a file of their own in `flows/words`."""
    names = (file.name.removesuffix(".toml") for file in files("flows.words").iterdir() if file.name.endswith(".toml"))
    return frozenset(names) - _OTHER_FILES


@cache
def keywords() -> Keywords:
    """The opt-out, opt-in and help keywords of every language."""
    return msgspec.toml.decode(files("flows.words").joinpath("keywords.toml").read_bytes(), type=Keywords)
