"""What happened in another system, and whom it is about, as that system tells it. Times are epoch ms, UTC."""

import hashlib
from collections.abc import Mapping

from msgspec import Struct

TYPE = r"[a-z][a-z0-9_-]{0,39}(\.[a-z][a-z0-9_-]{0,39}){0,3}"
"""What the type of an event looks like: `ticket.closed`."""

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
    """Something that happened, once for each `id`. `source` is who told us: the name of a key or of a hook."""

    id: str
    type: str
    source: str
    at: int
    attributes: Mapping[str, str] = {}
    about: About = About()


def id_of(source: str, key: str) -> str:
    """The id of the event that a source calls `key`: short, whatever the source has chosen."""
    return "h" + hashlib.sha256(f"{source}\0{key}".encode("utf-8", "surrogatepass")).hexdigest()[:31]
