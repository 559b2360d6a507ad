"""What SQLite keeps of cases: how it is written, and what desks and sends need of it."""

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.errors import Conflict
from bot.rows import Consequences, Leased
from storage.rows import (
    MOST_ALONG,
    MOST_DOCKETS,
    NOTHING_SEEN,
    Seen,
    case_of_thread,
    dockets,
    groups,
    those_that_fit,
    with_agents,
)
from storage.wide import insert


def write_cases(connection: sqlite3.Connection, sql: Mapping[str, str], rows: Consequences) -> None:
    """Write cases, their places, and what desks said to them. Raises Conflict if a case has moved on."""
    new = [case for case in rows.cases if case.version == 1]
    before = connection.total_changes
    insert(connection, sql["insert_cases"], new)
    if connection.total_changes - before != len(new):
        raise Conflict("a case was opened by somebody else in the meantime")
    changed = [case._asdict() for case in rows.cases if case.version > 1]
    if changed and connection.executemany(sql["update_cases"], changed).rowcount != len(changed):
        raise Conflict("a case was changed by somebody else in the meantime")
    insert(connection, sql["add_places"], rows.places)
    insert(connection, sql["add_entries"], rows.entries)
    connection.executemany(sql["forward"], [forward._asdict() for forward in rows.forwards])


def supersede(connection: sqlite3.Connection, sql: Mapping[str, str], rows: Consequences, now: int) -> None:
    """Cancel waiting changes that the batch's own ones make needless; these are written by now."""
    connection.executemany(sql["supersede"], [{**change._asdict(), "now": now} for change in rows.superseded])


def seen_from(connection: sqlite3.Connection, sql: Mapping[str, str], rows: Sequence[Any]) -> Seen:
    """The cases that agents see from the lanes among these rows of `claim`, and where some are to get a thread."""
    lanes = with_agents(rows)
    if not lanes:
        return NOTHING_SEEN
    opening = connection.execute(sql["opening"], {"groups": json.dumps(groups(lanes))}).fetchall()
    known = dockets(connection.execute(sql["dockets"], {"lanes": json.dumps(lanes), "most": MOST_DOCKETS}))
    return Seen(known, {group for (group,) in opening})


def take_along(
    connection: sqlite3.Connection, sql: Mapping[str, str], facts: dict[str, Any], fits: Callable[[str], bool]
) -> list[str]:
    """See bot.ports.Store; `facts` are id, key and epoch of the message in front, owner, now and until."""
    waiting = connection.execute(sql["behind"], {**facts, "most": MOST_ALONG}).fetchall()
    ids = those_that_fit(waiting, facts["now"], fits)
    if not ids:
        return []
    connection.execute(sql["extend"], facts)
    taken = connection.execute(sql["take_along"], {**facts, "ids": json.dumps(ids)}).fetchall()
    return [payload for _, payload in sorted(taken)]


def leased(
    connection: sqlite3.Connection, sql: Mapping[str, str], taken: Sequence[Any], shown: Sequence[Any] | None = None
) -> Leased:
    """A row of `take`, its kind last, with the message that it changes and what its thread is called."""
    *row, kind = taken
    lane = row[2]
    case_id = case_of_thread(lane)
    named = connection.execute(sql["place"], {"case_id": case_id, "place": lane}).fetchone() if case_id else None
    return Leased._make((*row, *(shown or ("", "")), kind, *(named or ("", "")), ()))


def with_others(connection: sqlite3.Connection, sql: Mapping[str, str], row: Leased) -> Leased:
    """A message in doubt with those that went out as a part of it."""
    return row._replace(along=[payload for (payload,) in connection.execute(sql["along"], {"key": row.key})])
