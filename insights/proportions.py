"""Shares from counts: their intervals, and the difference of two.

E. B. Wilson: Probable Inference, the Law of Succession, and Statistical Inference. JASA 22 (1927), 209-212.
R. G. Newcombe: Two-sided confidence intervals for the single proportion; Interval estimation for the difference between
independent proportions: comparison of eleven methods. Statistics in Medicine 17 (1998), 857-872 (there method 3) and
873-890 (there method 10).
I. Campbell: Chi-squared and Fisher-Irwin tests of two-by-two tables with small sample recommendations. Statistics in
Medicine 26 (2007), 3661-3675: the "N - 1" test.
"""

from math import sqrt

from insights.estimates import CONFIDENCE, Difference, Estimate, quantile, two_sided


def wilson(hits: int, n: int, confidence: float = CONFIDENCE) -> Estimate | None:
    """The share of `hits` among `n` with Wilson's interval; None for nobody."""
    if not n:
        return None
    share, z2 = hits / n, quantile(confidence) ** 2
    middle = share + z2 / (2 * n)
    reach = sqrt(z2 * (share * (1 - share) + z2 / (4 * n)) / n)
    low, high = (middle - reach) / (1 + z2 / n), (middle + reach) / (1 + z2 / n)
    # at the ends the formula gives exactly 0 and 1, the computer nearly
    return Estimate(share, low if hits else 0.0, high if hits < n else 1.0, n)


def newcombe(one: tuple[int, int], other: tuple[int, int], confidence: float = CONFIDENCE) -> Difference | None:
    """How much larger the share of `one` (hits, n) is, with Newcombe's interval and Campbell's p.

    None if there is nobody in one of them.
    """
    first, second = wilson(*one, confidence), wilson(*other, confidence)
    if first is None or second is None:
        return None
    between = first.value - second.value
    down = sqrt((first.value - first.low) ** 2 + (second.high - second.value) ** 2)
    up = sqrt((first.high - first.value) ** 2 + (second.value - second.low) ** 2)
    return Difference(between, between - down, between + up, _campbell(one, other))


def _campbell(one: tuple[int, int], other: tuple[int, int]) -> float:
    n = one[1] + other[1]
    common = (one[0] + other[0]) / n
    variance = common * (1 - common) * (1 / one[1] + 1 / other[1]) * n / (n - 1)
    return two_sided(one[0] / one[1] - other[0] / other[1], variance)
