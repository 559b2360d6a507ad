"""What happened in another system, and whom it is about, as that system tells it. Times are epoch ms, UTC."""

import hashlib
from collections.abc import Mapping
from typing import NamedTuple

from msgspec import Struct

from bot.contacts import Person

TYPE = r"[a-z][a-z0-9_-]{0,39}(\.[a-z][a-z0-9_-]{0,39}){0,3}"
"""What the type of an event looks like: `ticket.closed`."""

_LONGEST = 200  # characters of an id; it is looked up in an index
MOST_ATTRIBUTES = 100
MOST_VALUE = 1000  # characters of an attribute
SKEW = 600_000  # other systems' clocks run ahead of ours; what lies further ahead is a mistake


class About(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whom an event is about. "", None and absent say nothing.

    `external` is what other systems call them; `addresses` are written `channel:address`, first choice first.
    """

    external: str = ""
    addresses: tuple[str, ...] = ()
    name: str = ""
    language: str = ""
    zone: str = ""
    country: str = ""
    brand: str = ""
    region: str = ""
    segment: str = ""
    agent: str = ""
    revenue: int | None = None
    attributes: Mapping[str, str] = {}


class Happening(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that happened, once for each `id`. `source` is who told us: `api/KEY` or `in/HOOK`."""

    id: str
    type: str
    source: str
    at: int
    attributes: Mapping[str, str] = {}
    about: About = About()


class Told(NamedTuple):
    """An event, and whom it is about as far as an address or an external id tells; None if nothing does."""

    happening: Happening
    person: Person | None


class Taken(NamedTuple):
    """What became of an event.

    `status`: accepted | known (it came before) | suppressed (who it is about is not to be taken up again; nothing is
    kept) | nobody (it is kept, and is about nobody we know or could write to) | refused (nothing is kept; `advice` says
    why, for a person). `triggers` are those that want to ask because of it.
    """

    status: str
    contact: str = ""
    triggers: tuple[str, ...] = ()
    advice: str = ""


def id_of(source: str, key: str) -> str:
    """The id of the event that a source calls `key`; a source holds no colon."""
    if len(key) > _LONGEST:
        key = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{source}:{key}"
