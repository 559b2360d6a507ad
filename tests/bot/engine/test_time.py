"""Reminders, expiry, late answers and what is said after the end."""

from bot.engine import advance
from bot.engine.moves import MAX_COMMENT, MAX_REMARKS
from bot.engine.state import (
    ClearTimers,
    Finish,
    Record,
    Replied,
    Reply,
    Say,
    SetTimer,
    TimedOut,
)
from flows.answers import Answer
from flows.library import Library
from flows.model import Flow
from tests.bot.engine.story import DAY, HOUR, NOW, SCORE, WHY, flow_of, kinds, only, pressed, run, said

# --- timers


def test_a_reminder_repeats_the_question_and_leaves_its_patience(survey: Flow):
    turn = run(survey, (DAY, TimedOut()))
    say, timer = turn.effects
    assert isinstance(say, Say)
    assert (say.purpose, say.not_after, len(say.options)) == ("reminder", NOW + 3 * DAY, 11)
    assert timer == SetTimer(NOW + 3 * DAY)
    assert (turn.session.reminders, turn.session.asked_at) == (1, NOW)


def test_an_old_timer_is_set_right_and_nothing_else(survey: Flow):
    assert run(survey, (DAY - 1, TimedOut())).effects == (SetTimer(NOW + DAY),)
    assert run(survey, (DAY, TimedOut()), (DAY, TimedOut())).effects == (SetTimer(NOW + 3 * DAY),)


def test_patience_ends_on_the_millisecond(survey: Flow):
    assert run(survey, (DAY, TimedOut()), (2 * DAY - 1, TimedOut())).session.outcome == ""
    turn = run(survey, (3 * DAY, TimedOut()))
    assert turn.effects == (ClearTimers(), Finish("expired"))
    assert (turn.session.unanswered, turn.session.step) == ("score", "")


def test_after_an_outage_one_reminder_stands_for_all(library: Library):
    flow = library.get("every-type")
    turn = run(flow, (3 * HOUR, TimedOut()))
    assert turn.session.reminders == 2
    assert turn.effects[-1] == SetTimer(NOW + DAY)


def test_a_timer_after_the_end_does_nothing(survey: Flow):
    assert run(survey, said("9 - quick help"), (9 * DAY, TimedOut())).effects == ()


# --- late


def test_a_late_answer_is_taken_once_and_for_a_week(survey: Flow):
    week = 7 * DAY
    session = run(survey, (3 * DAY, TimedOut())).session
    turn = advance(survey, session, said("3 - nobody came"), session.ended_at + week)
    assert kinds(turn) == ["Record", "Record", "OpenCase", "Say"]
    assert only(turn, Say)[0].purpose == "thanks"
    assert turn.session.late
    assert turn.session.unanswered == ""
    assert turn.session.outcome == "expired"
    assert advance(survey, session, said("3"), session.ended_at + week + 1).effects == ()
    assert only(advance(survey, turn.session, said("and rude"), session.ended_at + week), Say) == []


def test_a_late_button_counts_like_words(survey: Flow):
    session = run(survey, (DAY, TimedOut()), (2 * DAY, TimedOut())).session
    turn = advance(survey, session, pressed("s.2.0", "3", "nobody came"), session.ended_at)
    assert turn.session.answers[0].answer == Answer(3, "3", "detractor", "nobody came")
    assert advance(survey, session, pressed("s.2.0", "3"), session.ended_at + 8 * DAY).effects == ()


def test_an_unsure_or_unclear_late_answer_is_not_taken(survey: Flow):
    session = run(survey, (3 * DAY, TimedOut())).session
    for text in ("9ish", "hm", "START"):
        assert advance(survey, session, said(text), session.ended_at).effects == ()


def test_a_late_answer_may_ask_for_a_person(survey: Flow):
    session = run(survey, said("9"), (3 * DAY, TimedOut())).session
    turn = advance(survey, session, said("please call me, it is broken"), session.ended_at)
    assert kinds(turn) == ["Record", "OpenCase", "Say"]
    assert only(turn, Record)[0].answer.wants_human
    assert len(only(turn, Say)[0].text.split("\n")) == 2


def test_start_is_no_late_answer(survey: Flow):
    session = run(survey, said("9"), (3 * DAY, TimedOut())).session
    assert advance(survey, session, said("START"), session.ended_at).effects == ()


# --- after the end


def test_remarks_after_the_end_are_kept_and_bounded(survey: Flow):
    session = run(survey, said("9 - quick help")).session
    for n in range(MAX_REMARKS + 3):
        turn = advance(survey, session, said(f"remark {n} " + "x" * 500), NOW)
        session = turn.session
        assert kinds(turn) == (["Record"] if n < MAX_REMARKS else [])
    score = session.answers[0]
    assert score.answer.comment.startswith("quick help\nremark 0 xxx")
    assert len(score.answer.comment) == MAX_COMMENT
    assert score.corrections == 0


def test_a_remark_goes_to_the_score_or_else_to_the_last_answer(library: Library):
    flow = flow_of('  - {id: rate, ask: {type: rating, text: "Acme? STOP to opt out"}}\n' + WHY)
    turn = run(flow, said("4"), said("nice"), said("really"))
    assert [(record.question, record.answer.comment) for record in only(turn, Record)] == [("why", "really")]
    turn = run(flow_of(SCORE + WHY), said("4"), said("nice"), said("really"))
    assert [(record.question, record.answer.comment) for record in only(turn, Record)] == [("score", "really")]


def test_remarks_end_with_the_time_for_late_answers(survey: Flow):
    session = run(survey, said("9 - quick help")).session
    assert kinds(advance(survey, session, said("nice"), NOW + 7 * DAY)) == ["Record"]
    assert kinds(advance(survey, session, said("nice"), NOW + 7 * DAY + 1)) == []
    assert kinds(advance(survey, session, said("START"), NOW)) == []
    assert kinds(advance(survey, session, Replied((Reply(media=1),)), NOW)) == []


def test_a_person_can_be_asked_for_at_any_time(survey: Flow):
    session = run(survey, said("9 - quick help")).session
    turn = advance(survey, session, said("please call me"), NOW + 99 * DAY)
    assert kinds(turn) == ["OpenCase", "Say"]
    assert advance(survey, turn.session, said("please call me"), NOW + 99 * DAY).effects == ()
