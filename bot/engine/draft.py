"""One turn being written: the session as it will be, and what is to be done."""

from collections.abc import Mapping
from typing import Any, Literal

from msgspec.structs import force_setattr, replace

from bot.engine.state import (
    Asked,
    ClearTimers,
    Effect,
    Finish,
    OpenCase,
    Outcome,
    Record,
    Say,
    Session,
    SetTimer,
    Suppress,
    Turn,
)
from flows.answers import Answer, Option
from flows.model import Facts, Flow, Question
from flows.phrases import mark_of_tests
from flows.templates import fill

NOTICE_LASTS = 5 * 60_000  # an opt-out is confirmed within five minutes or not at all (RELIABILITY P8)


class Draft:
    """A turn while it is decided.

    `turn()` puts the effects in one fixed order: records, suppression, cases, messages, timer, end. A text
    given to `lead` goes in front of the turn's next survey message: one message for the customer, not two.
    """

    __slots__ = (
        "_cases",
        "_end",
        "_lead",
        "_records",
        "_says",
        "_suppress",
        "_timer",
        "flow",
        "now",
        "ref",
        "session",
    )

    def __init__(self, flow: Flow, session: Session, now: int) -> None:
        self.flow = flow
        self.session = replace(session, turn=session.turn + 1)  # our own until the turn is finished
        self.now = now
        self.ref = ""  # the provider's id of the message that this turn reads
        self._records: list[Record] = []
        self._suppress: list[Suppress] = []
        self._cases: list[OpenCase] = []
        self._says: list[Say] = []
        self._lead: list[tuple[str, str]] = []
        self._timer: SetTimer | ClearTimers | None = None
        self._end: Finish | None = None

    def change(self, **changes: Any) -> None:
        """Change fields of the session."""
        session = self.session
        for name, value in changes.items():
            force_setattr(session, name, value)  # a fifth of the time that a copy takes

    def turn(self) -> Turn:
        """The finished turn."""
        if self._lead:
            text, purpose = self._lead.pop()
            self.say(text, purpose)
        effects: list[Effect] = [*self._records, *self._suppress, *self._cases, *self._says]
        if self._timer:
            effects.append(self._timer)
        if self._end:
            effects.append(self._end)
        return Turn(self.session, tuple(effects))

    # --- what the customer is told

    @property
    def next_key(self) -> str:
        """The Outbound key that the next message of this turn will have."""
        return f"{self.session.id}.{self.session.turn}.{len(self._says)}"

    @property
    def talks(self) -> bool:
        """Whether the customer is told anything in this turn."""
        return bool(self._says or self._lead)

    def phrase(self, name: str, extra: Mapping[str, str] | None = None) -> str:
        """A service text of the flow, with its placeholders filled."""
        return self.filled(self.flow.phrase(name, self.session.language), extra)

    def filled(self, text: str, extra: Mapping[str, str] | None = None) -> str:
        """A text with the session's variables, and perhaps others, in place of its placeholders."""
        variables = self.session.variables
        return fill(text, {**variables, **extra} if extra else variables)

    def lead(self, text: str, purpose: str) -> None:
        """Put `text` in front of the next survey message; without one it is said by itself."""
        self._lead.append((text, purpose))

    def say(self, text: str, purpose: str, options: tuple[Option, ...] = (), not_after: int = 0) -> None:
        """Send a survey message."""
        if self._lead:
            text = "\n".join([*(before for before, _ in self._lead), text])
            self._lead.clear()
        if self.session.test and self.session.turn == 1 and not self._says:
            text = f"{mark_of_tests(self.session.language)} {text}"  # nobody takes it for a real one
        if options:
            self.change(offered=(*self.session.offered, self.next_key))
        self._says.append(Say(text, options, "survey", purpose, not_after))

    def notice(self, name: Literal["stopped", "stopped_as_said", "help"], purpose: str) -> None:
        """Send a phrase that needs no consent."""
        self._says.append(Say(self.phrase(name), (), "notice", purpose, self.now + NOTICE_LASTS))

    # --- what is stored and done

    def question(self, step_id: str = "") -> Question:
        """The question of a step, or else the open one."""
        return self.flow.questions[step_id or self.session.step]

    def asked(self, step_id: str) -> Asked | None:
        """The recorded answer of a step."""
        for asked in self.session.answers:
            if asked.step == step_id:
                return asked
        return None

    def record(self, step_id: str, answer: Answer, *, corrects: bool = True) -> None:
        """Store an answer; a second one to the same question corrects the first and keeps its time."""
        session = self.session
        before = self.asked(step_id)
        if before:
            count = before.corrections + corrects
            after = replace(before, answer=answer, corrections=count)
            answers = tuple(after if asked is before else asked for asked in session.answers)
            marks: tuple[str, ...] = (before.shown,) if before.shown and before.answer.text != answer.text else ()
            label = self.label(step_id, answer) if marks else ""
        else:
            put = step_id in (session.step, session.unanswered)
            marks, key = (session.offered, session.prompt_key) if put else ((), "")
            label = self.label(step_id, answer) if marks else ""
            shown = marks[-1] if label else ""
            after = Asked(step_id, answer, self.now, 0, key, session.turn, self.ref, shown)
            answers = (*session.answers, after)
            if marks:
                self.change(offered=())
        self.change(answers=answers)
        kind = self.question(step_id).type
        self._records.append(Record(step_id, kind, answer, after.at, after.corrections, marks, label))

    def retire(self) -> None:
        """Take away buttons that lead nowhere any more, beside those of the answer that made them useless."""
        if self.session.offered and self._records:
            last = self._records[-1]
            self._records[-1] = replace(last, marks=(*self.session.offered, *last.marks))
            self.change(offered=())

    def label(self, step_id: str, answer: Answer) -> str:
        """An answer as the customer knows it: the number, or the option's label; "" if it is in their own words."""
        question = self.question(step_id)
        if question.bounds is not None:
            return answer.text
        labels = {option.value: option.label for option in question.prompt(self.session.language).options}
        return labels.get(answer.text, "")

    def open_case(self, desk: str, priority: str, reason: str, respond_within: int = 0) -> None:
        """Open a case, unless this session has one at that desk."""
        if desk not in self.session.desks:
            self.change(desks=(*self.session.desks, desk))
            self._cases.append(OpenCase(desk, priority, reason, respond_within))

    def suppress(self, source: str) -> None:
        """No more messages for this customer."""
        self._suppress.append(Suppress(source))
        self.change(suppressed=True)

    def wake(self, at: int) -> None:
        """Set the session's one timer."""
        self._timer = SetTimer(at)

    def finish(self, outcome: Outcome, *, unanswered: str = "") -> None:
        """End the session."""
        self.change(step="", confirming=None, confirms="", outcome=outcome, ended_at=self.now, unanswered=unanswered)
        self._timer = ClearTimers()
        self._end = Finish(outcome)


def facts(session: Session) -> Facts:
    """What routes may depend on. Values that came with the invitation count as attributes, too."""
    return Facts(
        {asked.step: asked.answer for asked in session.answers},
        session.language,
        session.channel,
        {**session.variables, **session.attributes} if session.attributes else session.variables,
    )
