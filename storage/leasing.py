"""Which messages SQLite gives out to be sent, and how it writes down what became of them."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from bot.rows import Leased, Settlement
from storage.cases import leased, with_others
from storage.footing import ROUNDS, Footing, Held, judged, uses
from storage.wide import insert
from storage.writing import accept, told


def terms(owner: str, limit: int, now: int, until: int, channels: Sequence[str]) -> dict[str, Any]:
    """Who leases how much, when, until when (epoch ms) and for which channels, as the statements name it."""
    return {"owner": owner, "limit": limit, "now": now, "until": until, "channels": json.dumps(list(channels))}


def lease(connection: sqlite3.Connection, sql: Mapping[str, str], facts: dict[str, Any]) -> tuple[list[Leased], bool]:
    """The heads of lanes that are due, and whether there was too much that may not be sent to see what is behind it.

    `facts` are `terms`, and for how long (ms) a send in doubt rests.
    """
    now, limit = facts["now"], facts["limit"]
    refused: list[Sequence[Any]] = []
    connection.execute(sql["doubt_dead_leases"], facts)
    taken: list[Leased] = []
    rounds, passed_over = 0, True
    while passed_over and len(taken) < limit and rounds < ROUNDS:  # behind what may not be sent there may be what may
        rounds, passed_over = rounds + 1, False
        sent: list[tuple[int, str, Footing, Held | None]] = []
        for row, channel, edits, *known in connection.execute(sql["due"], facts).fetchall():
            about = Footing(*known)
            grant = _grant(connection, sql, about.grant, channel, now) if about.grant else None
            state, error, until = judged(about, grant, now)
            if state == "send":
                sent.append((row, edits, about, grant))
                continue
            passed_over = True
            if state == "hold":
                connection.execute(sql["hold"], {"id": row, "held_until": until})
            else:
                ended = {"id": row, "now": now, "state": state, "error": error}
                refused += connection.execute(sql["refuse"], ended).fetchall()
        insert(connection, sql["use_basis"], uses([(about, grant) for *_, about, grant in sent], now))
        taken += [_taken(connection, sql, facts, row, edits) for row, edits, *_ in sent]
        facts["limit"] = limit - len(taken)
    accept(connection, sql, told(refused, now))
    return taken, passed_over and len(taken) < limit


def _taken(
    connection: sqlite3.Connection, sql: Mapping[str, str], facts: Mapping[str, Any], row: int, edits: str
) -> Leased:
    shown = connection.execute(sql["shown"], {"key": edits}).fetchone() if edits else None
    return leased(connection, sql, connection.execute(sql["take"], {**facts, "id": row}).fetchone(), shown)


def _grant(connection: sqlite3.Connection, sql: Mapping[str, str], grant: str, channel: str, now: int) -> Held | None:
    found = connection.execute(sql["grant"], {"grant": grant, "channel": channel, "now": now}).fetchone()
    return Held(*found) if found else None


def doubtful(connection: sqlite3.Connection, sql: Mapping[str, str], facts: dict[str, Any]) -> list[Leased]:
    """Sends in doubt whose rest is over. `facts` are `terms`."""
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
