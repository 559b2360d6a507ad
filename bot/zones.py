"""Which time zones a contact can be in: what somebody said, else what their numbers allow, else their country. Pure.

A number tells where it was issued, no more; so every zone counts that is possible for it.
"""

import re
from functools import lru_cache
from zoneinfo import ZoneInfo

from bot.contacts import Contact
from bot.countries import COUNTRIES

_NUMBER = re.compile(r"\+[1-9][0-9]{5,14}")
_NOWHERE = "Etc/Unknown"  # what phonenumbers says of numbers that belong to no country
_MOBILE_BY_AREA = frozenset({"AR", "BR", "MX"})  # here mobile numbers have area codes, too


def possible_zones(contact: Contact) -> tuple[str, ...]:
    """The zones (IANA names, sorted) that a contact may be in: () if it could be any.

    A zone that was given is taken at its word; else all numbers together count, else the country.
    """
    if contact.zone and contact.zone_source != "number" and is_zone(contact.zone):
        return (contact.zone,)
    found = {zone for reach in contact.reaches for zone in zones_of_number(number_of(reach.lane))}
    return tuple(sorted(found)) or zones_of_country(contact.country)


def zones_of_country(country: str) -> tuple[str, ...]:
    """The zones (sorted) of a country by its ISO 3166 code of two letters; () if there is no such country."""
    return _valid(COUNTRIES.get(country.upper(), ()))


def number_of(lane: str) -> str:
    """The phone number (E.164) that a lane leads to, "" if it leads to none."""
    chat = lane.rpartition(":")[2]
    return chat if _NUMBER.fullmatch(chat) else ""


@lru_cache(65_536)
def zones_of_number(number: str) -> tuple[str, ...]:
    """The zones (sorted) that a number in E.164 can be in: () for what is no number, or belongs to no country."""
    if not number:
        return ()
    import phonenumbers  # noqa: PLC0415  # a tenth of a second that a webhook does not need
    from phonenumbers import timezone  # noqa: PLC0415

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return ()
    named = {zone for zone in timezone.time_zones_for_number(parsed) if zone != _NOWHERE}
    region = phonenumbers.region_code_for_number(parsed) or ""
    moves = phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.MOBILE and region not in _MOBILE_BY_AREA
    if len(named) == 1 and not moves:
        return _valid(tuple(named))
    # Several stand for whole regions, by one name for each: the countries' own zones are the finer list.
    regions = phonenumbers.region_codes_for_country_code(parsed.country_code or 0)
    for each in [region] if region in regions else regions:
        named.update(COUNTRIES.get(each, ()))
    return _valid(tuple(named))


@lru_cache(1024)
def is_zone(name: str) -> bool:
    """Whether this is a zone that clocks are set by."""
    try:
        ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        return False
    return name != _NOWHERE and not name.startswith(("posix/", "right/")) and name not in {"localtime", "Factory"}


@lru_cache(4096)
def _valid(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(filter(is_zone, names)))
