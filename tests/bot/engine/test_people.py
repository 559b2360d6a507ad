"""Opt-out, hand-over to a person and back, and what customers write."""

import msgspec
import pytest
from msgspec.structs import replace

from bot.engine import advance
from bot.engine.hearing import MAX_WORDS, clean, turn_of
from bot.engine.state import (
    ClearTimers,
    Event,
    Finish,
    HandedBack,
    OpenCase,
    OptedOut,
    Record,
    Say,
    Session,
    SetTimer,
    Superseded,
    Suppress,
    TakenOver,
    TimedOut,
    Turn,
)
from flows.model import Flow
from tests.bot.engine.story import DAY, HOUR, MINUTE, NOW, SCORE, WHY, flow_of, kinds, only, run, said

# --- stop


@pytest.mark.parametrize("story", [(), (said("9"),), (said("9ish"),), (said("3"), TakenOver())])
def test_p8_a_stop_counts_in_every_running_state(survey: Flow, story: tuple[Event, ...]):
    turn = run(survey, *story, (HOUR, said("9", "STOP")))
    assert kinds(turn) == ["Suppress", "Say", "ClearTimers", "Finish"]
    say = only(turn, Say)[0]
    assert (say.kind, say.purpose, say.not_after) == ("notice", "stop", NOW + HOUR + 5 * MINUTE)
    assert turn.effects[0] == Suppress("stop")
    assert turn.effects[-1] == Finish("opted_out")
    assert turn.session.suppressed


@pytest.mark.parametrize(
    ("parts", "misread"),
    [
        (("STOP",), False),
        (("STOP", "and thanks for nothing"), False),
        (("enough now", "STOP"), False),
        (("stop texting me",), True),
        (("don't", "text me again"), True),
        (("ok so no more", "messages please"), True),
    ],
)
def test_c7_who_stops_in_words_also_over_two_messages_is_told_how_to_undo_it(survey: Flow, parts, misread):
    turn = run(survey, said(*parts))
    assert kinds(turn)[0] == "Suppress"
    assert ("get you wrong" in only(turn, Say)[0].text) is misread


def test_p8_a_stop_after_the_end_changes_no_outcome(survey: Flow):
    turn = run(survey, said("9 - quick help"), said("STOP"))
    assert kinds(turn) == ["Suppress", "Say"]
    assert turn.session.outcome == "completed"


def test_p8_one_confirmation_however_often(survey: Flow):
    turn = run(survey, said("STOP"), said("STOP"), OptedOut(), said("9"), said("call me"), said("HELP"))
    assert turn.effects == ()
    assert run(survey, said("STOP"), OptedOut()).effects == (Suppress("provider"),)


def test_who_has_been_told_by_the_provider_is_not_told_again(survey: Flow):
    assert run(survey, OptedOut(answered=True)).effects == (Suppress("provider"), ClearTimers(), Finish("opted_out"))


# --- people


def test_i9_silent_while_a_person_talks(survey: Flow):
    turn = run(survey, said("3"), (HOUR, TakenOver()))
    assert turn.effects == (SetTimer(NOW + 3 * DAY),)
    for event in (said("9"), said("HELP"), said("call me"), TakenOver()):
        assert only(advance(survey, turn.session, event, NOW + HOUR), Say) == []
    over = advance(survey, turn.session, TimedOut(), NOW + 3 * DAY)
    assert over.effects == (ClearTimers(), Finish("handed_over"))
    assert over.session.unanswered == ""


def test_handed_back_the_bot_takes_up_its_question_once(survey: Flow):
    turn = run(survey, said("3"), TakenOver(), (HOUR, HandedBack()))
    say, timer = turn.effects
    assert isinstance(say, Say)
    assert (
        say.text
        == "Back to our question: We are sorry to hear that. What went wrong? Your answer goes straight to our team."
    )
    assert (say.purpose, timer) == ("question", SetTimer(NOW + HOUR + DAY))
    assert (turn.session.asked_at, turn.session.resumed) == (NOW + HOUR, 1)
    again = run(survey, said("3"), TakenOver(), HandedBack(), TakenOver(), HandedBack())
    assert again.effects == (ClearTimers(), Finish("handed_over"))


def test_handed_back_too_late_it_lets_the_customer_be(survey: Flow):
    turn = run(survey, said("3"), TakenOver(), (3 * DAY, HandedBack()))
    assert turn.effects == (ClearTimers(), Finish("handed_over"))
    assert turn.session.owner == "bot"
    assert run(survey, said("3"), TakenOver(), (3 * DAY - 1, HandedBack())).session.outcome == ""


def test_handed_back_in_silence_the_survey_is_over_without_a_word(survey: Flow):
    turn = run(survey, said("3"), TakenOver(), (HOUR, HandedBack(silent=True)))
    assert turn.effects == (ClearTimers(), Finish("handed_over"))
    assert (turn.session.owner, turn.session.outcome) == ("bot", "handed_over")


def test_handing_back_what_nobody_took_does_nothing(survey: Flow):
    before = run(survey).session
    assert advance(survey, before, HandedBack(), NOW) == Turn(replace(before, turn=2), ())


def test_taken_over_after_the_end_the_bot_is_silent_until_handed_back(survey: Flow):
    turn = run(survey, said("9 - quick help"), TakenOver())
    assert turn.effects == ()
    assert advance(survey, turn.session, said("nice"), NOW).effects == ()
    back = advance(survey, turn.session, HandedBack(), NOW)
    assert back.effects == ()
    assert kinds(advance(survey, back.session, said("nice"), NOW)) == ["Record"]


def test_what_is_said_after_a_person_was_done_is_no_remark(survey: Flow):
    turn = run(survey, said("3"), TakenOver(), (3 * DAY, HandedBack()), said("thanks a lot"))
    assert turn.effects == ()


def test_a_score_may_still_be_corrected_after_a_person_was_done(survey: Flow):
    turn = run(survey, said("3"), TakenOver(), HandedBack(), TakenOver(), HandedBack(), said("sorry, meant 4"))
    assert only(turn, Record)[0].answer.value == 4


def test_help_is_a_notice_and_leaves_the_question_open(survey: Flow):
    turn = run(survey, said("HELP"))
    say = only(turn, Say)[0]
    assert (say.kind, say.purpose, turn.session.step, turn.session.helps) == ("notice", "help", "score", 1)


def test_a_request_goes_to_the_flows_first_desk_else_to_the_settings(survey: Flow):
    assert only(run(survey, said("call me")), OpenCase) == [OpenCase("support", "high", "request")]
    assert only(run(flow_of(SCORE), said("call me")), OpenCase) == [OpenCase("", "high", "request")]


def test_a_newer_survey_ends_this_one_silently(survey: Flow):
    assert run(survey, said("3"), Superseded()).effects == (ClearTimers(), Finish("superseded"))
    assert run(survey, said("9 - quick help"), Superseded()).effects == ()
    assert run(survey, said("3"), Superseded(), said("nobody came"), said("call me")).effects == ()


# --- what customers write


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("  a\n", "a"),
        ("a\0b", "ab"),
        ("\ud83d alone", "? alone"),
        ("grüße 😀", "grüße 😀"),
        ("x" * (MAX_WORDS + 1), "x" * MAX_WORDS),
    ],
)
def test_words_are_kept_as_a_database_can_hold_them(survey: Flow, text: str, kept: str):
    assert clean(text) == kept
    session = run(survey, said("9"), said(text)).session
    assert msgspec.json.decode(msgspec.json.encode(session), type=Session) == session
    assert session.answers[1].answer.text == kept


@pytest.mark.parametrize(
    ("key", "turn"),
    [("s.1.0", 1), ("s.12.3", 12), ("s.1", 1), ("t.1.0", -1), ("ss.1.0", -1), ("s.", -1), ("s.-1.0", -1), ("s.²", -1),
     ("s.x", -1), ("s.999999999.0", 999_999_999), ("s.9999999999.0", -1), ("s1.0", -1), ("", -1)],
)  # fmt: skip
def test_only_keys_of_this_session_have_a_turn(survey: Flow, key: str, turn: int):
    assert turn_of(run(survey).session, key) == turn


def test_a_circle_of_answered_questions_ends():
    """A correction may lead back to where everything is answered."""
    flow = flow_of(
        SCORE.replace("}}", "}, next: [{when: detractor, to: why}, {to: end}]}") + WHY[:-2] + ", next: score}\n"
    )
    assert run(flow, said("3"), said("slow")).session.outcome == "completed"
