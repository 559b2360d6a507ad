"""Few answers make nobody best or worst, drawn scores are nearer to the truth, and ranks are as sure as they say."""

from random import Random
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insights.agents import ENOUGH, SPREAD, draw_together, ranked
from insights.intervals import careful
from insights.nps import Scores

SEED = 18
# eighteen players in 1970: the share of hits in their first 45 times at bat, and in all the others of the season
FIRST = (0.4, 0.378, 0.356, 0.333, 0.311, 0.311, 0.289, 0.267, 0.244, 0.244, *[0.222] * 5, 0.2, 0.178, 0.156)
LATER = (
    0.346, 0.298, 0.276, 0.222, 0.273, 0.27, 0.263, 0.21, 0.269,
    0.23, 0.264, 0.256, 0.303, 0.264, 0.226, 0.285, 0.316, 0.2,
)  # fmt: skip


def test_baseball():
    """B. Efron, C. Morris (1975), table 1: the data, read in a copy. The estimator by its formula, 1 - (k - 3) V / S.

    And what it is famous for: it tells the rest of the season more than three times better than the averages do.
    """
    middle = fmean(FIRST)
    variance = middle * (1 - middle) / 45
    kept = 1 - 15 * variance / sum((average - middle) ** 2 for average in FIRST)
    found = [each.value for each in draw_together(FIRST, [variance] * 18)]
    assert found == pytest.approx([middle + kept * (each - middle) for each in FIRST])
    raw, drawn = (sum((one - other) ** 2 for one, other in zip(each, LATER, strict=True)) for each in (FIRST, found))
    assert 3 < raw / drawn < 4


def crowd(rng: Random, score: float, n: int) -> Scores:
    """Answers whose expected score is that one, 3 in 10 of them passive."""
    promoters = (0.7 + score) / 2
    drawn = rng.choices((-1, 0, 1), (0.7 - promoters, 0.3, promoters), k=n)
    return Scores(drawn.count(-1), drawn.count(0), drawn.count(1))


def company(rng: Random, agents: int = 40) -> tuple[dict[str, float], dict[str, Scores]]:
    """True scores around 20 give or take 15, and answers: few of some and many of others."""
    true = {f"{number:02}": max(-0.6, min(0.6, rng.gauss(0.2, 0.15))) for number in range(agents)}
    return true, {key: crowd(rng, score, (3, 10, 30, 100, 300)[int(key) % 5]) for key, score in true.items()}


def test_drawn_scores_are_nearer_to_the_truth():
    """80 companies: a quarter of the squared error, intervals that hold and are narrower by a quarter."""
    rng, raw, drawn, held, narrower, lines = Random(SEED), 0.0, 0.0, 0, 0.0, 0
    for _ in range(80):
        true, found = company(rng)
        for line in ranked(found):
            truth = 100 * true[line.key]
            raw += (line.own.value - truth) ** 2
            drawn += (line.drawn.value - truth) ** 2
            held += line.drawn.low <= truth <= line.drawn.high
            narrower += (line.drawn.high - line.drawn.low) / (line.own.high - line.own.low)
            lines += 1
    assert drawn < 0.25 * raw
    assert held / lines > 0.94
    assert narrower / lines < 0.75


def test_three_answers_make_nobody_best_or_worst():
    """However good or bad they are, others with many answers come before them, and their rank stays open."""
    rng = Random(SEED)
    _, found = company(rng)
    found |= {"lucky": Scores(0, 0, 3), "unlucky": Scores(3, 0, 0)}
    lines = ranked(found)
    keys = [line.key for line in lines]
    assert keys[0] != "lucky"
    assert keys[-1] != "unlucky"
    for name in ("lucky", "unlucky"):
        line = lines[keys.index(name)]
        assert (line.best, line.worst) == (1, len(lines))
        assert abs(line.drawn.value - line.own.value) > 60


def test_ranks_hold_all_together():
    """In 95 of 100 companies every range has the true rank in it; and the ranges say something."""
    rng, held, open_ranks = Random(SEED), 0, []
    for _ in range(100):
        true, found = company(rng, 15)
        order = sorted(true, key=true.__getitem__, reverse=True)
        lines = ranked(found)
        held += all(line.best <= order.index(line.key) + 1 <= line.worst for line in lines)
        open_ranks += [line.worst - line.best + 1 for line in lines]
    assert held >= 95
    assert fmean(open_ranks) < 15
    assert min(open_ranks) <= 9


def test_who_is_surely_first():
    """Far above the others with many answers: rank 1 and no other; of two alike both are 2 or 3."""
    lines = ranked({"b": Scores(40, 20, 40), "a": Scores(2, 8, 190), "c": Scores(40, 20, 40)})
    assert [(line.key, line.best, line.worst) for line in lines] == [("a", 1, 1), ("b", 2, 3), ("c", 2, 3)]


def test_few_members():
    """With fewer than five the spread is taken as known: two by hand."""
    first, second = draw_together([0.5, 0.1], [0.04, 0.04])
    assert (first.value, second.value) == pytest.approx((0.4, 0.2))
    assert first.deviation**2 == pytest.approx(0.04 * (1 - 0.5 * 0.5))
    assert (ENOUGH, SPREAD) == (5, 0.2)


def test_nobody():
    """Without answers nobody is in the table; one alone is itself."""
    assert ranked({}) == ranked({"a": Scores()}) == []
    (line,) = ranked({"a": Scores(5, 5, 20), "b": Scores()})
    assert line.drawn.value == pytest.approx(50)
    assert (line.own, line.best, line.worst) == (careful(Scores(5, 5, 20)), 1, 1)


@given(st.lists(st.builds(Scores, *[st.integers(0, 40)] * 3), max_size=12))
def test_between_their_own_and_the_middle(found):
    """Nobody is drawn beyond the extremes, and the order of equals is that of their keys."""
    lines = ranked({f"{number:02}": scores for number, scores in enumerate(found)})
    assert len(lines) == sum(1 for scores in found if scores.n)
    assert [line.drawn.value for line in lines] == sorted((line.drawn.value for line in lines), reverse=True)
    for line in lines:
        own = [each.own.value for each in lines]
        assert min(own) - 1e-6 <= line.drawn.value <= max(own) + 1e-6
        assert 1 <= line.best <= line.worst <= len(lines)
        assert line.drawn.low <= line.drawn.value <= line.drawn.high
