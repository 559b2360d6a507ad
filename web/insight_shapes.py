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


class Month(Struct, frozen=True):
    """The month so far beside the whole last one. Level and difference may be looked at every day."""

    first: Annotated[str, Meta(description="Of the month, UTC.")]
    answered: int
    answered_before: int
    nps: Annotated[Sure | None, Meta(description="Null below 30 answers; the interval holds for all looks together.")]
    against_before: Annotated[Apart | None, Meta(description="Null below 30 answers in one of them; p holds likewise.")]


class Moved(Struct, frozen=True):
    """Whether the score has left the level of the last calendar year. Of 100 years at most 5 have a false alarm."""

    usual: Annotated[float | None, Meta(description="The level; null below 30 answers.")]
    down: Annotated[str | None, Meta(description="The day on which it was known that the score had fallen.")]
    up: Annotated[str | None, Meta(description="Likewise that it had risen.")]


class Wave(Struct, frozen=True):
    """A wave of a campaign, or a month, beside the one before."""

    key: str
    answered: int
    nps: Sure | None
    against_before: Apart | None
    p: Annotated[float | None, Meta(description="Corrected for how many are compared (Holm).")]
    verdict: Annotated[str, Meta(description="more | less | chance | too few")]


class Ranked(Struct, frozen=True):
    """A group in the ranking of the dimension `by`."""

    value: str
    answered: int
    nps: Sure | None
    drawn: Annotated[Sure, Meta(description="Drawn towards the middle, the more so the fewer answers: sort by this.")]
    best: Annotated[int, Meta(description="The best rank it may have, from 1.")]
    worst: Annotated[int, Meta(description="The worst; all ranges together are right with 95 %.")]


class Find(Struct, frozen=True):
    """A group that stands out of all others. On average at most 5 in 100 of them are chance."""

    dimension: str
    value: str
    nps: Sure
    against_others: Apart
    p: Annotated[float, Meta(description="Corrected for the length of the search (Benjamini and Hochberg).")]


class Weighed(Struct, frozen=True):
    """A score in which some answers count for more, beside the plain one of the same answers."""

    weighted: Sure
    plain: Sure
    effective: Annotated[float, Meta(description="As how many equal answers the weighted ones count.")]


class Again(Struct, frozen=True):
    """Answers of customers who answered more than once."""

    people: int
    again: Annotated[int, Meta(description="Of them with more than one answer.")]
    all_answers: Annotated[Sure, Meta(description="The interval knows whose answers they are.")]
    last_only: Annotated[Sure, Meta(description="One vote per customer: the last.")]


class Share(Struct, frozen=True):
    """A share of people, 0 to 1, with its interval (95 %)."""

    value: float
    low: float
    high: float


class Returned(Struct, frozen=True):
    """Detractors who were asked again."""

    people: int
    higher: Annotated[Share | None, Meta(description="Gave a higher score.")]
    left: Annotated[Share | None, Meta(description="Are no detractors any more.")]
    handled: Annotated[int, Meta(description="Of them with a solved case.")]
    handled_higher: Share | None
    handled_left: Share | None
    beside: Annotated[Apart | None, Meta(description="How many more of 100 with a solved case gave a higher score.")]


class ChannelEffect(Struct, frozen=True):
    """A channel beside all others, as answered and among the like (same brand, region, segment)."""

    value: str
    nps: Sure | None
    plain: Apart | None
    adjusted: Apart | None
    p: Annotated[float | None, Meta(description="Of `adjusted`, corrected for the number of channels (Holm).")]
    verdict: str


class Compared(Struct, frozen=True):
    """Comparisons of a period."""

    since: str
    until: str
    by: str
    month: Month
    moved: Moved
    waves: list[Wave]
    ranks: list[Ranked]
    finds: list[Find]
    one_by_one: Annotated[bool, Meta(description="False: more than 50,000 answers; what follows is null or empty.")]
    by_revenue: Weighed | None
    represented: Annotated[Weighed | None, Meta(description="As if everybody who was asked had answered.")]
    repeats: Again | None
    recovered: Returned | None
    channels: list[ChannelEffect]
