"""Mistakes put into good flows: nearly all are found, and none of them brings the check down."""

from pathlib import Path
from random import Random

import pytest

from flows import source
from flows.library import SHIPPED
from flows.loader import check
from tests.flows.mistakes import MUTATIONS, spoilt
from tests.flows.mistakes.flow import Data, Mutation, written

SEED = 20_261_122
GOOD = [*sorted((Path(__file__).parent / "good").glob("*.yaml")), *sorted(SHIPPED.glob("*.yaml"))]
TIMES = [1, pytest.param(3, marks=pytest.mark.nightly)]  # how often each mistake is put into each flow


def codes(data: Data, desks: set[str]) -> set[tuple[str, str]]:
    """What is wrong, by code and words; the data goes through YAML, as an author's file does."""
    return {(problem.code, problem.message) for problem in check(written(data), "spoilt.yaml", desks).problems}


def _good(path: Path) -> tuple[Path, Data, set[str], set[tuple[str, str]]]:
    """A flow, the desks it knows, and what is wrong with it before anybody spoils it."""
    data = source.read(path.read_bytes(), path.name).data
    desks = {action["escalate"]["desk"] for step in data["steps"] for action in step.get("do", ())}
    before = codes(data, desks)
    assert {code for code, _ in before} <= {"missing-phrase"}, path
    return path, data, desks, before


@pytest.fixture(scope="module", params=TIMES)
def found(request) -> dict[str, tuple[int, int, list[str]]]:
    """For each mistake: how often it was made, how often found, and where it was not."""
    rng = Random(SEED)
    flows = [_good(path) for path in GOOD]
    results: dict[str, tuple[int, int, list[str]]] = {}
    for mutation in MUTATIONS:
        made, seen, missed = 0, 0, []
        for path, data, desks, before in flows:
            for number, flow in enumerate(spoilt(data, mutation, rng, request.param)):
                made += 1
                if codes(flow, desks) - before:
                    seen += 1
                else:
                    missed.append(f"{path.stem} {number}")
        results[mutation.__name__] = made, seen, missed
    return results


def test_nearly_every_mistake_is_found(found, capsys):
    """At least 95 in 100, whatever the mistake."""
    made, seen = sum(each[0] for each in found.values()), sum(each[1] for each in found.values())
    with capsys.disabled():
        print(f"\nmistakes in good flows (seed {SEED}): {seen} of {made} found")
    assert made > 800
    assert seen >= 0.95 * made, {name: missed for name, (_, _, missed) in found.items() if missed}


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_each_kind_of_mistake_is_found(found, request, mutation: Mutation):
    """A kind that is never made would prove nothing; of a kind made a few times only, two may be missed of eighteen."""
    made, seen, missed = found[mutation.__name__]
    assert made > 0
    least = 0.9 if request.node.callspec.params["found"] > 1 else 0.88
    assert seen >= least * made, missed
