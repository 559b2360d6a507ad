"""The hours in which we may write of our own accord, in every zone that somebody can be in. Times are epoch ms, UTC.

What counts is what clocks on the wall show there: an hour that occurs twice is allowed twice or not at all, and hours
that begin in one that is left out begin after it. Pure.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

import opening_hours

from bot.countries import COUNTRIES
from bot.hours import HORIZON

Spans = list[tuple[int, int]]

_BETWEEN, _ZONES = "|", ","
_WEEK = 7 * 86_400_000
_STEP = 86_400_000  # no clock is changed twice within it
_OPEN = opening_hours.State.OPEN
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE = datetime(1970, 1, 1)  # noqa: DTZ001  # what a clock on a wall shows has no zone
_MS = timedelta(milliseconds=1)


def written(hours: str, country: str, zones: tuple[str, ...]) -> str:
    """Hours as text that travels with a survey: `hours|country|zone,zone`; "" where they never matter.

    `country` is whose public holidays count, "" those of each zone's own country.
    """
    return _BETWEEN.join((hours, country.upper(), _ZONES.join(sorted(set(zones))))) if hours and zones else ""


def allowed_from(quiet: str, at: int) -> int:
    """The first moment from `at` on that lies within the hours in all zones at once, `at` itself if it does.

    "" always allows. Where the zones never allow it together, and where the text says nothing that can be read, the
    end of the horizon: what cannot be understood allows nothing.
    """
    if not quiet:
        return at
    last = at + HORIZON
    for week in range(at // _WEEK, last // _WEEK + 1):
        edges = _edges(quiet, week)
        place = bisect_right(edges, at)
        if place % 2:
            return at
        if place < len(edges):
            return min(edges[place], last)
    return last


@lru_cache(maxsize=8192)
def _edges(quiet: str, week: int) -> tuple[int, ...]:
    """Where it begins and ends, in turn, to be allowed in a week, counted from 1970 in UTC."""
    hours, country, zones = ("", "", *quiet.rsplit(_BETWEEN, 2))[-3:]
    start, end = week * _WEEK, (week + 1) * _WEEK
    common = [(start, end)] if hours else []
    for zone in zones.split(_ZONES):
        if common:
            common = _both(common, _in_zone(hours, country or country_of(zone), zone, start, end))
    return tuple(edge for span in common for edge in span)


@cache
def _countries() -> dict[str, str]:
    return {zone: country for country, zones in COUNTRIES.items() for zone in zones}


def country_of(zone: str) -> str:
    """The country that a zone belongs to, by its ISO 3166 code; "" if it is a zone of none."""
    return _countries().get(zone, "")


def _in_zone(hours: str, country: str, zone: str, start: int, end: int) -> Spans:
    """When clocks of a zone show a time within the hours, between two moments; never if there is no such zone."""
    try:
        clock = _clock(zone)
        found = [
            (opens - offset, closes - offset)
            for begins, ends, offset in _offsets(clock, start, end)
            for opens, closes in _on_the_wall(hours, country, begins + offset, ends + offset)
        ]
    except (LookupError, ValueError, OSError):
        return []
    return _joined(found)


@lru_cache(maxsize=1024)
def _clock(zone: str) -> ZoneInfo:
    return ZoneInfo(zone)


def _offsets(clock: ZoneInfo, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """The parts of a time in which clocks are not changed, each with how far they are ahead of UTC."""
    begins, offset = start, _offset(clock, start)
    for probed in range(start + _STEP, end + 1, _STEP):
        if _offset(clock, min(probed, end - 1)) != offset:
            changed = _change(clock, probed - _STEP, min(probed, end - 1))
            yield begins, changed, offset
            begins, offset = changed, _offset(clock, changed)
    yield begins, end, offset


def _change(clock: ZoneInfo, before: int, after: int) -> int:
    """The first moment at which clocks show what they show `after`."""
    new = _offset(clock, after)
    while after - before > 1:
        middle = (before + after) // 2
        before, after = (before, middle) if _offset(clock, middle) == new else (middle, after)
    return after


def _offset(clock: ZoneInfo, at: int) -> int:
    return ((_EPOCH + at * _MS).astimezone(clock).utcoffset() or timedelta()) // _MS


def _on_the_wall(hours: str, country: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """When it is open between two moments on a wall's clock, counted as if it showed UTC."""
    for week in range(start // _WEEK, (end - 1) // _WEEK + 1):
        for opens, closes in _week_on_the_wall(hours, country, week):
            if max(opens, start) < min(closes, end):
                yield max(opens, start), min(closes, end)


@lru_cache(maxsize=4096)
def _week_on_the_wall(hours: str, country: str, week: int) -> tuple[tuple[int, int], ...]:
    start, end = week * _WEEK, (week + 1) * _WEEK
    parsed = _parsed(hours, country)
    return tuple(
        (max(_wall(opens), start), end if closes is None else min(_wall(closes), end))
        for opens, closes, state, _ in parsed.intervals(_NAIVE + start * _MS, _NAIVE + end * _MS)
        if state is _OPEN
    )


def _wall(shown: datetime) -> int:
    return (shown - _NAIVE) // _MS


@lru_cache(maxsize=256)
def _parsed(hours: str, country: str) -> opening_hours.OpeningHours:
    """Raises ValueError for hours that cannot be read."""
    known = country if knows_holidays(country) else None
    try:
        return opening_hours.OpeningHours(hours, None, known, auto_country=False, auto_timezone=False)
    except opening_hours.ParserError as error:  # type: ignore[attr-defined]  # its stubs leave it out
        raise ValueError(str(error)) from None


@cache
def knows_holidays(country: str) -> bool:
    """Whether the public holidays of a country (ISO 3166) are known; where they are not, `PH` means no day."""
    try:
        opening_hours.OpeningHours("PH", None, country or "-", auto_country=False, auto_timezone=False)
    except opening_hours.UnknownCountryError:  # type: ignore[attr-defined]
        return False
    return True


def _joined(spans: Iterable[tuple[int, int]]) -> Spans:
    """Spans, where two touch made one."""
    joined: Spans = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return joined


def _both(some: Spans, others: Spans) -> Spans:
    """Where spans of both lie."""
    return [
        (max(start, begins), min(end, ends))
        for start, end in some
        for begins, ends in others
        if max(start, begins) < min(end, ends)
    ]
