"""Other intervals for the same score: one that keeps its promise for every crowd, and the bootstrap's.

`careful` turns the score test round: it holds the scores that the counts do not speak against, the variance being that
of the likeliest crowd with such a score. T. Tango: Equivalence test and confidence interval for the difference in
proportions for the paired-sample design. Statistics in Medicine 17 (1998), 891-908, where the likeliest crowd is found
in closed form; for the NPS by B. Rocks, The American Statistician 70 (2016), 365-372 ("iterative score").

Counts move in steps, and the test is told so by half a step (F. Yates: Contingency tables involving small numbers and
the chi-squared test. Suppl. J. Royal Statist. Soc. 1 (1934), 217-235). A step is 1, and 2 where nobody is passive:
whoever changes sides then changes the sum by 2. docs/why/statistics.md says what that brings and what it costs.
"""

from cmath import exp
from math import ceil, pi, sqrt

from insights.estimates import CONFIDENCE, Estimate, quantile
from insights.nps import SCALE, Scores

HALVINGS = 36  # of an interval of at most 2: exact to a millionth of a point
_NOTHING = 1e-17


def careful(scores: Scores, confidence: float = CONFIDENCE) -> Estimate | None:
    """The score with the score interval, corrected for steps; None without an answer. Counts have to be whole."""
    if not scores.n:
        return None
    z = quantile(confidence)
    low = -1.0 if scores.detractors == scores.n else _edge(scores, -1.0, z)
    high = 1.0 if scores.promoters == scores.n else _edge(scores, 1.0, z)
    return Estimate(SCALE * scores.score, SCALE * low, SCALE * high, round(scores.n))


def bootstrap(scores: Scores, confidence: float = CONFIDENCE) -> Estimate | None:
    """The score with the bootstrap's percentile interval; None without an answer. Counts have to be whole.

    It is what infinitely many draws would give: how the sum of n draws from the answers is distributed is computed
    and not tried out, so there is no seed. B. Efron, R. J. Tibshirani: An Introduction to the Bootstrap, Chapman and
    Hall 1993, chapters 6 ("ideal bootstrap estimate") and 13. Short with few answers, and nothing where all agree.
    """
    if not scores.n:
        return None
    first, likely = _sums(scores)
    tail, below = (1 - confidence) / 2, 0.0
    ends: list[float] = []
    for step, each in enumerate(likely):
        below += each
        while len(ends) < 2 and below >= (tail, 1 - tail)[len(ends)] - 1e-12:
            ends.append((first + step) / scores.n)
    low, high = ends
    return Estimate(SCALE * scores.score, SCALE * low, SCALE * high, round(scores.n))


def _edge(scores: Scores, end: float, z: float) -> float:
    inside, outside = scores.score, end
    for _ in range(HALVINGS):
        middle = (inside + outside) / 2
        if _agrees(scores, middle, z):
            inside = middle
        else:
            outside = middle
    return inside


def _agrees(scores: Scores, truth: float, z: float) -> bool:
    """Whether the counts are within z deviations of what a crowd with this score gives."""
    n, total = scores.n, scores.promoters - scores.detractors
    half_a_step = 0.5 if scores.passives else 1.0
    # twice the number of people times the square of the detractors' share, and so on: Tango's equation
    linear = (2 * n - total) * truth - scores.promoters - scores.detractors
    detractors = (sqrt(max(linear**2 + 8 * n * scores.detractors * truth * (1 - truth), 0.0)) - linear) / (4 * n)
    variance = n * (2 * detractors + truth * (1 - truth))
    return max(0.0, abs(total - n * truth) - half_a_step) ** 2 <= z**2 * max(variance, 0.0)


def _sums(scores: Scores) -> tuple[int, list[float]]:
    """The least sum of n draws of -1, 0 and 1 that is not as good as impossible, and how likely it and the next are.

    By Fourier's transform of the distribution of one draw, to the n-th power, and back; terms that are as good as 0
    are left out, so that it takes time in proportion to the root of n.
    """
    n = round(scores.n)
    middle, reach = round(scores.promoters - scores.detractors), ceil(10 * n * sqrt(scores.variance)) + 10
    first, last = max(-n, middle - reach), min(n, middle + reach)
    size, terms = last - first + 1, []
    for step in range(size):
        angle = 2 * pi * step / size
        one = (scores.detractors * exp(-1j * angle) + scores.passives + scores.promoters * exp(1j * angle)) / n
        if abs(one) ** n > _NOTHING:
            terms.append((angle, one**n))
    likely = [
        sum((term * exp(-1j * angle * (first + step))).real for angle, term in terms) / size for step in range(size)
    ]
    return first, likely
