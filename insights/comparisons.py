"""What answers say that are looked at one by one: whose they are, what the customers are worth, what came before."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from msgspec import Struct

from insights.estimates import CONFIDENCE, Difference, Estimate
from insights.funnel import Recovery, beside, recovery
from insights.intervals import careful
from insights.mix import Effect, effects
from insights.nps import Scores, together
from insights.repeats import by_person, last
from insights.tally import PASSIVE, PROMOTER
from insights.weighting import Cell, Represented, represent, score, weighed


class Given(Struct, frozen=True):
    """One score, as long as nobody asks who gave it: `person` only tells people apart."""

    person: str
    score: int
    about: Mapping[str, str]  # dimensions and their values
    revenue: int | None = None  # a year, in whole units; None where it is not known
    handled: bool = False  # a case was opened for it, and solved


class Worth(Struct, frozen=True):
    """The score in which customers count by what they are worth, beside the plain one of the same answers."""

    weighted: Estimate
    plain: Estimate
    effective: float  # answers that the weighted ones are worth


class Repeats(Struct, frozen=True):
    """Answers of people who answered more than once."""

    people: int
    again: int  # of them with more than one answer
    all_answers: Estimate  # the interval knows whose answers they are
    last_only: Estimate  # one vote per person: the last


class Recovered(Struct, frozen=True):
    """What became of detractors who were asked again."""

    next: Recovery
    handled: Recovery  # those of them with a solved case
    beside: Difference | None  # how many more of 100 of those give a higher score than of the others: a hint, no proof


def by_worth(given: Sequence[Given], confidence: float = CONFIDENCE) -> Worth | None:
    """Weighted by revenue; None where nobody's is known. Who is worth less than nothing counts nothing."""
    known = [(_one(each.score), max(0, each.revenue)) for each in given if each.revenue is not None]
    found = weighed(known)
    weighted, plain = score(found, confidence), careful(together(one for one, _ in known), confidence)
    return Worth(weighted, plain, found.effective) if weighted and plain else None


def representing(
    given: Sequence[Given], asked: Mapping[str, Mapping[str, int]], confidence: float = CONFIDENCE
) -> Represented | None:
    """The score as if everybody who was asked had answered: weighted so that each value counts as it was asked.

    `asked` has how many were asked with each value of each dimension; one with fewer than two values says nothing and
    is left out. None where nothing is left, or nobody answered.
    """
    names = [name for name, values in asked.items() if sum(map(bool, values.values())) > 1]
    if not names:
        return None
    cells: dict[Cell, list[Scores]] = defaultdict(list)
    margins = [dict[str, float](asked[name]) for name in names]
    for each in given:
        cell = tuple(each.about.get(name, "") for name in names)
        cells[cell].append(_one(each.score))
        for value, margin in zip(cell, margins, strict=True):
            margin.setdefault(value, 0.0)
    return represent({cell: together(scores) for cell, scores in cells.items()}, margins, confidence)


def repeated(given: Sequence[Given], confidence: float = CONFIDENCE) -> Repeats | None:
    """The answers by person, in the order in which they were given; None where nobody answered twice."""
    people: dict[str, list[Scores]] = defaultdict(list)
    for each in given:
        people[each.person].append(_one(each.score))
    again = sum(len(scores) > 1 for scores in people.values())
    every = by_person((together(scores) for scores in people.values()), confidence)
    newest = careful(last(people.values()), confidence)
    return Repeats(len(people), again, every, newest) if again and every and newest else None


def recovered(given: Sequence[Given], confidence: float = CONFIDENCE) -> Recovered | None:
    """From each score to the same person's next one, in the order in which they were given; None without a pair."""
    before: dict[str, Given] = {}
    pairs: dict[bool, list[tuple[int, int]]] = {True: [], False: []}
    for each in given:
        earlier = before.get(each.person)
        if earlier and earlier.score < PASSIVE:
            pairs[earlier.handled].append((earlier.score, each.score))
        before[each.person] = each
    handled, others = pairs[True], pairs[False]
    if not handled and not others:
        return None
    everybody = recovery([*handled, *others], confidence)
    return Recovered(everybody, recovery(handled, confidence), beside(handled, others, confidence))


def channels(given: Sequence[Given], strata: Sequence[str], confidence: float = CONFIDENCE) -> list[Effect]:
    """Every channel beside the others, as answered and among the like: those with the same values of `strata`."""
    cells: dict[tuple[str, str], list[Scores]] = defaultdict(list)
    for each in given:
        alike = "\0".join(each.about.get(name, "") for name in strata)
        cells[each.about.get("channel", ""), alike].append(_one(each.score))
    return sorted(
        effects({cell: together(scores) for cell, scores in cells.items()}, confidence), key=lambda each: each.key
    )


def _one(given: int) -> Scores:
    return Scores(int(given < PASSIVE), int(PASSIVE <= given < PROMOTER), int(given >= PROMOTER))
