"""The careful interval and the bootstrap's, beside their definitions."""

from math import sqrt
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insights.estimates import quantile
from insights.intervals import _sums, bootstrap, careful
from insights.nps import Scores, nps, plain_wald

counts = st.integers(0, 60)
SEED = 8


def likeliest(scores: Scores, truth: float) -> float:
    """The share of detractors that makes the counts likeliest among crowds with this score, by search."""
    low, high = max(0.0, -truth), (1 - truth) / 2

    def slope(share: float) -> float:
        rest = 1 - truth - 2 * share
        return (
            (scores.detractors / share if scores.detractors else 0)
            + (scores.promoters / (share + truth) if scores.promoters else 0)
            - (2 * scores.passives / rest if scores.passives else 0)
        )

    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) > 0 else (low, middle)
    return low


@given(counts, counts, counts, st.floats(0.8, 0.99))
def test_careful_ends_are_the_scores_that_are_just_likely(detractors, passives, promoters, confidence):
    """Each end is z deviations, those of the likeliest crowd, from the counts less half a step."""
    scores = Scores(detractors, passives, promoters)
    found = careful(scores, confidence)
    if found is None:
        assert not scores.n
        return
    assert found.low - 1e-6 <= found.value <= found.high + 1e-6
    for end in (found.low / 100, found.high / 100):
        if -1 < end < 1:
            crowd = likeliest(scores, end)
            deviation = sqrt(scores.n * (2 * crowd + end - end**2))
            apart = abs(promoters - detractors - scores.n * end) - (0.5 if passives else 1)
            assert apart == pytest.approx(quantile(confidence) * deviation, abs=1e-3)


@given(counts, counts, counts)
def test_the_scale_turned_round(detractors, passives, promoters):
    """Promoters for detractors: the same interval on the other side."""
    one, other = (
        careful(Scores(detractors, passives, promoters)),
        careful(Scores(promoters, passives, detractors)),
    )
    if one is not None:
        assert (one.low, one.high) == pytest.approx((-other.high, -other.low), abs=1e-6)


def test_with_many_answers_all_are_one():
    """Half a million: no method differs by a twentieth of a point."""
    scores = Scores(100_000, 150_000, 250_000)
    ends = [(found.low, found.high) for found in (each(scores) for each in (nps, plain_wald, careful, bootstrap))]
    for low, high in ends:
        assert (low, high) == pytest.approx(ends[0], abs=0.05)


@given(st.integers(0, 12), st.integers(0, 12), st.integers(0, 12))
def test_the_sums_are_those_of_draws(detractors, passives, promoters):
    """The distribution of n draws, built up draw by draw."""
    n = detractors + passives + promoters
    if not n:
        return
    built = {0: 1.0}
    for _ in range(n):
        step: dict[int, float] = {}
        for total, likely in built.items():
            for change, count in ((-1, detractors), (0, passives), (1, promoters)):
                step[total + change] = step.get(total + change, 0.0) + likely * count / n
        built = step
    first, found = _sums(Scores(detractors, passives, promoters))
    for total, likely in built.items():
        inside = 0 <= total - first < len(found)
        assert (found[total - first] if inside else 0.0) == pytest.approx(likely, abs=1e-12)


@pytest.mark.parametrize("counts", [(7, 8, 30), (20, 30, 50), (3, 0, 12)])
def test_the_bootstrap_as_it_is_drawn(counts):
    """20,000 draws with a seed end within one step of what is computed."""
    rng, n, draws = Random(SEED), sum(counts), 20_000
    sums = sorted(sum(rng.choices((-1, 0, 1), counts, k=n)) for _ in range(draws))
    found = bootstrap(Scores(*counts))
    step = 100 / n * (1 if counts[1] else 2) + 1e-9
    assert found.low == pytest.approx(100 * sums[round(0.025 * draws)] / n, abs=step)
    assert found.high == pytest.approx(100 * sums[round(0.975 * draws)] / n, abs=step)
    assert found.value == pytest.approx(100 * (counts[2] - counts[0]) / n)


def test_where_all_agree():
    """The bootstrap knows nothing else; the careful interval does."""
    same = Scores(0, 0, 8)
    assert (bootstrap(same).low, bootstrap(same).high) == (100, 100)
    assert careful(same).low < 50
    assert careful(same).high == 100
    assert careful(Scores(8, 0, 0)).low == -100


def test_nobody():
    """No answers, no interval."""
    assert careful(Scores()) is bootstrap(Scores()) is None
