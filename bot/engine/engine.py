"""The survey engine: begin a session, advance it by one event. Pure: the same input gives the same turn."""

from collections.abc import Mapping
from typing import assert_never

from bot.engine import moves
from bot.engine.draft import Draft
from bot.engine.replies import replied, reworded
from bot.engine.state import (
    Event,
    HandedBack,
    OptedOut,
    Replied,
    Returned,
    Reworded,
    Session,
    Superseded,
    TakenOver,
    TimedOut,
    Turn,
)
from bot.engine.walk import due, enter, expiry
from flows.model import Flow


def begin(
    flow: Flow,
    session_id: str,
    language: str,
    now: int,
    *,
    variables: Mapping[str, str] | None = None,
    channel: str = "",
    attributes: Mapping[str, str] | None = None,
    test: bool = False,
) -> Turn:
    """Start a survey: everything up to the first question, as turn 1.

    `flow` is the variant to begin, where there are any: the session stays on it. `now` is in epoch ms, `channel` the
    name of an entry under `channels:`; `attributes` are the contact's, for routes that depend on them. Raises
    VariableError if `variables` do not fit the flow.
    """
    spoken = flow.language(language)
    session = Session(
        session_id,
        flow.id,
        flow.revision,
        spoken,
        now,
        variables=flow.values(spoken, variables),
        channel=channel,
        attributes=dict(attributes or {}),
        variant=flow.name,
        test=test,
    )
    draft = Draft(flow, session, now)
    enter(draft, flow.first)
    return draft.turn()


def advance(flow: Flow, session: Session, event: Event, now: int) -> Turn:
    """Take one event. `flow` must be the session's revision; `now` is in epoch ms.

    The session's variant is found in it; that variant itself will do, too.

    Total: every event in every state gives a turn, perhaps one without effects. `turn` goes up by one.
    """
    if session.variant:
        flow = flow.variant(session.variant)
    draft = Draft(flow, session, now)
    match event:
        case Replied(parts):
            replied(draft, parts)
        case Reworded(ref, text):
            reworded(draft, ref, text)
        case Returned():
            _returned(draft)
        case TimedOut():
            _timed_out(draft)
        case TakenOver():
            _taken_over(draft)
        case HandedBack(silent):
            _handed_back(draft, silent=silent)
        case OptedOut(answered, phrased):
            moves.stop(draft, "provider", answered=answered, phrased=phrased)
        case Superseded():
            _superseded(draft)
        case _:
            assert_never(event)
    return draft.turn()


def _timed_out(draft: Draft) -> None:
    """End if patience has run out, remind if that is due, else sleep on: the timer was an old one."""
    session, flow = draft.session, draft.flow
    if session.outcome:
        return
    if draft.now >= expiry(flow, session):
        human = session.owner == "human"
        draft.finish("handed_over" if human else "expired", unanswered="" if human else session.step)
        return
    at = due(flow, session)
    if draft.now < at:
        draft.wake(at)
        return
    # after an outage one reminder stands for all that were due meanwhile
    gone = sum(session.asked_at + delay <= draft.now for delay in flow.patience.reminders)
    draft.change(reminders=gone)
    options = draft.question().prompt(session.language).options
    text = draft.filled(flow.reminder(session.step, session.language))
    draft.say(text, "reminder", options, expiry(flow, session))
    draft.wake(due(flow, draft.session))


def _returned(draft: Draft) -> None:
    """Put the open question once more, and not at every opening."""
    session = draft.session
    if session.outcome == "" and session.owner == "bot" and not session.returns:
        draft.change(returns=1)
        moves.resume(draft)


def _taken_over(draft: Draft) -> None:
    """A person talks: keep silent. The session still ends when patience with the question does."""
    draft.change(owner="human")
    if draft.session.outcome == "":
        draft.wake(due(draft.flow, draft.session))


def _handed_back(draft: Draft, *, silent: bool) -> None:
    """Put the open question once more; after a second hand-back, too late, or `silent`, let the customer be."""
    session, flow = draft.session, draft.flow
    if session.owner == "bot":
        return
    draft.change(owner="bot")
    if session.outcome:
        return
    if silent or session.resumed or draft.now >= expiry(flow, session):
        draft.finish("handed_over")
        return
    draft.change(resumed=1)
    moves.resume(draft)


def _superseded(draft: Draft) -> None:
    if draft.session.outcome == "":
        draft.finish("superseded")
