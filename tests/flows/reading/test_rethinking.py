"""What stands behind a score: a change of mind, a condition, a tag question."""

import pytest

from flows.reading import read_score
from flows.reading.context import assess
from flows.reading.decide import Decision, decide
from flows.reading.fold import fold
from flows.reading.lexicon import Lexicon, WordFile
from flows.reading.numbers import find_mentions
from flows.reading.tokens import tokenise
from flows.reading.units import build_units

WORDS = Lexicon(WordFile(tags={"anew": "va, allez, oh come on", "filler": "well", "carrier": "give", "aspect": "food"}))


def decided(text: str) -> Decision:
    """What is decided about a text of which only WORDS are known."""
    units = build_units(tokenise(fold(text)), WORDS)
    mentions = find_mentions(units, WORDS, 0, 10, most=40)
    assess(mentions, units, WORDS)
    return decide(mentions, units, 0, 10)


@pytest.mark.parametrize(
    ("text", "action", "value"),
    [
        ("7… oh come on, 8", "accept", 8),
        ("6... va, 7", "accept", 7),
        ("7 allez 8", "accept", 8),
        ("7, well, allez, give 8, food", "accept", 8),
        ("7, well, 8", "reask", None),
        ("7 food va 8", "reask", None),
        ("va 7 8", "reask", None),
        ("7\nva 8", "reask", None),
    ],
)
def test_a_change_of_mind_between_two_numbers_settles_the_later_one(text: str, action: str, value: int | None):
    """Words of `anew` count only where nothing that tells something stands between the two numbers."""
    decision = decided(text)
    assert (decision.action, decision.value) == (action, value)


@pytest.mark.parametrize(
    ("text", "language", "action"),
    [
        ("10, если вернёте деньги", "ru", "reask"),
        ("9, if you fix the app", "en", "reask"),
        ("8, wenn ihr das repariert", "de", "reask"),
        ("10 (si vous remboursez)", "fr", "reask"),
        ("8, mais seulement si ça change", "fr", "reask"),
        ("9. If you like cake, go there", "en", "accept"),
        ("9, if you like cake it is perfect", "en", "accept"),
    ],
)
def test_a_condition_behind_the_score_takes_it_back(text: str, language: str, action: str):
    """A score that holds only if something happens is none, comma or not; praise under an "if" is a comment."""
    assert read_score(text, language).action == action


@pytest.mark.parametrize(
    ("text", "language", "action"),
    [
        ("un 9, ¿no?", "es", "confirm"),
        ("9, right?", "en", "confirm"),
        ("8, oder?", "de", "confirm"),
        ("8... oder?", "de", "confirm"),
        ("7, isn't it?", "en", "confirm"),
        ("8, hein?", "fr", "confirm"),
        ("9, do you open on Sundays?", "en", "accept"),
        ("9. Wann kommt die Rechnung?", "de", "accept"),
    ],
)
def test_a_tag_question_asks_back(text: str, language: str, action: str):
    """ "8, oder?" is unsure of itself; a question about something else is not."""
    assert read_score(text, language).action == action


@pytest.mark.parametrize(
    ("text", "language", "outcome"),
    [
        ("7, non, 8", "fr", ("accept", 8)),
        ("7, no, 8", "es", ("accept", 8)),
        ("7, nein, 8", "de", ("accept", 8)),
        ("8 não, 7", "pt", ("accept", 7)),
        ("9 non 6", "fr", ("confirm", 6)),
        ("9 nicht 6", "de", ("accept", 9)),
        ("ne 9", "de", ("accept", 9)),
    ],
)
def test_a_no_between_two_numbers(text: str, language: str, outcome: tuple[str, int]):
    """Between commas it refuses what stands before it; a bare one before a lower number may deny either."""
    read = read_score(text, language)
    assert (read.action, read.value) == outcome, read
