"""The way to an answer, step by step, and what became of those who were unhappy."""

from collections.abc import Iterable

from msgspec import Struct

from insights.estimates import CONFIDENCE, Difference, Estimate
from insights.nps import SCALE
from insights.proportions import newcombe, wilson
from insights.tally import PASSIVE, Tally


class Step(Struct, frozen=True):
    """One step; shares are 0 to 1, with Wilson's interval."""

    name: str
    people: int
    of_asked: Estimate | None  # None where nobody was asked, and where more took the step, as by import
    of_before: Estimate | None  # of those who could take it, see `funnel`; None likewise


class Recovery(Struct, frozen=True):
    """Detractors who were asked again later. Shares are 0 to 1, the mean change is in points of the scale 0 to 10."""

    people: int
    higher: Estimate | None  # gave a higher score
    left: Estimate | None  # are no detractors any more
    change: float | None


def funnel(tally: Tally, answered: int | None = None, confidence: float = CONFIDENCE) -> list[Step]:
    """Asked, delivered, answered, completed; then, of those who answered, who commented; of those asked, who opted out.

    `answered` is how many of those who were asked gave a score, if others gave some of those in `tally`.
    Where a channel does not tell what was delivered, fewer are delivered than answer: then everybody asked counts as
    delivered.
    """
    scored = tally.answered if answered is None else answered
    delivered = tally.delivered if tally.delivered >= scored else tally.asked
    rows = (
        ("asked", tally.asked, tally.asked),
        ("delivered", delivered, tally.asked),
        ("answered", scored, delivered),
        ("completed", tally.completed, scored),
        ("commented", tally.commented, scored),
        ("opted_out", tally.opted_out, tally.asked),
    )
    return [
        Step(name, people, _share(people, tally.asked, confidence), _share(people, before, confidence))
        for name, people, before in rows
    ]


def recovery(pairs: Iterable[tuple[int, int]], confidence: float = CONFIDENCE) -> Recovery:
    """What detractors gave the next time, from (first, next) scores of 0 to 10; who was none at first is left out.

    Who gives a 0 can only go up, and a bad day passes by itself (regression to the mean: F. Galton 1886), so that some
    go up whatever is done. What was done shows in `beside`.
    """
    unhappy = [(first, later) for first, later in pairs if first < PASSIVE]
    n = len(unhappy)
    return Recovery(
        n,
        wilson(sum(later > first for first, later in unhappy), n, confidence),
        wilson(sum(later >= PASSIVE for _, later in unhappy), n, confidence),
        sum(later - first for first, later in unhappy) / n if n else None,
    )


def beside(
    handled: Iterable[tuple[int, int]], others: Iterable[tuple[int, int]], confidence: float = CONFIDENCE
) -> Difference | None:
    """How many points more of those with a handled case gave a higher score, of 100 detractors each.

    None if there is nobody in one of them. Whose case is handled was not drawn by chance, so it is a hint, no proof.
    """
    first, second = (_higher(each) for each in (handled, others))
    found = newcombe(first, second, confidence)
    return found and Difference(SCALE * found.value, SCALE * found.low, SCALE * found.high, found.p)


def _higher(pairs: Iterable[tuple[int, int]]) -> tuple[int, int]:
    unhappy = [(first, later) for first, later in pairs if first < PASSIVE]
    return sum(later > first for first, later in unhappy), len(unhappy)


def _share(people: int, of: int, confidence: float) -> Estimate | None:
    return wilson(people, of, confidence) if people <= of else None
