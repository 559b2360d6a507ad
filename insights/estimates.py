"""An estimate and a difference with their intervals, and what several comparisons at once do to a p-value."""

from collections.abc import Sequence
from math import sqrt
from statistics import NormalDist

from msgspec import Struct

CONFIDENCE = 0.95
NORMAL = NormalDist()


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


def holm(found: Sequence[float]) -> list[float]:
    """p-values corrected for being looked at together, in their order.

    S. Holm: A simple sequentially rejective multiple test procedure. Scand. J. Statist. 6 (1979), 65-70.
    """
    corrected, highest = [0.0] * len(found), 0.0
    for rank, index in enumerate(sorted(range(len(found)), key=found.__getitem__)):
        highest = max(highest, min(1.0, (len(found) - rank) * found[index]))
        corrected[index] = highest
    return corrected
