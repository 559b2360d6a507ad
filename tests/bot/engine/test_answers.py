"""Beginning, answering, not being understood: effects, their order, keys and times."""

import pytest
from msgspec.structs import replace

from bot.engine import advance, begin
from bot.engine.state import (
    Asked,
    ClearTimers,
    Finish,
    OpenCase,
    Record,
    Replied,
    Reply,
    Say,
    Session,
    SetTimer,
    Suppress,
    TimedOut,
    Turn,
)
from flows.answers import Answer, Confirm, Unclear
from flows.library import Library
from flows.model import Flow, VariableError
from flows.questions.nps import Nps
from tests.bot.engine.story import DAY, HOUR, MINUTE, NOW, SCORE, WHY, flow_of, kinds, only, run, said

# --- begin


def test_begin_asks_the_first_question_as_turn_one(survey: Flow):
    turn = begin(
        survey, "s", "de-AT", NOW, variables={"first_name": "Anna"}, channel="sms", attributes={"tier": "gold"}
    )
    session = turn.session
    assert kinds(turn) == ["Say", "SetTimer"]
    say, timer = turn.effects
    assert isinstance(say, Say)
    assert say.text.startswith("Hallo Anna, hier ist Echolot.")
    assert (say.kind, say.purpose, say.not_after) == ("survey", "question", NOW + 3 * DAY)
    assert [option.value for option in say.options] == [str(n) for n in range(11)]
    assert timer == SetTimer(NOW + DAY)
    assert session == Session(
        "s", survey.id, survey.revision, "de", NOW, "score", 1, NOW, "s.1.0",
        variables={"first_name": "Anna", "company": "Echolot"}, channel="sms", attributes={"tier": "gold"},
        offered=("s.1.0",),
    )  # fmt: skip


def test_begin_refuses_values_that_do_not_fit(survey: Flow):
    with pytest.raises(VariableError, match="nick_name"):
        begin(survey, "s", "de", NOW, variables={"nick_name": "A"})


def test_words_before_the_first_question_go_out_in_the_same_turn(library: Library):
    turn = run(library.get("every-type"))
    assert kinds(turn) == ["Say", "Say", "SetTimer"]
    assert [say.purpose for say in only(turn, Say)] == ["say", "question"]
    assert [say.not_after for say in only(turn, Say)] == [0, NOW + DAY]
    assert turn.session.prompt_key == "s.1.1"


def test_a_flow_that_asks_nothing_is_over_at_once():
    turn = run(flow_of('  - {id: news, say: "Acme has moved. STOP to opt out"}\n'))
    assert turn.effects == (Say("Acme has moved. STOP to opt out", purpose="say"), ClearTimers(), Finish("completed"))
    assert (turn.session.outcome, turn.session.ended_at, turn.session.step) == ("completed", NOW, "")


def test_a_flow_without_words_ends_without_thanks_for_nothing():
    turn = run(flow_of("  - {id: act, do: [{escalate: {desk: support}}]}\n"))
    assert turn.effects == (OpenCase("support", "normal", "answer"), ClearTimers(), Finish("completed"))


# --- answers


def test_the_effects_of_an_answer_come_in_a_fixed_order(survey: Flow):
    turn = run(survey, (HOUR, said("3 - nobody came")))
    assert kinds(turn) == ["Record", "Record", "OpenCase", "Say", "ClearTimers", "Finish"]
    score = Answer(3, "3", "detractor", "nobody came")
    assert turn.effects[:3] == (
        Record("score", "nps", score, NOW + HOUR, 0, ("s.1.0",), "3"),
        Record("why-unhappy", "text", Answer(text="nobody came"), NOW + HOUR),
        OpenCase("support", "high", "score"),
    )
    assert turn.session.answers == (
        Asked("score", score, NOW + HOUR, 0, "s.1.0", 2, "", "s.1.0"),
        Asked("why-unhappy", Answer(text="nobody came"), NOW + HOUR, 0, "", 2),
    )
    assert turn.session.desks == ("support",)


def test_the_next_question_gets_its_own_key_and_patience(survey: Flow):
    session = run(survey, said("hm"), (HOUR, said("9"))).session
    assert (session.step, session.prompt_key, session.asked_at) == ("why-happy", "s.3.0", NOW + HOUR)
    assert (session.reasks, session.reminders, session.doubts, session.resumed) == (0, 0, 0, 0)


def test_a_reason_skips_only_the_text_question_that_follows_directly():
    flow = flow_of(SCORE + '  - {id: rate, ask: {type: rating, text: "1 to 5?"}}\n' + WHY)
    turn = run(flow, said("9 - quick help"), said("4"))
    assert turn.session.step == "why"


def test_a_reason_does_not_answer_a_second_text_question():
    flow = flow_of(SCORE + WHY + '  - {id: more, ask: {type: text, text: "More?"}}\n')
    assert run(flow, said("9 - quick help")).session.step == "more"


def test_the_survey_thanks_if_its_author_forgot():
    turn = run(flow_of(SCORE), said("9"))
    assert only(turn, Say) == [Say("Thank you for your time!", purpose="thanks")]


def test_a_case_may_have_its_own_time_to_respond(library: Library):
    turn = run(library.get("every-type"), said("no"))
    assert only(turn, OpenCase) == [OpenCase("support", "urgent", "answer", 15 * MINUTE)]


@pytest.mark.parametrize(
    ("parts", "score", "comment"),
    [
        (("8", "because it was slow"), 8, "because it was slow"),
        (("it was slow", "8"), 8, "it was slow"),
        (("hello", "8 because slow", "and expensive"), 8, "hello\nbecause slow\nand expensive"),
        (("8", "8"), 8, ""),
        (("8", "4"), None, ""),
        (("8", "maybe 9"), None, ""),
    ],
)
def test_messages_that_arrive_together_are_read_together(monkeypatch: pytest.MonkeyPatch, parts, score, comment):
    """The whole is read first; if that is unclear, the only message that answers counts and the others explain it."""
    known = {
        "8": Answer(8, "8", "passive"),
        "4": Answer(4, "4", "detractor"),
        "8\n8": Answer(8, "8", "passive"),
        "8 because slow": Answer(8, "8", "passive", "because slow"),
        "maybe 9": Confirm(Answer(9, "9", "promoter")),
    }
    monkeypatch.setattr(Nps, "read", lambda _question, text, _language: known.get(text, Unclear()))
    turn = run(flow_of(SCORE), said(*parts))
    recorded = [(record.answer.value, record.answer.comment) for record in only(turn, Record)]
    assert recorded == ([] if score is None else [(score, comment)])


def test_a_wish_the_question_finds_counts_although_the_words_alone_had_none(monkeypatch: pytest.MonkeyPatch):
    flow = flow_of(SCORE)
    monkeypatch.setattr(Nps, "read", lambda _question, text, _language: Unclear(text))
    assert kinds(run(flow, Replied((Reply("stop"),)))) == ["Suppress", "Say", "ClearTimers", "Finish"]
    monkeypatch.setattr("flows.reading.wish", lambda _text, _language: "")
    assert only(run(flow, said("stop")), Suppress) == [Suppress("stop")]
    assert only(run(flow, said("human")), OpenCase) == [OpenCase("", "high", "request")]
    expired = run(flow, (3 * DAY, TimedOut())).session
    assert only(advance(flow, expired, said("stop"), NOW + 3 * DAY), Suppress) == [Suppress("stop")]
    assert only(advance(flow, expired, said("human"), NOW + 3 * DAY), OpenCase) == [OpenCase("", "high", "request")]


@pytest.mark.parametrize(
    "reply", [Reply(), Reply("  \n"), Reply("9", pressed="other.1.0"), Reply("9", pressed="s.0.0")]
)
def test_a_reply_with_nothing_in_it_changes_nothing_but_the_turn(survey: Flow, reply: Reply):
    before = run(survey).session
    turn = advance(survey, before, Replied((reply,)), NOW)
    assert turn == Turn(replace(before, turn=2), ())


def test_no_parts_at_all(survey: Flow):
    assert advance(survey, run(survey).session, Replied(()), NOW).effects == ()


# --- not understood


def test_asked_again_as_often_as_patience_allows_then_ended_with_thanks(survey: Flow):
    turn = run(survey, (HOUR, said("hm")))
    say, timer = turn.effects
    assert isinstance(say, Say)
    assert (say.purpose, say.not_after, len(say.options)) == ("reask", NOW + HOUR + 3 * DAY, 11)
    assert timer == SetTimer(NOW + HOUR + DAY)
    assert turn.session.reasks == 1
    turn = run(survey, said("hm"), said("hm"), said("hm"))
    assert turn.effects == (Say("Thank you for your time!", purpose="thanks"), ClearTimers(), Finish("expired"))
    assert turn.session.unanswered == "score"


def test_a_question_that_decides_nothing_is_skipped():
    flow = flow_of('  - {id: rate, ask: {type: rating, text: "Acme, 1 to 5? STOP to opt out"}}\n' + WHY, "{reask: 0}")
    turn = run(flow, said("hm"))
    assert (turn.session.skipped, turn.session.step, turn.session.unanswered) == (("rate",), "why", "")
    assert only(turn, Say)[0].text == "No problem, let us leave this question out.\nWhy?"


def test_what_the_bot_says_has_a_purpose():
    """Statistics and channels tell messages apart by it."""
    rate = '  - {id: rate, ask: {type: rating, text: "Acme, 1 to 5? STOP to opt out"}}\n'
    assert only(run(flow_of(rate + WHY, "{reask: 0}"), said("hm")), Say)[0].purpose == "question"
    assert only(run(flow_of(rate, "{reask: 0}"), said("hm")), Say)[0].purpose == "skipped"
    assert only(run(flow_of(rate), said("call me")), Say)[0].purpose == "human"


def test_a_survey_may_begin_with_words():
    flow = flow_of('  - {id: why, ask: {type: text, text: "What can Acme do better? STOP to opt out"}}\n')
    assert only(run(flow, said("9")), Record)[0].answer == Answer(text="9")


def test_a_skipped_question_is_not_asked_again_after_a_correction():
    middle = '  - {id: rate, ask: {type: rating, text: "1 to 5?"}}\n'
    turn = run(flow_of(SCORE + middle + WHY, "{reask: 0}"), said("9"), said("hm"), said("sorry, meant 3"))
    assert turn.session.step == "why"
