"""Which messages SQLite gives out to be sent, and how it writes down what became of them."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from bot.rows import Leased, Settlement
from storage.cases import leased, with_others
from storage.rows import why_not
from storage.writing import accept, told


def lease(connection: sqlite3.Connection, sql: Mapping[str, str], facts: dict[str, Any]) -> list[Leased]:
    """The heads of lanes that are due. `facts` are now, until, rest, limit, owner, and channels as a JSON list."""
    refused = connection.execute(sql["expire_outbox"], facts).fetchall()
    connection.execute(sql["doubt_dead_leases"], facts)
    taken: list[Leased] = []
    passed_over, limit = True, facts["limit"]
    while passed_over and len(taken) < limit:  # behind what may not be sent there may be what may
        passed_over = False
        for row, kind, edits, opted_out_at, speaker, held_until in connection.execute(sql["due"], facts).fetchall():
            forbidden = why_not(kind, opted_out_at, speaker)
            if forbidden:
                refused += connection.execute(sql["cancel"], {"id": row, "now": facts["now"], "error": forbidden})
                passed_over = True
                continue
            if held_until > facts["now"]:
                connection.execute(sql["hold"], {"id": row, "held_until": held_until})
                passed_over = True
                continue
            shown = connection.execute(sql["shown"], {"key": edits}).fetchone() if edits else None
            taken.append(
                leased(connection, sql, connection.execute(sql["take"], {**facts, "id": row}).fetchone(), shown)
            )
        facts["limit"] = limit - len(taken)
    accept(connection, sql, told(refused, facts["now"]))
    return taken


def doubtful(connection: sqlite3.Connection, sql: Mapping[str, str], facts: dict[str, Any]) -> list[Leased]:
    """Sends in doubt whose rest is over. `facts` are now, until, limit, owner, and channels as a JSON list."""
    rows = connection.execute(sql["doubtful"], facts).fetchall()
    mine = {"owner": facts["owner"], "until": facts["until"]}
    taken = [connection.execute(sql["take_doubtful"], {**mine, "id": row}).fetchone() for (row,) in rows]
    return [with_others(connection, sql, leased(connection, sql, row)) for row in taken]


def settle(connection: sqlite3.Connection, sql: Mapping[str, str], settlements: Sequence[Settlement]) -> None:
    """Write how sends ended; what a report has settled meanwhile learns only the provider's id."""
    for settlement in settlements:
        facts = settlement._asdict()
        if not connection.execute(sql["settle"], facts).rowcount:
            connection.execute(sql["learn_provider_id"], facts)
        if settlement.shared:
            connection.execute(sql["settle_along"], facts)
