"""What the API tells about reports, as types."""

from typing import Annotated

from msgspec import Meta, Struct

from web.flow_shapes import FlowProblem


class ReportRun(Struct, frozen=True):
    """One report, or alert, to one receiver."""

    kind: Annotated[str, Meta(description="report | fall | rise | test (to whoever asked for it)")]
    first_day: str
    last_day: str
    receiver: Annotated[str, Meta(description="`channel:chat`, `mailto:…` or `folder:…`")]
    due_at: str
    begun_at: str
    state: Annotated[
        str,
        Meta(
            description="queued | leased | sending | sent | failed | unknown (may have arrived), or that of a message."
        ),
    ]
    error: str
    settled_at: str | None


class ReportState(Struct, frozen=True):
    """A report: what is scheduled, and its latest runs."""

    id: str
    title: str
    every: Annotated[str, Meta(description="day | week | month | wave")]
    on: Annotated[str, Meta(description='The weekday, or the day of the month; "" for the first.')]
    at: Annotated[str, Meta(description="The time of day, on the clocks of `zone`.")]
    campaign: Annotated[str, Meta(description='Whose waves, "" for none.')]
    zone: str
    language: str
    filters: dict[str, str]
    receivers: list[str]
    alerts: list[str]
    next: Annotated[str | None, Meta(description="Null: nobody knows yet, as of a campaign without a wave to come.")]
    runs: Annotated[list[ReportRun], Meta(description="The latest first.")]


class ReportPage(Struct, frozen=True):
    """All reports, and what is wrong with their files."""

    reports: list[ReportState]
    problems: list[FlowProblem]


class ReportLetter(Struct, frozen=True):
    """What a report says. It is told anew each time, so that one that was sent may say more by now."""

    id: str
    first_day: str
    last_day: str
    due_at: Annotated[str, Meta(description="When these days are, or were, reported.")]
    sent: Annotated[bool, Meta(description="False: it is a preview.")]
    title: str
    text: str


class ReportSend(Struct, frozen=True, forbid_unknown_fields=True):
    """Send the latest period now to whoever has not got it; with `again` to everybody once more."""

    again: bool = False


class ReportBegun(Struct, frozen=True):
    """What was begun."""

    id: str
    first_day: str
    last_day: str
    begun: int
    known: Annotated[int, Meta(description="Receivers who have got it before, or are about to.")]
