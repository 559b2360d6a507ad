"""A mistake in a variant is found as it is found in a flow of its own: each is made in both, and the codes compared."""

from pathlib import Path
from random import Random

import pytest

from flows import source
from flows.library import SHIPPED
from flows.loader import check
from tests.flows.mistakes import MUTATIONS, spoilt
from tests.flows.mistakes.flow import Data, written

GOOD = [SHIPPED / "after-support.yaml", *sorted((Path(__file__).parent / "good").glob("[a-d]*.yaml"))]
NOT_OF_VARIANTS = {"unreachable-step", "unused-variable"}  # a variant may go past steps, variables are the whole file's
OF_VARIANTS = {"lost-routes", "same-variant"}


def codes(data: Data, desks: set[str]) -> set[str]:
    """What is wrong, through YAML as in an author's file."""
    return {problem.code for problem in check(written(data), "spoilt.yaml", desks).problems}


def as_variant(good: Data, bad: Data) -> Data | None:
    """The good flow with the spoilt steps in a variant; None if a variant cannot be so."""
    steps = [step for step, was in zip(bad["steps"], good["steps"], strict=False) if step != was]
    same_ids = [step.get("id") for step in bad["steps"]] == [step.get("id") for step in good["steps"]]
    outside = any(bad.get(key) != good.get(key) for key in {*bad, *good} - {"steps"})
    return (
        {**good, "variants": {"spoilt": {"share": 50, "steps": steps}}} if steps and same_ids and not outside else None
    )


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_the_same_is_found_in_a_variant(path):
    """Every kind of mistake that stays within steps."""
    rng, compared = Random(path.stem), 0
    good = source.read(path.read_bytes(), path.name).data
    desks = {action["escalate"]["desk"] for step in good["steps"] for action in step.get("do", ())}
    before = codes(good, desks)
    for mutation in MUTATIONS:
        for bad in spoilt(good, mutation, rng, 1):
            varied = as_variant(good, bad)
            if varied is None:
                continue
            compared += 1
            alone = codes(bad, desks) - before - NOT_OF_VARIANTS
            assert codes(varied, desks) - before - OF_VARIANTS == alone, mutation.__name__
    assert compared >= 5
