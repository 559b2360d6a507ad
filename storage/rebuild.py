"""The rollups anew from the answers, beside a server that goes on: first each survey, then the sums, month by month.

Both steps add only what is missing, and see it in one look with what is there. So it does not matter what is counted
meanwhile, nor where an earlier run was cut off; memory holds one page of surveys, or one month's sums.
"""

import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple, Protocol

from storage.rollups import COMMENTED, REVENUE, WIDTH, Counting, Key, recount, rollup
from storage.scripts import Ask, Rows, Script

PAGE = 500  # surveys per transaction
_KEY = 5  # columns of a rollup's key, the shard among them


class Base(Protocol):
    """What a store offers here."""

    counting: Counting

    async def run(self, script: Callable[[], Script[Any]], *topics: str) -> Any:
        """Run as one transaction."""

    async def read(self, script: Callable[[], Script[Any]]) -> Any:
        """Look."""


class Rebuilt(NamedTuple):
    """How many surveys there are, how many were counted wrongly or not at all, and how many sums were wrong."""

    surveys: int
    recounted: int
    corrected: int


async def rebuild(store: Base, progress: Callable[[str, int, int], None]) -> Rebuilt:
    """Count everything anew. `progress` hears what is done, how much of it, of how much."""
    [(total,)] = await store.read(partial(_asked, "how_many_surveys"))
    surveys = recounted = 0
    after = ""
    progress("surveys", 0, total)
    while found := await store.read(partial(_asked, "to_recount", after, PAGE)):
        ids = [key for (key,) in found]
        recounted += await store.run(partial(recount, ids, store.counting, ids))
        surveys, after = surveys + len(ids), ids[-1]
        progress("surveys", surveys, max(total, surveys))
    corrected = 0
    months = sorted(month for (month,) in await store.read(partial(_asked, "months_counted")))
    progress("months", 0, len(months))
    for done, month in enumerate(months, 1):
        missing = await store.read(partial(lacking, month))
        if missing:
            await store.run(partial(_add, month, missing))
        corrected += len(missing)
        progress("months", done, len(months))
    return Rebuilt(surveys, recounted, corrected)


def lacking(month: str) -> Script[list[tuple[Any, ...]]]:
    """What has to be added to a month's rollups (`2026-11`) so that they hold what is counted, as rows of rollup."""
    found = yield Ask("rollups_beside_counted", (json.dumps(sorted((yield from _grains()))), *_days(month)))
    sums: dict[Key, list[int]] = {}
    held: dict[tuple[Any, ...], list[int]] = {}
    for what, grain, period, start, cell, score, terms, *counts in found:
        numbers = list(map(int, counts))
        if what == "held":
            held[grain, period, start, cell, 0] = numbers
            continue
        if what == "scored":
            numbers = _scored(score, numbers)
        into = sums.setdefault((start, terms), [0] * WIDTH)
        for place, number in enumerate(numbers):
            into[place] += number
    wanted = {row[:_KEY]: list(row[_KEY:]) for row in rollup(sums, 0)}
    nothing = [0] * WIDTH
    rows = [
        (*key, *(w - h for w, h in zip(wanted.get(key, nothing), held.get(key, nothing), strict=True)))
        for key in sorted(wanted.keys() | held.keys())
    ]
    return [row for row in rows if any(row[_KEY:])]


def _scored(score: int, counts: Sequence[int]) -> list[int]:
    """A group of surveys with the same score, as a row of rollup."""
    numbers = [0] * WIDTH
    numbers[score], numbers[COMMENTED] = counts[0], counts[COMMENTED]
    numbers[REVENUE + (score > 6) + (score > 8)] = counts[REVENUE]
    return numbers


def _add(month: str, missing: Sequence[Sequence[Any]]) -> Script[None]:
    yield Rows("add_rollup", missing)
    yield Ask("drop_empty_rollups", (json.dumps(sorted((yield from _grains()))), *_days(month)))


def _grains() -> Script[list[str]]:
    return [grain for (grain,) in (yield Ask("grains"))]


def _days(month: str) -> tuple[str, str]:
    return f"{month}-01", f"{month}-31"


def _asked(name: str, *facts: Any) -> Script[list[tuple[Any, ...]]]:
    return (yield Ask(name, facts))
