"""A contact: one person, where they can be reached, and what is known of them. Times are epoch ms, UTC."""

from collections.abc import Mapping

from msgspec import Struct

from bot.messages import Address
from bot.pseudonyms import Pseudonyms

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


class Place(Struct, frozen=True):
    """An address that somebody says is a contact's, with its name under the key in use and those under older keys."""

    lane: str
    channel: str
    hmac: str
    key_id: str
    rank: int = 0
    older: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Its names under all keys."""
        return (self.hmac, *self.older)


class Person(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody says about one person: a row of a file, a call of the API. "", None and absent say nothing.

    `id` is what they are called if they turn out to be new; `older` what the same `external` was called under older
    keys. Fields are as Contact has them.
    """

    id: str
    older: tuple[str, ...] = ()
    external: str = ""
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
    places: tuple[Place, ...] = ()


def spelled(address: Address) -> str:
    """An address as its name under a key is made of it: a number is one number, by SMS and by WhatsApp."""
    chat = address.chat.rpartition(":")[2]
    return f"{address.account}/{chat}" if address.account else chat


def place(address: Address, kind: str, names: Pseudonyms, rank: int = 0) -> Place:
    """An address of a channel of this kind (twilio, telegram, slack) with its names."""
    (first, key), *older = names.each_of(kind, spelled(address))
    return Place(address.lane, address.channel, first, key, rank, tuple(each.hmac for each in older))


def ids_of(external: str, names: Pseudonyms) -> tuple[str, ...]:
    """What the contact with this external id is called, under each key, the one in use first."""
    return tuple(f"c{name[:24]}" for name in names.all_of("contact", external))
