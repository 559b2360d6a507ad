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
    test: Annotated[
        bool, Meta(description="Only try the survey out: the first message says so, and no answer ever counts.")
    ] = False
    source: Annotated[
        str,
        Meta(
            max_length=300_000,
            description="With `test`: the survey's YAML, which need not be published. Takes the scope `author`, too.",
        ),
    ] = ""


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
    variant: Annotated[str, Meta(description="Of the survey's revision; empty where it has none.")]
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


class CaseSummary(Struct, frozen=True):
    """A case in a list."""

    id: str
    code: Annotated[str, Meta(description="Four characters that people call it by.")]
    desk: str
    phase: Annotated[str, Meta(description="open | claimed | waiting | resolved | confirmed")]
    priority: Annotated[str, Meta(description="low | normal | high | urgent")]
    owner: Annotated[str, Meta(description="The agent's name in the settings, or `channel:id`; empty: nobody.")]
    channel: Annotated[str, Meta(description="The customer's.")]
    language: str
    score: int | None
    score_after: Annotated[int | None, Meta(description="After it was resolved, where the desk asks again.")]
    cause: str
    opened_at: Annotated[str, Meta(description="ISO 8601, UTC, as all times here.")]
    due_at: Annotated[str | None, Meta(description="First response; null once it was given, or while clocks stand.")]
    responded_at: str | None
    resolved_at: str | None
    confirmed_at: str | None
    version: Annotated[int, Meta(description="Grows with every change of the case.")]
    test: Annotated[bool, Meta(description="Somebody only tries the survey out; there is no real customer.")] = False


class CasePage(Struct, frozen=True):
    """The latest cases, newest first."""

    cases: list[CaseSummary]


class CaseFact(Struct, frozen=True):
    """A fact on a case's card, in its desk's language."""

    label: str
    value: str


class Choice(Struct, frozen=True):
    """A button: send `value` as `press`."""

    value: str
    label: str


class CaseCard(Struct, frozen=True):
    """A case at a glance. Everything but the labels may hold the customer's words: show it as text only."""

    title: str
    colour: Annotated[str, Meta(description="red | amber | green | grey")]
    quote: Annotated[str, Meta(description="The reason that the customer gave.")]
    facts: list[CaseFact]
    choices: list[Choice]


class CaseEntry(Struct, frozen=True):
    """Something that happened."""

    at: str
    kind: Annotated[
        str,
        Meta(
            description="customer | agent | bot | note (the customer does not see it) | event | failed | "
            "held (was never sent) | answer (of the bot to the login in `by` alone)"
        ),
    ]
    by: str
    text: str
    delivery: Annotated[str, Meta(description="What became of the message: a state as InvitationState has it.")] = ""
    code: str = ""
    error: str = ""
    files: Annotated[int, Meta(description="How many files came with it.")] = 0


class CasePrompt(Struct, frozen=True):
    """Something that waits for a choice."""

    kind: Annotated[
        str,
        Meta(
            description="held (a message that was not sent yet) | cause (of what is being resolved) | "
            "action (what was done; words may be typed as well) | failed (a message that did not arrive)"
        ),
    ]
    agent: Annotated[str, Meta(description="Who is asked: the agent's name in the settings; empty: the owner.")]
    by: str
    text: Annotated[str, Meta(description="The message that it is about.")]
    why: str
    choices: list[Choice]


class CaseDetail(Struct, frozen=True):
    """All of a case."""

    case: CaseSummary
    card: CaseCard
    owner_name: str
    entries: Annotated[list[CaseEntry], Meta(description="What has happened, oldest first.")]
    prompts: list[CasePrompt]


class CaseAct(Struct, frozen=True, forbid_unknown_fields=True):
    """What an agent does: either writes `text`, or presses a button.

    Texts are read as in every place of a desk: only the owner's plain words reach the customer; `note: …` and
    `!claim`, `!resolve CAUSE …` work as well.
    """

    login: Annotated[
        str,
        Meta(
            pattern=r"^[^\s:#/]{1,80}\Z",
            description="Who acts: what `web` says in the settings under `agents`, a word.",
        ),
    ]
    text: Annotated[str, Meta(max_length=10_000)] = ""
    press: Annotated[str, Meta(max_length=200, description="`value` of a button, like `claim`.")] = ""
    name: Annotated[str, Meta(max_length=80, description="How the person is called, if the settings do not say.")] = ""
    key: Annotated[str, Meta(max_length=200, description="Instead of the header `Idempotency-Key`.")] = ""


class CaseActed(Struct, frozen=True):
    """An act that has been stored. What came of it is in the case."""

    case: str
    key: Annotated[str, Meta(description="The same key again has no effect.")]


def response(row: Mapping[str, Any]) -> Response:
    """A row of bot.ports.Reading.responses as the outside sees it."""
    answers = [Given(**{**answer, "at": iso(answer["at"])}) for answer in row["answers"]]
    names = ("flow", "revision", "variant", "channel", "language", "score", "segment", "comment", "outcome")
    return Response(id=row["session"], at=iso(row["at"]), answers=answers, **{name: row[name] for name in names})


def iso(at: int) -> str:
    """Epoch milliseconds as ISO 8601 in UTC, with milliseconds."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
