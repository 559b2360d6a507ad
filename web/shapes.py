"""What the API takes and gives, as types; the OpenAPI document and the export are made from the same ones."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from msgspec import Meta, Struct


class Invitation(Struct, frozen=True, forbid_unknown_fields=True):
    """Start one survey with one person now."""

    flow: Annotated[str, Meta(min_length=1, max_length=100, description="The survey's id.")]
    to: Annotated[
        str,
        Meta(
            min_length=2,
            max_length=300,
            description="`channel:address`, like `sms:+4915112345678`; `telegram:` alone makes a link to hand out.",
        ),
    ]
    language: Annotated[str, Meta(max_length=20, description="Empty: the person's, else the survey's first.")] = ""
    variables: Annotated[dict[str, str], Meta(max_length=100)] = {}


class Invited(Struct, frozen=True, omit_defaults=True):
    """An invitation that has been stored and will be sent."""

    id: Annotated[str, Meta(description="Ask `/api/v1/invitations/{id}` what became of it.")]
    link: Annotated[
        str,
        Meta(description="For somebody whom a bot cannot write to first: whoever opens it first is asked. Else empty."),
    ] = ""


class InvitationState(Struct, frozen=True):
    """What became of an invitation's first message."""

    id: str
    state: Annotated[
        str,
        Meta(
            description="accepted | queued | sending | reconciling | sent | delivered | undelivered | read | "
            "failed | expired | cancelled | unknown; of a link: offered | used | expired"
        ),
    ]
    code: Annotated[str, Meta(description="The provider's error code.")] = ""
    error: str = ""


class Given(Struct, frozen=True):
    """One answer of a response."""

    question: str
    type: str
    value: int | None
    text: str
    segment: str
    comment: str
    at: str
    corrections: int


class Response(Struct, frozen=True):
    """What one person answered in one survey."""

    id: str
    at: Annotated[str, Meta(description="When the score was given: ISO 8601, UTC.")]
    flow: str
    revision: str
    channel: str
    language: str
    score: int | None
    segment: Annotated[str, Meta(description="promoter | passive | detractor, or empty.")]
    comment: str
    outcome: Annotated[str, Meta(description="Empty while the survey runs.")]
    answers: list[Given]


class Page(Struct, frozen=True):
    """Responses in the order in which the surveys began."""

    responses: list[Response]
    next: Annotated[str | None, Meta(description="Pass as `after` for the next page; null at the end.")]


def response(row: Mapping[str, Any]) -> Response:
    """A row of bot.ports.Reading.responses as the outside sees it."""
    answers = [Given(**{**answer, "at": iso(answer["at"])}) for answer in row["answers"]]
    names = ("flow", "revision", "channel", "language", "score", "segment", "comment", "outcome")
    return Response(id=row["session"], at=iso(row["at"]), answers=answers, **{name: row[name] for name in names})


def iso(at: int) -> str:
    """Epoch milliseconds as ISO 8601 in UTC, with milliseconds."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
