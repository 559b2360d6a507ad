"""Stage 4: the numbers in a text and the form each is written in.

whole     "9", "nine", "9.0"                 a score if the context allows it
scaled    "9/10", "nine out of ten"          surely a score
scale     "0-10", "on a scale of 0 to 10"    the scale itself, never an answer
range     "7-8", "7 or 8", "between 7 and 8" two values, no answer
broken    "7.5", "seven and a half", "-1"    no whole number of the scale
foreign   "4/5", "5 stars", "3:30", "1.5.24" another scale, a time, a date
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from flows.reading.cues import mark_clock_times, mark_parts_of_many
from flows.reading.lexicon import Lexicon, lexicon
from flows.reading.mention import BROKEN, FOREIGN, RANGE, SCALE, SCALED, WHOLE, Mention
from flows.reading.scales import (
    mark_closed_ranges,
    mark_large_numbers,
    mark_neighbours,
    mark_other_scales,
    mark_ranges,
    mark_scales,
    mark_shares,
)
from flows.reading.tokens import EMOJI, NUMBER, PAUSE, SIGN, WORD
from flows.reading.units import Unit

_DIGITS = re.compile(r"[0-9]+|[.,:/–-]")
_SLACK_NUMBER = re.compile(r":(?:keycap_)?([a-z]+):")
_LONGEST = 9
_DAYS, _MONTHS = 31, 12
_DATING = frozenset({"prep", "ordinal", "bound", "between"})
_LIKE_ZERO = frozenset("oоο")  # Latin, Cyrillic, Greek
_LAST_GRADE = 6  # of any school
_GRADES = 3  # "1a" and "2a" are Swedish ordinals, "3a" is a noun: a score
_AFTER_GRADE = frozenset({"carrier", "firm", "joint", "thanks"})
_PRICE = 2  # decimals of a price or a time
_KINDS = (NUMBER, EMOJI)


def find_mentions(units: Sequence[Unit], words: Lexicon, low: int, high: int, *, most: int) -> list[Mention]:
    """Every number of the text in order, with scales, ranges and fractions put together; of too many `most` + 1."""
    found: list[Mention] = []
    for i, unit in enumerate(units):
        if (unit.value is not None or unit.kind in _KINDS) and (mention := _mention(units, i, words, low, high)):
            found.append(mention)
            if len(found) > most:
                return found
    several = len(found) > 1
    if several:
        _join_keycaps(found, units)
        _mark_dates(found, units)
    if found:
        _mark_grades(found, units, words)
        _mark_fractions(found, units)
    if several:
        mark_large_numbers(found)
        mark_scales(found, units, low, high)
        mark_shares(found, units, high)
        mark_parts_of_many(found, units, words, high)
        mark_clock_times(found, units, words)
        mark_closed_ranges(found, units, high)
        mark_neighbours(found, high)
        mark_ranges(found, units, low, high)
        mark_other_scales(found, units, high)
        _mark_sequences(found, units)
    return found


def _mention(units: Sequence[Unit], i: int, words: Lexicon, low: int, high: int) -> Mention | None:
    unit = units[i]
    if unit.value is not None:
        return Mention(unit.value, WHOLE, i, i + 1, word=True)
    if unit.kind == EMOJI and (match := _SLACK_NUMBER.fullmatch(unit.text)):
        value = lexicon("en").number(match[1])  # emoji have English names in every conversation
        return None if value is None else Mention(value, WHOLE, i, i + 1)
    if unit.kind != NUMBER:
        return None
    mention = _digits(unit.text, i, low, high)
    _read_signs(mention, units, i)
    after = units[i + 1] if i + 1 < len(units) else None
    if after and not after.spaced and after.text in _LIKE_ZERO and mention.form == WHOLE and not words.suffix("o"):
        mention.value, mention.after, mention.slip = mention.value * 10, i + 2, True  # "1O", not "1o lugar"
        return mention
    if after and after.kind == WORD and not after.spaced:
        known = next((tag for tag in ("unit", "hedge", "joint", "func") if tag in after.tags), "unit")
        mention.glued = words.suffix(after.text) or known
        if mention.glued not in {"joint", "func"}:
            mention.after = i + 2
    elif after and after.text == ":" and not after.spaced and (hung := _hung_on(units, i + 2, words)):
        mention.glued, mention.after = hung, i + 3  # "7:a"
    elif after and after.kind == SIGN and after.text == "-" and i + 2 < len(units):
        hung = words.suffix(units[i + 2].text)
        mention.glued = hung or ("func" if units[i + 2].tags & {"joint", "func", "praise", "blame"} else "unit")
        mention.after = i + 3 if mention.glued != "func" else i + 1
    if mention.glued == "grade":
        mention.glued = "point" if mention.value >= _GRADES and _stands_free(mention, units) else "ordinal"
    return mention


def _stands_free(mention: Mention, units: Sequence[Unit]) -> bool:
    """Whether it has an article or nothing in front, or nothing behind: "en 6a", not "3a på andra våningen"."""
    before, behind = units[max(0, mention.first - 1) : mention.first], units[mention.after : mention.after + 1]
    led = bool(before) and not before[0].tags.isdisjoint(("article", "firm", "settle"))
    return led or not any(unit.kind == WORD and unit.tags.isdisjoint(_AFTER_GRADE) for unit in behind)


def _hung_on(units: Sequence[Unit], i: int, words: Lexicon) -> str:
    """The tag of an ending behind a colon, or ""."""
    if i >= len(units) or units[i].spaced or units[i].kind != WORD:
        return ""
    hung = words.suffix(units[i].text)
    return hung if hung in {"grade", "ordinal", "point"} else ""


def _digits(text: str, i: int, low: int, high: int) -> Mention:
    """Digits joined by signs: one number, a fraction, a scale, a range, or something else altogether."""
    parts = _DIGITS.findall(text)
    if any(len(part) > _LONGEST for part in parts):
        return Mention(-1, FOREIGN, i, i + 1)
    value = int(parts[0])
    odd = len(parts[0]) > 1 and parts[0].startswith("0")
    if len(parts) == 1:
        return Mention(value, WHOLE if len(parts[0]) < 4 or not odd else FOREIGN, i, i + 1, slip=odd)
    second, form = int(parts[2]), FOREIGN
    no_rest = not parts[2].strip("0") and len(parts[2]) < 3
    if len(parts) == 3 and parts[1] in ".,":
        form = WHOLE if no_rest else BROKEN if value <= high and len(parts[2]) < _PRICE else FOREIGN
    elif len(parts) == 3 and parts[1] == "/":
        form = SCALED if second == high else FOREIGN
    elif len(parts) == 3 and parts[1] in "-–":
        form = SCALE if value in {low, 0, 1} and second == high else RANGE if max(value, second) <= high else FOREIGN
    elif len(parts) == 5 and parts[1] in ".," and parts[3] == "/" and int(parts[4]) == high:
        form = SCALED if no_rest else BROKEN
    return Mention(value, form, i, i + 1, slip=odd)


def _read_signs(mention: Mention, units: Sequence[Unit], i: int) -> None:
    """Signs that touch the number: "-1", "#1", "~8", "8+", "8%", "€8"."""
    before = units[i - 1] if i else None
    after = units[i + 1] if i + 1 < len(units) else None
    tight = before is not None and not units[i].spaced
    if before and tight and before.kind == PAUSE and before.text in {"-", "–"} and before.spaced:
        mention.form = BROKEN
    elif before and before.text in {"€", "$", "@", "%"}:
        mention.form = FOREIGN
    elif before and (before.text in {"#", "+", "~"} or (i > 1 and _is_plus_minus(units, max(0, i - 3)))):
        mention.slip = True
    elif before and tight and before.text in {"<", ">"}:
        mention.form = BROKEN if before.text == "<" or i > 1 else mention.form
    if after and after.text in {"€", "$", "%", "°"} and not _is_of_the_next(units, i + 1):
        mention.form = FOREIGN
    elif after and after.text in {"+", "~"} and (not after.spaced or _is_plus_minus(units, i + 1)):
        mention.slip = True
    elif after and after.text == "½":
        mention.form, mention.after = BROKEN, i + 2


def _is_plus_minus(units: Sequence[Unit], i: int) -> bool:
    """Whether "+/-", "+-" or "-/+" stands here."""
    signs = "".join(unit.text for unit in units[i : i + 3] if not unit.is_number)
    return signs.startswith(("+/-", "+-", "-/+", "+/–"))


def _is_of_the_next(units: Sequence[Unit], i: int) -> bool:
    """Whether a sign stands apart and touches the number behind it, a price of nothing: "8 £7.50 for popcorn".

    "2 £5 vouchers" are counted.
    """
    if not units[i].spaced or i + 2 >= len(units):
        return False
    price, behind = units[i + 1], units[i + 2]
    return price.kind == NUMBER and not price.spaced and not behind.tags.isdisjoint(("prep", "joint"))


def _join_keycaps(found: list[Mention], units: Sequence[Unit]) -> None:
    """Join emoji digits: ":one::zero:" is ten, with another nought it is a hundred."""
    joined = found[:1]
    for mention in found[1:]:
        last = joined[-1]
        if last.after == mention.first and units[last.first].kind == units[mention.first].kind == EMOJI:
            last.value, last.after = last.value * 10 + mention.value, mention.after
        else:
            joined.append(mention)
    found[:] = joined


def _mark_grades(found: list[Mention], units: Sequence[Unit], words: Lexicon) -> None:
    """School grades ("2-", "3+", "1 plus") where the language's schools write them so; "#1" is praise."""
    for mention in found:
        after = units[mention.after] if mention.after < len(units) else None
        before = units[mention.first - 1] if mention.first else None
        if before is not None and mention.value == 1 and before.text in {"#", "+"}:
            mention.form = FOREIGN
        if after is None or not 1 <= mention.value <= words.school_grades or mention.form != WHOLE:
            continue
        signed = after.text in {"+", "-", "–"} and not after.spaced
        last = mention.after + 1 == len(units) or units[mention.after + 1].kind != WORD
        if (signed and last) or after.text in {"plus", "minus"}:
            mention.form = FOREIGN
        elif signed:
            mention.slip = True


def _mark_dates(found: Sequence[Mention], units: Sequence[Unit]) -> None:
    """Dates with spaces in them: "until 14. 8.", "30. 6. 2025"."""
    for day, month in pairwise(found):
        if month.first != day.after + 1 or units[day.after].text != "." or units[day.after].spaced:
            continue
        before = units[day.first - 1] if day.first else None
        dated = before is not None and before.tags & _DATING
        points = month.after < len(units) and units[month.after].text == "." and not units[month.after].spaced
        if points and day.value <= _DAYS and 1 <= month.value <= _MONTHS and (dated or day.value > _MONTHS):
            day.form = month.form = FOREIGN


def _mark_fractions(found: list[Mention], units: Sequence[Unit]) -> None:
    """Fractions: "seven and a half", "sieben komma fünf", "7 1/2"."""
    for k, mention in enumerate(found):
        after = units[mention.after] if mention.after < len(units) else None
        follower = found[k + 1] if k + 1 < len(found) else None
        followed = follower is not None and follower.first == mention.after + 1
        grade = after is not None and "hedge" in after.tags and mention.value > _LAST_GRADE  # "9 с минусом"
        if after and "half" in after.tags and (followed or "dictated" not in after.tags) and not grade:
            mention.form, mention.after = BROKEN, mention.after + 1
            if follower and followed:
                mention.form = BROKEN if follower.value else WHOLE  # "seven point zero"
                mention.after, follower.form = follower.after, SCALE
        elif after and after.kind == NUMBER and after.text in {"1/2", "1/4", "3/4"}:
            mention.form, mention.after = BROKEN, mention.after + 1
        elif mention.first and "minus" in units[mention.first - 1].tags:
            mention.form = BROKEN


def _mark_sequences(found: list[Mention], units: Sequence[Unit]) -> None:
    """Digits in a row with nothing between them are a phone, customer or order number ("30 447 19")."""
    start = 0
    while start < len(found):
        end = start + 1
        while end < len(found) and found[end - 1].after == found[end].first:
            end += 1
        row = found[start:end]
        digits = [m for m in row if units[m.first].kind == NUMBER]
        long = any(len(units[m.first].text) > 2 for m in digits)
        if len(digits) == len(row) and len({m.value for m in row}) > 1 and (len(row) > 2 or (len(row) == 2 and long)):
            for mention in row:
                mention.form = FOREIGN
        start = end
