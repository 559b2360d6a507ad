"""Handles and signatures around a score, letters that look like its digits, verdicts against it."""

import pytest

from flows.reading import read_score


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("@QuayGym 8", "en"),
        ("8 @quay_gym", "en"),
        ("@cykelhuset\n8", "da"),
        ("8\n--\nDr Priya Nair\nDirect 020 7946 0123", "en"),
        ("8\n\n/Lasse i Borås", "sv"),
        ("8 /Lasse", "sv"),
        ("Boa tarde, 8. Obrigada, Teresa", "pt"),
        ("8, danke, Hakan", "de"),
        ("8. Thanks,\nTom Berger", "en"),
    ],
)
def test_handles_and_signatures_are_no_comment(text: str, language: str):
    """They leave the score as clear as it is."""
    read = read_score(text, language)
    assert (read.action, read.value, read.comment) == ("accept", 8, ""), read


@pytest.mark.parametrize(
    ("text", "language", "comment"),
    [
        ("8 service/food ok", "en", "service/food ok"),
        ("8, thanks, great food", "en", "great food"),
        ("8, mail me@home.example", "en", "mail me@home.example"),
    ],
)
def test_what_only_looks_like_a_signature_stays(text: str, language: str, comment: str):
    """A stroke inside words, thanks before a reason, an address."""
    assert read_score(text, language).comment == comment


@pytest.mark.parametrize(
    ("text", "language"), [("1О", "ru"), ("1о", "uk"), ("ставлю 1О", "ru"), ("1O", "en"), ("І0", "uk")]
)
def test_a_letter_that_looks_like_a_digit_is_asked_about(text: str, language: str):
    """Cyrillic, Greek and Latin O and I inside digits: ten perhaps, never one."""
    read = read_score(text, language)
    assert (read.action, read.value) == ("confirm", 10), read


@pytest.mark.parametrize(
    ("text", "language", "action"),
    [
        ("0, best gym in town, love it here", "en", "confirm"),
        ("9, thieves, stay away", "en", "confirm"),
        ("10, eine Frechheit", "de", "confirm"),
        ("7, Frühstück top, Parkplatz für 25€ am Tag eine Frechheit", "de", "accept"),
        ("8, Essen gut, Preise eine Frechheit", "de", "accept"),
    ],
)
def test_a_verdict_against_the_score(text: str, language: str, action: str):
    """High praise of a zero and hard blame of a ten are asked about, a mixed verdict beside a seven is not."""
    assert read_score(text, language).action == action


@pytest.mark.parametrize(
    ("text", "language", "value"), [("8 e não 3", "pt", 8), ("9 and not 3", "en", 9), ("9 nicht 6", "de", 9)]
)
def test_the_other_number_is_denied(text: str, language: str, value: int):
    """Of "9 and not 3" the nine is meant."""
    read = read_score(text, language)
    assert (read.action, read.value) == ("accept", value), read


@pytest.mark.parametrize(
    ("text", "language", "action", "value"),
    [
        ("Für mich die Nr. 1 in Leipzig!", "de", "reask", None),
        ("Nr. 7", "de", "confirm", 7),
        ("Vorgang Nr. 614 dauert, 7", "de", "accept", 7),
        ("8 - zwei Punkte Abzug für die Warteschleife", "de", "accept", 8),
        ("8 - 7 Punkte", "de", "reask", None),
        ("мда... десяточка)))", "ru", "accept", 10),
        ("8)", "en", "confirm", 8),
        ("مش ٦ لا ٩", "ar", "accept", 9),
        ("مش ٦ مش ٩", "ar", "reask", None),
    ],
)
def test_numbers_with_signs_and_names(text: str, language: str, action: str, value: int | None):
    """A number behind "no.", points taken off, a smile of brackets, and one denial taken back by another."""
    read = read_score(text, language)
    assert (read.action, read.value) == (action, value), read


@pytest.mark.parametrize(
    ("text", "language", "comment"),
    [
        (
            "Gestern angerufen, heute kam der Techniker. 9, weiter so",
            "de",
            "Gestern angerufen, heute kam der Techniker.",
        ),
        ("2. Awful. It leaks", "en", "Awful. It leaks"),
        ("I'd give 9 but the parking is awful so 7", "en", "the parking is awful"),
        ("dałbym 10 ale internet padł 3 razy w tym tygodniu wiec 6", "pl", "internet padł 3 razy w tym tygodniu"),
        ("staff 9, price 5, all in all 7", "en", "staff 9, price 5"),
        ("لا توقفوا عروض الجمعة أبداً، 9", "ar", "لا توقفوا عروض الجمعة أبداً"),
    ],
)
def test_edges_of_a_comment(text: str, language: str, comment: str):
    """A verdict on the other side of the score, a score given up with its "but", a vowel sign on the last letter."""
    assert read_score(text, language).comment == comment
