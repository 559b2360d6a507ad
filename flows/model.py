"""A flow: what an admin writes in YAML, as frozen data. Durations are milliseconds."""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, PrivateAttr, model_validator

from flows import phrases, variants
from flows.durations import Duration
from flows.problems import did_you_mean
from flows.questions import Question
from flows.routing import END, Facts, Route, Segment, When
from flows.steps import MAX_STEPS, Action, Escalate, Step, Variant
from flows.templates import NAME, fill
from flows.texts import Frozen, Text

__all__ = [
    "END", "Action", "Escalate", "Facts", "Flow", "Patience", "Question", "Route", "Segment", "Step", "Text",
    "Variable", "VariableError", "Variant", "When",
]  # fmt: skip

MAX_LANGUAGES = 40
MAX_VARIANTS = 10
REMINDER = 86_400_000  # ms after the question, if a flow says nothing else
MAX_VALUE = 200  # characters of one variable's value
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")]
VariantName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")]


class VariableError(ValueError):
    """Values for a flow's variables do not fit; says which and why, without the values."""


class Patience(Frozen):
    """How long the bot waits and how often it asks again."""

    reminders: tuple[Duration, ...] = (REMINDER,)
    """When to remind, counted from the question; none: `[]`."""
    expires: Duration = 259_200_000
    """When a question without an answer ends the survey, counted from the question."""
    reask: Annotated[int, Field(ge=0, le=5)] = 2
    """How often a question is put again after replies that were not understood."""
    correct: Duration = 1_800_000
    """How long an answer may be corrected ("sorry, meant 9")."""
    late: Duration = 604_800_000
    """How long after its end the survey still takes an answer."""

    @model_validator(mode="before")
    @classmethod
    def _no_reminder_after_the_end(cls, data: object) -> object:
        """Who only shortens `expires` has not asked for the standard reminder behind it."""
        if isinstance(data, dict) and "reminders" not in data and "expires" in data:
            try:
                short = cls(reminders=(), expires=data["expires"]).expires <= REMINDER
            except ValueError:
                return data  # what is wrong with it is told anyway
            return {**data, "reminders": ()} if short else data
        return data


def _also_plain(schema: dict[str, Any]) -> None:
    full = dict(schema)
    schema.clear()
    schema["anyOf"] = [{"type": "string", "description": "The default."}, {"type": "null"}, full]


class Variable(Frozen):
    """A name that texts may mention. Without `default`, every invitation must bring a value."""

    model_config = ConfigDict(json_schema_extra=_also_plain)

    default: Text | None = None
    """Used where an invitation brings no value."""
    optional: bool = False
    """Without default and value, the placeholder vanishes together with the space before it."""
    about: str = ""
    """What it is, for the people who fill it in."""

    @model_validator(mode="before")
    @classmethod
    def _shorthand(cls, data: object) -> object:
        return {"default": data} if isinstance(data, str) else {} if data is None else data

    def value(self, language: str) -> str | None:
        """The value without any from outside; None if one is needed."""
        if self.default:
            return self.default.of(language)
        return "" if self.optional else None


class Flow(Frozen):
    """A whole survey. `revision` is the hash of its content: a running session stays on its revision."""

    format: Literal[1]
    """The version of this format: 1."""
    id: Id
    """The name of the flow, as in `run.py send --flow ID`."""
    title: str = ""
    """For the people who run it."""
    kind: Literal["transactional", "relationship"]
    """transactional follows an event, relationship repeats on a calendar."""
    languages: Annotated[tuple[Language, ...], Field(min_length=1, max_length=MAX_LANGUAGES)]
    """Every text must be there in each of these; the first is used where none fits."""
    patience: Patience = Patience()
    """How long to wait and how often to ask again."""
    variables: dict[Annotated[str, Field(pattern=rf"^{NAME}$")], Variable] = Field(default_factory=dict)
    """The names that texts may mention as `{{ name }}`."""
    phrases: dict[str, Text] = Field(default_factory=dict)
    """Own words in place of the standard phrases (`reask`, `stopped`, `help` …)."""
    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=MAX_STEPS)]
    """What happens, in order."""
    variants: dict[VariantName, Variant] = Field(default_factory=dict, max_length=MAX_VARIANTS)
    """Other forms of the survey by name, each for a share of the people. Who gets which depends on their order."""

    _revision: str = PrivateAttr("")
    _variant: str = PrivateAttr("")
    _wholes: dict[str, "Flow"] = PrivateAttr(default_factory=dict)

    def model_post_init(self, context: Any, /) -> None:
        """Take over the revision, which only the loader knows, and put the variants together."""
        self._revision = (context or {}).get("revision", "")
        for step in self.steps:
            if step.ask is not None:
                step.ask.adopt(self.phrases)
        self._wholes = {name: self._whole(name, variant.steps) for name, variant in self.variants.items()}

    def _whole(self, name: str, patch: tuple[Step, ...]) -> "Flow":
        places = variants.arranged([step.id for step in self.steps], [step.id for step in patch])
        steps = tuple((patch if new else self.steps)[index] for new, index in places)
        whole = Flow.model_construct(**{**dict(self), "steps": steps, "variants": {}})
        whole._revision, whole._variant = self._revision, name  # noqa: SLF001  # another of the same class
        return whole

    @property
    def revision(self) -> str:
        """Hash of the content; comments, formatting and the order of keys do not matter."""
        return self._revision

    @cached_property
    def name(self) -> str:
        """The variant that this flow is: `base` as written, "" where there are no variants."""
        return self._variant or (variants.BASE if self.variants else "")

    @property
    def shares(self) -> dict[str, int]:
        """Per cent of the people by variant, `base` first; empty without variants."""
        shares = {name: variant.share for name, variant in self.variants.items()}
        return {variants.BASE: 100 - sum(shares.values()), **shares} if shares else {}

    def variant(self, name: str) -> "Flow":
        """A variant as a whole flow with the same id and revision; the flow itself for its own name and "".

        Raises KeyError if there is none of this name.
        """
        if name == self.name or (name in ("", variants.BASE) and not self._variant):
            return self
        return self._others[name]

    @cached_property
    def _others(self) -> dict[str, "Flow"]:
        """`_wholes`, found without pydantic's detour: every turn of a variant asks."""
        return self._wholes

    def assigned(self, lane: str) -> str:
        """The variant for the person behind `lane`, the same one every time; "" without variants."""
        shares = {name: variant.share for name, variant in self.variants.items()}
        return variants.assigned(self.id, lane, shares) if shares else ""

    @property
    def first(self) -> Step:
        """Where a conversation begins."""
        return self.steps[0]

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {step.id: index for index, step in enumerate(self.steps)}

    @cached_property
    def questions(self) -> dict[str, Question]:
        """What is asked, by the step that asks it."""
        return {step.id: step.ask for step in self.steps if step.ask is not None}

    def step(self, step_id: str) -> Step:
        """The step with this id. Raises KeyError."""
        return self.steps[self._positions[step_id]]

    def after(self, step_id: str, facts: Facts) -> Step | None:
        """The step that follows, or None at the end."""
        position = self._positions[step_id]
        for route in self.steps[position].next:
            if route.taken(facts):
                return None if route.to == END else self.step(route.to)
        return self.steps[position + 1] if position + 1 < len(self.steps) else None

    def language(self, wanted: str) -> str:
        """The flow's language nearest to `wanted` (`de-AT` → `de`), else its first."""
        wanted = wanted.replace("_", "-").lower()
        for candidate in (wanted, wanted.partition("-")[0]):
            for language in self.languages:
                if candidate in (language.lower(), language.lower().partition("-")[0]):
                    return language
        return self.languages[0]

    def phrase(self, name: str, language: str) -> str:
        """A service text, the flow's own if it has one; placeholders are not filled. Raises KeyError."""
        own = self.phrases.get(name)
        return own.of(language) if own else phrases.phrase(name, language.partition("-")[0])

    def reask(self, step_id: str, language: str) -> str:
        """What to say if the reply to this step's question was not understood; variables are not filled."""
        question = self._question(step_id)
        if question.reask:
            return question.reask.of(language)
        specific = f"reask_{question.type}"
        overridden = specific not in self.phrases and "reask" in self.phrases
        name = "reask" if overridden or specific not in phrases.shipped() else specific
        return fill(self.phrase(name, language), self._hints(question, language))

    def reminder(self, step_id: str, language: str) -> str:
        """What to say if this step's question stays without a reply; variables are not filled."""
        question = self._question(step_id)
        if question.reminder:
            return question.reminder.of(language)
        return fill(self.phrase("reminder", language), self._hints(question, language))

    def resumed(self, step_id: str, language: str) -> str:
        """What to say when the bot takes up this step's question again; variables are not filled."""
        return fill(self.phrase("resumed", language), self._hints(self._question(step_id), language))

    def values(self, language: str, given: Mapping[str, str] | None = None) -> dict[str, str]:
        """A value for every variable. Raises VariableError that names all unknown, missing or long ones."""
        given = given or {}
        wrong = [
            f"'{name}' is not a variable of this flow"
            + (f" ({hint})" if (hint := did_you_mean(name, self.variables)) else "")
            for name in given
            if name not in self.variables
        ]
        wrong += [
            f"'{name}' is longer than {MAX_VALUE} characters" for name, value in given.items() if len(value) > MAX_VALUE
        ]
        values: dict[str, str] = {}
        for name, variable in self.variables.items():
            value = given[name] if name in given else variable.value(language)
            if value is None:
                wrong.append(f"'{name}' needs a value")
            else:
                values[name] = value
        if wrong:
            raise VariableError(f"flow '{self.id}': " + "; ".join(wrong))
        return values

    def _question(self, step_id: str) -> Question:
        question = self.questions.get(step_id)
        if question is None:
            raise KeyError(f"step '{step_id}' asks nothing")
        return question

    def _hints(self, question: Question, language: str) -> dict[str, str]:
        prompt = question.prompt(language)
        low, high = question.bounds or ("", "")
        options = ", ".join(option.label for option in prompt.options)
        return {"question": prompt.text, "low": str(low), "high": str(high), "options": options}
