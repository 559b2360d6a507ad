"""What the API tells about reports, as types."""

from typing import Annotated

from msgspec import Meta, Struct


class ReportRun(Struct, frozen=True):
    """One report, or alert, to one receiver."""

    kind: Annotated[str, Meta(description="report | fall | rise")]
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
    every: str
    zone: str
    language: str
    filters: dict[str, str]
    receivers: list[str]
    alerts: list[str]
    next: Annotated[str | None, Meta(description="Null: nobody knows yet, as of a campaign without a wave to come.")]
    runs: Annotated[list[ReportRun], Meta(description="The latest first.")]


class ReportPage(Struct, frozen=True):
    """All reports."""

    reports: list[ReportState]


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
