""" "Did you mean …?" and corrections, by words and by buttons."""

import pytest
from msgspec.structs import replace

from bot.engine import advance
from bot.engine.state import (
    ClearTimers,
    Finish,
    OpenCase,
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
from flows.reading import Read
from tests.bot.engine.story import DAY, HOUR, MINUTE, NOW, SCORE, flow_of, only, pressed, run, said

# --- "Did you mean …?"


def test_an_unsure_answer_is_confirmed_with_a_button_that_names_it(survey: Flow):
    turn = run(survey, (HOUR, said("9ish")))
    say, timer = turn.effects
    assert isinstance(say, Say)
    assert (say.purpose, [(o.value, o.label) for o in say.options]) == ("confirm", [("yes:9", "Yes")])
    assert "9" in say.text
    assert timer == SetTimer(NOW + HOUR + DAY)
    assert turn.session.confirming == Answer(9, "9", "promoter")
    after = advance(survey, turn.session, pressed("s.2.0", "yes:9", "quick help"), NOW + HOUR)
    assert only(after, Record)[0].answer == Answer(9, "9", "promoter", "quick help")
    assert after.session.confirming is None


@pytest.mark.parametrize(
    ("key", "value"), [("s.2.0", "yes:8"), ("s.2.0", "yes"), ("s.0.0", "yes:9"), ("t.2.0", "yes:9")]
)
def test_another_button_confirms_nothing(survey: Flow, key: str, value: str):
    session = run(survey, said("9ish")).session
    turn = advance(survey, session, pressed(key, value), NOW)
    assert turn.effects == ()
    assert turn.session.confirming is not None


def test_a_doubtful_yes_or_no_is_confirmed_by_yes_and_asked_again_after_no(
    library: Library, monkeypatch: pytest.MonkeyPatch
):
    """There, "no" to "Did you mean No?" could mean both: it is asked again."""
    said_so = {"jep": (True, True, ""), "noo": (False, False, ""), "no": (False, True, "")}
    monkeypatch.setattr("flows.reading.read_yes_no", lambda text, _language: said_so.get(text, (None, False, "")))
    flow = library.get("every-type")
    turn = run(flow, said("noo"))
    assert only(turn, Say)[0].text.startswith("Did you mean No?")
    assert only(run(flow, said("noo"), said("jep")), Record)[0].answer == Answer(text="no")
    assert only(run(flow, said("noo"), said("no")), Say)[0].purpose == "reask"
    assert only(run(flow, said("noo"), pressed("s.1.1", "yes")), Record)[0].answer == Answer(text="yes")


@pytest.mark.parametrize(
    ("story", "answer"),
    [
        (("9", "10", "yes", "yes"), "yes"),  # corrected within the band, the same question is open
        (("9", "4", "no", "yes"), "yes"),  # the correction denied
        (("9", "4", "9", "yes"), "yes"),  # denied by the old number
    ],
)
def test_a_settled_doubt_is_over(survey: Flow, story: tuple[str, ...], answer: str):
    """A second "yes" is no answer to it, but the answer to the question that is open."""
    session = run(survey, *(said(text) for text in story)).session
    assert session.answers[-1].answer.text == answer
    assert (session.confirming, session.confirms) == (None, "")


def test_a_doubt_is_over_once_the_question_was_asked_again(survey: Flow):
    turn = run(survey, said("9ish"), said("hm"), said("yes"))
    assert turn.session.answers == ()
    assert turn.session.reasks == 2


def test_doubts_are_bounded(survey: Flow):
    """Patience for two re-asks allows three questions of the kind; the fourth doubt gives up."""
    story = [said(text) for text in ("9ish", "8ish", "7ish")]
    assert only(run(survey, *story), Say)[0].purpose == "confirm"
    turn = run(survey, *story, said("6ish"))
    assert turn.effects[-1] == Finish("expired")


def test_the_same_doubt_again_is_a_yes(survey: Flow):
    assert only(run(survey, said("9ish"), said("9ish")), Record)[0].answer.value == 9


def test_an_unsure_answer_nobody_confirms_is_never_recorded(survey: Flow):
    turn = run(survey, said("3ish"), (3 * DAY, TimedOut()))
    assert turn.effects == (ClearTimers(), Finish("expired"))
    assert turn.session.answers == ()


def test_a_person_may_be_asked_for_in_the_confirmation(survey: Flow):
    turn = run(survey, said("9ish"), said("yes", "please call me"))
    assert only(turn, Record)[0].answer.wants_human
    assert only(turn, OpenCase) == [OpenCase("support", "high", "request")]
    turn = run(survey, said("9ish"), pressed("s.2.0", "yes:9", "please call me"))
    assert only(turn, Record)[0].answer.wants_human


# --- corrections


def test_a_correction_keeps_time_and_comment_and_counts(survey: Flow):
    session = run(survey, (HOUR, said("9 - quick help"))).session
    turn = advance(survey, session, said("sorry, meant 3"), NOW + HOUR + 30 * MINUTE)
    record = Record("score", "nps", Answer(3, "3", "detractor", "quick help"), NOW + HOUR, 1, ("s.1.0",), "3")
    assert turn.effects == (
        record,
        OpenCase("support", "high", "score"),
        Say("Thank you, I have changed it to 3.", purpose="corrected"),
    )
    late = advance(survey, session, said("sorry, meant 3"), NOW + HOUR + 30 * MINUTE + 1)
    assert only(late, Record)[0].answer.value == 9


def test_a_correction_brings_its_own_reason(survey: Flow):
    turn = run(survey, said("9"), said("sorry, meant 3", "nobody came"))
    assert [record.question for record in only(turn, Record)] == ["score", "why-unhappy"]
    assert only(turn, Record)[0].answer.comment == "nobody came"
    assert turn.session.outcome == "completed"


def test_a_correction_may_ask_for_a_person(survey: Flow):
    for correction in (said("sorry, meant 8", "please call me"), pressed("s.1.0", "8", "please call me")):
        turn = run(survey, said("9"), correction)
        assert only(turn, Record)[0].answer.wants_human
        assert only(turn, OpenCase) == [OpenCase("support", "high", "request")]


def test_a_correction_and_several_other_messages(survey: Flow, monkeypatch: pytest.MonkeyPatch):
    """What stands beside the correction in its own message comes first, then the others in their order."""
    session = run(survey, said("9")).session
    found = Read("accept", 3, "too slow", wants_human=True)
    monkeypatch.setattr(
        "flows.reading.read_correction",
        lambda text, _language, low, high: found if (text, low, high) == ("meant 3", 0, 10) else None,
    )
    turn = advance(survey, session, said("hello", "meant 3", "and dear"), NOW)
    assert only(turn, Record)[0].answer == Answer(3, "3", "detractor", "too slow\nhello\nand dear", wants_human=True)


def test_only_so_many_corrections(survey: Flow):
    story = [said("9"), *(said(f"sorry, meant {n}") for n in (8, 7, 6))]
    assert run(survey, *story).session.answers[0].corrections == 3
    turn = run(survey, *story, said("sorry, meant 5"))
    assert turn.session.answers[0].answer.value == 6


def test_no_case_is_opened_twice_and_an_open_one_stays(survey: Flow):
    turn = run(survey, said("3"), said("sorry, meant 9"), said("sorry, meant 2"))
    assert only(turn, OpenCase) == []
    assert turn.session.desks == ("support",)
    assert turn.session.step == "why-unhappy"


def test_correcting_to_the_same_is_no_correction(survey: Flow):
    turn = run(survey, said("9"), said("sorry, meant 9"))
    assert turn.session.answers[0].corrections == 0


def test_a_button_of_the_answered_question_corrects_it(survey: Flow):
    assert run(survey, said("hm"), said("9"), pressed("s.2.0", "3")).session.answers[0].answer.value == 3
    turn = run(survey, said("9"), pressed("s.1.0", "3", "nobody came"))
    assert turn.session.answers[0].answer == Answer(3, "3", "detractor", "nobody came")
    assert turn.session.outcome == "completed"
    late = run(survey, said("9"), (31 * MINUTE, pressed("s.1.0", "3")))
    assert late.effects == ()


def test_the_same_button_again_leaves_the_words_beside_it(survey: Flow):
    turn = run(survey, said("9"), pressed("s.1.0", "9", "quick help"))
    assert turn.session.answers[1].answer.text == "quick help"


def test_a_button_of_the_score_does_not_answer_the_rating_that_follows():
    flow = flow_of(SCORE + '  - {id: rate, ask: {type: rating, text: "1 to 5?"}}\n')
    turn = run(flow, said("9"), pressed("s.1.0", "3"))
    assert turn.session.step == "rate"
    assert turn.session.answers[0].answer == Answer(3, "3", "detractor")
    assert run(flow, said("9"), pressed("s.2.0", "3")).session.answers[1].answer == Answer(3, "3")


def test_the_last_of_several_buttons_counts(survey: Flow):
    parts = Replied((Reply("3", pressed="s.1.0"), Reply("9", pressed="s.1.0"), Reply("9", pressed="s.0.0")))
    assert advance(survey, run(survey).session, parts, NOW).session.answers[0].answer.value == 9


def test_buttons_of_the_reminder_answer_too(survey: Flow):
    assert run(survey, (DAY, TimedOut()), pressed("s.2.0", "9")).session.answers[0].answer.value == 9


def test_a_correction_that_was_asked_for_counts_after_its_time(survey: Flow):
    """The customer was asked; the answer may take longer than the window."""
    turn = run(survey, said("9"), said("4"), (HOUR, said("yes")))
    assert turn.session.answers[0].answer.value == 4


def test_a_second_thought_is_only_asked_about_in_time(survey: Flow):
    assert run(survey, said("9"), (31 * MINUTE, said("4"))).session.answers[1].answer.text == "4"


def test_a_second_thought_denied_by_the_old_number(survey: Flow):
    turn = run(survey, said("9"), said("4"), said("9"))
    assert (turn.session.step, turn.session.confirming) == ("why-happy", None)
    assert turn.session.answers[0].corrections == 0
    assert only(turn, Say)[0].text.startswith("Back to our question")


def test_a_second_thought_that_becomes_another(survey: Flow):
    assert run(survey, said("9"), said("4"), said("5")).session.answers[0].answer.value == 5


def test_a_number_among_words_is_no_second_thought(survey: Flow):
    assert run(survey, said("9"), said("8 people helped me")).session.answers[1].answer.text == "8 people helped me"
    assert run(survey, said("9"), said("4", "people")).session.outcome == "completed"


def test_an_unsure_correction_is_confirmed(survey: Flow, monkeypatch: pytest.MonkeyPatch):
    session = run(survey, said("9")).session
    found = session.answers[0], Answer(4, "4", "detractor"), False, ""
    monkeypatch.setattr("bot.engine.replies.correction", lambda *_: found)
    turn = advance(survey, session, said("meant 4 or so"), NOW)
    assert (turn.session.confirming, turn.session.confirms) == (Answer(4, "4", "detractor"), "score")
    assert advance(survey, replace(session, doubts=3), said("meant 4 or so"), NOW).session.outcome == "completed"
