"""Tables in which few answers make nobody best or worst: scores drawn towards the middle, and ranks with their range.

A score of three answers is mostly luck, and the extremes of a table are where the luck is. Each is drawn towards
everybody's, the more, the fewer answers it has and the less the group differs by more than chance:

B. Efron, C. Morris: Data analysis using Stein's estimator and its generalizations. JASA 70 (1975), 311-319;
C. N. Morris: Parametric empirical Bayes inference: theory and applications. JASA 78 (1983), 47-55, section 5, which has
unequal numbers of answers, and intervals that know that the middle and the spread are estimated too.

Ranks: M. Klein, T. Wright, J. Wieczorek: A joint confidence region for an overall ranking of populations. Applied
Statistics 69 (2020), 589-606. Whose interval is above another's is surely better; the rest is undecided.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from math import sqrt
from typing import NamedTuple

from msgspec import Struct

from insights.estimates import CONFIDENCE, Estimate, quantile
from insights.intervals import careful
from insights.nps import ADDED, SCALE, Scores, together

ENOUGH = 5  # members; with fewer nobody can say how much they differ
SPREAD = 0.2  # then taken for the standard deviation between them, of a score from -1 to 1
ROUNDS = 60


class Line(Struct, frozen=True):
    """One agent, shop or whatever there are several of."""

    key: str
    scores: Scores
    own: Estimate | None  # as it was answered
    drawn: Estimate  # drawn towards everybody's: to compare and to sort by
    best: int  # rank that it may have at best, from 1, all ranges true together with the confidence
    worst: int


class Drawn(NamedTuple):
    """A value after it was drawn towards the middle, and its standard deviation."""

    value: float
    deviation: float


def ranked(found: Mapping[str, Scores], confidence: float = CONFIDENCE) -> list[Line]:
    """Everybody with an answer, by the drawn score from the highest; of equals by key."""
    answered = {key: scores for key, scores in found.items() if scores.n}
    of_one = _of_one(answered.values())
    drawn = draw_together(
        [scores.score for scores in answered.values()], [of_one / scores.n for scores in answered.values()]
    )
    at_once = 1 - (1 - confidence) / max(1, len(answered))
    sure = [each for scores in answered.values() if (each := careful(scores, at_once))]
    lows, highs = sorted(each.low for each in sure), sorted(each.high for each in sure)
    lines = [
        _line(
            key,
            scores,
            one,
            confidence,
            best=1 + len(sure) - bisect_right(lows, each.high),
            worst=len(sure) - bisect_left(highs, each.low),
        )
        for (key, scores), one, each in zip(answered.items(), drawn, sure, strict=True)
    ]
    return sorted(lines, key=lambda line: (-line.drawn.value, line.key))


def draw_together(values: Sequence[float], variances: Sequence[float]) -> list[Drawn]:
    """The values, each with the variance of its measurement, drawn towards their middle.

    With equal variances it is the James-Stein estimator. With fewer than `ENOUGH` the spread is `SPREAD`.
    """
    members = len(values)
    if not members:
        return []
    spread = _spread(values, variances) if members >= ENOUGH else SPREAD**2
    weights = [1 / (variance + spread) for variance in variances]
    middle = _mean(values, weights)
    factor = (members - 3) / (members - 1) if members >= ENOUGH else 1.0
    typical = _mean(variances, weights)
    drawn = []
    for value, variance, weight in zip(values, variances, weights, strict=True):
        share = factor * variance * weight
        moved = value - share * (value - middle)
        own = members * weight / sum(weights)
        doubt = 2 / (members - 3) * share**2 * (typical + spread) * weight if members >= ENOUGH else 0.0
        within = variance * (1 - (members - own) / members * share)
        drawn.append(Drawn(moved, sqrt(within + doubt * (value - middle) ** 2)))
    return drawn


def _spread(values: Sequence[float], variances: Sequence[float]) -> float:
    """The variance between the true values, at least 0, by Morris' iteration."""
    members, spread = len(values), _mean(variances, [1.0] * len(variances))
    for _ in range(ROUNDS):
        weights = [1 / (variance + spread) for variance in variances]
        middle = _mean(values, weights)
        apart = [
            members / (members - 1) * (value - middle) ** 2 - variance
            for value, variance in zip(values, variances, strict=True)
        ]
        spread = max(0.0, _mean(apart, weights))
    return spread


def _of_one(found: Iterable[Scores]) -> float:
    """The variance of one answer within its group: pooled, with three answers more that vary like everybody's."""
    each = list(found)
    everybody = together(each).adjusted()
    squares = sum(scores.variance * scores.n**2 for scores in each)
    free = everybody.n - 4 * ADDED - len(each)
    return (squares + 4 * ADDED * everybody.variance * everybody.n) / (free + 4 * ADDED)


def _line(key: str, scores: Scores, one: Drawn, confidence: float, best: int, worst: int) -> Line:
    reach = quantile(confidence) * one.deviation
    low, high = max(-1.0, one.value - reach), min(1.0, one.value + reach)
    drawn = Estimate(SCALE * one.value, SCALE * low, SCALE * high, round(scores.n))
    return Line(key, scores, careful(scores, confidence), drawn, best, worst)


def _mean(values: Sequence[float], weights: Sequence[float]) -> float:
    return sum(value * weight for value, weight in zip(values, weights, strict=True)) / sum(weights)
