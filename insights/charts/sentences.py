"""The score in words: how high, how sure, from how many, and whether it differs from the time before."""

from typing import Literal

from msgspec import Struct

from insights.always import apart
from insights.charts.numbers import count, score
from insights.charts.words import WORDS
from insights.estimates import FEWEST, SIGNIFICANT, Difference, Estimate
from insights.intervals import careful
from insights.tally import Tally

Change = Literal["up", "down", "same", "few"]


class Headline(Struct, frozen=True):
    """What stands at the top. Where too few have answered there is no score, and `text` says so."""

    enough: bool
    score: str  # "+32", or "–"
    text: str  # "likely between +25 and +38, from 812 answers"
    change: Change
    compared: str  # "not different from the 30 days before"
    estimate: Estimate | None
    between: Difference | None  # beside the time before; None where one of the two has too few


def headline(now: Tally, before: Tally, days: int, language: str) -> Headline:
    """The score of a period of so many days beside that of the same time before it.

    Pages are looked at every day, so what is said to have moved is what `insights.always` says.
    """
    words, n = WORDS[language], now.answered
    earlier = words["before"].format(days=days)
    found = careful(now.bands)
    if found is None or n < FEWEST:
        few = words["too_few"].format(n=n, enough=FEWEST) if n else words["no_answers"]
        return Headline(False, "–", few, "few", "", found, None)
    where = words["interval"].format(low=score(found.low), high=score(found.high))
    text = f"{where}, {words['from_answers'].format(n=count(n, language))}"
    between = apart(now.bands, before.bands)
    if between is None:
        told = words["few_before"].format(before=earlier)
        return Headline(True, score(found.value), text, "few", told, found, None)
    change: Change = "same"
    if between.p < SIGNIFICANT:
        change = "up" if between.value > 0 else "down"
    told = words[change].format(before=earlier, points=count(abs(between.value), language))
    return Headline(True, score(found.value), text, change, told, found, between)
