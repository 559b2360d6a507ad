"""The labelled replies: what must be right, and how much is."""

import json

import pytest

from flows.reading import read_score, wish
from tests.flows.reading.corpus import DATA, Row, rows, tally


@pytest.mark.parametrize("row", list(rows("sample.jsonl")), ids=lambda row: f"{row.place}-{row.text[:20]}")
def test_shared_sample(row: Row):
    """Every row of the shared sample is read as labelled, comment and wish for a person included."""
    read = read_score(row.text, row.language)
    assert row.agrees(read), read
    assert row.comment_agrees(read), read


@pytest.mark.parametrize("name", ["rules.tsv", "trial.tsv"])
def test_development_rows(name: str, accuracy_table: list[str]):
    """The rows the reader was built on: no false accept at all, comments nearly always cut right."""
    result = tally(name)
    accuracy_table.append(result.line(name))
    assert not result.false_accepts
    assert not result.wrong
    assert result.comments >= 0.97 * result.accepted


@pytest.mark.parametrize(
    ("name", "right", "comments"),
    [
        ("dev_a.jsonl", 0.99, 0.95),
        ("dev_c_west.jsonl", 0.98, 0.95),
        ("dev_b.jsonl", 0.97, 0.95),
        ("dev_c_rest.jsonl", 0.98, 0.95),
        ("unseen_a.jsonl", 0.96, 0.95),
        ("unseen_b.jsonl", 0.97, 0.95),
        ("dev_e_west.jsonl", 0.98, 0.9),
        ("dev_e_rest.jsonl", 0.96, 0.93),
        ("dev_g.tsv", 0.93, 0.98),
        ("dev_h.tsv", 0.9, 0.97),
        ("dev_i.tsv", 0.93, 0.98),
    ],
)
def test_replies_as_people_type_them(name: str, right: float, comments: float, accuracy_table: list[str]):
    """In sixteen languages as people write them: no false accept, no missed or false stop."""
    result = tally(name)
    accuracy_table.append(result.line(name))
    assert not result.false_accepts
    assert not result.missed_stops
    assert not result.false_stops
    assert result.right >= right * result.rows
    assert result.comments >= comments * result.accepted


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("unseen_c.jsonl", 0.98),
        ("unseen_d.jsonl", 0.98),
        ("unseen_e.jsonl", 0.99),
        ("unseen_f.jsonl", 0.99),
        ("unseen_g.jsonl", 0.97),
        ("unseen_h.jsonl", 0.96),
        ("unseen_i.jsonl", 0.95),
        ("unseen_j.jsonl", 0.96),
        ("unseen_k.jsonl", 0.965),
        ("unseen_l.jsonl", 0.975),
    ],
)
def test_unseen_rows(name: str, right: float, accuracy_table: list[str]):
    """By writers who never saw the reader, mended since: no false accept, no missed or false stop, no row worse."""
    result = tally(name)
    accuracy_table.append(result.line(name))
    assert not result.false_accepts
    assert not result.missed_stops
    assert not result.false_stops
    assert result.right >= right * result.rows
    assert result.comments >= 0.96 * result.accepted


@pytest.mark.parametrize(
    ("name", "accepted", "comments", "false"),
    [
        ("unseen_m.jsonl", 142, 128, 0),
        ("unseen_n.jsonl", 141, 134, 0),
        ("unseen_o.jsonl", 148, 143, 0),
        ("unseen_p.jsonl", 148, 144, 0),
        ("unseen_q.jsonl", 103, 100, 0),
    ],
)
def test_unseen_rows_of_the_last_rounds(name: str, accepted: int, comments: int, false: int, accuracy_table: list[str]):
    """What the reader does for strangers: 250 rows each; the docs tell their first runs."""
    result = tally(name)
    accuracy_table.append(result.line(name))
    accuracy_table += [f"  {line}" for line in (*result.false_accepts, *result.false_stops)]
    assert len(result.false_detractors) <= min(1, false)
    assert len(result.false_accepts) <= false
    assert not result.missed_stops
    assert not result.false_stops
    assert result.accepted >= accepted
    assert result.comments >= comments
    assert result.right >= 0.92 * result.rows


@pytest.mark.parametrize(
    ("name", "found", "false"),
    [
        ("optout_dev.jsonl", 0.98, 0),
        ("optout_unseen.jsonl", 0.99, 0),
        ("optout_unseen_b.jsonl", 0.99, 0),
        ("optout_unseen_c.jsonl", 0.99, 0),
        ("optout_unseen_d.jsonl", 0.97, 0),
        ("optout_unseen_e.jsonl", 0.99, 0),
        ("optout_unseen_f.jsonl", 0.97, 0),
        ("optout_unseen_g.jsonl", 0.945, 0.0017),
        ("optout_unseen_h.jsonl", 0.7, 0.0034),  # 27 of its 100 demands are in languages without words for them
        ("optout_dev2.jsonl", 0.975, 0.003),
        ("optout_dev3.jsonl", 0.95, 0.012),
    ],
)
def test_c7_opt_outs_in_words_of_ones_own(name: str, found: float, false: float, accuracy_table: list[str]):
    """Demands and comments, many of these with an opt-out's words in another sense, in sets by different writers."""
    lines = [json.loads(line) for line in (DATA / name).read_text("utf-8").splitlines()]
    read = [(line["action"] == "stop", wish(line["text"], line["lang"]) == "stop") for line in lines]
    demands = [stopped for wanted, stopped in read if wanted]
    others = [stopped for wanted, stopped in read if not wanted]
    accuracy_table.append(
        f"{name:14} demands found {sum(demands)}/{len(demands)}  others taken for one {sum(others)}/{len(others)}"
    )
    assert sum(demands) >= found * len(demands)
    assert sum(others) <= false * len(others)


def test_without_phrases_nothing_is_taken_for_granted(accuracy_table: list[str]):
    """Finnish, Hungarian and Romanian have words for numbers only: beside other words a score is asked about."""
    result = tally("unseen_r.jsonl")
    accuracy_table.append(result.line("unseen_r.jsonl"))
    assert (result.false_accepts, result.missed_stops, result.false_stops) == ([], [], [])
    assert result.accepted >= 7


def test_traps_are_never_accepted():
    """Numbers that count, name, date or measure: asked about or passed over, never taken for a score."""
    lines = (DATA / "traps.tsv").read_text("utf-8").splitlines()
    traps = [line.split("\t") for line in lines if not line.startswith("#")]
    assert len(traps) > 120
    assert [text for language, text in traps if read_score(text, language).action == "accept"] == []


def test_heldout_rows(accuracy_table: list[str]):
    """The rows never tuned on: never a false detractor; the figures may not get worse than what the docs say."""
    result = tally("heldout.tsv")
    accuracy_table.append(result.line("heldout.tsv"))
    accuracy_table += [f"  {line}" for line in result.wrong]
    assert not result.false_detractors
    assert result.right >= 0.9 * result.rows
