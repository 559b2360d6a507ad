"""What a customer's messages come to: typed words, a wish, and buttons of this or an earlier question."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from bot.engine.state import Asked, Reply, Session
from flows import reading
from flows.answers import Answer, Confirm, Reading, Unclear
from flows.model import Flow, Question

MAX_WORDS = 4_000  # characters of one message that are read and kept; no survey answer is longer
BARE = 20  # characters that a score standing alone has at most
MAX_CORRECTIONS = 3  # of one answer; who changes it more often is playing
YES = "yes:"  # the "Yes" under "Did you mean 9?" has the value yes:9, so that an old one confirms nothing


class Heard(Struct, frozen=True):
    """One or more messages that arrived together.

    `wish`: stop, human, help, start or ""; `press`: step and answer of the last button that counts;
    `confirmed`: the "Yes" under the open "Did you mean …?"; `silent`: nothing at all to react to.
    """

    words: tuple[str, ...]
    wish: str = ""
    press: tuple[str, Answer] | None = None
    confirmed: bool = False
    silent: bool = False

    @property
    def text(self) -> str:
        """All words together."""
        return "\n".join(self.words)


def hear(flow: Flow, session: Session, parts: Sequence[Reply]) -> Heard:
    """Sort what arrived. A stop in any part wins; a button that no longer counts is dropped."""
    words: list[str] = []
    press, confirmed, media = None, False, 0
    for part in parts:
        if not (part.album and part.album == session.album):  # the rest of an album that was reacted to
            media += part.media
        if part.pressed:
            if pressed := _pressed(flow, session, part):
                press = pressed
            confirmed = confirmed or _confirms(session, part)
        elif text := clean(part.text):
            words.append(text)
    silent = not (words or press or confirmed or media)
    return Heard(tuple(words), _wish(words, session.language), press, confirmed, silent)


def understand(question: Question, words: Sequence[str], language: str) -> Reading:
    """Read messages that arrived together as one reply; else take the only one of them that answers.

    "8" and "because it was slow" make 8 with a comment; "8" and "or 9" stay what they are together.
    """
    whole = question.read("\n".join(words), language)
    if len(words) < 2 or isinstance(whole, Answer):
        return whole
    single = [question.read(text, language) for text in words]
    answers = [one for one in single if isinstance(one, Answer)]
    if len(answers) != 1 or any(isinstance(one, Confirm) for one in single):
        return whole
    answer = answers[0]
    comments = [answer.comment if one is answer else text for one, text in zip(single, words, strict=True)]
    return replace(answer, comment="\n".join(filter(None, comments)))


def correction(flow: Flow, session: Session, words: Sequence[str], now: int) -> tuple[Asked, Answer, bool, str] | None:
    """An explicit correction of the latest number, as long as it may be corrected.

    Returns the answer to correct, what it shall be, whether that is sure, and the rest of the words. None if
    nothing is corrected.
    """
    asked = latest_number(session)
    if asked is None or not correctable(flow, asked, now):
        return None
    question = flow.questions[asked.step]
    low, high = question.bounds or (0, 0)
    for index, text in enumerate(words):
        found = reading.read_correction(text, session.language, low, high)
        if found is not None and found.value is not None:
            value = found.value
            rest = "\n".join([*words[:index], *words[index + 1 :]])
            answer = Answer(value, str(value), question.segment(value), found.comment, found.wants_human)
            return asked, answer, found.action == "accept", rest
    return None


def second_thought(flow: Flow, session: Session, words: Sequence[str], now: int) -> tuple[Asked, Answer] | None:
    """A bare number that arrives right after a score while words are asked for: perhaps the score once more.

    It may put a slip of the finger right, or answer the question that is open: only the customer knows.
    """
    asked = session.answers[-1] if session.answers and _is_short(words) else None
    if asked is None or asked.answer.value is None or not correctable(flow, asked, now):
        return None
    answer = bare(flow.questions[asked.step], words, session.language)
    return (asked, answer) if answer else None


def bare(question: Question, words: Sequence[str], language: str) -> Answer | None:
    """The answer that a short message consists of, with nothing beside it."""
    if not _is_short(words):
        return None
    read = question.read(words[0], language)
    answer = read.answer if isinstance(read, Confirm) else read
    return None if isinstance(answer, Unclear) or answer.comment else answer


def _is_short(words: Sequence[str]) -> bool:
    return len(words) == 1 and len(words[0]) <= BARE


def latest_number(session: Session) -> Asked | None:
    """The latest answer that is a number."""
    for asked in reversed(session.answers):
        if asked.answer.value is not None:
            return asked
    return None


def correctable(flow: Flow, asked: Asked, now: int) -> bool:
    """Whether an answer may still be corrected: soon after it was given, and not for ever."""
    return now - asked.at <= flow.patience.correct and asked.corrections < MAX_CORRECTIONS


def clean(text: str) -> str:
    """A text as it is kept: no space around it, not endless, nothing that a database or JSON cannot hold."""
    text = text[:MAX_WORDS].strip()
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8")  # half of a surrogate pair
    return text.replace("\0", "") if "\0" in text else text


def turn_of(session: Session, key: str) -> int:
    """The turn that sent the message with this Outbound key; -1 if it was not this session."""
    turn = key.removeprefix(session.id + ".").partition(".")[0] if key.startswith(session.id + ".") else ""
    return int(turn) if turn.isascii() and turn.isdigit() and len(turn) < 10 else -1


def _wish(words: Sequence[str], language: str) -> str:
    """The strongest wish of all messages, each by itself and all together: people send "don't" and "text me again"."""
    if len(words) < 2:
        return reading.wish(words[0], language) if words else ""
    wishes = {reading.wish(text, language) for text in (*words, " ".join(words))}
    return next((wish for wish in ("stop", "human", "help", "start") if wish in wishes), "")


def _pressed(flow: Flow, session: Session, part: Reply) -> tuple[str, Answer] | None:
    """Which question a button answers: the open one, or an earlier one whose message it hung on."""
    turn, step_id = turn_of(session, part.pressed), ""
    for asked in session.answers:
        if asked.key and turn_of(session, asked.key) <= turn < asked.turn:
            step_id = asked.step
    if not step_id and turn >= turn_of(session, session.prompt_key) > 0:
        step_id = session.step or session.unanswered
    if not step_id:
        return None
    question = flow.questions[step_id]
    for option in question.prompt(session.language).options:
        if option.value == part.text:
            value = int(option.value) if question.bounds else None
            return step_id, Answer(value, option.value, question.segment(value))
    return None


def _confirms(session: Session, part: Reply) -> bool:
    """Whether this is the "Yes" under the "Did you mean …?" that is out."""
    if session.confirming is None or part.text != YES + session.confirming.text:
        return False
    return turn_of(session, part.pressed) >= turn_of(session, session.prompt_key)
