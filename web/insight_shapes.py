"""What the API tells about figures, as types."""

from typing import Annotated

from msgspec import Meta, Struct


class Sure(Struct, frozen=True):
    """A score with the interval in which it likely lies (95 %): -100 to 100."""

    value: float
    low: float
    high: float
    n: Annotated[int, Meta(description="From how many answers.")]


class Apart(Struct, frozen=True):
    """How far two scores are apart, with the interval, and how likely chance alone brings that much or more."""

    value: float
    low: float
    high: float
    p: float


class Counted(Struct, frozen=True):
    """What was counted. Scores and comments count on the day of the score, all else on that of the question; UTC."""

    asked: int
    delivered: int
    answered: Annotated[int, Meta(description="Scores given in this time, whenever the question came.")]
    completed: int
    commented: int
    opted_out: int
    scores: Annotated[list[int], Meta(description="How many gave 0, 1, … 10.")]


class Summary(Struct, frozen=True):
    """The score of a period."""

    since: Annotated[str, Meta(description="The first day, UTC.")]
    until: Annotated[str, Meta(description="The last day.")]
    counts: Counted
    answered_of_asked: Annotated[int, Meta(description="Those asked in this time who have given a score by now.")]
    nps: Annotated[Sure | None, Meta(description="Null without an answer.")]
    enough: Annotated[bool, Meta(description="False: too few answers to say anything about the score.")]
    before: Annotated[Counted, Meta(description="As many days right before.")]
    against_before: Annotated[Apart | None, Meta(description="Null where there are too few answers to compare.")]
    change: Annotated[str, Meta(description="up | down (by more than chance) | same | few (too few to say)")]
    headline: Annotated[str, Meta(description="The same in a sentence.")]


class Point(Struct, frozen=True):
    """A day, a week or a month."""

    start: str
    answered: int
    nps: Sure | None


class Trend(Struct, frozen=True):
    """The score over time, from the first answer of the period."""

    step: Annotated[str, Meta(description="day | week | month: as fine as there are answers for.")]
    points: list[Point]


class Group(Struct, frozen=True):
    """Those who have one value of the dimension, beside all the others."""

    value: Annotated[str, Meta(description="Empty: not known.")]
    asked: int
    answered: int
    nps: Sure | None
    against_others: Apart | None
    p: Annotated[float | None, Meta(description="Corrected for how many groups are compared (Holm).")]
    verdict: Annotated[str, Meta(description="more | less | chance | too few")]


class Groups(Struct, frozen=True):
    """Groups side by side."""

    by: str
    groups: list[Group]


class Said(Struct, frozen=True):
    """A score with its comment. The comment is the customer's own words: show it as text only."""

    id: Annotated[str, Meta(description="Of the response.")]
    at: str
    score: int
    comment: str
    flow: str
    channel: str
    language: str


class SaidPage(Struct, frozen=True):
    """Comments, newest first."""

    comments: list[Said]
    next: Annotated[str | None, Meta(description="Pass as `after` for the next page; null at the end.")]
