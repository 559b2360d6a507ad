"""A contact: one person, where they can be reached, and what is known of them. Times are epoch ms, UTC."""

from collections.abc import Mapping

from msgspec import Struct

COLUMNS = ("brand", "region", "segment", "agent")
"""Attributes that have a column of their own, because audiences, quotas and reports go by them."""


class Reach(Struct, frozen=True):
    """One address of a contact. `rank` 0 is tried first; `hmac` is the address as `bot.pseudonyms` writes it."""

    lane: str
    channel: str
    hmac: str
    rank: int = 0


class Contact(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One person.

    `external` is what other systems call them, "" if they do not. `zone` is an IANA name, or "" where nobody has said;
    `zone_source` is given | number | "". `revenue` is in whole units of the operator's currency per year.
    """

    id: str
    external: str = ""
    name: str = ""
    language: str = ""
    zone: str = ""
    zone_source: str = ""
    country: str = ""
    brand: str = ""
    region: str = ""
    segment: str = ""
    agent: str = ""
    revenue: int | None = None
    attributes: Mapping[str, str] = {}
    reaches: tuple[Reach, ...] = ()

    def known(self) -> dict[str, str]:
        """Everything that a condition or a text may look at, by name."""
        own = {name: getattr(self, name) for name in (*COLUMNS, "language", "country", "name", "external")}
        revenue = {} if self.revenue is None else {"revenue": str(self.revenue)}
        return {**self.attributes, **{name: value for name, value in own.items() if value}, **revenue}
