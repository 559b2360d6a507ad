"""One lane during a batch: its address and session, and the rows that its turns lead to."""

import hashlib
from base64 import b32encode

import msgspec

from bot.cases.state import Score
from bot.engine.state import (
    Asked,
    ClearTimers,
    Effect,
    Finish,
    OpenCase,
    Record,
    Say,
    Session,
    SetTimer,
    Suppress,
    Turn,
)
from bot.messages import Address, Inbound, Invite, Outbound, Prompt
from bot.rows import (
    AddressRow,
    AnswerRow,
    Consequences,
    JournalRow,
    LaneState,
    OutboxRow,
    SessionRow,
    TimerRow,
)
from bot.runtime import lives
from bot.runtime.consenting import consented
from flows import phrases

MOST_SCORES = 5  # of earlier surveys that are remembered

_NOBODYS = Invite("", "", "", "")  # of a session that began in an earlier batch: its row has that already

_encode = msgspec.json.Encoder().encode
_scores = msgspec.json.Decoder(tuple[Score, ...]).decode


class Lane:
    """Collects what happens to one lane; `close` turns it into rows."""

    def __init__(
        self, rows: Consequences, known: LaneState, source: Address, session: Session | None, *, marks: bool = False
    ) -> None:
        """`marks`: the channel can show under a question what was chosen."""
        self.rows = rows
        self.name = known.lane
        self.address = source
        self.session = session
        self.opted_out = known.opted_out_at
        self.language = known.language or (session.language if session else "")
        self.turns: list[Turn] = []  # of the survey, in this batch
        self.called = False  # whether a turn asks for a person
        self.case_id = ""  # of the latest case
        self.cause: tuple[Inbound, str] | None = None  # what is being taken, and in which language it was read
        self._case_changed = False
        self._history = known.history
        self._known = known
        self._marks = marks
        self._sender = known.sender
        self._heard_at = known.heard_at
        self._invite = _NOBODYS
        self._version = known.version
        self._turned = False

    @property
    def running(self) -> bool:
        """Whether a conversation is going on."""
        return self.session is not None and not self.session.outcome

    @property
    def sender(self) -> str:
        """Our number or bot that the customer wrote to last; "" lets the channel choose."""
        return self._sender

    @property
    def scores(self) -> tuple[Score, ...]:
        """What earlier surveys came to, newest first."""
        return _scores(self._history) if self._history else ()

    @property
    def quiet(self) -> str:
        """The hours in which the survey may say something of its own accord."""
        return self._known.quiet if self._invite is _NOBODYS else self._invite.quiet

    def heard(self, at: int, source: Address, recipient: str) -> None:
        """The customer did something. `recipient` is our number they wrote to: we answer from it."""
        if self.quiet:
            lives.wake(self.rows, self.name)
        self._heard_at = max(self._heard_at, at)
        self.address = source
        self._sender = recipient or self._sender

    def begun(self, invite: Invite) -> None:
        """A new session starts here."""
        self._save_session()
        asked = scored(self.session) if self.session else None
        if asked and self.session and not self.session.test and asked.answer.value is not None:
            score = Score(asked.at, self.session.flow, asked.answer.value)
            self._history = _encode((score, *self.scores)[:MOST_SCORES]).decode()
        self.session = None
        self._version = 0
        self._invite = invite

    def opt_out(self, now: int) -> None:
        """No more messages: cancels what is queued, in the same transaction.

        That includes what this batch itself has led to so far: a START behind the stop must not let it out.
        """
        self.opted_out = now
        self._consented("withdrawn", now)
        rows = self.rows
        rows.silenced.append(self.name)
        rows.withdrawn += [row.key for row in rows.outbox if row.lane == self.name and row.kind != "notice"]

    def call(self, wanted: OpenCase) -> None:
        """Somebody should look at this customer, as if the survey had just asked for it."""
        if self.session:
            self.turns.append(Turn(self.session, (wanted,)))
            self.called = True

    def opened(self, case_id: str) -> None:
        """A new case is the latest one."""
        self.case_id = case_id
        self._case_changed = True

    def opt_in(self, now: int) -> None:
        """The customer wants messages again."""
        self.opted_out = 0
        self._consented("granted", now)

    def _consented(self, action: str, now: int) -> None:
        if self.cause:
            ref = id_of(self.name, self.cause[0].id, now)
            self.rows.consents += consented(self.name, *self.cause, action, ref, now)

    def apply(self, turn: Turn, event: str, now: int, begins: int = 0) -> None:
        """Take over a turn and the event (JSON) that led to it: session, effects and journal as rows.

        `begins`: as in OutboxRow, if the turn came about without the customer.
        """
        session = self.session = turn.session
        self._turned = True
        self.turns.append(turn)
        self.language = session.language
        said = 0
        for effect in turn.effects:
            if isinstance(effect, Say):
                self._say(said_key(session, said), effect, session.id, now, begins)
                said += 1
            else:
                self._effect(effect, session, now)
        self.rows.journal.append(JournalRow(session.id, session.turn, now, event))

    def notice(self, phrase: str, now: int, about: str) -> None:
        """Say something outside of a conversation, such as to a STOP; `about` is the id that its event gives."""
        text = phrases.phrase(phrase, (self.language or "en").partition("-")[0])
        self._say(f"{about}.{phrase}", Say(text, kind="notice", purpose=phrase), "", now)

    def close(self) -> None:
        """Write down session and address as they are now."""
        turned = self._turned  # then the session's row tells when the customer was heard
        self._save_session()
        known, session = self._known, self.session.id if self.session else self._known.session
        changed = (self.opted_out, self._sender, session) != (known.opted_out_at, known.sender, known.session)
        if changed or self._case_changed or not known.known or (self._heard_at != known.heard_at and not turned):
            self.rows.addresses.append(
                AddressRow(
                    lane=self.name,
                    channel=self.address.channel,
                    account=self.address.account,
                    chat=self.address.chat,
                    thread=self.address.thread,
                    language=self.language,
                    opted_out_at=self.opted_out,
                    heard_at=self._heard_at,
                    sender=self._sender,
                    session=session,
                    seen_at=self._heard_at,
                    case_id=self.case_id,
                    history=self._history,
                )
            )

    def _say(self, key: str, say: Say, session: str, now: int, begins: int = 0) -> None:
        begins = begins if self.quiet and say.kind == "survey" else 0
        until = lives.worth_until(say, now, self.quiet if begins else "")
        prompt = Prompt(say.text, say.options)
        message = Outbound(key, self.address, prompt, say.kind, self._sender, until, self.language)
        row = OutboxRow(
            key, self.name, message.to.channel, session, say.kind, _encode(message).decode(), now, until, now
        )
        self.rows.outbox.append(row._replace(begins=begins) if begins else row)

    def _effect(self, effect: Effect, session: Session, now: int) -> None:
        rows = self.rows
        match effect:
            case SetTimer():
                rows.timers.append(TimerRow(session.id, self.name, effect.at))
            case Record():
                rows.answers.append(self._answer(effect, session))
                if self._marks and effect.marks:
                    self._mark(effect, session, now)
            case ClearTimers():
                while rows.timers and rows.timers[-1].key == session.id:  # a lane's rows are the last ones
                    rows.timers.pop()
                rows.cleared.append(session.id)
            case OpenCase():
                self.called = True
            case Suppress():
                self.opt_out(now)
            case Finish():
                pass  # the outcome is in the session
            case _:
                raise TypeError(f"no row for {type(effect).__name__}")

    def _mark(self, record: Record, session: Session, now: int) -> None:
        """Take away the buttons that have done their work, and show the choice where they were."""
        *cleared, last = record.marks
        for shown, label in [*((key, "") for key in cleared), (last, record.label)]:
            key = f"{shown}.m{session.turn}"
            message = Outbound(
                key, self.address, Prompt(label), "mark", self._sender, now + lives.MARK_LIFE, edits=shown
            )
            channel, payload, until = self.address.channel, _encode(message).decode(), now + lives.MARK_LIFE
            self.rows.outbox.append(
                OutboxRow(key, self.name, channel, session.id, "mark", payload, now, until, now, edits=shown)
            )

    def _answer(self, record: Record, session: Session) -> AnswerRow:
        answer = record.answer
        return AnswerRow(
            session=session.id,
            question=record.question,
            type=record.type,
            flow=session.flow,
            revision=session.revision,
            lane=self.name,
            channel=self.address.channel,
            language=session.language,
            value=answer.value,
            text=answer.text,
            segment=answer.segment,
            comment=answer.comment,
            at=record.at,
            day=lives.day(record.at),
            corrections=record.corrections,
        )

    def _save_session(self) -> None:
        session = self.session
        if session is None or not self._turned:
            return
        self._version += 1
        self._turned = False
        self.rows.sessions.append(
            SessionRow(
                id=session.id,
                lane=self.name,
                flow=session.flow,
                revision=session.revision,
                language=session.language,
                owner=session.owner,
                outcome=session.outcome,
                basis=self._invite.basis,
                started_at=session.started_at,
                ended_at=session.ended_at,
                heard_at=self._heard_at,
                state=_encode(session).decode(),
                version=self._version,
                variant=session.variant,
                grant_id=self._invite.grant,
                quiet=self._invite.quiet,
            )
        )


def said_key(session: Session, number: int) -> str:
    """The Outbound key of what a session says in its latest turn, counted from 0."""
    return f"{session.id}.{session.turn}.{number}"


def scored(session: Session) -> Asked | None:
    """The latest answer to a question that sorts customers into segments, such as the 0-10 question."""
    return next((asked for asked in reversed(session.answers) if asked.answer.segment), None)


def id_of(lane: str, event_key: str, received_at: int) -> str:
    """The id of what an event begins, such as a session, 24 characters: the same for the same event.

    It begins with the time (`received_at`, epoch ms), so that what is written together lies together on disk.
    """
    digest = hashlib.blake2b(f"{lane}|{event_key}".encode(), digest_size=9).digest()
    return b32encode(received_at.to_bytes(6) + digest).decode().lower()
