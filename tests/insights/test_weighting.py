"""Weights: by worth, by known sizes of groups, by margins; what they set right, and what they cost."""

from math import sqrt
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insights.nps import Scores, nps
from insights.weighting import LARGEST, Weighed, rake, represent, score, weighed

SEED = 40
ONE = {-1: Scores(1, 0, 0), 0: Scores(0, 1, 0), 1: Scores(0, 0, 1)}


def test_by_worth():
    """Three customers by hand: the large one is a promoter; Kish: 100^2 / 6,600."""
    found = weighed([(ONE[1], 80), (ONE[-1], 10), (ONE[0], 10)])
    assert found == Weighed(10, 10, 80, 6600, 3)
    assert found.effective == pytest.approx(10_000 / 6_600)
    assert score(found).value == pytest.approx(70)
    assert score(found).n == 3


def test_nobody_and_no_weight():
    """Nothing is said; a weight below 0 is a mistake."""
    assert score(Weighed()) is score(weighed([(ONE[1], 0)])) is None
    with pytest.raises(ValueError, match="below 0"):
        weighed([(ONE[1], -1)])


@given(st.builds(Scores, *[st.integers(0, 60)] * 3), st.floats(0.01, 1000))
def test_all_weights_alike(scores, weight):
    """Are no weights."""
    one, other = score(weighed([(scores, weight)])), nps(scores)
    if other is None:
        assert one is None
    else:
        assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high))


@given(st.lists(st.tuples(st.sampled_from(list(ONE.values())), st.floats(0.1, 100)), min_size=1, max_size=30))
def test_they_count_as_fewer(answers):
    """The effective number is at least 1 and at most that of the answers; sums add up in any order."""
    found = weighed(answers)
    assert 1 - 1e-9 <= found.effective <= len(answers) + 1e-9
    half = len(answers) // 2
    both = weighed(answers[half:]) + weighed(answers[:half])
    assert (both.promoters, both.squares, both.n) == (
        pytest.approx(found.promoters),
        pytest.approx(found.squares),
        found.n,
    )


def test_revenue_holds():
    """Revenue that varies much (log-normal), 60 customers, 1,500 times: the interval holds the weighted truth."""
    rng, held, times = Random(SEED), 0, 1500
    for _ in range(times):
        answers = [(ONE[one], rng.lognormvariate(0, 0.8)) for one in rng.choices((-1, 0, 1), (0.2, 0.3, 0.5), k=60)]
        found = score(weighed(answers))
        held += found.low <= 30 <= found.high
    assert held / times > 0.94


def test_groups_by_their_size():
    """Half the customers are young, of the answers a tenth: the score is in the middle of both groups'."""
    cells = {("young",): Scores(10, 5, 5), ("old",): Scores(20, 60, 100)}
    found = represent(cells, [{"young": 500, "old": 500}])
    young, old = -25, 100 * 80 / 180
    assert found.score.value == pytest.approx((young + old) / 2)
    assert found.unweighted == nps(Scores(30, 65, 105))
    assert found.largest == pytest.approx(5)
    assert found.effective == pytest.approx(200**2 / (20 * 5**2 + 180 * (100 / 180) ** 2))
    assert found.apart < 1e-6
    assert found.unheard == ()


def test_margins_without_every_combination():
    """Raking by hand: two by two with one cell empty; both margins are right afterwards."""
    counts = {("a", "x"): 30.0, ("a", "y"): 10.0, ("b", "x"): 20.0}
    shares = [{"a": 0.5, "b": 0.5}, {"x": 0.8, "y": 0.2}]
    weights = rake(counts, shares)
    weighted = {cell: weights[cell] * count for cell, count in counts.items()}
    assert weighted == pytest.approx({("a", "x"): 18, ("a", "y"): 12, ("b", "x"): 30}, abs=1e-5)


def test_a_known_table():
    """Raking keeps the odds ratio of the table and gets the margins: three by three, by the definition."""
    ns = ((40, 30, 10), (35, 50, 100), (15, 20, 30))
    counts = {(row, column): float(ns["abc".index(row)]["xyz".index(column)]) for row in "abc" for column in "xyz"}
    wanted = [{"a": 0.3, "b": 0.5, "c": 0.2}, {"x": 0.2, "y": 0.3, "z": 0.5}]
    weights, total = rake(counts, wanted), sum(counts.values())
    found = {cell: weights[cell] * n / total for cell, n in counts.items()}
    for place, shares in enumerate(wanted):
        for value, share in shares.items():
            assert sum(n for cell, n in found.items() if cell[place] == value) == pytest.approx(share, abs=1e-6)
    for table in (counts, found):
        ratio = table["a", "x"] * table["b", "y"] / table["a", "y"] / table["b", "x"]
        assert ratio == pytest.approx(40 * 50 / 30 / 35, rel=1e-6)


def test_large_weights_are_cut_and_said():
    """One answer of a hundred for half of the customers: it counts for a few, and what is missing is told."""
    cells = {("rare",): Scores(1, 0, 0), ("usual",): Scores(0, 0, 99)}
    found = represent(cells, [{"rare": 1, "usual": 1}])
    assert LARGEST <= found.largest < 2 * LARGEST
    assert found.apart > 0.3
    assert found.score.value > 80


def test_who_is_not_heard():
    """A value without answers is named, and the others share its weight; answers of nobody count nothing."""
    cells = {("a",): Scores(0, 0, 50), ("b",): Scores(50, 0, 0), ("gone",): Scores(50, 0, 0), ("c",): Scores()}
    found = represent(cells, [{"a": 3, "b": 1, "c": 4, "gone": 0, "none": 0}])
    assert found.unheard == ("c",)
    assert found.score.value == pytest.approx(50)
    assert found.score.n == 100
    assert represent({("gone",): Scores(1, 0, 0)}, [{"gone": 0}]) is represent({}, [{"a": 1}]) is None
    with pytest.raises(KeyError):
        represent({("new",): Scores(1, 0, 0)}, [{"a": 1}])


def test_who_answers_is_set_right():
    """The old answer three times as often and are happier: weighted it holds, unweighted hardly ever."""
    rng, held, plain, times = Random(SEED), 0, 0, 400
    people = {("north", "young"): 0.1, ("north", "old"): 0.3, ("south", "young"): 0.4, ("south", "old"): 0.2}
    mixes = {
        ("north", "young"): (0.4, 0.3, 0.3),
        ("north", "old"): (0.1, 0.3, 0.6),
        ("south", "young"): (0.5, 0.3, 0.2),
        ("south", "old"): (0.2, 0.3, 0.5),
    }
    answering = {("north", "young"): 0.1, ("north", "old"): 0.3, ("south", "young"): 0.1, ("south", "old"): 0.3}
    truth = 100 * sum(share * (mixes[cell][2] - mixes[cell][0]) for cell, share in people.items())
    margins = [{"north": 0.4, "south": 0.6}, {"young": 0.5, "old": 0.5}]
    for _ in range(times):
        cells = {}
        for cell, share in people.items():
            n = sum(rng.random() < answering[cell] for _ in range(round(1000 * share)))
            drawn = rng.choices((-1, 0, 1), mixes[cell], k=n)
            cells[cell] = Scores(drawn.count(-1), drawn.count(0), drawn.count(1))
        found = represent(cells, margins)
        held += found.score.low <= truth <= found.score.high
        plain += found.unweighted.low <= truth <= found.unweighted.high
    assert held / times > 0.95 - 3 * sqrt(0.05 * 0.95 / times)
    assert plain / times < 0.5
