"""Figures that others printed, each with where, and how we know what they printed.

"Read" means that the words were read in a stored copy of the source. "Quoted" means that the source itself could not be
read, and that several others who test their own programs against it print the same figures.
What B. Rocks' own program prints for his own data, for one score and for two, is in test_rocks.py.
Looked for and not found with figures that can be read: the tables of his article (2016; of arXiv 1601.07235 and its
HTML at ar5iv the abstract and section 1.1), the rows of J. Lewis and J. Sauro (measuringu.com/nps-confidence-intervals,
/nps-three-confidence-intervals, /nps-significance-test, /nps-three-significance-tests: introduction and method, and no
row), and programs that test themselves against either.

Figures that could neither be read nor found quoted are not here: test_figures.py and test_intervals.py compute them in
a second way, which is no less strict, but is not called published.
"""

import pytest

from insights.estimates import quantile
from insights.nps import Scores, answers_for, nps, plain_wald
from insights.proportions import newcombe, wilson


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_shares(hits, n, low, high):
    """Newcombe, Statistics in Medicine 17 (1998), 857-872: table I, method 3. Quoted, all four rows."""
    found = wilson(hits, n)
    assert (found.value, found.n) == (hits / n, n)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        # these three also as SAS has them, in the tests of an R package with ten methods
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 20), 0.6791, 1.0),
        # these five in tests that name the table
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_differences_of_shares(one, other, low, high):
    """Newcombe, Statistics in Medicine 17 (1998), 873-890: table II, method 10. Quoted, all eight rows."""
    found = newcombe(one, other)
    assert found.value == pytest.approx(one[0] / one[1] - other[0] / other[1])
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_a_plain_interval():
    """20 / 40 / 40 of 500: an NPS of 20 plus or minus 6.6, from 13 to 27.

    Market Strategies, "NPS Requires Much Larger Sample Sizes Than Alternatives". Read.
    """
    found = plain_wald(Scores(100, 200, 200))
    assert found.value == 20
    assert (found.high - found.low) / 2 == pytest.approx(6.6, abs=0.05)
    assert (round(found.low), round(found.high)) == (13, 27)


@pytest.mark.parametrize("n", [25, 100, 1024, 10_000])
def test_a_rule_of_thumb(n):
    """One third each: the 95 % interval is about 320 / sqrt(n) points long.

    A. Engelhardt, "Net Promoter Score confidence intervals 2: maths and stats", cybaea.net, 13 January 2016. Read.
    """
    found = plain_wald(Scores(n / 3, n / 3, n / 3))
    assert found.high - found.low == pytest.approx(320 / n**0.5, rel=1e-3)


def test_the_variance_of_one_answer():
    """Half promoters, a third passive, a sixth detractors: NPS 1/3, and variance 5/9.

    W. Huber, stats.stackexchange.com, "How can I calculate margin of error in a NPS result?". Shares and formula read;
    5/9 is the formula's by hand.
    """
    scores = Scores(100, 200, 300)
    assert scores.score == pytest.approx(1 / 3)
    third, half, sixth = 1 / 3, 1 / 2, 1 / 6
    by_hand = (1 - third) ** 2 * half + third**2 * third + (-1 - third) ** 2 * sixth
    assert scores.variance * scores.n == pytest.approx(by_hand)
    assert by_hand == pytest.approx(5 / 9)


def test_the_adjustment():
    """3 answers more, 3/4 of them detractors, 3/4 promoters, and the variance of the difference of two shares.

    J. Lewis, J. Sauro: Evaluating NPS Confidence Intervals with Real-World Data, measuringu.com, 19 January 2021; the
    same added answers (0.75, 1.5, 0.75) in B. Rocks' own R package NPS. Both read, as words; no row of their tables
    could be read, so that the figures here are the words' by hand.
    """
    n, detractors, promoters = 36 + 3, 8 + 0.75, 13 + 0.75
    score = (promoters - detractors) / n
    error = (((promoters + detractors) / n - score**2) / n) ** 0.5
    found = nps(Scores(8, 15, 13), 0.9)
    assert (found.low, found.high) == pytest.approx(
        (100 * (score - 1.645 * error), 100 * (score + 1.645 * error)), abs=0.01
    )


@pytest.mark.parametrize(("least", "answers"), [(5, 1655), (10, 412)])
def test_how_many_answers(least, answers):
    """n = s^2 Z^2 / d^2 - 3 at 95 % and a power of 80 %: 1,655 for 5 points, 412 for 10.

    J. Lewis, J. Sauro: Sample Sizes for Comparing an NPS to a Benchmark, measuringu.com/nps-benchmark-test-sample-size.
    Quoted once; formula read in their "Sample Sizes for Comparing Net Promoter Scores". That the test is one-sided
    and s^2 0.67 is our reading: it gives both figures. `answers_for` is the formula with the Z of an interval, so the
    confidence is chosen here to give theirs.
    """
    z = 1.645 + 0.842
    confidence = 0.987117
    assert quantile(confidence) == pytest.approx(z, abs=1e-4)
    # adjusted counts with a variance of 0.67
    counts = Scores(335 - 0.75, 330 - 1.5, 335 - 0.75)
    assert counts.adjusted().variance * counts.adjusted().n == pytest.approx(0.67)
    assert answers_for(counts, least, confidence) == answers
