"""Past conversations through another version of their survey: what people said then, put to the questions of now.

Whoever is asked the same question gives the same replies after the same time. A question that was not asked then has no
reply: there the conversation ends as `unknown`, and nothing is guessed. Pure: nothing is sent, nothing is stored.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from msgspec import Struct
from msgspec.structs import replace

from bot.engine.engine import advance, begin
from bot.engine.state import (
    Began,
    Event,
    Journaled,
    OpenCase,
    Record,
    Replied,
    Reply,
    Say,
    Session,
    SetTimer,
    Switched,
    TimedOut,
    Turn,
)
from bot.engine.switching import proceed
from flows.model import Flow

UNKNOWN = "unknown"  # the outcome of those who would be asked something new
FOREVER = 2**62


class Past(Struct, frozen=True):
    """One conversation as its journal tells it: who began it how, and what happened by the step that was open."""

    began: Began
    at: int  # epoch ms
    steps: dict[str, tuple[tuple[int, Event], ...]]  # by step, "" behind the end: (ms after that, event)
    asked: frozenset[str]  # steps whose question was put
    until: int  # epoch ms up to which time has passed


class Course(Struct, frozen=True):
    """How a conversation goes: `outcome` as a session's, "" while it runs, or `unknown`."""

    outcome: str
    score: int | None = None
    segment: str = ""
    cases: tuple[tuple[str, str], ...] = ()  # desk and priority, in the order in which they open
    left_at: str = ""  # the step whose question stayed without an answer
    new_at: str = ""  # the step that asks what nobody was asked then
    messages: int = 0


def past(
    flow: Flow,
    journal: Iterable[tuple[int, Journaled]],
    until: int = FOREVER,
    later: Mapping[str, Flow] = MappingProxyType({}),
) -> Past | None:
    """What happened in a session that began with this version; None if its journal does not begin with the beginning.

    `later` has the versions that it switched to by their revision; without one of them it is None, too.
    """
    entries = iter(journal)
    at, began = next(entries, (0, None))
    if not isinstance(began, Began):
        return None
    session = _begin(flow, began, at).session
    steps: dict[str, list[tuple[int, Event]]] = {}
    asked = {session.step}
    for now, event in entries:
        if isinstance(event, Began) or (isinstance(event, Switched) and event.revision not in later):
            return None
        if not isinstance(event, TimedOut | Switched):  # what becomes due follows from the version that is played
            since = session.asked_at if session.step else session.ended_at
            steps.setdefault(session.step, []).append((now - since, _plain(event, session)))
        flow, session = proceed(flow, session, event, now, later)
        asked.add(session.step)
    return Past(began, at, {step: tuple(events) for step, events in steps.items()}, frozenset(asked), until)


def rerun(flow: Flow, what: Past) -> Course:
    """The conversation with this version of the survey, in the variant it began with if that is still there.

    Raises VariableError if the version needs values that are not there.
    """
    return _Run(flow, what).course()


class _Run:
    """One conversation that is played."""

    def __init__(self, flow: Flow, what: Past) -> None:
        self._flow = flow
        self._what = what
        self._waiting = {step: deque(events) for step, events in what.steps.items()}
        self._now = what.at
        self._timer = 0
        self._cases: list[tuple[str, str]] = []
        self._scores: dict[str, Record] = {}
        self._messages = 0
        self._session = self._take(_begin(flow, what.began, what.at))

    def course(self) -> Course:
        """Play it to its end, or as far as anybody knows."""
        while not self._session.outcome:
            step = self._session.step
            if step not in self._what.asked:
                return self._told(UNKNOWN, new_at=step)
            waiting = self._waiting.get(step)
            if waiting:
                delay, event = waiting[0]
                at = max(self._now, self._session.asked_at + delay)
                if self._time_passes(at):
                    continue  # the session may have moved on meanwhile
                waiting.popleft()
                self._happens(at, event)
            elif not self._time_passes(self._what.until):
                return self._told("", left_at=step)
        for delay, event in self._waiting.get("", ()):  # said after the end: a late answer, a correction, a stop
            self._happens(self._session.ended_at + delay, event)
        return self._told(self._session.outcome, left_at=self._session.unanswered)

    def _time_passes(self, until: int) -> bool:
        """Fire the next timer that is due by then; whether there was one."""
        if not self._timer or self._timer > until:
            return False
        at, self._timer = self._timer, 0
        self._happens(at, TimedOut())
        return True

    def _happens(self, at: int, event: Event) -> None:
        self._now = max(self._now, at)
        if isinstance(event, Replied):
            event = Replied(tuple(self._addressed(reply) for reply in event.parts))
        self._session = self._take(advance(self._flow, self._session, event, self._now))

    def _addressed(self, reply: Reply) -> Reply:
        """A press hangs on the message that asks the same now."""
        session = self._session
        keys = {asked.step: asked.key for asked in session.answers} | {session.step: session.prompt_key}
        return replace(reply, pressed=keys.get(reply.pressed, reply.pressed)) if reply.pressed else reply

    def _take(self, turn: Turn) -> Session:
        for effect in turn.effects:
            match effect:
                case SetTimer(at):
                    self._timer = at
                case OpenCase(desk, priority):
                    self._cases.append((desk, priority))
                case Record(question, _, answer) if answer.segment:
                    self._scores[question] = effect
                case Say():
                    self._messages += 1
        return turn.session

    def _told(self, outcome: str, left_at: str = "", new_at: str = "") -> Course:
        scores: Sequence[Record] = list(self._scores.values())
        answer = scores[-1].answer if scores else None
        return Course(
            outcome,
            answer.value if answer else None,
            answer.segment if answer else "",
            tuple(self._cases),
            left_at,
            new_at,
            self._messages,
        )


def _begin(flow: Flow, began: Began, at: int) -> Turn:
    given = {name: value for name, value in began.variables.items() if name in flow.variables}
    language = flow.language(began.language)
    variables = flow.values(language, given)
    played = flow.variant(began.variant) if began.variant in flow.shares else flow
    return begin(played, "s", language, at, variables=variables, channel=began.channel, attributes=began.attributes)


def _plain(event: Event, session: Session) -> Event:
    """Without ids, which mean nothing in another run: presses name the step that their button belonged to."""
    if not isinstance(event, Replied):
        return event
    steps = {asked.key: asked.step for asked in session.answers}
    steps |= dict.fromkeys((session.prompt_key, *session.offered), session.step)
    return Replied(
        tuple(
            replace(reply, ref="", album="", pressed=steps.get(reply.pressed, "?") if reply.pressed else "")
            for reply in event.parts
        )
    )
