"""Placeholders: declared names and nothing else, in linear time (RELIABILITY S28)."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.templates import fill, leftovers, names

VALUES = {"name": "Ann", "company": "Acme", "none": ""}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Hi {{ name }}!", "Hi Ann!"),
        ("Hi {{name}}!", "Hi Ann!"),
        ("{{ name }}{{ name }}", "AnnAnn"),
        ("Hi {{ none }}, you", "Hi, you"),
        ("{{ none }} here", " here"),
        ("Hi {{ other }}", "Hi {{ other }}"),
        ("{{{ name }}}", "{Ann}"),
        ("{ name }", "{ name }"),
        ("{name}", "{name}"),
        ("{{ Name }}", "{{ Name }}"),
        ("{{ 7*7 }}", "{{ 7*7 }}"),
        ("{{7*7}}", "{{7*7}}"),
        ("{{ name.upper }}", "{{ name.upper }}"),
        ("{{ name|upper }}", "{{ name|upper }}"),
        ("{{ name[0] }}", "{{ name[0] }}"),
        ("{{ name.__class__ }}", "{{ name.__class__ }}"),
        ("{x.__class__}", "{x.__class__}"),
        ("{x!r:>999999999}", "{x!r:>999999999}"),
        ("%(name)s $name ${name}", "%(name)s $name ${name}"),
        ("{% for x in name %}", "{% for x in name %}"),
        ("{{\nname }}", "{{\nname }}"),
        ("{{ ｎame }}", "{{ ｎame }}"),
        ("{{ " + "n" * 41 + " }}", "{{ " + "n" * 41 + " }}"),
    ],
)
def test_s28_fill(text, filled):
    assert fill(text, VALUES) == filled


@given(st.text())
def test_s28_a_value_is_never_read_as_a_template(value):
    assert fill("{{ a }}|{{ b }}", {"a": "{{ b }}" + value, "b": "B"}) == "{{ b }}" + value + "|B"


@given(st.text().filter(lambda text: "{{" not in text))
def test_s28_other_braces_stay_literal(text):
    assert fill(text, VALUES) == text
    assert names(text) == ()
    assert list(leftovers(text)) == []


@given(st.lists(st.sampled_from(["{{ name }}", "{{ x }}", "{{", "}}", " ", "a", "{", "}", "{{ 1 }}"])).map("".join))
def test_names_are_what_fill_replaces(text):
    filled = fill(text, dict.fromkeys(names(text), "\x00"))
    assert ("\x00" in filled) == bool(names(text))
    assert names(filled) == () or "{{" in re.sub(r"\x00", "", filled)


@given(st.sampled_from(["{{ 7*7 }}", "{{ a.b }}", "{{ A }}", "{{}}", "{{ a", "{{ {{"]), st.text(max_size=5))
def test_s28_what_is_no_placeholder_is_reported(bad, around):
    assert list(leftovers(around + bad + around))


@pytest.mark.parametrize("part", ["{{", "{{ ", "{", " ", "{{ a", "{{a }", "}}", "{{ a }}", "a{{        "])
def test_s28_linear(part):
    """Ten times the text costs about ten times the processor's time; quadratic would be a hundred."""

    def cost(text: str) -> float:
        best = 1e9
        for _ in range(5):
            start = time.thread_time()
            fill(text, VALUES), names(text), list(leftovers(text))
            best = min(best, time.thread_time() - start)
        return best

    small, large = part * 2_000, part * 20_000
    assert cost(large) < 40 * max(cost(small), 1e-5)
