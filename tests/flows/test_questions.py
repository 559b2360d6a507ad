"""Every question type against its table of replies in `questions/TYPE.yaml`; a type without a table fails."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from flows import reading, source
from flows.answers import Answer, Confirm, Option, Prompt, Unclear
from flows.questions import TYPES, AnyQuestion, Question
from flows.questions.contact import e164
from flows.questions.nps import segment

TABLES = Path(__file__).parent / "questions"
QUESTION: TypeAdapter[Question] = TypeAdapter(AnyQuestion)


def table(name: str) -> list[dict[str, Any]]:
    document = source.read((TABLES / f"{name}.yaml").read_bytes(), name)
    assert document.problems == ()
    return document.data


def rows():
    for path in sorted(TABLES.glob("*.yaml")):
        for number, entry in enumerate(table(path.stem)):
            for case in entry["cases"]:
                yield pytest.param(entry, case, id=f"{path.stem}-{number}-{case['reply'][:30]!r}")


@pytest.mark.parametrize("name", TYPES)
def test_every_type_has_its_table(name):
    assert (TABLES / f"{name}.yaml").is_file(), f"write tests/flows/questions/{name}.yaml"
    kinds = {key for entry in table(name) for case in entry["cases"] for key in case if key != "reply"}
    assert {"answer", "unclear"} <= kinds


@pytest.mark.parametrize("path", sorted(TABLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_table_has_its_type(path):
    assert path.stem in TYPES


@pytest.mark.parametrize(("name", "question"), TYPES.items())
def test_the_type_is_a_field(name, question):
    """Not a class variable: two questions that differ only in type must differ (DESIGN §4)."""
    assert question.model_fields["type"].is_required()
    assert TYPES[table(name)[0]["ask"]["type"]] is question


@pytest.mark.parametrize(("entry", "case"), list(rows()))
def test_read(entry, case):
    question = QUESTION.validate_python(entry["ask"])
    match case:
        case {"answer": expected}:
            wanted: Any = Answer(**expected)
        case {"confirm": expected}:
            wanted = Confirm(Answer(**expected))
        case {"unclear": wish}:
            wanted = Unclear(wish)
    assert question.read(case["reply"], entry["language"]) == wanted


@pytest.mark.parametrize("name", TYPES)
def test_options_and_bounds(name):
    for entry in table(name):
        question = QUESTION.validate_python(entry["ask"])
        options = tuple(Option(value, label) for value, label in entry["options"].items())
        assert question.prompt(entry["language"]) == Prompt("?", options)
        assert question.prompt(entry["language"]) is question.prompt(entry["language"])
        assert question.bounds == (tuple(entry["bounds"]) if "bounds" in entry else None)
        assert list(question.problems()) == []


@pytest.mark.parametrize("action", ["stop", "human", "reask"])
def test_a_number_beside_a_wish_is_no_answer(monkeypatch, action):
    """Whatever number the reader saw: who wants to be left alone has not rated us."""
    monkeypatch.setattr(reading, "read_score", lambda *_: reading.Read(action, 9))
    question = QUESTION.validate_python({"type": "nps", "text": "?"})
    assert question.read("9 but stop", "en") == Unclear("" if action == "reask" else action)


def test_an_unsure_yes_is_asked_back(monkeypatch):
    monkeypatch.setattr(reading, "read_yes_no", lambda *_: (True, False, ""))
    assert QUESTION.validate_python({"type": "yes_no", "text": "?"}).read("yep?", "en") == Confirm(Answer(text="yes"))


@pytest.mark.parametrize("label", ["End", "quit", "CANCEL", "Stop ", "yes", "Info", "help"])
def test_c8_no_option_is_a_word_of_the_carriers(label):
    options = [{"value": "a", "label": label}, {"value": "b", "label": "Go on"}]
    question = QUESTION.validate_python({"type": "choice", "text": "?", "options": options})
    assert [(each.code, each.path) for each in question.problems()] == [("keyword-option", ("options", 0, "label"))]


@pytest.mark.parametrize("name", TYPES)
@given(reply=st.text(max_size=80))
def test_reading_never_fails(name, reply):
    """RELIABILITY T6: any text gives an answer, and a number only on the scale."""
    for entry in table(name):
        question = QUESTION.validate_python(entry["ask"])
        reading = question.read(reply, entry["language"])
        answer = reading.answer if isinstance(reading, Confirm) else reading
        if isinstance(answer, Answer):
            assert (answer.value is None) == (question.bounds is None)
            if question.bounds and answer.value is not None:
                low, high = question.bounds
                assert low <= answer.value <= high
                assert answer.text == str(answer.value)
            assert answer.segment == question.segment(answer.value)


@pytest.mark.parametrize("score", range(11))
def test_segments(score):
    """9-10 promoter, 7-8 passive, 0-6 detractor."""
    assert segment(score) == [*["detractor"] * 7, *["passive"] * 2, *["promoter"] * 2][score]


@given(st.text(alphabet="0123456789+() -/.", max_size=40), st.sampled_from(["", "49", "1"]))
def test_e164_is_e164_or_nothing(written, country):
    number = e164(written, country)
    assert not number or (number[0] == "+" and number[1] != "0" and number[1:].isdigit() and 7 <= len(number[1:]) <= 15)
    assert not number or e164(number) == number


def test_a_base_question_cannot_be_asked():
    question = Question(type="x", text="?")
    assert question.options("de") == ()
    assert question.segment(3) == ""
    assert question.bounds is None
    assert list(question.problems()) == []
    with pytest.raises(NotImplementedError):
        question.read("x", "de")
