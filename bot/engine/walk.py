"""The way through a flow: which step comes next, what entering it does, and when its question is due."""

from bot.engine.draft import Draft, facts
from bot.engine.state import Session
from flows.answers import Answer, Option
from flows.model import Flow, Question, Step


def enter(draft: Draft, step: Step | None, answer: Answer | None = None) -> None:
    """Go on with `step` (None: the end) up to the first question that nobody has answered, and put it.

    Every step on the way fires its actions and says its words; answered and given-up questions are passed
    by, and so are the words before them: they have been said already. If the question met is the open one,
    nothing is put again. `answer` is the one that leads here: a text question that follows directly takes the
    reason that came along as its own answer. In a session that is over only the actions fire.
    """
    flow = draft.flow
    words: list[str] = []
    over = draft.session.outcome != ""
    comment = answer.comment if answer else ""
    reason = "answer" if answer is None or answer.value is None else "score"
    for _ in flow.steps:  # a flow that leads in a circle ends, too
        if step is None:
            break
        _act(draft, step, reason)
        if step.say is not None:
            words.append(draft.filled(step.say.of(draft.session.language)))
        if step.ask is not None:
            if comment and step.ask.type == "text" and not _done(draft.session, step.id):
                draft.record(step.id, Answer(text=comment))
            elif _done(draft.session, step.id):
                words.clear()
            elif over or step.id == draft.session.step:
                return
            else:
                _speak(draft, words)
                put(draft, step.id, step.ask)
                return
            comment = ""
        step = flow.after(step.id, facts(draft.session))
    if not over:
        _speak(draft, words)
        if not draft.talks and draft.session.answers:
            draft.say(draft.phrase("thanks"), "thanks")
        draft.retire()
        draft.finish("completed")


def put(draft: Draft, step_id: str, question: Question) -> None:
    """Ask a question for the first time."""
    session, flow = draft.session, draft.flow
    prompt = question.prompt(session.language)
    draft.retire()
    draft.change(
        step=step_id,
        asked_at=draft.now,
        prompt_key=draft.next_key,
        reasks=0,
        doubts=0,
        reminders=0,
        resumed=0,
        confirming=None,
        confirms="",
        offered=(),
        returns=0,
        ref="",
    )
    draft.say(draft.filled(prompt.text), "question", prompt.options, expiry(flow, draft.session))
    draft.wake(due(flow, draft.session))


def put_again(draft: Draft, text: str, purpose: str, options: tuple[Option, ...] | None = None) -> None:
    """Put the open question once more, in these words, to somebody there; `options` replace its own."""
    draft.change(asked_at=draft.now)
    if options is None:
        options = draft.question().prompt(draft.session.language).options
    draft.say(text, purpose, options, expiry(draft.flow, draft.session))
    draft.wake(due(draft.flow, draft.session))


def expiry(flow: Flow, session: Session) -> int:
    """When patience with the open question runs out."""
    return session.asked_at + flow.patience.expires


def due(flow: Flow, session: Session) -> int:
    """When the session has to wake up by itself: for a reminder if the bot talks, else for its end."""
    delays = flow.patience.reminders
    if session.owner == "bot" and session.reminders < len(delays):
        return session.asked_at + delays[session.reminders]
    return expiry(flow, session)


def _act(draft: Draft, step: Step, reason: str) -> None:
    for action in step.do:
        case = action.escalate
        draft.open_case(case.desk, case.priority, reason, case.respond_within)


def _done(session: Session, step_id: str) -> bool:
    return step_id in session.skipped or step_id in [asked.step for asked in session.answers]


def _speak(draft: Draft, words: list[str]) -> None:
    for text in words:
        draft.say(text, "say")
