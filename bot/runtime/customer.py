"""What an event of a customer means: STOP, START and HELP, a survey that begins, a turn of the one that runs."""

import hashlib
from collections.abc import Callable, Sequence

import msgspec
from msgspec.structs import replace

from bot.engine import advance, begin
from bot.engine.state import (
    Began,
    Event,
    HandedBack,
    Journaled,
    OpenCase,
    OptedOut,
    Replied,
    Reply,
    Returned,
    Reworded,
    Superseded,
    Switched,
    TakenOver,
    TimedOut,
    Turn,
)
from bot.engine.switching import obstacle, switch
from bot.errors import UnknownRevision
from bot.messages import (
    TEST,
    CaseWanted,
    Consent,
    Control,
    DeadLink,
    Delivery,
    Edited,
    FilesRefused,
    FromDesk,
    Inbound,
    Invite,
    Moved,
    NotEntered,
    Pressed,
    Reacted,
    Removed,
    Said,
    Started,
    Switch,
    TimerFired,
)
from bot.rows import TAKEN, DeliveryRow, Opened
from bot.runtime.entering import SHUT, Doors, answers, begins_what_runs, enter, used
from bot.runtime.lane import Lane, id_of
from flows.model import Flow
from flows.reading import keyword

Lookup = Callable[[str], Flow | None]

RANK = {"sent": TAKEN + 1, "failed": 5, "undelivered": 5, "delivered": 5, "read": 6}

_BEGINS: dict[type, int] = {Began: 1, TimedOut: 2}
"""Events without the customer: what they make us say keeps to its hours."""

_encode = msgspec.json.Encoder().encode


def take(lane: Lane, now: int, parts: Sequence[Inbound], revision: Lookup, doors: Doors = SHUT) -> None:
    """Take an event, or several texts that are read as one, at `now` (epoch ms). `revision` gives loaded flows.

    `doors` are the surveys that customers begin themselves.
    """
    inbound = parts[0]
    lane.cause, body = (inbound, lane.language), inbound.body
    if isinstance(body, Said | Pressed | Edited | Started | Consent):
        lane.heard(now, inbound.source, parts[-1].recipient)
        _hear(lane, now, parts, body, revision, doors)
        return
    match body:
        case Delivery():
            _delivery(lane, inbound, body, now, revision)
        case Invite():
            _invite(lane, inbound, body, now, revision)
        case TimerFired():
            if lane.session and lane.session.id == body.session:
                turn(lane, TimedOut(), now, revision)
        case Control():
            turn(lane, TakenOver(body.by) if body.owner == "human" else HandedBack(), now, revision)
        case Switch():
            _switch(lane, body, now, revision)
        case DeadLink() | NotEntered() | CaseWanted():
            _left_by_others(lane, inbound.id, body, now)
        case Removed() | Moved() | Reacted() | FromDesk() | FilesRefused():
            pass  # an answer stays given, a customer's chat does not move, and there is no such case
        case _:
            raise TypeError(f"no rule for {type(body).__name__}")


def _left_by_others(lane: Lane, event: str, body: DeadLink | NotEntered | CaseWanted, now: int) -> None:
    """Something that another part of the house has found out about this person."""
    if isinstance(body, CaseWanted):
        lane.call(OpenCase(body.desk, body.priority, body.reason, body.respond_within))
        return
    what = "link" if isinstance(body, DeadLink) else "entry"
    lane.notice(f"{what}_{body.why}", now, id_of(lane.name, event, now))


def _hear(
    lane: Lane,
    now: int,
    parts: Sequence[Inbound],
    body: Said | Pressed | Edited | Started | Consent,
    revision: Lookup,
    doors: Doors,
) -> None:
    """What the customer did."""
    inbound = parts[0]
    match body:
        case Said():
            _said(lane, now, parts, revision, doors)
        case Pressed(question, value, ref):
            if ref and question:  # it has arrived, even if its send is in doubt
                _delivery(lane, inbound, Delivery(question, ref, "sent"), now, revision)
            turn(lane, Replied((Reply(text=value, pressed=question),)), now, revision)
        case Edited(ref, text):
            if keyword(text, lane.language) == "stop":
                _consent(lane, inbound, Consent("stop"), now, revision)
                return
            turn(lane, Reworded(ref, text), now, revision)
        case Started():
            _started(lane, inbound, body, now, revision, doors)
        case _:
            _consent(lane, inbound, body, now, revision)


def _said(lane: Lane, now: int, parts: Sequence[Inbound], revision: Lookup, doors: Doors) -> None:
    """STOP, START and HELP belong to the address; the word of an entry begins its survey; the engine gets the rest."""
    replies = []
    for inbound in parts:
        assert isinstance(inbound.body, Said)  # noqa: S101 - only texts are put together
        word = keyword(inbound.body.text, lane.language)
        if word == "stop" or (word and not lane.running):
            _consent(lane, inbound, Consent(word), now, revision)
            return
        said = inbound.body
        replies.append(Reply(text=said.text, media=len(said.media), ref=said.ref, album=said.album))
    if not any(_enters(lane, now, inbound, revision, doors) for inbound in parts):
        turn(lane, Replied(tuple(replies)), now, revision)


def _enters(lane: Lane, now: int, inbound: Inbound, revision: Lookup, doors: Doors) -> bool:
    """Whether this is the way into a survey, which has been gone then. Raises UnknownRevision.

    What runs comes first: a question that takes the word as an answer, and a person who talks with the customer.
    """
    found = used(doors, inbound)
    if found is None:
        return False
    session = lane.session
    if session is not None and lane.running:
        if session.owner == "human" or answers(found, _loaded(session.revision, revision), session):
            return False
        if begins_what_runs(found, session):
            turn(lane, Returned(), now, revision)
            return True
    enter(lane, now, inbound, found, doors)
    return True


def _consent(lane: Lane, inbound: Inbound, consent: Consent, now: int, revision: Lookup) -> None:
    answered = consent.answered
    if consent.action != "stop":
        if consent.action == "start":
            lane.opt_in(now)
        if not answered:
            phrase = "restarted" if consent.action == "start" else "help"
            lane.notice(phrase, now, id_of(lane.name, inbound.id, now))
    elif lane.running:
        turn(lane, OptedOut(answered, consent.phrased), now, revision)
    elif not lane.opted_out:
        lane.opt_out(now)
        if not answered:
            phrase = "stopped_as_said" if consent.phrased else "stopped"
            lane.notice(phrase, now, id_of(lane.name, inbound.id, now))


def _started(lane: Lane, inbound: Inbound, started: Started, now: int, revision: Lookup, doors: Doors) -> None:
    """Somebody opened the conversation: by a link that starts a survey, or to go on where we were."""
    if used(doors, inbound):
        _enters(lane, now, inbound, revision, doors)
        return
    lane.language = lane.language or started.language
    if lane.opted_out:
        lane.opt_in(now)
    if started.token:
        token = hashlib.sha256(started.token.encode()).hexdigest()
        lane.rows.opened.append(Opened(token, inbound.source, started.language, inbound.id, now))
    elif lane.running:
        turn(lane, Returned(), now, revision)
    else:
        lane.notice("welcome", now, id_of(lane.name, inbound.id, now))


def _delivery(lane: Lane, inbound: Inbound, report: Delivery, now: int, revision: Lookup) -> None:
    lane.rows.deliveries.append(
        DeliveryRow(
            key=report.key,
            channel=lane.address.channel,
            provider_id=report.provider_id,
            state=report.state,
            rank=TAKEN if report.holds else RANK.get(report.state, 2),
            code=report.code,
            error=report.error,
            at=now,
            held_until=now + report.holds if report.holds else 0,
        )
    )
    if report.opted_out and not lane.opted_out:
        _consent(lane, inbound, Consent("stop", answered=True), now, revision)


def _invite(lane: Lane, inbound: Inbound, invite: Invite, now: int, revision: Lookup) -> None:
    """Start a survey, unless the person has opted out or somebody of ours is talking with them.

    What only tries a survey out ends no real one, and keeps none from beginning.
    """
    running, test = lane.session if lane.running else None, invite.basis == TEST
    if lane.opted_out or (running and not running.test and (test or running.owner == "human")):
        return
    if lane.running:
        turn(lane, Superseded(), now, revision)
    flow = _loaded(invite.revision, revision)
    session_id = id_of(lane.name, inbound.id, now)
    lane.begun(invite)
    chosen = flow.variant(flow.assigned(lane.name))
    began = Began(invite.language, invite.variables, lane.address.channel, variant=chosen.name, test=test)
    first = begin(chosen, session_id, began.language, now, variables=began.variables, channel=began.channel, test=test)
    _apply(lane, first, began, now)


def turn(lane: Lane, event: Event, now: int, revision: Lookup) -> None:
    """Give the lane's survey an event; a lane without one passes over it. Raises UnknownRevision."""
    session = lane.session
    if session is None:
        return
    now = max(now, session.started_at)
    next_one = advance(_loaded(session.revision, revision), session, event, now)
    if next_one.effects or replace(next_one.session, turn=session.turn) != session:
        _apply(lane, next_one, event, now)


def _switch(lane: Lane, wanted: Switch, now: int, revision: Lookup) -> None:
    """Let the survey go on with another version, if nothing is in the way by now. Raises UnknownRevision."""
    session = lane.session
    if session is None or session.id != wanted.session or session.revision == wanted.revision:
        return
    now = max(now, session.started_at)
    new = _loaded(wanted.revision, revision)
    if not obstacle(_loaded(session.revision, revision), new, session, now):
        _apply(lane, switch(new, session, now), Switched(session.revision, new.revision), now)


def _apply(lane: Lane, done: Turn, event: Journaled, now: int) -> None:
    lane.apply(done, _encode(event).decode(), now, _BEGINS.get(type(event), 0))


def _loaded(wanted: str, revision: Lookup) -> Flow:
    flow = revision(wanted)
    if flow is None:
        raise UnknownRevision(wanted)
    return flow
