"""Past conversations through another version: the same version changes nothing, another one just what it means to."""

from pathlib import Path

import pytest

from bot.engine.replay import perform
from bot.engine.rerun import UNKNOWN, Course, past, rerun
from bot.engine.state import Began
from flows import loader
from flows.library import SHIPPED, load
from flows.model import Flow

TRANSCRIPTS = Path(__file__).parents[2] / "transcripts"
LIBRARY = load([TRANSCRIPTS / "questions"])
GOLDEN = sorted(TRANSCRIPTS.glob("*/*.txt"))
SUPPORT = (SHIPPED / "after-support.yaml").read_text("utf-8")


def played(script: str):
    """A conversation that took place: its flow, journal, and what came of it."""
    player, text = perform(script, LIBRARY.get)
    return player, text


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_same_version_changes_nothing(path: Path):
    """Outcome, score and cases are those of the transcript, whatever happened in it."""
    player, text = played(path.read_text("utf-8"))
    what = past(player.flow, player.journal, player.now)
    assert what is not None
    course = rerun(player.flow, what)
    session = player.session
    scores = [asked.answer for asked in session.answers if asked.answer.segment]
    assert (course.outcome, course.left_at) == (
        session.outcome,
        session.unanswered if session.outcome else session.step,
    )
    assert course.score == (scores[-1].value if scores else None)
    assert len(course.cases) == text.count("\n! case ")


def changed(old: str, new: str) -> Flow:
    assert old in SUPPORT
    return loader.load(SUPPORT.replace(old, new), "after-support.yaml")


def course_of(flow: Flow, *lines: str) -> Course:
    """A conversation with the shipped survey, played with this one."""
    player, _ = played("\n".join(["flow: after-support", "language: en", "", "\n<\n".join(lines), ""]))
    what = past(player.flow, player.journal, player.now)
    assert what is not None
    return rerun(flow, what)


CALL = '  - id: call\n    ask: {type: yes_no, text: {de: "Anruf?", en: "A call?"}}\n'
HELLO = (
    '  - id: hello\n    say: {de: "{{ company }} hier. STOP = abmelden", en: "{{ company }} here. STOP to opt out"}\n'
)
UNHAPPY = ("> 3", "> nobody called back")


def test_another_desk():
    """The escalation is the new version's."""
    flow = changed("escalate: {desk: support, priority: high}", "escalate: {desk: care, priority: urgent}")
    assert course_of(flow, *UNHAPPY) == Course("completed", 3, "detractor", (("care", "urgent"),), messages=3)


def test_a_question_that_nobody_was_asked_is_not_guessed():
    """There the conversation is unknown; who does not come there is not."""
    flow = changed(
        "    next: sorry\n",
        "    next: call\n\n" + CALL + "    next: sorry\n",
    )
    unhappy, happy = course_of(flow, *UNHAPPY), course_of(flow, "> 10", "> all of it")
    assert (unhappy.outcome, unhappy.new_at, unhappy.score) == (UNKNOWN, "call", 3)
    assert (happy.outcome, happy.new_at) == ("completed", "")


def test_a_question_that_is_gone_is_not_waited_for():
    """The answer to it has no place any more."""
    flow = changed(
        "- {when: detractor, to: why-unhappy}",
        "- {when: detractor, to: sorry}\n      - {when: {language: xx}, to: why-unhappy}".replace("xx", "de"),
    )
    assert course_of(flow, *UNHAPPY) == Course("completed", 3, "detractor", messages=2)


def test_other_routes_lead_elsewhere():
    """Passives are asked what detractors are: nobody knows their answer."""
    flow = changed(
        "- {when: passive, to: what-better}",
        "- {when: passive, to: why-unhappy}\n      - {when: {answer: {score: 11}}, to: what-better}".replace("11", "8"),
    )
    assert course_of(flow, "> 7", "> quicker").new_at == "why-unhappy"


def test_less_patience_loses_who_answers_late():
    """The reply that came after two days finds the survey at its end."""
    flow = changed(
        "patience: {reminders: [1d], expires: 3d, reask: 2, correct: 30m, late: 7d}",
        "patience: {reminders: [], expires: 1d, reask: 2, correct: 30m, late: 0m}",
    )
    late = ("… +2d", "> 3", "> slow")
    same = LIBRARY.get("after-support")
    assert course_of(same, *late).outcome == "completed"
    assert course_of(flow, *late) == Course("expired", left_at="score", messages=1)


def test_buttons_are_pressed_on_the_message_that_asks_now():
    """Words in front of the question shift every message's number."""
    flow = changed("steps:\n", "steps:\n" + HELLO)
    player, _ = played(
        "flow: after-support\nlanguage: en\nchannel: telegram\n\n> [3]\n<\n> nobody called\n<\n> [9 @ 1]\n"
    )
    what = past(player.flow, player.journal, player.now)
    assert what is not None
    assert rerun(flow, what) == Course(
        "completed", 9, "promoter", (("support", "high"),), messages=rerun(flow, what).messages
    )


def test_who_is_still_in_the_middle_stays_there():
    """No time passes that has not passed."""
    course = course_of(LIBRARY.get("after-support"), "> 3")
    assert (course.outcome, course.left_at) == ("", "why-unhappy")


def test_a_journal_without_its_beginning_is_none():
    """What cannot be understood is not played."""
    player, _ = played("flow: after-support\n\n> 3\n")
    assert past(player.flow, player.journal[1:]) is None
    assert past(player.flow, []) is None
    assert past(player.flow, [*player.journal, (0, Began("en"))]) is None
