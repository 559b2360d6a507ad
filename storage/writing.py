"""How a batch's consequences become SQLite statements, and what a due timer becomes."""

import sqlite3
from collections.abc import Mapping

import msgspec

from bot.errors import Conflict
from bot.messages import Address, Inbound, TimerFired
from bot.rows import Arrival, Consequences

_encode = msgspec.json.Encoder().encode


def write(connection: sqlite3.Connection, sql: Mapping[str, str], rows: Consequences, now: int) -> None:
    """Write everything a batch led to, inside the caller's transaction."""
    if rows.sessions:
        _write_sessions(connection, sql, rows)
    for delivery in rows.deliveries:
        name = "deliver_by_key" if delivery.key else "deliver_by_provider_id"
        connection.execute(sql[name], delivery._asdict())
    for name, many in (
        ("save_addresses", rows.addresses),
        (
            "silence",
            [{"lane": lane, "now": now} for lane in rows.silenced],
        ),  # before this batch's own messages
        ("save_answers", rows.answers),
        ("clear_timers", [(key,) for key in rows.cleared]),  # before those this batch sets
        ("set_timers", rows.timers),
        ("add_journal", rows.journal),
        ("open_cases", rows.cases),
        ("add_outbox", rows.outbox),
        ("withdraw", [{"key": key, "now": now} for key in rows.withdrawn]),
        ("finish_events", [(event,) for event in rows.done]),
        ("park_events", [parked._asdict() for parked in rows.parked]),
    ):
        if many:
            connection.executemany(sql[name], many)


def _write_sessions(connection: sqlite3.Connection, sql: Mapping[str, str], rows: Consequences) -> None:
    new = [session for session in rows.sessions if session.version == 1]
    if new:
        try:
            connection.executemany(sql["insert_sessions"], new)
        except sqlite3.IntegrityError as error:
            raise Conflict("a session was started by somebody else in the meantime") from error
    changed = [
        (s.owner, s.outcome, s.ended_at, s.heard_at, s.state, s.version, s.id, s.version - 1)
        for s in rows.sessions
        if s.version > 1
    ]
    if changed and connection.executemany(sql["update_sessions"], changed).rowcount != len(changed):
        raise Conflict("a session was changed by somebody else in the meantime")


def fired(key: str, lane: str, due_at: int, now: int) -> Arrival:
    """The event that a due timer becomes; its id is the same however often the timer fires."""
    channel, _, chat = lane.partition(":")
    event = Inbound(f"timer:{key}:{due_at}", now, Address(channel, chat), TimerFired(key, due_at))
    return Arrival(channel, event.id, "timer", lane, now, now, _encode(event).decode())
