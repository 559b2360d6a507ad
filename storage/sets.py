"""Rows of bot/rows.py as PostgreSQL's set-based writes: one statement per kind of row."""

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any, TypeVar

from bot.errors import Conflict
from bot.rows import (
    TAKEN,
    Arrival,
    CaseRow,
    Consequences,
    DeliveryRow,
    ForwardRow,
    Leased,
    Opened,
    ReactionRow,
    SessionRow,
    Settlement,
)
from storage.consent import follow
from storage.entering import enter
from storage.rollups import Counting, after_batch
from storage.rows import (
    MOST_ALONG,
    MOST_DOCKETS,
    NOTHING_SEEN,
    Seen,
    dockets,
    groups,
    storable,
    those_that_fit,
    with_agents,
)
from storage.scripts import run_on_postgres
from storage.sql import statements
from storage.writing import followed, meant, told

Row = TypeVar("Row")

SQL = statements("postgres")
changeable = attrgetter(
    "id", "desk", "phase", "owner", "priority", "due_at", "responded_at", "resolved_at", "confirmed_at", "cause",
    "score", "score_after", "language", "state", "version",
)  # fmt: skip
WAKING = frozenset(("pressed", "keyword", "consent"))
_OWN = Settlement._fields.index("shared")  # fields that are the message's own


async def accept(connection: Any, arrivals: Sequence[Arrival]) -> int:
    """Insert the events that are not there yet; how many were new."""
    if not arrivals:
        return 0
    new = _count(await connection.execute(SQL["accept"], *columns(map(storable, arrivals))))
    waking = {arrival.lane: arrival.ready_at for arrival in arrivals if arrival.kind in WAKING}
    if waking:
        await connection.execute(SQL["wake_lanes"], list(waking), list(waking.values()))
    return new


async def write(connection: Any, rows: Consequences, now: int, counting: Counting) -> None:
    """Write what a batch led to, in the caller's transaction. Raises Conflict if a session has moved on."""

    async def put(name: str, some: Iterable[Any]) -> None:
        if many := columns(some):
            await connection.execute(SQL[name], *many)

    await put("save_addresses", _last(rows.addresses, lambda row: row.lane))
    await _hush(connection, rows, now)
    await _write_sessions(connection, rows.sessions)
    await _write_cases(connection, rows.cases)
    await put("add_places", rows.places)
    await put("add_entries", map(storable, rows.entries))
    rows.forwards += await _meant(connection, rows.reactions)
    await put("forward", rows.forwards)
    await put("save_answers", map(storable, _last(rows.answers, lambda row: (row.session, row.question))))
    if rows.cleared:
        await connection.execute(SQL["clear_timers"], rows.cleared)
    await put("set_timers", _last(rows.timers, lambda row: row.key))
    await put("add_journal", rows.journal)
    await put("add_outbox", rows.outbox)
    if rows.superseded:
        await connection.execute(SQL["supersede"], now, *columns(rows.superseded))
    if rows.withdrawn:
        await connection.execute(SQL["withdraw"], now, rows.withdrawn)
    if rows.deliveries:
        await _deliver(connection, rows.deliveries)
    if rows.done and _count(await connection.execute(SQL["finish_events"], rows.done)) != len(rows.done):
        raise Conflict("an event was handled by somebody else in the meantime")
    await put("park_events", rows.parked)
    for opened in rows.opened:
        await _open_link(connection, opened)
    await _agree(connection, rows, now)
    await run_on_postgres(connection, after_batch(rows, counting))


async def _agree(connection: Any, rows: Consequences, now: int) -> None:
    """What people took back or agreed to, in this order."""
    if rows.consents:
        await run_on_postgres(connection, follow(rows.consents, now))
    if rows.entered:
        await run_on_postgres(connection, enter(rows.entered, now))


async def _hush(connection: Any, rows: Consequences, now: int) -> None:
    """What must not go out any more, because somebody stopped or is there themselves."""
    for name, lanes in (("silence", rows.silenced), ("awake", rows.awake)):
        if lanes:
            await connection.execute(SQL[name], now, lanes)


async def _write_sessions(connection: Any, sessions: Sequence[SessionRow]) -> None:
    new = [session for session in sessions if session.version == 1]
    if new and _count(await connection.execute(SQL["insert_sessions"], *columns(new))) != len(new):
        raise Conflict("a session was started by somebody else in the meantime")
    changed = [
        (s.id, s.revision, s.owner, s.outcome, s.ended_at, s.heard_at, s.state, s.version)
        for s in sessions
        if s.version > 1
    ]
    if changed and _count(await connection.execute(SQL["update_sessions"], *columns(changed))) != len(changed):
        raise Conflict("a session was changed by somebody else in the meantime")


async def _write_cases(connection: Any, cases: Sequence[CaseRow]) -> None:
    new = [storable(case) for case in cases if case.version == 1]
    if new and _count(await connection.execute(SQL["insert_cases"], *columns(new))) != len(new):
        raise Conflict("a case was opened by somebody else in the meantime")
    changed = [storable(changeable(case)) for case in cases if case.version > 1]
    if changed and _count(await connection.execute(SQL["update_cases"], *columns(changed))) != len(changed):
        raise Conflict("a case was changed by somebody else in the meantime")


async def seen_from(connection: Any, claimed: Sequence[Any]) -> Seen:
    """The cases that agents see from the lanes among these rows of `claim`, and where some are to get a thread."""
    lanes = with_agents(claimed)
    if not lanes:
        return NOTHING_SEEN
    opening = {group for (group,) in await connection.fetch(SQL["opening"], groups(lanes))}
    return Seen(dockets(await connection.fetch(SQL["dockets"], lanes, MOST_DOCKETS)), opening)


async def use_code(connection: Any, desk: str, name: str, key: str, codes: Sequence[str], now: int) -> str:
    """The code that goes with a message: see bot.ports.Store."""
    await connection.execute(SQL["lock_voucher"], desk, name)
    taken = await connection.fetchval(SQL["voucher"], key)
    if taken:
        return str(taken)
    used = {code for (code,) in await connection.fetch(SQL["used_codes"], desk, name)}
    code = next((code for code in codes if code not in used), "")
    if code:
        await connection.execute(SQL["use_code"], desk, name, code, key, now)
    return code


async def with_others(connection: Any, doubtful: Sequence[Leased]) -> list[Leased]:
    """Messages in doubt with those that went out as a part of them."""
    if not doubtful:
        return []
    others: dict[str, list[str]] = {}
    for key, payload in await connection.fetch(SQL["along"], [row.key for row in doubtful]):
        others.setdefault(key, []).append(payload)
    return [row._replace(along=others.get(row.key, ())) for row in doubtful]


async def take_along(
    connection: Any, head: Leased, owner: str, now: int, until: int, fits: Callable[[str], bool]
) -> list[str]:
    """See bot.ports.Store."""
    waiting = await connection.fetch(SQL["behind"], head.id, owner, head.epoch, MOST_ALONG)
    ids = those_that_fit(waiting, now, fits)
    if not ids:
        return []
    await connection.execute(SQL["extend"], until, head.id)
    taken = await connection.fetch(SQL["take_along"], owner, until, head.key, now, ids)
    return [payload for _, payload in sorted(map(tuple, taken))]


async def _meant(connection: Any, reactions: Sequence[ReactionRow]) -> list[ForwardRow]:
    """Reactions as events for the cases that these messages are of."""
    keys = [await connection.fetch(SQL["shown_in"], row.channel, row.ref, row.lane) for row in reactions]
    return meant(zip(reactions, keys, strict=True))


async def _open_link(connection: Any, opened: Opened) -> None:
    lane = opened.source.lane
    taken = await connection.fetchrow(SQL["use_link"], opened.at, lane, opened.token, opened.source.channel)
    found = taken or await connection.fetchrow(SQL["find_link"], opened.token, opened.source.channel)
    follows = followed(opened, taken[0] if taken else "", found[1] if found else None)
    if follows:
        await accept(connection, [follows])


async def _deliver(connection: Any, deliveries: Sequence[DeliveryRow]) -> None:
    """Apply reports in order; none takes a message back to an earlier state."""
    named = [report.key for report in deliveries if report.key]
    nameless = [(report.channel, report.provider_id) for report in deliveries if not report.key]
    channels, provider_ids = columns(nameless) or ((), ())
    ids = [message for (message,) in await connection.fetch(SQL["find_reported"], named, channels, provider_ids)]
    found = await connection.fetch(SQL["lock_reported"], ids)
    messages: dict[tuple[str, str], list[int]] = {}  # by (channel, "key:…" or "id:…")
    for message, key, channel, provider_id, *_ in found:
        messages[channel, f"key:{key}"] = [message]
        if provider_id:
            messages.setdefault((channel, f"id:{provider_id}"), []).append(message)
    ranks = {row["id"]: row["rank"] for row in found}
    about = {row["id"]: (row["key"], row["lane"], row["kind"]) for row in found}
    held = {row["id"]: row["not_before"] for row in found}
    final: dict[int, tuple[Any, ...]] = {}
    heard: list[Arrival] = []
    for r in deliveries:
        name = f"key:{r.key}" if r.key else f"id:{r.provider_id}"
        for message in messages.get((r.channel, name), ()):
            if ranks[message] < r.rank:
                ranks[message] = r.rank
                final[message] = (message, r.provider_id, r.state, r.rank, r.code, r.error, r.at, r.held_until)
                if not r.key:
                    heard += told([(*about[message], r.state, r.error or r.code)], r.at)
    if not final:
        return
    await connection.execute(SQL["deliver"], *columns(final.values()))
    await accept(connection, heard)
    passed_on = [
        (message, about[message][1], held[message])
        for message, _, _, rank, _, _, at, _ in final.values()
        if rank > TAKEN and held[message] > at
    ]
    if passed_on:
        await connection.execute(SQL["release"], max(r.at for r in deliveries), *columns(passed_on))


async def settle(connection: Any, settlements: Sequence[Settlement]) -> None:
    """Record how sends ended, each only while its lease holds."""
    if not settlements:
        return
    await connection.fetch(SQL["lock_outbox"], [settlement.id for settlement in settlements])
    own = columns(settlement[:_OWN] for settlement in settlements)
    settled = {row["id"] for row in await connection.fetch(SQL["settle"], *own)}
    overtaken = [(s.id, s.owner, s.epoch, s.provider_id, s.sender, s.parts) for s in settlements if s.id not in settled]
    if overtaken:
        await connection.execute(SQL["learn_provider_ids"], *columns(overtaken))
    shared = [settlement.id for settlement in settlements if settlement.shared]
    if shared:
        await connection.execute(SQL["settle_along"], shared)


def columns(rows: Iterable[Iterable[Any]]) -> list[tuple[Any, ...]]:
    """Rows turned into columns; [] if there are none."""
    return list(zip(*rows, strict=True))


def _last(rows: Iterable[Row], key: Callable[[Row], object]) -> Iterable[Row]:
    """One upsert may not meet the same key twice: the last row of each key stands."""
    return {key(row): row for row in rows}.values()


def _count(status: str) -> int:
    """How many rows a command changed, from its tag: `INSERT 0 3`, `UPDATE 3`."""
    return int(status.rpartition(" ")[2])
