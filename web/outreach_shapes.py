"""What the API takes and gives about asking: decisions of the ledger, campaigns and their waves."""

from typing import Annotated, Any

from msgspec import Meta, Struct


class LedgerEntry(Struct, frozen=True):
    """One decision: somebody who might have been asked, and what became of that."""

    id: str
    at: Annotated[str, Meta(description="When it came up, or when the person's turn was: ISO 8601, UTC.")]
    source: Annotated[str, Meta(description="trigger | campaign")]
    name: Annotated[str, Meta(description="The trigger or the campaign.")]
    wave: Annotated[int, Meta(description="Of the campaign, counted from 1; 0 for triggers.")]
    happening: Annotated[str, Meta(description="The event that a trigger asked about.")]
    contact: str
    flow: str
    kind: Annotated[str, Meta(description="transactional | relationship")]
    cell: str
    outcome: Annotated[str, Meta(description="pending | deferred | asked | not_asked")]
    rule: Annotated[str, Meta(description="Which rule decided; empty while nobody has.")]
    inputs: Annotated[dict[str, Any], Meta(description="What the rule looked at.")]
    because: Annotated[str, Meta(description="The same in a sentence.")]
    until: Annotated[str | None, Meta(description="When it is decided again, while it is pending or deferred.")]
    not_after: Annotated[str, Meta(description="Until when asking makes sense.")]
    decided_at: str | None
    tries: int
    session: Annotated[str, Meta(description="The survey that it led to.")]
    basis_event: Annotated[str, Meta(description="The consent event that it stands on.")]
    ended: Annotated[str, Meta(description="How the survey ended; empty while it runs, or if there is none.")]
    message: Annotated[str, Meta(description="State of its first message.")]
    error: str


class LedgerPage(Struct, frozen=True):
    """Decisions in the order in which they came up."""

    decisions: list[LedgerEntry]
    next: Annotated[str | None, Meta(description="Pass as `after` for the next page; null at the end.")]


class CampaignWave(Struct, frozen=True):
    """One wave of a campaign and how it stands."""

    n: int
    state: Annotated[str, Meta(description="planned | planning | asking | done | cancelled")]
    first_day: Annotated[str, Meta(description="In the campaign's time zone.")]
    last_day: str
    starts_at: str
    ends_at: str
    looked_at: Annotated[int, Meta(description="Contacts that were looked at.")]
    members: Annotated[int, Meta(description="Who of them is in the wave.")]
    waiting: Annotated[int, Meta(description="Of the members: not decided yet.")]
    asked: int
    not_asked: Annotated[dict[str, int], Meta(description="By the rule that decided.")]
    messages: Annotated[dict[str, int], Meta(description="First messages by their state.")]
    answered: Annotated[int, Meta(description="Who gave a score.")]
    ready_at: Annotated[str | None, Meta(description="When the last turn of those that wait comes.")]


class CampaignState(Struct, frozen=True):
    """A campaign as it was started, with its waves."""

    id: str
    title: str
    flow: str
    state: Annotated[str, Meta(description="running | paused | cancelled; its waves say when they are done")]
    revision: str
    changed_at: str
    changed_by: str
    waves: list[CampaignWave]


class CampaignPage(Struct, frozen=True):
    """All campaigns that were ever started."""

    campaigns: list[CampaignState]


class CampaignStart(Struct, frozen=True, forbid_unknown_fields=True):
    """Start a campaign, or let one go on with what its file says now: waves that have begun stay as they are."""

    source: Annotated[str, Meta(max_length=256_000, description="The campaign's YAML.")]
    file: Annotated[str, Meta(max_length=1000, description="What the source is called in problems.")] = "campaign"
    by: Annotated[str, Meta(max_length=200, description="Who does it; empty: the key's name.")] = ""


class CampaignAct(Struct, frozen=True, forbid_unknown_fields=True):
    """Pause a campaign, let it go on, or end it for good."""

    act: Annotated[str, Meta(pattern=r"^(pause|resume|cancel)$")]
    by: Annotated[str, Meta(max_length=200)] = ""


class CampaignCell(Struct, frozen=True):
    """A cell of a campaign that asks by precision."""

    cell: str
    score: Annotated[float | None, Meta(description="NPS so far; null without an answer.")]
    half_width: Annotated[float | None, Meta(description="Of its 95 % interval, in points.")]
    response_rate: Annotated[float, Meta(description="Expected, 0 to 1.")]
    needs: Annotated[int, Meta(description="Further messages until it is precise, as expected.")]
    state: Annotated[str, Meta(description="precise | open | too small")]


class CampaignPrecision(Struct, frozen=True):
    """What it takes until every cell is precise, beside asking everybody with the same chance."""

    planned: Annotated[int, Meta(description="Messages.")]
    uniform: Annotated[int, Meta(description="Messages by uniform sampling.")]
    cells: list[CampaignCell]


class CampaignForecast(Struct, frozen=True):
    """What a wave would come to if everybody were decided now. Nothing is sent and nothing written."""

    campaign: str
    wave: int
    first_day: str
    last_day: str
    looked_at: int
    members: int
    decided_on: Annotated[int, Meta(description="How many members were decided about, drawn by chance.")]
    asked: int
    deferred: dict[str, int]
    not_asked: dict[str, int]
    channels: dict[str, int]
    days: dict[str, int]
    cells: dict[str, int]
    segments: Annotated[int, Meta(description="SMS parts of the first messages.")]
    cost: Annotated[str, Meta(description="From the cheapest to the dearest price; empty without prices or SMS.")]
    precision: Annotated[CampaignPrecision | None, Meta(description="Of campaigns that ask by precision.")] = None
