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
    assert read_score(text, "de" if "Komma" in text else "en").action == action
