"""The ledger: decisions that wait, what is known of those they are about, and what was decided, once each."""

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from msgspec.structs import replace

from bot.contacts import Contact, Reach
from bot.outreach.candidate import PURPOSE, Asked, Candidate, Grant, Standing
from bot.outreach.ledger import Decide, Decided, Due, KindOf, Proposal
from storage.scripts import Ask, Many, Script

_OPEN = ("open", "claimed", "waiting")
_EVERYWHERE = "*"
_COLUMNS = (
    "id", "external", "name", "language", "zone", "zone_source", "country", "brand", "region", "segment", "agent",
    "revenue",
)  # fmt: skip  # the first columns of `contacts_to_decide`
_TRIED = "test"  # the basis of sessions and cases that only try a survey out


def propose(proposals: Sequence[Proposal]) -> Script[int]:
    """Put candidates into the ledger, each once however often it comes; how many are new."""
    ids = json.dumps([one.candidate.id for one in proposals])
    [(before,)] = yield Ask("count_decisions", (ids,))
    yield Many("propose_decision", [_proposed(*one) for one in proposals])
    [(after,)] = yield Ask("count_decisions", (ids,))
    return int(after) - int(before)


def settle_due(now: int, limit: int, since: int, kind_of: KindOf, decide: Decide) -> Script[int]:
    """Decide up to `limit` of what is due at `now`; how many there were. `since`: how far back asking counts."""
    rows = yield Ask("due_decisions", (now, limit))
    if not rows:
        return 0
    people = yield from standings(sorted({row[5] for row in rows}), now, since, kind_of)
    halted: dict[str, str] = dict((yield Ask("halted_campaigns")))
    due = [Due(candidate_of(row), row[5], people.get(row[5]), row[12], _halt(row, halted)) for row in rows]
    decided = decide(due)
    yield Many("decide", [_row(one, now) for one in decided])
    invited = [one.invited for one in decided if one.invited]
    if invited:
        yield Many("invite_decided", [(i.channel, i.event_key, i.lane, now, i.body) for i in invited])
    return len(rows)


def decide_again(lane: str, reason: str, now: int) -> Script[None]:
    """The provider has refused, for this reason, the first message of the survey that began on this lane last.

    If the ledger asked, and nothing of the survey was taken there or may have been, it decides anew about the same
    candidate: for another channel, or that nobody is asked.
    """
    for key, channel, variables in (yield Ask("refused_decision", (lane,))):
        values, channels, *refused = json.loads(variables)
        known = {**(refused[0] if refused else {}), channel: reason}
        yield Ask("decide_again", (json.dumps([values, channels, known], ensure_ascii=False), now, key))


def standings(
    ids: Sequence[str], now: int, since: int, kind_of: KindOf, *, waits: bool = True
) -> Script[dict[str, Standing]]:
    """What is known of these contacts, by id; those that are erased or merged into others are left out.

    `waits` for whoever else decides about them; a reader cannot.
    """
    wanted = json.dumps(list(ids))
    people = yield Ask("contacts_to_decide" if waits else "contacts_to_look_at", (wanted,))
    places = yield Ask("reaches_to_decide", (wanted,))
    hmacs = json.dumps([row[3] for row in places])
    suppressed = yield Ask("suppressed_to_decide", (hmacs, now))
    granted = yield Ask("grants_to_decide", (hmacs, PURPOSE))
    asked = yield Ask("asked_to_decide", (wanted, since))
    against = _by(suppressed)
    grants = _by(granted)
    reaches = {contact: list(rows) for contact, rows in groupby(places, key=itemgetter(0))}
    history: dict[str, list[Asked]] = {}
    for contact, at, flow, kind in asked:
        history.setdefault(contact, []).append(Asked(at, flow, kind))
    return {
        row[0]: _standing(row, reaches.get(row[0], ()), history.get(row[0], ()), against, grants, kind_of)
        for row in people
        if not row[13] and not row[14]
    }


class Entry(NamedTuple):
    """A line of the ledger, with what became of the survey: how it ended, and of its first message."""

    id: str
    source: str
    name: str
    wave: int
    happening: str
    contact: str
    flow: str
    kind: str
    cell: str
    at: int
    not_after: int
    outcome: str
    rule: str
    inputs: dict[str, Any]
    due_at: int
    tries: int
    lane: str
    session: str
    grant_id: str
    decided_at: int
    ended: str
    message: str
    error: str


def entries_of(contact: str, limit: int = 100) -> Script[list[Entry]]:
    """The latest decisions about a contact, newest first."""
    rows = yield Ask("decisions_of_contact", (contact, limit))
    return list(map(entry_of, rows))


def entries(after: str, until: int, outcome: str, name: str, limit: int) -> Script[list[Entry]]:
    """Decisions behind the cursor `after` (`at:id`), up to `until` (epoch ms), of one outcome and name, or all ("")."""
    at, _, last = after.partition(":")
    rows = yield Ask("decisions", (int(at or 0), last, until, outcome, name, limit))
    return list(map(entry_of, rows))


def tally(source: str, name: str, wave: int = -1) -> Script[list[tuple[str, str, int]]]:
    """How the decisions of a trigger or campaign (of one wave, or of all) stand: outcome, rule, how many."""
    rows = yield Ask("decision_tally", (name, source, wave))
    return [(outcome, rule, int(n)) for outcome, rule, n in rows]


def _proposed(candidate: Candidate, contact: str, due_at: int) -> tuple[Any, ...]:
    c = candidate
    variables = json.dumps([dict(c.variables), list(c.channels)], ensure_ascii=False)
    return (
        c.id, c.source, c.name, c.wave, c.happening, contact, c.flow, c.kind, c.cell, variables, c.at, c.not_after,
        due_at,
    )  # fmt: skip


def _halt(row: Sequence[Any], halted: Mapping[str, str]) -> str:
    return halted.get(row[2], "") if row[1] == "campaign" else ""


def candidate_of(row: Sequence[Any]) -> Candidate:
    """The columns of `due_decisions` as a candidate."""
    key, source, name, wave, happening, _, flow, kind, cell, variables, at, not_after, _ = row
    values, channels, *refused = json.loads(variables)
    return Candidate(
        id=key, source=source, name=name, wave=wave, happening=happening, flow=flow, kind=kind, cell=cell,
        variables=values, channels=tuple(channels), at=at, not_after=not_after, refused=refused[0] if refused else {},
    )  # fmt: skip


def _row(one: Decided, now: int) -> tuple[Any, ...]:
    made = one.decision
    inputs = json.dumps(made.inputs, ensure_ascii=False, sort_keys=True)
    grant = made.grant.event if made.grant else ""
    session = one.invited.session if one.invited else ""
    return made.outcome, made.rule, inputs, made.until, made.lane, session, grant, now, one.id


def _by(rows: Iterable[Sequence[Any]]) -> Mapping[tuple[str, str], Sequence[Any]]:
    """Rows by keyed address and channel."""
    return {(row[0], row[1]): row[2:] for row in rows}


def _standing(
    row: Sequence[Any],
    places: Iterable[Sequence[Any]],
    asked: Iterable[Asked],
    against: Mapping[tuple[str, str], Sequence[Any]],
    grants: Mapping[tuple[str, str], Sequence[Any]],
    kind_of: KindOf,
) -> Standing:
    reaches: list[Reach] = []
    stopped: dict[str, str] = {}
    allowed: dict[str, Grant] = {}
    history = list(asked)
    open_case = running = False
    for _, lane, channel, hmac, rank, out, flow, started, outcome, basis, phase, case_basis in places:
        reaches.append(Reach(lane, channel, hmac, rank))
        reason = _first(against, hmac, channel)
        if out or reason:
            stopped[lane] = reason[0] if reason else "stop"
        if grant := _first(grants, hmac, channel):
            allowed[lane] = Grant(*grant)
        open_case = open_case or (phase in _OPEN and case_basis != _TRIED)
        if flow and basis != _TRIED:
            running = running or not outcome
            history.append(Asked(started, flow, kind_of(flow)))
    return Standing(
        contact=replace(contact_of(row), reaches=tuple(reaches)),
        asked=tuple(sorted(set(history), key=lambda one: -one.at)),
        stopped=stopped,
        grants=allowed,
        open_case=open_case,
        running=running,
    )


def _first(found: Mapping[tuple[str, str], Sequence[Any]], hmac: str, channel: str) -> Sequence[Any] | None:
    return found.get((hmac, channel)) or found.get((hmac, _EVERYWHERE))


def contact_of(row: Sequence[Any]) -> Contact:
    """The first 13 columns of `contacts_to_decide` as a contact without addresses."""
    key, external, name, language, zone, zone_source, country, brand, region, segment, agent, revenue, attributes = row[
        :13
    ]
    return Contact(
        id=key, external=external, name=name, language=language, zone=zone, zone_source=zone_source, country=country,
        brand=brand, region=region, segment=segment, agent=agent, revenue=revenue, attributes=json.loads(attributes),
    )  # fmt: skip


def entry_of(row: Sequence[Any]) -> Entry:
    """A row of `decisions`."""
    return Entry._make([*row[:13], json.loads(row[13]), *row[14:]])
