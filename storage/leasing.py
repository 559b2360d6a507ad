"""Which messages SQLite hands out to be sent now, and which of them no longer may be."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from bot.rows import Leased
from storage.cases import leased
from storage.rows import why_not
from storage.writing import accept, told


def lease(connection: sqlite3.Connection, sql: Mapping[str, str], facts: dict[str, Any]) -> list[Leased]:
    """The heads of lanes that are due. `facts` are now, until, rest, limit, owner, and channels as a JSON list."""
    refused = connection.execute(sql["expire_outbox"], facts).fetchall()
    connection.execute(sql["doubt_dead_leases"], facts)
    taken: list[Leased] = []
    cancelled, limit = True, facts["limit"]
    while cancelled and len(taken) < limit:  # behind what may not be sent there may be what may
        cancelled = False
        for row, kind, edits, opted_out_at, speaker in connection.execute(sql["due"], facts).fetchall():
            forbidden = why_not(kind, opted_out_at, speaker)
            if forbidden:
                refused += connection.execute(sql["cancel"], {"id": row, "now": facts["now"], "error": forbidden})
                cancelled = True
                continue
            shown = connection.execute(sql["shown"], {"key": edits}).fetchone() if edits else None
            taken.append(
                leased(connection, sql, connection.execute(sql["take"], {**facts, "id": row}).fetchone(), shown)
            )
        facts["limit"] = limit - len(taken)
    accept(connection, sql, told(refused, facts["now"]))
    return taken
