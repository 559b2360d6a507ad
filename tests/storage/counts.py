"""What the rollups should hold, worked out from the other tables in the plainest way; and what they do hold."""

import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from storage.cells import cells_of
from storage.rollups import ANSWERED, ASKED, COMMENTED, COMPLETED, DELIVERED, OPTED_OUT, REVENUE
from storage.scripts import Ask, Many, Script
from storage.sql import portable

STATEMENTS = {
    "counts_rollup": "SELECT grain, period, start, cell, s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, commented,"
    " low_revenue, middle_revenue, high_revenue, asked, delivered, answered, completed, opted_out FROM rollup",
    "counts_session": "SELECT id, lane, flow, language, variant, outcome, basis, started_at FROM session",
    "counts_answer": "SELECT session, question, type, value, text, comment, at, day FROM answer",
    "counts_message": "SELECT key, state FROM outbox",
    "counts_stored": "SELECT c.session, c.delivered, c.opted_out, c.revenue, k.terms FROM counted AS c"
    " JOIN cell AS k ON k.id = c.cell",
    "counts_spoil": "UPDATE rollup SET s9 = s9 + 1, asked = 0 WHERE period = 'month'",
    "counts_spoil_surveys": "UPDATE counted SET score = 0, scored = asked WHERE score IS NOT NULL",
    "counts_lose": "DELETE FROM rollup",
    "counts_lose_surveys": "DELETE FROM counted",
    "counts_shards": "SELECT DISTINCT shard FROM rollup ORDER BY shard",
    "counts_contact": """
    INSERT INTO contact (id, external, name, language, zone, zone_source, country, brand, region, segment, agent,
      revenue, attributes, created_at, updated_at)
    VALUES (:id, :id, 'Eva', 'de', '', '', '', :brand, :region, '', '', CAST(:revenue AS BIGINT), :attributes, 0, 0)""",
    "counts_place": "INSERT INTO contact_address (lane, contact, channel, hmac, key_id, rank, added_at)"
    " VALUES (:lane, :contact, 'sms', :hmac, 'k1', 0, 0)",
    "counts_part": "DELETE FROM contact_address WHERE lane = :lane",
    "counts_region": "UPDATE contact SET region = :region WHERE id = :id",
}
LANDED = ("sent", "delivered", "read")


def install() -> None:
    """Make the statements known."""
    portable().update(STATEMENTS)


def asked(name: str, *facts: Any) -> Script[list[tuple[Any, ...]]]:
    """One statement."""
    return (yield Ask(name, facts))


def known(lane: str, contact: str = "c1", revenue: int | None = 500, **attributes: str) -> Script[None]:
    """A contact at this address."""
    brand, region = attributes.pop("brand", "acme"), attributes.pop("region", "north")
    yield Ask("counts_contact", (contact, brand, region, revenue, json.dumps(attributes)))
    yield Many("counts_place", [(lane, contact, f"h-{lane}")])


async def held(store: Any) -> dict[tuple[Any, ...], dict[int, int]]:
    """The rollups' counts by grain, period, start and cell, over all shards; without zeros."""
    sums: dict[tuple[Any, ...], Counter[int]] = {}
    for row in await store.read(lambda: asked("counts_rollup")):
        into = sums.setdefault(row[:4], Counter())
        for place, count in enumerate(row[4:]):
            into[place] += count
    return _without_zeros(sums)


async def due(store: Any) -> dict[tuple[Any, ...], dict[int, int]]:
    """The same from sessions, answers and messages.

    What the other tables forget (whether an erased survey's message arrived, who had stopped before coming back, where
    somebody was counted) is taken as it is kept.
    """
    sessions = await store.read(lambda: asked("counts_session"))
    answers = await store.read(lambda: asked("counts_answer"))
    messages = dict(await store.read(lambda: asked("counts_message")))
    kept = {row[0]: row[1:] for row in await store.read(lambda: asked("counts_stored"))}
    sums: dict[tuple[Any, ...], Counter[int]] = {}
    for key, lane, flow, language, variant, outcome, basis, started in sessions:
        if basis == "test":
            continue
        delivered, stopped, revenue, terms = kept[key]
        fixed = {"flow": flow, "channel": lane.partition(":")[0], "language": language, "variant": variant}
        assert not lane or {f"{name}:{value}" for name, value in fixed.items() if value} <= set(json.loads(terms))
        own = sorted((row for row in answers if row[0] == key), key=lambda row: (row[6], row[1]))
        scores = [row for row in own if row[2] == "nps"]
        state = messages.get(f"{key}.1.0")
        landed = bool(scores) or (delivered if state is None else state in LANDED)
        counts = {ASKED: 1, DELIVERED: landed, ANSWERED: bool(scores)}
        counts |= {COMPLETED: outcome == "completed", OPTED_OUT: outcome == "opted_out" or stopped}
        _add(sums, date_of(started), terms, counts)
        if scores:
            _, _, _, value, _, comment, _, day = scores[0]
            words = comment or any(row[2] == "text" and row[4] for row in own)
            band = 0 if value <= 6 else 1 if value <= 8 else 2
            _add(sums, day, terms, {value: 1, COMMENTED: bool(words), REVENUE + band: revenue or 0})
    return _without_zeros(sums)


def _add(sums: dict[tuple[Any, ...], Counter[int]], day: str, terms: str, counts: dict[int, Any]) -> None:
    for cell in cells_of(terms):
        for period, start in (("day", day), ("month", f"{day[:8]}01")):
            into = sums.setdefault((cell.grain, period, start, cell.id), Counter())
            for place, count in counts.items():
                into[place] += int(count)


def date_of(at: int) -> str:
    """The UTC date of a moment (epoch ms), ISO."""
    return datetime.fromtimestamp(at / 1000, UTC).date().isoformat()


def _without_zeros(sums: dict[tuple[Any, ...], Counter[int]]) -> dict[tuple[Any, ...], dict[int, int]]:
    found = {key: {place: count for place, count in counts.items() if count} for key, counts in sums.items()}
    return {key: counts for key, counts in found.items() if counts}
