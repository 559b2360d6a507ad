"""NPS, shares and their differences give what another way of computing gives; test_published.py has what is printed."""

from itertools import product
from math import comb, erfc, sqrt
from random import Random
from statistics import NormalDist, pvariance

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insights.estimates import holm, quantile, two_sided
from insights.nps import Scores, difference, nps, plain_wald
from insights.proportions import newcombe, wilson

Z = 1.959964


@given(st.integers(1, 500), st.data(), st.floats(0.5, 0.999))
def test_wilsons_ends_are_the_shares_that_are_just_likely(n, data, confidence):
    """Each end p lies exactly z standard errors, those at p, from what was counted: Wilson's own definition."""
    hits = data.draw(st.integers(0, n))
    found = wilson(hits, n, confidence)
    for end in (found.low, found.high):
        if 0 < end < 1:
            assert abs(hits / n - end) == pytest.approx(quantile(confidence) * sqrt(end * (1 - end) / n), abs=1e-9)
    assert 0 <= found.low <= found.value <= found.high <= 1


@given(st.integers(1, 200), st.integers(1, 200), st.data())
def test_campbells_p(n, m, data):
    """The N - 1 chi-squared of the two-by-two table, with the tail of one degree of freedom."""
    a, b = data.draw(st.integers(0, n)), data.draw(st.integers(0, m))
    table = (n * m * (a + b) * (n + m - a - b)) or None
    chi_squared = (n + m - 1) * (a * (m - b) - b * (n - a)) ** 2 / table if table else 0
    assert newcombe((a, n), (b, m)).p == pytest.approx(erfc(sqrt(chi_squared / 2)), abs=1e-9)


def test_the_score():
    """Promoters less detractors in points, whoever is passive."""
    found = nps(Scores(20, 30, 50))
    assert (found.value, found.n) == (30, 100)
    assert plain_wald(Scores(20, 30, 50)).value == 30
    assert Scores(20, 30, 50).variance == pytest.approx(pvariance([-1] * 20 + [0] * 30 + [1] * 50) / 100)


@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 300), st.floats(0.5, 0.999))
def test_the_interval_is_the_textbooks_of_the_answers_and_three_more(detractors, passives, promoters, confidence):
    """3/4 of a detractor, 3/2 of a passive, 3/4 of a promoter (Rocks 2016), the mean of -1, 0 and 1, and z."""
    n = detractors + passives + promoters + 3
    shares = {-1: (detractors + 0.75) / n, 0: (passives + 1.5) / n, 1: (promoters + 0.75) / n}
    mean = sum(value * share for value, share in shares.items())
    spread = sqrt(sum(share * (value - mean) ** 2 for value, share in shares.items()) / n)
    reach = NormalDist().inv_cdf(0.5 + confidence / 2) * spread
    found = nps(Scores(detractors, passives, promoters), confidence)
    if n == 3:
        assert found is None
        return
    assert found.low == pytest.approx(100 * max(-1, mean - reach), abs=1e-6)
    assert found.high == pytest.approx(100 * min(1, mean + reach), abs=1e-6)


def coverage(interval, n: int, shares: tuple[float, float, float]) -> float:
    """How often the interval holds the true score, added up over everything that n people can answer."""
    truth, total = 100 * (shares[2] - shares[0]), 0.0
    for detractors, promoters in product(range(n + 1), repeat=2):
        if (passives := n - detractors - promoters) >= 0:
            found = interval(Scores(detractors, passives, promoters))
            ways = comb(n, detractors) * comb(n - detractors, promoters)
            likely = ways * shares[0] ** detractors * shares[1] ** passives * shares[2] ** promoters
            total += likely * (found.low <= truth <= found.high)
    return total


@pytest.mark.parametrize("n", [10, 20, 40])
@pytest.mark.parametrize("shares", [(0.15, 0.25, 0.6), (0.05, 0.15, 0.8), (0.3, 0.4, 0.3), (0.02, 0.08, 0.9)])
def test_the_interval_keeps_its_promise_with_few_answers(n, shares):
    """What Rocks found, exactly: it holds the true score about 95 times in 100, and the plain one less often."""
    adjusted, plain = coverage(nps, n, shares), coverage(plain_wald, n, shares)
    assert adjusted > 0.925
    assert plain < adjusted
    if shares == (0.02, 0.08, 0.9):
        assert plain < 0.9


def test_two_scores():
    """The square of the difference's error is the sum of both squares; p tells when the interval leaves 0."""
    one, other = Scores(20, 30, 50), Scores(35, 35, 30)
    found = difference(one, other)
    assert found.value == 35
    errors = [(each.high - each.low) / 2 for each in (nps(one), nps(other))]
    assert (found.high - found.low) / 2 == pytest.approx(sqrt(sum(error**2 for error in errors)))
    middle, reach = (found.high + found.low) / 2, (found.high - found.low) / 2
    assert found.p == pytest.approx(erfc(middle / reach * Z / sqrt(2)), rel=1e-4)
    assert found.p < 0.05
    assert found.low > 0
    turned = difference(other, one)
    assert (turned.value, turned.low, turned.high) == pytest.approx((-found.value, -found.high, -found.low))
    assert turned.p == found.p


@given(*[st.integers(0, 60)] * 6)
def test_p_and_interval_say_the_same(a, b, c, d, e, f):
    """Below 0.05 exactly where 0 is outside."""
    found = difference(Scores(a, b, c), Scores(d, e, f))
    if found is None:
        assert 0 in (a + b + c, d + e + f)
    else:
        assert (found.p < 0.05) == (not found.low <= 0 <= found.high)


def test_the_same_people_twice_differ_by_chance():
    """Two samples of one crowd, drawn 2,000 times: p is below 0.05 in about 5 of 100."""
    rng, times, below = Random(6), 2000, 0
    for _ in range(times):
        drawn = [rng.choices((-1, 0, 1), (25, 30, 45), k=80) for _ in range(2)]
        one, other = (Scores(each.count(-1), each.count(0), each.count(1)) for each in drawn)
        below += difference(one, other).p < 0.05
    assert below / times == pytest.approx(0.05, abs=4 * sqrt(0.05 * 0.95 / times))


def test_nobody():
    """No answers, no figures."""
    assert nps(Scores()) is plain_wald(Scores()) is wilson(0, 0) is None
    assert newcombe((0, 0), (1, 2)) is newcombe((1, 2), (0, 0)) is None
    assert difference(Scores(), Scores(1, 1, 1)) is difference(Scores(1, 1, 1), Scores()) is None
    assert two_sided(0.0, 0.0) == 1


@pytest.mark.parametrize(
    ("found", "corrected"),
    [
        ([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]),
        ([0.01, 0.02, 0.03, 0.04, 0.05], [0.05, 0.08, 0.09, 0.09, 0.09]),  # R: p.adjust(1:5 / 100, "holm")
        ([0.6, 0.9], [1.0, 1.0]),
        ([0.02], [0.02]),
        ([], []),
    ],
)
def test_holm(found, corrected):
    """By hand, and as R has it."""
    assert holm(found) == pytest.approx(corrected)


def test_quantile():
    """The figures everybody knows."""
    assert [round(quantile(each), 3) for each in (0.90, 0.95, 0.99)] == [1.645, 1.96, 2.576]
