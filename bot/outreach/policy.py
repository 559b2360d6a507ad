"""The rules of asking, as an operator sets them under `outreach:`. Durations are ms, moments epoch ms, UTC."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from msgspec import Struct, field
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from bot import hours
from bot.countries import COUNTRIES
from bot.durations import Duration
from bot.outreach.quiet import knows_holidays
from bot.zones import is_zone, zones_of_country
from flows.problems import Finding, did_you_mean

USUAL = "Mo-Sa 08:00-20:00; PH off"
"""When one may ask, unless an operator says otherwise (RELIABILITY C9)."""
KINDS = ("transactional", "relationship")
BASES = ("consent", "existing_customer", "contract", "other")
CASE_OPEN, SURVEY_RUNNING = "case_open", "survey_running"

_DAY = 86_400_000
_LAST = date(9000, 1, 1)

Kind = Literal["transactional", "relationship"]
Basis = Literal["consent", "existing_customer", "contract", "other"]
State = Literal["case_open", "survey_running"]


def _every_basis() -> dict[str, frozenset[str]]:
    return dict.fromkeys(KINDS, frozenset(BASES))


class Quarantine(Struct, frozen=True, kw_only=True):
    """People who are left alone for now: whoever has one of these values of each attribute. `until` 0 is for ever."""

    name: str
    attribute: Mapping[str, tuple[str, ...]]
    until: int = 0
    reason: str = ""


class Policy(Struct, frozen=True, kw_only=True):
    """What decides whether somebody may be asked now.

    `cool_down` is between any two surveys of one person, `cool_down_by_kind` between two of the same kind, and
    `cool_down_by_flow` before a survey of this flow, whatever the other two say. `zone` is the operator's own;
    `anywhere` are the zones of contacts of whom nothing tells where they are; `country` is whose public holidays count
    there, "" where they are not known. `bases` allow which kind of survey.
    """

    hours: str = USUAL
    country: str = "DE"
    zone: str = "Europe/Berlin"
    anywhere: tuple[str, ...] = ("Europe/Berlin",)
    cool_down: int = 90 * _DAY
    cool_down_by_kind: Mapping[str, int] = {}
    cool_down_by_flow: Mapping[str, int] = {}
    quarantines: tuple[Quarantine, ...] = ()
    never_while: frozenset[str] = frozenset((CASE_OPEN, SURVEY_RUNNING))
    bases: Mapping[str, frozenset[str]] = field(default_factory=_every_basis)
    meaningful_for: int = 3 * _DAY
    wait_for_case: int = _DAY
    """How long until it is looked again whether a case is still open or a survey still running."""

    @property
    def memory(self) -> int:
        """How far back it matters who was asked."""
        return max(self.cool_down, *self.cool_down_by_kind.values(), *self.cool_down_by_flow.values(), 0)


def _several(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else (value,)


def _zone(value: str) -> str:
    if value and not is_zone(value):
        every = {zone for zones in COUNTRIES.values() for zone in zones}
        near = did_you_mean(value, every)
        raise PydanticCustomError("zone", "unknown time zone{near}", {"near": f"; {near}" if near else ""})
    return value


def _country(value: str) -> str:
    if not zones_of_country(value):
        raise PydanticCustomError("country", "unknown country; write its two letters, like DE")
    return value


def _a_minute(value: int) -> int:
    if value < 60_000:
        raise PydanticCustomError("short", "must be at least 1m")
    return value


class Part(BaseModel):
    """A part of the settings; unknown names are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


class QuarantineSettings(Part):
    """People who are left alone: all conditions must hold; of several values, one is enough."""

    name: str = Field(min_length=1, max_length=60)
    attribute: dict[str, Annotated[tuple[str, ...], Field(min_length=1), BeforeValidator(_several)]] = Field(
        min_length=1
    )
    until: date | None = Field(None, le=_LAST)  # the last day
    reason: str = Field("", max_length=200)

    def made(self, zone: str) -> Quarantine:
        """The group as the rules know it; its last day is one in this zone."""
        until = 0
        if self.until:
            midnight = datetime.combine(self.until + timedelta(days=1), time(), ZoneInfo(zone))
            until = int(midnight.timestamp()) * 1000
        return Quarantine(name=self.name, attribute=self.attribute, until=until, reason=self.reason)


Long = Annotated[Duration, AfterValidator(_a_minute)]
Bases = Annotated[frozenset[Basis], BeforeValidator(_several)]


class OutreachSettings(Part):
    """Whom we ask of our own accord, and when: the section `outreach:`."""

    country: Annotated[str, AfterValidator(_country)] = "DE"
    zone: Annotated[str, AfterValidator(_zone)] = ""
    hours: str = Field(USUAL, min_length=1, max_length=500)  # after the country whose holidays it names
    cool_down: Duration = 90 * _DAY
    cool_down_by_kind: dict[Kind, Duration] = {}
    cool_down_by_flow: dict[str, Duration] = {}
    quarantine: tuple[QuarantineSettings, ...] = ()
    never_while: Annotated[frozenset[State], BeforeValidator(_several)] = frozenset(("case_open", "survey_running"))
    look_again: Long = _DAY
    basis: dict[Kind, Bases] = {}
    meaningful_for: Long = 3 * _DAY

    @field_validator("hours")
    @classmethod
    def _readable(cls, value: str, info: ValidationInfo) -> str:
        country = info.data.get("country", "DE")
        wrong = hours.problem(value, "UTC", country if knows_holidays(country) else "DE")
        if wrong:
            raise PydanticCustomError("hours", "{wrong}", {"wrong": wrong})
        return value

    @field_validator("quarantine")
    @classmethod
    def _told_apart(cls, value: tuple[QuarantineSettings, ...]) -> tuple[QuarantineSettings, ...]:
        names = [each.name for each in value]
        if twice := [name for name in names if names.count(name) > 1]:
            raise PydanticCustomError("twice", "the group {name} is there twice", {"name": repr(twice[0])})
        return value

    def policy(self) -> Policy:
        """The rules that follow from it. Without a zone, all of the country's count where nothing else is known."""
        zone = self.zone or COUNTRIES[self.country][0]
        return Policy(
            hours=self.hours,
            country=self.country if knows_holidays(self.country) else "",
            zone=zone,
            anywhere=(zone,) if self.zone else zones_of_country(self.country),
            cool_down=self.cool_down,
            cool_down_by_kind={kind: wait for kind, wait in self.cool_down_by_kind.items()},  # noqa: C416  # plain words
            cool_down_by_flow=self.cool_down_by_flow,
            quarantines=tuple(each.made(zone) for each in self.quarantine),
            never_while=frozenset(self.never_while),
            bases={**_every_basis(), **{kind: frozenset(bases) for kind, bases in self.basis.items()}},
            meaningful_for=self.meaningful_for,
            wait_for_case=self.look_again,
        )


def strangers(by_flow: Iterable[str], flows: Collection[str]) -> Iterator[Finding]:
    """Surveys with a cool-down of their own that are not among `flows`: a misspelt one has none."""
    for name in by_flow:
        if name not in flows:
            message = f"there is no survey {name!r}, so this cool-down holds for nothing"
            path = ("outreach", "cool_down_by_flow", name)
            yield Finding(path, "unknown-flow", message, did_you_mean(name, flows), "warning", at_key=True)
