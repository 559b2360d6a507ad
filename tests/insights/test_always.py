"""Figures for every day and the alarm: right at all times together, by proof in small and by made-up years in large."""

from math import comb, exp, inf, pi, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insights.alert import BETS, DAYS, MEASURED, RATE, _gain, fallen, turned, usual
from insights.always import apart, evidence, level
from insights.estimates import ENOUGH
from insights.intervals import careful
from insights.nps import Scores, difference, nps
from tests.docs.pages import page, table
from tests.insights.coverage import CROWDS, Crowd
from tests.insights.years import MOVES, SEED, Dice, detection, false_alarms, planned, together

PAGE = page("docs/why/statistics.md")
YEARS = 300
POWER = 100
WATCHED = table(PAGE, "crowd", "answers a day", *MOVES)
FOUND = table(
    PAGE, "crowd", "answers a day", "fall", "alarm", "found", "beside the last period", "found", "one planned look"
)
FEW = 30


@pytest.mark.parametrize("information", [1, 40, 400, 1500])
@pytest.mark.parametrize("alpha", [0.05, 0.01])
def test_evidence_is_worth_nothing_on_average(information, alpha):
    """Where nothing differs its mean is 1 at any time, so it is 1 / alpha or more seldom: added up over a normal."""
    deviation, width, steps = sqrt(information), 36.0, 40_000
    total = 0.0
    for step in range(steps):
        z = width * (2 * (step + 0.5) / steps - 1)
        likely = exp(-z * z / 2) / sqrt(2 * pi)
        total += likely * evidence(z * deviation / information, information, alpha) * 2 * width / steps
    assert total == pytest.approx(1, abs=1e-4)


@given(*[st.integers(10, 400)] * 6)
def test_p_and_interval_say_the_same(a, b, c, d, e, f):
    """Below 0.05 exactly where 0 is outside; wider than the interval for one look, around the same middle."""
    one, other = Scores(a, b, c), Scores(d, e, f)
    found, once = apart(one, other), difference(one, other)
    assert (found.p < 0.05) == (not found.low <= 0 <= found.high)
    assert found.value == once.value
    assert found.low <= max(-200, once.low) <= min(200, once.high) <= found.high
    assert found.p >= min(1, once.p)


def test_how_much_wider():
    """A half more where it is sharpest, and never twice as wide between 100 and 100,000 answers."""
    for n in (100, 1_000, 10_000, 100_000):
        scores = Scores(0.2 * n, 0.3 * n, 0.5 * n)
        always, once = level(scores), nps(scores)
        ratio = (always.high - always.low) / (once.high - once.low)
        assert 1.3 < ratio < 2
    assert level(Scores(0, 0, 1000)).high == 100


def test_too_few():
    """Below the least number nothing is said, on either side."""
    small, large = Scores(0, 0, ENOUGH - 1), Scores(ENOUGH, 0, 0)
    assert level(small) is apart(small, large) is apart(large, small) is None
    assert level(large) is not None


@pytest.mark.parametrize("crowd", [(0.01, 0, 0.99), (0.15, 0.25, 0.6), (0.5, 0, 0.5), (0, 1, 0), (0.2, 0.8, 0)])
@pytest.mark.parametrize("bet", BETS)
def test_a_bet_gains_nothing_on_average(crowd, bet):
    """A day of four answers, all ways it can go: at the level the mean gain is 1, below the level more, above less."""
    truth = crowd[2] - crowd[0]

    def mean(usually: float) -> float:
        total = 0.0
        for detractors in range(5):
            for promoters in range(5 - detractors):
                passives = 4 - detractors - promoters
                ways = comb(4, detractors) * comb(4 - detractors, promoters)
                likely = ways * crowd[0] ** detractors * crowd[1] ** passives * crowd[2] ** promoters
                total += likely * _gain(Scores(detractors, passives, promoters), bet / (1 - usually), usually)
        return total

    assert mean(truth) == pytest.approx(1, abs=1e-9)
    assert mean(truth - 0.005) < 1 < mean(truth + 0.005)


def test_the_rate_is_divided():
    """The level's interval has its part, one-sided, and the days the rest."""
    before = Scores(150, 250, 600)
    assert usual(before) == careful(before, 1 - 2 * RATE * MEASURED).low
    assert usual(Scores()) is None
    assert fallen([], 30.0).bound == pytest.approx(DAYS / (RATE * (1 - MEASURED)))
    assert fallen([], 30.0, rate=0.1, year=30).bound == pytest.approx(30 / (0.1 * (1 - MEASURED)))


def test_the_first_day_with_an_alarm():
    """Twenty good days, then bad ones; evidence falls again when it gets better, the alarm stays."""
    days = [Scores(3, 5, 12)] * 20 + [Scores(10, 5, 5)] * 20 + [Scores(0, 0, 20)] * 60
    found = fallen(days, 35.0)
    assert found.alarm is not None
    assert 20 <= found.alarm < 30
    assert found.evidence[found.alarm] >= found.bound > found.evidence[found.alarm - 1]
    assert found.evidence[-1] < found.bound
    assert fallen(days[:20], 35.0).alarm is None


def test_a_rise_is_a_fall_turned_round():
    """Promoters for detractors, from -35 down."""
    days = [Scores(12, 5, 3)] * 20 + [Scores(3, 5, 12)] * 20
    assert 20 <= fallen([turned(each) for each in days], 35.0).alarm < 25
    assert fallen(days, -60.0).alarm is None


def test_days_without_answers():
    """Each brings a gambler and nothing else; more answers than a number holds are an alarm as well."""
    assert fallen([Scores()] * 5, 30.0).evidence == (1, 2, 3, 4, 5)
    assert fallen([Scores(10**6, 0, 0)], 30.0).alarm == 0
    assert fallen([Scores(0, 0, 10**6)], 100.0).alarm is None
    assert fallen([Scores(1, 0, 0)], 100.0).alarm == 0


@pytest.mark.parametrize(("name", "volume"), [("15 / 25 / 60", 20), ("2 / 8 / 90 (J)", 2), ("50 / 0 / 50", 20)])
def test_years_without_a_change(name, volume):
    """Of thirty, hardly any has a false alarm, and of those with an ordinary test many."""
    found = false_alarms(CROWDS[name], volume, FEW)
    assert found[MOVES[4]] > 0.15
    # more than four of thirty would come by chance in 2 of 100 cases if 5 in 100 were the rate
    assert max(found[name] for name in MOVES[:4]) <= 4 / FEW


@pytest.mark.nightly
@pytest.mark.parametrize("row", WATCHED, ids=lambda row: f"{row[0]} x {row[1]}")
def test_what_the_page_says_of_false_alarms(row):
    """Computed anew."""
    found = false_alarms(CROWDS[row[0]], int(row[1]), YEARS)
    assert row[2:] == [f"{100 * found[name]:.1f} %" for name in MOVES]


def test_the_page_keeps_the_promise():
    """At most 5 in 100 years, for every crowd and volume; seed and number are those of the tests."""
    assert len(WATCHED) == 18
    assert all(float(cell.removesuffix(" %")) <= 5 for row in WATCHED for cell in row[2:6])
    assert f"{YEARS} years" in PAGE
    assert f"seed {SEED}" in PAGE


def days(count: float) -> str:
    return "–" if count == inf else f"{count:.0f}"


@pytest.mark.parametrize(
    "row",
    [pytest.param(row, marks=[] if row[1] == "200" else [pytest.mark.nightly]) for row in FOUND],
    ids=lambda row: f"{row[0]} x {row[1]} -{row[2]}",
)
def test_what_the_page_says_of_finding_a_fall(row):
    """Days and shares, computed anew."""
    crowd, volume, points = CROWDS[row[0]], int(row[1]), float(row[2].removesuffix(" points"))
    alarm, compared = detection(crowd, volume, points, POWER)
    assert row[3:] == [
        days(alarm.days), f"{100 * alarm.share:.0f} %", days(compared.days), f"{100 * compared.share:.0f} %",
        days(planned(crowd, volume, points)),
    ]  # fmt: skip


def test_the_made_up_days_are_those_of_the_crowd():
    """A million answers."""
    found = together(Dice(SEED).days(Crowd(0.15, 0.25, 0.6), 200, 5000))
    assert (found.detractors / found.n, found.passives / found.n) == pytest.approx((0.15, 0.25), abs=0.002)
