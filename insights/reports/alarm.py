"""When a score has really moved: a watch over its days with a rate of false alarms that is quoted, one alarm per move.

A watch knows its usual level from the days before it and looks at each finished day (`insights.alert`). Its alarm ends
it. The next one takes its level from the days after the alarm, so that the same move is not told twice. Without an
alarm it is renewed after a year: the rate is one per year.
"""

from collections.abc import Mapping
from datetime import date, timedelta

from msgspec import Struct

from insights.alert import DAYS, fallen, turned, usual
from insights.estimates import ENOUGH, Estimate
from insights.intervals import careful
from insights.nps import Scores, together
from insights.reports.plan import Way

BASE = 90  # days, at most, whose answers tell the usual level
SETTLED = 28  # days after an alarm before the level is taken anew
TOLD = 28  # days, at most, whose score an alarm tells
_DAY = timedelta(days=1)


class Alarm(Struct, frozen=True):
    """A move. `watch` is the day its watch began: with the way it names the alarm for ever."""

    way: Way
    watch: date
    day: date  # the day after which it was certain enough
    before: Estimate  # the score of the days that the level comes from
    since: Estimate  # the score of the days up to `day`
    first: date  # the first of those

    @property
    def key(self) -> str:
        """What is told once."""
        return f"{self.way}:{self.watch}"


def alarm(days: Mapping[date, Scores], way: Way, begun: date, last: date | None, until: date) -> Alarm | None:
    """The alarm of the watch that goes on, if there is one.

    `begun` is the day from which on somebody wants to know, `last` that of the alarm before, `until` the first day that
    is not finished.
    """
    start = _start(days, begun, last, until)
    while start is not None and start + timedelta(days=DAYS) < until:
        if found := _watched(days, way, start, last, start + timedelta(days=DAYS)):
            return found
        start = _start(days, start + timedelta(days=DAYS), None, until)
    return _watched(days, way, start, last, until) if start is not None else None


def earliest(begun: date) -> date:
    """The first day whose answers a watch wants to see."""
    return begun - timedelta(days=BASE)


def _start(days: Mapping[date, Scores], begun: date, last: date | None, until: date) -> date | None:
    """The first day before which there are enough answers to know the usual level."""
    start = begun if last is None else last + timedelta(days=SETTLED + 1)
    while start < until:
        if _base(days, start, last).n >= ENOUGH:
            return start
        start += _DAY
    return None


def _base(days: Mapping[date, Scores], start: date, last: date | None) -> Scores:
    first = start - timedelta(days=BASE)
    return _sum(days, max(first, last + _DAY) if last else first, start)


def _sum(days: Mapping[date, Scores], first: date, until: date) -> Scores:
    return together(scores for day, scores in days.items() if first <= day < until)


def _watched(days: Mapping[date, Scores], way: Way, start: date, last: date | None, until: date) -> Alarm | None:
    base = _base(days, start, last)
    each = [days.get(start + timedelta(days=n), Scores()) for n in range((until - start).days)]
    rising = way == "rise"
    level = usual(turned(base) if rising else base)
    if level is None:
        return None
    found = fallen([turned(scores) for scores in each] if rising else each, level).alarm
    if found is None:
        return None
    day = start + timedelta(days=found)
    first = max(start, day - timedelta(days=TOLD - 1))
    before, since = careful(base), careful(_sum(days, first, day + _DAY))
    if before is None or since is None:  # an alarm takes answers
        return None
    return Alarm(way, start, day, before, since, first)
