"""However many messages there have been, the writer's statements find theirs by index."""

import re
import sqlite3
from itertools import pairwise

import asyncpg
import pytest

from storage.postgres import _WRITING
from storage.postgres import SQL as SQL_OF_POSTGRESQL
from storage.sql import statements
from storage.sqlite import connect

WHOLE_TABLE = re.compile(
    r"SCAN (inbox|outbox|address|session|answer|timer|journal|cases|case_entry|case_place|file|voucher|\w)$"
)
BY_LANE = re.compile(r"Index Cond: .*(\blane\b|\bid = ANY)")
LOOKED_AT = (
    "case", "case_entries", "file", "cases_by_code", "cases_in", "cases_over", "cases_waiting", "counts",
    "latest_cases", "live_threads", "place_card", "place_notes",
)  # fmt: skip
_FILL = """INSERT INTO outbox (key, lane, channel, session, kind, payload, not_before, not_after, created_at)
SELECT gen_random_uuid(), {lane}, 'sms', 's', 'desk', '{{}}', n, 0, n FROM generate_series(1, {many}) AS n"""
BELIEFS = (
    "SELECT 1",
    "ANALYZE outbox",
    _FILL.format(lane="'sms:+' || n", many=20_000),
    "ANALYZE outbox",
    "UPDATE outbox SET state = 'sent'",
    "VACUUM ANALYZE outbox",  # hardly anything is open
    _FILL.format(lane="'sms:+1'", many=3_000),
    _FILL.format(lane="'sms:+' || n % 10", many=50_000),
    "ANALYZE outbox",  # few lanes
    "UPDATE outbox SET state = 'sending' WHERE id % 2 = 0",
    "ANALYZE outbox",
)
SQL = statements("sqlite") | {name: statements("reading")[name] for name in LOOKED_AT}


@pytest.fixture(scope="module")
def connection(tmp_path_factory) -> sqlite3.Connection:
    import asyncio  # noqa: PLC0415  # a module's fixture has no event loop

    from storage import migrate  # noqa: PLC0415

    path = tmp_path_factory.mktemp("plans") / "plans.db"
    asyncio.run(migrate.upgrade(f"sqlite:///{path}"))
    return connect(path)


@pytest.mark.parametrize("name", SQL)
def test_no_statement_goes_through_a_whole_table(connection, name):
    sql = SQL[name]
    names = re.findall(r"(?<!:):(\w+)", sql)
    facts = dict.fromkeys(names, "[]") if names else (1,) * sql.count("?")
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", facts)]
    assert not [step for step in plan if WHOLE_TABLE.fullmatch(step)], plan


@pytest.mark.parametrize(("name", "sql"), statements("postgres").items())
def test_postgresql_cannot_pass_a_limit(name, sql):
    """A limited, locking subquery of IN may run once per row, and what it has changed no longer counts towards it."""
    assert not re.search(r"\bIN\s*\(\s*SELECT[^;]*\bLIMIT\b[^;]*\bFOR UPDATE", sql), name


def test_b03_a_lease_finds_the_message_ahead_by_its_lane(connection):
    """By number it would go through all messages of others in between."""
    facts = dict.fromkeys(re.findall(r"(?<!:):(\w+)", SQL["due"]), "[]")
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {SQL['due']}", facts)]
    assert [step for step in plan if step.startswith("SEARCH p ")] == [
        "SEARCH p USING INDEX outbox_lane (lane=? AND id<?)"
    ] * 2


@pytest.mark.parametrize(
    ("name", "types", "facts"),
    [
        ("open_messages", "text[]", "'{sms:+1}'"),
        ("release", "bigint, bigint[], text[], bigint[]", "3, '{1}', '{sms:+1}', '{5}'"),
    ],
)
async def test_b03_on_postgresql_leases_and_releases_do_not_go_through_all_that_is_open(
    postgres_url, name, types, facts
):
    """However many there are, and whatever the server believes about them."""
    database = await asyncpg.connect(postgres_url, server_settings=_WRITING)
    for change in BELIEFS:
        await database.execute(change)
        await database.execute(f"PREPARE asked ({types}) AS {statements('postgres')[name]}")
        plan = [row[0] for row in await database.fetch(f"EXPLAIN EXECUTE asked ({facts})")]
        await database.execute("DEALLOCATE asked")
        scans = [step for step in plan if " Scan " in step and "on outbox" in step]
        conditions = [after for step, after in pairwise(plan) if step in scans]
        assert scans
        assert all(BY_LANE.search(condition) for condition in conditions), (change, plan)
    await database.close()


@pytest.mark.parametrize("name", ["doubt_dead_leases", "doubtful"])
def test_a_lease_does_not_go_through_all_that_waits(connection, name):
    """What is under way, or in doubt, has an index of its own: with 60,000 waiting each lease took 100 ms."""
    facts = dict.fromkeys(re.findall(r"(?<!:):(\w+)", SQL[name]), "[]")
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {SQL[name]}", facts)]
    assert [step for step in plan if "outbox_under_way" in step], plan
    assert not [step for step in plan if "outbox_due" in step], plan


@pytest.mark.parametrize(
    ("name", "types", "facts"),
    [
        ("doubt_dead_leases", "bigint, bigint, text[]", "5, 5, '{sms}'"),
        ("take_doubtful", "text, bigint, bigint, text[], integer", "'w', 5, 5, '{sms}', 8"),
    ],
)
async def test_on_postgresql_a_lease_does_not_go_through_all_that_waits(postgres_url, name, types, facts):
    """With many waiting and few under way, the planner takes the index of these."""
    database = await asyncpg.connect(postgres_url, server_settings=_WRITING)
    await database.execute(_FILL.format(lane="'sms:+' || n", many=20_000))
    await database.execute("ANALYZE outbox")
    await database.execute(f"PREPARE asked ({types}) AS {statements('postgres')[name]}")
    plan = [row[0] for row in await database.fetch(f"EXPLAIN EXECUTE asked ({facts})")]
    assert any("outbox_under_way" in step for step in plan), plan
    assert not any("Seq Scan on outbox" in step or "outbox_due" in step for step in plan), plan
    await database.close()


async def test_on_postgresql_a_reaction_finds_its_message_by_the_providers_id(postgres_url):
    """However many there are: the id is looked up, and the group compared."""
    database = await asyncpg.connect(postgres_url, server_settings=_WRITING)
    plan = await database.fetch(f"EXPLAIN {SQL_OF_POSTGRESQL['shown_in']}", "telegram", "17", "telegram:-100")
    assert any("Index Scan using outbox_provider" in line for (line,) in plan), plan
    await database.close()
