"""Replies on either side of a border: one word, sign or digit more, and they are read as something else."""

import pytest

from flows.answers import Option
from flows.reading import read_choice, read_score, read_yes_no
from tests.flows.reading.corpus import Row, rows

REASONS = (
    Option("price", "Preis"),
    Option("service", "Service"),
    Option("speed", "Lieferzeit"),
    Option("range", "Lieferumfang"),
)
PLACES = (
    Option("a", "Der Preis"),
    Option("b", "Preis und Leistung"),
    Option("c", "App"),
    Option("d", "Bedienung im Restaurant"),
)
WORDS = (Option("goods", "Ware"), Option("people", "Personal"))


@pytest.mark.parametrize("row", [pytest.param(row, id=row.text) for row in rows("../borders.tsv")])
def test_on_either_side_of_a_border(row: Row):
    """Quotations, signatures, scales, ranges, signs, dates, slips, what is cut from a comment, to the letter."""
    read = read_score(row.text, row.language)
    assert row.agrees(read), read
    assert read.comment == row.comment.replace("\\n", "\n")


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("also ja", "de", (True, True, "")),
        (", ja", "de", (True, True, "")),
        ("Techniker ja", "de", (True, False, "")),
        ("Techniker, ja, kam", "de", (True, False, "")),
        ("das ist ja toll", "de", (True, False, "")),
        ("! ja, danke, super", "de", (True, True, "super")),
        ("ja 👍 toll", "de", (True, True, "toll")),
        ("ja, ja, toll", "de", (True, True, "toll")),
        ("ja danke", "de", (True, True, "")),
        ("ja - morgen ", "de", (True, True, "morgen")),
        ("ja\nnein", "de", (True, False, "nein")),
        ("ja, also morgen", "de", (True, True, "morgen")),
        ("yeah", "tr", (True, True, "")),
        ("nope", "ja", (False, True, "")),
        ("ja 5", "de", (True, True, "5")),
        ("nein nein", "de", (False, True, "")),
        (" 👎 toll", "de", (False, True, "")),
        (":thumbsup: ok", "de", (True, True, "")),
        (":thumbsdown:", "de", (False, True, "")),
        ("well yes", "en", (True, True, "")),
        ("yes please call", "en", (True, True, "call")),
        ("yes thanks, call", "en", (True, True, "call")),
    ],
)
def test_yes_or_no_and_what_else_is_said(text: str, language: str, expected: tuple[bool | None, bool, str]):
    """Small words in front change nothing, others make it unsure; behind it signs and thanks are no comment."""
    assert read_yes_no(text, language) == expected


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        ("p", REASONS, (None, False)),
        ("pr", REASONS, ("price", True)),
        ("002", REASONS, ("service", True)),
        ("0002", REASONS, (None, False)),
        ("12", REASONS, (None, False)),
        ("die zwei", REASONS, ("service", True)),
        ("zwei drei", REASONS, (None, False)),
        ("(Preis)", REASONS, ("price", True)),
        ("preis und", REASONS, ("price", False)),
        ("der App Preis", REASONS, ("price", False)),
        ("Preisx", REASONS, ("price", False)),
        ("Preisxy", REASONS, (None, False)),
        ("Lieferzeiten", REASONS, ("speed", False)),
        ("Leferzetn", REASONS, (None, False)),
        ("Servise", REASONS, ("service", False)),
        ("Serwise", REASONS, (None, False)),
        ("bitte", REASONS, (None, False)),
        ("4 4", REASONS, (None, False)),
        ("der preis", PLACES, ("a", True)),
        ("preis", PLACES, ("b", True)),
        ("ap", PLACES, ("c", True)),
        ("Apq", PLACES, (None, False)),
        ("Die App ist schlecht", PLACES, ("c", False)),
        ("Bedienung im Restrant", PLACES, ("d", False)),
        ("Bedenung im Restrant", PLACES, (None, False)),
        ("die Lieferz", REASONS, ("speed", True)),
        ("also Preis", REASONS, ("price", True)),
        ("Waer", WORDS, ("goods", False)),
        ("Wrxe", WORDS, (None, False)),
        ("Pesronla", WORDS, ("people", False)),
        ("Pesrnla", WORDS, (None, False)),
        ("4", PLACES, ("d", True)),
        ("5", PLACES, (None, False)),
    ],
)
def test_which_option_is_meant(text: str, options: tuple[Option, ...], expected: tuple[str | None, bool]):
    """Two letters are a prefix, one is none; a typing error for each four letters, two at most; three digits."""
    assert read_choice(text, "de", options) == expected
