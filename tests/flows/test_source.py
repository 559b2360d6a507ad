"""YAML from a stranger: only the harmless part of it gets through, and every place is right (RELIABILITY S29)."""

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from flows import source
from flows.problems import Finding

WORDS = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=20)
TREES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)


@given(TREES)
def test_what_json_says_is_read_as_it_is(tree):
    """JSON is YAML: what another library wrote comes back the same, except that `<<` is refused nowhere quoted."""
    document = source.read(json.dumps(tree, ensure_ascii=False), "x")
    assert not document.problems
    assert document.data == tree


@given(TREES)
def test_what_yaml_dumps_is_read_as_it_is(tree):
    text = yaml.safe_dump({"tree": tree}, allow_unicode=True)
    if "!!" in text or "&id" in text or "? " in text:  # binary, shared or complex: refused on purpose
        return
    document = source.read(text, "x")
    assert document.problems or document.data == {"tree": tree}


@given(st.binary(max_size=300) | st.text(max_size=300))
def test_s29_never_raises(text):
    document = source.read(text, "x")
    assert document.problems or document.complete
    for problem in document.problems:
        assert problem.line >= 1
        assert problem.column >= 1


@pytest.mark.parametrize(
    ("plain", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("12", 12),
        ("-3", -3),
        ("+49301234567", "+49301234567"),
        ("0049", "0049"),
        ("1.5", "1.5"),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        ("12:30", "12:30"),
        ("2026-11-21", "2026-11-21"),
        ("'true'", "true"),
        ('"12"', "12"),
        ("9" * 30, "9" * 30),
    ],
)
def test_plain_scalars_are_what_a_person_means(plain, value):
    """No Norway problem: YAML 1.1's surprises are text."""
    assert source.read(f"a: {plain}", "x").data == {"a": value}


REFUSED = [
    ("a: &x 1", "anchor"),
    ("a: *x", "alias"),
    ("a: !!int 1", "tag"),
    ("a: ! 1", "tag"),
    ("a: !x {b: 1}", "tag"),
    ("a: !!python/object:os.system [1]", "tag"),
    ("<<: {a: 1}", "merge-key"),
    ("{a: 1, a: 2}", "duplicate-key"),
    ("a: 1\n'a': 2", "duplicate-key"),
    ("1: a\n'1': b", "duplicate-key"),
    ("? [a]\n: 1", "key-not-text"),
    ("? {a: 1}\n: 1", "key-not-text"),
    ("? &k a\n: 1", "anchor"),
    ("a: 1\n---\nb: 2", "several-documents"),
    ("[" * 5000, "too-deep"),
    ("{a: " * 5000, "too-deep"),
    ("- " * 5000, "too-deep"),
    ("a: [1", "syntax"),
    ("%YAML 9.9\n---\na: 1", "syntax"),
    ("a: \x00", "syntax"),
    (b"a: \xff", "not-utf8"),
    ("", "empty"),
    ("# nothing", "empty"),
    ("x" * (256 * 1024 + 1), "too-big"),
    ("ä" * (128 * 1024) + "x", "too-big"),
]


@pytest.mark.parametrize(("text", "code"), REFUSED, ids=lambda value: str(value)[:20])
def test_s29_refused(text, code):
    assert code in {problem.code for problem in source.read(text, "x").problems}


def test_s29_the_largest_file_is_read():
    text = "a: " + "x" * (256 * 1024 - 3)
    assert source.read(text, "x").problems == ()


def test_s29_deepest_allowed():
    assert source.read("[" * 20 + "]" * 20, "x").problems == ()
    assert source.read("[" * 21 + "]" * 21, "x").problems[0].column == 21


def test_s29_a_quoted_merge_key_is_just_a_key():
    assert source.read("'<<': 1", "x").data == {"<<": 1}


def test_a_byte_order_mark_is_no_text():
    assert source.read(b"\xef\xbb\xbfa: 1", "x").data == {"a": 1}


def test_several_refusals_are_told_at_once():
    found = source.read("a: &x 1\nb: *x\nc: !!str 1\na: 2\n", "x").problems
    assert [(p.line, p.column, p.code) for p in found] == [
        (1, 4, "anchor"),
        (2, 4, "alias"),
        (3, 4, "tag"),
        (4, 1, "duplicate-key"),
    ]


def test_places():
    document = source.read('a:\n  - b: "ü"\n    c: [1, {d: 2}]\n', "x")
    places = {
        "/".join(map(str, path)): (p.line, p.column, p.key_line, p.key_column) for path, p in document.places.items()
    }
    assert places == {
        "": (1, 1, 1, 1),
        "a": (2, 3, 1, 1),
        "a/0": (2, 5, 2, 5),
        "a/0/b": (2, 8, 2, 5),
        "a/0/c": (3, 8, 3, 5),
        "a/0/c/0": (3, 9, 3, 9),
        "a/0/c/1": (3, 12, 3, 12),
        "a/0/c/1/d": (3, 16, 3, 13),
    }


def test_a_finding_below_the_file_is_shown_at_the_nearest_key():
    document = source.read("a:\n  b: 1\n", "x")
    problem = document.problem(Finding(("a", "b", "c"), "code", "message"))
    assert (problem.line, problem.column) == (2, 3)
