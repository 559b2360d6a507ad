"""The Net Promoter Score from counts, with its interval, the difference of two, and how many answers an interval takes.

The interval is the adjusted Wald one: 3/4 of an answer more for promoters and detractors each, 3/2 for passives, and
then as usual. It keeps its promise with few answers and at the ends of the scale, where the plain one does not:

B. Rocks: Interval Estimation for the "Net Promoter Score". The American Statistician 70 (2016), 365-372,
https://arxiv.org/abs/1601.07235; recommended for one score and for two by J. Lewis and J. Sauro,
https://measuringu.com/nps-confidence-intervals/ and https://measuringu.com/nps-significance-test/.
"""

from collections.abc import Iterable
from math import ceil, sqrt

from msgspec import Struct

from insights.estimates import CONFIDENCE, Difference, Estimate, quantile, two_sided

ADDED = 0.75  # answers, to promoters and to detractors; twice that to passives
SCALE = 100


class Scores(Struct, frozen=True):
    """How many gave 0-6, 7-8 and 9-10."""

    detractors: float = 0
    passives: float = 0
    promoters: float = 0

    @property
    def n(self) -> float:
        """How many gave a score."""
        return self.detractors + self.passives + self.promoters

    @property
    def score(self) -> float:
        """The share of promoters less that of detractors, -1 to 1. Raises ZeroDivisionError without a score."""
        return (self.promoters - self.detractors) / self.n

    @property
    def variance(self) -> float:
        """Of the score: that of the mean of -1, 0 and 1."""
        return ((self.promoters + self.detractors) / self.n - self.score**2) / self.n

    def adjusted(self) -> "Scores":
        """With the answers that the adjusted Wald interval adds."""
        return Scores(self.detractors + ADDED, self.passives + 2 * ADDED, self.promoters + ADDED)


def together(found: Iterable[Scores]) -> Scores:
    """All of them added up."""
    each = list(found)
    return Scores(
        sum(scores.detractors for scores in each),
        sum(scores.passives for scores in each),
        sum(scores.promoters for scores in each),
    )


def without(all_of_them: Scores, some: Scores) -> Scores:
    """All but some of them."""
    return Scores(
        all_of_them.detractors - some.detractors,
        all_of_them.passives - some.passives,
        all_of_them.promoters - some.promoters,
    )


class Part(Struct, frozen=True):
    """Some of the customers: how many they are, and what they answered."""

    weight: float
    scores: Scores
    stopped: bool = False  # asked until the interval was narrow enough, and no further


def nps(scores: Scores, confidence: float = CONFIDENCE) -> Estimate | None:
    """The score with its adjusted Wald interval; None without an answer."""
    return _around(scores, scores.adjusted(), confidence) if scores.n else None


def plain_wald(scores: Scores, confidence: float = CONFIDENCE) -> Estimate | None:
    """The score with the interval of the textbooks, which is too short with few answers; to compare with others'."""
    return _around(scores, scores, confidence) if scores.n else None


def difference(one: Scores, other: Scores, confidence: float = CONFIDENCE) -> Difference | None:
    """How much higher `one` is, both adjusted as in their intervals; None if one of them has no answer."""
    if not one.n or not other.n:
        return None
    first, second = one.adjusted(), other.adjusted()
    between, variance = first.score - second.score, first.variance + second.variance
    reach = quantile(confidence) * sqrt(variance)
    low, high = max(-2.0, between - reach), min(2.0, between + reach)
    shown = one.score - other.score
    return Difference(SCALE * shown, SCALE * low, SCALE * high, two_sided(between, variance))


def half_width(scores: Scores, more: float = 0.0, confidence: float = CONFIDENCE) -> float:
    """Half of the interval in points, uncut at -100 and 100, as expected after `more` answers that vary like these."""
    counted = scores.adjusted()
    return SCALE * quantile(confidence) * sqrt(counted.variance * counted.n / (counted.n + more))


def answers_for(scores: Scores, width: float, confidence: float = CONFIDENCE) -> int:
    """How many answers in all bring the half width to `width` points, if they vary like these.

    `half_width` turned round; at the least 0. Raises ZeroDivisionError for a width of 0.
    """
    counted, added = scores.adjusted(), 4 * ADDED
    return max(0, ceil(counted.variance * counted.n * (SCALE * quantile(confidence) / width) ** 2 - added))


def weighted(parts: Iterable[Part], confidence: float = CONFIDENCE) -> Estimate | None:
    """The score of everybody from parts, each with the weight of its customers, whoever of them answered.

    Adding up the answers would favour parts of which more were asked. W. G. Cochran: Sampling Techniques, 3rd edition,
    Wiley 1977, chapter 5. The variance of a part is the adjusted one, so that a part in which all agree has one too.
    Parts without an answer are left out; None if there is none left.
    """
    counted = [part for part in parts if part.weight and part.scores.n]
    if not counted:
        return None
    total = sum(part.weight for part in counted)
    scores = [part.scores.score - (tilt(part.scores) if part.stopped else 0.0) for part in counted]
    score = sum(part.weight * each for part, each in zip(counted, scores, strict=True)) / total
    reach = (
        quantile(confidence) * sqrt(sum(part.weight**2 * part.scores.adjusted().variance for part in counted)) / total
    )
    low, high = max(-1.0, score - reach), min(1.0, score + reach)
    return Estimate(SCALE * score, SCALE * low, SCALE * high, round(sum(part.scores.n for part in counted)))


def tilt(scores: Scores) -> float:
    """How much too high, -1 to 1, a score is to be expected that was asked for until its interval was narrow enough.

    Among promoters the answers that vary little are the good ones, so good luck ends it early. There are as many
    answers as the variance that they showed demands, while the sum of their distances from the true mean is 0 on
    average (Wald). To first order the score is off by the covariance of the two with its sign turned, -m / (V n),
    where V is the variance and m the third moment around the mean. Beside the interval of one score that is nothing;
    beside that of many such parts together it is much.
    """
    mean, n = scores.score, scores.n
    variance = scores.variance * n
    if variance <= 0:
        return 0.0
    each = ((scores.detractors, -1 - mean), (scores.passives, -mean), (scores.promoters, 1 - mean))
    return -sum(count * apart**3 for count, apart in each) / n / (variance * n)


def _around(scores: Scores, counted: Scores, confidence: float) -> Estimate:
    reach = quantile(confidence) * sqrt(counted.variance)
    low, high = max(-1.0, counted.score - reach), min(1.0, counted.score + reach)
    return Estimate(SCALE * scores.score, SCALE * low, SCALE * high, round(scores.n))
