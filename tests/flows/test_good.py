"""Good flows load without a word, and mean what they say."""

import random
from pathlib import Path

import pytest

from flows.answers import Answer
from flows.library import SHIPPED
from flows.loader import check, load
from flows.model import Facts, Flow, Question, VariableError
from flows.questions import TYPES
from flows.schema import json_schema

GOOD = sorted((Path(__file__).parent / "good").glob("*.yaml"))


@pytest.fixture(scope="module")
def everything() -> Flow:
    path = Path(__file__).parent / "good" / "everything.yaml"
    return load(path.read_bytes(), path.name)


@pytest.mark.parametrize("path", [*GOOD, *sorted(SHIPPED.glob("*.yaml"))], ids=lambda path: path.stem)
def test_no_problems(path):
    """What somebody would really write is not complained about, not even with a warning."""
    assert [(problem.line, problem.code) for problem in check(path.read_bytes(), path.name).problems] == []


def test_there_are_many_and_no_two_alike():
    """A checker that is quiet about two small files has shown nothing yet."""
    flows = [load(path.read_bytes(), path.name) for path in GOOD]
    assert len(flows) >= 22
    assert [flow.id for flow in flows] == [path.stem for path in GOOD]
    assert {len(flow.languages) for flow in flows} == {1, 2, 3, 4}
    assert max(len(flow.steps) for flow in flows) == 60
    ours = [path.read_text(encoding="utf-8") for path in GOOD if path.stem not in {"everything", "smallest"}]
    for kind in TYPES:
        assert sum(f"type: {kind}" in text for text in ours) >= 5, kind
    for word in ("segment", "answer", "language", "channel", "attribute", "low", "normal", "high", "urgent"):
        assert any(f"{word}:" in text or f"priority: {word}" in text for text in ours), word


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_every_step_is_on_some_way_and_every_way_ends(path):
    """Surveys with a step that no answer leads to would be bad examples, even if nobody complains."""
    flow = load(path.read_bytes(), path.name)
    chance, seen = random.Random(path.stem), set()
    for _ in range(400):
        seen.update(way(flow, chance))
    assert {step.id for step in flow.steps} - seen == set()


def way(flow: Flow, chance: random.Random) -> list[str]:
    """The steps of one conversation with answers by chance; an answered question is passed."""
    conditions = [route.when for step in flow.steps for route in step.next if route.when]
    values = {name: when.attribute[name] for when in conditions for name in when.attribute}
    facts = Facts(
        {},
        chance.choice(flow.languages),
        chance.choice(["sms", "telegram"]),
        {name: chance.choice([*known, "none"]) for name, known in values.items()},
    )
    steps, step = [], flow.first
    while step is not None:
        steps.append(step.id)
        assert len(steps) <= 2 * len(flow.steps), "goes round in circles"
        if step.ask and step.id not in facts.answers:
            facts.answers[step.id] = answer_to(step.ask, facts.language, chance)
        step = flow.after(step.id, facts)
    return steps


def answer_to(question: Question, language: str, chance: random.Random) -> Answer:
    options = question.options(language)
    text = chance.choice(options).value if options else "words"
    number = int(text) if question.bounds else None
    return Answer(number, text, question.segment(number))


def test_the_tour_uses_every_key():
    """A key that the tour does not show is a key that no test has seen work."""
    text = (Path(__file__).parent / "good" / "everything.yaml").read_text(encoding="utf-8")
    keys = {key for part in [json_schema(), *json_schema()["$defs"].values()] for key in part.get("properties", ())}
    assert {key for key in keys if f"{key}:" not in text} == set()


@pytest.mark.parametrize(
    ("desks", "codes"), [(None, []), ({"support"}, []), ({"suport"}, ["unknown-desk"]), ([], ["unknown-desk"])]
)
def test_desks(desks, codes):
    path = SHIPPED / "after-support.yaml"
    found = check(path.read_bytes(), path.name, desks).problems
    assert [problem.code for problem in found] == codes
    if codes:
        line = path.read_text(encoding="utf-8").splitlines()[found[0].line - 1]
        assert line[found[0].column - 1 :].startswith("support")


def score(value: int, segment: str) -> dict[str, Answer]:
    return {"score": Answer(value, str(value), segment)}


@pytest.mark.parametrize(
    ("step", "facts", "after"),
    [
        ("hello", Facts(), "score"),
        ("score", Facts(), "pick"),
        ("score", Facts(score(3, "detractor"), channel="sms"), "case"),
        ("score", Facts(score(7, "passive"), channel="sms"), "case"),
        ("score", Facts(score(3, "detractor"), channel="telegram"), "pick"),
        ("score", Facts(score(10, "promoter"), language="de"), "rate"),
        ("score", Facts(score(10, "promoter"), language="en-GB"), "pick"),
        ("score", Facts(score(9, "promoter"), language="de", attributes={"region": "north", "tier": "gold"}), "solved"),
        ("score", Facts(score(9, "promoter"), language="de", attributes={"region": "north", "tier": "tin"}), "pick"),
        ("case", Facts(), "rate"),
        ("solved", Facts({"solved": Answer(text="yes")}), None),
        ("solved", Facts({"solved": Answer(text="no")}), "pick"),
        ("solved", Facts(), "pick"),
        ("pick", Facts({"pick": Answer(text="2")}), "phone"),
        ("pick", Facts({"pick": Answer(text="price")}), "phone"),
        ("pick", Facts({"pick": Answer(text="other")}), "why"),
        ("why", Facts(), "phone"),
        ("phone", Facts(), "thanks"),
        ("thanks", Facts(), None),
    ],
)
def test_routes(everything, step, facts, after):
    found = everything.after(step, facts)
    assert (found.id if found else None) == after


def test_the_last_step_ends():
    flow = load((Path(__file__).parent / "good" / "smallest.yaml").read_bytes(), "x")
    assert flow.first.id == "score"
    assert flow.after("score", Facts()) is None


def test_without_routes_the_following_step_comes():
    base = (Path(__file__).parent / "good" / "smallest.yaml").read_text(encoding="utf-8")
    flow = load(base + "  - id: thanks\n    say: Thank you!\n", "x")
    assert flow.after("score", Facts()) is flow.step("thanks")
    assert flow.after("thanks", Facts()) is None


def test_the_segment_is_that_of_the_latest_score():
    answers = {"a": Answer(3, "3", "detractor"), "b": Answer(9, "9", "promoter"), "c": Answer(text="fine")}
    assert Facts(answers).segment == "promoter"
    assert Facts().segment == ""


def test_unknown_steps(everything):
    with pytest.raises(KeyError):
        everything.step("nowhere")
    with pytest.raises(KeyError, match="asks nothing"):
        everything.reask("thanks", "de")


def test_patience_is_milliseconds(everything):
    patience = everything.patience
    assert patience.reminders == (43_200_000, 86_400_000)
    assert (patience.expires, patience.correct, patience.late) == (259_200_000, 600_000, 604_800_000)
    assert patience.reask == 1
    assert everything.step("case").do[0].escalate.respond_within == 5_400_000


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        ("de", "de"),
        ("de-AT", "de"),
        ("DE_at", "de"),
        ("en", "en-GB"),
        ("en-gb", "en-GB"),
        ("en-US", "en-GB"),
        ("fr", "de"),
        ("", "de"),
    ],
)
def test_language(everything, wanted, language):
    assert everything.language(wanted) == language


def test_phrases(everything):
    assert everything.phrase("confirm", "de") == "{{ value }}, richtig?"
    assert everything.phrase("yes", "en-GB") == "Yes"
    with pytest.raises(KeyError):
        everything.phrase("nothing", "de")


def test_reask_reminder_and_resumption(everything):
    assert everything.reask("score", "de") == "Bitte eine Zahl von 0 bis 10."
    assert everything.reminder("score", "en-GB") == "Still there?"
    assert everything.reask("rate", "en-GB").endswith("a number from 1 to 7.")
    assert everything.reask("pick", "de").endswith("Bitte wählen Sie: der Preis, der Versand, etwas anderes")
    assert everything.reminder("why", "de") == "Kurze Erinnerung: Warum?"
    # variables stay to be filled by the engine
    assert everything.resumed("score", "en-GB") == "Back to our question: Order {{ order }}: 0 to 10?"


def test_an_own_reask_phrase_wins_over_the_standard_one_of_a_type():
    base = (Path(__file__).parent / "good" / "smallest.yaml").read_text(encoding="utf-8")
    assert "from 0 to 10" in load(base, "x").reask("score", "en")
    assert load(base + 'phrases: {reask: "What?"}\n', "x").reask("score", "en") == "What?"
    assert load(base + 'phrases: {reask: "What?", reask_nps: "0-10?"}\n', "x").reask("score", "en") == "0-10?"


def test_values(everything):
    given = {"order": "A1"}
    assert everything.values("de", given) == {"company": "Acme", "first_name": "", "order": "A1", "place": "Köln"}
    assert everything.values("en-GB", {**given, "place": "Bonn"})["place"] == "Bonn"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, ["'order' needs a value"]),
        (
            {"order": "1", "frist_name": "A"},
            ["'frist_name' is not a variable of this flow", "did you mean 'first_name'?"],
        ),
        ({"order": "x" * 201}, ["'order' is longer than 200 characters"]),
        ({"ordr": "secret"}, ["'ordr' is not", "'order' needs a value", "flow 'everything'"]),
    ],
)
def test_wrong_values_are_told_at_once_and_not_repeated(everything, given, words):
    with pytest.raises(VariableError) as raised:
        everything.values("de", given)
    for word in words:
        assert word in str(raised.value)
    assert "secret" not in str(raised.value)
    assert "xxx" not in str(raised.value)


def test_flows_are_frozen(everything):
    with pytest.raises(ValueError, match="frozen"):
        everything.title = "other"
    with pytest.raises(ValueError, match="frozen"):
        everything.steps[0].say.root = {}
