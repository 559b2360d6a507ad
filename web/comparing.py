"""What the comparisons of a window are made of: this month, waves, ranks, what stands out, whose answers they are."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple, Protocol

from insights.agents import Line as Ranked
from insights.agents import ranked
from insights.alert import RATE, Watch, fallen, turned, usual
from insights.always import apart, level
from insights.comparisons import (
    Given,
    Recovered,
    Repeats,
    Worth,
    by_worth,
    channels,
    recovered,
    repeated,
    representing,
)
from insights.estimates import ENOUGH, Difference, Estimate
from insights.mix import Effect
from insights.nps import SCALE
from insights.segments import Find, Row, standing_out, waves
from insights.tally import Tally
from insights.weighting import Represented
from web.figures import Counts, total
from web.filters import OUR_OWN, Asked, Window

BOTH = RATE / 2  # of a fall and of a rise, so that together they are as seldom wrong as one alarm
YEAR = 366  # days
MONTHS = 12
WAVE = "wave"
"""A dimension of this name says which wave of a campaign an answer is of; else months are the waves."""


class Answers(Protocol):
    """Where answers are read one by one."""

    async def each(self, window: Window) -> Sequence[Given] | None:
        """The answers of a window in the order in which they were given; None if they are too many."""
        ...


class Reading(Counts, Answers, Protocol):
    """What comparisons read."""


class Month(NamedTuple):
    """The month so far beside the whole last one: both may be looked at every day."""

    first: date
    now: Tally
    before: Tally
    level: Estimate | None
    between: Difference | None


class Moved(NamedTuple):
    """Whether the score has left its usual level, and on which day that was found out."""

    usual: float | None  # None: too few answers before
    down: date | None
    up: date | None


class Comparisons(NamedTuple):
    """All of it. `one_by_one` is False where there are too many answers for that."""

    asked: Asked
    month: Month
    moved: Moved
    by_wave: bool
    waves: Sequence[Row]
    ranks: Sequence[Ranked]
    finds: Sequence[Find]
    one_by_one: bool
    worth: Worth | None
    represented: Represented | None
    repeats: Repeats | None
    recovered: Recovered | None
    channels: Sequence[Effect]


async def compare(reading: Reading, asked: Asked) -> Comparisons:
    """Read and compare; the month and the alarm end with the window's last day."""
    names = (*OUR_OWN, *reading.dimensions)
    window, by_wave = asked.window, WAVE in reading.dimensions
    month, moved, found, groups, given = await asyncio.gather(
        _month(reading, asked),
        _moved(reading, asked),
        _waves(reading, asked, by_wave=by_wave),
        asyncio.gather(*(reading.tally(window, name) for name in names)),
        reading.each(window),
    )
    tallies = {name: {row.key: row.tally for row in rows} for name, rows in zip(names, groups, strict=True)}
    ours = {name: tallies[name] for name in reading.dimensions}
    people = {name: {value: tally.asked for value, tally in values.items()} for name, values in ours.items()}
    some = given or ()
    return Comparisons(
        asked, month, moved, by_wave, found,
        ranks=ranked({value: tally.bands for value, tally in tallies[asked.by].items()}),
        finds=standing_out(tallies),
        one_by_one=given is not None,
        worth=by_worth(some),
        represented=representing(some, _told_apart(people, some)),
        repeats=repeated(some),
        recovered=recovered(some),
        channels=channels(some, [name for name in ("brand", "region", "segment") if name in ours]),
    )  # fmt: skip


def _told_apart(people: Mapping[str, Mapping[str, int]], given: Sequence[Given]) -> Mapping[str, Mapping[str, int]]:
    """Dimensions of which there are few enough values to weight by: each has answers enough on average."""
    return {name: values for name, values in people.items() if 1 < len(values) * ENOUGH <= len(given)}


async def _month(reading: Reading, asked: Asked) -> Month:
    first = asked.last.replace(day=1)
    last = (first - timedelta(days=1)).replace(day=1)
    now, before = await asyncio.gather(
        reading.tally(asked.window._replace(since=first)), reading.tally(asked.window._replace(since=last, until=first))
    )
    one, other = total(now).tally, total(before).tally
    return Month(first, one, other, level(one.bands), apart(one.bands, other.bands))


async def _moved(reading: Reading, asked: Asked) -> Moved:
    """This calendar year against the level of the last one, which is what the alarm's promise is about."""
    since = asked.last.replace(month=1, day=1)
    year = asked.window._replace(since=since)
    last = asked.window._replace(since=since.replace(year=since.year - 1), until=since)
    rows, before = await asyncio.gather(reading.tally(year, "day"), reading.tally(last))
    tallies = {date.fromisoformat(row.key): row.tally for row in rows}
    days = [since + timedelta(days=number) for number in range(year.days)]
    scores = [tallies.get(day, Tally()).bands for day in days]
    known = total(before).tally.bands
    low, risen = usual(known, BOTH), usual(turned(known), BOTH)
    if known.n < ENOUGH or low is None or risen is None:
        return Moved(None, None, None)
    down = fallen(scores, low, BOTH, YEAR)
    up = fallen([turned(each) for each in scores], risen, BOTH, YEAR)
    return Moved(SCALE * known.score, _day(down, days), _day(up, days))


def _day(watch: Watch, days: Sequence[date]) -> date | None:
    return None if watch.alarm is None else days[watch.alarm]


async def _waves(reading: Reading, asked: Asked, *, by_wave: bool) -> Sequence[Row]:
    if by_wave:
        rows = await reading.tally(asked.window, WAVE)
        return waves([(row.key, row.tally) for row in rows if row.key])
    first = asked.last.replace(day=1)
    for _ in range(MONTHS - 1):
        first = (first - timedelta(days=1)).replace(day=1)
    rows = await reading.tally(asked.window._replace(since=first), "month")
    return waves([(row.key, row.tally) for row in rows])
