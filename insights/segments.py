"""Customers told apart by one of their attributes: each group's score, and whether it differs from all the others.

A group is compared with the rest and not with everybody, so that no answer stands on both sides. The p-values of one
table are corrected for being looked at together (Holm); those of a search through all attributes for what stands out
by the share of false finds (Benjamini and Hochberg). Groups with too few answers are shown; nothing is said of them.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from insights.estimates import (
    CONFIDENCE,
    ENOUGH,
    SIGNIFICANT,
    Difference,
    Estimate,
    Verdict,
    benjamini_hochberg,
    holm,
    verdict,
)
from insights.intervals import careful
from insights.nps import Scores, difference, together, without
from insights.tally import Tally


class Row(Struct, frozen=True):
    """One group, wave or period."""

    key: str
    tally: Tally
    score: Estimate | None  # None without an answer
    against: Difference | None  # how much higher than what it is compared with; None where one of them has no answer
    p: float | None  # corrected; None where there are too few to say
    verdict: Verdict


class Find(Struct, frozen=True):
    """A group that stands out of the rest."""

    attribute: str
    key: str
    score: Estimate
    against: Difference
    p: float  # corrected for the length of the search


def by_attribute(found: Mapping[str, Tally], confidence: float = CONFIDENCE) -> list[Row]:
    """Each group beside all the others of the table, in their order."""
    return _rows(_beside_the_rest(found), confidence)


def waves(found: Sequence[tuple[str, Tally]], confidence: float = CONFIDENCE) -> list[Row]:
    """Each wave beside the one before; the first beside nothing."""
    before = [Scores(), *(tally.bands for _, tally in found)]
    return _rows(((key, tally, last) for (key, tally), last in zip(found, before, strict=False)), confidence)


def standing_out(found: Mapping[str, Mapping[str, Tally]], confidence: float = CONFIDENCE) -> list[Find]:
    """Of all groups of all attributes those that differ from their rest, the surest first.

    Up to 5 in 100 of them are expected to be chance: places to look at, not verdicts.
    """
    cases = [
        (attribute, key, tally.bands, between)
        for attribute, groups in found.items()
        for key, tally, rest in _beside_the_rest(groups)
        if _enough(tally, rest) and (between := difference(tally.bands, rest, confidence))
    ]
    corrected = benjamini_hochberg([between.p for *_, between in cases])
    finds = [
        Find(attribute, key, score, between, p)
        for (attribute, key, bands, between), p in zip(cases, corrected, strict=True)
        if p < SIGNIFICANT and (score := careful(bands, confidence))
    ]
    return sorted(finds, key=lambda find: (find.p, -abs(find.against.value)))


def _rows(compared: Iterable[tuple[str, Tally, Scores]], confidence: float) -> list[Row]:
    cases = [(key, tally, other, difference(tally.bands, other, confidence)) for key, tally, other in compared]
    looked = [index for index, (_, tally, other, _) in enumerate(cases) if _enough(tally, other)]
    chances = [between.p for *_, between in (cases[index] for index in looked) if between]
    corrected = dict(zip(looked, holm(chances), strict=True))
    return [
        Row(
            key,
            tally,
            careful(tally.bands, confidence),
            between,
            corrected.get(index),
            verdict(between, corrected.get(index)),
        )
        for index, (key, tally, _, between) in enumerate(cases)
    ]


def _beside_the_rest(found: Mapping[str, Tally]) -> list[tuple[str, Tally, Scores]]:
    each = {key: tally.bands for key, tally in found.items()}
    all_of_them = together(each.values())
    return [(key, found[key], without(all_of_them, own)) for key, own in each.items()]


def _enough(tally: Tally, other: Scores) -> bool:
    return min(tally.answered, other.n) >= ENOUGH
