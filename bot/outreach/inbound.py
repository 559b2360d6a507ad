"""What an operator writes under `inbound:`: systems that tell us of events, and where in their calls what stands."""

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_core import PydanticCustomError

from bot.durations import Duration
from bot.outreach.happening import TYPE
from flows.problems import did_you_mean

MINUTE, DAY = 60_000, 86_400_000
LEAST_SECRET = 16  # characters; Zendesk, Shopify and HubSpot make longer ones
_PART = r"[A-Za-z_][A-Za-z0-9_-]*(\[[0-9]{1,3}\])*"
Path = Annotated[str, Field(max_length=200, pattern=rf"^({_PART}(\.{_PART})*)?$")]
"""The way to a value, like `order.lines[0].name`; no expressions."""
_Type = Annotated[str, Field(pattern=f"^({TYPE})?$")]


_STATUS = "status"  # `/hooks/in/status` could also be the receipts of a channel called `in`


class Part(BaseModel):
    """A part of the settings; unknown names are mistakes."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, coerce_numbers_to_str=True, hide_input_in_errors=True
    )


class ContactPaths(Part):
    """Where in the call it says whom it is about."""

    external: Path = ""
    phone: Path = ""
    address: Path = ""
    name: Path = ""
    language: Path = ""
    zone: Path = ""
    country: Path = ""
    brand: Path = ""
    region: Path = ""
    segment: Path = ""
    agent: Path = ""


class MapSettings(Part):
    """Where in the call what stands. What is given here comes before the mapping of the kind."""

    each: Path = ""
    id: Path = ""
    type: Path = ""
    types: dict[str, _Type] = {}
    always: _Type = ""
    at: Path = ""
    contact: ContactPaths = ContactPaths()
    attributes: dict[str, Path] = {}


class InboundSettings(Part):
    """A system that calls `/hooks/in/NAME`."""

    kind: Literal["zendesk", "freshdesk", "hubspot", "shopify", "generic"]
    secret: SecretStr = SecretStr("")
    secret_old: SecretStr = SecretStr("")
    channel: str = ""
    window: Annotated[Duration, Field(ge=MINUTE, le=DAY)] = 5 * MINUTE
    map: MapSettings = MapSettings()

    @field_validator("secret", "secret_old")
    @classmethod
    def _long(cls, value: SecretStr) -> SecretStr:
        if 0 < len(value.get_secret_value()) < LEAST_SECRET:
            raise PydanticCustomError("secret", "a secret has at least {least} characters", {"least": LEAST_SECRET})
        return value

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.kind == "generic" and not (self.map.id and (self.map.type or self.map.always)):
            why = "of kind generic this needs a `map` with at least `id`, and `type` or `always`"
            raise PydanticCustomError("map", "{why}", {"why": why})
        return self

    @property
    def secrets(self) -> tuple[bytes, ...]:
        """Every secret that a call may be signed with; none: there is no hook."""
        return tuple(each.get_secret_value().encode() for each in (self.secret, self.secret_old) if each)


def misfits(inbound: Mapping[str, InboundSettings], channels: Collection[str]) -> Iterator[tuple[tuple[str, ...], str]]:
    """What refers to something that there is not: where, and what."""
    for name, each in inbound.items():
        if name == _STATUS:
            yield ("inbound", name), "is the name of another address; choose another one"
        if each.channel and each.channel not in channels:
            hint = did_you_mean(each.channel, channels)
            yield ("inbound", name, "channel"), f"no channel is called '{each.channel}'" + (f"; {hint}" if hint else "")
