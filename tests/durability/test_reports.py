"""Reports that come while somebody else changes the message that they are about."""

import asyncio

import asyncpg
import pytest

import storage.postgres
import storage.sets
from bot.rows import DeliveryRow
from tests.storage.builders import NOW

FILL = """
INSERT INTO outbox (key, lane, channel, session, kind, payload, not_before, not_after, created_at, state, rank, edits)
SELECT key, key, 'telegram', 's', 'survey', '{}', 0, 0, 0, 'sending', 1, '' FROM unnest($1::text[]) AS r (key)
"""
KEYS = ["m0", "m1", "m2"]


@pytest.mark.parametrize("changed", KEYS)
async def test_p4_p5_no_report_is_lost_to_a_change_of_its_message(postgres_url, changed):
    """P4, P5, T1: presses say that questions have arrived, while one of these is being put down as unknown.

    With several in one statement, PostgreSQL once locked and then left out the one that had just been changed.
    """
    changing = await asyncpg.connect(postgres_url)
    reporting = await asyncpg.connect(postgres_url, server_settings=storage.postgres._WRITING)
    reports = [DeliveryRow(key, "telegram", f"p{key}", "sent", 3, "", "", NOW) for key in KEYS]
    try:
        await changing.execute(FILL, KEYS)
        async with changing.transaction():
            await changing.execute("UPDATE outbox SET state = 'unknown' WHERE key = $1", changed)
            task = asyncio.create_task(storage.sets._deliver(reporting, reports))
            blocked = False
            while not blocked:
                blocked = await changing.fetchval("SELECT count(*) > 0 FROM pg_locks WHERE NOT granted")
                await asyncio.sleep(0.01)
        await task
        told = await changing.fetch("SELECT key FROM outbox WHERE state = 'sent' ORDER BY key")
        assert [row["key"] for row in told] == KEYS
    finally:
        await changing.close()
        await reporting.close()
