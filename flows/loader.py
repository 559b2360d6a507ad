"""From YAML to a flow, or to everything that is wrong with it."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from msgspec import Struct
from pydantic import ValidationError

from flows import explain, judgement, lint, source, varied
from flows.model import Flow
from flows.problems import Finding, FlowProblems, Problem
from flows.revision import revision
from flows.shaped import failed, ordered


class Checked(Struct, frozen=True):
    """A checked file: the flow unless it has errors, and all problems in the order of the file."""

    flow: Flow | None
    problems: tuple[Problem, ...]
    flow_at: tuple[int, int] = (1, 1)  # line and column of the flow's id

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Problems that keep the flow from running."""
        return tuple(problem for problem in self.problems if problem.severity == "error")


def check(text: str | bytes, file: str, desks: Collection[str] | None = None) -> Checked:
    """Read a flow and find everything wrong with it. `desks` are the known desks; None: do not judge them."""
    document = source.read(text, file)
    problems = list(document.problems)
    flow = None
    if document.complete:
        flow, shape = _build(document)
        problems += shape
        wholes = varied.wholes(document.data)
        base = list(lint.references(varied.base(document.data)))
        problems += map(document.problem, [*base, *varied.shares(document.data), *varied.lost_routes(document.data)])
        for whole in wholes:
            problems += map(document.problem, whole.own(lint.references(whole.data), base))
        if flow is not None and not failed(problems):
            problems += map(document.problem, lint.unused(document.data))
            problems += map(document.problem, _judged(flow, wholes, desks))
    place = document.problem(Finding(("id",), "", ""))
    return Checked(None if failed(problems) else flow, ordered(problems), (place.line, place.column))


def _judged(flow: Flow, wholes: Iterable[varied.Whole], desks: Collection[str] | None) -> Iterator[Finding]:
    base = list(judgement.judge(flow, desks))
    yield from base
    for whole in wholes:
        yield from whole.own(judgement.judge(flow.variant(whole.name), desks), base)


def load(text: str | bytes, file: str, desks: Collection[str] | None = None) -> Flow:
    """A flow that may run. Raises FlowProblems with all of its problems."""
    checked = check(text, file, desks)
    if checked.flow is None:
        raise FlowProblems(checked.problems)
    return checked.flow


def revive(text: str | bytes, file: str) -> Flow:
    """A flow that ran before: only its shape must hold, whatever lint has learnt since.

    Raises FlowProblems.
    """
    document = source.read(text, file)
    flow, problems = (None, list(document.problems)) if document.problems else _build(document)
    if flow is None:
        raise FlowProblems(problems)
    return flow


def _build(document: source.Document) -> tuple[Flow | None, list[Problem]]:
    try:
        return Flow.model_validate(document.data, context={"revision": revision(document.data)}), []
    except ValidationError as error:
        errors: list[Any] = list(error.errors(include_url=False))
        return None, [document.problem(finding) for finding in varied.named(explain.findings(errors, document.data))]
