"""The live case of one lane during a batch: it hears what happens, and its effects become rows."""

from collections import deque
from collections.abc import Callable
from itertools import count
from typing import cast

import msgspec

from bot.cases.actors import actor, by_desk
from bot.cases.case import continues, decide, open_case
from bot.cases.desks import AUTO, WEB, Desk, Desks
from bot.cases.effects import (
    Alarm,
    CaseEffect,
    CaseTurn,
    Entry,
    HandBack,
    Note,
    OpenNew,
    Pause,
    React,
    SetTimer,
    Tell,
)
from bot.cases.events import (
    AgentEdited,
    AgentReacted,
    AgentRemoved,
    Assigned,
    Begun,
    BotSaid,
    CaseEvent,
    Overtaken,
    Wanted,
)
from bot.cases.state import Actor, Case, Priority, key
from bot.cases.typed import press, read
from bot.cases.words import word
from bot.engine.state import Event, HandedBack, OpenCase, Record, Say, TakenOver
from bot.messages import Address, Edited, FromDesk, Outbound, Pressed, Prompt, Removed, Said
from bot.rows import EntryRow, JournalRow, LaneState, TimerRow
from bot.runtime.caserows import answered, case_row, customer, told
from bot.runtime.lane import Lane, id_of, said_key
from bot.runtime.showing import DESK_LIFE, Showing

_encode = msgspec.json.Encoder().encode
_case = msgspec.json.Decoder(Case).decode

Engine = Callable[[Event, int], None]
"""Gives the lane's survey, if there is one, an event at a time (epoch ms)."""


class Casework:
    """Collects what happens to a lane's case; `close` turns it into rows."""

    def __init__(self, lane: Lane, known: LaneState, desks: Desks, engine: Engine) -> None:
        self.lane = lane
        self.case: Case | None = _case(known.case) if known.case else None
        self._desks = desks
        self._engine = engine
        self._showing = Showing(desks)
        self._before = self.case
        self._version = known.case_version
        self._followed = len(lane.turns) if self.case else 0
        self._waiting: deque[CaseEvent] = deque()
        self._turned = False
        self._visited: list[str] = []
        self._wake: int | None = None
        self._now = 0
        if self.case:
            lane.case_id = self.case.id

    def tell(self, event: CaseEvent, now: int) -> None:
        """Let the case take an event, and the survey and the case what follows from it for each other."""
        self._waiting.append(event)
        while self._waiting and self.case:
            self._take(self.case, self._waiting.popleft(), now)
        self.follow(now)

    def follow(self, now: int) -> None:
        """Tell the case what the survey has done since the last look, and open one where the survey asks for it."""
        while self._followed < len(self.lane.turns):
            turn = self.lane.turns[self._followed]
            self._followed += 1
            keys = (said_key(turn.session, number) for number in count())
            for effect in turn.effects:
                said = next(keys) if isinstance(effect, Say) else ""
                if isinstance(effect, OpenCase):
                    self._want(effect, now)
                elif self.case is None or (self.case.closed and self.case.session != turn.session.id):
                    pass  # nobody is interested
                elif isinstance(effect, Record) and self.case.session == turn.session.id:
                    self.tell(answered(effect), now)
                elif isinstance(effect, Say) and effect.purpose != "stop":
                    self.tell(BotSaid(effect.text, said), now)

    def _want(self, call: OpenCase, now: int) -> None:
        """The survey asks for a person: for the case that there is, or for a new one."""
        wanted = Wanted(call.desk, cast("Priority", call.priority), call.reason, call.respond_within)
        session = self.lane.session
        name, test = (session.id, session.test) if session else ("", False)
        if self.case and continues(self.case, name, test=test):
            self.tell(wanted, now)
        else:
            turn = session.turn if session else 0
            self._open(wanted, f"case:{name}:{wanted.desk}:{turn}", now)

    def from_desk(self, event: str, body: FromDesk, now: int) -> None:
        """Somebody did something at a desk; `event` is the id of the inbox event."""
        case, place = self.case, self._desks.place(body.place, body.case)
        if case is None or case.id != body.case:
            self._turn_away(event, body, place, now)
            return
        desk = self._desks.get(case.desk)
        if place == AUTO:
            if not (case.closed or case.owner or case.claimed_at) and isinstance(body.body, Said):
                self.tell(Assigned(by_desk(case, desk, body.body.text), body.body.text), now)
            return
        if isinstance(body.body, Removed) and body.body.ours:
            self._showing.again(case, place, event, now)
            self._showing.flush(self.lane.rows)
            return
        by = actor(place, body.author, body.name, desk)
        heard = _heard(body, by, case, desk)
        if heard:
            self.tell(heard, now)

    def make_way(self, case: Case, now: int) -> None:
        """Another survey begins: the case, which only tried one out, is over; the lane has the one before it again."""
        self.tell(Overtaken(), now)
        self._save()
        self.case = self._before = None  # the one before is not loaded: this batch has none
        self.lane.opened(case.former[0].id if case.former else "")

    def close(self) -> None:
        """Write down the case as it is now. Comes before the lane's own `close`."""
        self._save()

    def _take(self, case: Case, event: CaseEvent, now: int) -> None:
        now = max(now, case.opened_at)
        turn = decide(case, event, now, self._desks)
        if turn.case is case:
            return
        self._apply(turn, event, now)
        for effect in turn.effects:
            if isinstance(effect, OpenNew):
                self._open(effect.wanted, f"case:{case.id}:{turn.case.turn}", now)
                self._waiting.appendleft(event)

    def _open(self, wanted: Wanted, name: str, now: int) -> None:
        """Open a case; `name` is the same if the same is decided again."""
        former = self.case
        self._save()
        turn = open_case(id_of(self.lane.name, name, now), wanted, customer(self.lane), now, self._desks, former)
        self._before, self._version = None, 0
        self.lane.opened(turn.case.id)
        self._apply(turn, Begun(turn.case), now)

    def _apply(self, turn: CaseTurn, event: CaseEvent | Begun, now: int) -> None:
        case = self.case = turn.case
        self._turned, self._now = True, now
        self._visited.append(case.desk)
        self.lane.rows.journal.append(JournalRow(case.id, case.turn, now, _encode(event).decode()))
        for number, effect in enumerate(turn.effects):
            self._effect(case, number, effect, now)

    def _effect(self, case: Case, number: int, effect: CaseEffect, now: int) -> None:
        rows = self.lane.rows
        match effect:
            case Tell():
                rows.outbox.append(told(self.lane, case, effect, now))
            case Note(place=place) if place == WEB:  # whoever asked there reads the answer in the case's history
                self._write(case, number, Entry("answer", effect.text, effect.whisper, effect.key), now)
            case Note():
                self._showing.note(case, effect, now)
            case React():
                self._showing.sign(case, number, effect, now)
            case Alarm():
                self._showing.alarm(case, effect, now)
            case Entry():
                self._write(case, number, effect, now)
            case Pause(by):
                self._engine(TakenOver(by), now)
            case HandBack(silent):
                self._engine(HandedBack(silent), now)
            case SetTimer(at):
                self._wake = at

    def _write(self, case: Case, number: int, entry: Entry, now: int) -> None:
        row = EntryRow(case.id, case.turn, number, now, entry.kind, entry.by, entry.text, entry.key, entry.media)
        self.lane.rows.entries.append(row)

    def _turn_away(self, event: str, body: FromDesk, place: str, now: int) -> None:
        """The customer has a newer case by now: whoever says something in the old one's thread is told."""
        desk = self._desks.at(place)
        if desk is None or not isinstance(body.body, Said | Pressed):
            return
        text = word("newer_case", desk.language, code=self.case.code if self.case else "")
        message = Outbound(
            key(body.case, "late", id_of(self.lane.name, event, now)),
            Address.of_lane(place),
            Prompt(text),
            "desk",
            not_after=now + DESK_LIFE,
            language=desk.language,
            reply_to=body.body.ref,
            whisper=body.author,
        )
        self._showing.add(body.case, message, now)
        self._showing.flush(self.lane.rows)

    def _save(self) -> None:
        """The case's row, what its places see, and its timer, if anything has happened."""
        case = self.case
        if case is None or not self._turned:
            return
        self._version += 1
        rows = self.lane.rows
        rows.cases.append(case_row(case, self._version))
        visited = [self._before.desk, *self._visited] if self._before else self._visited
        self._showing.write(rows, self._before, case, visited, self._now)
        if self._wake:
            rows.timers.append(TimerRow(f"case:{case.id}", self.lane.name, self._wake))
        elif self._wake == 0:
            rows.cleared.append(f"case:{case.id}")
        self._turned, self._visited, self._wake = False, [], None


def _heard(body: FromDesk, by: Actor, case: Case, desk: Desk) -> CaseEvent | None:
    """What somebody's act at a desk means for the case, if it means anything."""
    act = body.body
    if isinstance(act, Said):
        return read(act, by, case, desk)
    if isinstance(act, Pressed):
        return press(act.value, by, act.ref)
    if isinstance(act, Edited):
        return AgentEdited(by, act.ref, act.text)
    if isinstance(act, Removed):
        return AgentRemoved(by, act.ref)
    return AgentReacted(by, act.ref, act.emoji, act.taken, body.shown)
