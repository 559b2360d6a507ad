"""Scores in which some answers count for more: by what customers are worth, or so that groups count as they are large.

The interval is that of as many answers as the weighted ones are worth: (sum of weights)^2 / sum of squared weights.
L. Kish: Survey Sampling, Wiley 1965, section 11.7. It supposes that weights and answers have little to do with each
other, and is for weights that are known, not measured.

Raking gives every answer the weight with which all margins are right at once, where there is no room for a weight of
every combination: W. E. Deming, F. F. Stephan: On a least squares adjustment of a sampled frequency table when the
expected marginal totals are known. Ann. Math. Statist. 11 (1940), 427-444. Very large weights are cut: one answer
speaking for fifty people is not what fifty people say. It corrects for who answers as far as that goes with what is
known of people, and no further.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Self

from msgspec import Struct

from insights.estimates import CONFIDENCE, Estimate
from insights.nps import Scores, nps, together

LARGEST = 5.0  # weight of an answer, where 1 is the mean
ROUNDS = 100
_NEAR = 1e-9

Cell = tuple[str, ...]  # one value for each attribute


class Weighed(Struct, frozen=True):
    """Sums of weights of those who gave 0-6, 7-8 and 9-10, the sum of their squares, and how many they are."""

    detractors: float = 0
    passives: float = 0
    promoters: float = 0
    squares: float = 0
    n: int = 0

    @property
    def effective(self) -> float:
        """As how many answers of one weight they count: at most n. Raises ZeroDivisionError without a weight."""
        return (self.detractors + self.passives + self.promoters) ** 2 / self.squares

    def __add__(self, other: Self) -> Self:
        fields = (getattr(self, name) + getattr(other, name) for name in self.__struct_fields__)
        return type(self)(*fields)


class Represented(Struct, frozen=True):
    """A score after weighting, beside the one before."""

    score: Estimate
    unweighted: Estimate
    effective: float  # answers that the weighted ones are worth
    largest: float  # weight
    apart: float  # how far a margin still is from what it should be, as a share: by cut weights, or by nobody there
    unheard: tuple[str, ...]  # values that somebody has and nobody answered for


def weighed(answers: Iterable[tuple[Scores, float]]) -> Weighed:
    """Adds up answers with the weight of each of them. Raises ValueError for a weight below 0."""
    found = Weighed()
    for scores, weight in answers:
        if weight < 0:
            raise ValueError(f"a weight below 0: {weight}")
        sums = (weight * scores.detractors, weight * scores.passives, weight * scores.promoters)
        found += Weighed(*sums, weight**2 * scores.n, round(scores.n))
    return found


def score(found: Weighed, confidence: float = CONFIDENCE) -> Estimate | None:
    """The weighted score with the adjusted Wald interval of as many answers as it is worth; None without a weight."""
    total = found.detractors + found.passives + found.promoters
    if not total:
        return None
    each = found.effective / total
    counted = nps(Scores(each * found.detractors, each * found.passives, each * found.promoters), confidence)
    return Estimate(counted.value, counted.low, counted.high, found.n) if counted else None


def represent(
    cells: Mapping[Cell, Scores], margins: Sequence[Mapping[str, float]], confidence: float = CONFIDENCE
) -> Represented | None:
    """The score of everybody, given how many have each value of each attribute; None without an answer.

    `margins` has a mapping for each attribute, in the order of the cells' values; only their ratios count. Values that
    nobody answered for are named and left to the others; answers with a value that nobody has count nothing.
    Raises KeyError for a value of a cell that its margin does not know.
    """
    answered = {cell: scores for cell, scores in cells.items() if scores.n and _wanted(cell, margins)}
    before = nps(together(answered.values()), confidence)
    if before is None:
        return None
    shares, unheard = [], []
    for place, margin in enumerate(margins):
        heard = {cell[place] for cell in answered}
        unheard += [value for value, people in margin.items() if people and value not in heard]
        total = sum(people for value, people in margin.items() if value in heard)
        shares.append({value: people / total for value, people in margin.items() if value in heard})
    weights = rake({cell: scores.n for cell, scores in answered.items()}, shares)
    found = weighed((scores, weights[cell]) for cell, scores in answered.items())
    after = score(found, confidence) or before
    return Represented(
        after, before, found.effective, max(weights.values()), _apart(answered, weights, shares), tuple(unheard)
    )


def rake(counts: Mapping[Cell, float], shares: Sequence[Mapping[str, float]]) -> dict[Cell, float]:
    """The weight of an answer of each cell, 1 in the mean, with which the margins have the shares; cut at `LARGEST`.

    Each value in a cell is in its margin, with a share above 0 that together are 1, and somebody is in each cell.
    """
    n = sum(counts.values())
    weights = dict.fromkeys(counts, 1.0)
    for _ in range(ROUNDS):
        last = dict(weights)
        for place, wanted in enumerate(shares):
            sums = dict.fromkeys(wanted, 0.0)
            for cell, count in counts.items():
                sums[cell[place]] += weights[cell] * count
            for cell in counts:
                weights[cell] *= wanted[cell[place]] * n / sums[cell[place]]
        weights = {cell: min(weight, LARGEST) for cell, weight in weights.items()}
        if max(abs(weights[cell] - last[cell]) for cell in counts) < _NEAR:
            break
    mean = sum(weights[cell] * count for cell, count in counts.items()) / n
    return {cell: weight / mean for cell, weight in weights.items()}


def _wanted(cell: Cell, margins: Sequence[Mapping[str, float]]) -> bool:
    return all(margin[value] > 0 for value, margin in zip(cell, margins, strict=True))


def _apart(found: Mapping[Cell, Scores], weights: Mapping[Cell, float], shares: Sequence[Mapping[str, float]]) -> float:
    total = sum(weights[cell] * scores.n for cell, scores in found.items())
    furthest = 0.0
    for place, wanted in enumerate(shares):
        for value, share in wanted.items():
            got = sum(weights[cell] * scores.n for cell, scores in found.items() if cell[place] == value) / total
            furthest = max(furthest, abs(got - share))
    return furthest
