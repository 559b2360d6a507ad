"""What a batch of inbox events leads to: lanes to engine turns to rows. Pure, so that a store can run it anywhere."""

import hashlib
from base64 import b32encode
from collections.abc import Callable, Collection, Sequence

import msgspec
from msgspec.structs import replace

from bot.engine import advance, begin
from bot.engine.state import (
    Began,
    Event,
    HandedBack,
    Journaled,
    OptedOut,
    Replied,
    Reply,
    Returned,
    Reworded,
    Session,
    Superseded,
    TakenOver,
    TimedOut,
    Turn,
)
from bot.errors import UnknownRevision
from bot.messages import (
    Consent,
    Control,
    DeadLink,
    Delivery,
    Edited,
    Inbound,
    Invite,
    Moved,
    Pressed,
    Removed,
    Said,
    Started,
    TimerFired,
)
from bot.rows import Batch, Claimed, Consequences, DeliveryRow, LaneState, Opened, Parked
from bot.runtime.lane import Lane
from bot.runtime.together import Pair, together
from flows.model import Flow
from flows.reading import keyword

Lookup = Callable[[str], Flow | None]

MOST_ATTEMPTS = 3
RETRY_AFTER = 5_000  # ms, times the attempts so far
RANK = {"sent": 3, "failed": 5, "undelivered": 5, "delivered": 5, "read": 6}

_inbound = msgspec.json.Decoder(Inbound).decode
_session = msgspec.json.Decoder(Session).decode
_encode = msgspec.json.Encoder().encode


def decide(
    batch: Batch, revision: Lookup, now: int, gather: int = 0, marking: Collection[str] = frozenset()
) -> Consequences:
    """Advance every lane of the batch. A lane that fails is parked and harms no other.

    `revision` gives loaded flows; UnknownRevision comes out for one that is not. `gather` (ms): texts that came
    closer together than that are read as one reply. `marking` are the channels that can show a choice under the
    question it answers.
    """
    rows = Consequences.none()
    events: dict[str, list[Claimed]] = {}
    for event in batch.events:
        events.setdefault(event.lane, []).append(event)
    for name, claimed in events.items():
        left: Sequence[Claimed] = claimed
        while left:
            failure = _advance_lane(rows, batch.lanes[name], left, revision, gather, marking)
            if failure is None:
                rows.done.extend([event.id for event in left])
                break
            culprit, error = failure
            rows.parked.append(park(culprit, error, now))
            left = [event for event in left if event.id < culprit.id]  # what comes after has to wait
    return rows


def park(event: Claimed, error: Exception, now: int) -> Parked:
    """Try an event again a little later, or give it up as poison. The error names no content."""
    attempts = event.attempts + 1
    state = "new" if attempts < MOST_ATTEMPTS else "poison"
    return Parked(event.id, state, attempts, now + RETRY_AFTER * attempts, f"{type(error).__name__} at {_where(error)}")


def _where(error: Exception) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}" if trace else "?"


def _advance_lane(
    rows: Consequences,
    known: LaneState,
    claimed: Sequence[Claimed],
    revision: Lookup,
    gather: int,
    marking: Collection[str],
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
        lane = Lane(rows, known, first.source, session, marks=first.source.channel in marking)
        for group in together(pairs, gather):
            event = group[0][0]
            _take(lane, event.received_at, [inbound for _, inbound in group], revision)
        lane.close()
    except UnknownRevision:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the other lanes go on
        rows.back_to(before)
        return event, error
    return None


def _take(lane: Lane, now: int, parts: Sequence[Inbound], revision: Lookup) -> None:
    inbound = parts[0]
    body = inbound.body
    if inbound.author:
        return  # somebody in a group or channel: no customer of a survey
    if isinstance(body, Said | Pressed | Edited | Started | Consent):
        lane.heard(now, inbound.source, parts[-1].recipient)
        _hear(lane, now, parts, body, revision)
        return
    match body:
        case Delivery():
            _delivery(lane, inbound, body, now, revision)
        case Invite():
            _invite(lane, inbound, body, now, revision)
        case TimerFired():
            if lane.session and lane.session.id == body.session:
                _turn(lane, TimedOut(), now, revision)
        case Control():
            _turn(lane, TakenOver(body.by) if body.owner == "human" else HandedBack(), now, revision)
        case DeadLink():
            lane.notice(f"link_{body.why}", now, id_of(lane.name, inbound.id, now))
        case Removed() | Moved():
            pass  # an answer stays given, and a customer's chat does not move
        case _:
            raise TypeError(f"no rule for {type(body).__name__}")


def _hear(
    lane: Lane, now: int, parts: Sequence[Inbound], body: Said | Pressed | Edited | Started | Consent, revision: Lookup
) -> None:
    """What the customer did."""
    inbound = parts[0]
    match body:
        case Said():
            _said(lane, now, parts, revision)
        case Pressed(question, value, ref):
            if ref and question:  # it has arrived, even if its send is in doubt
                _delivery(lane, inbound, Delivery(question, ref, "sent"), now, revision)
            _turn(lane, Replied((Reply(text=value, pressed=question),)), now, revision)
        case Edited(ref, text):
            if keyword(text, lane.language) == "stop":
                _consent(lane, inbound, Consent("stop"), now, revision)
                return
            _turn(lane, Reworded(ref, text), now, revision)
        case Started():
            _started(lane, inbound, body, now, revision)
        case _:
            _consent(lane, inbound, body, now, revision)


def _said(lane: Lane, now: int, parts: Sequence[Inbound], revision: Lookup) -> None:
    """STOP, START and HELP belong to the address; everything else, and STOP in a conversation, to the engine."""
    replies = []
    for inbound in parts:
        assert isinstance(inbound.body, Said)  # noqa: S101 - only texts are put together
        word = keyword(inbound.body.text, lane.language)
        if word == "stop" or (word and not lane.running):
            _consent(lane, inbound, Consent(word), now, revision)
            return
        said = inbound.body
        replies.append(Reply(text=said.text, media=len(said.media), ref=said.ref, album=said.album))
    _turn(lane, Replied(tuple(replies)), now, revision)


def _consent(lane: Lane, inbound: Inbound, consent: Consent, now: int, revision: Lookup) -> None:
    answered = consent.answered
    if consent.action != "stop":
        if consent.action == "start":
            lane.opt_in()
        if not answered:
            phrase = "restarted" if consent.action == "start" else "help"
            lane.notice(phrase, now, id_of(lane.name, inbound.id, now))
    elif lane.running:
        _turn(lane, OptedOut(answered), now, revision)
    elif not lane.opted_out:
        lane.opt_out(now)
        if not answered:
            lane.notice("stopped", now, id_of(lane.name, inbound.id, now))


def _started(lane: Lane, inbound: Inbound, started: Started, now: int, revision: Lookup) -> None:
    """Somebody opened the conversation: by a link that starts a survey, or to go on where we were."""
    lane.language = lane.language or started.language
    if lane.opted_out:
        lane.opt_in()
    if started.token:
        token = hashlib.sha256(started.token.encode()).hexdigest()
        lane.rows.opened.append(Opened(token, inbound.source, started.language, inbound.id, now))
    elif lane.running:
        _turn(lane, Returned(), now, revision)
    else:
        lane.notice("welcome", now, id_of(lane.name, inbound.id, now))


def _delivery(lane: Lane, inbound: Inbound, report: Delivery, now: int, revision: Lookup) -> None:
    lane.rows.deliveries.append(
        DeliveryRow(
            key=report.key,
            channel=lane.address.channel,
            provider_id=report.provider_id,
            state=report.state,
            rank=RANK.get(report.state, 2),
            code=report.code,
            error=report.error,
            at=now,
        )
    )
    if report.opted_out and not lane.opted_out:
        _consent(lane, inbound, Consent("stop", answered=True), now, revision)


def _invite(lane: Lane, inbound: Inbound, invite: Invite, now: int, revision: Lookup) -> None:
    """Start a survey, unless the person has opted out or somebody of ours is talking with them."""
    if lane.opted_out or (lane.running and lane.session and lane.session.owner == "human"):
        return
    if lane.running:
        _turn(lane, Superseded(), now, revision)
    flow = _loaded(invite.revision, revision)
    session_id = id_of(lane.name, inbound.id, now)
    lane.begun(invite.basis)
    began = Began(invite.language, invite.variables, lane.address.channel)
    turn = begin(flow, session_id, began.language, now, variables=began.variables, channel=began.channel)
    _apply(lane, turn, began, now)


def id_of(lane: str, event_key: str, received_at: int) -> str:
    """The id of what an event begins, such as a session, 24 characters: the same for the same event.

    It begins with the time (`received_at`, epoch ms), so that what is written together lies together on disk.
    """
    digest = hashlib.blake2b(f"{lane}|{event_key}".encode(), digest_size=9).digest()
    return b32encode(received_at.to_bytes(6) + digest).decode().lower()


def _turn(lane: Lane, event: Event, now: int, revision: Lookup) -> None:
    session = lane.session
    if session is None:
        return
    now = max(now, session.started_at)
    turn = advance(_loaded(session.revision, revision), session, event, now)
    if turn.effects or replace(turn.session, turn=session.turn) != session:
        _apply(lane, turn, event, now)


def _apply(lane: Lane, turn: Turn, event: Journaled, now: int) -> None:
    lane.apply(turn, _encode(event).decode(), now)


def _loaded(wanted: str, revision: Lookup) -> Flow:
    flow = revision(wanted)
    if flow is None:
        raise UnknownRevision(wanted)
    return flow
