"""Which messages lose their buttons with an answer, and under which of them the choice is shown."""

import pytest

from bot.engine.state import Event, Record, Replied, Reply, Returned, Reworded, Say, TimedOut, Turn
from flows.library import Library
from flows.model import Flow
from tests.bot.engine.story import DAY, HOUR, MINUTE, SCORE, WHY, flow_of, only, pressed, run, said, wrote

RATE = '  - {id: rate, ask: {type: rating, text: "1 to 5?"}}\n'


def marks(turn: Turn) -> list[tuple[str, tuple[str, ...], str]]:
    """What each record of a turn takes buttons from, and what it shows under the last of them."""
    return [(record.question, record.marks, record.label) for record in only(turn, Record)]


@pytest.mark.parametrize(
    ("story", "keys"),
    [
        ([said("9")], ("s.1.0",)),
        ([pressed("s.1.0", "9")], ("s.1.0",)),
        ([said("hm"), said("9")], ("s.1.0", "s.2.0")),
        ([said("hm"), pressed("s.1.0", "9")], ("s.1.0", "s.2.0")),
        ([said("hm"), said("what?"), said("9")], ("s.1.0", "s.2.0", "s.3.0")),
        ([(DAY, TimedOut()), said("9")], ("s.1.0", "s.2.0")),
        ([Returned(), said("9")], ("s.1.0", "s.2.0")),
        ([said("9ish"), pressed("s.2.0", "yes:9")], ("s.1.0", "s.2.0")),
        ([said("9ish"), said("no"), said("9")], ("s.1.0", "s.2.0", "s.3.0")),
        ([said("HELP"), said("9")], ("s.1.0",)),
        ([(3 * DAY, TimedOut()), (HOUR, pressed("s.1.0", "9"))], ("s.1.0",)),
    ],
)
def test_all_messages_with_buttons_of_a_question_lose_them_and_the_last_shows_the_choice(
    survey: Flow, story: list[Event], keys: tuple[str, ...]
):
    turn = run(survey, *story)
    assert marks(turn) == [("score", keys, "9")]
    assert turn.session.answers[0].shown == keys[-1]
    assert turn.session.offered == ()


def test_a_choice_is_shown_by_its_label_and_own_words_are_not_shown(library: Library):
    """The customer knows "Delivery", not `delivery`; there are no buttons under a question for words."""
    turn = run(library.get("every-type"), pressed("s.1.1", "yes"))
    assert marks(turn) == [("solved", ("s.1.1",), "Yes")]
    flow = library.get("every-type")
    assert marks(run(flow, said("yes"), said("4"))) == [("rate", ("s.2.1",), "4")]
    turn = run(flow, said("yes"), said("4"), said("delivery"))
    assert [label for _, _, label in marks(turn)] == ["Delivery"]
    assert marks(run(flow, said("yes"), said("4"), said("price"), said("me@example.com"))) == [("reach", (), "")]


@pytest.mark.parametrize("last", [said("sorry, meant 4"), pressed("s.1.0", "4"), Reworded("m1", "4")])
def test_a_correction_marks_the_message_again_under_which_the_choice_shows(survey: Flow, last: Event):
    turn = run(survey, wrote("m1", "hm"), Reworded("m1", "9"), (29 * MINUTE, last))
    assert marks(turn) == [("score", ("s.2.0",), "4")]
    assert turn.session.answers[0].shown == "s.2.0"


@pytest.mark.parametrize("last", [said("lovely"), said("sorry, meant 9"), pressed("s.1.0", "9")])
def test_a_remark_and_the_same_answer_again_mark_nothing(survey: Flow, last: Event):
    turn = run(survey, said("9 - quick help"), (MINUTE, last))
    assert [record.marks for record in only(turn, Record)] in ([], [()])
    assert [record.label for record in only(turn, Record)] in ([], [""])


def test_the_yes_under_a_doubted_correction_goes_with_the_correction(survey: Flow):
    """Another question follows: nothing else would ever take the button away."""
    turn = run(survey, said("9"), said("3"), said("yes"))
    assert marks(turn) == [("score", ("s.3.0", "s.1.0"), "3")]
    assert only(turn, Say)[0].text.startswith("Thank you, I have changed it to 3.")


def test_the_yes_under_a_doubted_correction_goes_with_the_answer_if_nothing_was_corrected(survey: Flow):
    """And `why` shows no choice anywhere: it is in the customer's own words."""
    turn = run(survey, said("9"), said("3"), said("no"), said("quick help"))
    assert marks(turn) == [("why-happy", ("s.3.0",), "")]
    assert [asked.shown for asked in turn.session.answers] == ["s.1.0", ""]


def test_the_open_questions_choice_does_not_show_under_a_doubt_about_another_one():
    flow = flow_of(SCORE + RATE + WHY)
    turn = run(flow, said("9"), said("sorry, I think I meant 8ish"), pressed("s.2.0", "4"))
    assert marks(turn) == [("rate", ("s.3.0", "s.2.0"), "4")]


def test_buttons_of_a_question_that_a_correction_left_behind_go_with_it():
    """The way leads elsewhere now; what was offered there can no longer be chosen."""
    steps = SCORE.replace("}}", "}, next: [{when: promoter, to: rate}, {to: why}]}") + RATE + WHY
    turn = run(flow_of(steps), said("9"), pressed("s.1.0", "3"))
    assert marks(turn) == [("score", ("s.2.0", "s.1.0"), "3")]
    assert (turn.session.step, turn.session.offered) == ("why", ())


def test_buttons_go_when_a_correction_ends_the_survey():
    steps = SCORE.replace("}}", "}, next: [{when: promoter, to: rate}, {to: end}]}") + RATE
    turn = run(flow_of(steps), said("9"), pressed("s.1.0", "3"))
    assert marks(turn) == [("score", ("s.2.0", "s.1.0"), "3")]
    assert turn.session.outcome == "completed"


def test_an_answer_knows_which_message_gave_it(survey: Flow):
    """`ref` is the provider's id; several that arrived together count as the last of them."""
    session = run(survey, wrote("m1", "9"), wrote("m2", "quick help")).session
    assert [(asked.step, asked.ref) for asked in session.answers] == [("score", "m1"), ("why-happy", "m2")]
    together = run(survey, Replied((Reply("8", ref="m1"), Reply("because slow", ref="m2")))).session
    assert {asked.ref for asked in together.answers} == {"m2"}
