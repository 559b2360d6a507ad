"""The zones a contact can be in: given, by number, by country, or any."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.contacts import Contact, Reach
from bot.countries import COUNTRIES
from bot.zones import is_zone, possible_zones, zones_of_country, zones_of_number

TAB = Path("/usr/share/zoneinfo/zone.tab")


def contact(*lanes, **facts):
    """A contact with these addresses."""
    return Contact(id="c", reaches=tuple(Reach(lane, lane.partition(":")[0], "") for lane in lanes), **facts)


ONE = [
    (contact(zone="Asia/Tokyo", zone_source="given", country="DE"), ("Asia/Tokyo",)),
    (contact("sms:+4915112345678", zone="Asia/Tokyo", zone_source="given"), ("Asia/Tokyo",)),
    (contact("sms:+4915112345678", zone="Asia/Tokyo", zone_source="number"), ("Europe/Berlin",)),
    (contact("sms:+4915112345678", zone="Mars/Base", zone_source="given"), ("Europe/Berlin",)),
    (contact("sms:+4915112345678"), ("Europe/Berlin",)),
    (contact("whatsapp:whatsapp:+4930123456"), ("Europe/Berlin",)),
    (contact("sms:+12125550123"), ("America/New_York",)),
    (contact("sms:+8613812345678", "telegram:4915112345678"), ("Asia/Shanghai", "Asia/Urumqi")),
    (contact("sms:+4915112345678", "sms:+12125550123"), ("America/New_York", "Europe/Berlin")),
    (contact("sms:+4915112345678", country="JP"), ("Europe/Berlin",)),
    (contact("sms:+80012345678", country="JP"), ("Asia/Tokyo",)),
    (contact("telegram:77", country="at"), ("Europe/Vienna",)),
    (contact("telegram:77", country="??"), ()),
    (contact("sms:+80012345678"), ()),
    (contact(), ()),
]


@pytest.mark.parametrize(("who", "zones"), ONE)
def test_what_somebody_said_comes_first_then_numbers_then_the_country(who, zones):
    """And where nothing is known, it could be any."""
    assert possible_zones(who) == zones


@pytest.mark.parametrize(
    ("number", "among"),
    [
        ("+18005550123", {"America/New_York", "Pacific/Honolulu", "America/St_Johns"}),
        ("+79161234567", {"Europe/Kaliningrad", "Asia/Kamchatka", "Europe/Moscow"}),
        ("+61412345678", {"Australia/Perth", "Australia/Sydney"}),
        ("+6281234567890", {"Asia/Jakarta", "Asia/Jayapura"}),
        ("+34612345678", {"Europe/Madrid", "Atlantic/Canary"}),
        ("+447911123456", {"Europe/London"}),
    ],
)
def test_a_number_that_says_no_area_can_be_in_any_zone_of_its_country(number, among):
    """Mobile and toll-free numbers of countries with several zones."""
    assert among <= set(zones_of_number(number))


@pytest.mark.parametrize("number", ["", "+", "+49", "+999123456", "4915112345678", "nonsense", "+8816123456"])
def test_what_belongs_to_no_country_says_nothing(number):
    """Satellites and mistakes among them."""
    assert zones_of_number(number) == ()


@pytest.mark.parametrize(
    "name", ["", "Europe", "Europe/", "../etc", "europe/berlin", "a\0b", "x" * 5000, "Etc/Unknown", "Factory"]
)
def test_what_is_no_zone(name):
    """Names that clocks cannot be set by."""
    assert not is_zone(name)


def test_every_country_has_zones_that_clocks_can_be_set_by():
    """Nothing in the table is misspelt."""
    assert len(COUNTRIES) > 245
    for country, zones in COUNTRIES.items():
        assert len(country) == 2
        assert len(zones_of_country(country)) == len(zones) > 0
        assert all(ZoneInfo(zone) for zone in zones)


@pytest.mark.skipif(not TAB.exists(), reason="this machine has no zone.tab")
def test_the_table_lacks_no_zone_of_this_machines():
    """A country that got a new zone is noticed wherever the tests run with newer data."""
    lines = (line.split("\t") for line in TAB.read_text().splitlines() if line and not line.startswith("#"))
    missing = [(country, zone) for country, _, zone, *_ in lines if zone not in COUNTRIES[country]]
    assert missing in ([], [("DE", "Europe/Busingen")])
