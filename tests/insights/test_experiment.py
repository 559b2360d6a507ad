"""Variants beside the base: enough people, enough difference, and not fooled by many looks."""

from random import Random

import pytest

from insights.experiment import ENOUGH, MEASURES, Counts, examine, oddly_drawn

BASE = Counts(asked=1000, completed=300, opted_out=20, detractors=80, passives=100, promoters=170)


def verdicts(**variants: Counts) -> dict[str, dict[str, str]]:
    found = examine({"base": BASE, **variants}, "base")
    return {name: {measure: each.verdict for measure, each in arm.against.items()} for name, arm in found.items()}


def test_what_differs_and_what_does_not():
    """Each measure for itself; the base beside nothing."""
    better = Counts(asked=1000, completed=380, opted_out=21, detractors=60, passives=100, promoters=260)
    worse = Counts(asked=1000, completed=200, opted_out=60, detractors=150, passives=80, promoters=120)
    assert verdicts(better=better, worse=worse) == {
        "base": {},
        "better": {"answered": "more", "completed": "more", "opted_out": "chance", "nps": "more"},
        "worse": {"answered": "chance", "completed": "less", "opted_out": "more", "nps": "less"},
    }


def test_the_figures_of_an_arm():
    """Shares of those who were asked, the NPS of those who answered."""
    arm = examine({"base": BASE}, "base")["base"]
    assert set(arm.measures) == set(MEASURES)
    assert [(arm.measures[name].value, arm.measures[name].n) for name in MEASURES] == [
        (0.35, 1000), (0.3, 1000), (0.02, 1000), (pytest.approx(100 * 90 / 350), 350)
    ]  # fmt: skip
    assert (arm.counts.answered, arm.against) == (350, {})


@pytest.mark.parametrize(
    ("asked", "answered", "said"),
    [
        (0, 0, {"completed": "too few", "nps": "too few"}),
        (ENOUGH - 1, 0, {"completed": "too few", "nps": "too few"}),
        (ENOUGH, ENOUGH - 1, {"completed": "less", "nps": "too few"}),
        (ENOUGH, ENOUGH, {"completed": "less", "nps": "less"}),
    ],
)
def test_too_few_to_say(asked, answered, said):
    """However large the difference is."""
    found = verdicts(small=Counts(asked=asked, detractors=answered))["small"]
    assert {measure: found[measure] for measure in said} == said


def test_too_few_in_the_base_are_too_few():
    """Nothing to compare with."""
    found = examine({"base": Counts(asked=5), "other": BASE}, "base")["other"].against
    assert {each.verdict for each in found.values()} == {"too few"}
    assert found["nps"].difference is None
    assert found["completed"].difference is not None
    assert found["completed"].p is None


def test_several_variants_raise_the_bar():
    """What alone would be more than chance may be chance among five; those too small to say do not count."""
    lucky = Counts(asked=1000, completed=342)
    same = Counts(asked=1000, completed=300)
    alone = examine({"base": BASE, "lucky": lucky}, "base")["lucky"].against["completed"]
    among = examine({"base": BASE, "lucky": lucky, **dict.fromkeys("abcd", same)}, "base")["lucky"].against["completed"]
    few = examine({"base": BASE, "lucky": lucky, "few": Counts(asked=3)}, "base")["lucky"].against["completed"]
    assert alone.verdict == "more"
    assert among.verdict == "chance"
    assert among.p == pytest.approx(5 * alone.p)
    assert few.p == alone.p


def test_three_variants_that_are_all_the_same_fool_us_one_time_in_twenty():
    """Of 1,500 experiments without any difference, those in which some variant is said to complete more or less."""
    rng, times, fooled = Random(12), 1500, 0
    for _ in range(times):
        completed = {name: sum(rng.random() < 0.3 for _ in range(200)) for name in ("base", *"abc")}
        found = {name: Counts(asked=200, completed=count) for name, count in completed.items()}
        said = {arm.against["completed"].verdict for name, arm in examine(found, "base").items() if name != "base"}
        fooled += said != {"chance"}
    assert 0.02 < fooled / times < 0.065


@pytest.mark.parametrize(
    ("asked", "odd"),
    [((500, 300, 200), []), ((530, 290, 180), []), ((600, 200, 200), ["base", "a"]), ((5, 1, 4), []), ((0, 0, 0), [])],
)
def test_who_was_drawn_too_often_or_too_rarely(asked, odd):
    """Beside shares of 50, 30 and 20: what chance does is not told."""
    found = {name: Counts(asked=count) for name, count in zip(("base", "a", "b"), asked, strict=True)}
    assert oddly_drawn(found, {"base": 50, "a": 30, "b": 20}) == odd


def test_counts_add_up():
    """Revisions with the same variants are one experiment."""
    assert BASE + Counts(1, 2, 3, 4, 5, 6) == Counts(1001, 302, 23, 84, 105, 176)
