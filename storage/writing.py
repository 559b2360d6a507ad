"""How a batch's consequences become SQLite statements, and what a due timer becomes."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from bot.cases.state import case_of
from bot.errors import Conflict
from bot.messages import Address, DeadLink, Delivery, FromDesk, Inbound, Invite, TimerFired
from bot.rows import SETTLED, TAKEN, TOLD, Arrival, Consequences, DeliveryRow, ForwardRow, Opened, ReactionRow
from storage.cases import supersede, write_cases
from storage.consent import follow
from storage.entering import enter
from storage.rollups import Counting, after_batch
from storage.scripts import run_on_sqlite
from storage.wide import insert

_invite = msgspec.json.Decoder(Invite).decode
_inbound = msgspec.json.Decoder(Inbound).decode
_encode = msgspec.json.Encoder().encode
_WAKING = frozenset(("pressed", "keyword", "consent"))


def accept(connection: sqlite3.Connection, sql: Mapping[str, str], arrivals: Sequence[Arrival]) -> int:
    """Insert events that are not there yet; how many were new."""
    before = connection.total_changes
    insert(connection, sql["accept"], arrivals)
    new = connection.total_changes - before
    for arrival in arrivals:
        if arrival.kind in _WAKING:
            connection.execute(sql["wake_lane"], {"lane": arrival.lane, "now": arrival.ready_at})
    return new


def write(
    connection: sqlite3.Connection, sql: Mapping[str, str], rows: Consequences, now: int, counting: Counting
) -> bool:
    """Write everything a batch led to, inside the caller's transaction; whether a message may go that had to wait."""
    if rows.sessions:
        _write_sessions(connection, sql, rows)
    if rows.reactions:
        rows.forwards += meant((row, connection.execute(sql["shown_in"], row._asdict())) for row in rows.reactions)
    if rows.cases or rows.forwards:
        write_cases(connection, sql, rows)
    released = [_deliver(connection, sql, delivery, now) for delivery in rows.deliveries]
    insert(connection, sql["save_addresses"], rows.addresses)
    _each(connection, sql["awake"], [{"lane": lane, "now": now} for lane in rows.awake])  # before, as well
    silenced = [{"lane": lane, "now": now} for lane in rows.silenced]
    _each(connection, sql["silence"], silenced)  # before this batch's own messages
    insert(connection, sql["save_answers"], rows.answers)
    _each(connection, sql["clear_timers"], [(key,) for key in rows.cleared])  # before those this batch sets
    insert(connection, sql["set_timers"], rows.timers)
    insert(connection, sql["add_journal"], rows.journal)
    insert(connection, sql["add_outbox"], rows.outbox)
    if rows.superseded:
        supersede(connection, sql, rows, now)
    _each(connection, sql["withdraw"], [{"key": key, "now": now} for key in rows.withdrawn])
    _each(connection, sql["finish_events"], [(event,) for event in rows.done])
    _each(connection, sql["park_events"], [parked._asdict() for parked in rows.parked])
    for opened in rows.opened:
        _open_link(connection, sql, opened)
    if rows.consents:
        run_on_sqlite(connection, follow(rows.consents, now))
    if rows.entered:
        run_on_sqlite(connection, enter(rows.entered, now))
    run_on_sqlite(connection, after_batch(rows, counting))
    return any(released)


def _deliver(connection: sqlite3.Connection, sql: Mapping[str, str], report: DeliveryRow, now: int) -> bool:
    """Write down what a provider reports; whether a message may go that had to wait for that."""
    name = "deliver_by_key" if report.key else "deliver_by_provider_id"
    released = 0
    for message, key, lane, kind, held_until in connection.execute(sql[name], report._asdict()).fetchall():
        if not report.key:
            accept(connection, sql, told([(key, lane, kind, report.state, report.error or report.code)], now))
        if report.rank > TAKEN and held_until > report.at:
            behind = {"id": message, "lane": lane, "held_until": held_until, "at": report.at}
            released += connection.execute(sql["release"], behind).rowcount
    return released > 0


def use_code(
    connection: sqlite3.Connection, sql: Mapping[str, str], facts: dict[str, Any], codes: Sequence[str]
) -> str:
    """The code that goes with a message: see bot.ports.Store. `facts` are desk, name, key and now."""
    taken = connection.execute(sql["voucher"], facts).fetchone()
    if taken:
        return str(taken[0])
    used = {code for (code,) in connection.execute(sql["used_codes"], facts)}
    code = next((code for code in codes if code not in used), "")
    if code:
        connection.execute(sql["use_code"], {**facts, "code": code})
    return code


def _each(connection: sqlite3.Connection, sql: str, many: Sequence[Any]) -> None:
    if many:
        connection.executemany(sql, many)


def _open_link(connection: sqlite3.Connection, sql: Mapping[str, str], opened: Opened) -> None:
    facts = {**opened._asdict(), "lane": opened.source.lane, "channel": opened.source.channel}
    taken = connection.execute(sql["use_link"], facts).fetchone()
    found = taken or connection.execute(sql["find_link"], facts).fetchone()
    follows = followed(opened, taken[0] if taken else "", found[1] if found else None)
    if follows:
        connection.execute(sql["accept"], follows)


def _write_sessions(connection: sqlite3.Connection, sql: Mapping[str, str], rows: Consequences) -> None:
    new = [session for session in rows.sessions if session.version == 1]
    if new:
        try:
            insert(connection, sql["insert_sessions"], new)
        except sqlite3.IntegrityError as error:
            raise Conflict("a session was started by somebody else in the meantime") from error
    changed = [
        (s.revision, s.owner, s.outcome, s.ended_at, s.heard_at, s.state, s.version, s.id, s.version - 1)
        for s in rows.sessions
        if s.version > 1
    ]
    if changed and connection.executemany(sql["update_sessions"], changed).rowcount != len(changed):
        raise Conflict("a session was changed by somebody else in the meantime")


def told(rows: Iterable[Sequence[Any]], now: int) -> list[Arrival]:
    """The events for cases of messages that ended without a send: rows of (key, lane, kind, state, error)."""
    arrivals = []
    for key, lane, kind, state, error in rows:
        if kind in TOLD:
            report = Delivery(key, "", state, error=error)
            arrivals.append(
                _arrival(Inbound(f"{SETTLED}{key}:{state}", now, Address.of_lane(lane), report), "event", now)
            )
    return arrivals


def meant(found: Iterable[tuple[ReactionRow, Iterable[Sequence[Any]]]]) -> list[ForwardRow]:
    """Reactions with the rows of `shown_in`, as events for the cases that these messages are of."""
    forwards = []
    for row, keys in found:
        shown = tuple(key for (key,) in keys)
        case_id = case_of(shown[0]) if shown else ""
        if case_id:
            event = _inbound(row.body)
            assert isinstance(event.body, FromDesk)  # noqa: S101 - as ReactionRow has it
            body = msgspec.structs.replace(event.body, case=case_id, shown=shown)
            passed = _encode(msgspec.structs.replace(event, body=body)).decode()
            forwards.append(ForwardRow(row.event_key, case_id, row.channel, row.received_at, passed))
    return forwards


def fired(key: str, lane: str, due_at: int, now: int) -> Arrival:
    """The event that a due timer becomes; its id is the same however often the timer fires."""
    event = Inbound(f"timer:{key}:{due_at}", now, Address.of_lane(lane), TimerFired(key, due_at))
    return _arrival(event, "timer", now)


def followed(opened: Opened, invite: str, used_by: str | None) -> Arrival | None:
    """The event that an opened link leads to: the survey for who was first, words for others; None for a repeat.

    `invite` is the link's JSON if it was taken just now, else ""; `used_by` the lane that took it, None if there is
    no such link.
    """
    if invite:
        invited = _invite(invite)
        if not invited.language:
            invited = msgspec.structs.replace(invited, language=opened.language)
        event = Inbound(f"link:{opened.token}", opened.at, opened.source, invited)
    elif used_by == opened.source.lane:
        return None
    else:
        why = "unknown" if used_by is None else "used" if used_by else "expired"
        event = Inbound(f"link:{opened.event}", opened.at, opened.source, DeadLink(why))
    return _arrival(event, "event", opened.at)


def _arrival(event: Inbound, kind: str, now: int) -> Arrival:
    return Arrival(event.source.channel, event.id, kind, event.source.lane, now, now, _encode(event).decode())
