"""P4: one alarm for a real move, told once, and for chance no more than the rate that is quoted."""

import random
from collections.abc import Mapping
from datetime import date, timedelta

import pytest

from insights.alert import RATE
from insights.nps import Scores
from insights.reports.alarm import BASE, SETTLED, Alarm, alarm, earliest

START = date(2026, 1, 1)


def made(shares: Mapping[int, tuple[float, float]], days: int, a_day: int, seed: int) -> dict[date, Scores]:
    """Answers of each day; `shares` of detractors and promoters hold from a day on, counted from START."""
    dice, found = random.Random(seed), {}
    for n in range(-BASE, days):
        low, high = shares[max(since for since in shares if since <= n)]
        throws = [dice.random() for _ in range(a_day)]
        bad, good = sum(t < low for t in throws), sum(t >= 1 - high for t in throws)
        found[START + timedelta(days=n)] = Scores(bad, a_day - bad - good, good)
    return found


def told(days: Mapping[date, Scores], way, until: int) -> list[Alarm]:
    """Every alarm of a time with a look each day, as a server has them."""
    found: list[Alarm] = []
    for n in range(until):
        last = found[-1].day if found else None
        if (each := alarm(days, way, START, last, START + timedelta(days=n))) is not None:
            found.append(each)
    return found


LEVEL, WORSE = (0.2, 0.5), (0.5, 0.25)


@pytest.mark.parametrize(("way", "before", "after"), [("fall", LEVEL, WORSE), ("rise", WORSE, LEVEL)])
def test_p4_a_move_is_told_once(way, before, after):
    """Soon after it, with the figures of both sides, and never again; the other way says nothing."""
    days = made({-BASE: before, 60: after}, 240, 8, 1)
    found = told(days, way, 240)
    assert len(found) == 1
    assert START + timedelta(days=60) < found[0].day < START + timedelta(days=80)
    assert (found[0].since.value < found[0].before.value) == (way == "fall")
    assert told(days, "rise" if way == "fall" else "fall", 240) == []


def test_p4_a_second_move_is_told_as_well():
    """The level is taken anew after the first one."""
    days = made({-BASE: (0.1, 0.7), 40: (0.35, 0.35), 150: (0.7, 0.1)}, 240, 12, 3)
    found = told(days, "fall", 240)
    assert len(found) == 2
    assert found[1].watch > found[0].day + timedelta(days=SETTLED)
    assert found[1].key != found[0].key


def test_p4_chance_is_not_told_more_often_than_is_quoted():
    """100 years in which nothing changes."""
    false = sum(bool(told_at_the_end(made({-BASE: LEVEL}, 365, 4, seed))) for seed in range(100))
    assert false <= 100 * RATE + 6  # three deviations


def told_at_the_end(days: Mapping[date, Scores]) -> Alarm | None:
    """What daily looks would have told: an alarm stays one."""
    return alarm(days, "fall", START, None, START + timedelta(days=365))


def test_looks_agree():
    """An alarm is the same whenever somebody looks after it, so that several servers tell one."""
    days = made({-BASE: LEVEL, 60: WORSE}, 120, 8, 5)
    [found] = told(days, "fall", 120)
    later = [alarm(days, "fall", START, None, START + timedelta(days=n)) for n in range(118, 121)]
    assert {each.key for each in later if each} == {found.key}
    assert {each.day for each in later if each} == {found.day}


def test_a_watch_waits_until_it_knows_the_level():
    """With no answers nothing is said; with the first thirty it begins; after a year it begins anew."""
    assert alarm({}, "fall", START, None, START + timedelta(days=400)) is None
    days = {day: scores for day, scores in made({-BASE: LEVEL, 700: (1.0, 0.0)}, 800, 3, 2).items() if day > START}
    found = alarm(days, "fall", START, None, START + timedelta(days=800))
    assert found is not None
    assert START + timedelta(days=365) < found.watch < START + timedelta(days=700) < found.day
    assert earliest(START) == START - timedelta(days=BASE)
