"""Publishing a version of a flow on both databases: source, row and audit trail together, numbers without a gap."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from bot.versions import ANY, ROLLED_BACK, Outdated, Publication
from storage.audit import note
from storage.scripts import Script, run_on_postgres, run_on_sqlite


def publish(connection: sqlite3.Connection, sql: Mapping[str, str], wanted: Publication) -> int:
    """See bot.versions.Archive; inside the caller's transaction, which is the only one that writes."""
    flow = {"flow": wanted.flow}
    current, taken = connection.execute(sql["latest_version"], flow).fetchone()
    n = _next(wanted, current, taken)
    if n:
        source = {"revision": wanted.revision, "flow": wanted.flow, "source": wanted.source, "now": wanted.at}
        connection.execute(sql["save_revision"], source)
        connection.execute(sql["add_version"], _row(wanted, n))
        if wanted.actor:
            run_on_sqlite(connection, _noted(wanted, n))
    return n


async def publish_on(connection: Any, sql: Mapping[str, str], wanted: Publication) -> int:
    """The same on PostgreSQL, where others may be publishing: one at a time for each flow."""
    await connection.execute(sql["lock_flow"], wanted.flow)
    current, taken = await connection.fetchrow(sql["latest_version"], wanted.flow)
    n = _next(wanted, current, taken)
    if n:
        await connection.execute(sql["save_revision"], wanted.revision, wanted.flow, wanted.source, wanted.at)
        await connection.execute(sql["add_version"], *_row(wanted, n))
        if wanted.actor:
            await run_on_postgres(connection, _noted(wanted, n))
    return n


def _next(wanted: Publication, current: int, taken: str) -> int:
    """The number it gets, or 0. `taken` is the revision that came from the file last."""
    if wanted.based_on not in (ANY, current):
        raise Outdated(wanted.flow, wanted.based_on, current)
    return 0 if wanted.once and taken == wanted.revision else current + 1


def _row(wanted: Publication, n: int) -> tuple[str, int, str, str, str, str, int]:
    return wanted.flow, n, wanted.revision, wanted.kind, wanted.author, wanted.note, wanted.at


def _noted(wanted: Publication, n: int) -> Script[int]:
    act = "flow_rolled_back" if wanted.kind == ROLLED_BACK else "flow_published"
    return note(wanted.at, wanted.actor, act, wanted.flow, {"version": n})
