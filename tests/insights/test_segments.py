"""Groups beside the rest, waves beside the one before, and what stands out: found when it is there, seldom when not."""

from math import sqrt
from random import Random

import pytest

from insights.estimates import ENOUGH, benjamini_hochberg
from insights.intervals import careful
from insights.nps import Scores, difference
from insights.segments import by_attribute, standing_out, waves
from insights.tally import Tally

SEED = 21


def tally(detractors: int, passives: int, promoters: int) -> Tally:
    return Tally(scores=(0, 0, 0, detractors, 0, 0, 0, passives, 0, 0, promoters))


GROUPS = {"north": tally(20, 30, 150), "south": tally(80, 60, 60), "east": tally(40, 50, 90), "new": tally(0, 1, 8)}


def test_each_group_beside_the_others():
    """Scores, differences and verdicts by hand: nobody counts on both sides."""
    rows = {row.key: row for row in by_attribute(GROUPS)}
    assert list(rows) == list(GROUPS)
    assert {key: row.verdict for key, row in rows.items()} == {
        "north": "more", "south": "less", "east": "chance", "new": "too few"
    }  # fmt: skip
    assert rows["south"].score == careful(Scores(80, 60, 60))
    assert rows["south"].against == difference(Scores(80, 60, 60), Scores(60, 81, 248))
    assert rows["new"].p is None
    assert rows["new"].against is not None
    assert rows["new"].tally == GROUPS["new"]


def test_too_few_count_for_no_correction():
    """East has the largest p of three, so its own; the others' are Holm's."""
    rows = {row.key: row for row in by_attribute(GROUPS)}
    assert rows["east"].p == pytest.approx(rows["east"].against.p)
    assert rows["north"].p == pytest.approx(3 * rows["north"].against.p)


@pytest.mark.parametrize(
    ("found", "verdicts"),
    [
        ({}, []),
        ({"alone": tally(10, 20, 70)}, ["too few"]),
        ({"a": tally(10, 20, 70), "nobody": Tally()}, ["too few", "too few"]),
        ({"a": tally(ENOUGH, 0, 0), "b": tally(0, 0, ENOUGH)}, ["less", "more"]),
        ({"a": tally(ENOUGH - 1, 0, 0), "b": tally(0, 0, ENOUGH)}, ["too few", "too few"]),
    ],
)
def test_who_has_nobody_to_be_compared_with(found, verdicts):
    """One group, empty groups, and the least number on both sides."""
    assert [row.verdict for row in by_attribute(found)] == verdicts


def test_waves():
    """Each beside the one before, and the first beside nothing."""
    rows = waves([("spring", tally(80, 60, 60)), ("summer", tally(20, 30, 150)), ("autumn", tally(22, 30, 148))])
    assert [(row.key, row.verdict) for row in rows] == [("spring", "too few"), ("summer", "more"), ("autumn", "chance")]
    assert rows[1].against == difference(Scores(20, 30, 150), Scores(80, 60, 60))
    assert rows[0].against is None


def test_what_stands_out():
    """The surest first, of all attributes; small groups never."""
    found = standing_out({"region": GROUPS, "shop": {"a": tally(60, 70, 160), "b": tally(80, 71, 148)}})
    assert {(each.attribute, each.key) for each in found} == {("region", "north"), ("region", "south")}
    assert [each.p for each in found] == sorted(each.p for each in found)
    assert standing_out({}) == []


def drawn(rng: Random, n: int, crowd: tuple[float, float, float]) -> Tally:
    answers = rng.choices((3, 8, 10), crowd, k=n)
    return tally(answers.count(3), answers.count(8), answers.count(10))


@pytest.mark.parametrize("crowd", [(0.15, 0.25, 0.6), (0.05, 0.05, 0.9), (0.45, 0.1, 0.45)])
def test_eight_groups_that_are_all_the_same(crowd):
    """Of 400 such tables 5 in 100 say more or less of somebody, and no more."""
    rng, times = Random(SEED), 400
    said = 0
    for _ in range(times):
        found = {str(group): drawn(rng, 40 + 10 * group, crowd) for group in range(8)}
        said += any(row.verdict in {"more", "less"} for row in by_attribute(found))
    assert said / times < 0.05 + 3 * sqrt(0.05 * 0.95 / times)


def test_of_what_stands_out_few_are_chance():
    """Thirty groups of which four differ, 200 times: most are found, and of the finds at most 5 in 100 are chance.

    Two are worse and two are better by as much, so that the others are truly like their rest.
    """
    rng, false, kept, right = Random(SEED), 0.0, 0, 0
    for _ in range(200):
        groups = {f"same {number}": drawn(rng, 80, (0.2, 0.3, 0.5)) for number in range(26)}
        groups |= {f"worse {number}": drawn(rng, 80, (0.5, 0.3, 0.2)) for number in range(2)}
        groups |= {f"better {number}": drawn(rng, 80, (0.02, 0.06, 0.92)) for number in range(2)}
        found = standing_out({"shop": groups})
        wrong = sum(each.key.startswith("same") for each in found)
        false += wrong / len(found) if found else 0
        kept += len(found)
        right += len(found) - wrong
    assert false / 200 < 0.05 + 0.02
    assert right / (4 * 200) > 0.8


@pytest.mark.parametrize(
    ("found", "corrected"),
    [
        ([0.01, 0.02, 0.03, 0.04, 0.05], [0.05] * 5),
        ([0.04, 0.001, 0.5], [0.06, 0.003, 0.5]),
        ([0.9, 0.8], [0.9, 0.9]),
        ([], []),
    ],
)
def test_benjamini_and_hochberg(found, corrected):
    """By hand: p times how many, by its rank, and never above a larger one's."""
    assert benjamini_hochberg(found) == pytest.approx(corrected)
