"""How many answers an interval takes, when it is precise, and everybody's score when cells were asked by plan."""

from math import sqrt
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insights.budget import ENOUGH, Cell, allocate, overall
from insights.nps import Part, Scores, answers_for, half_width, nps, weighted

NONE = Scores()
MIXED = Scores(40, 60, 100)  # 200 answers

scores = st.builds(Scores, *[st.integers(0, 80)] * 3)


def cell(name: str, scores: Scores, **more) -> Cell:
    return Cell((name,), 10_000, scores, **more)


@given(scores, st.floats(1, 60), st.floats(0.5, 0.99))
def test_how_many_answers_an_interval_takes(given, width, confidence):
    """The number is enough and one less is not, by the half width's own formula."""
    needed = answers_for(given, width, confidence)
    assert half_width(given, needed - given.n, confidence) <= width + 1e-9
    if needed:
        assert half_width(given, needed - 1 - given.n, confidence) > width - 1e-9


@given(scores.filter(lambda each: each.n))
def test_the_half_width_is_half_of_the_interval(given):
    """Where the interval is not cut at the ends of the scale."""
    found = nps(given)
    if found.low > -100 and found.high < 100:
        assert half_width(given) == pytest.approx((found.high - found.low) / 2)


@pytest.mark.parametrize(
    ("given", "width", "needed"),
    # z² (0.75 - 0.25²) / 0.1² - 3 with the three answers in: by hand
    [(Scores(49.25, 48.5, 99.25), 10, 262), (Scores(0, 0, 97), 10, 14), (Scores(), 10, 190), (Scores(), 100, 0)],
)
def test_answers_by_hand(given, width, needed):
    """Spread of the answers, 1.96, and the points that are wanted."""
    assert answers_for(given, width) == needed


def test_everybodys_score_is_weighted_by_customers_not_by_answers():
    """A small cell that was asked a lot counts as the small cell it is."""
    found = weighted([Part(9_000, Scores(10, 10, 80)), Part(1_000, Scores(400, 0, 400)), Part(500, NONE)])
    assert found.value == pytest.approx(0.9 * 70 + 0.1 * 0)
    assert found.n == 900
    parts = [half_width(Scores(10, 10, 80)), half_width(Scores(400, 0, 400))]
    assert (found.high - found.low) / 2 == pytest.approx(sqrt((0.9 * parts[0]) ** 2 + (0.1 * parts[1]) ** 2))
    assert weighted([]) is weighted([Part(5, NONE)]) is None


@pytest.mark.parametrize(
    ("scores", "target", "corrected"),
    [
        (MIXED, 14, True),  # 200 answers, 132 would have done
        (MIXED, 10, False),  # not precise: nothing has ended it
        (Scores(30, 40, 70), 25, False),  # 41 would have done, and nobody stops below 30: their number mattered, too
        (Scores(0, 0, 200), 2, False),  # nothing varies
    ],
)
def test_what_stopping_does_is_taken_off_everybodys_score(scores, target, corrected):
    """Where the width of an interval has ended it; the promoters' tail is short, so the score is too high."""
    other = cell("open", scores=Scores(20, 10, 20))
    cells, customers = [cell("a", scores=scores, target=target), other], {("a",): 3_000, ("open",): 1_000}
    found, plain = overall(cells, customers), 0.75 * 100 * scores.score
    third = (40 * -(1.3**3) + 60 * -(0.3**3) + 100 * 0.7**3) / 200  # of MIXED, whose mean is 0.3
    off = -third / (0.61 * 200) if corrected else 0.0
    assert found.value == pytest.approx(plain - 0.75 * 100 * off)
    assert overall([], {}) is None
    with pytest.raises(KeyError):
        overall(cells, {})


def test_the_weighted_interval_holds_the_truth():
    """Of 1,500 samples from three cells of very different size and score, 95 in 100."""
    rng, times, held = Random(3), 1500, 0
    parts = [(0.7, (10, 20, 70), 40), (0.2, (40, 40, 20), 90), (0.1, (80, 10, 10), 150)]
    truth = sum(weight * (mix[2] - mix[0]) for weight, mix, _ in parts)
    for _ in range(times):
        drawn = [(weight, rng.choices(range(3), mix, k=n)) for weight, mix, n in parts]
        found = weighted(Part(weight, Scores(*(each.count(kind) for kind in range(3)))) for weight, each in drawn)
        held += found.low <= truth <= found.high
    assert held / times == pytest.approx(0.95, abs=4 * sqrt(0.05 * 0.95 / times))


@given(scores, st.floats(1, 60))
def test_precise_means_what_the_interval_shows(given, target):
    """At least ENOUGH answers, and the half width at or below the target."""
    found = Cell((), 0, given, target=target).precise()
    if abs(half_width(given) - target) > 1e-9:
        assert found == (given.n >= ENOUGH and half_width(given) < target)


def test_a_few_lucky_answers_stop_nothing():
    """Twenty-nine promoters look precise, and are not believed."""
    lucky = cell("lucky", scores=Scores(0, 0, ENOUGH - 1), asked=100, target=15)
    assert half_width(lucky.scores) < lucky.target
    assert not lucky.precise()
    assert allocate([lucky], 50)["lucky",] > 0
    assert cell("more", scores=Scores(0, 0, ENOUGH), target=15).precise()
