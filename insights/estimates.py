"""An estimate and a difference with their intervals, what several comparisons do to a p-value, and words for it."""

from collections.abc import Sequence
from math import sqrt
from statistics import NormalDist
from typing import Literal

from msgspec import Struct

CONFIDENCE = 0.95
ENOUGH = 30  # answers in each of two; below that nothing is said about their difference
FEWEST = 10  # answers; below that no score is said at all, there are too few
NORMAL = NormalDist()
SIGNIFICANT = 0.05
Verdict = Literal["more", "less", "chance", "too few"]


class Estimate(Struct, frozen=True):
    """A figure from `n` people and the interval it lies in. Shares are 0 to 1, an NPS is -100 to 100."""

    value: float
    low: float
    high: float
    n: int


class Difference(Struct, frozen=True):
    """How far one figure is above another, with its interval, and how likely chance alone brings that much or more."""

    value: float
    low: float
    high: float
    p: float  # two-sided


def quantile(confidence: float) -> float:
    """The z of a two-sided interval: 1.96 for 0.95."""
    return NORMAL.inv_cdf((1 + confidence) / 2)


def two_sided(difference: float, variance: float) -> float:
    """The p-value of a normal difference from 0; 1 where nothing varies."""
    return 2 * NORMAL.cdf(-abs(difference) / sqrt(variance)) if variance > 0 else 1.0


def verdict(between: Difference | None, p: float | None) -> Verdict:
    """What is said of a difference with its corrected p; None for either means that there are too few to say."""
    if between is None or p is None:
        return "too few"
    if p >= SIGNIFICANT:
        return "chance"
    return "more" if between.value > 0 else "less"


def holm(found: Sequence[float]) -> list[float]:
    """p-values corrected for being looked at together, in their order.

    Of all that then are below 0.05, none is chance in 95 of 100 cases. Used wherever a verdict is shown.
    S. Holm: A simple sequentially rejective multiple test procedure. Scand. J. Statist. 6 (1979), 65-70.
    """
    corrected, highest = [0.0] * len(found), 0.0
    for rank, index in enumerate(sorted(range(len(found)), key=found.__getitem__)):
        highest = max(highest, min(1.0, (len(found) - rank) * found[index]))
        corrected[index] = highest
    return corrected


def benjamini_hochberg(found: Sequence[float]) -> list[float]:
    """p-values corrected for being a long list to pick from, in their order.

    Of those that then are below 0.05, no more than 5 in 100 are chance, on average. Used where many places are searched
    for the few worth a look, and never for a verdict. Y. Benjamini, Y. Hochberg: Controlling the false discovery rate.
    J. R. Statist. Soc. B 57 (1995), 289-300.
    """
    corrected, lowest = [0.0] * len(found), 1.0
    for rank, index in sorted(enumerate(sorted(range(len(found)), key=found.__getitem__), 1), reverse=True):
        lowest = min(lowest, found[index] * len(found) / rank)
        corrected[index] = lowest
    return corrected
