"""Where a contact may be, how we know, and the hours that follow from it. Pure."""

from typing import NamedTuple

from bot.contacts import Contact
from bot.countries import COUNTRIES
from bot.outreach.policy import Policy
from bot.outreach.quiet import country_of, written
from bot.zones import number_of, possible_zones


class Whereabouts(NamedTuple):
    """The zones somebody can be in, and whose public holidays count there ("" those of each zone's own country).

    `known_by`: given | number | country, or operator where nothing about the person tells.
    """

    zones: tuple[str, ...]
    country: str
    known_by: str


def whereabouts(contact: Contact, policy: Policy) -> Whereabouts:
    """Where a contact may be. There is always at least one zone."""
    zones = possible_zones(contact)
    known_by = _known_by(contact, zones)
    zones = zones or policy.anywhere
    country = contact.country.upper()
    if country not in COUNTRIES:
        told = known_by != "operator" and all(map(country_of, zones))
        country = "" if told else policy.country
    return Whereabouts(zones, country, known_by)


def quiet_of(contact: Contact, policy: Policy) -> str:
    """The hours in which a contact may be asked, as `bot.outreach.quiet` writes them."""
    where = whereabouts(contact, policy)
    return written(policy.hours, where.country, where.zones)


def _known_by(contact: Contact, zones: tuple[str, ...]) -> str:
    if not zones:
        return "operator"
    if zones == (contact.zone,) and contact.zone_source != "number":
        return "given"
    return "number" if any(number_of(reach.lane) for reach in contact.reaches) else "country"
