"""Numbers that tell a time, a part of many or a thing, scores of another day, and the words that show it."""

import pytest

from flows.reading import read_score

OTHERS = [
    ("en", "10 past 8 the bus came"),
    ("de", "10 nach 8 kam der Bus"),
    ("tr", "8'i 10 geçe otobüs geldi"),
    ("uk", "о 8 10 прийшов автобус"),
    ("pl", "9 przypadkach na 10"),
    ("cs", "9 z 10 případů je v pořádku"),
    ("es", "el 5 llegó tarde"),
    ("es", "el 2 siempre llega lleno"),
    ("it", "il 9 è arrivato in ritardo"),
    ("sv", "5:an kom för sent"),
    ("en", ":one::zero::zero:"),
    ("de", "8°"),
    ("hu", "10-ből 11"),
    ("tr", "8 7 arası"),
    ("en", "my wife says 8"),
    ("en", "food 9 service 2"),
    ("en", "me 8 wife 5"),
]
UNSURE = [
    ("es", "ya os puse un 9 ayer", 9),
    ("en", "I left you an 8 on Google yesterday", 8),
    ("nl", "ik gaf gisteren al een 9", 9),
    ("en", "the 8 was late again", 8),
    ("it", "la 6 era sporca", 6),
    ("en", "1. Couldn't have asked for a kinder midwife, everything was perfect", 1),
    ("en", "1. lovely people", 1),
    ("pt", "nº 8", 8),
]
SURE = [
    ("en", "been with you since 2009 and it's a 9", 9, "been with you since 2009"),
    ("de", "doch eher 8 als 7", 8, ""),
    ("en", "more an 8 than a 7", 8, ""),
    ("nl", "eerder een 8 dan een 7", 8, ""),
    ("en", "On 3 May you wrote:\n9", 9, ""),
    ("de", "9\nAm 03.05.2025 um 10:12 schrieb Acme:", 9, ""),
    ("en", "Anna wrote to me:\nnobody came. 2", 2, "Anna wrote to me:\nnobody came."),
    ("en", ":one::zero:", 10, ""),
    ("hu", "10-ből 9", 9, ""),
    ("de", "10 nach 8 Wochen Wartezeit endlich geliefert", 10, "nach 8 Wochen Wartezeit endlich geliefert"),
    ("es", "el 9 por la atención", 9, "por la atención"),
    ("es", "le doy un 5, llegó tarde", 5, "llegó tarde"),
    ("en", "1. Never again, the room was filthy", 1, "Never again, the room was filthy"),
    ("en", "9. Never had a better midwife", 9, "Never had a better midwife"),
    ("en", "I gave up yesterday after an hour, 2", 2, "I gave up yesterday after an hour"),
    ("en", "nil points", 0, ""),
    ("en", "0 zilch nada", 0, ""),
]


@pytest.mark.parametrize(("language", "text"), OTHERS)
def test_numbers_of_something_else_are_asked_again(language: str, text: str):
    """A time of day, a share, a line of a bus, two parts: no score is taken from them."""
    assert read_score(text, language).action == "reask"


@pytest.mark.parametrize(("language", "text", "value"), UNSURE)
def test_scores_of_another_day_are_asked_about(language: str, text: str, value: int):
    """A score given before, a thing that was, a list: worth a question."""
    read = read_score(text, language)
    assert (read.action, read.value) == ("confirm", value)


@pytest.mark.parametrize(("language", "text", "value", "comment"), SURE)
def test_scores_beside_such_words_are_taken(language: str, text: str, value: int, comment: str):
    """The same words around a score that is one take nothing away from it."""
    read = read_score(text, language)
    assert (read.action, read.value, read.comment) == ("accept", value, comment)
