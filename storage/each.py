"""Answers one by one: what a customer said before and after, and what they are worth. Days are UTC.

For figures that sums cannot give. Nobody's name or address leaves this file, only what tells people apart.
"""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import NamedTuple

from storage.scripts import Ask, Script
from storage.tallies import Filters, tally

MOST = 50_000  # answers
_MS = 86_400_000  # per day
_EARLIER = 60 * _MS  # in which the survey of an answer has begun


class Each(NamedTuple):
    """One score. `person` tells people apart and no more; `revenue` is None where it is not known."""

    person: str
    score: int
    about: dict[str, str]
    revenue: int | None
    handled: bool  # its case is solved


def each(filters: Filters, first: date, last: date) -> Script[list[Each] | None]:
    """The scores from the first day to the last one, in the order in which their surveys began.

    None for more than `MOST`: then it has to be fewer days.
    """
    [counted] = yield from tally({}, first, last)
    if counted.tally.answered > MOST:  # known at once, and reading as many to find out takes seconds
        return None
    since, until = _ms(first), _ms(last) + _MS - 1
    rows = yield Ask("answers_each", (since - _EARLIER, until, first.isoformat(), last.isoformat(), MOST + 1))
    if len(rows) > MOST:
        return None
    solved = yield Ask("sessions_with_solved_cases", (since - _EARLIER, until + _EARLIER))
    handled = {session for (session,) in solved}
    numbers: dict[str, str] = {}
    found = []
    for session, person, score, revenue, terms in reversed(rows):
        about = _about(terms)
        if all(about.get(name, "") in values for name, values in filters.items()):
            number = numbers.setdefault(person, str(len(numbers)))
            found.append(Each(number, score, about, revenue, session in handled))
    return found


@lru_cache(maxsize=10_000)
def _about(terms: str) -> dict[str, str]:
    known: Sequence[str] = json.loads(terms)
    return dict(term.split(":", 1) for term in known)


def _ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000
