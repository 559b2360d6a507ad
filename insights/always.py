"""Figures that may be looked at every day: their promise holds for all looks together, whenever somebody stops.

An ordinary 95 % interval that is looked at every day of a year leaves out the truth on some day in most years. These do
so in 5 of 100 years. What pays for it is width: about a half more.

A difference of two means, times its information I = 1 / variance, moves like a Brownian motion at time I while answers
come in on one side or on both (C. Jennison, B. W. Turnbull: Group Sequential Methods, Chapman and Hall 2000, chapter
11). Mixing over all differences gives a bound that it crosses with the chance alpha at any time at all:

H. Robbins: Statistical methods related to the law of the iterated logarithm. Ann. Math. Statist. 41 (1970), 1397-1409;
S. R. Howard, A. Ramdas, J. McAuliffe, J. Sekhon: Time-uniform, nonparametric, nonasymptotic confidence sequences. Ann.
Statist. 49 (2021), 1055-1080; for estimated variances I. Waudby-Smith, D. Arbour, R. Sinha, E. H. Kennedy, A. Ramdas:
Time-uniform central limit theory and asymptotic confidence sequences. Ann. Statist. 52 (2024), 2613-2640.

It is right for many answers; for few the variance is that of the adjusted Wald interval, and below `ENOUGH` answers
nothing is said. docs/why/statistics.md has what that comes to under a year of daily looks.
"""

from math import exp, log, sqrt

from insights.estimates import CONFIDENCE, ENOUGH, Difference, Estimate
from insights.nps import SCALE, Scores

SHARPEST = 0.05  # the standard error at which the bound is nearest, of a score from -1 to 1


def level(scores: Scores, confidence: float = CONFIDENCE) -> Estimate | None:
    """The score with an interval for every day; None with too few answers."""
    if scores.n < ENOUGH:
        return None
    counted = scores.adjusted()
    reach = _reach(1 / counted.variance, 1 - confidence)
    low, high = max(-1.0, counted.score - reach), min(1.0, counted.score + reach)
    return Estimate(SCALE * scores.score, SCALE * low, SCALE * high, round(scores.n))


def apart(one: Scores, other: Scores, confidence: float = CONFIDENCE) -> Difference | None:
    """How much higher `one` is, with interval and p for every day; None where one of them has too few answers.

    One of them may be finished (the last period) or both may grow (two groups), not shrink: a sliding window is not
    covered. Where it ever said that they differ, they may be said to differ from then on.
    """
    if min(one.n, other.n) < ENOUGH:
        return None
    first, second = one.adjusted(), other.adjusted()
    between, information = first.score - second.score, 1 / (first.variance + second.variance)
    reach = _reach(information, 1 - confidence)
    low, high = max(-2.0, between - reach), min(2.0, between + reach)
    p = min(1.0, 1 / evidence(between, information, 1 - confidence))
    return Difference(SCALE * (one.score - other.score), SCALE * low, SCALE * high, p)


def evidence(between: float, information: float, alpha: float) -> float:
    """How many times likelier the difference is if there is one than if there is none: an e-value, at any time."""
    start = _start(alpha)
    all_in_all = information + start
    return sqrt(start / all_in_all) * exp(min(700.0, (between * information) ** 2 / (2 * all_in_all)))


def _reach(information: float, alpha: float) -> float:
    start = _start(alpha)
    all_in_all = information + start
    return sqrt(all_in_all * (log(all_in_all / start) - 2 * log(alpha))) / information


def _start(alpha: float) -> float:
    """The information that the mixture begins with, so that the bound is nearest at `SHARPEST` (Howard et al., 3.7)."""
    rare = -2 * log(alpha)
    return 1 / SHARPEST**2 / (rare + log(rare) + 1)
