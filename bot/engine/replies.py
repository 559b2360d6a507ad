"""What a customer's reply means for the conversation, while a question is open and after the end."""

from collections.abc import Sequence

from msgspec.structs import replace

from bot.engine import moves
from bot.engine.draft import Draft
from bot.engine.hearing import Heard, bare, correction, hear, second_thought, understand
from bot.engine.state import Reply
from flows import reading
from flows.answers import Answer, Confirm, Reading, Unclear


def replied(draft: Draft, parts: Sequence[Reply]) -> None:
    """React to messages that arrived together. A stop counts in every state, even while a person talks."""
    heard = hear(draft.flow, draft.session, parts)
    if parts and parts[-1].ref:
        draft.ref = parts[-1].ref
        draft.change(ref=draft.ref, album=parts[-1].album or draft.session.album)
    if heard.wish == "stop":
        _stop(draft, heard)
    elif heard.silent or draft.session.suppressed or draft.session.owner == "human":
        return
    elif heard.wish == "help":
        moves.give_help(draft)
    elif draft.session.outcome == "":
        _while_open(draft, heard)
    else:
        _after_the_end(draft, heard)


def _stop(draft: Draft, heard: Heard) -> None:
    words, language = heard.words, draft.session.language
    moves.stop(draft, "stop", phrased=all(reading.keyword(text, language) != "stop" for text in words))


def reworded(draft: Draft, ref: str, text: str) -> None:
    """React to a message that was changed: it corrects the answer it gave, or is a new try at the open question."""
    session, reply = draft.session, Reply(text=text, ref=ref)
    heard = hear(draft.flow, session, (reply,))
    asked = next((asked for asked in session.answers if ref and asked.ref == ref), None)
    if heard.wish == "stop" or (asked is None and ref == session.ref != "" and session.outcome == ""):
        replied(draft, (reply,))
    elif session.suppressed or session.owner == "human" or session.outcome == "superseded":
        return
    elif asked and heard.words:
        read = understand(draft.question(asked.step), heard.words, session.language)
        if isinstance(read, Answer):
            moves.reword(draft, asked, read)


def _while_open(draft: Draft, heard: Heard) -> None:
    session = draft.session
    if heard.press is not None and _presses(draft, heard, heard.press, session.step):
        return
    if session.confirming is not None:
        if heard.confirmed:
            human = heard.wish == "human"
            moves.confirmed(draft, session.confirming, heard.text, wants_human=human)
            return
        if _settles(draft, heard, session.confirming):
            return
    if heard.words or heard.press is None:
        _read(draft, heard)


def _presses(draft: Draft, heard: Heard, press: tuple[str, Answer], open_step: str) -> bool:
    """Whether a button decides this turn: it answers the open question or corrects an earlier one."""
    step_id, answer = press
    answer = replace(answer, comment=heard.text, wants_human=heard.wish == "human")
    if step_id == open_step:
        if draft.session.outcome:
            moves.take_late(draft, answer)
        else:
            moves.accept(draft, answer)
        return True
    asked = draft.asked(step_id)
    if asked is None or not moves.changes(draft, asked, answer):
        return False
    moves.correct(draft, asked, answer)
    return True


def _settles(draft: Draft, heard: Heard, meant: Answer) -> bool:
    """Whether the words answer "Did you mean …?". Another clear answer settles it, too."""
    session = draft.session
    question = draft.question(session.confirms)
    human = heard.wish == "human"
    read: Reading | None = None
    if session.confirms:  # words with a number in them may well answer the open question
        read = bare(question, heard.words, session.language)
    elif question.type != "yes_no":  # there, "no" is an answer to both
        read = understand(question, heard.words, session.language)
    if isinstance(read, Confirm) and read.answer.text == meant.text:
        read = read.answer
    if isinstance(read, Answer):
        moves.confirmed(draft, read, "", wants_human=human)
        return True
    said, _, comment = reading.read_yes_no(heard.text, session.language)
    if said:
        moves.confirmed(draft, meant, comment, wants_human=human)
    elif said is False and session.confirms:
        draft.change(confirming=None, confirms="")
        moves.resume(draft)
    elif said is False:
        moves.ask_again(draft)
    return said is not None


def _read(draft: Draft, heard: Heard) -> None:
    """Typed words for the open question, unless they correct an earlier answer."""
    session, question, words = draft.session, draft.question(), heard.words
    freely = question.type == "text"  # any words answer it, so corrections have to be looked for first
    if freely and (_corrects(draft, heard) or _reconsiders(draft, heard)):
        return
    read = understand(question, words, session.language)
    wish = (isinstance(read, Unclear) and read.wish) or heard.wish
    if wish == "stop":
        _stop(draft, heard)
    elif isinstance(read, Answer) and wish != "start":
        moves.accept(draft, replace(read, wants_human=True) if wish == "human" else read)
    elif wish == "human":
        moves.request(draft)
    elif isinstance(read, Confirm):
        moves.confirm(draft, read.answer)
    elif freely or not _corrects(draft, heard):
        moves.ask_again(draft)


def _corrects(draft: Draft, heard: Heard) -> bool:
    """Whether the words explicitly correct the latest number ("sorry, meant 9")."""
    found = correction(draft.flow, draft.session, heard.words, draft.now)
    if found is None:
        return False
    asked, answer, sure, rest = found
    human = answer.wants_human or heard.wish == "human"
    comment = "\n".join(filter(None, (answer.comment, rest)))
    answer = replace(answer, comment=comment, wants_human=human)
    if not moves.changes(draft, asked, answer):
        return False
    if sure:
        moves.correct(draft, asked, answer)
    elif moves.may_doubt(draft):
        moves.confirm(draft, answer, asked.step)
    else:
        return False
    return True


def _reconsiders(draft: Draft, heard: Heard) -> bool:
    """Whether the words are a bare number right after a score: ask what it is for, or pass over a repeat."""
    found = second_thought(draft.flow, draft.session, heard.words, draft.now)
    if found is None or not moves.may_doubt(draft):
        return False
    asked, answer = found
    if moves.changes(draft, asked, answer):
        moves.confirm(draft, answer, asked.step)
    return True


def _after_the_end(draft: Draft, heard: Heard) -> None:
    """Late answers, corrections and requests are taken, the rest becomes a comment: nothing starts again."""
    session, flow = draft.session, draft.flow
    if session.outcome not in ("completed", "expired", "handed_over"):
        return
    in_time = draft.now - session.ended_at <= flow.patience.late
    if in_time and heard.press is not None and _presses(draft, heard, heard.press, session.unanswered):
        return
    if _corrects(draft, heard):
        return
    read: Reading = Unclear()
    if in_time and session.unanswered and heard.words:
        read = understand(draft.question(session.unanswered), heard.words, session.language)
    wish = (isinstance(read, Unclear) and read.wish) or heard.wish
    if wish == "stop":
        _stop(draft, heard)
    elif isinstance(read, Answer) and wish != "start":
        moves.take_late(draft, replace(read, wants_human=True) if wish == "human" else read)
    elif wish == "human":
        moves.request(draft)
    elif in_time and wish == "" and session.outcome != "handed_over":
        moves.remark(draft, heard.text)
