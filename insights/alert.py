"""Whether the score has fallen below its usual level: an alarm with a rate of false ones that is quoted, and proved.

Every answer is a bet against the level: who bets the share b wins b times (level - answer). While the level holds, a
bet gains nothing on average, whatever the crowd. A new gambler begins every day with 1, so after t days they have t
between them on average, and more than t / rate seldom: with a chance of at most `rate` on any of t days (Ville). That
is the Shiryaev-Roberts procedure with bets: J. Shin, A. Ramdas, A. Rinaldo: E-detectors: a nonparametric framework for
sequential change detection. New England J. Statist. Data Sci. 2 (2024), 229-260; the bets are those of
I. Waudby-Smith, A. Ramdas: Estimating means of bounded random variables by betting. J. R. Statist. Soc. B 86 (2024),
1-27. Small falls want small bets and large ones large bets, so the money is divided between several.

The level itself was measured. It is taken so low that the true one is lower only with the chance `MEASURED`, which is
part of the rate.
"""

from collections.abc import Iterable, Sequence
from math import exp, log1p

from msgspec import Struct

from insights.intervals import careful
from insights.nps import SCALE, Scores

RATE = 0.05  # of all years in which nothing falls, those with an alarm
MEASURED = 0.6  # of the rate, what is spent on the level's own interval
DAYS = 365
BETS = tuple(0.5**power for power in range(1, 8))  # shares of the largest bet that cannot lose more than all


class Watch(Struct, frozen=True):
    """What a look at the days says. `evidence` is per day, of `bound` that it takes for an alarm."""

    evidence: tuple[float, ...]
    bound: float
    alarm: int | None  # the first day with one, counted from 0


def usual(before: Scores, rate: float = RATE) -> float | None:
    """The level, -100 to 100, that the answers of the time before surely had; None without any."""
    found = careful(before, 1 - 2 * rate * MEASURED)
    return found.low if found else None


def fallen(days: Sequence[Scores], usually: float, rate: float = RATE, year: int = DAYS) -> Watch:
    """Whether the answers of some day and those after it speak against the level (-100 to 100).

    At most `rate` of all watches of `year` days have an alarm although the level never fell below; watch on after that
    and it is as much again in the next year.
    """
    largest = 1 / (1 - usually / SCALE) if usually < SCALE else 1e6
    bets = [share * largest for share in BETS]
    money, course = [0.0] * len(bets), []
    for scores in days:
        money = [
            (1 + had) * _gain(scores, bet, usually / SCALE) if scores.n else had + 1
            for had, bet in zip(money, bets, strict=True)
        ]
        course.append(sum(money) / len(money))
    bound = year / (rate * (1 - MEASURED))
    return Watch(tuple(course), bound, _first(course, bound))


def turned(scores: Scores) -> Scores:
    """Promoters for detractors: a rise is a fall of these."""
    return Scores(scores.promoters, scores.passives, scores.detractors)


def _gain(scores: Scores, bet: float, usually: float) -> float:
    counts = ((scores.detractors, usually + 1), (scores.passives, usually), (scores.promoters, usually - 1))
    return exp(min(600.0, sum(count * log1p(bet * below) for count, below in counts if count)))


def _first(course: Iterable[float], bound: float) -> int | None:
    return next((day for day, evidence in enumerate(course) if evidence >= bound), None)
