"""Triggers as an admin writes them in YAML: after which events to ask what. Durations are ms."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Annotated, Any, Literal

from msgspec import Struct
from pydantic import BeforeValidator, Field, WithJsonSchema

from bot.contacts import Contact
from bot.durations import Duration
from bot.outreach.candidate import Candidate
from bot.outreach.happening import TYPE, Happening
from flows import source
from flows.described import described
from flows.model import Flow
from flows.problems import Finding, Problem, did_you_mean
from flows.routing import Values
from flows.schema import Schema, tidy
from flows.shaped import failed, ordered, shaped
from flows.templates import NAME, fill, leftovers, names
from flows.texts import Frozen

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,40}$")]
_Type = Annotated[str, Field(pattern=f"^{TYPE}$")]
_BETWEEN = "|"  # between the values of a cell
BY_ITSELF = frozenset(("first_name", "name", "language", "country", "external", "brand", "region", "segment", "agent"))
"""Variables that every contact brings along."""

MINUTE, YEAR = 60_000, 31_536_000_000


def _several(value: object) -> object:
    return tuple(value) if isinstance(value, list) else (value,)


_ONE = {"type": "string", "examples": ["ticket.closed"]}
Types = Annotated[
    tuple[_Type, ...],
    Field(min_length=1, max_length=20),
    BeforeValidator(_several),
    WithJsonSchema({"anyOf": [_ONE, {"type": "array", "items": _ONE, "minItems": 1}]}),
]


class Only(Frozen):
    """All that is given must hold; of several values, one is enough."""

    attribute: dict[str, Values] = Field(default_factory=dict)
    """Attributes of the event, and of the contact where the event has none of that name."""
    language: Values = ()
    """The contact's language."""

    def holds(self, known: Mapping[str, str], language: str) -> bool:
        """Whether the condition is met by what is known of event and contact."""
        return (not self.language or language.partition("-")[0].lower() in self.language) and all(
            known.get(name, "") in values for name, values in self.attribute.items()
        )


class Trigger(Frozen):
    """One rule from event to survey."""

    id: Name
    """What it is called in the ledger and in reports. Another id asks about the same event once more."""
    title: str = Field("", max_length=200)
    """What people call it."""
    on: Types
    """The type of the event, such as `ticket.closed`, or several."""
    when: Only = Only()
    """Only then; without it, always."""
    flow: str
    """The survey."""
    delay: Annotated[Duration, Field(ge=0, le=YEAR)] = 0
    """How long after the event to ask."""
    meaningful_for: Annotated[Duration, Field(ge=MINUTE, le=YEAR)] | None = None
    """How long asking makes sense from then on; without it as the settings have it."""
    channels: tuple[str, ...] = Field((), max_length=10)
    """Where to ask, first choice first; without it, what each contact's own order says."""
    variables: dict[Annotated[str, Field(pattern=rf"^{NAME}$")], str] = Field(default_factory=dict)
    """Values for the survey's placeholders; `{{ name }}` is an attribute of the event."""
    cell: tuple[str, ...] = Field((), max_length=6)
    """The attributes whose values make the cell that the answer counts for."""


class TriggerFile(Frozen):
    """One YAML file in `triggers/`."""

    format: Literal[1]
    """The version of this language."""
    trigger: Trigger
    """The trigger."""


class Checked(Struct, frozen=True):
    """A checked file: its trigger unless it has errors, and all problems in the order of the file."""

    trigger: Trigger | None
    problems: tuple[Problem, ...]
    at: tuple[int, int] = (1, 1)  # line and column of the trigger's id


class Known(Struct, frozen=True):
    """What triggers may name; None: nobody knows, so it is not judged. `given` are variables that the settings fill."""

    flows: Mapping[str, Flow] | None = None
    channels: frozenset[str] | None = None
    given: frozenset[str] = frozenset()


def check(text: str | bytes, file: str, known: Known | None = None) -> Checked:
    """Read a trigger and find everything wrong with it."""
    document = source.read(text, file)
    content, problems = shaped(document, TriggerFile)
    if document.complete:
        problems += map(document.problem, _lint(document.data, known or Known()))
    trigger = content.trigger if content and not failed(problems) else None
    place = document.problem(Finding(("trigger", "id"), "", ""))
    return Checked(trigger, ordered(problems), (place.line, place.column))


def check_all(
    files: Iterable[tuple[str, str | bytes]], known: Known | None = None
) -> tuple[list[Trigger], list[Problem]]:
    """The triggers of several files (name, text) and all that is wrong with them, ids that are there twice included."""
    first: dict[str, str] = {}
    triggers: list[Trigger] = []
    problems: list[Problem] = []
    for file, text in files:
        checked = check(text, file, known)
        problems += checked.problems
        if checked.trigger is None:
            continue
        other = first.setdefault(checked.trigger.id, file)
        if other == file:
            triggers.append(checked.trigger)
        else:
            message, hint = f"the trigger '{checked.trigger.id}' is also in {other}", "give one of them another id"
            problems.append(Problem(file, *checked.at, "duplicate-trigger", message, hint))
    return triggers, problems


@cache
def json_schema() -> Schema:
    """JSON Schema 2020-12 of a trigger, for editors."""
    schema: Schema = tidy(described(TriggerFile))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Echolot trigger"}


def candidates(
    happening: Happening,
    contact: Contact,
    triggers: Sequence[Trigger],
    now: int,
    kind_of: Callable[[str], str],
    meaningful_for: int,
) -> list[Candidate]:
    """Whom to ask what because of an event: one candidate for each trigger that it meets, the same every time.

    `kind_of` tells the kind of a flow, `meaningful_for` is for triggers that do not say. An event that claims to lie
    ahead counts as happening `now`.
    """
    known = {**contact.known(), **happening.attributes}
    made = []
    for trigger in triggers:
        if happening.type not in trigger.on or not trigger.when.holds(known, contact.language):
            continue
        at = min(happening.at, now) + trigger.delay
        made.append(
            Candidate(
                id=_id(happening.id, trigger.id),
                source="trigger",
                name=trigger.id,
                flow=trigger.flow,
                kind=kind_of(trigger.flow),
                at=at,
                not_after=at + (trigger.meaningful_for or meaningful_for),
                happening=happening.id,
                channels=trigger.channels,
                variables=_variables(trigger.variables, happening.attributes),
                cell=_BETWEEN.join(known.get(name, "").replace(_BETWEEN, "/") for name in trigger.cell),
            )
        )
    return made


def _id(happening: str, trigger: str) -> str:
    return "t" + hashlib.sha256(f"{happening}\0{trigger}".encode()).hexdigest()[:31]


def _variables(texts: Mapping[str, str], attributes: Mapping[str, str]) -> dict[str, str]:
    """Those whose placeholders all have a value; for others the survey has its default, or a reason not to go out."""
    return {name: fill(text, attributes) for name, text in texts.items() if attributes.keys() >= set(names(text))}


def _lint(data: Any, known: Known) -> Iterator[Finding]:
    """What does not fit together in plain data that need not be valid."""
    trigger = data.get("trigger") if isinstance(data, dict) else None
    if not isinstance(trigger, dict):
        return
    flow = trigger.get("flow")
    if isinstance(flow, str) and known.flows is not None and flow not in known.flows:
        hint = did_you_mean(flow, known.flows)
        yield Finding(("trigger", "flow"), "unknown-flow", f"there is no survey '{flow}'", hint)
    channels = trigger.get("channels")
    for n, name in enumerate(channels if isinstance(channels, list) else ()):
        if known.channels is not None and str(name) not in known.channels:
            hint = did_you_mean(str(name), known.channels)
            yield Finding(("trigger", "channels", n), "unknown-channel", f"the settings have no channel '{name}'", hint)
    variables = trigger.get("variables")
    given = variables if isinstance(variables, dict) else {}
    yield from _placeholders(given)
    if isinstance(flow, str) and known.flows and flow in known.flows:
        yield from _fitting(known.flows[flow], given, known.given)


def _placeholders(given: Mapping[str, Any]) -> Iterator[Finding]:
    for name, text in given.items():
        for rest in leftovers(text) if isinstance(text, str) else ():
            hint = "only {{ name }} is possible: lower-case letters, digits and _"
            yield Finding(("trigger", "variables", name), "bad-placeholder", f"'{rest}' is no placeholder", hint)


def _fitting(flow: Flow, given: Mapping[str, Any], settings: frozenset[str]) -> Iterator[Finding]:
    """What the survey's variables lack, and what it does not know."""
    for name in given:
        if name not in flow.variables:
            message, hint = f"the survey '{flow.id}' has no variable '{name}'", did_you_mean(name, flow.variables)
            yield Finding(("trigger", "variables", name), "unknown-variable", message, hint, at_key=True)
    for name, variable in flow.variables.items():
        if variable.value(flow.languages[0]) is None and name not in BY_ITSELF | settings | given.keys():
            message = f"the survey needs '{name}', which is neither here nor in the settings"
            hint = f"write `variables: {{{name}: …}}`, unless every contact has an attribute of that name"
            yield Finding(("trigger", "flow"), "missing-variable", message, hint, "warning")
