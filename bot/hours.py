"""Opening hours in OpenStreetMap's grammar (`Mo-Fr 09:00-18:00; PH off`), and what follows from them. Pure.

Times are epoch ms, UTC; hours are those on the clocks of a time zone. An hour that occurs twice when clocks go back
counts by its second time: what opens or closes in it does so then. "" is always open.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import opening_hours

from flows.problems import did_you_mean

HORIZON = 400 * 86_400_000
"""How far is looked ahead (ms). What is not open within this time counts as never open."""

_UTC = ZoneInfo("UTC")  # the library takes no other form of UTC
_EPOCH = datetime(1970, 1, 1, tzinfo=_UTC)
_BEFORE = 6 * 3_600_000  # further back than clocks ever go, so that the first span is not read from an ambiguous hour
_MINUTE = 60_000  # hours are no finer
_OPEN = opening_hours.State.OPEN
_EXAMPLE = "write them like `Mo-Fr 09:00-18:00; Sa 10:00-14:00; PH off`"
_PLACE = re.compile(r"--> 1:(\d+)")
_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_GERMAN = {"Di": "Tu", "Mi": "We", "Do": "Th", "So": "Su"}
_SUN = re.compile(r"\b(sunrise|sunset|dawn|dusk)\b", re.IGNORECASE)
_PROBED = 1_735_689_600_000  # 2025: from here on hours are tried out


def is_open(hours: str, timezone: str, at: int, country: str = "") -> bool:
    """Whether it is open at that moment. Raises ValueError for hours in which `problem` finds one."""
    return not hours or any(start <= at for start, _ in _spans(hours, timezone, country, at, at + _MINUTE))


def open_from(hours: str, timezone: str, at: int, country: str = "") -> int:
    """The first open moment from `at` on, which is `at` itself if it is open then.

    Where it is never open, the end of the horizon. Raises ValueError as above.
    """
    if not hours:
        return at
    first = next(_spans(hours, timezone, country, at, at + HORIZON), None)
    return max(at, first[0]) if first else at + HORIZON


def add_open_time(hours: str, timezone: str, at: int, duration: int, country: str = "") -> int:
    """The moment at which it has been open for `duration` ms since `at`.

    Where it is not open for so long within the horizon, its end, or `at + duration` if that is later still. Raises
    ValueError as above.
    """
    if not hours or duration <= 0:
        return at + max(duration, 0)
    left = duration
    for start, end in _spans(hours, timezone, country, at, at + HORIZON):
        begins = max(at, start)
        if begins + left <= end:
            return begins + left
        left -= max(0, end - begins)
    return at + max(HORIZON, duration)


def open_spans(hours: str, timezone: str, at: int, until: int, country: str = "") -> list[tuple[int, int]]:
    """When it is open between `at` and `until`: beginnings and ends, in order, cut to that time. Raises ValueError."""
    if not hours:
        return [(at, until)] if at < until else []
    found = ((max(at, start), min(until, end)) for start, end in _spans(hours, timezone, country, at, until))
    return [(start, end) for start, end in found if start < end]


def problem(hours: str, timezone: str = "UTC", country: str = "", at: int = _PROBED) -> str:
    """What is wrong with hours, zone or country, with advice, or "". `at` is the moment from which it must open."""
    if not hours:
        return ""
    try:
        parsed = _parsed(hours, timezone, country)
    except ValueError as error:
        return str(error)
    if parsed.warnings:
        return f"{hours!r}: {parsed.warnings[0]}; {_EXAMPLE}"
    return _unusable(hours, country) or _never(hours, timezone, country, at)


def _unusable(hours: str, country: str) -> str:
    """What the grammar knows and a desk cannot use."""
    if re.search(r"\bPH\b", hours) and not country:
        return "hours with public holidays (PH) need the desk's `country`, like DE"
    if re.search(r"\bSH\b", hours):
        return "school holidays (SH) are not known; write their dates, like `2026 Jul 30-2026 Sep 11 off`"
    if found := _SUN.search(hours):
        return f"{found[0]!r} depends on where the desk is; write times of day"
    return ""


def _never(hours: str, timezone: str, country: str, at: int) -> str:
    never = next(_spans(hours, timezone, country, at, at + HORIZON), None) is None
    return f"{hours!r} is never open; {_EXAMPLE}, or nothing if it is always open" if never else ""


def _explained(hours: str, error: str) -> str:
    """The parser's words as ours: the place, and what was probably meant."""
    found = _PLACE.search(error)
    place = int(found[1]) - 1 if found else 0
    word = re.search(r"[A-Za-z]{2,}", hours[max(0, place - 2) :])
    near = ""
    if hours[place : place + 1] in ("\N{EN DASH}", "\N{EM DASH}"):
        near = "use a plain hyphen"
    elif word and word[0] in _GERMAN:
        near = f"did you mean '{_GERMAN[word[0]]}'?"
    elif word and word[0] not in (known := (*_DAYS, *_MONTHS, "PH", "off")):
        near = did_you_mean(word[0], known)
    rest = hours[place : place + 20].partition(";")[0]
    where = f"at character {place + 1} ({rest!r})" if rest else "at the end"
    return "; ".join(filter(None, (f"{hours[:60]!r} is not understood {where}", near, _EXAMPLE)))


@lru_cache(maxsize=256)
def _parsed(hours: str, timezone: str, country: str) -> opening_hours.OpeningHours:
    try:
        return opening_hours.OpeningHours(
            hours, ZoneInfo(timezone), country or None, auto_country=False, auto_timezone=False
        )
    except opening_hours.ParserError as error:  # type: ignore[attr-defined]  # its stubs leave it out
        raise ValueError(_explained(hours, str(error))) from None
    except opening_hours.UnknownCountryError:  # type: ignore[attr-defined]
        raise ValueError(f"unknown country {country!r}; write its two letters, like DE") from None
    except (KeyError, TypeError, OSError):  # a zone that there is not, or that the library has no rules for
        raise ValueError(f"unknown time zone {timezone!r}; write it like Europe/Berlin") from None


def _spans(hours: str, timezone: str, country: str, at: int, until: int) -> Iterator[tuple[int, int]]:
    """Where it is open between `at` and `until`: start (perhaps before `at`) and end, in order, none empty."""
    parsed = _parsed(hours, timezone, country)
    last = _moment(until)
    for start, end, state, _ in parsed.intervals(_moment(at - _BEFORE), last):
        closes = until if end is None else _ms(end)
        if state is _OPEN and closes > at and closes > _ms(start):
            yield _ms(start), closes


def _moment(at: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=at)


def _ms(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)
