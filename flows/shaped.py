"""Files that have a shape of their own, beside surveys: what one says, and everything that is wrong with it."""

from collections.abc import Iterable
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from flows import explain
from flows.problems import Problem
from flows.schema import Walk
from flows.source import Document

Shape = TypeVar("Shape", bound=BaseModel)


def shaped(document: Document, shape: type[Shape]) -> tuple[Shape | None, list[Problem]]:
    """What the file says, None if it has not this shape or could not be read whole, and what is wrong so far."""
    problems = list(document.problems)
    if not document.complete:
        return None, problems
    try:
        return shape.model_validate(document.data), problems
    except ValidationError as error:
        errors: list[Any] = list(error.errors(include_url=False))
        found = explain.findings(errors, document.data, Walk(shape))
        return None, [*problems, *map(document.problem, found)]


def ordered(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Each of them once, in the order of the file."""
    return tuple(sorted(set(problems), key=lambda each: (each.line, each.column, each.code, each.message)))


def failed(problems: Iterable[Problem]) -> bool:
    """Whether one of them is an error."""
    return any(problem.severity == "error" for problem in problems)
