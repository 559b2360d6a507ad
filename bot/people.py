"""Who is who: rows about people beside those who are known, and what that makes new, changed or doubtful. Pure.

A row is about the person who has its external id, else about the one who has one of its addresses. Where that names two
people nobody guesses: the row is left for whoever knows.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from bot.contacts import Contact, Person, Place, Reach

NEW, CHANGED, SAME, SUPPRESSED, DOUBTFUL = "new", "changed", "same", "suppressed", "doubtful"
EVERYWHERE = "*"  # as the channel of a suppression

_PLAIN = ("external", "name", "language", "country", "brand", "region", "segment", "agent")


class Saved(NamedTuple):
    """What became of a row: new | changed | same, of `contact`; suppressed; doubtful, between `contact` and `other`.

    doubtful: the external id is one person's and an address another's, or its addresses are two people's; or `other`
    is "" and the person with the address has another external id.
    """

    result: str
    contact: str = ""
    other: str = ""

    @property
    def advice(self) -> str:
        """What is in the way and what to do about it, for a person; "" if nothing is."""
        if self.result != DOUBTFUL:
            return ""
        if self.other:
            one = f"`run.py contacts merge {self.other} {self.contact}` makes them one"
            return f"this is both {self.contact} and {self.other}: if they are one person, {one}; else correct the row"
        return (
            f"the address belongs to {self.contact}, who has another external id: give this person an address of their "
            "own, or if they are one person, correct the external id"
        )


class Everyone(NamedTuple):
    """Those whom rows could be about, as the database has them.

    `people` by id, living ones only; `lanes` and `names` (an address under a key) say whose an address is;
    `moved` says into whom somebody was merged; `suppressed` holds (name, channel).
    """

    people: Mapping[str, Contact]
    lanes: Mapping[str, str]
    names: Mapping[str, str]
    moved: Mapping[str, str]
    erased: frozenset[str] = frozenset()
    suppressed: frozenset[tuple[str, str]] = frozenset()

    def under(self, later: "Everyone") -> "Everyone":
        """The same with what somebody else noted later on top."""
        return self._replace(
            people={**self.people, **later.people},
            lanes={**self.lanes, **later.lanes},
            names={**self.names, **later.names},
        )


class Changes(NamedTuple):
    """What is to be written: new people, people whose row has changed, new addresses and whose they are."""

    saved: list[Saved]
    new: list[Contact]
    changed: list[Contact]
    places: list[tuple[str, Place]]


def settle(rows: Iterable[Person], known: Everyone) -> Changes:
    """Take the rows one after the other; what one row says, the next one finds known."""
    desk = _Desk(known)
    saved = [desk.take(row) for row in rows]
    new = [each for key, each in desk.people.items() if key not in known.people]
    changed = [
        each
        for key, each in desk.people.items()
        if key in known.people and replace(each, reaches=()) != replace(known.people[key], reaches=())
    ]
    return Changes(saved, new, changed, desk.places)


def updated(contact: Contact, row: Person) -> Contact:
    """The contact with what the row says; what it does not say stays as it is."""
    said: dict[str, object] = {name: value for name in _PLAIN if (value := getattr(row, name))}
    if contact.external:  # another one led here by a merge
        said.pop("external", None)
    if row.zone:
        said |= {"zone": row.zone, "zone_source": "given"}
    if row.revenue is not None:
        said["revenue"] = row.revenue
    if row.attributes:
        said["attributes"] = {**contact.attributes, **row.attributes}
    return replace(contact, **said)


def united(contact: Contact, into: Contact) -> Contact:
    """`into` with what it lacks and `contact` has; its addresses are tried first."""
    lacking: dict[str, object] = {
        name: getattr(contact, name) for name in (*_PLAIN, "zone", "zone_source") if not getattr(into, name)
    }
    if into.zone:
        del lacking["zone_source"]
    if into.revenue is None:
        lacking["revenue"] = contact.revenue
    behind = 1 + max((reach.rank for reach in into.reaches), default=-1)
    moved = tuple(replace(reach, rank=behind + reach.rank) for reach in contact.reaches)
    attributes = {**contact.attributes, **into.attributes}
    return replace(into, **lacking, attributes=attributes, reaches=(*into.reaches, *moved))


class _Desk:
    """What is known while the rows come in."""

    def __init__(self, known: Everyone) -> None:
        self.people = dict(known.people)
        self.places: list[tuple[str, Place]] = []
        self._known = known
        self._lanes = dict(known.lanes)
        self._names = dict(known.names)
        self._externals = {each.external: key for key, each in known.people.items() if each.external}

    def take(self, row: Person) -> Saved:
        """One row."""
        named = self._named(row)
        reached = [self._whose(each) for each in row.places]
        hits = list(dict.fromkeys(filter(None, [named, *reached])))
        if self._suppressed(row.places) or not self._known.erased.isdisjoint(hits):
            return Saved(SUPPRESSED)
        if len(hits) > 1:
            return Saved(DOUBTFUL, hits[0], hits[1])
        if not hits:
            return self._add(row)
        found = self.people[hits[0]]
        if not named and row.external and found.external:
            return Saved(DOUBTFUL, found.id)
        return self._update(found, row)

    def _named(self, row: Person) -> str:
        """Whose the external id is, "" if nobody's; an erased person's id counts, too."""
        if not row.external:
            return ""
        for key in (self._externals.get(row.external, ""), row.id, *row.older):
            final = self._known.moved.get(key, key)
            if final in self.people or final in self._known.erased:
                return final
        return ""

    def _whose(self, where: Place) -> str:
        found = (self._lanes.get(where.lane, ""), *(self._names.get(name, "") for name in where.names))
        return next(filter(None, found), "")

    def _suppressed(self, places: Sequence[Place]) -> bool:
        against = self._known.suppressed
        return bool(against) and any(
            (name, channel) in against
            for each in places
            for name in each.names
            for channel in (each.channel, EVERYWHERE)
        )

    def _add(self, row: Person) -> Saved:
        contact = updated(Contact(id=row.id), row)
        self._place(contact, row.places)
        return Saved(NEW, contact.id)

    def _update(self, found: Contact, row: Person) -> Saved:
        contact = updated(found, row)
        added = [each for each in row.places if each.lane not in self._lanes]
        if contact == found and not added:
            return Saved(SAME, found.id)
        self._place(contact, added)
        return Saved(CHANGED, contact.id)

    def _place(self, contact: Contact, places: Sequence[Place]) -> None:
        """Note the contact with these further addresses."""
        for each in places:
            if each.lane in self._lanes:  # twice in one row
                continue
            self._lanes[each.lane] = contact.id
            self._names.update(dict.fromkeys(each.names, contact.id))
            self.places.append((contact.id, each))
            reach = Reach(each.lane, each.channel, each.hmac, each.rank)
            contact = replace(contact, reaches=(*contact.reaches, reach))
        self.people[contact.id] = contact
        if contact.external:
            self._externals[contact.external] = contact.id
