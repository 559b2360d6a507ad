"""The JSON Schema that editors use and the reference page say what the loader does."""

import json
from pathlib import Path

import jsonschema
import pytest

from flows import reference, source
from flows.library import SHIPPED
from flows.questions import TYPES
from flows.schema import Walk, json_schema

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs" / "reference"
VALIDATOR = jsonschema.Draft202012Validator(json_schema())
# what is wrong with the shape of a file, and not with what it refers to
SHAPE = {"unknown-key", "missing-key", "wrong-type", "bad-duration", "unknown-type", "bad-value", "empty-list"}


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("path", [*SHIPPED.glob("*.yaml"), *(HERE / "good").glob("*.yaml")], ids=lambda path: path.stem)
def test_good_flows_satisfy_the_schema(path):
    errors = [error.message for error in VALIDATOR.iter_errors(source.read(path.read_bytes(), path.name).data)]
    assert errors == []


@pytest.mark.parametrize("path", sorted((HERE / "broken").glob("*.yaml")), ids=lambda path: path.stem)
def test_editors_underline_what_the_loader_refuses(path):
    """Every mistake of shape is one in the schema, too; the rest is valid there."""
    document = source.read(path.read_bytes(), path.name)
    if not document.complete:
        return  # no editor gets as far as the schema
    text = path.read_text(encoding="utf-8")
    shape = any(line.split()[-1] in SHAPE for line in text.splitlines() if line.startswith("# expect"))
    known_gaps = {"empty-text", "unknown-phrase", "unknown-segment"}  # blanks; the schema is stricter; any word
    if path.stem not in known_gaps:
        assert VALIDATOR.is_valid(document.data) != shape


@pytest.mark.parametrize(
    ("name", "made"), [("flows.md", reference.markdown), ("flow.schema.json", reference.schema_text)]
)
def test_the_reference_is_up_to_date(name, made):
    kind = "schema" if name.endswith("json") else "markdown"
    advice = f"run: python -m flows.reference {kind} > docs/reference/{name}"
    assert (DOCS / name).read_text(encoding="utf-8") == made(), advice


def test_the_reference_tells_every_key_and_type():
    page = reference.markdown()
    schema = json_schema()
    parts = [schema, *schema["$defs"].values(), *schema["$defs"]["Variable"]["anyOf"]]
    keys = {key for part in parts for key in part.get("properties", ())} - {"type", "escalate"}
    bands = {"detractor", "passive", "promoter"}
    assert {key for key in keys - bands if f"| `{key}` |" not in page} == set()
    assert all(f"### `type: {name}`" in page for name in TYPES)
    assert "|  | " not in page


def test_every_key_is_explained():
    schema = json_schema()
    parts = {"Flow": schema, **schema["$defs"]}
    bare = [
        f"{name}.{key}"
        for name, part in parts.items()
        for key, value in part.get("properties", {}).items()
        if not value.get("description") and key != "type" and name != "Bands"
    ]
    assert bare == []


def test_schema_is_json():
    assert json.loads(reference.schema_text()) == json_schema()


def test_the_walk_finds_texts_in_types_it_does_not_know():
    data = {"steps": [{"id": "a", "ask": {"type": "choice", "text": "x", "options": [{"value": "v", "label": "y"}]}}]}
    found = {path: value for path, name, value in Walk().parts(data) if name == "Text"}
    assert found == {("steps", 0, "ask", "text"): "x", ("steps", 0, "ask", "options", 0, "label"): "y"}


@pytest.mark.parametrize(
    "data", [None, 5, [], "x", {"steps": 5}, {"steps": [5, None]}, {"steps": [{"ask": {"type": 5}}]}]
)
def test_the_walk_survives_anything(data):
    assert list(Walk().parts(data)) is not None
