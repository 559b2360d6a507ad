"""Makes `flows/words/numbers.toml` from CLDR and num2words: `python -m tests.flows.reading.number_words`.

CLDR's spelling rules (package unicode-rbnf) come first, with every gender they know; num2words adds spellings and the
languages that CLDR lacks. Where the two disagree both spellings are written and the difference is printed.
"""

import re
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from itertools import chain
from pathlib import Path

import num2words  # type: ignore[import-untyped]  # the package has no types
from unicode_rbnf import RbnfEngine

from flows.reading.fold import fold_word

Words = dict[int, list[str]]
"""Value → its spellings, the commonest first."""
TARGET = Path(__file__).parents[3] / "flows" / "words" / "numbers.toml"
VALUES = (*range(21), *range(30, 100, 10), 100, 1000)
_SCALE = frozenset(range(11))
# Nobody answers in the genitive, and "%spellout-numbering-days" is no number.
_OTHER_FORMS = re.compile(
    r"genitive|dative|instrumental|locative|ablative|partitive|essive|translative|elative|illative|allative"
    r"|inessive|adessive|plural|financial|days|year|verbose"
)
_SAME_LANGUAGE = {"nn": "no", "yue": "zh", "kz": "kk", "root": ""}
# These are ordinary words first: articles, and "nothing", which is an answer of another kind than zero.
_ORDINARY = {
    "de": "ein, eine, einen, einer, eines, einem",
    "cy": "dim",
    "fil": "walâ",
    "sl": "nič",
    "am": "ባዶ",
    "qu": "chusaq",
}
_HEADER = """\
# Number words of {count} languages: 0 to 20, the tens, 100, 1000. What people say besides: `<language>.toml`, or
# `spoken.toml`. Made, not written: `python -m tests.flows.reading.number_words` takes them from CLDR (unicode-rbnf
# {cldr}; © Unicode, Inc., https://www.unicode.org/license.txt) and num2words {num2words}.
"""


def sources() -> tuple[dict[str, Words], dict[str, Words]]:
    """The number words of CLDR and those of num2words, by the language's code."""
    cldr: dict[str, Words] = {}
    for locale in sorted(RbnfEngine.get_supported_languages()):
        _merge(cldr, locale, _from_cldr(locale))
    other: dict[str, Words] = {}
    for locale in sorted(num2words.CONVERTER_CLASSES):
        _merge(other, locale, {value: [str(num2words.num2words(value, lang=locale))] for value in VALUES})
    return cldr, other


def number_words() -> dict[str, Words]:
    """Both sources put together; only languages with a word for nearly every number of the scale."""
    cldr, other = sources()
    merged: dict[str, Words] = {}
    for language, words in chain(cldr.items(), other.items()):
        _merge(merged, language, words)
    for language, words in merged.items():
        _drop_ordinary(words, {fold_word(word) for word in _ORDINARY.get(language, "").split(", ")})
    return {language: words for language, words in sorted(merged.items()) if _SCALE - {0} <= words.keys()}


def disagreements() -> Iterator[str]:
    """What num2words spells as no rule of CLDR does, and spellings that stand for two values; one line each."""
    cldr, other = sources()
    for language in sorted(cldr.keys() & other.keys()):
        for value, spellings in other[language].items():
            known = {_plain(word) for word in cldr[language].get(value, ())}
            for word in spellings:
                if _plain(word) not in known:
                    yield f"{language} {value}: num2words {word}; CLDR {', '.join(cldr[language].get(value, ()))}"
    for language, words in number_words().items():
        for spelling, values in _values(words).items():
            if len(values) > 1:
                yield f"{language} {spelling}: {' or '.join(map(str, sorted(values)))}"


def render(words: Mapping[str, Words]) -> str:
    """The text of `numbers.toml`."""
    header = _HEADER.format(count=len(words), cldr=version("unicode-rbnf"), num2words=version("num2words"))
    lists = (
        f'{language} = """\n' + "".join(f"{value}: {', '.join(words[language][value])}\n" for value in words[language])
        for language in words
    )
    return header + "\n" + '"""\n\n'.join(lists) + '"""\n'


def _from_cldr(locale: str) -> Words:
    engine = RbnfEngine.for_language(locale)
    words: Words = {}
    for value in VALUES:
        forms = engine.format_number(value).text_by_ruleset
        words[value] = [word for rule, word in forms.items() if not _OTHER_FORMS.search(rule)]
    return words


def _merge(languages: dict[str, Words], locale: str, words: Words) -> None:
    """Add the words of a locale ("pt_BR") to those of its language ("pt"), each spelling once."""
    base = locale.split("_", maxsplit=1)[0]
    language = _SAME_LANGUAGE.get(base, base)
    if not language:
        return
    mine = languages.setdefault(language, {})
    for value, spellings in words.items():
        known = mine.setdefault(value, [])
        plain = {_plain(word) for word in known}
        for word in map(tidy, spellings):
            for form in _without_particle(language, word):
                if form and _plain(form) not in plain:
                    plain.add(_plain(form))
                    known.append(form)


def _without_particle(language: str, word: str) -> tuple[str, ...]:
    """Irish counts "a seacht" and answers "seacht", too."""
    return (word, word.removeprefix("a ")) if language == "ga" else (word,)


def _drop_ordinary(words: Words, ordinary: set[str]) -> None:
    for value in tuple(words):
        words[value] = [word for word in words[value] if fold_word(word) not in ordinary]
        if not words[value]:
            del words[value]


def _values(words: Words) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for value, spellings in words.items():
        for word in spellings:
            found.setdefault(_plain(word), set()).add(value)
    return found


def tidy(word: str) -> str:
    """Composed letters, no soft hyphens or invisible spaces."""
    kept = "".join(char for char in word if unicodedata.category(char) != "Cf")
    return unicodedata.normalize("NFC", kept).strip()


def _plain(word: str) -> str:
    return fold_word(tidy(word)).replace("-", " ")


def main() -> None:
    """Write the file; print on standard error what the sources disagree about."""
    for line in disagreements():
        sys.stderr.write(line + "\n")
    words = number_words()
    TARGET.write_text(render(words), encoding="utf-8")
    sys.stdout.write(f"{len(words)} languages written to {TARGET.name}\n")


if __name__ == "__main__":
    main()
