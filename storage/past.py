"""The past of contacts, as `bot.outreach.backtest` takes it: some contacts at a time, nothing is written."""

import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from msgspec.structs import replace

from bot.contacts import Reach
from bot.outreach.backtest import Past, Recorded, Span
from bot.outreach.candidate import PURPOSE, Asked, Grant
from bot.outreach.ledger import KindOf
from storage.decisions import candidate_of, contact_of
from storage.scripts import Ask, Script

_EVERYWHERE = "*"
Cases = Mapping[str, Sequence[Span]]


def cases_between(since: int, until: int) -> Script[Cases]:
    """When a case was open, by lane."""
    rows = yield Ask("cases_between", (since, until))
    found: dict[str, list[Span]] = {}
    for lane, opened, resolved in rows:
        found.setdefault(lane, []).append(Span(opened, resolved))
    return found


def pasts(
    after: str, since: int, until: int, limit: int, cases: Cases, kind_of: KindOf
) -> Script[tuple[str, list[tuple[Past, list[Recorded]]]]]:
    """Up to `limit` contacts behind the id `after` with their decisions of this time; the last id, "" at the end."""
    ids = [contact for (contact,) in (yield Ask("contacts_decided", (after, since, until, limit)))]
    if not ids:
        return "", []
    wanted = json.dumps(ids)
    rows = yield Ask("decisions_between", (wanted, since, until))
    people = yield Ask("contacts_to_look_at", (wanted,))
    places = yield Ask("past_reaches", (wanted,))
    hmacs = json.dumps([row[3] for row in places])
    suppressed = yield Ask("past_suppressions", (hmacs,))
    granted = yield Ask("past_grants", (hmacs, PURPOSE))
    stops = {(row[0], row[1]): (Span(row[3], row[4]), row[2]) for row in suppressed}
    grants = {(row[0], row[1]): (Span(row[4], row[5]), Grant(*row[2:5])) for row in granted}
    sessions = {row[16] for row in rows if row[16]}
    reaches = {contact: list(found) for contact, found in groupby(places, key=itemgetter(0))}
    recorded = {contact: list(map(_recorded, found)) for contact, found in groupby(rows, key=itemgetter(5))}
    known = [
        (_past(row, reaches.get(row[0], ()), stops, grants, cases, sessions, kind_of), recorded[row[0]])
        for row in people
    ]
    return ids[-1], known


def _recorded(row: Sequence[Any]) -> Recorded:
    candidate = candidate_of((*row[:12], 0))
    outcome, rule, lane, grant, _, basis, started, ended = row[12:]
    ran = Span(started, ended or (0 if started else 1))
    return Recorded(candidate, candidate.at, outcome, rule, lane, grant, basis, ran)


def _past(
    row: Sequence[Any],
    places: Sequence[Sequence[Any]],
    stops: Mapping[tuple[str, str], tuple[Span, str]],
    grants: Mapping[tuple[str, str], tuple[Span, Grant]],
    cases: Cases,
    sessions: set[str],
    kind_of: KindOf,
) -> Past:
    stopped: dict[str, tuple[Span, str]] = {}
    allowed: dict[str, tuple[Span, Grant]] = {}
    asked: list[Asked] = []
    open_cases: list[Span] = []
    for _, lane, channel, hmac, _, out, session, flow, started, _ in places:
        stop = stops.get((hmac, channel)) or stops.get((hmac, _EVERYWHERE))
        if out or stop:
            stopped[lane] = stop or (Span(out, 0), "stop")
        if grant := grants.get((hmac, channel)) or grants.get((hmac, _EVERYWHERE)):
            allowed[lane] = grant
        if flow and session not in sessions:  # the ledger's own are taken again
            asked.append(Asked(started, flow, kind_of(flow)))
        open_cases += cases.get(lane, ())
    reaches = tuple(Reach(lane, channel, hmac, rank) for _, lane, channel, hmac, rank, *_ in places)
    return Past(
        contact=replace(contact_of(row), reaches=reaches),
        stops=stopped,
        grants=allowed,
        cases=tuple(open_cases),
        asked=tuple(asked),
    )
