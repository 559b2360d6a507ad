"""Opening hours: open or not, the next opening, deadlines in open time, in zones whose clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.hours import HORIZON, add_open_time, is_open, open_from, open_spans, problem

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
OFFICE = "Mo-Fr 09:00-18:00"
HOURS = (
    OFFICE, "Mo-Fr 09:00-12:00,13:00-17:30; Sa 10:00-14:00", "Mo-Fr 22:00-06:00", "02:00-03:00", "01:30-02:30",
    "02:30-05:00", "Mo[1] 10:00-11:00", "24/7", "Mo-Fr 09:00-18:00; PH off", "00:00-24:00", "Mo-Su 23:30-24:00",
)  # fmt: skip
ZONES = (
    "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns",
    "Africa/Casablanca", "Pacific/Apia", "America/Santiago",
)  # fmt: skip
hours_of = st.sampled_from(HOURS)
zones = st.sampled_from(ZONES)
CHANGES = (
    "2026-03-29 01:00",
    "2026-10-25 01:00",
    "2026-11-01 06:00",
    "2026-04-04 15:00",
    "2026-04-05 03:00",
)  # of clocks
moments = st.one_of(
    st.integers(1_767_225_600_000, 1_830_297_600_000),  # 2026 and 2027
    st.builds(
        lambda change, minutes: at(change, "UTC") + minutes * MINUTE, st.sampled_from(CHANGES), st.integers(-180, 180)
    ),
)
durations = st.integers(0, 40 * HOUR)


def at(text, zone="Europe/Berlin", fold=0):
    local = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)
    return int(local.timestamp() * 1000)


@pytest.mark.parametrize(
    ("hours", "when", "expected"),
    [
        ("", "2026-11-22 03:00", True),
        (OFFICE, "2026-11-23 08:59:59", False),
        (OFFICE, "2026-11-23 09:00", True),
        (OFFICE, "2026-11-23 17:59:59", True),
        (OFFICE, "2026-11-23 18:00", False),
        (OFFICE, "2026-11-22 12:00", False),
        ("Mo-Fr 22:00-06:00", "2026-11-28 05:59", True),  # Friday's night
        ("Mo-Fr 22:00-06:00", "2026-11-29 05:59", False),
        ("Mo-Fr 09:00-18:00; PH off", "2026-12-25 12:00", False),
        ("24/7", "2026-12-25 12:00", True),
        ("02:30-05:00", "2026-03-29 03:00", True),  # half past two does not exist that day
        ("02:15-02:45", "2026-03-29 03:00", False),
    ],
)
def test_open_or_not(hours, when, expected):
    """A table of moments in Berlin."""
    assert is_open(hours, "Europe/Berlin", at(when), "DE") is expected


@pytest.mark.parametrize(
    ("hours", "start", "duration", "end"),
    [
        ("", "2026-11-22 03:00", 15 * MINUTE, "2026-11-22 03:15"),
        (OFFICE, "2026-11-23 10:00", 15 * MINUTE, "2026-11-23 10:15"),
        (OFFICE, "2026-11-23 17:50", 15 * MINUTE, "2026-11-24 09:05"),
        (OFFICE, "2026-11-27 17:50", 10 * MINUTE, "2026-11-27 18:00"),  # Friday: just in time
        (OFFICE, "2026-11-27 17:50", 15 * MINUTE, "2026-11-30 09:05"),  # over the weekend
        (OFFICE, "2026-11-22 12:00", 20 * HOUR, "2026-11-25 11:00"),
        ("Mo-Fr 09:00-18:00; PH off", "2026-12-24 17:00", 2 * HOUR, "2026-12-28 10:00"),
        ("00:00-06:00", "2026-03-28 23:00", 5 * HOUR, "2026-03-29 06:00"),  # that night has an hour less
        ("00:00-06:00", "2026-10-24 23:00", 7 * HOUR, "2026-10-25 06:00"),  # and that one an hour more
    ],
)
def test_a_deadline_counts_open_time_only(hours, start, duration, end):
    """A table of deadlines in Berlin, over nights, weekends, holidays and changes of clocks."""
    assert add_open_time(hours, "Europe/Berlin", at(start), duration, "DE") == at(end)


@pytest.mark.parametrize("minute", range(0, 100, 5))
def test_an_hour_that_occurs_twice_opens_in_its_second_time(minute):
    """Asked at any minute of the night in which clocks go back: it opens at the second half past two."""
    now = at("2026-10-24 23:50", "UTC") + minute * MINUTE
    opening = at("2026-10-25 01:30", "UTC")
    assert open_from("02:30-05:00", "Europe/Berlin", now) == max(now, opening)
    assert add_open_time("02:30-05:00", "Europe/Berlin", now, HOUR) == max(now, opening) + HOUR


@pytest.mark.parametrize("hours", ["off", "24/7 off", "2020 Mo-Fr 10:00-12:00", "PH off", "2099 Mo 10:00-11:00"])
@pytest.mark.timeout(5)
def test_a_desk_that_is_never_open_ends_at_the_horizon(hours):
    """Nothing loops and nothing fails: the deadline is far, and the settings are told."""
    now = at("2026-11-23 10:00")
    assert not is_open(hours, "Europe/Berlin", now, "DE")
    assert open_from(hours, "Europe/Berlin", now, "DE") == now + HORIZON
    assert add_open_time(hours, "Europe/Berlin", now, HOUR, "DE") == now + HORIZON
    assert add_open_time(hours, "Europe/Berlin", now, 2 * HORIZON, "DE") == now + 2 * HORIZON
    assert "never open" in problem(hours, "Europe/Berlin", "DE")


@settings(max_examples=300, deadline=None)
@given(hours_of, zones, moments)
def test_it_is_open_at_the_next_opening_and_closed_until_then(hours, zone, now):
    """The next opening is open, and no minute before it is."""
    opens = open_from(hours, zone, now, "DE")
    assert opens >= now
    assert is_open(hours, zone, opens, "DE")
    assert (opens == now) == is_open(hours, zone, now, "DE")
    for part in range(20):
        between = now + (opens - now) * part // 20
        assert between == opens or not is_open(hours, zone, between, "DE")


@settings(max_examples=300, deadline=None)
@given(hours_of, zones, moments, durations, durations)
def test_deadlines_add_up_and_never_come_too_early(hours, zone, now, first, second):
    """Waiting twice is waiting for the sum, whatever the clocks do meanwhile; more time is never due earlier."""
    once = add_open_time(hours, zone, now, first, "DE")
    both = add_open_time(hours, zone, now, first + second, "DE")
    assert once >= now + first
    assert both >= once
    if both < now + HORIZON / 2:  # beyond it the two look to different ends
        assert add_open_time(hours, zone, once, second, "DE") == both


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(HOURS[:6]), zones, moments, st.integers(1, 12 * 60))
def test_a_deadline_is_as_many_open_minutes_away_as_asked_for(hours, zone, now, minutes):
    """Counted one by one, in zones with whole, half and quarter hours, over every change of clocks."""
    now -= now % MINUTE
    due = add_open_time(hours, zone, now, minutes * MINUTE)
    steps = range(now, min(due, now + 4 * DAY), MINUTE)
    counted = sum(is_open(hours, zone, moment) for moment in steps)
    assert counted == minutes or (counted < minutes and due > now + 4 * DAY)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([zone for zone in ZONES if zone != "UTC"]), moments)
def test_without_changes_of_clocks_open_means_what_the_clock_says(zone, now):
    """Away from such days, opening is a matter of the wall's clock and weekday."""
    local = datetime.fromtimestamp(now / 1000, UTC).astimezone(ZoneInfo(zone))
    near = (local + timedelta(days=-1), local, local + timedelta(days=1))
    if len({day.utcoffset() for day in near}) > 1:
        return
    expected = local.weekday() < 5 and 9 <= local.hour < 18
    assert is_open(OFFICE, zone, now) is expected


@pytest.mark.parametrize(
    ("hours", "zone", "country", "said"),
    [
        ("", "UTC", "", ""),
        (OFFICE, "Europe/Berlin", "", ""),
        ("Mo-Fr 09:00-18:00; PH off", "Europe/Berlin", "DE", ""),
        ("2027 Mo-Fr 09:00-18:00", "Europe/Berlin", "", "never open"),  # as seen from 2025
        ("Mo-Fr 9-18", "UTC", "", "character 7 ('9-18')"),
        ("Mon-Fri 09:00-18:00", "UTC", "", "did you mean 'Mo'?"),
        ("Di-Fr 09:00-18:00", "UTC", "", "did you mean 'Tu'?"),
        ("Mo-Fr 09:00–18:00", "UTC", "", "plain hyphen"),
        ("Mo-Fr 09:00", "UTC", "", "at the end"),
        ("mo-fr 09:00-18:00", "UTC", "", "capitalized"),
        ("PH 09:00-12:00", "UTC", "", "`country`"),
        ("SH off; 09:00-12:00", "UTC", "DE", "school holidays"),
        ("sunrise-sunset", "UTC", "", "times of day"),
        ("unknown", "UTC", "", "never open"),
        (OFFICE, "Europe/Berlim", "", "unknown time zone"),
        (OFFICE, "Factory", "", "unknown time zone"),
        (OFFICE, "UTC", "XX", "unknown country 'XX'"),
        ("x" * 5000, "UTC", "", "is not understood"),
    ],
)
def test_what_is_wrong_with_hours_is_said_with_advice(hours, zone, country, said):
    """A table of mistakes; what is right says nothing."""
    found = problem(hours, zone, country)
    assert said in found
    assert bool(said) == bool(found)
    assert len(found) < 250


def test_hours_that_cannot_be_read_are_a_clear_error():
    """Whoever asks without having looked for problems is told the same."""
    with pytest.raises(ValueError, match="not understood"):
        is_open("Mo-Fr 9-18", "UTC", 0)


def test_open_spans_are_cut_to_what_was_asked_for():
    """From Saturday noon to Monday noon: Saturday's afternoon and Monday's morning; always open is one span."""
    saturday = 1_800_000_000_000 + 86_400_000 + 3 * 3_600_000  # 12:00 in Berlin
    monday = saturday + 2 * 86_400_000
    hour = 3_600_000
    assert open_spans("Mo-Sa 08:00-20:00", "Europe/Berlin", saturday, monday) == [
        (saturday, saturday + 8 * hour), (monday - 4 * hour, monday),
    ]  # fmt: skip
    assert open_spans("", "UTC", 5, 9) == [(5, 9)]
    assert open_spans("", "UTC", 9, 9) == []
