"""Whom to ask next: messages go where another answer narrows an interval most, and not where it is narrow enough.

A cell is a group of customers whose score is wanted for itself: a brand in a region at a touchpoint, say. Its interval
narrows with the root of its answers, so each further message is worth less than the one before. For such diminishing
returns, giving the messages out one by one, each where it is worth most, is the best of all ways to give them out:

B. Fox: Discrete optimization via marginal analysis. Management Science 13 (1966), 210-216. For samples in particular
T. Wright: The equivalence of Neyman optimum allocation for sampling and equal proportions for apportioning the U.S.
House of Representatives. The American Statistician 66 (2012), 217-224.

Best means: the least sum of the cells' half widths in points, none counted below its target, if people answer at the
expected rates and go on to vary as they did. It is called again when answers have come in.

Who stops when an interval looks narrow, stops more often where it looks narrow by luck. Three things keep that small:
the interval is the adjusted one, it is not believed below `ENOUGH` answers, and what a cell borrows from others (its
rate, and its spread below `ENOUGH`) says where to ask, never where to stop. docs/why/ask-budget.md has the figures.
"""

from collections.abc import Callable, Mapping, Sequence
from heapq import heapify, heappop, heapreplace
from math import ceil, sqrt
from typing import Literal

from msgspec import Struct

from insights.estimates import CONFIDENCE, Estimate
from insights.nps import ADDED, Part, Scores, answers_for, half_width, nps, weighted

ENOUGH = 30  # answers below which no interval is narrow enough; with 10 it holds the truth in 90 of 100 cells at worst
FLOOR = 10  # answers that every cell gets the chance to give before the others get more
GUESS = 0.2  # of those asked answer; counts like GUESSED people, so that nobody's silence is a rate of 0
GUESSED = 10
TARGET = 10.0  # points

Key = tuple[str, ...]
State = Literal["precise", "open", "too small"]


class Cell(Struct, frozen=True):
    """A group of customers, what it has answered, and how precisely its score is wanted.

    Raises ValueError for counts that cannot be and for a target that is not above 0.
    """

    key: Key
    left: int  # may still be asked
    scores: Scores = Scores()
    asked: int = 0  # lately, who answered or had their time to
    answered: int = 0  # of these
    waiting: int = 0  # asked, and may still answer
    target: float = TARGET  # half of the interval, in points

    def __post_init__(self) -> None:
        """See above."""
        if min(self.left, self.asked - self.answered, self.answered, self.waiting) < 0 or self.target <= 0:
            raise ValueError(f"no such cell: {self}")

    def precise(self, confidence: float = CONFIDENCE) -> bool:
        """Whether its own answers are enough, whatever others say."""
        return self.scores.n >= max(ENOUGH, answers_for(self.scores, self.target, confidence))


class Line(Struct, frozen=True):
    """One cell as it is shown."""

    key: Key
    score: Estimate | None  # None without an answer
    rate: float  # of those asked expected to answer, 0 to 1
    needs: int  # further messages until it is precise, as expected; more than it has left if it is too small
    state: State


class Forecast(Struct, frozen=True):
    """How many further messages it takes until every cell is precise that has the customers for it, as expected.

    What goes to cells that are too small is in both figures.
    """

    lines: tuple[Line, ...]
    planned: int  # as `allocate` gives them out
    uniform: int  # if everybody who is left is as likely to be asked, whatever cell they are in


def rates(cells: Sequence[Cell]) -> list[float]:
    """Which share of those asked is expected to answer, per cell, above 0: its own, drawn towards that of all.

    Drawn the more, the fewer were asked in it and the less the cells differ by more than chance: the beta-binomial
    model with its strength from moments, weighted by who was asked. J. C. Kleinman: Proportions with extraneous
    variance: single and independent samples. JASA 68 (1973), 46-54.
    """
    common = _common_rate(cells)
    strength = _strength(cells, common)
    return [
        common if strength is None else (cell.answered + strength * common) / (cell.asked + strength) for cell in cells
    ]


def allocate(cells: Sequence[Cell], messages: int, confidence: float = CONFIDENCE) -> dict[Key, int]:
    """How many of so many messages go to each cell, 0 included; fewer in all where cells are precise or used up.

    First every cell gets the chance to give `FLOOR` answers, those of which fewest were asked first, then each message
    goes where it narrows most; of equals to the first. The same cells give the same messages. Takes time in proportion
    to messages times the logarithm of cells. Raises ValueError for two cells with one key.
    """
    if len({cell.key for cell in cells}) < len(cells):
        raise ValueError("two cells have the same key")
    courses, given, common = _courses(cells, confidence), [0] * len(cells), _common_rate(cells)
    owed = [course.owed(ceil(FLOOR / common)) for course in courses]

    def overlooked(index: int) -> float:
        cell, got = cells[index], given[index]
        return 1 / (1 + cell.asked + cell.waiting + got) if got < owed[index] else 0.0

    rest = _give_out(messages, given, overlooked)
    _give_out(rest, given, lambda index: courses[index].gain(given[index]))
    return {cell.key: got for cell, got in zip(cells, given, strict=True)}


def forecast(cells: Sequence[Cell], confidence: float = CONFIDENCE) -> Forecast:
    """What is known of every cell, and what it still takes, planned and by uniform sampling."""
    lines = tuple(
        Line(course.cell.key, nps(course.cell.scores, confidence), course.rate, course.needs, course.state)
        for course in _courses(cells, confidence)
    )
    planned = sum(min(line.needs, cell.left) for line, cell in zip(lines, cells, strict=True))
    # where everybody is as likely to be asked, the cell that needs the largest part of its customers decides
    largest = max(
        (
            line.needs / cell.left
            for line, cell in zip(lines, cells, strict=True)
            if line.state == "open" and line.needs
        ),
        default=0.0,
    )
    return Forecast(lines, planned, ceil(largest * sum(cell.left for cell in cells)))


def overall(cells: Sequence[Cell], customers: Mapping[Key, int], confidence: float = CONFIDENCE) -> Estimate | None:
    """Everybody's score from cells that were asked by plan, with each cell's number of customers; None without any.

    The answers as they are would tell the score of the cells that were asked most. Raises KeyError for a cell whose
    customers nobody counted.
    """
    parts = []
    for cell in cells:
        # with fewer it was their number that ended it, or partly
        by_width = answers_for(cell.scores, cell.target, confidence) > 2 * ENOUGH
        parts.append(Part(customers[cell.key], cell.scores, stopped=by_width and cell.precise(confidence)))
    return weighted(parts, confidence)


class _Course(Struct, frozen=True):
    """How a cell's interval is expected to narrow."""

    cell: Cell
    rate: float
    reach: float  # the half width in points after one answer; it falls with the root of them
    goal: int  # answers

    @property
    def expected(self) -> float:
        """The answers there are and those under way."""
        return self.cell.scores.n + self.cell.waiting * self.rate

    @property
    def needs(self) -> int:
        return max(0, ceil((self.goal - self.expected) / self.rate))

    @property
    def state(self) -> State:
        if self.cell.scores.n >= self.goal:
            return "precise"
        return "open" if self.needs <= self.cell.left else "too small"

    def owed(self, fair: int) -> int:
        """Messages for a cell of which fewer than `fair` people were asked and from which little came."""
        cell = self.cell
        little = self.expected < FLOOR and cell.scores.n < self.goal
        return min(cell.left, max(0, fair - cell.asked - cell.waiting)) if little else 0

    def gain(self, given: int) -> float:
        """By how many points one message more than `given` narrows the interval; 0 when that is not wanted."""
        if given >= self.cell.left:
            return 0.0
        answers = self.expected + given * self.rate
        more = min(answers + self.rate, self.goal)
        if more <= answers:
            return 0.0
        return self.reach / sqrt(answers + 4 * ADDED) - self.reach / sqrt(more + 4 * ADDED)


def _courses(cells: Sequence[Cell], confidence: float) -> list[_Course]:
    each = [cell.scores for cell in cells]
    everybody = Scores(
        sum(scores.detractors for scores in each),
        sum(scores.passives for scores in each),
        sum(scores.promoters for scores in each),
    )
    courses = []
    for cell, rate in zip(cells, rates(cells), strict=True):
        like = cell.scores if cell.scores.n >= ENOUGH else everybody
        reach = half_width(like, 1 - like.adjusted().n, confidence)
        courses.append(_Course(cell, rate, reach, max(ENOUGH, answers_for(like, cell.target, confidence))))
    return courses


def _give_out(messages: int, given: list[int], worth: Callable[[int], float]) -> int:
    """One by one to the cell, by its index, to which the next is worth most; what is left when none is worth anything.

    What the next one is worth to a cell must fall with each that it was given.
    """
    queue = [(-value, index) for index in range(len(given)) if (value := worth(index)) > 0]
    heapify(queue)
    while messages > 0 and queue:
        index = queue[0][1]
        given[index] += 1
        messages -= 1
        value = worth(index)
        if value > 0:
            heapreplace(queue, (-value, index))
        else:
            heappop(queue)
    return messages


def _common_rate(cells: Sequence[Cell]) -> float:
    asked, answered = sum(cell.asked for cell in cells), sum(cell.answered for cell in cells)
    return (answered + GUESS * GUESSED) / (asked + GUESSED)


def _strength(cells: Sequence[Cell], common: float) -> float | None:
    """As how many people of a cell the common rate counts; None if the cells differ by no more than chance.

    Of n people in k cells the squares of the rates around the common one, weighted, are expected to be
    v (k - 1 + r (n - sum n_i^2 / n - (k - 1))), where v is the variance of one answer and r how alike the people of a
    cell are; the strength is 1 / r - 1.
    """
    asked = [cell for cell in cells if cell.asked]
    n, free = sum(cell.asked for cell in asked), len(asked) - 1
    if free < 1:
        return None
    squares = sum(cell.asked * (cell.answered / cell.asked - common) ** 2 for cell in asked)
    room = n - sum(cell.asked**2 for cell in asked) / n - free
    alike = (squares / (common * (1 - common)) - free) / room if room > 0 else 0.0
    return 1 / min(alike, 0.5) - 1 if alike > 0 else None
