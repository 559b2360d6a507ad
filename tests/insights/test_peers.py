"""The same figures from statsmodels and scipy, where they have them."""

from itertools import pairwise
from math import sqrt
from random import Random

import numpy as np
import pytest
from scipy.stats import false_discovery_control
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from insights.estimates import benjamini_hochberg, holm
from insights.nps import Scores, difference, plain_wald, together
from insights.proportions import newcombe, wilson
from insights.repeats import effective
from insights.weighting import score, weighed

SEED = 77
RNG = Random(SEED)
COUNTS = [(RNG.randint(0, n), n) for n in (1, 2, 5, 9, 30, 77, 400, 12_345)]
SCORES = [Scores(*(RNG.randint(1, size) for _ in range(3))) for size in (3, 10, 50, 400, 9000)]


@pytest.mark.parametrize(("hits", "n"), COUNTS)
@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
def test_shares(hits, n, confidence):
    """Wilson's interval."""
    found = wilson(hits, n, confidence)
    assert (found.low, found.high) == pytest.approx(proportion_confint(hits, n, 1 - confidence, "wilson"), abs=1e-12)


@pytest.mark.parametrize(("one", "other"), list(pairwise(COUNTS)))
def test_differences_of_shares(one, other):
    """Newcombe's interval."""
    found = newcombe(one, other)
    assert (found.low, found.high) == pytest.approx(
        confint_proportions_2indep(*one, *other, method="newcomb"), abs=1e-9
    )


@pytest.mark.parametrize("length", [1, 2, 7, 60])
def test_corrections(length):
    """Holm's, and Benjamini and Hochberg's, with ties."""
    found = [round(RNG.random() ** 3, 2) for _ in range(length)]
    assert holm(found) == pytest.approx(list(multipletests(found, method="holm")[1]))
    assert benjamini_hochberg(found) == pytest.approx(list(multipletests(found, method="fdr_bh")[1]))
    assert benjamini_hochberg(found) == pytest.approx(list(false_discovery_control(found)))


def described(scores: Scores) -> DescrStatsW:
    """Of -1, 0 and 1."""
    return DescrStatsW([-1.0, 0.0, 1.0], weights=[scores.detractors, scores.passives, scores.promoters])


@pytest.mark.parametrize("scores", SCORES)
def test_plain_intervals(scores):
    """The mean of -1, 0 and 1, with n instead of n - 1 in the variance."""
    low, high = described(scores).zconfint_mean()
    found, middle = plain_wald(scores), scores.score
    assert scores.variance * scores.n == pytest.approx(described(scores).var)
    reach = (high - low) / 2 * sqrt((scores.n - 1) / scores.n)
    assert (found.low, found.high) == pytest.approx((100 * max(-1, middle - reach), 100 * min(1, middle + reach)))


@pytest.mark.parametrize(("one", "other"), list(pairwise(SCORES)))
def test_two_scores(one, other):
    """The z test of two means with variances of their own, of the adjusted counts; theirs divide by n - 1."""
    first, second = one.adjusted(), other.adjusted()
    compared = CompareMeans(described(first), described(second))
    spread = sqrt(first.variance * first.n / (first.n - 1) + second.variance * second.n / (second.n - 1))
    assert compared.std_meandiff_separatevar == pytest.approx(spread)
    found = difference(one, other)
    low, high = compared.zconfint_diff(usevar="unequal")
    ours = sqrt(first.variance + second.variance)
    middle = (low + high) / 2
    assert found.low == pytest.approx(max(-200, 100 * (middle - (high - middle) * ours / spread)))
    assert found.high == pytest.approx(min(200, 100 * (middle + (high - middle) * ours / spread)))


def test_people_with_several_answers():
    """The cluster-robust variance of a mean, with the factor people / (people - 1)."""
    people = [Scores(*(RNG.randint(0, 3) for _ in range(3))) for _ in range(60)]
    people = [each for each in people if each.n]
    answers, groups = [], []
    for person, scores in enumerate(people):
        each = [-1] * scores.detractors + [0] * scores.passives + [1] * scores.promoters
        answers += each
        groups += [person] * len(each)
    fitted = OLS(answers, np.ones(len(answers))).fit(
        cov_type="cluster", cov_kwds={"groups": np.array(groups), "use_correction": False}
    )
    variance = float(fitted.cov_params()[0, 0]) * len(people) / (len(people) - 1)
    everybody = together(people)
    assert effective(people) == pytest.approx(min(everybody.n, everybody.n * everybody.variance / variance))


def test_weighted_means():
    """Revenue as weights."""
    answers = [(RNG.choice((-1, 0, 1)), RNG.lognormvariate(0, 1)) for _ in range(50)]
    one = {-1: Scores(1, 0, 0), 0: Scores(0, 1, 0), 1: Scores(0, 0, 1)}
    peer = DescrStatsW([each for each, _ in answers], weights=[weight for _, weight in answers])
    assert score(weighed((one[each], weight) for each, weight in answers)).value == pytest.approx(100 * peer.mean)
