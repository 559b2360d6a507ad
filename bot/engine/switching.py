"""An open conversation on another version of its survey: what is in the way, and what it becomes. Nothing is said."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from bot.engine.draft import Draft
from bot.engine.engine import advance
from bot.engine.state import Event, Journaled, Session, Switched, Turn
from bot.engine.walk import due, expiry
from flows.model import Flow, Question, VariableError
from flows.variants import BASE

Obstacle = Literal["", "over", "variant", "language", "variables", "question", "answers", "patience"]


def obstacle(old: Flow, new: Flow, session: Session, now: int) -> Obstacle:
    """Why a session on `old` stays there, "" if it can go on with `new`; `now` is in epoch ms.

    Whatever has been answered has to mean the same, and whoever answers the open question, by a button or in words,
    must have been asked what is asked now.
    """
    return next(_obstacles(old, new, session, now), "")


def _obstacles(old: Flow, new: Flow, session: Session, now: int) -> Iterator[Obstacle]:
    """What is in the way; only the first is to be asked for, what comes behind it may fail."""
    if session.outcome:
        yield "over"
    if session.variant not in {"", BASE, *new.shares}:
        yield "variant"
    if session.language not in new.languages:
        yield "language"
    was, then = old.variant(session.variant), new.variant(session.variant)
    try:
        _variables(then, session)
    except VariableError:
        yield "variables"
    if not _means_the_same(was, then, session.step, session.language):
        yield "question"
    if not all(_means_the_same(was, then, asked.step, session.language) for asked in session.answers):
        yield "answers"
    if now >= expiry(then, session):
        yield "patience"


def switch(new: Flow, session: Session, now: int) -> Turn:
    """The session on this version, where there is no `obstacle`. Reminders that would be overdue there are left out."""
    flow = new.variant(session.variant)
    draft = Draft(flow, session, now)
    gone = sum(session.asked_at + delay <= now for delay in flow.patience.reminders)
    draft.change(revision=new.revision, variables=_variables(flow, session), reminders=gone)
    draft.wake(due(flow, draft.session))
    return draft.turn()


def proceed(
    flow: Flow, session: Session, entry: Switched | Event, now: int, later: Mapping[str, Flow]
) -> tuple[Flow, Session]:
    """What an entry of its journal made of a session on `flow`, and the flow that it is on then.

    Raises KeyError if `later`, by revision, lacks the one that it switched to.
    """
    if isinstance(entry, Switched):
        flow = later[entry.revision]
        return flow, switch(flow, session, now).session
    return flow, advance(flow, session, entry, now).session


def began_on(journal: Iterable[tuple[int, Journaled]], revision: str) -> str:
    """The revision that a session began with; `revision` is the one that it is on."""
    return next((entry.before for _, entry in journal if isinstance(entry, Switched)), revision)


def _variables(flow: Flow, session: Session) -> dict[str, str]:
    """A value for every variable of this version: what the session has, else its own. Raises VariableError."""
    known = {name: value for name, value in session.variables.items() if name in flow.variables}
    return flow.values(session.language, known)


def _means_the_same(old: Flow, new: Flow, step: str, language: str) -> bool:
    was, now = old.questions.get(step), new.questions.get(step)
    if was is None or now is None or (was.type, was.bounds) != (now.type, now.bounds):
        return False
    return _values(was, language) <= _values(now, language)


def _values(question: Question, language: str) -> set[str]:
    return {option.value for option in question.prompt(language).options}
