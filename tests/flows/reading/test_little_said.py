"""A few words around an opening number that may weaken it, or name what it counts."""

import pytest

from flows.reading import read_score


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("5 at the outermost", "en"),
        ("семь с хвостиком", "ru"),
        ("четвёрка по шестибалльной", "ru"),
        ("5 yıldızcıklı otel valla", "tr"),
        ("6 im allerhöchsten Fall", "de"),
        ("n. 8", "it"),
        ("t. 8", "en"),
        ("nikdo ode mě 10 nedostane", "cs"),
    ],
)
def test_few_words_that_nobody_can_weigh_are_asked_about(text: str, language: str):
    """They neither praise nor blame nor tell anything, so they may be a doubt, another scale or a thing counted."""
    assert read_score(text, language).action != "accept"


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("8 from me, thanks", "en", 8),
        ("dziesiątka od całej rodzinki", "pl", 10),
        ("7 because of the noise", "en", 7),
        ("4 und das ist nett", "de", 4),
        ("6 since the new owner took over", "en", 6),
        ("8 bitte", "de", 8),
        ("5. At the seaside", "en", 5),
    ],
)
def test_few_words_that_weaken_nothing_are_no_doubt(text: str, language: str, value: int):
    """A carrier, thanks, a reason, a sentence of its own, or emphasis of a ten."""
    read = read_score(text, language)
    assert (read.action, read.value) == ("accept", value), read
