"""How often an interval holds the true score: added up over all that n people can answer, not drawn."""

from collections.abc import Callable, Iterator
from math import exp, lgamma, log, sqrt
from statistics import median
from typing import NamedTuple

from insights.estimates import quantile
from insights.intervals import _agrees, careful
from insights.nps import Scores, nps

Z = quantile(0.95)
SIZES = (5, 10, 20, 50, 100, 500, 5000)
UNLIKELY = 1e-11


class Crowd(NamedTuple):
    """Shares of those who would give 0-6, 7-8 and 9-10."""

    detractors: float
    passives: float
    promoters: float


CROWDS = {
    "all promoters": Crowd(0, 0, 1),
    "all detractors": Crowd(1, 0, 0),
    "all passives": Crowd(0, 1, 0),
    "1 / 0 / 99": Crowd(0.01, 0, 0.99),
    "0 / 1 / 99": Crowd(0, 0.01, 0.99),
    "2 / 8 / 90 (J)": Crowd(0.02, 0.08, 0.9),
    "5 / 15 / 80": Crowd(0.05, 0.15, 0.8),
    "0 / 30 / 70": Crowd(0, 0.3, 0.7),
    "15 / 25 / 60": Crowd(0.15, 0.25, 0.6),
    "25 / 30 / 45": Crowd(0.25, 0.3, 0.45),
    "5 / 90 / 5": Crowd(0.05, 0.9, 0.05),
    "0 / 95 / 5": Crowd(0, 0.95, 0.05),
    "one third each": Crowd(1 / 3, 1 / 3, 1 / 3),
    "each score alike": Crowd(7 / 11, 2 / 11, 2 / 11),
    "60 / 30 / 10": Crowd(0.6, 0.3, 0.1),
    "45 / 10 / 45 (U)": Crowd(0.45, 0.1, 0.45),
    "50 / 0 / 50": Crowd(0.5, 0, 0.5),
}


def holds_adjusted(scores: Scores, truth: float) -> bool:
    """Whether the adjusted Wald interval holds a score from -1 to 1."""
    found = nps(scores)
    return found.low - 1e-7 <= 100 * truth <= found.high + 1e-7


def holds_careful(scores: Scores, truth: float) -> bool:
    """Whether the careful interval does: its own question, without the search for the ends."""
    return _agrees(scores, truth, Z)


def coverage(holds: Callable[[Scores, float], bool], n: int, crowd: Crowd) -> float:
    """How often, 0 to 1, exact to six digits."""
    truth = crowd.promoters - crowd.detractors
    held = seen = 0.0
    for likely, scores in outcomes(n, crowd):
        seen += likely
        held += likely * holds(scores, truth)
    assert seen > 1 - 1e-5
    return held / seen


def said_apart(n: int, m: int, crowd: Crowd) -> float:
    """How often n and m answers of one crowd are said to differ, 0 to 1: where `difference` has a p below 0.05."""
    one, other = (
        [(likely, adjusted.score, adjusted.variance) for likely, scores in outcomes(size, crowd, 3e-6)
         if (adjusted := scores.adjusted())] for size in (n, m)
    )  # fmt: skip
    said = seen = 0.0
    for likely, score, variance in one:
        for too, another, its in other:
            seen += likely * too
            if (score - another) ** 2 > Z**2 * (variance + its):
                said += likely * too
    return said / seen


def outcomes(n: int, crowd: Crowd, unlikely: float = UNLIKELY) -> Iterator[tuple[float, Scores]]:
    """What n people can answer, and how likely that is, without what is less likely than that."""
    factorials = [lgamma(count + 1) for count in range(n + 1)]
    for detractors in _window(n, crowd.detractors):
        for promoters in _window(n, crowd.promoters):
            passives = n - detractors - promoters
            if passives < 0:
                break
            likely = factorials[n]
            for count, share in zip((detractors, passives, promoters), crowd, strict=True):
                if count and not share:
                    likely = -1e9
                    break
                likely += count * log(share) - factorials[count] if count else 0.0
            likely = exp(likely)
            if likely > unlikely:
                yield likely, Scores(detractors, passives, promoters)


def wider(n: int) -> float:
    """How much wider the careful interval is, 0.1 for a tenth: median of the crowds, at the counts to be expected."""
    ratios = []
    for crowd in CROWDS.values():
        promoters, detractors = round(n * crowd.promoters), round(n * crowd.detractors)
        scores = Scores(detractors, n - promoters - detractors, promoters)
        one, other = careful(scores), nps(scores)
        ratios.append((one.high - one.low) / (other.high - other.low))
    return median(ratios) - 1


def _window(n: int, share: float) -> range:
    middle, reach = n * share, 7 * sqrt(n * share * (1 - share)) + 12
    return range(max(0, int(middle - reach)), min(n, int(middle + reach) + 1) + 1)
