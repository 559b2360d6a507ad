"""What the bot can do: take an answer, correct one, ask again, give up, fetch a person, stop."""

from msgspec.structs import replace

from bot.engine.draft import Draft, facts
from bot.engine.hearing import YES, correctable
from bot.engine.state import Asked
from bot.engine.walk import enter, put_again
from flows.answers import Answer, Option
from flows.model import Flow

MAX_HELPS = 2  # help texts per session: two bots must not talk to each other for ever
MAX_REMARKS = 10  # messages after the end that still become comments
MAX_COMMENT = 4_000  # characters of a comment with all its remarks


def accept(draft: Draft, answer: Answer) -> None:
    """Take the answer to the open question and go on."""
    step_id = draft.session.step
    draft.record(step_id, answer)
    _go_on(draft, step_id, answer)


def correct(draft: Draft, asked: Asked, answer: Answer) -> None:
    """Put an earlier answer right, say so, and take the way that follows from it now.

    The old comment stays unless a new one came along. Cases that are open stay open: the desk sees the record
    with its corrections.
    """
    draft.record(asked.step, replace(answer, comment=answer.comment or asked.answer.comment))
    draft.change(confirming=None, confirms="")
    draft.lead(draft.phrase("corrected", {"value": draft.label(asked.step, answer)}), "corrected")
    _go_on(draft, asked.step, answer)


def changes(draft: Draft, asked: Asked, answer: Answer) -> bool:
    """Whether this would correct `asked`, and still may."""
    return not _same(asked.answer, answer) and correctable(draft.flow, asked, draft.now)


def take_late(draft: Draft, answer: Answer) -> None:
    """Take the answer to the question that was open when patience ran out, and thank for it once."""
    step_id = draft.session.unanswered
    draft.record(step_id, answer)
    draft.change(unanswered="", late=True)
    draft.lead(draft.phrase("late"), "thanks")
    _go_on(draft, step_id, answer)


def remark(draft: Draft, text: str) -> None:
    """Keep what is said after the end as a comment to the score, without a word."""
    session = draft.session
    scores = [asked for asked in session.answers if asked.answer.segment] or list(session.answers)
    if not (scores and text) or session.remarks >= MAX_REMARKS:
        return
    asked = scores[-1]
    comment = f"{asked.answer.comment}\n{text}".strip()[:MAX_COMMENT]
    draft.record(asked.step, replace(asked.answer, comment=comment), corrects=False)
    draft.change(remarks=session.remarks + 1)


def ask_again(draft: Draft) -> None:
    """Put the open question again in other words, as often as patience allows; then leave it."""
    session, flow = draft.session, draft.flow
    if session.reasks >= flow.patience.reask:
        give_up(draft)
        return
    draft.change(reasks=session.reasks + 1, confirming=None, confirms="")
    put_again(draft, draft.filled(flow.reask(session.step, session.language)), "reask")


def give_up(draft: Draft) -> None:
    """Leave a question that nobody could answer.

    If the way on depends on an answer, going on would be a guess: the survey ends with thanks, and a late
    answer is still welcome. Any other question is skipped.
    """
    session = draft.session
    step = draft.flow.step(session.step)
    if any(route.when is not None for route in step.next):
        draft.say(draft.phrase("thanks"), "thanks")
        draft.finish("expired", unanswered=step.id)
        return
    draft.change(skipped=(*session.skipped, step.id))
    draft.lead(draft.phrase("skipped"), "skipped")
    enter(draft, draft.flow.after(step.id, facts(draft.session)))


def confirm(draft: Draft, answer: Answer, step_id: str = "") -> None:
    """Ask whether this was meant: for the open question, or with `step_id` as a correction of that one."""
    session = draft.session
    if not may_doubt(draft):
        give_up(draft)
        return
    draft.change(confirming=answer, confirms=step_id, doubts=session.doubts + 1)
    text = draft.phrase("confirm", {"value": draft.label(step_id or session.step, answer)})
    yes = Option(YES + answer.text, draft.flow.phrase("yes", session.language))
    put_again(draft, text, "confirm", (yes,))
    if step_id:  # the open question's choice does not show under it
        *others, key = draft.session.offered
        draft.change(offered=(key, *others))


def may_doubt(draft: Draft) -> bool:
    """Whether one more "Did you mean …?" fits into the patience with the open question."""
    session = draft.session
    return session.step != "" and session.doubts <= draft.flow.patience.reask


def confirmed(draft: Draft, answer: Answer, comment: str, *, wants_human: bool) -> None:
    """It was meant: take it, with what else was said."""
    answer = replace(answer, comment=answer.comment or comment, wants_human=answer.wants_human or wants_human)
    asked = draft.asked(draft.session.confirms)
    if asked is None:
        accept(draft, answer)
    elif _same(asked.answer, answer):
        draft.change(confirming=None, confirms="")
        resume(draft)
    else:
        correct(draft, asked, answer)


def reword(draft: Draft, asked: Asked, answer: Answer) -> None:
    """Take an answer anew from its message, which was changed. Other words for the same answer need no answer.

    A reason that came along has answered the text question behind it, which changes with it.
    """
    if not correctable(draft.flow, asked, draft.now):
        return
    for other in draft.session.answers:
        along = other.turn == asked.turn and other is not asked
        if along and answer.comment and other.answer.text != answer.comment:
            draft.record(other.step, Answer(text=answer.comment))
    if draft.question(asked.step).type != "text" and not _same(asked.answer, answer):
        correct(draft, asked, answer)
    elif asked.answer != answer:
        draft.record(asked.step, answer)


def resume(draft: Draft) -> None:
    """Take up the open question where it was left."""
    session = draft.session
    put_again(draft, draft.filled(draft.flow.resumed(session.step, session.language)), "question")


def request(draft: Draft) -> None:
    """The customer wants a person: open a case and say that somebody will come. The question stays open."""
    _tell_human(draft)
    _request_case(draft)


def give_help(draft: Draft) -> None:
    """Say what this is and how to stop it."""
    if draft.session.helps < MAX_HELPS:
        draft.change(helps=draft.session.helps + 1)
        draft.notice("help", "help")


def stop(draft: Draft, source: str, *, answered: bool = False, phrased: bool = False) -> None:
    """No more messages: suppress, say so once, end. `answered`: the customer has been told already.

    `phrased`: words of the customer's own may have been misread, so they are told how to undo it; no answer leaves it
    at the opt-out (RELIABILITY C7).
    """
    first = not draft.session.suppressed
    draft.suppress(source)
    if first and not answered:
        draft.notice("stopped_as_said" if phrased else "stopped", "stop")
    if draft.session.outcome == "":
        draft.finish("opted_out")


def request_desk(flow: Flow) -> str:
    """Where people who ask for a person go: the flow's first desk; "" leaves it to the settings."""
    return next((action.escalate.desk for step in flow.steps for action in step.do), "")


def _go_on(draft: Draft, step_id: str, answer: Answer) -> None:
    if answer.wants_human:
        _tell_human(draft)
    enter(draft, draft.flow.after(step_id, facts(draft.session)), answer)
    if answer.wants_human:
        _request_case(draft)


def _same(one: Answer, other: Answer) -> bool:
    return (one.value, one.text) == (other.value, other.text)


def _tell_human(draft: Draft) -> None:
    if not draft.session.human_told:
        draft.change(human_told=True)
        draft.lead(draft.phrase("human"), "human")


def _request_case(draft: Draft) -> None:
    if not draft.session.desks:  # who has a case is waited on already
        draft.open_case(request_desk(draft.flow), "high", "request")
