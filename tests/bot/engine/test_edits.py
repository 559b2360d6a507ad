"""Messages that were changed, conversations that were opened anew, and albums that arrive in pieces."""

import pytest
from msgspec.structs import replace

from bot.engine import advance
from bot.engine.hearing import MAX_CORRECTIONS
from bot.engine.state import (
    Event,
    HandedBack,
    OpenCase,
    OptedOut,
    Record,
    Replied,
    Reply,
    Returned,
    Reworded,
    Say,
    SetTimer,
    Superseded,
    Suppress,
    TakenOver,
    TimedOut,
    Turn,
)
from flows.model import Flow
from tests.bot.engine.story import DAY, HOUR, MINUTE, NOW, kinds, only, pressed, run, said, wrote


def answers(turn: Turn) -> dict[str, str]:
    """What stands after a turn: step → answer, and its comment behind a colon."""
    taken = ((asked.step, asked.answer) for asked in turn.session.answers)
    return {step: f"{answer.text}: {answer.comment}".removesuffix(": ") for step, answer in taken}


# --- a changed message ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("story", "edit", "after"),
    [
        ([wrote("m1", "9")], ("m1", "3"), {"score": "3"}),
        ([wrote("m1", "9")], ("m1", "9!"), {"score": "9"}),
        ([wrote("m1", "9")], ("m1", "hm"), {"score": "9"}),
        ([wrote("m1", "9")], ("m1", ""), {"score": "9"}),
        ([wrote("m1", "9")], ("m2", "3"), {"score": "9"}),
        ([wrote("m1", "9"), wrote("m2", "quick")], ("m2", "so quick"), {"score": "9", "why-happy": "so quick"}),
        ([wrote("m1", "9"), wrote("m2", "quick")], ("m1", "8"), {"score": "8", "why-happy": "quick"}),
        (
            [wrote("m1", "9"), wrote("m2", "quick")],
            ("m1", "10 - they were kind"),
            {"score": "10: they were kind", "why-happy": "quick"},
        ),
        ([wrote("m1", "3 - slow")], ("m1", "3 - too slow"), {"score": "3: too slow", "why-unhappy": "too slow"}),
        ([wrote("m1", "3 - slow")], ("m1", "4 - slow"), {"score": "4: slow", "why-unhappy": "slow"}),
        ([wrote("m1", "hm")], ("m1", "9"), {"score": "9"}),
        ([wrote("m1", "9ish")], ("m1", "9"), {"score": "9"}),
        ([wrote("m1", "hm")], ("", "9"), {}),
        ([said("hm")], ("", "9"), {}),
        ([said("9")], ("", "3"), {"score": "9"}),
    ],
)
def test_a_changed_message_corrects_the_answer_it_gave_or_is_a_new_try(survey: Flow, story, edit, after):
    """Also the reason that came along with a score; what no message of this session gave changes nothing."""
    assert answers(run(survey, *story, (MINUTE, Reworded(*edit)))) == after


def test_a_changed_score_is_confirmed_leads_on_and_opens_the_case_of_the_new_one(survey: Flow):
    turn = run(survey, wrote("m1", "9"), (MINUTE, Reworded("m1", "3")))
    assert kinds(turn) == ["Record", "OpenCase", "Say", "SetTimer"]
    assert only(turn, Say)[0].text.startswith("Thank you, I have changed it to 3.\nWe are sorry to hear that.")
    assert turn.session.step == "why-unhappy"


def test_other_words_for_the_same_answer_are_stored_without_a_word(survey: Flow):
    turn = run(survey, wrote("m1", "9"), wrote("m2", "quick"), (MINUTE, Reworded("m2", "quick help")))
    assert kinds(turn) == ["Record"]
    assert only(turn, Record)[0].corrections == 1


@pytest.mark.parametrize(("pause", "score"), [(30 * MINUTE, "3"), (30 * MINUTE + 1, "9")])
def test_a_changed_message_corrects_as_long_as_an_answer_may_be_corrected(survey: Flow, pause: int, score: str):
    turn = run(survey, wrote("m1", "9"), (pause, Reworded("m1", "3")))
    assert answers(turn)["score"] == score
    assert bool(turn.effects) == (score == "3")


def test_i2_an_answer_is_changed_so_often_and_no_more(survey: Flow):
    edits = [(MINUTE, Reworded("m1", text)) for text in ("3", "9", "4", "8", "7")]
    turn = run(survey, wrote("m1", "9"), *edits)
    assert answers(turn) == {"score": "4"}
    assert turn.session.answers[0].corrections == MAX_CORRECTIONS


def test_a_message_from_before_a_question_is_no_try_at_it(survey: Flow):
    """The button answered; what was not understood before it is history."""
    before = run(survey, wrote("m1", "hm"), pressed("s.1.0", "9"))
    assert before.session.ref == ""
    for text in ("quick help", "3"):
        assert advance(survey, before.session, Reworded("m1", text), NOW).effects == ()


@pytest.mark.parametrize(
    "story",
    [(), (wrote("m1", "9"),), (wrote("m1", "9 - quick help"),), (wrote("m1", "3"), TakenOver()), (TakenOver(),)],
)
def test_p8_a_message_changed_into_a_stop_stops_in_every_state(survey: Flow, story: tuple[Event, ...]):
    """Whichever message it was, also one that we never saw."""
    for ref in ("m1", "m9"):
        turn = run(survey, *story, Reworded(ref, "STOP"))
        assert only(turn, Suppress) == [Suppress("stop")]
        assert [say.purpose for say in only(turn, Say)] == ["stop"]


@pytest.mark.parametrize(
    ("ref", "story"),
    [
        ("m1", (wrote("m1", "3"), TakenOver())),
        ("m1", (TakenOver(), wrote("m1", "3"))),
        ("m1", (wrote("m1", "3"), OptedOut())),
        ("m1", (wrote("m1", "3"), said("STOP"))),
        ("m1", (wrote("m1", "3"), Superseded())),
        ("m1", (wrote("m1", "hm"), (3 * DAY, TimedOut()))),
        ("m2", (wrote("m1", "3 - slow"), wrote("m2", "lovely"))),
    ],
)
def test_i9_a_change_is_passed_over_while_a_person_talks_after_a_stop_and_behind_the_end(survey: Flow, ref, story):
    """A remark behind the end is kept as it was first written, and a new try comes too late."""
    assert advance(survey, run(survey, *story).session, Reworded(ref, "8"), NOW).effects == ()


def test_a_score_changed_after_the_end_is_corrected_like_any_other(survey: Flow):
    turn = run(survey, wrote("m1", "9 - quick help"), (MINUTE, Reworded("m1", "2 - rude")))
    assert answers(turn)["score"] == "2: rude"
    assert only(turn, OpenCase) == [OpenCase("support", "high", "score")]
    assert [say.text for say in only(turn, Say)] == ["Thank you, I have changed it to 2."]
    assert turn.session.outcome == "completed"


# --- opened anew ---------------------------------------------------------------------------------------------------


def test_who_opens_the_conversation_anew_is_asked_once_more_and_not_at_every_opening(survey: Flow):
    turn = run(survey, (HOUR, Returned()))
    [say] = only(turn, Say)
    assert say.text.startswith("Back to our question: Hi, this is Echolot.")
    assert (say.purpose, len(say.options)) == ("question", 11)
    assert only(turn, SetTimer) == [SetTimer(NOW + HOUR + DAY)]
    assert advance(survey, turn.session, Returned(), NOW + HOUR).effects == ()


def test_every_question_may_be_put_again_once(survey: Flow):
    turn = run(survey, Returned(), said("9"), Returned())
    assert only(turn, Say)[0].text.startswith("Back to our question: That is great to hear")
    assert advance(survey, turn.session, Returned(), NOW).effects == ()


@pytest.mark.parametrize(
    "story", [(TakenOver(),), (said("9 - quick help"),), (said("STOP"),), ((3 * DAY, TimedOut()),), (Superseded(),)]
)
def test_nothing_is_put_again_while_a_person_talks_or_behind_the_end(survey: Flow, story: tuple[Event, ...]):
    before = run(survey, *story).session
    assert advance(survey, before, Returned(), NOW) == Turn(replace(before, turn=before.turn + 1), ())


def test_handed_back_and_opened_anew_count_for_themselves(survey: Flow):
    turn = run(survey, Returned(), TakenOver(), HandedBack())
    assert len(only(turn, Say)) == 1
    assert (turn.session.returns, turn.session.resumed) == (1, 1)


# --- albums --------------------------------------------------------------------------------------------------------


def picture(ref: str, album: str = "", text: str = "") -> Replied:
    return Replied((Reply(text, media=1, ref=ref, album=album),))


def test_what_is_left_of_an_album_is_passed_over_and_a_new_one_is_not(survey: Flow):
    """An album arrives as several messages; one "I did not get that" is enough for all of them."""
    first = run(survey, picture("p1", "a"))
    assert [say.purpose for say in only(first, Say)] == ["reask"]
    late = run(survey, picture("p1", "a"), picture("p2", "a"), picture("p3", "a"))
    assert late.effects == ()
    assert [say.purpose for say in only(run(survey, picture("p1", "a"), picture("p2", "b")), Say)] == ["reask"]
    assert [say.purpose for say in only(run(survey, picture("p1"), picture("p2")), Say)] == ["reask"]


def test_what_is_left_of_an_album_is_passed_over_also_after_other_messages(survey: Flow):
    late = run(survey, picture("p1", "a"), wrote("m1", "9"), pressed("s.1.0", "8"), picture("p2", "a"))
    assert late.effects == ()


def test_words_under_a_late_picture_count(survey: Flow):
    turn = run(survey, picture("p1", "a"), picture("p2", "a", "9 - quick help"))
    assert answers(turn)["score"] == "9: quick help"


def test_an_album_that_arrives_together_is_one_reply(survey: Flow):
    parts = tuple(Reply(media=1, ref=f"p{n}", album="a") for n in range(4))
    turn = run(survey, Replied(parts), picture("p4", "a"))
    assert turn.session.reasks == 1
    assert (turn.session.ref, turn.session.album) == ("p4", "a")
