"""Which messages PostgreSQL gives out to be sent: whole sets of lanes at once, each under its lock."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from bot.rows import Leased
from storage.footing import ROUNDS, Footing, Held, judged, uses
from storage.rows import case_of_thread
from storage.sets import SQL, accept, columns
from storage.writing import told

Grants = Mapping[tuple[str, str], Held]


class _Sifted(NamedTuple):
    """Of each lane's open messages the first that may be sent now, those before it that no longer may, held ones."""

    allowed: list[int]
    standing: list[tuple[Footing, Held | None]]
    refused: list[tuple[int, str, str]]
    held: list[tuple[int, int]]


async def lease(
    connection: Any, owner: str, limit: int, now: int, until: int, channels: Sequence[str]
) -> tuple[list[Leased], bool]:
    """The heads of lanes that are due and may be sent, without those of dead workers.

    And whether there was too much that may not be sent to see what is behind it.
    """
    taken: list[Any] = []
    rounds, passed_over = 0, True
    while passed_over and len(taken) < limit and rounds < ROUNDS:  # beside what may not be sent there may be what may
        due = await connection.fetch(SQL["lock_due_lanes"], now, channels, limit - len(taken))
        if not due:
            passed_over = False
            break
        waiting = await connection.fetch(SQL["open_messages"], [lane for (lane,) in due])
        allowed, standing, refused, held = _sift(waiting, await _grants(connection, waiting, now), now)
        rounds, passed_over = rounds + 1, bool(refused or held)
        if held:
            await connection.execute(SQL["hold"], *columns(held))
        if refused:
            await accept(connection, told(await connection.fetch(SQL["refuse"], now, *columns(refused)), now))
        if used := uses(standing, now):
            await connection.execute(SQL["use_basis"], *columns(used))
        taken += await connection.fetch(SQL["take"], owner, until, now, allowed)
    return await leased(connection, taken), passed_over and len(taken) < limit


async def leased(connection: Any, taken: Sequence[Any]) -> list[Leased]:
    """Rows of `take`, each with what its thread and the card there are called, oldest first."""
    named = [(case, row["lane"]) for row in taken if (case := case_of_thread(row["lane"]))]
    places = await connection.fetch(SQL["places"], *columns(named)) if named else ()
    called = {place: (thread, card) for place, thread, card in places}
    return sorted(Leased(*row, *called.get(row["lane"], ())) for row in taken)


async def _grants(connection: Any, waiting: Sequence[Any], now: int) -> Grants:
    """What holds of the grants that these messages stand on, by the grant's event and the message's channel."""
    wanted = {(row["grant_id"], row["channel"]) for row in waiting if row["grant_id"]}
    if not wanted:
        return {}
    found = await connection.fetch(SQL["grants"], now, *columns(sorted(wanted)))
    return {(grant, channel): Held(*held) for grant, channel, *held in found}


def _sift(waiting: Sequence[Any], grants: Grants, now: int) -> _Sifted:
    sifted = _Sifted([], [], [], [])
    for _, lane in groupby(waiting, key=lambda message: message["lane"]):
        until = 0
        for message, _, state, not_before, channel, *known in lane:
            about = Footing(*known)
            until = max(until, about.held_until)
            if state != "queued" or not_before > now:
                break
            grant = grants.get((about.grant, channel))
            verdict = judged(about._replace(held_until=until), grant, now)
            if verdict.state == "send":
                sifted.allowed.append(message)
                sifted.standing.append((about, grant))
                break
            if verdict.state == "hold":
                sifted.held.append((message, verdict.until))
                break
            sifted.refused.append((message, verdict.state, verdict.error))
    return sifted
