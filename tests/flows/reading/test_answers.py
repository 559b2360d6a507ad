"""Corrections, other scales, yes/no and choices."""

import pytest

from flows.answers import Option
from flows.reading import read_choice, read_correction, read_score, read_yes_no

OPTIONS = (
    Option("price", "Preis"),
    Option("service", "Service"),
    Option("speed", "Lieferzeit"),
    Option("range", "Lieferumfang"),
)


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("sorry, meant 9", "en", 9),
        ("meinte 9 nicht 6", "de", 9),
        ("*9", "de", 9),
        ("9*", "en", 9),
        ("ups 8", "de", 8),
        ("not 6, 8", "en", 8),
        ("nein, 8", "de", 8),
        ("I meant 9, the app is great", "en", 9),
        ("make that a 7", "en", 7),
        ("hab mich vertippt, 10", "de", 10),
        ("pardon, 9", "fr", 9),
        ("statt 9 bitte 6", "de", 6),
        ("sorry ten", "en", 10),
        ("change my score to 8", "en", 8),
        ("Korrektur: 5", "de", 5),
        ("9", "en", None),
        ("acht", "de", None),
        ("The driver was 3 hours late", "en", None),
        ("sorry 2 staff were rude", "en", None),
        ("but 5 is too many", "en", None),
        ("room 5 was dirty and 2 towels missing", "en", None),
        ("Leider 3 Mal angerufen", "de", None),
        ("ich war 2 mal da, das war nicht 1a", "de", None),
        ("no, nothing", "en", None),
        ("sorry, 11", "en", None),
        ("*", "en", None),
        ("Nein, der Techniker kam erst nach 5 Tagen", "de", None),
        ("**wichtig** 5 Teile fehlten", "de", None),
        ("", "de", None),
    ],
)
def test_only_explicit_corrections_correct(text: str, language: str, value: int | None):
    """After the score only an explicit correction changes it; a comment with a number in it does not."""
    read = read_correction(text, language)
    assert (read and read.value) == value


@pytest.mark.parametrize(
    ("text", "bounds", "action", "value"),
    [
        ("4", (1, 5), "accept", 4),
        ("4/5", (1, 5), "accept", 4),
        ("fünf", (1, 5), "accept", 5),
        ("6", (1, 5), "reask", None),
        ("0", (1, 5), "reask", None),
        ("8/10", (1, 5), "reask", None),
        ("4 von 5, etwas laut", (1, 5), "accept", 4),
        ("6", (1, 7), "accept", 6),
        ("1-7", (1, 7), "reask", None),
        ("10", (1, 7), "reask", None),
        ("3,5", (1, 5), "reask", None),
    ],
)
def test_other_scales(text: str, bounds: tuple[int, int], action: str, value: int | None):
    """Ratings from 1 to 5 and 1 to 7 are read by the same rules with other bounds."""
    read = read_score(text, "de", *bounds)
    assert (read.action, read.value) == (action, value)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("ja", "de", (True, True, "")),
        ("Nein.", "de", (False, True, "")),
        ("YES!", "en", (True, True, "")),
        ("nö", "de", (False, True, "")),
        ("yes, but it took long", "en", (True, True, "but it took long")),
        ("oui", "fr", (True, True, "")),
        ("no", "es", (False, True, "")),
        ("hayır", "tr", (False, True, "")),
        ("tak", "pl", (True, True, "")),
        ("👍", "de", (True, True, "")),
        ("👎", "en", (False, True, "")),
        ("ja nein", "de", (True, False, "")),
        ("what?", "en", (None, False, "")),
        ("", "de", (None, False, "")),
        ("nein, der Techniker war nicht da", "de", (False, True, "der Techniker war nicht da")),
        ("yes", "de", (True, True, "")),
    ],
)
def test_yes_no(text: str, language: str, expected: tuple[bool | None, bool, str]):
    """Yes and no in the conversation's language or English, with what else was said."""
    assert read_yes_no(text, language) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", ("price", True)),
        ("zwei", ("service", True)),
        ("4.", ("range", True)),
        ("5", (None, False)),
        ("0", (None, False)),
        ("Preis", ("price", True)),
        ("service", ("service", True)),
        ("PREIS!", ("price", True)),
        ("price", ("price", True)),
        ("ser", ("service", True)),
        ("lieferz", ("speed", True)),
        ("liefer", (None, False)),
        ("p", (None, False)),
        ("Pries", ("price", False)),
        ("servcie", ("service", False)),
        ("der Preis", ("price", True)),
        ("Preis bitte", ("price", True)),
        ("xyz", (None, False)),
        ("", (None, False)),
        ("der Preis war zu hoch", ("price", False)),
        ("Preis und Service", (None, False)),
        ("lieferzeti", ("speed", False)),
    ],
)
def test_choice(text: str, expected: tuple[str | None, bool]):
    """By number, label, value or unique prefix; a typo or mention is not sure; what fits two options fits none."""
    assert read_choice(text, "de", OPTIONS) == expected


def test_a_digit_that_is_a_label_names_that_option():
    """With options labelled by numbers the label wins over the position."""
    options = (Option("a", "3"), Option("b", "1"))
    assert read_choice("1", "en", options) == ("b", True)
