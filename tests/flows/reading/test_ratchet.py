"""No labelled row gets worse: what is known to be read wrong is listed, everything else has to be right."""

import json
from pathlib import Path

import pytest

from flows.reading import read_score, wish
from tests.flows.reading.corpus import DATA, Row, rows

KNOWN = frozenset(Path(__file__).with_name("known_wrong.txt").read_text("utf-8").split())
FILES = sorted(p.name for p in DATA.iterdir() if p.suffix in {".jsonl", ".tsv"} and "optout" not in p.name)


def wrong(name: str) -> set[str]:
    """The places whose action, value, wish for a person or, of an accepted score, comment is not as labelled."""
    found: set[str] = set()
    for row in rows(name):
        if row.action == "stop":
            continue  # opt-outs have their own tests
        if not is_right(row):
            found.add(row.place)
    return found


def is_right(row: Row) -> bool:
    """Whether a row is read as labelled."""
    read = read_score(row.text, row.language)
    return row.agrees(read) and (row.action != "accept" or row.comment_agrees(read))


@pytest.mark.parametrize("name", [name for name in FILES if "traps" not in name])
def test_no_row_gets_worse(name: str):
    """Every row that is not listed is read as labelled, comment included; one that is right again leaves the list."""
    listed = {place for place in KNOWN if place.startswith(f"{name}:")}
    found = wrong(name)
    assert found - listed == set()
    assert listed - found == set()


def not_obeyed(name: str) -> set[str]:
    """The places of opt-out sets where a demand is missed, or another reply taken for one."""
    lines = enumerate(map(json.loads, (DATA / name).read_text("utf-8").splitlines()), start=1)
    return {f"{name}:{number}" for number, row in lines if not is_obeyed(row)}


def is_obeyed(row: dict[str, str]) -> bool:
    """Whether a row is taken for a demand if it is labelled as one, and only then."""
    return (wish(row["text"], row["lang"]) == "stop") == (row["action"] == "stop")


@pytest.mark.parametrize("name", sorted(p.name for p in DATA.glob("optout*.jsonl")))
def test_no_opt_out_gets_worse(name: str):
    """Every demand that is not listed is obeyed, every other reply is none; one that is right again leaves the list."""
    assert not_obeyed(name) == {place for place in KNOWN if place.startswith(f"{name}:")}
