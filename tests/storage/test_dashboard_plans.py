"""PostgreSQL reads the home page, its comments and /compare by index, whichever way it plans a statement."""

import asyncpg
import pytest

from storage.postgres import _SESSION
from storage.scripts import _postgres

SURVEYS = 40_000
FILL = (
    "INSERT INTO cell SELECT n, '', '[]' FROM generate_series(0, 199) AS n",
    "INSERT INTO cell_term SELECT n, 'brand', 'brand:' || n % 4 FROM generate_series(0, 199) AS n",
    """
    INSERT INTO session (id, lane, flow, revision, language, owner, outcome, state, version, started_at,
      ended_at, heard_at, basis)
    SELECT 's' || n, 'sms:+' || n, 'f', 'r', 'de', 'bot', '', '{{}}', 1, n * 1000000::bigint, 0, 0, 'campaign'
    FROM generate_series(1, {many}) AS n""",
    """
    INSERT INTO answer (session, question, type, lane, channel, flow, revision, language, value, text, segment, comment,
      corrections, at, day)
    SELECT 's' || n, 'score', 'nps', 'sms:+' || n, 'sms', 'f', 'r', 'de', n % 11, '', '', '', 0, n * 1000000::bigint,
      '2026-11-20'
    FROM generate_series(1, {many}) AS n""",
    """
    INSERT INTO counted (session, cell, asked, delivered, completed, opted_out, scored, score, commented_at)
    SELECT 's' || n, n % 200, '2026-11-20', 1, 1, 0, '2026-11-20', n % 11, n * 1000000::bigint
    FROM generate_series(1, {many}) AS n""",
    """
    INSERT INTO rollup SELECT '', 'day', CAST(DATE '2026-01-01' + n / 200 AS TEXT), n % 200, 0,
      0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1, 1, 1, 1, 0 FROM generate_series(0, 59999) AS n""",
    "ANALYZE",
)
DAYS, CELLS = '["2026-01-03", "2026-01-04"]', '["brand:1"]'
READS: dict[str, tuple[object, ...]] = {
    "tally": ("start", "", "day", "2026-01-03", "2026-01-05"),
    "tally_of": ("", CELLS, "[]", 1, "brand", DAYS, "day"),
    "days_with_comments": ("2026-01-03", "2026-01-05"),
    "cells_with_comments": ("2026-01-03", "2026-01-05"),
    "cells_with_comments_of": ("", CELLS, "[]", 1, DAYS),
    "counted_days": (),
    "commented": ("[3, 4]", 0, SURVEYS * 1_000_000, "", 20),
    "words": ('["s1", "s2"]',),
    "answers_each": (9_000_000_000, 9_040_000_000, "2026-11-20", "2026-11-20", 50_001),
    "sessions_with_solved_cases": (0, 1),
    "talk": ("s1",),
}


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
async def test_s30_no_page_goes_through_all_answers(postgres_url, mode):
    """Neither with the values known nor without: a prepared statement is planned either way."""
    database = await asyncpg.connect(postgres_url, server_settings=_SESSION | {"plan_cache_mode": mode})
    for change in FILL:
        await database.execute(change.format(many=SURVEYS))
    for name, values in READS.items():
        plan = [row[0] for row in await database.fetch(f"EXPLAIN {_postgres(name)}", *values)]
        for table in ("answer", "counted", "session", "rollup"):
            assert not any(f"Seq Scan on {table}" in step for step in plan), (name, mode, "\n".join(plan))
        assert not any("Gather" in step for step in plan), (name, plan)
    await database.close()
