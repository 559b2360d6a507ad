"""A campaign's cells as the ask budget knows them: `insights.budget` for planner and forecasts."""

from collections.abc import Iterable, Mapping, Sequence

from bot.outreach.campaign import Precision
from bot.outreach.plans import Answers
from insights.budget import Cell, Forecast, allocate, forecast
from insights.nps import Scores


def budget(precision: Precision, sizes: Mapping[str, int], answers: Sequence[Answers]) -> Mapping[str, int]:
    """How many messages of a wave each cell gets: `bot.runtime.planner.Allocate`."""
    given = allocate(list(_cells(precision, sizes, answers)), precision.messages)
    return {key[0]: messages for key, messages in given.items()}


def outlook(precision: Precision, sizes: Mapping[str, int], answers: Sequence[Answers]) -> Forecast:
    """What it takes until every cell is precise, planned and by uniform sampling."""
    return forecast(list(_cells(precision, sizes, answers)))


def _cells(precision: Precision, sizes: Mapping[str, int], answers: Sequence[Answers]) -> Iterable[Cell]:
    """Every cell of the audience; `sizes` counts those who may still be asked."""
    known = {each.cell: each for each in answers}
    for cell, left in sorted(sizes.items()):
        so_far = known.get(cell, Answers(cell, 0, 0, 0, 0, 0))
        scores = Scores(so_far.detractors, so_far.passives, so_far.promoters)
        answered = so_far.detractors + so_far.passives + so_far.promoters
        asked = max(so_far.asked - so_far.waiting, answered)
        yield Cell((cell,), left, scores, asked, answered, so_far.waiting, precision.within)
