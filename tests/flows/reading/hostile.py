"""Texts that are written to be slow to read: every kind of word and sign the reader knows, again and again."""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from importlib.resources import files
from itertools import chain, cycle, islice, product
from string import ascii_lowercase
from typing import NamedTuple

import msgspec

from flows.reading.lexicon import WordFile, entries, lexicon

SIZE = 4000  # characters
LANGUAGES = ("de", "en")
_SIGNS = (
    "1¦1 ¦7, ¦10\n¦8/10 ¦1/¦1.¦1:2-3/4,5 ¦7 8 9 ¦7-8 ¦1_0 ¦0¦-1 ¦½ ¦10?¦(7¦7) ¦#1 ¦8+ ¦8% ¦€8 ¦٣ ¦１０ ¦🔟¦"
    "1️⃣¦:seven:¦:one::zero: ¦a7¦7a ¦7x ¦9ish ¦1,a ¦7\na\n¦.¦?¦!¦,¦. ¦, ¦ ,¦-¦ - ¦–¦(¦((¦)¦\n¦> ¦> 8\n¦*¦"
    "_¦~¦#¦/¦|¦👍¦👩\u200d👩\u200d👧\u200d👦¦🏳️\u200d🌈 ¦⭐¦⭐ ¦<3¦<3 ¦:)¦:) ¦:-¦:a¦:a:¦<@¦<@U1> ¦<a ¦&gt;¦&amp;¦"
    "&¦www.¦www.a ¦http://¦https://x ¦a ¦a¦aa ¦a.¦a-¦a'¦a1¦a\n¦aaab¦é¦e\u0301¦\u0301¦ﷺ¦㌖¦ß¦ﬁ¦бв¦日本 ¦ไทย¦"
    "\u200b¦\u200d¦\ud800¦İ¦Ǆ ¦가 ¦s i e b e n ¦s-e-v-e-n ¦x y ¦siiieben ¦don't ¦e.g. ¦z.B. ¦a,b ¦7 a, ¦"
    "7 a. "
)
_SENTENCES = (
    "ich gebe ¦nicht mehr ¦stop ¦hallo, ¦9, nein, ¦call me ¦und ich will ¦if ¦no no ¦lg, ¦sent ¦"
    "how likely are you ¦on a scale of 0 to 10 ¦9 von 10 ¦7 oder 8 ¦sorry 8 ¦7 or 8 ¦if 7, 8 ¦"
    "nicht 6 sondern 9 ¦10 if you fix it otherwise 2 ¦staff 9, price 4, ¦eher 8 als 9 ¦no more ¦10 ab ¦"
    "please do not send me ¦do not ever again call or text me any more please ¦was 9, now 5; ¦"
    "ich will keine weiteren nachrichten von euch "
)
_SHAPES = ("{} ", "{}, ", "{} 7 ", "7 {}, ", "{} 7 {}. ", "7 {} 8 {}\n")
_ENDLESS = ("{} 7", "7 {}", "7 {}.", "{}. 7", "{}' 7", ":{}: 7", "7{}", "{}7", "7 {} stop")
_chance = random.Random(5)


class Hostile(NamedTuple):
    """One kind of text: `write` gives one of `SIZE` characters, where it can be another one each time."""

    name: str
    language: str
    write: Callable[[], str]


def texts(languages: Iterable[str] = LANGUAGES, size: int = SIZE) -> Iterator[Hostile]:
    """Every kind of hostile text."""
    for language in languages:
        for sign in f"{_SIGNS}¦{_SENTENCES}".split("¦"):
            yield Hostile(f"{sign!r} again and again", language, partial(_filled, [sign], size))
            yield Hostile(f"9, {sign!r} again and again, 9", language, partial(_between_scores, sign, size))
        for letter, shape in product("aiß", _ENDLESS):
            yield Hostile(f"{shape!r} of {letter!r}", language, partial(shape.format, letter * (size - 10)))
        for length in (1, 2, 3, 4, 5, 8, 12, 39, 60, 400):
            yield Hostile(f"new words of {length} letters", language, partial(new_words, length, size))
        yield Hostile("characters of every script", language, partial(new_characters, size))
        for name, words in _lists(language):
            for shape in _SHAPES:
                pieces = [shape.format(*[word] * shape.count("{}")) for word in words]
                yield Hostile(f"{name} as {shape!r}", language, partial(_filled, pieces, size))
            yield Hostile(f"{name}, misspelt", language, partial(misspelt, words, size))


def _filled(pieces: Sequence[str], size: int) -> str:
    """The pieces one after the other, again and again."""
    times = size // max(1, sum(map(len, pieces))) + 1
    return ("".join(pieces) * times)[:size]


def _between_scores(sign: str, size: int) -> str:
    return f"9 {_filled([sign], size - 4)} 9"


def _lists(language: str) -> Iterator[tuple[str, list[str]]]:
    """What stands in a language's lists, by the list's name; of the patterns, what they say."""
    source = msgspec.toml.decode(files("flows.words").joinpath(f"{language}.toml").read_bytes(), type=WordFile)
    yield "number words", list(lexicon(language).numbers)
    yield "slips", [word for text in source.slips.values() for word in entries(text)]
    for tag, text in source.tags.items():
        yield tag, [entry.rstrip("*") for entry in entries(text)]
    wishes = chain(source.wishes.items(), ((f"no {name}", text) for name, text in source.not_wishes.items()))
    for name, text in wishes:
        lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
        said = [[_first_choice(part, source.classes) for part in line.split() if part != ".."] for line in lines]
        yield f"wishes ({name})", [" ".join(words) for words in said]
        yield f"wishes ({name}) without their end", [" ".join(words[:-1]) for words in said if len(words) > 1]
        yield f"beginnings of wishes ({name})", [words[0] for words in said]


def _first_choice(part: str, classes: Mapping[str, str]) -> str:
    choice = part.rstrip("?").split("|")[0]
    return next(entries(classes[choice[1:]]), "").rstrip("*") if choice.startswith("@") else choice.rstrip("*")


def new_words(length: int, size: int = SIZE) -> str:
    """Words of so many letters that nobody has written yet."""
    words = ("".join(_chance.choices(ascii_lowercase, k=length)) for _ in range(size // (length + 1) + 1))
    return " ".join(words)[:size]


def new_characters(size: int = SIZE) -> str:
    """Characters from all over Unicode."""
    return "".join(chr(_chance.randrange(0x370, 0x2FFFF)) for _ in range(size))


def misspelt(words: Sequence[str], size: int = SIZE) -> str:
    """The words, each with one letter changed."""
    kept: list[str] = []
    for word in islice(cycle(words), size // 2):
        place = _chance.randrange(max(1, len(word)))
        kept.append(word[:place] + _chance.choice(ascii_lowercase) + word[place + 1 :])
    return " ".join(kept)[:size]
