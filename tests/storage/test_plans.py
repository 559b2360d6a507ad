"""However many messages there have been, the writer's statements find theirs by index."""

import re
import sqlite3

import pytest

from storage.sql import statements
from storage.sqlite import connect

WHOLE_TABLE = re.compile(
    r"SCAN (inbox|outbox|address|session|answer|timer|journal|cases|case_entry|case_place|file|voucher|\w)$"
)
LOOKED_AT = (
    "case", "case_entries", "file", "cases_by_code", "cases_in", "counts", "latest_cases", "live_threads",
    "place_card", "place_notes",
)  # fmt: skip
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
