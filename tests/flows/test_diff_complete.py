"""Nothing that makes another revision goes unmentioned, whatever it is."""

from pathlib import Path
from random import Random
from typing import Any

import pytest
from pydantic import ValidationError

from flows import source
from flows.diff import changes
from flows.library import SHIPPED
from flows.loader import revive
from flows.model import Action, Escalate, Flow, Patience, Step, Variable, Variant
from flows.questions import TYPES
from flows.questions.choice import Choice
from flows.questions.nps import Bands
from flows.revision import revision
from flows.routing import Route, When
from tests.flows.mistakes import MUTATIONS, spoilt
from tests.flows.mistakes.flow import written

GOOD = [*sorted((Path(__file__).parent / "good").glob("*.yaml")), *sorted(SHIPPED.glob("*.yaml"))]
TIMES = 1


def flow(text: str) -> Flow:
    return revive(text, "x.yaml")


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_equal_flows_have_no_changes(path):
    """Neither the same text nor one with its keys in another order."""
    text = path.read_text(encoding="utf-8")
    data = source.read(text, "x").data
    keep = {key: data[key] for key in ("variants",) if key in data}  # whose order decides who gets which
    turned = written(backwards(data) | keep)
    assert text != turned
    assert changes(flow(text), flow(text)) == changes(flow(text), flow(turned)) == ()


def backwards(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: backwards(data[key]) for key in reversed(data)}
    return [backwards(each) for each in data] if isinstance(data, list) else data


@pytest.fixture(scope="module")
def spoilt_flows() -> list[tuple[str, Flow, Flow]]:
    """Good flows beside each other one that a mistake made of it and that can still be built."""
    rng = Random(20_261_123)
    found = []
    for path in GOOD:
        text = path.read_text(encoding="utf-8")
        data = source.read(text, "x").data
        for mutation in MUTATIONS:
            for changed in spoilt(data, mutation, rng, TIMES):
                if changed == data:
                    continue
                try:
                    new = Flow.model_validate(changed, context={"revision": revision(changed)})
                except ValidationError:
                    continue
                found.append((f"{path.stem} {mutation.__name__}", flow(text), new))
    return found


def test_no_mistake_goes_unmentioned(spoilt_flows):
    """Whatever makes another revision has a sentence, and it is never "means the same"."""
    assert len(spoilt_flows) > 200
    for name, old, new in spoilt_flows:
        for found in (changes(old, new), changes(new, old)):
            assert found, name
            assert all(change.sentence and "\n" not in change.sentence for change in found), name
            assert any(change.kind != "writing" for change in found), name


def test_every_pair_of_flows_can_be_compared():
    """Whole surveys apart, the words still come, and each of them once."""
    flows = [flow(path.read_text(encoding="utf-8")) for path in GOOD]
    for old, new in zip(flows, [*flows[1:], flows[0]], strict=True):
        told = [change.sentence for change in changes(old, new)]
        assert told
        assert len(told) == len(set(told)), (old.id, new.id)


KNOWN = {
    Flow: "format id title kind languages patience variables phrases steps variants",
    Patience: "reminders expires reask correct late",
    Variable: "default optional about",
    Step: "id say ask do next",
    Variant: "share steps",
    Action: "escalate",
    Escalate: "desk priority respond_within",
    Route: "to when",
    When: "segment answer language channel attribute",
    Choice: "value label",
    Bands: "detractor passive promoter",
    TYPES["choice"]: "type text reask reminder choices",
    TYPES["contact"]: "type text reask reminder accept country_code",
    TYPES["nps"]: "type text reask reminder labels",
    TYPES["rating"]: "type text reask reminder scale labels",
    TYPES["text"]: "type text reask reminder",
    TYPES["yes_no"]: "type text reask reminder labels",
}


@pytest.mark.parametrize("model", KNOWN, ids=lambda model: model.__name__)
def test_a_new_key_needs_its_words(model):
    """Whoever gives the language a key decides here how a change of it reads, and adds a row above."""
    assert set(model.model_fields) <= set(KNOWN[model].split())


def test_every_question_type_is_known():
    """A new file in flows/questions is a row here, too."""
    assert set(TYPES.values()) <= set(KNOWN)
