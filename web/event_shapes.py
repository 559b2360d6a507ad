"""Events as the API takes them, and what it says became of them."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from bot.outreach.happening import MOST_ATTRIBUTES, MOST_VALUE, TYPE

MOST = 1000  # events per call

Short = Annotated[str, Meta(max_length=200)]
Value = Annotated[str, Meta(max_length=MOST_VALUE)] | int | float | bool | None
Attributes = Annotated[dict[Annotated[str, Meta(min_length=1, max_length=64)], Value], Meta(max_length=MOST_ATTRIBUTES)]
Place = Annotated[str, Meta(min_length=2, max_length=300)]


class EventContact(Struct, frozen=True, forbid_unknown_fields=True):
    """Whom it is about, by `external`, `address` or both. What is given is kept; what is not, stays as it was."""

    external: Annotated[Short, Meta(description="What you call this person.")] = ""
    address: Annotated[
        Place | Annotated[list[Place], Meta(max_length=10)],
        Meta(description="`channel:address`, like `sms:+4915112345678`, or several, first choice first."),
    ] = []
    name: Short = ""
    language: Annotated[str, Meta(pattern=r"^([A-Za-z]{2,3}([_-][A-Za-z0-9]{2,8})*)?\Z")] = ""
    zone: Annotated[str, Meta(max_length=64, description="Time zone, like `Europe/Berlin`.")] = ""
    country: Annotated[str, Meta(pattern=r"^([A-Za-z]{2})?\Z", description="Two letters.")] = ""
    brand: Short = ""
    region: Short = ""
    segment: Short = ""
    agent: Short = ""
    revenue: Annotated[int, Meta(ge=0, le=10**15)] | None = None
    attributes: Attributes = {}


class Event(Struct, frozen=True, forbid_unknown_fields=True):
    """Something that happened."""

    id: Annotated[
        str, Meta(min_length=1, max_length=200, description="The same id again has no effect, however it comes.")
    ]
    type: Annotated[str, Meta(pattern=rf"^{TYPE}\Z", description="Like `ticket.closed`.")]
    at: Annotated[datetime, Meta(tz=True, description="When, as ISO 8601 with its zone.")]
    contact: EventContact | None = None
    attributes: Annotated[Attributes, Meta(description="What triggers may look at, and surveys mention.")] = {}


class EventTaken(Struct, frozen=True, omit_defaults=True):
    """What became of an event."""

    id: str
    status: Annotated[
        str,
        Meta(
            description="accepted | known (it came before; nothing changed) | suppressed (this person is not to be "
            "taken up again; nothing is kept) | nobody (kept, but about nobody who is known or has an address) | "
            "refused (nothing is kept; see `reason`)"
        ),
    ]
    contact: Annotated[str, Meta(description="The contact's id.")] = ""
    triggers: Annotated[
        tuple[str, ...],
        Meta(description="The triggers that want to ask because of it. The ledger says what came of it."),
    ] = ()
    reason: Annotated[str, Meta(description="Why, and what to do about it.")] = ""


class EventsTaken(Struct, frozen=True):
    """What became of the events of a call, in their order."""

    events: list[EventTaken]
