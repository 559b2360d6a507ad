"""Years of made-up answers, looked at every day: false alarms, and days until a fall is found."""

from bisect import bisect
from collections.abc import Iterator
from functools import cache
from itertools import accumulate
from math import ceil, comb, inf
from random import Random
from statistics import median
from typing import NamedTuple

from insights.alert import fallen, usual
from insights.always import apart, level
from insights.estimates import ENOUGH, NORMAL
from insights.nps import Scores, difference
from tests.insights.coverage import Crowd

SEED = 365
YEAR = 365
BEFORE = 90  # days of answers that the year is compared with
MOVES = ("a period beside the last", "two groups", "the level", "an alarm", "an ordinary test")


class Found(NamedTuple):
    """How many days after a fall it is found in half of the years, and the share of years in which it is found."""

    days: float  # inf where it is not in half of them
    share: float


class Dice:
    """The answers of a day, drawn from a crowd; a seed gives the same days every time."""

    def __init__(self, seed: int):
        self.rng = Random(seed)

    def day(self, crowd: Crowd, volume: int) -> Scores:
        """So many answers."""
        detractors = self._of(volume, crowd.detractors)
        rest = 1 - crowd.detractors
        promoters = self._of(volume - detractors, min(1.0, crowd.promoters / rest) if rest else 0.0)
        return Scores(detractors, volume - detractors - promoters, promoters)

    def days(self, crowd: Crowd, volume: int, days: int) -> Iterator[Scores]:
        """One day after the other."""
        return (self.day(crowd, volume) for _ in range(days))

    def _of(self, n: int, share: float) -> int:
        return min(n, bisect(_below(n, share), self.rng.random()))


def plus(one: Scores, other: Scores) -> Scores:
    """Both together."""
    return Scores(one.detractors + other.detractors, one.passives + other.passives, one.promoters + other.promoters)


def lower(crowd: Crowd, points: float) -> Crowd:
    """The crowd after a fall by so many points: promoters become detractors."""
    share = points / 200
    return Crowd(crowd.detractors + share, crowd.passives, crowd.promoters - share)


@cache
def _below(n: int, share: float) -> list[float]:
    return list(accumulate(comb(n, hits) * share**hits * (1 - share) ** (n - hits) for hits in range(n + 1)))


def false_alarms(crowd: Crowd, volume: int, years: int) -> dict[str, float]:
    """Of so many years in which nothing changes, the share with a false alarm on any day, by kind of look."""
    dice, count = Dice(SEED), dict.fromkeys(MOVES, 0)
    truth = 100 * (crowd.promoters - crowd.detractors)
    for _ in range(years):
        before, said = together(dice.days(crowd, volume, BEFORE)), set()
        days = list(dice.days(crowd, volume, YEAR))
        one = other = Scores()
        for scores in days:
            one, other = plus(one, scores), plus(other, dice.day(crowd, volume))
            for name, pair in ((MOVES[0], (one, before)), (MOVES[1], (one, other))):
                if name not in said and (found := apart(*pair)) and found.p < 0.05:
                    said.add(name)
            if MOVES[2] not in said and (held := level(one)) and not held.low - 1e-7 <= truth <= held.high + 1e-7:
                said.add(MOVES[2])
            if MOVES[4] not in said and min(one.n, other.n) >= ENOUGH and difference(one, other).p < 0.05:
                said.add(MOVES[4])
        if fallen(days, usual(before)).alarm is not None:
            said.add(MOVES[3])
        for name in said:
            count[name] += 1
    return {name: hits / years for name, hits in count.items()}


def detection(crowd: Crowd, volume: int, points: float, years: int) -> tuple[Found, Found]:
    """How soon a fall on the first day of the year is found: by the alarm, and by who compares from that day on."""
    dice, alarms, compared = Dice(SEED), [], []
    after = lower(crowd, points)
    for _ in range(years):
        before, days = together(dice.days(crowd, volume, BEFORE)), list(dice.days(after, volume, YEAR))
        alarm = fallen(days, usual(before)).alarm
        alarms.append(inf if alarm is None else alarm + 1)
        compared.append(_first_apart(before, days))
    return _found(alarms), _found(compared)


def planned(crowd: Crowd, volume: int, points: float) -> float:
    """After how many days one single look finds it in 80 of 100 cases, the day of the fall and its size being known."""
    after = lower(crowd, points)
    variance, before = (
        each.promoters + each.detractors - (each.promoters - each.detractors) ** 2 for each in (after, crowd)
    )
    left = (points / 100) ** 2 / (NORMAL.inv_cdf(0.975) + NORMAL.inv_cdf(0.8)) ** 2 - before / (volume * BEFORE)
    return ceil(variance / left / volume) if left > 0 else inf


def together(days: Iterator[Scores]) -> Scores:
    """All of them."""
    found = Scores()
    for scores in days:
        found = plus(found, scores)
    return found


def _first_apart(before: Scores, days: list[Scores]) -> float:
    so_far = Scores()
    for day, scores in enumerate(days, 1):
        so_far = plus(so_far, scores)
        found = apart(so_far, before)
        if found and found.p < 0.05 and found.value < 0:
            return day
    return inf


def _found(days: list[float]) -> Found:
    return Found(median(days), sum(day < inf for day in days) / len(days))
