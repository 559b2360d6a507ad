"""What is counted about answers: eleven scores and the way to them. Rollups keep it, statistics work on it."""

from typing import Self

from msgspec import Struct

from insights.nps import Scores

LENGTH = 11  # scores 0 to 10
PASSIVE, PROMOTER = 7, 9  # the first score of each


class Tally(Struct, frozen=True):
    """Counts of some conversations; `scores[k]` people gave the score k. Tallies add up."""

    scores: tuple[int, ...] = (0,) * LENGTH
    asked: int = 0
    delivered: int = 0
    completed: int = 0
    commented: int = 0
    opted_out: int = 0

    @property
    def answered(self) -> int:
        """How many gave a score."""
        return sum(self.scores)

    @property
    def bands(self) -> Scores:
        """How many of them are detractors, passives and promoters."""
        return Scores(sum(self.scores[:PASSIVE]), sum(self.scores[PASSIVE:PROMOTER]), sum(self.scores[PROMOTER:]))

    def __add__(self, other: Self) -> Self:
        scores = tuple(one + another for one, another in zip(self.scores, other.scores, strict=True))
        rest = (getattr(self, name) + getattr(other, name) for name in self.__struct_fields__[1:])
        return type(self)(scores, *rest)
