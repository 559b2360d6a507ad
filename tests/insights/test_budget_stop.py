"""What it does to an interval that asking stops when it is narrow enough; and what the planner saves, in small."""

from statistics import fmean

import pytest

from insights.budget import ENOUGH
from tests.bench.budget import CELLS, MIXES, SEED, TIMES, at_stop, saved, simulate
from tests.docs.pages import page, table

PAGE = page("docs/why/ask-budget.md")
COMPUTED = table(PAGE, "detractors, passives, promoters", "intervals that hold", "answers", "score off", "corrected")


@pytest.mark.parametrize("target", [pytest.param(15, marks=pytest.mark.nightly), 20, 25])
@pytest.mark.parametrize("mix", MIXES)
def test_the_interval_holds_at_the_stop(mix, target):
    """Exactly, with a look after every answer: 95 in 100 are promised, and never fewer than 93.9 kept."""
    assert at_stop(mix, target).held > 0.939


@pytest.mark.parametrize(
    "row",
    [pytest.param(row, marks=[pytest.mark.nightly] if int(row[2]) > 150 else [], id=row[0]) for row in COMPUTED],
)
def test_what_the_page_says_of_the_stop(row):
    """The rows of the page, computed anew."""
    mix = tuple(float(share) / 100 for share in row[0].removesuffix(" %").split(", "))
    found = at_stop(mix, 10)
    assert row[1:] == [
        f"{100 * found.held:.2f} %", f"{found.answers:.0f}", f"{found.off:+.2f}", f"{found.corrected:+.2f}"
    ]  # fmt: skip


def test_what_the_page_says_of_the_simulation():
    """Its seed and its size are those of the command."""
    assert f"{TIMES} made-up companies of {CELLS} cells each" in PAGE
    assert f"seed {SEED}" in PAGE
    assert len(COMPUTED) == 5


def test_without_the_least_number_it_would_not():
    """Some look narrow by luck when there are ten answers."""
    mix = (0.0, 0.3, 0.7)
    assert at_stop(mix, 25, least=10).held < 0.9
    assert at_stop(mix, 25).held > 0.95
    assert ENOUGH == 30


@pytest.mark.parametrize("mix", [(0.15, 0.25, 0.6), (0.5, 0.3, 0.2), (0.25, 0.25, 0.5)])
def test_how_far_off_a_score_is_at_the_stop(mix):
    """Towards the end of the scale, and no more once it is corrected; little beside an interval of 15 points."""
    found = at_stop(mix, 15)
    assert 0.3 < found.off * (1 if mix[2] > mix[0] else -1) < 1
    assert abs(found.corrected) < 0.15 * abs(found.off)


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
