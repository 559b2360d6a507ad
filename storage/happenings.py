"""Events of other systems: an event, the contact it is about and the decisions it asks for are one transaction."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from bot.contacts import Contact, Person
from bot.outreach.candidate import Candidate
from bot.outreach.happening import Happening, Taken, Told
from bot.outreach.ledger import Proposal
from bot.people import DOUBTFUL, SUPPRESSED, Saved
from storage import contacts
from storage.decisions import propose
from storage.scripts import Ask, Many, Script

Lead = Callable[[Happening, Contact], Sequence[Candidate]]
"""Whom an event about somebody leads to asking."""

_FIELDS = (
    "id", "external", "name", "language", "zone", "zone_source", "country", "brand", "region", "segment", "agent",
    "revenue",
)  # fmt: skip  # the first columns of `contacts_by_id`


def take(told: Sequence[Told], now: int, lead: Lead) -> Script[list[Taken]]:
    """Take events in, each once however often it comes; what became of each, in order. `now` is epoch ms.

    At most storage.contacts.MOST of them. What came before changes nothing, not even the contact: it may be older than
    what is known.
    """
    yield Ask("turn_for_contacts")  # of two processes that get the same event one finds it known
    known: dict[str, str] = dict((yield Ask("known_happenings", (_list(one.happening.id for one in told),))))
    fresh: dict[str, Told] = {}
    for one in told:
        if one.happening.id not in known:
            fresh.setdefault(one.happening.id, one)
    saved = yield from _saved(list(fresh.values()), now)
    taken = yield from _kept(fresh, saved, now, lead)
    return [_once(one.happening.id, known, taken) for one in told]


def happenings_of(contact: str, limit: int = 100) -> Script[list[dict[str, Any]]]:
    """What happened to a contact, newest first: id, type, source, at, received_at, attributes."""
    rows = yield Ask("happenings_of_contact", (contact, limit))
    names = ("id", "type", "source", "at", "received_at", "attributes")
    return [dict(zip(names, (*row[:5], json.loads(row[5])), strict=True)) for row in rows]


def _once(key: str, known: dict[str, str], taken: dict[str, Taken]) -> Taken:
    """What became of an event; the second time in a call, that it is known."""
    if key in known:
        return Taken("known", known[key])
    first = taken[key]
    if first.status in ("accepted", "nobody"):
        known[key] = first.contact
    return first


def _saved(fresh: Sequence[Told], now: int) -> Script[dict[str, Saved]]:
    """What became of the people whom these are about, by event; those that nothing is known of are left out."""
    nameless = [one.person for one in fresh if one.person and not one.person.places]
    found = (yield from _known(nameless)) if nameless else frozenset[str]()
    about = {
        one.happening.id: one.person
        for one in fresh
        if one.person and (one.person.places or one.person.external in found)
    }
    saved = yield from contacts.save(list(about.values()), now)
    return dict(zip(about, saved, strict=True))


def _known(people: Iterable[Person]) -> Script[frozenset[str]]:
    """Which of these external ids somebody has, or had before a merge or an erasure."""
    by_id = {key: one.external for one in people for key in (one.id, *one.older)}
    rows = yield Ask("contacts_by_id", (_list(by_id),))
    also = yield Ask("contacts_by_external", (_list(set(by_id.values())),))
    return frozenset([by_id[row[0]] for row in rows] + [row[1] for row in also])


def _kept(fresh: dict[str, Told], saved: dict[str, Saved], now: int, lead: Lead) -> Script[dict[str, Taken]]:
    """Keep the events and what they lead to; what became of each, by id."""
    whose = {key: one.contact for key, one in saved.items() if one.result not in (SUPPRESSED, DOUBTFUL)}
    rows = yield Ask("contacts_by_id", (_list(set(whose.values())),))
    people = {row[0]: _contact(row) for row in rows}
    taken: dict[str, Taken] = {}
    proposals: list[Proposal] = []
    for key, one in fresh.items():
        owner = people.get(whose.get(key, ""))
        found = lead(one.happening, owner) if owner else ()
        proposals += [Proposal(each, owner.id, each.at) for each in found if owner]
        taken[key] = _taken(saved.get(key), owner, tuple(each.name for each in found))
    kept = [(one, taken[key].contact) for key, one in fresh.items() if taken[key].status in ("accepted", "nobody")]
    yield Many("add_happening", [_row(one.happening, owner, now) for one, owner in kept])
    if proposals:
        yield from propose(proposals)
    return taken


def _taken(saved: Saved | None, owner: Contact | None, triggers: tuple[str, ...]) -> Taken:
    if saved and saved.result == SUPPRESSED:
        return Taken("suppressed")
    if saved and saved.result == DOUBTFUL:
        return Taken("refused", advice=saved.advice)
    return Taken("accepted", owner.id, triggers) if owner else Taken("nobody")


def _row(one: Happening, contact: str, now: int) -> tuple[Any, ...]:
    attributes = json.dumps(one.attributes, ensure_ascii=False, sort_keys=True)
    return one.id, one.type, one.source, contact, one.at, now, attributes


def _contact(row: Sequence[Any]) -> Contact:
    return Contact(**dict(zip(_FIELDS, row, strict=False)), attributes=json.loads(row[12]))


def _list(values: Iterable[str]) -> str:
    return json.dumps(list(values))
