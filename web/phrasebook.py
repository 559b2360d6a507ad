"""English sentences of the core in another language: the sentence itself is the key, what varies in it has names."""

import re
from collections.abc import Mapping
from typing import NamedTuple

LONGEST = 600  # characters; what is longer is shown as it is, so that no sentence costs time
_NAME = re.compile(r"\{(\w+)(?::(sentence|part|word))?\}")


class Phrasebook:
    """Sentences by their patterns: `unknown step '{step}'` beside `unbekannter Schritt '{step}'`.

    What stands for `{name}` is taken over as it is, and for `{name:word}` if it has no spaces; for `{name:sentence}`
    and `{name:part}` it is looked up itself, among the sentences or among the `parts` of sentences, and taken over if
    it is not there. Of several patterns that fit the one with the most words of its own counts.
    """

    def __init__(self, sentences: Mapping[str, str], parts: Mapping[str, str]) -> None:
        self._books = {"sentence": _Book(sentences), "part": _Book(parts)}

    def say(self, sentence: str) -> str | None:
        """The sentence in the other language; None if it is not in the book."""
        return self._look(sentence, "sentence") if len(sentence) <= LONGEST else None

    def _look(self, text: str, where: str) -> str | None:
        book = self._books[where]
        if plain := book.plain.get(text):
            return plain
        for entry in book.patterns:
            if found := entry.pattern.fullmatch(text):
                values = found.groupdict()
                inner = {name: self._look(values[name], kind) for name, kind in entry.looked_up.items()}
                values |= {name: other for name, other in inner.items() if other is not None}
                return _filled(entry.other, values)
        return None


class _Entry(NamedTuple):
    pattern: re.Pattern[str]
    other: str
    looked_up: Mapping[str, str]  # where the text behind a name is looked up, if anywhere


class _Book:
    def __init__(self, pairs: Mapping[str, str]) -> None:
        self.plain = {pattern: other for pattern, other in pairs.items() if not _NAME.search(pattern)}
        by_own_words = sorted(set(pairs) - set(self.plain), key=lambda each: (-len(_NAME.sub("", each)), each))
        self.patterns = [_entry(pattern, pairs[pattern]) for pattern in by_own_words]


def _entry(pattern: str, other: str) -> _Entry:
    names = _NAME.findall(pattern)
    words = _NAME.split(pattern)[::3]  # between them it returns both groups
    parts = [re.escape(words[0])]
    for (name, kind), after in zip(names, words[1:], strict=True):
        parts += [f"(?P<{name}>\\S+)" if kind == "word" else f"(?P<{name}>.*?)", re.escape(after)]
    return _Entry(
        re.compile("".join(parts), re.DOTALL),
        other,
        {name: kind for name, kind in names if kind in ("sentence", "part")},
    )


def _filled(text: str, values: Mapping[str, str]) -> str:
    """At once and not one after the other: what somebody wrote may itself look like a place to fill."""
    return _NAME.sub(lambda found: values.get(found[1], found[0]), text)
