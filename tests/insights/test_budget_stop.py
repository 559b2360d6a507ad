"""What it does to an interval that asking stops when it is narrow enough; and what the planner saves, in small."""

from statistics import fmean

import pytest

from insights.budget import ENOUGH
from tests.bench.budget import MIXES, SEED, at_stop, saved, simulate


@pytest.mark.parametrize("target", [15, 20, 25])
@pytest.mark.parametrize("mix", MIXES)
def test_the_interval_holds_at_the_stop(mix, target):
    """Exactly, with a look after every answer: 95 in 100 are promised, and never fewer than 93.9 kept."""
    assert at_stop(mix, target).held > 0.939


def test_without_the_least_number_it_would_not():
    """Some look narrow by luck when there are ten answers."""
    mix = (0.0, 0.3, 0.7)
    assert at_stop(mix, 25, least=10).held < 0.9
    assert at_stop(mix, 25).held > 0.95
    assert ENOUGH == 30


@pytest.mark.parametrize("mix", [(0.15, 0.25, 0.6), (0.5, 0.3, 0.2), (0.25, 0.25, 0.5)])
def test_how_far_off_a_score_is_at_the_stop(mix):
    """Towards the end of the scale, and no more when the correction is off; nothing beside an interval of 12 points."""
    found = at_stop(mix, 12)
    assert 0.2 < found.off * (1 if mix[2] > mix[0] else -1) < 0.6
    assert abs(found.corrected) < 0.1 * abs(found.off)


def test_what_is_saved_in_small():
    """Of 12 cells in 8 companies: at least 30 in 100 messages, surely, and the intervals hold as without a plan."""
    runs = simulate([12_000 // rank for rank in range(1, 13)], times=8, seed=SEED, wave=300)
    mean, reach, shares = saved(runs, "uniform")
    assert mean - reach > 0.3
    assert min(shares) > 0.3
    assert saved(runs, "equal, stops")[0] > -0.05
    held = {name: fmean(fmean(each.held) for each in found) for name, found in runs.items()}
    assert held["planned"] > max(0.9, held["uniform"] - 0.05)
    assert all(fmean(each.unable for each in found) < 6 for found in runs.values())
