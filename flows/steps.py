"""The steps of a flow, and the steps that a variant puts in their place. Durations are milliseconds."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from flows.durations import Duration
from flows.questions import AnyQuestion
from flows.routing import Route, StepId
from flows.texts import Frozen, Text, or_word

MAX_STEPS = 200


class Escalate(Frozen):
    """Open a case at a desk."""

    desk: str
    """The name of an entry under `desks:` in the settings."""
    priority: Literal["low", "normal", "high", "urgent"] = "normal"
    """How urgent it is."""
    respond_within: Duration = 0
    """How soon somebody should answer; without it, as the desk has it."""


class Action(Frozen):
    """Something to do besides talking."""

    escalate: Escalate
    """Put a human in charge."""


def _routes(value: object) -> object:
    return [{"to": value}] if isinstance(value, str) else value


class Step(Frozen):
    """One step: say, ask, do, go on. A step that does not ask goes on by itself."""

    id: StepId
    """The name of the step: lower-case letters, digits, `-` and `_`."""
    say: Text | None = None
    """Said first."""
    ask: AnyQuestion | None = None
    """The question; the step waits for its answer."""
    do: tuple[Action, ...] = ()
    """Done when the step is entered, before anything is answered."""
    next: Annotated[tuple[Route, ...], BeforeValidator(_routes), or_word("a step's id, or `end`: always go there")] = ()
    """The first route whose condition holds; if none does, the following step."""

    @model_validator(mode="after")
    def _has_content(self) -> "Step":
        if self.say is None and self.ask is None and not self.do:
            raise PydanticCustomError("empty_step", "the step does nothing: give it `say`, `ask` or `do`")
        return self


class Variant(Frozen):
    """Another form of the survey for a part of the people. It is checked as the whole survey that it makes."""

    share: Annotated[int, Field(strict=True, ge=1, le=100)]
    """How many of 100 people get it. Who is left over gets the flow as written, called `base`."""
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=MAX_STEPS)]
    """Steps in place of the flow's steps with the same ids. A new one stands behind the step before it in this list."""
