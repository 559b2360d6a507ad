"""Numbers of a story beside the score: which of them count."""

import pytest

from flows.reading import read_score

SCORE_IN_A_STORY = {
    "prices": ("vier. Preis von 29,90 auf 39,90 erhöht", 4),
    "opening hours": ("2. Waited in from 8 til 6 and nobody showed", 2),
    "years": ("with you 2008-2019 and again now, 9/10", 9),
    "an hour in words": ("The third stayed till half 9. I'd rate it a 4 because of him alone", 4),
    "the one of a range": ("6 or 5... okay, 6", 6),
    "a wish before it": ("would've been a 10 if the wifi worked. 8", 8),
    "a label and a step down": ("bisher immer eine 10, seit der neuen Halle nur noch 8", 8),
    "none of it came": ("0 Order 558210 never came", 0),
    "a price of nothing": ("8 £7.50 for popcorn is taking the mick", 8),
    "a version and a ticket": ("4 since v12.3 nothing prints and ticket 90817 is still open", 4),
    "a word that counts, with a cause": ("four cos nobody tells you the gate code", 4),
    "typed by mistake": ("sorry 9, typed 6 by mistake", 9),
    "dictated comma": ("acht Komma der Techniker war pünktlich Punkt", 8),
}
NOT_SURE = {
    "range alone": ("6 or 5", "reask"),
    "fraction with a dictated comma": ("sieben Komma fünf", "reask"),
    "person and firm": ("Anna 10, you get a 2", "reask"),
    "condition": ("10 if you fix it, otherwise 2", "reask"),
    "aspects": ("food 9, price 4", "reask"),
    "doubt in the clause before": ("not sure, 8", "confirm"),
    "minus": ("8 minus", "confirm"),
    "notes that are counted": ("2 £5 vouchers never arrived", "reask"),
    "a price with its thing": ("9 £8.50 coffee", "reask"),
    "none of a kind": ("0 problems never had any", "reask"),
    "none at all": ("0 help never again", "reask"),
    "none, in a language with cases": ("0 Stress kam nicht auf, alles super", "reask"),
    "vouchers to the end": ("2 £5", "reask"),
}


@pytest.mark.parametrize(("text", "value"), SCORE_IN_A_STORY.values(), ids=SCORE_IN_A_STORY)
def test_score_is_found_in_the_story(text: str, value: int):
    """Prices, hours, years and withdrawn numbers take nothing from the one score."""
    language = "de" if any(word in text for word in ("immer", "Preis", "Komma")) else "en"
    read = read_score(text, language)
    assert (read.action, read.value) == ("accept", value), read


@pytest.mark.parametrize(("text", "action"), NOT_SURE.values(), ids=NOT_SURE)
def test_nothing_is_taken_that_may_mean_another_value(text: str, action: str):
    """Two values, ranges and fractions stay questions."""
    assert read_score(text, "de" if "Komma" in text or "alles" in text else "en").action == action


@pytest.mark.parametrize(
    ("text", "language", "action"),
    [
        ("0 pedido nunca llegó", "es", "accept"),
        ("0 taxi kwam niet opdagen, vlucht gemist", "nl", "accept"),
        ("0 taxin kom aldrig, missade tåget", "sv", "accept"),
        ("0 encomenda nunca chegou", "pt", "accept"),
        ("0 problèmes n'est jamais survenu", "fr", "reask"),
        ("0 problemi non ho avuto", "it", "reask"),
        ("0 скарг не маю", "uk", "reask"),
        ("0 problemów nie było", "pl", "reask"),
        ("0 уважения к клиентам", "ru", "confirm"),
    ],
)
def test_nothing_is_missed_by_none(text: str, language: str, action: str):
    """What never came is not counted by a nought, so that is the score; what there is none of may be."""
    assert read_score(text, language).action == action


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("szóstka w skali do 10", "pl", 6),
        ("6 på jeres skala", "da", 6),
        ("Femma på er tiogradiga skala", "sv", 5),
        ("scusate 9, avevo scritto 6 per sbaglio", "it", 9),
        ("ville skriva 9 inte 6", "sv", 9),
        ("la pizza fría pero el chico majo, le mando un 5", "es", 5),
    ],
)
def test_scales_and_corrections_in_other_words(text: str, language: str, value: int):
    """A scale that is named, a number that was typed by mistake, one that is sent rather than given."""
    read = read_score(text, language)
    assert (read.action, read.value) == ("accept", value), read


@pytest.mark.parametrize(("text", "language"), [("4 w skali do 5", "pl"), ("4 on a scale to 5", "en")])
def test_another_scale_stays_one(text: str, language: str):
    """A scale that ends elsewhere is none of this question."""
    assert read_score(text, language).action == "reask"
