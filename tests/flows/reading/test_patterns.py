"""The wishes in the word lists: whatever a pattern is written with, it is found in a text that says just that."""

from pathlib import Path

import msgspec
import pytest

import flows
from flows.reading.fold import fold
from flows.reading.lexicon import WordFile, entries, lexicon, word_lists
from flows.reading.tokens import tokenise

WORDS = Path(flows.__file__).parent / "words"
LANGUAGES = sorted(word_lists())


def sentences(pattern, classes):
    """The pattern said aloud: with each of its choices once, the others being the first ones."""
    parts = [choices(part, classes) for part in pattern.split() if part != ".."]
    first = [each[0] for each in parts]
    for place, each in enumerate(parts):
        for choice in each:
            yield " ".join([*first[:place], choice, *first[place + 1 :]])


def choices(part, classes):
    found = []
    for choice in part.rstrip("?").split("|"):
        forms = classes[choice[1:]] if choice.startswith("@") else [choice]
        found += [form.rstrip("*") for form in forms]
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_c7_every_pattern_is_found_in_its_own_words(language):
    """Also those with a hyphen, which people write with it or with a space."""
    source = msgspec.toml.decode((WORDS / f"{language}.toml").read_bytes(), type=WordFile)
    classes = {name: list(entries(text)) for name, text in source.classes.items()}
    patterns = [
        (name, line.strip())
        for name, text in source.wishes.items()
        for line in text.splitlines()
        if line.strip() and not line.strip().startswith("#")
    ]
    assert patterns
    missed = [
        f"{name}: {pattern!r} not in {written!r}"
        for name, pattern in patterns
        for said in sentences(pattern, classes)
        for written in sorted({said, said.replace("-", " ")})
        if name not in {found for found, _, _ in lexicon(language).wishes.find(tokenise(fold(written)))}
    ]
    assert missed == []
