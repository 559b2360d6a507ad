"""What a channel does to the score, and what is only that other people are there.

Each channel is compared with all others within every stratum (brand and region, say), and the differences are averaged
with the weights of Cochran, Mantel and Haenszel, so that strata count in which both were answered often: W. G. Cochran:
Some methods for strengthening the common chi-squared tests. Biometrics 10 (1954), 417-451; for differences
S. Greenland, J. M. Robins: Estimation of a common effect parameter from sparse follow-up data. Biometrics 41 (1985),
55-68. It takes off what the strata tell apart, and no more: who chooses a channel may be another kind of person.
"""

from collections.abc import Mapping
from math import sqrt

from msgspec import Struct

from insights.estimates import CONFIDENCE, ENOUGH, Difference, Estimate, Verdict, holm, quantile, two_sided, verdict
from insights.intervals import careful
from insights.nps import SCALE, Scores, difference, together, without


class Effect(Struct, frozen=True):
    """One channel beside all the others."""

    key: str
    score: Estimate | None
    plain: Difference | None  # as answered
    adjusted: Difference | None  # among the like; None where no stratum has both
    comparable: int  # answers in strata that have both
    p: float | None  # of `adjusted`, corrected for the number of channels; None with too few comparable answers
    verdict: Verdict


def effects(cells: Mapping[tuple[str, str], Scores], confidence: float = CONFIDENCE) -> list[Effect]:
    """Every channel, in order of appearance; `cells` are by channel and stratum."""
    strata: dict[str, Scores] = {}
    for (_, stratum), scores in cells.items():
        strata[stratum] = together((strata.get(stratum, Scores()), scores))
    everybody = together(strata.values())
    rows = []
    for channel in dict.fromkeys(channel for channel, _ in cells):
        own = {stratum: scores for (name, stratum), scores in cells.items() if name == channel}
        pairs = [(scores, without(strata[stratum], scores)) for stratum, scores in own.items()]
        pairs = [(one, other) for one, other in pairs if one.n and other.n]
        mine = together(own.values())
        rows.append((channel, mine, difference(mine, without(everybody, mine), confidence), pairs))
    adjusted = [_common(pairs, confidence) for *_, pairs in rows]
    sides = [(sum(one.n for one, _ in pairs), sum(other.n for _, other in pairs)) for *_, pairs in rows]
    looked = [index for index, each in enumerate(sides) if min(each) >= ENOUGH]
    chances = [between.p for index in looked if (between := adjusted[index])]
    corrected = dict(zip(looked, holm(chances), strict=True))
    return [
        Effect(
            channel,
            careful(mine, confidence),
            plain,
            adjusted[index],
            round(sum(sides[index])),
            corrected.get(index),
            verdict(adjusted[index], corrected.get(index)),
        )
        for index, (channel, mine, plain, _) in enumerate(rows)
    ]


def _common(pairs: list[tuple[Scores, Scores]], confidence: float) -> Difference | None:
    """The weighted mean of the differences of scores; weights are n m / (n + m)."""
    if not pairs:
        return None
    weights = [one.n * other.n / (one.n + other.n) for one, other in pairs]
    total = sum(weights)
    between = (
        sum(weight * (one.score - other.score) for weight, (one, other) in zip(weights, pairs, strict=True)) / total
    )
    variance = (
        sum(
            weight**2 * (_variance(one) + _variance(other)) for weight, (one, other) in zip(weights, pairs, strict=True)
        )
        / total**2
    )
    reach = quantile(confidence) * sqrt(variance)
    low, high = max(-2.0, between - reach), min(2.0, between + reach)
    return Difference(SCALE * between, SCALE * low, SCALE * high, two_sided(between, variance))


def _variance(scores: Scores) -> float:
    """Of the score, as the adjusted answers vary, so that a stratum in which all agree has one too."""
    counted = scores.adjusted()
    return counted.variance * counted.n / scores.n
