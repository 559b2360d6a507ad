"""Rollups: what a change means for the counts, worked out and written in the transaction that makes the change.

For each survey `counted` says what the rollups hold of it. `recount` looks at what is true now and adds the difference,
so that corrections, late answers, erasure and doing it twice all come out right.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from bot.messages import TEST
from bot.rows import Consequences
from insights.dimensions import DIMENSIONS
from storage.cells import Cell, cells_of, terms_of
from storage.scripts import Ask, Many, Rows, Script

SHARDS = 16
COMMENTED, REVENUE, ASKED, DELIVERED, ANSWERED, COMPLETED, OPTED_OUT, WIDTH = 11, 12, 15, 16, 17, 18, 19, 20
"""Where counts stand in a row of rollup, behind its key; revenue has three places."""
_LANDED = frozenset(("sent", "delivered", "read"))
_OPENING = ".1.0"  # how the key of the message ends that opens a survey
_COUNTED = frozenset(("nps", "text"))
"""Types of questions whose answers are counted: scores, and the words for them."""
_DAY = 86_400_000  # ms


class Counting(NamedTuple):
    """How one process counts: the dimensions that the settings name, and which rows it adds to."""

    dimensions: tuple[str, ...] = DIMENSIONS
    shard: int = 0


class Counted(NamedTuple):
    """What the rollups hold of a survey. Days are UTC dates, "" for none; `terms` name its cell."""

    session: str
    cell: int
    asked: str
    delivered: int = 0
    completed: int = 0
    opted_out: int = 0
    scored: str = ""
    score: int | None = None
    commented_at: int | None = None
    revenue: int | None = None
    terms: str = "[]"


class _Known(msgspec.Struct):
    """What of a session's state says what it is about."""

    variables: dict[str, str] = {}
    attributes: dict[str, str] = {}


Key = tuple[str, str]
"""A day, and the terms of a cell."""

_known = msgspec.json.Decoder(_Known).decode


def after_batch(rows: Consequences, counting: Counting) -> Script[None]:
    """Count what a worker's batch has changed. Comes last in its transaction, so that nobody waits behind its locks."""
    fresh = {row.id for row in rows.sessions if row.version == 1 and row.basis != TEST}
    tried = {row.id for row in rows.sessions if row.version == 1 and row.basis == TEST}
    ids = fresh | {row.id for row in rows.sessions if row.outcome}
    ids |= {row.session for row in rows.answers if row.type in _COUNTED}
    moved = {row.session for row in rows.addresses if row.opted_out_at and row.session}
    moved |= {row.key.removesuffix(_OPENING) for row in rows.deliveries if row.key.endswith(_OPENING)}
    nameless = [row for row in rows.deliveries if not row.key and row.provider_id]
    if nameless:
        channels, refs = {row.channel for row in nameless}, {row.provider_id for row in nameless}
        found = yield Ask("opened_by_reported", (_listed(channels), _listed(refs)))
        moved |= {session for (session,) in found}
    if ids or moved:
        yield from recount((ids | moved) - tried, counting, moved - tried, fresh)


def after_sends(messages: Sequence[int], counting: Counting) -> Script[None]:
    """Count what became of these messages (by number), as far as they open surveys."""
    found = yield Ask("opened_by", (_listed(messages),))
    if found:
        ids = [session for (session,) in found]
        yield from recount(ids, counting, ids)


def recount(
    ids: Collection[str], counting: Counting, moved: Collection[str], fresh: Collection[str] = ()
) -> Script[int]:
    """Bring the rollups to what is true of these surveys now; how many of them had changed.

    `moved` are those whose message may have got somewhere, or whose customer may have stopped. `fresh` are those that
    this transaction begins, so that nobody else can count them yet.
    """
    before = yield from _held([key for key in ids if key not in fresh])
    found: dict[str, list[Sequence[Any]]] = {}
    for row in (yield Ask("countable", (_listed(ids),))):
        found.setdefault(row[0], []).append(row)
    begun = yield from _begun([key for key in found if key not in before or not before[key].asked], counting)
    got = {row[0]: row for row in (yield Ask("landed", (_listed(moved),)))} if moved else {}
    changed = []
    for key, rows in found.items():
        now = _counted(begun.get(key) or before[key], rows, got.get(key))
        if now != before.get(key):
            changed.append(now)
    yield Rows("save_counted", [one[:-1] for one in sorted(changed)])
    gone = [key for key in before if key not in found]
    if gone:
        yield Ask("drop_counted", (_listed(gone),))
    replaced = [before[one.session] for one in changed if one.session in before]
    yield Rows("add_rollup", rollup(difference([*replaced, *(before[key] for key in gone)], changed), counting.shard))
    return len(changed) + sum(1 for key in gone if before[key].asked)


def forget(ids: Mapping[str, str], counting: Counting) -> Script[None]:
    """Let surveys of somebody who is erased count for nobody: by old id the new one, or "" where nothing is to stay.

    Score and cell stay as they are; comment and revenue go.
    """
    before = yield Ask("lock_counted", (_listed(ids),))
    old = list(map(_read, before))
    kept = [one._replace(session=ids[one.session], commented_at=None, revenue=None) for one in old if ids[one.session]]
    yield Ask("drop_counted", (_listed(ids),))
    yield Rows("save_counted", [one[:-1] for one in sorted(kept)])
    yield Rows("add_rollup", rollup(difference(old, kept), counting.shard))


def contribution(one: Counted) -> list[tuple[str, int, int]]:
    """What a survey adds to its cell in the rollups: day, place in the row, how much."""
    added = []
    if one.asked:
        added = [(one.asked, ASKED, 1)]
        if one.delivered:
            added.append((one.asked, DELIVERED, 1))
        if one.completed:
            added.append((one.asked, COMPLETED, 1))
        if one.opted_out:
            added.append((one.asked, OPTED_OUT, 1))
    if one.score is not None:
        added += ((one.asked, ANSWERED, 1), (one.scored, one.score, 1))
        if one.commented_at is not None:
            added.append((one.scored, COMMENTED, 1))
        if one.revenue:
            added.append((one.scored, REVENUE + (one.score > 6) + (one.score > 8), one.revenue))
    return added


def difference(before: Iterable[Counted], now: Iterable[Counted]) -> dict[Key, list[int]]:
    """What the rollups lack of `now` if they hold `before`."""
    sums: dict[Key, list[int]] = {}
    for sign, some in ((-1, before), (1, now)):
        for one in some:
            for day, place, count in contribution(one):
                key = day, one.terms
                if key not in sums:
                    sums[key] = [0] * WIDTH
                sums[key][place] += sign * count
    return {key: counts for key, counts in sums.items() if any(counts)}


def rollup(found: Mapping[Key, Sequence[int]], shard: int) -> list[tuple[Any, ...]]:
    """Counts by day and cell as rows to add: of each grain, by day and by month, in the order of their key."""
    sums: dict[tuple[str, str, str, int], list[int]] = {}
    for (day, terms), counts in found.items():
        for cell in cells_of(terms):
            for period, start in (("day", day), ("month", f"{day[:7]}-01")):
                key = (cell.grain, period, start, cell.id)
                into = sums.get(key)
                if into is None:
                    sums[key] = list(counts)
                else:
                    sums[key] = [one + other for one, other in zip(into, counts, strict=True)]
    return [(*key, shard, *counts) for key, counts in sorted(sums.items()) if any(counts)]


def _held(ids: Sequence[str]) -> Script[dict[str, Counted]]:
    """What is counted of these surveys, each with a place that nobody else changes meanwhile."""
    if not ids:
        return {}
    held = {row[0]: _read(row) for row in (yield Ask("lock_counted", (_listed(ids),)))}
    missing = sorted(key for key in ids if key not in held)
    if missing:
        yield Many("hold_counted", [(key,) for key in missing])
        held |= {row[0]: _read(row) for row in (yield Ask("lock_counted", (_listed(missing),)))}
    return held


def _read(row: Sequence[Any]) -> Counted:
    return Counted._make([*row[:-1], row[-1] or "[]"])


def _begun(ids: Sequence[str], counting: Counting) -> Script[dict[str, Counted]]:
    """Surveys that are counted for the first time, with the cells that they are in."""
    if not ids:
        return {}
    begun = {}
    for row in (yield Ask("circumstances", (_listed(ids),))):
        terms, revenue = _circumstances(row, counting.dimensions)
        begun[row[0]] = Counted(row[0], cells_of(terms)[0].id, "", revenue=revenue, terms=terms)
    wanted = {cell.id: (cell, one.terms) for one in begun.values() for cell in cells_of(one.terms)}
    known = {key for (key,) in (yield Ask("known_cells", (_listed(wanted),)))}
    new = [wanted[key][0] for key in sorted(wanted) if key not in known]
    if new:
        yield Many("add_cell", [_named(cell) for cell in new])
        yield Many("add_cell_term", [(cell.id, one.partition(":")[0], one) for cell in new for one in cell.terms])
    return begun


def _named(cell: Cell) -> tuple[int, str, str]:
    return cell.id, cell.grain, json.dumps(cell.terms, ensure_ascii=False)


def _circumstances(row: Sequence[Any], dimensions: Sequence[str]) -> tuple[str, int | None]:
    """The terms of a survey, and its customer's revenue: what the survey itself says goes before the contact's."""
    _, flow, lane, language, variant, state, brand, region, segment, agent, revenue, attributes, *asked = row
    source, name, wave, variables = asked
    contact = {"brand": brand, "region": region, "segment": segment, "agent": agent}
    known = json.loads(attributes) if attributes else {}
    known |= {key: value for key, value in contact.items() if value}
    if source:
        known |= {source: name, **({"wave": str(wave)} if source == "campaign" else {})}
        known |= json.loads(variables)[0]
    session = _known(state)
    known |= session.attributes | session.variables
    fixed = {"flow": flow, "channel": lane.partition(":")[0], "language": language, "variant": variant}
    values = {key: value for key in dimensions if isinstance(value := known.get(key), str)}
    return terms_of(values | fixed), revenue


def _counted(one: Counted, rows: Sequence[Sequence[Any]], got: Sequence[Any] | None) -> Counted:
    """What is true of a survey by its rows of `countable`, and its row of `landed` if that was looked up."""
    _, outcome, started_at, *_ = rows[0]
    score: Sequence[Any] | None = None
    worded = 0
    for row in rows:
        if row[3] == "nps" and row[4] is not None:
            if score is None or (row[6], row[7]) < (score[6], score[7]):
                score = row
        elif row[3] == "text":
            worded |= row[8]
    delivered, opted_out = one.delivered, one.opted_out
    if got:
        _, state, stopped = got
        delivered = delivered if state is None else int(state in _LANDED)
        opted_out |= stopped  # who comes back later has stopped all the same
    if score is None:
        about = "", None, None
    else:
        delivered = 1
        about = score[5], score[4], score[6] if score[8] or worded else None
    asked = one.asked or _day(started_at // _DAY)
    opted_out |= outcome == "opted_out"
    return Counted(
        one.session, one.cell, asked, delivered, int(outcome == "completed"), int(opted_out), *about, one.revenue,
        one.terms,
    )  # fmt: skip


def _listed(ids: Iterable[str] | Iterable[int]) -> str:
    return json.dumps(sorted(ids))


@lru_cache(maxsize=1000)
def _day(since_1970: int) -> str:
    return datetime.fromtimestamp(since_1970 * 86_400, UTC).date().isoformat()
