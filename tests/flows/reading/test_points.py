"""Languages of which little more than the numbers is known: what may stand around a score."""

import msgspec
import pytest

from flows.reading import read_score
from flows.reading.lexicon import files, word_lists
from flows.reading.numerals import number_languages


@pytest.mark.parametrize(
    ("text", "language", "action", "value"),
    [
        ("九分", "zh", "accept", 9),
        ("十分", "zh", "accept", 10),
        ("9分吧", "zh", "confirm", 9),
        ("3分钟", "zh", "reask", None),
        ("9点", "zh", "reask", None),  # nine o'clock
        ("8점이요", "ko", "accept", 8),
        ("십점", "ko", "accept", 10),
        ("아홉점이요", "ko", "accept", 9),
        ("8점 정도", "ko", "confirm", 8),
        ("9点です", "ja", "accept", 9),
        ("十点です", "ja", "accept", 10),
        ("9点くらい", "ja", "confirm", 9),
        ("בערך 8", "he", "confirm", 8),
        ("noin 8", "fi", "confirm", 8),
        ("nota 10", "ro", "accept", 10),
        ("dau nota 9, mersi", "ro", "accept", 9),
        ("cam 3 ani", "ro", "reask", None),
        ("camera 8", "ro", "confirm", 8),
        ("poso un 8", "ca", "accept", 8),
        ("vuit, gràcies", "ca", "accept", 8),
        ("8, köszönöm", "hu", "accept", 8),
        ("egy 8", "hu", "accept", 8),
        ("7 din 10", "ro", "accept", 7),
        ("zece din zece", "ro", "accept", 10),
        ("8 στα 10", "el", "accept", 8),
        ("10 में से 9", "hi", "accept", 9),
        ("10점 만점에 8점", "ko", "accept", 8),
        ("8 trên 10", "vi", "accept", 8),
        ("delapan dari sepuluh", "id", "accept", 8),
        ("9 z 10", "sk", "accept", 9),
        ("8 מתוך 10", "he", "accept", 8),
        ("3 od nas", "hr", "reask", None),  # three of us
        ("5 dari kami", "id", "reask", None),
        ("7 din familia mea", "ro", "reask", None),
    ],
)
def test_words_around_a_score(text: str, language: str, action: str, value: int | None):
    """Points glued to the number, about, "I give", thanks; what else stands there is asked about as before."""
    read = read_score(text, language)
    assert (read.action, read.value) == (action, value), read


def test_the_list_names_languages_without_one_of_their_own():
    """A language in `points.toml` has numbers and no word list, else its entry would never be read."""
    lists = msgspec.toml.decode(
        files("flows.words").joinpath("points.toml").read_bytes(), type=dict[str, dict[str, str]]
    )
    named = {language for texts in lists.values() for language in texts}
    assert named <= number_languages() - word_lists()
