"""Which step comes next: conditions as data, never code."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import Struct
from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from flows.answers import Answer
from flows.texts import Frozen, or_word

END = "end"
StepId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
Segment = Literal["promoter", "passive", "detractor"]


class Facts(Struct, frozen=True):
    """What a condition may look at. `answers` by step id, in the order in which they were given."""

    answers: dict[str, Answer] = {}
    language: str = ""
    channel: str = ""  # the name of an entry under `channels:` in the settings
    attributes: Mapping[str, str] = {}

    @property
    def segment(self) -> str:
        """The segment of the latest answer that has one."""
        for answer in reversed(self.answers.values()):
            if answer.segment:
                return answer.segment
        return ""


def _several(value: object) -> object:
    if value == []:
        raise PydanticCustomError("empty_list", "an empty list never holds; name at least one value")
    return tuple(value) if isinstance(value, list) else (value,)


def _one_or_more(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "array", "items": schema, "minItems": 1}]}


Segments = Annotated[
    tuple[Segment, ...],
    BeforeValidator(_several),
    WithJsonSchema(_one_or_more({"enum": ["promoter", "passive", "detractor"]})),
]
Values = Annotated[
    tuple[str, ...],
    BeforeValidator(_several),
    WithJsonSchema(_one_or_more({"type": ["string", "integer"]})),
]


class When(Frozen):
    """All that is given must hold; of several values, one is enough. A plain word is a segment."""

    segment: Segments = ()
    """promoter, passive or detractor: the segment of the latest score."""
    answer: dict[str, Values] = Field(default_factory=dict)
    """Answers by step: `{score: [9, 10], solved: "no"}`."""
    language: Values = ()
    """The language of the conversation."""
    channel: Values = ()
    """The name of a channel in the settings."""
    attribute: dict[str, Values] = Field(default_factory=dict)
    """Attributes of the contact, and values handed over with the invitation."""

    def holds(self, facts: Facts) -> bool:
        """Whether the facts meet this condition."""
        return (
            (not self.segment or facts.segment in self.segment)
            and (not self.language or facts.language in self.language)
            and (not self.channel or facts.channel in self.channel)
            # an empty `all` costs more than the rest together
            and (not self.answer or all(_text(facts.answers.get(step)) in v for step, v in self.answer.items()))
            and (not self.attribute or all(facts.attributes.get(name) in v for name, v in self.attribute.items()))
        )


def _text(answer: Answer | None) -> str | None:
    return answer.text if answer else None


def _shorthand(value: object) -> object:
    return {"segment": value} if isinstance(value, str) else value


class Route(Frozen):
    """Where to go, and when. Without `when`: always."""

    to: str
    """A step's id, or `end`."""
    when: Annotated[When | None, BeforeValidator(_shorthand), or_word("a segment")] = None
    """The condition; a plain word such as `detractor` is a segment."""

    def taken(self, facts: Facts) -> bool:
        """Whether the conversation goes this way."""
        return self.when is None or self.when.holds(facts)
