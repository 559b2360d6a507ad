"""Contacts as scripts: save what rows say about people, find them, page through them, make one of two."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from bot.contacts import Contact, Person, Place, Reach
from bot.errors import BotError, Fault
from bot.people import Changes, Everyone, Saved, settle, united
from storage.audit import note
from storage.scripts import Ask, Many, Script

MOST = 1000
"""More people than that are not saved in one transaction: webhooks wait for it on SQLite."""

LAST = "\U0010ffff"
"""Behind every id."""

_COLUMNS = ("external", "name", "language", "zone", "zone_source", "country", "brand", "region", "segment", "agent")


class CannotMerge(BotError):
    """These two cannot become one; says why."""

    fault = Fault.CALLER


def save(rows: Sequence[Person], now: int) -> Script[list[Saved]]:
    """Save what rows say, at most MOST of them; what became of each, in order. Doing it again changes nothing.

    People whose address is suppressed for good leave no trace (C4). `now` is epoch ms.
    """
    yield from turn()
    known = yield from whoever(rows, now)
    changes = settle(rows, known)
    yield from _write(changes, now)
    return changes.saved


def _write(changes: Changes, now: int) -> Script[None]:
    if changes.new:
        yield Many("add_contact", sorted((one.id, *_fields(one), now) for one in changes.new))
    if changes.changed:
        yield Many("change_contact", [(*_fields(one), now, one.id) for one in changes.changed])
    if changes.places:
        yield Many("add_address", sorted(_address(owner, one, now) for owner, one in changes.places))


def keep(changes: Changes, now: int) -> Script[None]:
    """Write changes to people whom another database holds: here they may be new."""
    people = {one.id: one for one in (*changes.new, *changes.changed)}
    yield Many("forget_contact", [(key,) for key in people])
    yield from _write(changes._replace(new=list(people.values()), changed=[]), now)


def turn() -> Script[None]:
    """Wait until nobody else writes contacts, and keep others waiting until commit."""
    yield Ask("turn_for_contacts")


class Named(NamedTuple):
    """How much is named under a key: contacts' addresses, first consents of a chain, suppressions."""

    key_id: str
    addresses: int
    consents: int
    suppressions: int


def keys() -> Script[list[Named]]:
    """The keys that addresses are named under, by id; looks at all of them."""
    rows = yield Ask("keys_in_use")
    return [Named(key, int(addresses), int(consents), int(stops)) for key, addresses, consents, stops in rows]


def contact(key: str) -> Script[Contact | None]:
    """By id, also of somebody who has become part of another one; None for nobody, and for the erased."""
    people, moved, _ = yield from _people([key], [])
    found = people.get(moved.get(key, key))
    return found and (yield from _reached([found]))[0]


def called(external: str) -> Script[Contact | None]:
    """By what other systems call them."""
    rows = yield Ask("contacts_by_external", (_list([external]),))
    return (yield from contact(rows[0][0])) if rows else None


def at_address(where: Place) -> Script[Contact | None]:
    """By an address, whichever channel of its kind it was saved for."""
    owners = yield Ask("contacts_by_lane", (_list([where.lane]),))
    owners += yield Ask("contacts_by_hmac", (_list(where.names),))
    return (yield from contact(owners[0][1])) if owners else None


def at_lane(lane: str) -> Script[Contact | None]:
    """By an address as it is kept."""
    owners = yield Ask("contacts_by_lane", (_list([lane]),))
    return (yield from contact(owners[0][1])) if owners else None


def page(after: str, limit: int, last: str = LAST) -> Script[list[Contact]]:
    """The contacts behind this id up to `last`, in the order of ids; "" begins. Without those erased or merged."""
    rows = yield Ask("contacts_between", (after, last, limit))
    return (yield from reached(rows))


def reached(rows: Sequence[Sequence[Any]]) -> Script[list[Contact]]:
    """Rows of `contacts_between` as contacts with their addresses."""
    return (yield from _reached([_contact(row) for row in rows]))


def count() -> Script[int]:
    """How many contacts there are; looks at all of them."""
    [(found,)] = yield Ask("count_contacts")
    return int(found)


def merge(gone: str, into: str, now: int, actor: str = "") -> Script[Contact]:
    """Make the contact `gone` part of `into`, with addresses, decisions, happenings and consents; what they are now.

    What `into` lacks it takes over. The old id, and the old external id, lead to it from now on. `actor` goes into the
    audit trail for it, if there is one. Raises CannotMerge.
    """
    yield from turn()
    one = yield from _living(gone)
    other = yield from _living(into)
    if one.id == other.id:
        raise CannotMerge(f"they are one already: {one.id}")
    both = united(one, other)
    keeps = int(both.external != one.external)
    yield Ask("empty_contact", (keeps, both.id, now, one.id))
    yield Ask("change_contact", (*_fields(both), now, both.id))
    yield Ask("move_merged", (both.id, one.id))
    yield Many("move_address", [(both.id, reach.rank, reach.lane) for reach in both.reaches])
    for table in ("decisions", "happenings", "consents"):
        yield Ask(f"move_{table}", (both.id, one.id))
    if actor:
        yield from note(now, actor, "contact_merged", one.id, {"into": both.id})
    return both


def _living(key: str) -> Script[Contact]:
    found = yield from contact(key)
    if found is None:
        raise CannotMerge(f"there is no contact {key!r}")
    return found


def whoever(rows: Sequence[Person], now: int, also: Iterable[str] = ()) -> Script[Everyone]:
    """All whom these rows could be about, and those with the ids `also`."""
    places = [each for row in rows for each in row.places]
    hmacs = _list(dict.fromkeys(name for each in places for name in each.names))
    lanes: dict[str, str] = dict((yield Ask("contacts_by_lane", (_list(dict.fromkeys(each.lane for each in places)),))))
    names: dict[str, str] = dict((yield Ask("contacts_by_hmac", (hmacs,))))
    kept_away = yield Ask("kept_away", (hmacs, now))
    externals = dict.fromkeys(row.external for row in rows if row.external)
    ids = dict.fromkeys(key for row in rows if row.external for key in (row.id, *row.older))
    ids |= dict.fromkeys([*lanes.values(), *names.values(), *also])
    people, moved, erased = yield from _people(ids, externals)
    full = yield from _reached(list(people.values()))
    suppressed = frozenset((name, channel) for name, channel in kept_away)
    return Everyone({one.id: one for one in full}, lanes, names, moved, erased, suppressed)


_Found = tuple[dict[str, Contact], dict[str, str], frozenset[str]]


def _people(ids: Iterable[str], externals: Iterable[str]) -> Script[_Found]:
    """The living by id; into whom those that were merged went; who is erased."""
    rows = yield Ask("contacts_by_id", (_list(ids),))
    rows += yield Ask("contacts_by_external", (_list(externals),))
    found = {row[0]: row for row in rows}
    # A merge moves those who were merged before, so that one step leads to who they are now.
    missing = {row[13] for row in rows if row[13]} - found.keys()
    found |= {row[0]: row for row in (yield Ask("contacts_by_id", (_list(missing),)))} if missing else {}
    moved = {key: row[13] for key, row in found.items() if row[13]}
    erased = frozenset(key for key, row in found.items() if row[14])
    return {key: _contact(row) for key, row in found.items() if not row[13] and not row[14]}, moved, erased


def _reached(people: Sequence[Contact]) -> Script[list[Contact]]:
    """The same with their addresses."""
    rows = (yield Ask("reaches_by_contact", (_list(one.id for one in people),))) if people else []
    reaches: dict[str, list[Reach]] = {}
    for owner, *reach in rows:
        reaches.setdefault(owner, []).append(Reach(*reach))
    return [replace(one, reaches=tuple(reaches[one.id])) if one.id in reaches else one for one in people]


def _contact(row: Sequence[Any]) -> Contact:
    fields = dict(zip(_COLUMNS, row[1:11], strict=True))
    return Contact(id=row[0], **fields, revenue=row[11], attributes=json.loads(row[12]))


def _fields(one: Contact) -> tuple[Any, ...]:
    attributes = json.dumps(one.attributes, ensure_ascii=False, sort_keys=True)
    return (*(getattr(one, name) for name in _COLUMNS), one.revenue, attributes)


def _address(owner: str, one: Place, now: int) -> tuple[Any, ...]:
    return one.lane, owner, one.channel, one.hmac, one.key_id, one.rank, now


def _list(values: Iterable[str]) -> str:
    return json.dumps(list(values))
