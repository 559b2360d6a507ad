"""Turns of phrase that some languages have and others have not: negation behind the number, dates with spaces."""

import pytest

from flows.reading import keyword, read_score

TURNS = [
    ("tr", "6 değil 8", "accept", 8),
    ("tr", "10 değil", "reask", None),
    ("tr", "10 üzerinden 6, klima çalışmıyordu", "accept", 6),
    ("tr", "yemekler 9 servis 4", "reask", None),
    ("cs", "stop stop, mělo tam být 7", "accept", 7),
    ("da", "jeg har jo allerede svaret 5", "confirm", 5),
    ("nl", "ik heb gisteren al een 6 doorgegeven", "confirm", 6),
    ("tr", "otopark olsa 10 verirdim, şimdilik 7", "accept", 7),
    ("tr", "10 verirdim", "reask", None),
    ("tr", "7 mi 8 mi... 8 olsun", "accept", 8),
    ("cs", "jsem na dovolené do 14. 8., ozvu se", "reask", None),
    ("cs", "končím smlouvu k 30. 6.", "reask", None),
    ("cs", "14. 8.", "reask", None),
    ("pl", "10 jak oddacie kaucję, a jak nie to 1", "reask", None),
    ("sv", "10 om ni lagar den, annars 2", "reask", None),
    ("en", "10 once it is fixed, otherwise 1", "reask", None),
    ("en", "customer from 2015, 9", "accept", 9),
    ("pl", "szóstka z plusem", "reask", None),
    ("ru", "пятёрка с плюсом", "reask", None),
    ("no", "terningkast seks!", "reask", None),
    ("zh", "9分", "accept", 9),
    ("ja", "9点", "accept", 9),
]


@pytest.mark.parametrize(("language", "text", "action", "value"), TURNS)
def test_turns_of_phrase(language: str, text: str, action: str, value: int | None):
    """What stands behind a number may take it back, date it, grade it or only name its unit."""
    read = read_score(text, language)
    assert (read.action, read.value) == (action, value)


@pytest.mark.parametrize("text", ["sotp", "Stpo!", "STOOOP", "sttop", "СТОООП", "afmedl", "unsubcribe", "отпсика"])
def test_a_slip_of_an_opt_out_word_is_that_word(text: str):
    """Opt-out words with letters changed about, struck twice, drawn out or left out are still obeyed (C7)."""
    assert keyword(text, "de") == "stop"


@pytest.mark.parametrize(("text", "language"), [("описка", "uk"), ("stoß", "de"), ("shop", "en"), ("top", "de")])
def test_another_word_is_no_slip_of_an_opt_out_word(text: str, language: str):
    """Words of the language itself, and words with another letter in them, are no opt-out."""
    assert keyword(text, language) == ""
