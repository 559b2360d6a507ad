"""When a report is due and which days it is about. Days are UTC, as everything that is counted; moments epoch ms.

A period is over when its last day is over in UTC, so nothing is sent before that, whatever the clock of the zone says.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from insights.reports.plan import WEEKDAYS, Report

_LOOKED_AT = 5  # periods: the one that tomorrow is in, some that are over and not due yet, and one that is
_DAY = timedelta(days=1)


class Period(Struct, frozen=True):
    """Days from the first to the last one. `key` names them for ever; `due` is when they are reported (epoch ms)."""

    key: str
    first: date
    last: date
    due: int


class Span(Struct, frozen=True):
    """A wave of a campaign: its number, its first and its last day."""

    n: int
    first: date
    last: date


def latest(report: Report, now: int, waves: Sequence[Span] = ()) -> Period | None:
    """The last period that is due at `now`; None where there is none yet. Those before it are not sent any more."""
    return max((each for each in _around(report, now, waves) if each.due <= now), key=_when, default=None)


def following(report: Report, now: int, waves: Sequence[Span] = ()) -> Period | None:
    """The next one to become due; None where nobody knows."""
    return min((each for each in _around(report, now, waves) if each.due > now), key=_when, default=None)


def moment(day: date, at: time, zone: str) -> int:
    """When it is so late there on that day. An hour that is left out comes an hour later; of two, the first."""
    return round(datetime.combine(day, at, ZoneInfo(zone)).timestamp() * 1000)


def _when(period: Period) -> tuple[int, date]:
    return period.due, period.last


def _around(report: Report, now: int, waves: Sequence[Span]) -> list[Period]:
    """Those that are or become due around now."""
    if report.every == "wave":
        return [
            _period(report, f"wave:{report.campaign}:{wave.n}", wave.first, wave.last, wave.last + _DAY)
            for wave in waves
        ]
    today = datetime.fromtimestamp(now / 1000, UTC).date()
    first = _start(report.every, today + _DAY)
    found = []
    for _ in range(_LOOKED_AT):
        after = _next(report.every, first)
        found.append(_period(report, f"{report.every}:{first}", first, after - _DAY, _sent_on(report, after)))
        first = _start(report.every, first - _DAY)
    return found


def _period(report: Report, key: str, first: date, last: date, day: date) -> Period:
    over = moment(last + _DAY, time(), "UTC")
    return Period(key, first, last, max(moment(day, report.at, report.zone), over))


def _start(every: str, day: date) -> date:
    if every == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if every == "month" else day


def _next(every: str, first: date) -> date:
    if every == "month":
        return (first.replace(day=1) + timedelta(days=32)).replace(day=1)
    return first + timedelta(days=7 if every == "week" else 1)


def _sent_on(report: Report, after: date) -> date:
    """The day on which a period is reported whose next one begins with `after`."""
    if report.every == "week" and isinstance(report.on, str):
        return after + timedelta(days=WEEKDAYS.index(report.on))
    if report.every == "month" and isinstance(report.on, int):
        return min(after + timedelta(days=report.on - 1), _next("month", after) - _DAY)
    return after
