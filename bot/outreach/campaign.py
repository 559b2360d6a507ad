"""A campaign as an admin writes it in YAML: whom to ask what, in which waves, and how many. Durations are ms."""

from collections.abc import Collection
from datetime import date
from functools import cache
from typing import Annotated, Literal
from zoneinfo import available_timezones

from msgspec import Struct
from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from bot.contacts import Contact
from bot.durations import Duration
from flows import source
from flows.described import described
from flows.problems import Finding, Problem, did_you_mean
from flows.revision import revision
from flows.routing import Values
from flows.schema import Schema, tidy
from flows.shaped import failed, ordered, shaped
from flows.texts import Frozen

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,40}$")]
_PERCENT = 100


def _zone(value: str) -> str:
    if value and value not in available_timezones():
        why = f"there is no time zone {value!r}; write it like Europe/Berlin"
        raise PydanticCustomError("zone", "{why}", {"why": why})
    return value


def _share(value: object) -> object:
    """`25%` as 0.25."""
    text = str(value).strip()
    number = text.removesuffix("%").strip()
    if text.endswith("%") and number.replace(".", "", 1).isdecimal() and 0 < float(number) <= _PERCENT:
        return float(number) / _PERCENT
    raise PydanticCustomError("share", "{why}", {"why": f"{text!r} is no share; write it like 25%"})


_SHARE = {"type": "string", "pattern": r"^\d+(\.\d+)?%$", "examples": ["25%"]}
Share = Annotated[float, BeforeValidator(_share), WithJsonSchema(_SHARE)]


class Audience(Frozen):
    """Who is meant. All that is given must hold; of several values, one is enough."""

    attribute: dict[str, Values] = Field(default_factory=dict)
    """Attributes of the contact: brand, region, segment, agent and whatever was imported."""
    language: Values = ()
    """The contact's language."""
    country: Values = ()
    """The contact's country, two letters."""
    revenue_from: int | None = None
    """At least this much a year."""

    def holds(self, contact: Contact) -> bool:
        """Whether the contact is meant."""
        known = contact.known()
        return (
            (not self.language or contact.language.partition("-")[0] in self.language)
            and (not self.country or contact.country in self.country)
            and (self.revenue_from is None or (contact.revenue or 0) >= self.revenue_from)
            and all(known.get(name, "") in values for name, values in self.attribute.items())
        )


class Quota(Frozen):
    """No more than so many of each cell in a wave."""

    by: tuple[str, ...] = Field(min_length=1)
    """The attributes whose values make a cell."""
    most: int = Field(ge=1)
    """How many of each cell are asked."""


class Precision(Frozen):
    """How well each cell's score is to be known; who is asked follows from it (`docs/why/ask-budget.md`)."""

    by: tuple[str, ...] = Field(min_length=1)
    """The attributes whose values make a cell."""
    within: float = Field(10, gt=0, le=100)
    """Half of the interval that is precise enough, in points."""
    messages: int = Field(ge=1)
    """How many people a wave may ask in all."""


class Waves(Frozen):
    """When. Without `every` there is one wave."""

    starts: date
    """The first day of the first wave."""
    days: int = Field(10, ge=1, le=92)
    """Over how many days a wave is spread evenly, days on which nobody may be asked among them."""
    every: Literal["week", "month", "quarter", "half-year", "year"] | None = None
    """How often a wave begins."""
    count: int | None = Field(None, ge=1, le=100)
    """After how many waves it ends."""


class Campaign(Frozen):
    """One campaign."""

    id: Name
    """What it is called in commands and reports."""
    title: str = Field("", max_length=200)
    """What people call it."""
    flow: str
    """The survey."""
    audience: Audience = Audience()
    """Whom to ask; without it, every contact."""
    sample: Share | None = None
    """Only this share of them, others in each wave."""
    rotate: int = Field(1, ge=1, le=52)
    """In how many groups the audience takes turns: with 4, a quarterly wave asks each person once a year."""
    quota: Quota | None = None
    """How many of each cell at most."""
    precision: Precision | None = None
    """Ask where another answer makes a cell's score more precise, and stop where it is precise enough."""
    most: int | None = Field(None, ge=1)
    """How many people at most in a wave."""
    daily: int | None = Field(None, ge=1)
    """How many people at most on one day."""
    waves: Waves
    """When it asks."""
    channels: tuple[str, ...] = ()
    """Where to ask, first choice first; without it, what each contact's own order says."""
    meaningful_for: Duration | None = None
    """How long after somebody's turn asking still makes sense; without it until the wave ends."""
    variables: dict[str, str] = Field(default_factory=dict)
    """Values for the survey's placeholders, the same for everybody."""
    zone: Annotated[str, AfterValidator(_zone)] = ""
    """The time zone in which its days are counted; without it the operator's."""

    @model_validator(mode="after")
    def _one_of_both(self) -> "Campaign":
        if self.quota and self.precision:
            raise PydanticCustomError(
                "both", "`quota` and `precision` both say how many of each cell; take one of them"
            )
        return self

    @model_validator(mode="after")
    def _in_days(self) -> "Campaign":
        if self.waves.every == "week" and self.waves.days > 7:
            why = "a wave of {days} days would run into the next week's"
            raise PydanticCustomError("overlap", why, {"days": self.waves.days})
        return self


class CampaignFile(Frozen):
    """One YAML file in `campaigns/`."""

    format: Literal[1]
    """The version of this language."""
    campaign: Campaign
    """The campaign."""


class Checked(Struct, frozen=True):
    """A checked file: its campaign unless it has errors, the hash that names its content, and all problems."""

    campaign: Campaign | None
    revision: str
    problems: tuple[Problem, ...]


def check(
    text: str | bytes, file: str, flows: Collection[str] = frozenset(), channels: Collection[str] = frozenset()
) -> Checked:
    """Read a campaign and find everything wrong with it; `flows` and `channels` are those there are, if known."""
    document = source.read(text, file)
    content, problems = shaped(document, CampaignFile)
    if content:
        problems += map(document.problem, _unknown(content.campaign, flows, channels))
    campaign = content.campaign if content and not failed(problems) else None
    return Checked(campaign, revision(document.data), ordered(problems))


@cache
def json_schema() -> Schema:
    """JSON Schema 2020-12 of a campaign, for editors."""
    schema: Schema = tidy(described(CampaignFile))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Echolot campaign"}


def _unknown(campaign: Campaign, flows: Collection[str], channels: Collection[str]) -> list[Finding]:
    found = []
    if flows and campaign.flow not in flows:
        message = f"there is no survey '{campaign.flow}'"
        found.append(Finding(("campaign", "flow"), "unknown-flow", message, did_you_mean(campaign.flow, flows)))
    for n, name in enumerate(campaign.channels):
        if channels and name not in channels:
            message = f"the settings have no channel '{name}'"
            found.append(Finding(("campaign", "channels", n), "unknown-channel", message, did_you_mean(name, channels)))
    return found
