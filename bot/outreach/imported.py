"""Consent as a row about a person tells it: one event for each address. Pure; times are epoch ms, UTC."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime

from bot.contacts import Person
from bot.outreach.candidate import PURPOSE
from bot.outreach.consent import Event, problem

CELLS = (
    "basis", "source", "at", "wording", "wording_version", "locale", "purpose", "ref", "collected_at",
    "transaction_ref", "product_group", "notice_at",
)  # fmt: skip
"""What a row can say of it. `source` is where it was given, in the operator's words."""

_GERMAN = ("%d.%m.%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S")
_BASES = {
    "einwilligung": "consent", "zustimmung": "consent", "optin": "consent", "opt-in": "consent", "ja": "consent",
    "bestandskunde": "existing_customer", "bestandskundin": "existing_customer", "vertrag": "contract",
}  # fmt: skip
_EVIDENCE = ("collected_at", "transaction_ref", "product_group", "notice_at")


def granted(person: Person, contact: str, cells: Mapping[str, str], now: int) -> list[Event]:
    """The events that a row comes to; none if it says nothing complete (C14): basis, source, time and wording."""
    at = moment(cells.get("at", ""))
    if at is None or not cells.get("basis") or not cells.get("source"):
        return []
    events = [_event(person, contact, cells, at, n) for n in range(len(person.places))]
    return [] if any(problem(each, now) for each in events) else events


def moment(text: str) -> int | None:
    """A date, perhaps with a time: ISO 8601, or as Germans write it; UTC without a zone. None if it is none."""
    written = text.strip()
    try:
        return _ms(datetime.fromisoformat(written))
    except ValueError:
        pass
    for form in _GERMAN:
        try:
            return _ms(datetime.strptime(written, form).replace(tzinfo=UTC))
        except ValueError:
            continue
    return None


def _event(person: Person, contact: str, cells: Mapping[str, str], at: int, n: int) -> Event:
    place = person.places[n]
    basis = cells["basis"].casefold()
    basis = _BASES.get(basis, basis)
    purpose = cells.get("purpose") or PURPOSE
    # the name under the oldest key stays the same when a new key comes, and so does the event
    told = (place.names[-1], place.channel, purpose, basis, str(at), cells["source"], cells.get("wording", ""))
    digest = hashlib.sha256("\0".join(told).encode()).hexdigest()
    return Event(
        id=f"import:{digest[:32]}",
        names=place.names,
        key_id=place.key_id,
        channel=place.channel,
        action="granted",
        at=at,
        source="import",
        basis=basis,
        purpose=purpose,
        contact=contact,
        source_ref=cells.get("ref") or cells["source"],
        wording=cells.get("wording", ""),
        wording_version=cells.get("wording_version", ""),
        locale=cells.get("locale", ""),
        evidence={"source": cells["source"], **{name: cells[name] for name in _EVIDENCE if cells.get(name)}},
    )


def _ms(at: datetime) -> int:
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)
