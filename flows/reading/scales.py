"""Stage 4b: numbers that belong together: a score and its scale ("9 / 10"), the ends of a range ("7 or 8")."""

from collections.abc import Sequence
from itertools import pairwise

from flows.reading.mention import BROKEN, FOREIGN, RANGE, SCALE, SCALED, WHOLE, Mention
from flows.reading.tokens import PAUSE, WORD
from flows.reading.units import Unit

_HUNDRED = 100
_NOUN_AND_OF = 2
_YEARS = 1900  # "8 из 10", but "8 من 2019": eight, since 2019
_SHARED, _SHARING = 3, frozenset({"article", "point", "rating"})  # between a score and the end of its scale


def mark_scales(found: list[Mention], units: Sequence[Unit], low: int, high: int) -> None:
    """The scale behind a score: "9 out of 10", "9 von 10", "9 / 10"; "3 of 5" is another scale or a share."""
    for mention, scale in pairwise(found):
        between = units[mention.after : scale.first]
        if scale.value == high and mention.value < high and _is_a_share(mention, between):
            mention.form = scale.form = FOREIGN
            continue
        if len(between) > 1 and "point" in between[0].tags:
            between = between[1:]
        if mention.form not in {WHOLE, BROKEN} or scale.form != WHOLE or not 1 <= len(between) <= 3:
            continue
        named = "scale" in between[0].tags and scale.value == high  # "6 on a scale to 10"
        if ("of" not in between[0].tags and between[0].text != "/" and not named) or scale.value >= _YEARS:
            continue
        if any(not unit.tags & {"of", "article", "point", "scale"} and unit.text != "/" for unit in between):
            continue
        if mention.value == high and "scale" in between[0].tags and low <= scale.value <= high:
            mention.form, scale.form = SCALE, SCALED  # "10 üzerinden 6"
            continue
        if mention.form == WHOLE:
            mention.form = SCALED if scale.value == high and low <= mention.value else FOREIGN
            if scale.value != high and mention.value > high:
                mention.form = FOREIGN
        mention.after, scale.form = scale.after, SCALE


def _is_a_share(mention: Mention, between: Sequence[Unit]) -> bool:
    """Whether a counted noun stands between the two: "w 9 przypadkach na 10"."""
    if len(between) != _NOUN_AND_OF or "of" not in between[1].tags or between[0].kind != WORD or mention.form != WHOLE:
        return False
    return "unit" in between[0].tags or (mention.first > 0 and not between[0].tags)


def mark_large_numbers(found: Sequence[Mention]) -> None:
    """A number in front of a thousand is one with it: "4 mil euros"."""
    for mention, other in pairwise(found):
        if mention.after == other.first and other.word and other.value >= _HUNDRED:
            mention.form = other.form = FOREIGN


def mark_other_scales(found: Sequence[Mention], units: Sequence[Unit], high: int) -> None:
    """On a scale that ends elsewhere no number is an answer: "on a scale of 1 to 5 it's a 4"."""
    for mention, other in pairwise(found):
        named = mention.first > 0 and "scale" in units[mention.first - 1].tags
        if named and mention.form == RANGE and mention.value in {0, 1} and mention.value < other.value < high:
            for every in found:
                every.form = FOREIGN


def mark_shares(found: Sequence[Mention], units: Sequence[Unit], high: int) -> None:
    """A score beside the inflected end of its scale, in either order: "yhdeksän kymmenestä", "10-ből 8"."""
    for first, second in pairwise(found):
        between = units[first.after : second.first]
        if len(between) > _SHARED or any(unit.tags.isdisjoint(_SHARING) and unit.kind != PAUSE for unit in between):
            continue
        for mention, scale in ((first, second), (second, first)):
            if scale.value == high and _ends_scale(scale, units) and mention.form == WHOLE and mention.value <= high:
                mention.form, scale.form = SCALED, SCALE
                scale.first -= _is_full(scale, units)
                break
            if scale.value == high < mention.value and scale.glued == "of" and mention.form == WHOLE:
                mention.form, scale.form = BROKEN, SCALE  # "10-ből 11"
                break


def _ends_scale(mention: Mention, units: Sequence[Unit]) -> bool:
    """Whether an ending ("10-ből", "kymmenestä") or the word in front of it makes the number the end of the scale."""
    ending = mention.glued == "of" or (mention.word and "of" in units[mention.first].tags)
    return ending or _is_full(mention, units)


def _is_full(mention: Mention, units: Sequence[Unit]) -> bool:
    return mention.first > 0 and "full" in units[mention.first - 1].tags


def mark_closed_ranges(found: Sequence[Mention], units: Sequence[Unit], high: int) -> None:
    """Two numbers side by side and the word for between behind them: "7 8 arası"."""
    for mention, other in pairwise(found):
        closed = other.after < len(units) and "between" in units[other.after].tags
        if (
            closed
            and mention.after == other.first
            and mention.value != other.value
            and max(mention.value, other.value) <= high
        ):
            mention.form = other.form = RANGE


def mark_neighbours(found: Sequence[Mention], high: int) -> None:
    """Two number words side by side that stand next to each other on the scale: "sieben acht", "syv otte"."""
    for mention, other in pairwise(found):
        near = abs(mention.value - other.value) == 1 and max(mention.value, other.value) <= high
        if (
            near
            and mention.word
            and other.word
            and mention.after == other.first
            and mention.form == other.form == WHOLE
        ):
            mention.form = other.form = RANGE


def mark_ranges(found: list[Mention], units: Sequence[Unit], low: int, high: int) -> None:
    """Two values: "7 or 8", "7 - 8", "between 7 and 8", "0 bis 10" (the scale)."""
    for mention, other in pairwise(found):
        between = _between(mention, other, units)
        if mention.form != WHOLE or other.form not in {WHOLE, SCALED} or not between or len(between) > 2:
            continue
        joined = "range" in between[0].tags or between[0].text in {"-", "–", "/", "~"}
        if not joined or any(not u.tags & {"range", "article", "rather", "filler"} for u in between[1:]):
            between_words = mention.first and "between" in units[mention.first - 1].tags
            if not between_words or len(between) != 1 or between[0].text == ",":
                if between and "hint" in between[0].tags:
                    mention.doubt, other.form = "hint", SCALE
                continue
        if mention.value in {low, 0, 1} and other.value == high and "or" not in between[0].tags:
            mention.form = other.form = SCALE
        elif _measures(other, units):
            mention.form, other.form = (WHOLE if between[0].kind == PAUSE else FOREIGN), FOREIGN
            mention.doubt = "range" if mention.value < other.value else ""
        elif between[0].kind == PAUSE and other.value < mention.value and _takes_points_off(other, units):
            other.form = FOREIGN
        elif other.value != mention.value:
            mention.form = other.form = RANGE if max(mention.value, other.value) <= high else FOREIGN


def _between(mention: Mention, other: Mention, units: Sequence[Unit]) -> Sequence[Unit]:
    """What parts two numbers, without the comma in front of a hint: "7, nearly 8"."""
    between = units[mention.after : other.first]
    hints = len(between) > 1 and between[0].kind == PAUSE and "hint" in between[1].tags
    return between[1:] if hints else between


def _measures(mention: Mention, units: Sequence[Unit]) -> bool:
    return mention.after < len(units) and "unit" in units[mention.after].tags


def _takes_points_off(mention: Mention, units: Sequence[Unit]) -> bool:
    """Whether it reads "2 points less for the queue" behind a dash: its points, and something behind them."""
    rest = units[mention.after : mention.after + 2]
    return len(rest) > 1 and "point" in rest[0].tags and rest[1].kind == WORD
