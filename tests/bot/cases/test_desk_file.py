"""The desk file: what is in it, everything that can be wrong with one, its schema and its page."""

import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cases.desk_file import check, json_schema
from bot.cases.desks import Canned, Cause
from flows import source
from tests.docs import desk_page

DOCS = Path(__file__).parents[3] / "docs" / "reference"
BOTH = ("de", "en")


def test_the_example_of_the_page_is_what_it_says():
    """Replies, a voucher and causes as desks know them, without a warning."""
    checked = check(desk_page.EXAMPLE, "desk.yaml", BOTH)
    assert checked.problems == ()
    sorry, goodwill = checked.content.canned()
    assert (sorry.name, sorry.voucher, set(sorry.texts)) == ("sorry", False, {"de", "en"})
    assert (goodwill.voucher, goodwill.code) == (True, "DANKE10")
    causes = [cause.made() for cause in checked.content.causes]
    assert causes[0] == Cause("other", {})
    assert causes[2] == Cause("price", {"de": "Preis", "en": "Price"}, strategic=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "1:1: error: the file is empty [empty]"),
        ("format: 2", "1:9: error: '2' is not possible here"),
        ("replies: {}", "error: 'format' is missing [missing-key]"),
        ("format: 1\nreplys: {}", "2:1: error: unknown key 'replys'; did you mean 'replies'? [unknown-key]"),
        ("format: 1\nreplies: {Sorry: x}", "2:11: error: 'Sorry' is no name"),
        ("format: 1\nreplies: {a: 3.5}", None),
        ("format: 1\nreplies: {a: [x]}", "2:14: error:"),
        ("format: 1\nreplies: {a: ' '}", "2:14: error: the text is empty"),
        ("format: 1\nreplies: {a: 'Hi {{ frist_name }}'}",
         "2:14: error: unknown placeholder 'frist_name'; did you mean 'first_name'? [unknown-placeholder]"),
        ("format: 1\nreplies: {a: 'Hi {{ 7*7 }}'}", "'{{ 7*7 }}' is no placeholder"),
        ("format: 1\nreplies: {a: 'Take {{ code }}'}", "unknown placeholder 'code'"),
        ("format: 1\nvouchers: {a: {code: X, text: Hello}}", "the text does not say the code; write {{ code }}"),
        ("format: 1\nvouchers: {a: {text: 'x {{ code }}'}}", "2:12: error: this needs either `code` or `codes`"),
        ("format: 1\nvouchers: {a: {code: X, codes: [Y], text: '{{ code }}'}}", "this needs either `code` or `codes`"),
        ("format: 1\nvouchers: {a: {cod: X, text: '{{ code }}'}}", "unknown key 'cod'; did you mean 'code'?"),
        ("format: 1\nvouchers: {a: {code: X}}", "2:12: error: 'text' is missing"),
        ("format: 1\ncauses: [price, {id: Price}]", "2:17: error: 'price' is a name of another cause already"),
        ("format: 1\ncauses: [{id: a, en: Late}, {id: late}]", "'late' is a name of another cause already"),
        ("format: 1\ncauses: [{id: a, strategc: true}]", "unknown key 'strategc'; did you mean 'strategic'?"),
        ("format: 1\nreplies: {a: {de: Hallo}}", "2:11: warning: the text is missing in 'en'"),
        ("format: 1\nreplies: {a: {de: x, en: x, fr: x}}", "2:29: warning: no flow speaks 'fr'"),
        ("format: 1\nreplies: {a: Hello}", "2:14: warning: the text is the same in every language"),
        ("format: 1\nreplies: {a: {de: " + "x" * 161 + ", en: x}}", "warning: by SMS this takes 2 parts"),
        ("format: 1\nreplies: {a: {de: '" + "x" * 70 + "“', en: x}}", "without '“' they would hold more [sms-parts]"),
        ("format: 1\nreplies: &x {}", "anchors such as &x are not allowed"),
        ("- a", "error: this must be a mapping"),
    ],
)  # fmt: skip
def test_every_mistake_has_its_place_and_advice(text, expected):
    """A table of mistakes; errors leave no content, warnings do."""
    checked = check(text, "desk.yaml", BOTH)
    told = [str(problem) for problem in checked.problems]
    if expected is not None:
        assert any(expected in each for each in told), told
        assert (checked.content is None) == any(": error: " in each for each in told)


def test_without_known_languages_none_is_missing():
    """A file that is checked alone is not judged by flows it has never seen."""
    assert check("format: 1\nreplies: {a: Hello, b: {fr: Bonjour}}", "desk.yaml").problems == ()


def test_a_plain_text_is_for_everybody():
    """It is found in whatever language a customer has."""
    content = check("format: 1\nreplies: {a: Hello}", "desk.yaml", BOTH).content
    assert content.canned() == (Canned("a", {"en": "Hello"}),)


KEYS = st.sampled_from(["format", "replies", "vouchers", "causes", "text", "code", "codes", "id", "de"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(KEYS, below, max_size=4),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(ANYTHING)
def test_no_file_makes_the_check_fall_over(data):
    """Whatever is in it, there is content or an error."""
    checked = check(json.dumps(data), "desk.yaml", BOTH)
    assert (checked.content is None) == any(problem.severity == "error" for problem in checked.problems)


def test_the_schema_says_what_the_loader_does():
    """Editors underline the shape that is refused, and accept the example."""
    jsonschema.Draft202012Validator.check_schema(json_schema())
    valid = jsonschema.Draft202012Validator(json_schema()).is_valid
    assert valid(source.read(desk_page.EXAMPLE, "x").data)
    assert not valid({"format": 1, "replys": {}})
    assert not valid({"replies": {}})
    assert not valid({"format": 1, "causes": [{"id": "x", "strategc": True}]})


@pytest.mark.parametrize(
    ("name", "made"), [("desk.md", desk_page.markdown), ("desk.schema.json", desk_page.schema_text)]
)
def test_the_reference_is_up_to_date(name, made):
    """The page and the schema are made from the models."""
    kind = "schema" if name.endswith("json") else ""
    assert (DOCS / name).read_text("utf-8") == made(), (
        f"run: python -m tests.docs.desk_page {kind} > docs/reference/{name}"
    )
