"""What an operator writes under `desks`, `agents` and `routes`, and what of it does not fit together."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from bot import hours
from bot.cases.desk_file import Cause
from bot.cases.desks import WEB
from bot.durations import Duration
from flows.problems import did_you_mean
from flows.reading.lexicon import keywords
from flows.templates import leftovers, names

MINUTE, DAY = 60_000, 86_400_000
Loc = tuple[str | int, ...]
RAW = {"slack": r"[UW][A-Z0-9]+", "telegram": r"[0-9]+", "twilio": r"(whatsapp:)?\+?[0-9][0-9 ()/.-]+"}
"""What ids of people look like, by kind of channel: how an id under `agents` is told from a misspelt name."""


def _advice(wrong: str, known: Any) -> str:
    hint = did_you_mean(wrong, known)
    return f"; {hint}" if hint else ""


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise PydanticCustomError("zone", "unknown time zone{near}", {"near": _advice(value, available_timezones())})
    return value


def _several(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else (value,)


def _by_language(value: Any) -> Any:
    """A plain text is the same in every language."""
    return dict.fromkeys(sorted({"de", "en", *keywords().stop}), value) if isinstance(value, str) and value else value


class Part(BaseModel):
    """A part of the settings; unknown names are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, coerce_numbers_to_str=True)


class PlaceSettings(Part):
    """One more place of a desk."""

    channel: str
    chat: str = Field(min_length=1)
    account: str = ""


class AgentSettings(BaseModel):
    """Somebody who works at desks. Every other key is the name of a channel, or `web`, with their id or ids there."""

    model_config = ConfigDict(extra="allow", frozen=True, coerce_numbers_to_str=True)
    __pydantic_extra__: dict[str, Annotated[tuple[str, ...], BeforeValidator(_several)]]

    alias: str = Field("", max_length=80)
    avatar: str = Field("", pattern=r"^(https://\S+)?$")
    active: bool = True

    @property
    def ids(self) -> Mapping[str, tuple[str, ...]]:
        """The person's ids by channel."""
        return self.__pydantic_extra__


class RouteSettings(Part):
    """Where cases of one desk go instead, if every fact in `when` is one of these values."""

    desk: str
    to: str
    when: dict[str, Annotated[tuple[str, ...], BeforeValidator(_several)]] = Field(min_length=1)


class DeskSettings(Part):
    """Where people look after cases."""

    channel: str
    chat: str = ""
    account: str = ""
    also: tuple[PlaceSettings, ...] = ()
    respond_within: Duration = 15 * MINUTE
    resolve_within: Duration = 0
    remind_before: Duration = 5 * MINUTE
    escalate_to: str = ""
    silent_after: Duration = 0
    reopen_within: Duration = 7 * DAY
    held_for: Duration = 10 * MINUTE
    timezone: Annotated[str, AfterValidator(_zone)] = "UTC"
    country: str = Field("", pattern=r"^([A-Z]{2})?$")
    hours: str = Field("", max_length=500)  # "" is always open; after zone and country, which it is read in
    language: Literal["de", "en"] = "en"
    agents: tuple[str, ...] = ()  # empty: everyone at the desk
    causes: tuple[Cause, ...] = ()  # empty: any
    file: str = ""
    assign: Literal["", "round_robin", "least_loaded"] = ""
    identity: Literal["pseudonym", "name"] = "pseudonym"
    show: tuple[str, ...] = ()
    alias: str = Field("", max_length=80)
    resume: bool = False
    confirm: bool = True
    ask_again: bool = False
    greeting: Annotated[dict[str, str], BeforeValidator(_by_language)] = {}
    closed: Annotated[dict[str, str], BeforeValidator(_by_language)] = {}

    @field_validator("hours")
    @classmethod
    def _readable(cls, value: str, info: ValidationInfo) -> str:
        zone, country = info.data.get("timezone", "UTC"), info.data.get("country", "")
        wrong = hours.problem(value or "24/7", zone, country)  # a country has to be one even without hours
        if wrong:
            raise PydanticCustomError("hours", "{wrong}", {"wrong": wrong})
        return value

    @field_validator("greeting", "closed")
    @classmethod
    def _fillable(cls, value: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        known = {"agent"} if info.field_name == "greeting" else set()
        for text in value.values():
            for name in {*names(text), *leftovers(text)} - known:
                takes = "`{{ agent }}` only" if known else "no placeholders"
                raise PydanticCustomError(
                    "placeholder", "{wrong}", {"wrong": f"{name!r} is unknown: this takes {takes}"}
                )
        return value

    @property
    def places(self) -> tuple[tuple[str, str, str], ...]:
        """Channel, chat and account of every place; the web inbox is none."""
        own = () if self.channel == WEB else ((self.channel, self.chat, self.account),)
        return (*own, *((each.channel, each.chat, each.account) for each in self.also))


def misfits(
    desks: Mapping[str, DeskSettings],
    agents: Mapping[str, AgentSettings],
    routes: tuple[RouteSettings, ...],
    management: str,
    channels: Mapping[str, Any],
) -> Iterator[tuple[Loc, str]]:
    """What refers to something that there is not, or is there twice: where, and what.

    `channels` are the configurations by name, each with its `kind`.
    """
    if desks and WEB in channels:
        yield ("channels", WEB), "'web' is the name of the inbox on the web; give this channel another name"
    for name, desk in desks.items():
        yield from _desk(("desks", name), desk, desks, agents, channels)
    yield from _doubles(desks)
    yield from _agents(agents, channels)
    for number, route in enumerate(routes):
        for key, value in (("desk", route.desk), ("to", route.to)):
            yield from _known(("routes", number, key), "desk", value, desks)
        if route.desk == route.to:
            yield ("routes", number, "to"), "leads to where the case is already"
    if management:
        yield from _known(("management",), "desk", management, desks)


def _known(loc: Loc, what: str, value: str, known: Mapping[str, Any]) -> Iterator[tuple[Loc, str]]:
    if value not in known:
        yield loc, f"no {what} is called {value!r}{_advice(value, known)}"


def _desk(
    loc: Loc,
    desk: DeskSettings,
    desks: Mapping[str, DeskSettings],
    agents: Mapping[str, AgentSettings],
    channels: Mapping[str, Any],
) -> Iterator[tuple[Loc, str]]:
    if desk.channel != WEB:
        yield from _known((*loc, "channel"), "channel", desk.channel, channels)
        if not desk.chat:
            yield (*loc, "chat"), "is missing; write the channel's own id of the place, or `channel: web`"
    elif desk.chat:
        yield (*loc, "chat"), "the inbox on the web has no chat; leave it out"
    for number, place in enumerate(desk.also):
        yield from _known((*loc, "also", number, "channel"), "channel", place.channel, channels)
    for number, name in enumerate(desk.agents):
        if name not in agents and not raw_ids(name, desk, channels):
            yield (*loc, "agents", number), f"no agent is called {name!r}{_advice(name, agents)}"
    if desk.escalate_to == loc[-1]:
        yield (*loc, "escalate_to"), "is the desk itself"
    elif desk.escalate_to:
        yield from _known((*loc, "escalate_to"), "desk", desk.escalate_to, desks)
    if desk.assign and not desk.agents:
        yield (*loc, "assign"), "needs a list of agents to choose from"
    yield from _twice((*loc, "causes"), "cause", [cause.id for cause in desk.causes])
    yield from _twice((*loc, "agents"), "agent", list(desk.agents))


def _twice(loc: Loc, what: str, names_given: list[str]) -> Iterator[tuple[Loc, str]]:
    seen: set[str] = set()
    for number, name in enumerate(names_given):
        if name.casefold() in seen:
            yield (*loc, number), f"the {what} {name!r} is there twice"
        seen.add(name.casefold())


def _doubles(desks: Mapping[str, DeskSettings]) -> Iterator[tuple[Loc, str]]:
    """A place belongs to one desk: what is written there must have one meaning."""
    owners: dict[tuple[str, str, str], str] = {}
    for name, desk in desks.items():
        for place in desk.places:
            other = owners.setdefault(place, name)
            if other != name or desk.places.count(place) > 1:
                whose = f"of the desk {other!r} already" if other != name else "there twice"
                yield ("desks", name), f"{place[0]}:{place[1]} is {whose}"


def _agents(agents: Mapping[str, AgentSettings], channels: Mapping[str, Any]) -> Iterator[tuple[Loc, str]]:
    """Keys that are no channel, and ids of two people."""
    owners: dict[tuple[str, str], str] = {}
    known = [*AgentSettings.model_fields, WEB, *channels]
    for name, agent in agents.items():
        for channel, ids in agent.ids.items():
            loc = ("agents", name, channel)
            if channel != WEB and channel not in channels:
                yield loc, f"no channel is called {channel!r}{_advice(channel, known)}"
            for each in ids:
                other = owners.setdefault((channel, tidy(each)), name)
                if other != name:
                    yield loc, f"{each!r} is {other!r} already"


def raw_ids(name: str, desk: DeskSettings, channels: Mapping[str, Any]) -> frozenset[str]:
    """The ids behind an entry of a desk's `agents` that is no name: `channel:id`, or an id of the desk's channels."""
    channel, colon, known_as = name.partition(":")
    if colon and (channel in channels or channel == WEB):
        return frozenset({f"{channel}:{tidy(known_as)}"}) if known_as else frozenset()
    found = set()
    for place in {place[0] for place in desk.places}:
        kind = getattr(channels.get(place), "kind", "")
        if kind in RAW and re.fullmatch(RAW[kind], name):
            found.add(f"{place}:{tidy(name)}")
    return frozenset(found)


def tidy(known_as: str) -> str:
    """A phone number as its provider writes it, `+4930123456`; every other id as it is."""
    prefix, number = ("whatsapp:", known_as[9:]) if known_as.startswith("whatsapp:") else ("", known_as)
    if not re.fullmatch(r"(\+|00)[0-9][0-9 ()/.\u00a0-]{3,}", number):
        return known_as
    digits = re.sub(r"[^0-9]", "", number.replace("(0)", ""))
    return f"{prefix}+{digits.removeprefix('00') if number.startswith('00') else digits}"
