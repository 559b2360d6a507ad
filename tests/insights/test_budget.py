"""Messages go where they narrow most, nobody is forgotten, and where it is narrow enough they stop."""

from itertools import product
from math import sqrt
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insights.budget import ENOUGH, FLOOR, GUESS, Cell, allocate, forecast, rates
from insights.nps import ADDED, Scores, answers_for, half_width

NONE = Scores()
MIXED = Scores(40, 60, 100)  # 200 answers


def cell(name: str, left: int = 10_000, scores: Scores = NONE, asked: int = 0, **more) -> Cell:
    return Cell((name,), left, scores, asked, more.pop("answered", int(scores.n) if asked else 0), **more)


scores = st.builds(Scores, *[st.integers(0, 80)] * 3)
asked = st.tuples(st.integers(0, 300), st.floats(0, 1)).map(lambda each: (each[0], int(each[0] * each[1])))
cells = st.lists(
    st.tuples(st.integers(0, 60), scores, asked, st.integers(0, 40), st.floats(2, 30)), min_size=1, max_size=6
).map(
    lambda rows: [
        Cell((str(number),), left, given, *answers, waiting, target)
        for number, (left, given, answers, waiting, target) in enumerate(rows)
    ]
)


@pytest.mark.parametrize(
    ("cells", "messages", "got"),
    [
        # a wide cell before a narrower one, and never more than are left
        ([cell("wide", 300, Scores(20, 10, 20), 250), cell("narrow", 300, MIXED, 1000)], 300, [300, 0]),
        ([cell("wide", 120, Scores(20, 10, 20), 250), cell("narrow", 300, MIXED, 1000)], 200, [120, 80]),
        # equal cells share alike; of equals the first gets the odd one
        ([cell("a", scores=MIXED, asked=1000), cell("b", scores=MIXED, asked=1000)], 11, [6, 5]),
        # where people answer more often a message brings more
        ([cell("rare", scores=MIXED, asked=4000), cell("often", scores=MIXED, asked=400)], 20, [0, 20]),
        # precise cells get nothing, and what nobody needs is not spent
        ([cell("a", scores=Scores(100, 100, 300), asked=900)], 50, [0]),
        ([cell("a", scores=Scores(100, 100, 300), asked=900, target=2)], 50, [50]),
        # answers under way count
        ([cell("a", scores=MIXED, asked=1000, waiting=4000), cell("b", scores=MIXED, asked=1000)], 20, [0, 20]),
        ([], 10, []),
        ([cell("a")], 0, [0]),
        ([cell("a", 0)], 10, [0]),
    ],
)
def test_where_messages_go(cells, messages, got):
    """Cells by their answers, chances and targets."""
    assert list(allocate(cells, messages).values()) == got


@given(cells, st.integers(0, 150))
def test_no_message_too_many(cells, messages):
    """Neither in all nor in a cell, none to a precise one; what is kept back no open cell could have used."""
    got = allocate(cells, messages)
    assert list(got) == [cell.key for cell in cells]
    assert sum(got.values()) <= messages
    assert all(0 <= got[cell.key] <= cell.left for cell in cells)
    assert not any(got[cell.key] for cell in cells if cell.precise())
    if sum(got.values()) < messages:
        needs = {line.key: line.needs for line in forecast(cells).lines}
        assert all(got[cell.key] >= min(cell.left, needs[cell.key]) for cell in cells)


@given(cells)
def test_who_is_not_precise_and_waits_for_nothing_gets_more(cells):
    """Called again after each wave it comes to an end only when each cell is precise or used up."""
    for each, got in zip(cells, allocate(cells, 10**6).values(), strict=True):
        assert got or each.precise() or not each.left or each.waiting


OPEN = [(Scores(30, 20, 10), 300, 20), (Scores(5, 5, 25), 60, 12), (Scores(12, 40, 12), 400, 9)]


def widths(cells: list[Cell], shares: tuple[int, ...]) -> float:
    """The sum of the half widths that so many messages are expected to leave, none counted below its target."""
    return sum(
        max(each.target, half_width(each.scores, got * rate))
        for each, got, rate in zip(cells, shares, rates(cells), strict=True)
    )


@pytest.mark.parametrize("messages", [1, 7, 18, 30])
@pytest.mark.parametrize("target", [4, 13, 16])
def test_no_other_way_is_better(messages, target):
    """Beside every way to give so many messages to three cells."""
    cells = [Cell((str(n),), left, *row, int(row[0].n), target=target) for n, (*row, left) in enumerate(OPEN)]
    ours = tuple(allocate(cells, messages).values())
    ways = [way for way in product(*[range(each.left + 1) for each in cells]) if sum(way) <= messages]
    assert widths(cells, ours) == pytest.approx(min(widths(cells, way) for way in ways), abs=0.02)
    if target == 4:  # far away: nothing is rounded up to whole answers
        assert widths(cells, ours) <= min(widths(cells, way) for way in ways) + 1e-9


def test_nobody_is_forgotten():
    """A cell without answers gets its chance before others get more, but a silent one no more than its chance."""
    known = cell("known", scores=Scores(20, 10, 20), asked=100)
    new = cell("new")
    silent = cell("silent", asked=400)
    got = allocate([known, new, silent], 40)
    assert got == {("known",): 0, ("new",): 40, ("silent",): 0}
    rate = rates([known, new, silent])[1]
    got = allocate([known, new, silent], 500)
    assert got["new",] * rate > FLOOR
    assert got["known",] > got["silent",]


def test_the_chance_is_given_evenly():
    """To those of which fewest were asked."""
    cells = [cell("a", asked=30, answered=3), cell("b"), cell("c", waiting=10)]
    assert list(allocate(cells, 40).values()) == [0, 25, 15]


def test_who_was_asked_has_had_the_chance():
    """Silent so far and under way with a hundred: the lively cell comes first. Answers from elsewhere count as well."""
    silent, lively = cell("silent", asked=30, waiting=100), cell("lively", scores=Scores(4, 2, 4), asked=20)
    imported = cell("imported", scores=MIXED)
    assert list(allocate([silent, lively, imported], 10).values()) == [0, 10, 0]


def test_few_answers_borrow_their_spread():
    """Below ENOUGH what is needed is told by what everybody said; from there on by a cell's own answers."""
    agreed, mixed = Scores(0, 0, ENOUGH - 1), cell("mixed", scores=Scores(400, 0, 400), asked=1000)
    few, more = (cell("new", scores=each) for each in (agreed, Scores(0, 0, ENOUGH)))
    everybody = Scores(400, 0, 400 + agreed.n)
    for new, like in ((few, everybody), (more, more.scores)):
        line = forecast([new, mixed]).lines[0]
        assert line.needs * line.rate == pytest.approx(answers_for(like, 10) - new.scores.n, abs=1)


def test_rates_by_hand():
    """Two cells: 132 / 410 for all, 6.754 for the squares, 0.2009 for how alike the people of a cell are."""
    found = rates([cell("a", asked=100, answered=10), cell("b", asked=300, answered=120)])
    strength = 1 / ((6.754 / 0.2183 - 1) / (400 - 250 - 1)) - 1
    assert strength == pytest.approx(3.977, abs=0.01)
    assert found == pytest.approx(
        [(10 + strength * 132 / 410) / (100 + strength), (120 + strength * 132 / 410) / (300 + strength)], abs=2e-5
    )


def test_rates_before_anybody_answered():
    """A guess, and soon what was seen."""
    assert rates([cell("a"), cell("b")]) == [GUESS, GUESS]
    assert rates([cell("a", asked=990, answered=98)]) == [pytest.approx(0.1)]


def test_rates_are_drawn_to_each_other_by_how_little_is_known():
    """A cell that nobody was asked in is like all; one with many is itself; the fewer, the nearer to all."""
    rows = {
        "none": (0, 0),
        "few": (10, 8),
        "more": (100, 80),
        "many": (10_000, 8_000),
        "a": (5_000, 500),
        "b": (5_000, 1_500),
    }
    found = dict(zip(rows, rates([cell(name, asked=n, answered=x) for name, (n, x) in rows.items()]), strict=True))
    common = 10_088 / 20_110
    assert found["none"] == pytest.approx(common, abs=1e-3)
    assert common < found["few"] < found["more"] < found["many"] == pytest.approx(0.8, abs=1e-3)
    alike = rates([cell(str(n), asked=100, answered=30) for n in range(5)])
    assert alike == [pytest.approx(152 / 510)] * 5  # they do not differ: everybody's rate


def test_rates_come_near_the_true_ones():
    """Of cells drawn from Beta(3, 9): nearer than each cell's own share, and much nearer than one share for all."""
    rng = Random(5)
    true = [rng.betavariate(3, 9) for _ in range(300)]
    asked = [rng.choice((3, 10, 30, 100)) for _ in true]
    cells = [
        cell(str(index), asked=n, answered=sum(rng.random() < rate for _ in range(n)))
        for index, (rate, n) in enumerate(zip(true, asked, strict=True))
    ]
    common = sum(each.answered for each in cells) / sum(asked)

    def error(guesses: list[float]) -> float:
        return sum((guess - rate) ** 2 for guess, rate in zip(guesses, true, strict=True))

    ours = error(rates(cells))
    assert ours < 0.7 * error([each.answered / each.asked for each in cells])
    assert ours < 0.7 * error([common] * len(cells))


@given(cells)
def test_rates_are_rates(cells):
    """Above 0, so that a message is always worth something, and at most 1."""
    assert all(0 < rate <= 1 for rate in rates(cells))


def test_the_forecast_beside_uniform_sampling():
    """Planned: what each cell needs. Uniform: until the cell that needs the largest part of its people has it."""
    cells = [
        cell("large", 20_000, MIXED, 1000),
        cell("small", 1_000, Scores(20, 30, 50), 500),
        cell("done", 3_000, Scores(100, 100, 300), 2500),
        cell("tiny", 10, Scores(2, 2, 2), 30),
    ]
    found = forecast(cells)
    assert [line.state for line in found.lines] == ["open", "open", "precise", "too small"]
    assert [line.key for line in found.lines] == [each.key for each in cells]
    assert [line.score and line.score.n for line in found.lines] == [200, 100, 500, 6]
    large, small, done, tiny = (line.needs for line in found.lines)
    assert large * found.lines[0].rate == pytest.approx(answers_for(MIXED, 10) - 200, abs=0.3)
    assert done == 0
    assert tiny > 10
    assert found.planned == large + small + 10
    assert found.uniform == pytest.approx(small / 1_000 * 24_010, abs=1)
    assert found.planned < 0.7 * found.uniform


def test_the_forecast_is_what_is_given_out():
    """With enough messages each cell gets what it was said to need."""
    cells = [cell("a", scores=MIXED, asked=1000), cell("b", 40, Scores(5, 5, 5), 60), cell("c")]
    found = forecast(cells)
    got = allocate(cells, 10**5)
    assert sum(got.values()) == found.planned
    assert [got[line.key] for line in found.lines] == [found.lines[0].needs, 40, found.lines[2].needs]


def test_nothing_left_to_ask():
    """No cells, or only precise ones: no messages either way."""
    empty = forecast([])
    assert (empty.lines, empty.planned, empty.uniform) == ((), 0, 0)
    done = forecast([cell("done", scores=Scores(100, 100, 300), asked=900)])
    assert (done.planned, done.uniform) == (0, 0)


@pytest.mark.parametrize(
    "wrong",
    [{"left": -1}, {"waiting": -1}, {"asked": 3, "answered": 4}, {"answered": -1}, {"target": 0}, {"target": -5}],
)
def test_cells_that_cannot_be(wrong):
    """Counts below 0, more answers than people, no target."""
    with pytest.raises(ValueError, match="no such cell"):
        Cell(**{"key": ("x",), "left": 5, **wrong})


def test_two_cells_with_one_key():
    """Their messages could not be told apart."""
    with pytest.raises(ValueError, match="same key"):
        allocate([cell("a"), cell("a")], 5)


def test_the_gain_is_that_of_the_interval():
    """One message more narrows by its part of an answer, as half_width has it."""
    one = cell("a", scores=MIXED, asked=400)
    assert forecast([one]).lines[0].rate == pytest.approx(rates([one])[0])
    wide, less = half_width(MIXED), half_width(MIXED, 1)
    assert wide * sqrt(MIXED.n + 4 * ADDED) == pytest.approx(less * sqrt(MIXED.n + 1 + 4 * ADDED))
