"""Tallies: eleven counts, the three bands, and adding up."""

from insights.nps import Scores
from insights.tally import Tally


def test_scores_fall_into_their_bands() -> None:
    """0 to 6, 7 and 8, 9 and 10, as the Net Promoter Score has them."""
    tally = Tally(scores=(1, 1, 1, 1, 1, 1, 1, 10, 10, 100, 100))
    assert tally.bands == Scores(7, 20, 200)
    assert tally.answered == 227


def test_tallies_add_up() -> None:
    """Field by field; nothing is the neutral element."""
    one = Tally(scores=(1, *[0] * 9, 2), asked=5, delivered=4, completed=2, commented=1, opted_out=1)
    assert one + Tally() == one
    assert one + one == Tally((2, *[0] * 9, 4), asked=10, delivered=8, completed=4, commented=2, opted_out=2)
