"""When reports are due: daily, weekly, monthly and by wave, on clocks that change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insights.reports.plan import Receiver, Report
from insights.reports.schedule import Span, following, latest, moment

AHEAD = "Pacific/Kiritimati"
TO = (Receiver(channel="slack", chat="C1"),)
HOUR, DAY = 3_600_000, 86_400_000


def report(every: str, at: str = "08:00", zone: str = "Europe/Berlin", **more) -> Report:
    return Report(id="r", every=every, at=at, zone=zone, to=TO, **more)


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def told(wanted: Report, now: str, waves=()) -> tuple[str, str, str] | None:
    found = latest(wanted, ms(now), waves)
    if found is None:
        return None
    return str(found.first), str(found.last), datetime.fromtimestamp(found.due / 1000, UTC).isoformat()[:16]


@pytest.mark.parametrize(
    ("wanted", "now", "first", "last", "due"),
    [
        # days, before and after the hour
        (report("day"), "2026-03-10T06:59", "2026-03-08", "2026-03-08", "2026-03-09T07:00"),
        (report("day"), "2026-03-10T07:00", "2026-03-09", "2026-03-09", "2026-03-10T07:00"),
        # the clocks go forward on 29 March: 8 o'clock is an hour earlier in UTC
        (report("day"), "2026-03-29T06:00", "2026-03-28", "2026-03-28", "2026-03-29T06:00"),
        # 02:30 is left out that night: it comes at 03:30
        (report("day", "02:30"), "2026-03-29T01:29", "2026-03-27", "2026-03-27", "2026-03-28T01:30"),
        (report("day", "02:30"), "2026-03-29T01:30", "2026-03-28", "2026-03-28", "2026-03-29T01:30"),
        # 02:30 is there twice on 25 October: the first one counts, and only that
        (report("day", "02:30"), "2026-10-25T00:30", "2026-10-24", "2026-10-24", "2026-10-25T00:30"),
        (report("day", "02:30"), "2026-10-25T01:30", "2026-10-24", "2026-10-24", "2026-10-25T00:30"),
        # a clock that is ahead of UTC does not report a day that is not over
        (report("day", "00:30"), "2026-03-09T23:40", "2026-03-08", "2026-03-08", "2026-03-09T00:00"),
        (
            report("day", "07:00", AHEAD),
            "2026-03-10T00:00",
            "2026-03-09",
            "2026-03-09",
            "2026-03-10T00:00",
        ),
        (report("day", "23:59", "Pacific/Midway"), "2026-03-11T10:59", "2026-03-09", "2026-03-09", "2026-03-11T10:59"),
        # weeks
        (report("week"), "2026-03-16T06:59", "2026-03-02", "2026-03-08", "2026-03-09T07:00"),
        (report("week"), "2026-03-16T07:00", "2026-03-09", "2026-03-15", "2026-03-16T07:00"),
        (report("week", on="wednesday"), "2026-03-17T23:00", "2026-03-02", "2026-03-08", "2026-03-11T07:00"),
        (report("week", on="sunday"), "2026-03-22T07:00", "2026-03-09", "2026-03-15", "2026-03-22T07:00"),
        (report("week"), "2027-01-04T07:00", "2026-12-28", "2027-01-03", "2027-01-04T07:00"),
        # months: their ends, a leap year, a day that February does not have
        (report("month"), "2026-03-01T07:00", "2026-02-01", "2026-02-28", "2026-03-01T07:00"),
        (report("month"), "2028-03-01T07:00", "2028-02-01", "2028-02-29", "2028-03-01T07:00"),
        (report("month", on=31), "2026-02-28T07:00", "2026-01-01", "2026-01-31", "2026-02-28T07:00"),
        (report("month", on=31), "2028-02-28T07:00", "2027-12-01", "2027-12-31", "2028-01-31T07:00"),
        (report("month", on=15), "2027-01-14T07:00", "2026-11-01", "2026-11-30", "2026-12-15T07:00"),
        (report("month", on=15), "2027-01-15T07:00", "2026-12-01", "2026-12-31", "2027-01-15T07:00"),
    ],
)
def test_the_last_period_that_is_due(wanted, now, first, last, due):
    """One row for each turn of the calendar."""
    assert told(wanted, now) == (first, last, due)


WAVES = (
    Span(1, date(2026, 3, 2), date(2026, 3, 6)),
    Span(2, date(2026, 4, 6), date(2026, 4, 10)),
    Span(3, date(2026, 5, 4), date(2026, 5, 8)),
)


@pytest.mark.parametrize(
    ("now", "key"),
    [("2026-03-07T06:59", None), ("2026-03-07T07:00", "wave:spring:1"), ("2026-04-11T06:00", "wave:spring:2")],
)
def test_waves_are_told_on_the_morning_after(now, key):
    """And the next one is known as soon as it is planned."""
    wanted = report("wave", campaign="spring")
    found = latest(wanted, ms(now), WAVES)
    assert (found.key if found else None) == key
    coming = following(wanted, ms(now), WAVES)
    assert coming is not None
    assert coming.key == ("wave:spring:1" if key is None else f"wave:spring:{int(key[-1]) + 1}")
    assert following(wanted, ms("2027-01-01T00:00"), WAVES) is None


ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu"]
)
MOMENTS = st.integers(ms("2024-01-01T00:00"), ms("2032-01-01T00:00"))


@st.composite
def plans(draw) -> Report:
    every = draw(st.sampled_from(["day", "week", "month"]))
    weekday = st.sampled_from(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])
    on = draw({"day": st.none(), "week": st.none() | weekday, "month": st.none() | st.integers(1, 31)}[every])
    at = f"{draw(st.integers(0, 23)):02}:{draw(st.integers(0, 59)):02}"
    return report(every, at, draw(ZONES), on=on)


@given(plans(), MOMENTS)
def test_periods_follow_each_other(wanted, now):
    """Whenever one looks: the last one is due and over, the next one is not due, and nothing is between them."""
    last, coming = latest(wanted, now), following(wanted, now)
    assert last is not None
    assert coming is not None
    assert last.due <= now < coming.due
    assert coming.first == last.last + timedelta(days=1)
    assert last.due >= moment(last.last + timedelta(days=1), time(), "UTC")
    assert latest(wanted, last.due) == last
    assert following(wanted, last.due) == coming
    assert latest(wanted, coming.due) == coming
    assert following(wanted, last.due - 1) == last


@given(plans(), MOMENTS)
def test_it_comes_at_its_hour(wanted, now):
    """By the zone's clocks, unless that hour is left out or the days are not over in UTC by then."""
    period = latest(wanted, now)
    assert period is not None
    there = datetime.fromtimestamp(period.due / 1000, ZoneInfo(wanted.zone))
    over = moment(period.last + timedelta(days=1), time(), "UTC")
    skipped = datetime.combine(there.date(), wanted.at, there.tzinfo).astimezone(UTC).astimezone(there.tzinfo)
    assert there.time() == wanted.at or period.due == over or skipped.time() != wanted.at
