"""What the program of the method's author prints for his own data: one score, two scores, and Tango's interval beside.

B. Rocks (2016) recommends the adjusted Wald interval and published his programs: the R package NPS, 1.1 on CRAN and
2.0.999 at github.com/brendan-R/NPS (cd9473e, 28 August 2016). Its `testdata` are 1,000 scores of four units in four
regions. The figures here are what `nps_test` of 2.0.999 printed for them under R 4.2 with `test = "adjusted.wald"`,
`"wald"` and `"iterative"` (that is Tango's score interval), with four decimals, times 100. He does not cut an interval
at -100 and 100 as we do. The counts are those of his data, and below them a few of our own where answers are few.
"""

import pytest

from insights.intervals import careful
from insights.nps import Scores, difference, nps, plain_wald

APPLES, ORANGES, BERRIES = Scores(83, 47, 120), Scores(91, 49, 110), Scores(97, 36, 117)
NAM, EMEA, APAC, LATAM = Scores(184, 83, 240), Scores(99, 50, 110), Scores(42, 23, 74), Scores(37, 20, 38)
EVERYBODY = Scores(362, 176, 462)

# scores, NPS, adjusted Wald, Wald, Tango
ONE = [
    (EVERYBODY, 10.0, (4.3897, 15.5505), (4.4081, 15.5919), (4.3822, 15.5495)),
    (APPLES, 14.8, (3.6937, 25.5553), (3.7816, 25.8184), (3.6456, 25.5587)),
    (ORANGES, 7.6, (-3.4752, 18.4950), (-3.4749, 18.6749), (-3.5129, 18.5106)),
    (Scores(91, 44, 115), 9.6, (-1.6117, 20.5841), (-1.5892, 20.7892), (-1.6532, 20.5934)),
    (BERRIES, 8.0, (-3.4254, 19.2357), (-3.4258, 19.4258), (-3.4651, 19.2432)),
    (NAM, 11.0454, (3.1105, 18.8502), (3.1435, 18.9473), (3.0920, 18.8489)),
    (EMEA, 4.2471, (-6.6432, 15.0401), (-6.6808, 15.1750), (-6.6745, 15.0592)),
    (APAC, 23.0216, (8.0400, 37.0304), (8.3251, 37.7181), (7.9142, 37.0173)),
    (LATAM, 1.0526, (-16.4710, 18.5118), (-16.8133, 18.9185), (-16.5890, 18.6228)),
    (Scores(100, 200, 200), 20.0, (13.3417, 26.4197), (13.4407, 26.5593), (13.3481, 26.4544)),
    (Scores(8, 15, 13), 13.8889, (-10.6757, 36.3168), (-10.6442, 38.4220), (-11.1968, 37.1292)),
    (Scores(2, 3, 5), 30.0, (-19.0506, 65.2045), (-18.4075, 78.4075), (-21.6592, 67.5278)),
    (Scores(1, 1, 3), 40.0, (-29.7827, 79.7827), (-30.1218, 110.1218), (-34.9282, 82.6421)),
    (Scores(0, 5, 0), 0.0, (-30.0057, 30.0057), (0.0, 0.0), (-43.4482, 43.4483)),
    (Scores(0, 0, 5), 100.0, (17.4915, 107.5085), (100.0, 100.0), (13.1035, 100.0)),
]

# one, other, how far apart (2.0.999 prints only the interval, and reports the adjusted distance in its middle), p
TWO = [
    (APPLES, ORANGES, (-8.3823, 22.6115), 0.3682),
    (ORANGES, BERRIES, (-16.1767, 15.3862), 0.9608),
    (NAM, EMEA, (-6.6150, 20.1788), 0.3211),
    (APAC, EMEA, (0.2355, 36.4379), 0.0471),
    (APAC, LATAM, (-1.2021, 44.2318), 0.0634),
    (NAM, LATAM, (-9.2203, 29.1402), 0.3088),
    (Scores(1, 1, 8), Scores(4, 3, 3), (2.8482, 120.2287), 0.0399),
    (Scores(0, 2, 3), Scores(3, 1, 1), (-8.4007, 133.4007), 0.0840),
    (Scores(3, 10, 23), Scores(8, 15, 13), (7.0358, 69.8873), 0.0165),
]


def cut(bounds: tuple[float, float]) -> tuple[float, float]:
    """To what an NPS can be."""
    return max(-100.0, bounds[0]), min(100.0, bounds[1])


@pytest.mark.parametrize(("scores", "value", "adjusted", "plain", "tango"), ONE)
def test_one_score(scores, value, adjusted, plain, tango):
    found = nps(scores)
    assert found.value == pytest.approx(value, abs=1e-4)
    assert (found.low, found.high) == pytest.approx(cut(adjusted), abs=1e-4)
    textbook = plain_wald(scores)
    assert (textbook.low, textbook.high) == pytest.approx(cut(plain), abs=1e-4)
    assert tango[0] <= found.value <= tango[1]


@pytest.mark.parametrize(("scores", "tango"), [(scores, tango) for scores, _, _, _, tango in ONE if scores.n >= 30])
def test_near_a_score_interval(scores, tango):
    """From 30 answers on the interval that is quick to compute ends where Tango's does, to less than a point."""
    found = nps(scores)
    assert (found.low, found.high) == pytest.approx(tango, abs=1.0)


@pytest.mark.parametrize(("scores", "tango"), [(scores, tango) for scores, _, _, _, tango in ONE])
def test_the_interval_of_our_pages(scores, tango):
    """It is his score interval, at each end wider by half a step of the counts; 100 is the end of the scale."""
    found, half_a_step = careful(scores), (50 if scores.passives else 100) / scores.n
    wider = [(tango[0] - found.low) / half_a_step, (found.high - tango[1]) / half_a_step]
    least = 0.9 if scores.n >= 30 else 0.4
    assert all(least < each < 1.03 for each in (wider if tango[1] < 100 else wider[:1]))


@pytest.mark.parametrize(("one", "other", "bounds", "p"), TWO)
def test_two_scores(one, other, bounds, p):
    found = difference(one, other)
    assert (found.low, found.high) == pytest.approx(bounds, abs=1e-4)
    assert found.p == pytest.approx(p, abs=5e-5)
    turned = difference(other, one)
    assert (turned.low, turned.high, turned.p) == pytest.approx((-bounds[1], -bounds[0], found.p), abs=1e-4)
