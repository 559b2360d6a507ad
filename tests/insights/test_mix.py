"""Channels beside each other among the like."""

from math import sqrt

import pytest

from insights.mix import effects
from insights.nps import Scores, difference

# SMS is asked in the south, where people are unhappier; within a region the channels are alike
CELLS = {
    ("sms", "south"): Scores(160, 120, 120),
    ("telegram", "south"): Scores(16, 12, 12),
    ("sms", "north"): Scores(4, 12, 24),
    ("telegram", "north"): Scores(40, 120, 240),
}


def test_what_is_only_the_mix():
    """As answered they are far apart; among the like not at all."""
    sms, telegram = effects(CELLS)
    assert (sms.key, telegram.key) == ("sms", "telegram")
    assert sms.plain.value < -40
    assert sms.plain.p < 0.001
    assert sms.adjusted.value == pytest.approx(0, abs=1e-9)
    assert (sms.verdict, telegram.verdict) == ("chance", "chance")
    assert sms.comparable == 880


def test_a_difference_that_stays():
    """By hand: 20 points in one stratum, 0 in the other, weights n m / (n + m)."""
    cells = {("a", "x"): Scores(10, 20, 70), ("b", "x"): Scores(20, 20, 60), ("a", "y"): Scores(0, 50, 0),
             ("b", "y"): Scores(0, 150, 0)}  # fmt: skip
    a, b = effects(cells)
    assert a.adjusted.value == pytest.approx((50 * 20 + 37.5 * 0) / 87.5)
    assert b.adjusted.value == pytest.approx(-a.adjusted.value)
    assert a.p == pytest.approx(2 * a.adjusted.p)


def test_one_stratum_is_the_usual_difference():
    """With many answers; the test for two scores says the same."""
    one, other = Scores(300, 300, 900), Scores(400, 400, 700)
    (a, _), usual = effects({("a", ""): one, ("b", ""): other}), difference(one, other)
    assert (a.adjusted.low, a.adjusted.high) == pytest.approx((usual.low, usual.high), abs=0.1)
    assert a.adjusted.p == pytest.approx(usual.p, rel=0.15)
    assert a.adjusted.value == pytest.approx(usual.value)
    half = (a.adjusted.high - a.adjusted.low) / 2
    assert half == pytest.approx(196 * sqrt(one.variance + other.variance), rel=0.01)


@pytest.mark.parametrize(
    ("cells", "verdicts"),
    [
        ({}, []),
        ({("a", "x"): Scores(10, 20, 70)}, ["too few"]),
        ({("a", "x"): Scores(50, 0, 0), ("b", "y"): Scores(0, 0, 50)}, ["too few", "too few"]),  # never together
        ({("a", "x"): Scores(29, 0, 0), ("b", "x"): Scores(0, 0, 50)}, ["too few", "too few"]),
        (
            {("a", "x"): Scores(30, 0, 0), ("b", "x"): Scores(0, 0, 50), ("c", "x"): Scores()},
            ["less", "more", "too few"],
        ),
    ],
)
def test_where_nothing_can_be_said(cells, verdicts):
    """Too few, or no stratum with both."""
    assert [each.verdict for each in effects(cells)] == verdicts
