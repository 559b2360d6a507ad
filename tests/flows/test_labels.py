"""What a button says means the same when it is typed, also where its words would mean something else elsewhere."""

from pathlib import Path

import pytest

from flows.answers import Answer, Unclear
from flows.library import SHIPPED
from flows.loader import check
from flows.questions import TYPES

GOOD = Path(__file__).parent / "good"
SOLVED = {
    "type": "yes_no",
    "text": "Solved?",
    "labels": {
        "yes": {"en": "It has come", "es": "No, nunca", "de": "Ja, erledigt"},
        "no": {"en": "Not yet", "es": "Ya llegó", "de": "Noch nicht"},
    },
}


@pytest.mark.parametrize("path", sorted([*GOOD.glob("*.yaml"), *SHIPPED.glob("*.yaml")]), ids=lambda path: path.stem)
def test_every_label_typed_is_its_button(path):
    """In every survey and language, as it is and in capitals with a full stop."""
    flow = check(path.read_bytes(), path.name).flow
    for question in flow.questions.values():
        for language in flow.languages:
            for option in question.options(language):
                for typed in (option.label, f" {option.label.upper()}. "):
                    read = question.read(typed, language)
                    assert isinstance(read, Answer), (question.type, typed, read)
                    assert read.text == option.value, (question.type, typed, read)


@pytest.mark.parametrize(
    ("typed", "language", "meant"),
    [
        ("It has come", "en", "yes"),
        ("not yet", "en", "no"),
        ("yes", "en", "yes"),
        ("no, sorry", "en", "no"),
        ("2", "de", "no"),
        ("1", "de", "yes"),
        ("Noch nicht", "de", "no"),
        ("ja", "de", "yes"),
        ("Ya llegó", "es", "no"),
        ("no, nunca", "es", "yes"),
        ("sí", "es", "yes"),
    ],
)
def test_own_labels_count_first(typed, language, meant):
    """ "Ya llegó" sounds like a yes and is the button for no here."""
    read = TYPES["yes_no"](**SOLVED).read(typed, language)
    assert isinstance(read, Answer)
    assert read.text == meant


def test_a_yes_beside_the_label_for_no_is_asked_again():
    """Nobody can tell which of the two was meant."""
    assert TYPES["yes_no"](**SOLVED).read("sí, ya llegó", "es") == Unclear()
    assert TYPES["yes_no"](**SOLVED).read("blue", "en") == Unclear()


@pytest.mark.parametrize(("typed", "value"), [("2 bad", 2), ("5 superb!", 5), ("1", 1), ("2  BAD", 2)])
def test_a_labelled_number_is_that_number(typed, value):
    """ "2 bad" is what the button says, not a number of bad things."""
    question = TYPES["rating"](type="rating", text="How was it?", labels={2: "bad", 5: "superb"})
    read = question.read(typed, "en")
    assert isinstance(read, Answer)
    assert read.value == value


def test_labels_that_cannot_be_told_apart_are_found():
    """Both the same, but for the case."""
    question = TYPES["yes_no"](type="yes_no", text="Solved?", labels={"yes": {"en": "Done"}, "no": {"en": "DONE"}})
    assert [(found.code, found.path) for found in question.problems()] == [
        ("ambiguous-option", ("labels", "yes", "en")),
        ("ambiguous-option", ("labels", "no", "en")),
    ]


def test_a_flows_own_yes_and_no_are_on_its_buttons():
    """Without labels of its own a question shows the flow's phrases, and reads them."""
    flow = check((GOOD / "cafe.yaml").read_bytes(), "cafe.yaml").flow
    question = flow.questions["ok"]
    assert [option.label for option in question.options("fr")] == ["Oui", "Non"]
    assert question.read("non", "fr") == Answer(text="no")
