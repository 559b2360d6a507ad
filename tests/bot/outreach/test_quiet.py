"""Quiet hours: what clocks on the wall show, in every zone at once, over every change of clocks."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.countries import COUNTRIES
from bot.hours import HORIZON
from bot.outreach.quiet import allowed_from, country_of, knows_holidays, written
from bot.zones import zones_of_country
from tests.bot.outreach.worlds import CHANGING, calendar

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
USUAL = "Mo-Sa 08:00-20:00; PH off"
BERLIN = written(USUAL, "DE", ("Europe/Berlin",))
HOURS = (
    USUAL, "Mo-Fr 09:00-18:00", "02:30-05:00", "01:30-02:30", "02:15-02:45", "23:30-24:00", "Mo-Su 22:00-06:00",
    "00:00-00:30", "24/7", "Mo[1] 10:00-11:00", "Mo-Fr 10:00-12:00 || 11:00-12:00",
)  # fmt: skip
ZONES = (*CHANGING, "UTC", "Asia/Kathmandu", "Pacific/Apia", "America/Anchorage", "Asia/Tokyo", "Pacific/Kiritimati")
changes = st.sampled_from([change for both in CHANGING.values() for change in both])
moments = st.one_of(
    st.integers(1_420_070_400_000, 2_082_758_400_000),  # 2015 to 2035
    st.builds(lambda change, minutes: at(change, "UTC") + minutes * MINUTE, changes, st.integers(-200, 200)),
    st.builds(lambda minutes: at("2028-02-29 00:00", "UTC") + minutes * MINUTE, st.integers(-2000, 3000)),
)


def at(text, zone="Europe/Berlin", fold=0):
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp() * 1000)


def wall(moment, zone):
    return datetime.fromtimestamp(moment / 1000, UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def shows_open(hours, country, zone, moment):
    """What is expected: the wall's clock, read by the library without any zone."""
    return calendar(hours, country).is_open(wall(moment, zone))


@pytest.mark.parametrize(
    ("quiet", "now", "allowed"),
    [
        ("", "2026-11-22 03:00", "2026-11-22 03:00"),
        (BERLIN, "2026-11-23 07:59:59", "2026-11-23 08:00"),
        (BERLIN, "2026-11-23 08:00", "2026-11-23 08:00"),
        (BERLIN, "2026-11-23 19:59:59", "2026-11-23 19:59:59"),
        (BERLIN, "2026-11-23 20:00", "2026-11-24 08:00"),
        (BERLIN, "2026-11-21 21:00", "2026-11-23 08:00"),  # over a Sunday
        (BERLIN, "2026-12-24 20:00", "2026-12-28 08:00"),  # Christmas, a Saturday and a Sunday
        (BERLIN, "2026-05-13 21:00", "2026-05-15 08:00"),  # Ascension
        (BERLIN, "2026-03-28 21:00", "2026-03-30 08:00"),  # a night that has an hour less
        (BERLIN, "2028-02-28 21:00", "2028-02-29 08:00"),  # leap day
        (written(USUAL, "AT", ("Europe/Vienna",)), "2026-12-08 09:00", "2026-12-09 08:00"),  # a holiday there
        (written(USUAL, "DE", ("Europe/Vienna",)), "2026-12-08 09:00", "2026-12-08 09:00"),  # and none here
        (written(USUAL, "", ("Europe/Vienna",)), "2026-12-08 09:00", "2026-12-09 08:00"),  # the zone's country
        (written(USUAL, "QA", ("Asia/Qatar",)), "2026-12-08 09:00", "2026-12-08 09:00"),  # holidays not known
        (written(USUAL, "DE", ("Europe/Berlin", "Asia/Tokyo")), "2026-11-23 09:00", "2026-11-23 09:00"),
        (written(USUAL, "DE", ("Europe/Berlin", "Asia/Tokyo")), "2026-11-23 12:00", "2026-11-24 08:00"),  # 20:00 there
        (written("02:30-05:00", "", ("Europe/Berlin",)), "2026-03-29 00:00", "2026-03-29 03:00"),  # no half past two
        (written("02:15-02:45", "", ("Europe/Berlin",)), "2026-03-29 00:00", "2026-03-30 02:15"),
    ],
)
def test_when_it_is_allowed(quiet, now, allowed):
    """A table of moments in Berlin."""
    assert allowed_from(quiet, at(now)) == at(allowed)


def test_an_hour_that_occurs_twice_is_allowed_twice_where_its_clock_says_so():
    """The night of 25 October in Berlin: half past two is there twice, and each time it is closed again at three."""
    quiet = written("02:30-03:00", "", ("Europe/Berlin",))
    first, second = at("2026-10-25 00:30", "UTC"), at("2026-10-25 01:30", "UTC")
    assert allowed_from(quiet, at("2026-10-25 00:00")) == first
    assert allowed_from(quiet, first + 30 * MINUTE - 1) == first + 30 * MINUTE - 1
    assert allowed_from(quiet, first + 30 * MINUTE) == second
    assert allowed_from(quiet, second + 30 * MINUTE) == at("2026-10-26 02:30")


@pytest.mark.parametrize(
    "quiet",
    [
        written(USUAL, "", tuple(zone for zones in COUNTRIES.values() for zone in zones)),  # the world is never awake
        written("off", "DE", ("Europe/Berlin",)),
        written("Mo-Fr 9-18", "DE", ("Europe/Berlin",)),
        written(USUAL, "DE", ("Europe/Berlim",)),
        written(USUAL, "DE", ("../../etc/localtime",)),
        f"{USUAL}|DE|",
        "|DE|Europe/Berlin",
        "nonsense",
        "|",
    ],
)
def test_what_is_never_allowed_and_what_cannot_be_read_ends_at_the_horizon(quiet):
    """Never silently always."""
    now = at("2026-11-23 10:00")
    assert allowed_from(quiet, now) == now + HORIZON


def test_hours_that_are_not_given_never_matter():
    """Without hours, or without zones, there is no text."""
    assert written("", "DE", ("Europe/Berlin",)) == written(USUAL, "DE", ()) == ""
    assert written(USUAL, "de", ("B", "A", "B")) == f"{USUAL}|DE|A,B"


@pytest.mark.parametrize(
    ("zone", "country"),
    [("Europe/Berlin", "DE"), ("America/Detroit", "US"), ("Atlantic/Canary", "ES"), ("UTC", ""), ("x", "")],
)
def test_a_zone_tells_the_country(zone, country):
    """So that holidays count where somebody is by their number."""
    assert country_of(zone) == country


def test_whose_holidays_are_known():
    """Those of the countries around us are; what is no country has none."""
    known = {"DE", "AT", "CH", "FR", "NL", "BE", "LU", "DK", "PL", "CZ", "IT", "ES", "GB", "IE", "US", "CA"}
    assert {country for country in known if not knows_holidays(country)} == set()
    assert not knows_holidays("")
    assert not knows_holidays("XX")


def easter(year):
    """The Sunday, by Gauss's rule as Lichtenberg mended it."""
    century = year // 100
    moon = 15 + (3 * century + 3) // 4 - (8 * century + 13) // 25
    lunar = (19 * (year % 19) + moon) % 30
    full = 21 + lunar - (lunar // 29 + (lunar // 28 - lunar // 29) * (year % 19 // 11))
    first = 7 - (year + year // 4 + 2 - (3 * century + 3) // 4) % 7
    return date(year, 3, 1) + timedelta(days=full + 7 - (full - first) % 7 - 1)


@settings(max_examples=500, deadline=None)
@given(st.integers(at("2015-01-01 00:00"), at("2036-01-01 00:00")))
@example(at("2028-02-29 08:00"))
@example(at("2017-10-31 12:00"))
def test_the_usual_hours_are_eight_to_twenty_on_workdays_that_are_no_holiday(moment):
    """Counted out here by hand: Sundays, and the nine holidays that all of Germany has."""
    local = wall(moment, "Europe/Berlin")
    sunday = easter(local.year)
    moving = {sunday + timedelta(days) for days in (-2, 1, 39, 50)}
    fixed = {(1, 1), (5, 1), (10, 3), (12, 25), (12, 26)}
    free = local.weekday() == 6 or local.date() in moving or (local.month, local.day) in fixed
    free = free or local.date() == date(2017, 10, 31)  # in that year all of Germany kept it
    assert (allowed_from(BERLIN, moment) == moment) is (8 <= local.hour < 20 and not free)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(HOURS), st.sampled_from(["DE", "US", ""]), st.sets(st.sampled_from(ZONES), min_size=1), moments)
def test_the_first_allowed_moment_is_open_on_every_wall_and_none_before_it_is(hours, country, zones, now):
    """In zones with whole, half and quarter hours, over changes of clocks both ways."""
    quiet = written(hours, country, tuple(zones))
    allowed = allowed_from(quiet, now)
    own = {zone: country or country_of(zone) for zone in zones}
    assert now <= allowed <= now + HORIZON
    if allowed < now + HORIZON:
        assert all(shows_open(hours, own[zone], zone, allowed) for zone in zones)
        assert allowed_from(quiet, allowed) == allowed
    for part in range(40):
        between = now + (allowed - now) * part // 40
        assert between == allowed or not all(shows_open(hours, own[zone], zone, between) for zone in zones)


@pytest.mark.parametrize("zone", CHANGING)
@pytest.mark.parametrize("hours", HOURS)
def test_around_changes_of_clocks_every_minute_is_what_the_wall_shows(zone, hours):
    """Both ways, four hours before and after, minute by minute."""
    quiet = written(hours, "", (zone,))
    for change in CHANGING[zone]:
        middle = at(change, "UTC")
        assert wall(middle - 1, zone) + timedelta(milliseconds=1) != wall(middle, zone), "clocks change here"
        for minute in range(-240, 240, 1):
            now = middle + minute * MINUTE
            assert (allowed_from(quiet, now) == now) is shows_open(hours, country_of(zone), zone, now)


@settings(max_examples=100, deadline=None)
@given(st.sets(st.sampled_from(ZONES), min_size=2), moments)
def test_more_zones_never_allow_more(zones, now):
    """What all allow each of them allows."""
    together = allowed_from(written(USUAL, "", tuple(zones)), now)
    assert all(allowed_from(written(USUAL, "", (zone,)), now) <= together for zone in zones)


def test_all_of_a_large_country_has_a_narrow_window():
    """From Honolulu's morning to New York's evening: six hours in summer, five in winter."""
    quiet = written(USUAL, "", zones_of_country("US"))
    summer, winter = at("2026-07-06 12:00", "UTC"), at("2026-01-05 12:00", "UTC")
    assert allowed_from(quiet, summer) == at("2026-07-06 18:00", "UTC")
    assert allowed_from(quiet, at("2026-07-07 00:00", "UTC")) == at("2026-07-07 18:00", "UTC")
    assert allowed_from(quiet, winter) == at("2026-01-05 18:00", "UTC")
    assert allowed_from(quiet, at("2026-01-06 01:00", "UTC")) == at("2026-01-06 18:00", "UTC")
