"""What a batch of inbox events leads to: lanes to engine turns to rows. Pure, so that a store can run it anywhere."""

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

import msgspec

from bot.cases.desks import Desk, Desks
from bot.engine.state import Session
from bot.errors import UnknownRevision
from bot.messages import Address, Bulletin, Edited, Inbound, Pressed, Said
from bot.rows import Batch, Claimed, Consequences, Docket, LaneState, Parked
from bot.runtime import deskside
from bot.runtime.bulletins import tell
from bot.runtime.casework import Casework
from bot.runtime.customer import Lookup, take, turn
from bot.runtime.deskside import ThreadOpening
from bot.runtime.entering import SHUT, Doors
from bot.runtime.lane import Lane
from bot.runtime.listening import listen
from bot.runtime.together import Pair, together
from flows.reading import keyword

MOST_ATTEMPTS = 3
RETRY_AFTER = 5_000  # ms, times the attempts so far
LOOK_AGAIN = 1_000  # ms until a thread may have its name

_inbound = msgspec.json.Decoder(Inbound).decode
_session = msgspec.json.Decoder(Session).decode


class _House(NamedTuple):
    """What holds for all lanes; `phones` are the lanes of agents' phones, `opening` as in Batch."""

    now: int
    revision: Lookup
    gather: int
    marking: Collection[str]
    desks: Desks
    phones: Collection[str]
    opening: Collection[str]
    doors: Doors


def decide(
    batch: Batch,
    revision: Lookup,
    now: int,
    gather: int = 0,
    marking: Collection[str] = frozenset(),
    desks: Desks = Desks(),  # noqa: B008 - frozen
    doors: Doors = SHUT,
) -> Consequences:
    """Advance every lane of the batch. A lane that fails is parked and harms no other.

    `revision` gives loaded flows; UnknownRevision comes out for one that is not. `gather` (ms): texts that came
    closer together than that are read as one reply. `marking` are the channels that can show a choice under the
    question it answers. `desks` are where cases go, `doors` the surveys that customers begin themselves.
    """
    house = _House(now, revision, gather, marking, desks, _phones(desks), batch.opening, doors)
    rows = Consequences.none()
    events: dict[str, list[Claimed]] = {}
    for event in batch.events:
        events.setdefault(event.lane, []).append(event)
    for name, claimed in events.items():
        left: Sequence[Claimed] = claimed
        while left:
            failure = _advance_lane(rows, batch.lanes[name], left, batch.dockets.get(name, ()), house)
            if failure is None:
                rows.done.extend([event.id for event in left])
                break
            culprit, error = failure
            rows.parked.append(_later(culprit, error, now))
            left = [event for event in left if event.id < culprit.id]  # what comes after has to wait
    return rows


def park(event: Claimed, error: Exception, now: int) -> Parked:
    """Try an event again a little later, or give it up as poison. The error names no content."""
    attempts = event.attempts + 1
    state = "new" if attempts < MOST_ATTEMPTS else "poison"
    return Parked(event.id, state, attempts, now + RETRY_AFTER * attempts, f"{type(error).__name__} at {_where(error)}")


def _later(event: Claimed, error: Exception, now: int) -> Parked:
    if isinstance(error, ThreadOpening):
        return Parked(event.id, "new", event.attempts, now + LOOK_AGAIN, "")
    return park(event, error, now)


def _where(error: Exception) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}" if trace else "?"


def _phones(desks: Desks) -> Collection[str]:
    places = (place for desk in desks.desks.values() for place in desk.places)
    return {place.address.lane for place in places if not place.threads}


def _advance_lane(
    rows: Consequences, known: LaneState, claimed: Sequence[Claimed], dockets: Sequence[Docket], house: _House
) -> tuple[Claimed, Exception] | None:
    """Take a lane's events. If one fails, nothing of them is in `rows`, and it comes back with what was wrong."""
    before = rows.marks()
    event = claimed[0]
    try:
        pairs: list[Pair] = []
        for event in claimed:
            pairs += ((event, _inbound(event.body)),)
        event, first = pairs[0]
        session = _session(known.state) if known.state else None
        source = Address.of_lane(known.lane) if known.case else first.source  # what desks say comes from elsewhere
        lane = Lane(rows, known, source, session, marks=source.channel in house.marking)
        work = _casework(lane, known, house) if known.case else None
        for group in together(pairs, house.gather):
            event = group[0][0]
            parts = [inbound for _, inbound in group]
            if isinstance(parts[0].body, Bulletin):
                tell(lane, parts[0].body, parts[0].id, event.received_at)
            elif parts[0].author or known.lane in house.phones:
                _at_desk(lane, event.received_at, parts, dockets, house)
            elif work is None or work.case is None:
                take(lane, event.received_at, parts, house.revision, house.doors)
            else:
                hear = _hearing(lane, event.received_at, house)
                listen(work, work.case, event.received_at, parts, hear, house.doors)
            if lane.called:
                lane.called = False
                work = work or _casework(lane, known, house)
                work.follow(event.received_at)
        if work:
            work.close()
        lane.close()
    except UnknownRevision:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the other lanes go on
        rows.back_to(before)
        return event, error
    return None


def _casework(lane: Lane, known: LaneState, house: _House) -> Casework:
    return Casework(lane, known, house.desks, lambda event, now: turn(lane, event, now, house.revision))


def _hearing(lane: Lane, now: int, house: _House) -> Callable[[Sequence[Inbound]], None]:
    return lambda parts: take(lane, now, parts, house.revision, house.doors)


def _at_desk(lane: Lane, now: int, parts: Sequence[Inbound], dockets: Sequence[Docket], house: _House) -> None:
    """Somebody did something in a group, a channel or on an agent's phone: no customer of a survey."""
    desk = house.desks.at(lane.name) if lane.name in house.phones else None
    if desk is None:
        group = lane.name.partition("#")[0]
        opening = group in house.opening and house.now - now < deskside.OPENING
        for each in parts:  # of several people, perhaps
            deskside.in_group(lane, each, dockets, house.desks, now, opening=opening)
        return
    for text in deskside.texts(parts, dockets):
        _on_phone(lane, now, text, dockets, desk, house.revision)


def _on_phone(
    lane: Lane, now: int, parts: Sequence[Inbound], dockets: Sequence[Docket], desk: Desk, revision: Lookup
) -> None:
    inbound = parts[0]
    if isinstance(inbound.body, Said | Edited | Pressed) and not _is_keyword(inbound.body):
        lane.heard(now, inbound.source, parts[-1].recipient)
        deskside.on_phone(lane, parts, dockets, desk, now)
        return
    before = lane.opted_out
    take(lane, now, parts, revision)
    if lane.opted_out and not before:
        deskside.gone(lane, inbound, dockets, now)


def _is_keyword(body: Said | Edited | Pressed) -> bool:
    """Whether somebody says STOP, START or HELP, which counts for every phone."""
    return isinstance(body, Said) and keyword(body.text, "") != ""
