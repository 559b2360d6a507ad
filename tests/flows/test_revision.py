"""A flow's revision names its content: looks do not matter, every change of content does."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from flows.library import SHIPPED
from flows.loader import load, revive
from flows.revision import revision

ROOT = Path(__file__).parents[2]
FLOW = """\
format: 1
id: tiny
kind: transactional
languages: [en]
variables: {company: Acme}
steps:
  - id: score
    ask: {type: nps, text: "{{ company }} here: 0 to 10? STOP to opt out"}
  - id: why
    ask: {type: text, text: "Why?"}
"""
# Sessions in databases out there run on revisions: this value must never change.
KNOWN = "de466ff1cf452c1abd812550de254ccb"


def test_known_value():
    assert load(FLOW, "x").revision == KNOWN


def test_formatting_comments_quotes_and_key_order_do_not_matter():
    tree = yaml.safe_load(FLOW)
    for text in (
        "# a comment\n" + FLOW.replace("\n", "  # why\n"),
        FLOW.replace("[en]", "\n  - 'en'"),
        json.dumps(dict(reversed(tree.items()))),
        yaml.safe_dump(tree, default_flow_style=False),
        "\ufeff" + FLOW.replace("\n", "\r\n"),
    ):
        assert load(text, "x").revision == KNOWN


CHANGES = [
    ("id: tiny", "id: tiny2"),
    ("[en]", "[en, en-GB]"),
    ("Acme", "Acme Ltd"),
    ("Why?", "Why"),
    ("id: why", "id: reason"),
    ("transactional", "relationship"),
    ("{type: text, text", "{type: contact, text"),  # the same but for `type`: DESIGN §4
    ("{type: nps, text", "{type: rating, text"),
    ("variables:", "patience: {reask: 1}\nvariables:"),
]


@pytest.mark.parametrize(("old", "new"), CHANGES)
def test_every_change_matters(old, new):
    assert revive(FLOW.replace(old, new), "x").revision != KNOWN


def test_order_of_steps_matters():
    head, first, second = FLOW.partition("  - id: score")[0], *FLOW.split("  - id: ")[1:]
    assert load(head + "  - id: " + first + "  - id: " + second, "x").revision == KNOWN
    assert revive(head + "  - id: " + second + "  - id: " + first, "x").revision != KNOWN


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.booleans() | st.none()))
def test_any_data_has_one_name(data):
    assert revision(data) == revision(dict(reversed(data.items())))
    assert revision(data) != revision({**data, "one more": 1})


def test_the_same_in_another_process():
    code = "import sys; from flows.library import load; print(*[f.revision for f in load().flows])"
    seen = set()
    for seed in ("0", "1"):
        run = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        seen.add(run.stdout.strip())
    assert len(seen) == 1
    assert len(set(seen.pop().split())) == len(list(SHIPPED.glob("*.yaml")))


def test_the_file_name_does_not_matter():
    assert load(FLOW, "a.yaml").revision == load(FLOW, "b.yaml").revision
