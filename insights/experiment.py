"""What became of the variants of a survey, and whether they differ from the survey as written by more than chance."""

from collections.abc import Mapping

from msgspec import Struct

from insights.estimates import ENOUGH, SIGNIFICANT, Difference, Estimate, Verdict, holm, verdict
from insights.intervals import careful
from insights.nps import Scores, difference
from insights.proportions import newcombe, wilson

__all__ = ["ENOUGH", "MEASURES", "SIGNIFICANT", "Arm", "Comparison", "Counts", "Verdict", "examine", "oddly_drawn"]

MEASURES = ("answered", "completed", "opted_out", "nps")


class Counts(Struct, frozen=True):
    """What became of the conversations of one variant."""

    asked: int = 0
    completed: int = 0
    opted_out: int = 0
    detractors: int = 0
    passives: int = 0
    promoters: int = 0

    @property
    def scores(self) -> Scores:
        """Those who answered the score."""
        return Scores(self.detractors, self.passives, self.promoters)

    @property
    def answered(self) -> int:
        """How many answered the score."""
        return self.detractors + self.passives + self.promoters

    def __add__(self, other: "Counts") -> "Counts":
        fields = (getattr(self, name) + getattr(other, name) for name in self.__struct_fields__)
        return Counts(*fields)


class Comparison(Struct, frozen=True):
    """One measure of a variant beside that of the base. `p` is corrected for the number of variants."""

    difference: Difference | None
    p: float | None  # None where there are too few to say anything
    verdict: Verdict


class Arm(Struct, frozen=True):
    """One variant: its counts, its measures (None where nobody is), and how they compare; the base with nothing."""

    counts: Counts
    measures: Mapping[str, Estimate | None]
    against: Mapping[str, Comparison]


def examine(found: Mapping[str, Counts], base: str) -> dict[str, Arm]:
    """Every variant by name, each beside `base`, which is one of them."""
    others = [name for name in found if name != base]
    compared: dict[str, dict[str, Comparison]] = {name: {} for name in found}
    for measure in MEASURES:
        differences = {name: _difference(measure, found[name], found[base]) for name in others}
        enough = {name for name in others if min(_n(measure, found[name]), _n(measure, found[base])) >= ENOUGH}
        looked = {name: between.p for name, between in differences.items() if between and name in enough}
        corrected = dict(zip(looked, holm(list(looked.values())), strict=True))
        for name, between in differences.items():
            p = corrected.get(name)
            compared[name][measure] = Comparison(between, p, verdict(between, p))
    return {
        name: Arm(counts, {measure: _estimate(measure, counts) for measure in MEASURES}, compared[name])
        for name, counts in found.items()
    }


def oddly_drawn(found: Mapping[str, Counts], shares: Mapping[str, int]) -> list[str]:
    """Variants that far more or fewer people got than their share (per cent) says: what is wrong with the drawing?

    By chance alone a variant gets in here in one of a thousand experiments.
    """
    asked = sum(counts.asked for counts in found.values())
    drawn = {name: wilson(counts.asked, asked, 0.999) for name, counts in found.items()}
    return [name for name, part in drawn.items() if part and not part.low <= shares[name] / 100 <= part.high]


def _n(measure: str, counts: Counts) -> int:
    return counts.answered if measure == "nps" else counts.asked


def _estimate(measure: str, counts: Counts) -> Estimate | None:
    return careful(counts.scores) if measure == "nps" else wilson(getattr(counts, measure), counts.asked)


def _difference(measure: str, one: Counts, other: Counts) -> Difference | None:
    if measure == "nps":
        return difference(one.scores, other.scores)
    return newcombe((getattr(one, measure), one.asked), (getattr(other, measure), other.asked))
