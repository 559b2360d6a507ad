"""Consent for the command line: a file of opt-outs or grants, what holds for somebody, and the proof of it."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from bot.contacts import Person, Place
from bot.outreach.consent import Event
from bot.outreach.imported import granted, moment
from bot.phones import masked
from bot.pseudonyms import Pseudonyms
from commands.whose import Nobody, Whose, address
from integrations.imports.source import Line
from settings import Settings
from storage.consent import RECORDED, Link, Suppression, chain, ends_held, record, standing_of, suppress, uses, verify
from storage.scripts import Script
from web.shapes import iso

BASELESS = "no basis"
BATCH = 200
"""Rows in one transaction."""
ADDRESSES = (
    "address",
    "phone",
    "phone number",
    "phonenumber",
    "number",
    "to",
    "from",
    "telefon",
    "mobil",
    "nummer",
    "lane",
)
TIMES = ("at", "date", "datum", "opted out at", "date_created", "date_updated", "time", "zeitpunkt")


class Wanted(NamedTuple):
    """What a file is: opt-outs on a channel (or `*`) for a reason, or grants."""

    channel: str
    reason: str = ""  # "" for grants

    def place(self, settings: Settings, written: str, names: Pseudonyms) -> Place:
        """The address in a cell. Raises Nobody."""
        named = written if written.partition(":")[0] in settings.channels else f"{self.channel}:{written}"
        found = address(settings, named, names)
        if found is None:
            raise Nobody(f"{named!r} names no channel of the settings")
        return found


class Told(NamedTuple):
    """What became of a row: its number, and "" or what is wrong with it; whether it was new."""

    row: int
    wrong: str
    new: bool


def batches(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Rows as they go into one transaction."""
    rows = iter(lines)
    while batch := list(islice(rows, BATCH)):
        yield batch


def take(settings: Settings, names: Pseudonyms, wanted: Wanted, lines: Sequence[Line], now: int) -> Script[list[Told]]:
    """Keep what these rows say; what became of each. The same row again changes nothing."""
    told = []
    for line in lines:
        try:
            here, cells = _read(settings, names, wanted, line)
        except Nobody as error:
            told.append(Told(line.number, str(error), new=False))
            continue
        keeping = _opted_out(here, wanted, cells, now) if wanted.reason else _granted(here, cells, now)
        kept = yield from keeping
        wrong = "no basis: it needs basis, source, at and wording" if kept == BASELESS else ""
        told.append(Told(line.number, wrong, new=kept == RECORDED))
    return told


def _read(settings: Settings, names: Pseudonyms, wanted: Wanted, line: Line) -> tuple[Place, dict[str, str]]:
    """Raises Nobody, without the address."""
    cells = {column.strip().casefold(): cell.strip() for column, cell in line.cells.items()}
    written = next((cells[name] for name in ADDRESSES if cells.get(name)), "")
    if line.problem or not written:
        raise Nobody(line.problem or "no address")
    try:
        return wanted.place(settings, written, names), cells
    except Nobody as error:
        raise Nobody(str(error).replace(written, masked(written))) from None


def _granted(here: Place, cells: Mapping[str, str], now: int) -> Script[str]:
    said = {name.removeprefix("consent."): cell for name, cell in cells.items()}
    events = granted(Person(id="", places=(here,)), "", said, now)
    if not events:
        return BASELESS
    return (yield from record(events, now))[0]


def _opted_out(here: Place, wanted: Wanted, cells: Mapping[str, str], now: int) -> Script[str]:
    at = next((found for name in TIMES if cells.get(name) and (found := moment(cells[name])) is not None), now)
    ref = hashlib.sha256(f"{here.names[-1]}|{wanted.channel}|{wanted.reason}".encode()).hexdigest()[:32]
    action = "objected" if wanted.reason == "objection" else "withdrawn"
    event = Event(
        id=f"import:{ref}.{action}", names=here.names, key_id=here.key_id, channel=wanted.channel, action=action,
        at=min(at, now), source="provider_optout" if wanted.reason == "21610" else "import", source_ref=ref,
        wording=wanted.reason,
    )  # fmt: skip
    [kept] = yield from record([event], now)
    yield from suppress(
        Suppression(here.names, here.key_id, wanted.channel, wanted.reason, min(at, now), ref, (here.lane,)), now
    )
    return kept


def proof(whose: Whose, now: int) -> Script[dict[str, Any]]:
    """Everything that is kept about somebody's consent: events, what holds, each use, whether the chain is whole."""
    addresses = []
    for place in whose.places:
        links = yield from chain(place.names)
        standing = yield from standing_of(place.names, now)
        broken = verify(links) + ends_held(links, standing.grants.values())
        addresses.append({
            "address": place.lane,
            "events": [_event(link) for link in links],
            "holds": [
                {"purpose": purpose, "channel": at, "event": held.event, "basis": held.basis, "since": iso(held.at)}
                for (purpose, at), held in standing.grants.items()
                if held.lapsed_at is None
            ],
            "suppressed": [
                {"channel": where, "reason": reason, "since": iso(at)}
                for where, reason, at, _ in standing.suppressions
            ],
            "chain": broken or "whole",
        })  # fmt: skip
    used = yield from uses(whose.lanes)
    return {
        "contact": whose.contact.id if whose.contact else None,
        "as_of": iso(now),
        "addresses": addresses,
        "uses": [
            {"message": key, "basis": basis, "event": event or None, "at": iso(at), "address": lane, "state": state}
            for key, basis, event, at, lane, state in used
        ],
    }


def _event(link: Link) -> dict[str, Any]:
    event = link.event
    told = {
        "id": event.id, "n": link.n, "action": event.action, "basis": event.basis, "purpose": event.purpose,
        "channel": event.channel, "at": iso(event.at), "recorded_at": iso(link.recorded_at), "source": event.source,
        "source_ref": event.source_ref, "wording": event.wording, "wording_version": event.wording_version,
        "locale": event.locale, "actor": event.actor, "confirms": event.double_opt_in_of,
        "evidence": dict(event.evidence), "hash": link.hash, "prev_hash": link.prev_hash,
    }  # fmt: skip
    return {name: value for name, value in told.items() if value not in ("", {})}
