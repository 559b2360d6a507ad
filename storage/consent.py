"""Consent as scripts: events that are added and never changed, what holds because of them, addresses not written to."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from bot.messages import Address, Consent, Inbound
from bot.outreach.consent import EVERYWHERE, OWN, SEALED, Event, Holding, drawn, problem, sealed, touches_all
from bot.rows import ConsentRow
from storage.decisions import decide_again
from storage.scripts import Ask, Many, Script

RECORDED, KNOWN = "recorded", "known"
REFUSED = ("21610", "blocked_bot")
"""Reasons that a provider gives when it takes a message no more; who says STOP to us is not asked elsewhere instead."""
_encode = msgspec.json.Encoder().encode


class Suppression(NamedTuple):
    """An address that is not to be written to: by name under each key, on one channel or `*`.

    `lanes` are where it is reached as far as the caller knows; those of contacts are found by name. `source_event` is
    unique to what led to it. `expires_at` None: for ever.
    """

    names: tuple[str, ...]
    key_id: str
    channel: str
    reason: str  # one of bot.outreach.consent.REASONS
    at: int
    source_event: str
    lanes: tuple[str, ...] = ()
    expires_at: int | None = None


class Link(NamedTuple):
    """An event as it stands in its address's chain."""

    event: Event
    name: str
    n: int
    prev_hash: str
    hash: str
    recorded_at: int


class Standings(NamedTuple):
    """What holds for an address: consents by purpose and channel, and suppressions (channel, reason, at, source)."""

    grants: dict[tuple[str, str], Holding]
    suppressions: list[tuple[str, str, int, str]]


def record(events: Sequence[Event], now: int) -> Script[list[str]]:
    """Add events to the chains of their addresses: RECORDED, KNOWN or why it was refused (C14), one for each."""
    results: list[str] = []
    for each in events:
        results += [problem(each, now) or (yield from _recorded(_storable(each), now))]
    return results


def suppress(one: Suppression, now: int) -> Script[list[str]]:
    """Write to this address no more, from the commit on; the lanes that were told.

    Each learns of it by an event, so that what is under way there ends in its order.
    """
    lanes = yield from _lanes(one)
    for lane in lanes:
        yield Ask("hold_lane", (lane,))
    yield Many("add_suppression", _suppressions(one))
    for lane in lanes:
        to = Address.of_lane(lane)
        yield Ask("bar_lane", (lane, to.channel, to.account, to.chat, to.thread, now))
        stop = Inbound(
            f"suppress:{one.source_event}:{lane}", now, to, Consent("stop", answered=True, source=one.reason)
        )
        yield Ask("tell_lane", (to.channel, stop.id, lane, now, now, _encode(stop).decode()))
        yield Ask("wake_suppressed", (now, lane))
    return lanes


def suppressed(many: Sequence[Suppression]) -> Script[None]:
    """Keep suppressions alone, for whom no lane is left to hear of it."""
    yield Many("add_suppression", [row for one in many for row in _suppressions(one)])


def lift(names: Sequence[str], channel: str, lanes: Iterable[str], reasons: Sequence[str], now: int) -> Script[None]:
    """Let this address be written to again on a channel, as far as nothing else is against it."""
    every = json.dumps(list(names))
    yield Ask("lift_suppression", (every, channel, json.dumps(list(reasons))))
    for lane in lanes:
        yield Ask("unbar_lane", (lane, every, now))


def follow(rows: Sequence[ConsentRow], now: int) -> Script[None]:
    """What people wrote, in the transaction of the turn that heard it."""
    for row in rows:
        event = Event(
            id=f"{row.source_ref}.{row.action}", names=row.names, key_id=row.key_id, channel=row.channel,
            action=row.action, at=row.at, source=row.source, source_ref=row.source_ref, locale=row.locale,
            wording=row.wording or row.source,
        )  # fmt: skip
        yield from _recorded(_storable(event), now)
        if row.action == "granted":
            yield from lift(row.names, row.channel, [row.lane], OWN, now)
        else:
            stop = Suppression(row.names, row.key_id, row.channel, row.reason, row.at, row.source_ref)
            yield Many("add_suppression", _suppressions(stop))
            if row.reason in REFUSED:
                yield from decide_again(row.lane, row.reason, now)


def standing_of(names: Sequence[str], now: int) -> Script[Standings]:
    """What holds for the address with these names."""
    every = json.dumps(list(names))
    held = yield Ask("consent_held", (every,))
    against = yield Ask("suppressions", (every, now))
    grants = {(purpose, channel): Holding(*rest) for purpose, channel, *rest in held}
    return Standings(grants, [(row[0], row[1], row[2], row[3]) for row in against])


def stopped(names: Sequence[str], channel: str, now: int) -> Script[str]:
    """Why nobody writes to this address on this channel, or ""."""
    found = yield from standing_of(names, now)
    return next((reason for where, reason, *_ in found.suppressions if where in (channel, EVERYWHERE)), "")


def chain(names: Sequence[str]) -> Script[list[Link]]:
    """Every event of the address with these names, in order."""
    rows = yield Ask("consent_chain", (json.dumps(list(names)),))
    return [_link(row) for row in rows]


def verify(links: Sequence[Link]) -> list[str]:
    """Where chains are broken: rows that were changed, are missing, or stand in another place."""
    broken = []
    before: dict[str, Link] = {}
    for link in links:
        previous = before.get(link.name)
        n, prev_hash = (previous.n + 1, previous.hash) if previous else (1, "")
        if link.n != n:
            broken.append(f"event {n} of {link.name[:8]}… is missing")
        elif link.prev_hash != prev_hash:
            broken.append(f"event {link.n} ({link.event.id}) does not follow the one before it")
        if sealed(link.event, link.name, link.n, link.prev_hash) != link.hash:
            broken.append(f"event {link.n} ({link.event.id}) has been changed")
        before[link.name] = link
    return broken


def ends_held(links: Sequence[Link], grants: Iterable[Holding]) -> list[str]:
    """Grants whose event is not in the chain: the end of a chain is missing, which nothing in it can tell."""
    known = {link.event.id for link in links}
    return [f"the event {held.event} is missing" for held in grants if held.event not in known]


def uses(lanes: Sequence[str]) -> Script[list[tuple[str, str, str, int, str, str]]]:
    """What was sent there: key of the message, basis, consent event or "", when (epoch ms), lane, state."""
    rows = yield Ask("consent_uses", (json.dumps(list(lanes)),))
    return [(row[0], row[1], row[2], row[3], row[4], row[5]) for row in rows]


def _recorded(event: Event, now: int) -> Script[str]:
    if (yield Ask("consent_is_known", (event.id,))):
        return KNOWN
    names = json.dumps(list(event.names))
    first = yield Ask("consent_name", (names,))
    name, key_id = first[0] if first else (event.names[0], event.key_id)
    event = replace(event, key_id=key_id)
    added: list[tuple[Any, ...]] = []
    while not added:
        head = yield Ask("consent_head", (name,))
        n, before = (head[0][0] + 1, head[0][1]) if head else (1, "")
        added = yield Ask("add_consent", _row(event, name, n, before, now))
        if not added and (yield Ask("consent_is_known", (event.id,))):
            return KNOWN
    yield from _draw(event, name, now)
    return RECORDED


def _draw(event: Event, name: str, now: int) -> Script[None]:
    """What holds from now on, in the transaction that adds the event.

    A consent that lies in the future was given before the clock was set back: whatever is told now came later.
    """
    rows = yield Ask("consent_held", (json.dumps([name]),))
    held = {(purpose, channel): Holding(*rest) for purpose, channel, *rest in rows}
    places = {(event.purpose, event.channel): None, **(dict.fromkeys(held) if touches_all(event) else {})}
    confirms = False
    if event.action == "confirmed":
        about = (event.double_opt_in_of, name, event.purpose, event.channel, event.at)
        confirms = bool((yield Ask("consent_confirmed", about)))
    for purpose, channel in places:
        before = held.get((purpose, channel))
        if before and before.at > now:
            before = before._replace(at=min(before.at, event.at))
        after = drawn(event, before, confirms)
        if after and after != before:
            yield Ask("hold_consent", (name, purpose, channel, *after))


def _lanes(one: Suppression) -> Script[list[str]]:
    known = yield Ask("lanes_by_name", (json.dumps(list(one.names)),))
    used = (yield Ask("lanes_in_use", (json.dumps(list(one.lanes)),))) if one.lanes else []
    found = {lane for lane, channel in known if one.channel in (channel, EVERYWHERE)}
    return sorted(found | {lane for (lane,) in used})


def _suppressions(one: Suppression) -> list[tuple[Any, ...]]:
    return [(name, one.channel, one.key_id, one.reason, one.at, one.source_event, one.expires_at) for name in one.names]


def _row(event: Event, name: str, n: int, before: str, now: int) -> tuple[Any, ...]:
    e = event
    evidence = json.dumps(dict(e.evidence), ensure_ascii=False, sort_keys=True)
    return (
        e.id, name, e.key_id, e.contact, e.purpose, e.channel, e.action, e.basis, e.at, now, e.source, e.source_ref,
        e.wording, e.wording_version, e.locale, e.actor, evidence, e.double_opt_in_of, n, before,
        sealed(e, name, n, before),
    )  # fmt: skip


def _link(row: Sequence[Any]) -> Link:
    *fields, evidence, name, n, prev_hash, digest, recorded_at, contact = row
    told = dict(zip(SEALED, fields, strict=True))
    event = Event(names=(name,), evidence=json.loads(evidence), contact=contact, **told)
    return Link(event, name, n, prev_hash, digest, recorded_at)


def _storable(event: Event) -> Event:
    """Without what one of the databases would leave out, for the hash is of what is kept."""
    fields = {name: value.replace("\0", "") for name in SEALED if isinstance(value := getattr(event, name), str)}
    evidence = {key.replace("\0", ""): value.replace("\0", "") for key, value in event.evidence.items()}
    return replace(event, evidence=evidence, **fields)
