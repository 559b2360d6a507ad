"""What a page of figures is about: a period and a value for some dimensions, as its address says."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from starlette.requests import Request

from insights.charts.trend import Step
from web.problems import Refused

PERIODS: Mapping[str, int] = {"7d": 7, "30d": 30, "90d": 90, "365d": 365}
"""Days up to and with today."""
USUAL = "30d"
OWN = "own"  # from one day to another, both in it
MOST_DAYS = 3660
MOST_TEXT = 200  # characters of a value
OUR_OWN = ("flow", "channel", "language")
"""Dimensions that every answer has; the settings name further ones."""
NONE = "-"
"""Stands in an address for answers of whom a dimension is not known; a value is never empty there."""


class Window(NamedTuple):
    """Days, the last one not in it, and the values that are meant: dimension → values. UTC."""

    since: date
    until: date
    filters: Mapping[str, tuple[str, ...]]

    @property
    def days(self) -> int:
        """How many."""
        return (self.until - self.since).days

    @property
    def before(self) -> "Window":
        """As many days, right before."""
        return self._replace(since=self.since - timedelta(days=self.days), until=self.since)


class Asked(NamedTuple):
    """What somebody wants to see. `by` is the dimension whose groups are put side by side."""

    window: Window
    period: str
    chosen: Mapping[str, str]
    by: str
    limits: Mapping[str, tuple[str, ...]]  # what the reader may see at all
    front: str = "/"  # where the page is

    def without(self, *names: str) -> Window:
        """The window with any value of these dimensions, within what the reader may see."""
        rest = {name: values for name, values in self.window.filters.items() if name not in names}
        return self.window._replace(filters={**self.limits, **rest})

    @property
    def last(self) -> date:
        """The last day that is in it."""
        return self.window.until - timedelta(days=1)

    @property
    def steps(self) -> tuple[Step, ...]:
        """How the trend may be divided, the finest first."""
        days = self.window.days
        return ("day", "week") if days <= 31 else ("week", "month") if days <= 124 else ("month",)

    @property
    def query(self) -> dict[str, str]:
        """The same as an address has it, what is usual left out."""
        days = {}
        if self.period == OWN:
            days = {"from": self.window.since.isoformat(), "to": self.last.isoformat()}
        elif self.period != USUAL:
            days = {"period": self.period}
        return {**days, **self.chosen, "by": self.by}

    def address(self, path: str = "", **changed: str) -> str:
        """A link to the same with something changed; "" takes it out. Without a path to the page itself."""
        query = {name: value for name, value in (self.query | changed).items() if value}
        return f"{path or self.front}?{urlencode(query)}" if query else path or self.front


def asked(request: Request, dimensions: Sequence[str], now: int, brands: Collection[str] | None = None) -> Asked:
    """Read an address, as `read` does."""
    return read(request.query_params, dimensions, now, brands)


def read(given: Mapping[str, str], dimensions: Sequence[str], now: int, brands: Collection[str] | None = None) -> Asked:
    """What is asked for; `now` is epoch ms, `brands` those that the reader may see (None: all).

    Raises Refused: 422 for what cannot be, 403 where the reader's brands cannot be told apart.
    """
    known = (*OUR_OWN, *dimensions)
    chosen = {name: given[name] for name in known if given.get(name)}
    for name, value in chosen.items():
        if len(value) > MOST_TEXT:
            raise Refused(422, "Wrong filter", f"{name} has at most {MOST_TEXT} characters.")
    filters: dict[str, tuple[str, ...]] = {name: ("" if value == NONE else value,) for name, value in chosen.items()}
    limits = {} if brands is None else {"brand": _allowed(brands, filters.get("brand"), dimensions)}
    by = given.get("by") or (dimensions[0] if dimensions else "channel")
    if by not in known:
        raise Refused(422, "Wrong dimension", f"by is one of {', '.join(known)}.")
    since, until, period = _days(given, datetime.fromtimestamp(now / 1000, UTC).date())
    return Asked(Window(since, until, limits | filters), period, chosen, by, limits)


def cursor(given: Mapping[str, str]) -> str:
    """Where a page of comments goes on, "" for the first. Raises Refused."""
    after = given.get("after", "")
    at, _, session = after.partition(":")
    if after and not (at.isascii() and at.isdecimal() and len(at) < 15 and 0 < len(session) < MOST_TEXT):
        raise Refused(422, "Wrong cursor", "Pass `next` of the page before as it was.")
    return after


def _allowed(brands: Collection[str], wanted: tuple[str, ...] | None, dimensions: Sequence[str]) -> tuple[str, ...]:
    if "brand" not in dimensions:
        detail = "Your role is for some brands only, and answers are not counted by brand here."
        raise Refused(403, "Not for you", detail)
    if wanted and wanted[0] not in brands:
        raise Refused(403, "Not for you", "Your role is for other brands.")
    return tuple(sorted(brands))


def _days(given: Mapping[str, str], today: date) -> tuple[date, date, str]:
    tomorrow = today + timedelta(days=1)
    if not (given.get("from") or given.get("to")):
        period = given.get("period") or USUAL
        if period not in PERIODS:
            raise Refused(422, "Wrong period", f"period is one of {', '.join(PERIODS)}; or pass from and to.")
        return tomorrow - timedelta(days=PERIODS[period]), tomorrow, period
    last = _day(given.get("to", ""), today)
    first = _day(given.get("from", ""), last - timedelta(days=PERIODS[USUAL] - 1))
    if not 0 <= (last - first).days < MOST_DAYS:
        raise Refused(422, "Wrong period", f"from comes before to, at most {MOST_DAYS} days.")
    return first, last + timedelta(days=1), OWN


def _day(text: str, otherwise: date) -> date:
    if not text:
        return otherwise
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = date.min
    if not 2000 <= found.year < 3000:
        raise Refused(422, "Wrong date", "Dates are written 2026-03-31.")
    return found
