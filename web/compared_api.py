"""Comparisons for other systems: the same that the page shows."""

from datetime import date

from insights.comparisons import Recovered, Repeats
from insights.estimates import Difference, Estimate
from web.comparing import Comparisons
from web.insight_shapes import (
    Again,
    Apart,
    ChannelEffect,
    Compared,
    Find,
    Month,
    Moved,
    Ranked,
    Returned,
    Share,
    Sure,
    Wave,
    Weighed,
)


def told(found: Comparisons) -> Compared:
    """All of it as types of the API."""
    asked, this, moved = found.asked, found.month, found.moved
    worth, everybody, again = found.worth, found.represented, found.repeats
    return Compared(
        since=asked.window.since.isoformat(),
        until=asked.last.isoformat(),
        by=asked.by,
        month=Month(
            this.first.isoformat(), this.now.answered, this.before.answered, _sure(this.level), apart(this.between)
        ),
        moved=Moved(None if moved.usual is None else round(moved.usual, 1), _iso(moved.down), _iso(moved.up)),
        waves=[
            Wave(row.key, row.tally.answered, _sure(row.score), apart(row.against), row.p, row.verdict)
            for row in found.waves
        ],
        ranks=[
            Ranked(line.key, round(line.scores.n), _sure(line.own), sure(line.drawn), line.best, line.worst)
            for line in found.ranks
        ],
        finds=[
            Find(each.attribute, each.key, sure(each.score), _between(each.against), each.p) for each in found.finds
        ],
        one_by_one=found.one_by_one,
        by_revenue=None if worth is None else _weighed(worth.weighted, worth.plain, worth.effective),
        represented=None if everybody is None else _weighed(everybody.score, everybody.unweighted, everybody.effective),
        repeats=None if again is None else _again(again),
        recovered=None if found.recovered is None else _returned(found.recovered),
        channels=[
            ChannelEffect(each.key, _sure(each.score), apart(each.plain), apart(each.adjusted), each.p, each.verdict)
            for each in found.channels
        ],
    )


def sure(found: Estimate) -> Sure:
    """A score with one decimal."""
    return Sure(round(found.value, 1), round(found.low, 1), round(found.high, 1), found.n)


def apart(found: Difference | None) -> Apart | None:
    """A difference with one decimal."""
    return None if found is None else _between(found)


def _again(found: Repeats) -> Again:
    return Again(found.people, found.again, sure(found.all_answers), sure(found.last_only))


def _iso(found: date | None) -> str | None:
    return None if found is None else found.isoformat()


def _weighed(weighted: Estimate, plain: Estimate, effective: float) -> Weighed:
    return Weighed(sure(weighted), sure(plain), round(effective, 1))


def _sure(found: Estimate | None) -> Sure | None:
    return None if found is None else sure(found)


def _between(found: Difference) -> Apart:
    return Apart(round(found.value, 1), round(found.low, 1), round(found.high, 1), round(found.p, 4))


def _returned(found: Recovered) -> Returned:
    all_of_them, handled = found.next, found.handled
    return Returned(
        people=all_of_them.people,
        higher=_share(all_of_them.higher),
        left=_share(all_of_them.left),
        handled=handled.people,
        handled_higher=_share(handled.higher),
        handled_left=_share(handled.left),
        beside=apart(found.beside),
    )


def _share(found: Estimate | None) -> Share | None:
    if found is None:
        return None
    return Share(round(found.value, 4), round(found.low, 4), round(found.high, 4))
