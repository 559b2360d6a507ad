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

from msgspec import Struct

from flows.reading.lexicon import Lexicon, lexicon
from flows.reading.tokens import EMOJI, NUMBER, PAUSE, SIGN, WORD
from flows.reading.units import Unit

WHOLE, SCALED, SCALE, RANGE, BROKEN, FOREIGN = "whole", "scaled", "scale", "range", "broken", "foreign"
_DIGITS = re.compile(r"[0-9]+|[.,:/–-]")
_SLACK_NUMBER = re.compile(r":(?:keycap_)?([a-z]+):")
_LONGEST = 9
_DAYS, _MONTHS = 31, 12
_DATING = frozenset({"prep", "ordinal", "bound", "between"})
_LIKE_ZERO = frozenset("oоο")  # Latin, Cyrillic, Greek
_GRADES = 3  # "1a" and "2a" are Swedish ordinals, "3a" is a noun: a score
_PRICE = 2  # decimals of a price or a time
_KINDS = (NUMBER, EMOJI)


class Mention(Struct, gc=False):
    """A number: its value, its form, the units it spans (first..after), and what the later stages find out about it."""

    value: int
    form: str
    first: int
    after: int
    slip: bool = False  # written oddly: "07", "8+"
    glued: str = ""  # tag of a suffix: "9ish" hedge, "5min" unit
    word: bool = False  # a word, not digits
    doubt: str = ""  # why it is unsure
    withdrawn: str = ""  # why it no longer counts
    role: str = ""  # strong | medium | weak | other, see context.py
    settled: bool = False  # "all in all 7", "make it 7"
    rated: bool = False  # called a score: "I give it a 4", "9/10"
    led: bool = False  # a word of emphasis or of being leads up to it: "only 8", "it's 8"
    alone: bool = False  # nothing else stands in its clause
    corrected: bool = False  # "sorry, 8"
    left: int = 0  # first unit of the words that carry it ("I'd give it a solid")
    right: int = 0  # unit after them ("from me")


def find_mentions(units: Sequence[Unit], words: Lexicon, low: int, high: int, *, most: int) -> list[Mention]:
    """Every number of the text in order, with scales, ranges and fractions put together; of too many `most` + 1."""
    found: list[Mention] = []
    for i, unit in enumerate(units):
        if (unit.value is not None or unit.kind in _KINDS) and (mention := _mention(units, i, words, low, high)):
            found.append(mention)
            if len(found) > most:
                return found
    _join_keycaps(found, units)
    _mark_dates(found, units)
    _mark_grades(found, units, words)
    _mark_fractions(found, units)
    _mark_scales(found, units, low, high)
    _mark_closed_ranges(found, units, high)
    _mark_ranges(found, units, low, high)
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
        mention.glued = "point" if mention.value >= _GRADES else "ordinal"
    return mention


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
    elif before and before.text in {"#", "+", "~"}:
        mention.slip = True
    elif before and tight and before.text in {"<", ">"}:
        mention.form = BROKEN if before.text == "<" or i > 1 else mention.form
    if after and after.text in {"€", "$", "%", "°"}:
        mention.form = FOREIGN
    elif after and after.text in {"+", "~"} and not after.spaced:
        mention.slip = True
    elif after and after.text == "½":
        mention.form, mention.after = BROKEN, i + 2


def _join_keycaps(found: list[Mention], units: Sequence[Unit]) -> None:
    """Join emoji digits: ":one::zero:" is ten."""
    for k in range(len(found) - 1, 0, -1):
        first, second = found[k - 1], found[k]
        if first.after == second.first and units[first.first].kind == units[second.first].kind == EMOJI:
            first.value, first.after = first.value * 10 + second.value, second.after
            del found[k]


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
        if after and "half" in after.tags and (followed or "dictated" not in after.tags):
            mention.form, mention.after = BROKEN, mention.after + 1
            if follower and followed:
                mention.after, follower.form = follower.after, SCALE
        elif after and after.kind == NUMBER and after.text in {"1/2", "1/4", "3/4"}:
            mention.form, mention.after = BROKEN, mention.after + 1
        elif mention.first and "minus" in units[mention.first - 1].tags:
            mention.form = BROKEN


def _mark_scales(found: list[Mention], units: Sequence[Unit], low: int, high: int) -> None:
    """The scale behind a score: "9 out of 10", "9 von 10", "9 / 10"; "3 of 5" is another scale or a share."""
    for mention, scale in pairwise(found):
        between = units[mention.after : scale.first]
        if len(between) > 1 and "point" in between[0].tags:
            between = between[1:]
        if mention.form not in {WHOLE, BROKEN} or scale.form != WHOLE or not 1 <= len(between) <= 3:
            continue
        if "of" not in between[0].tags and between[0].text != "/":
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


def _mark_ranges(found: list[Mention], units: Sequence[Unit], low: int, high: int) -> None:
    """Two values: "7 or 8", "7 - 8", "between 7 and 8", "0 bis 10" (the scale)."""
    for mention, other in pairwise(found):
        between = units[mention.after : other.first]
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


def _mark_closed_ranges(found: Sequence[Mention], units: Sequence[Unit], high: int) -> None:
    """Two numbers side by side and the word for between behind them: "7 8 arası"."""
    for mention, other in pairwise(found):
        closed = other.after < len(units) and "between" in units[other.after].tags
        if closed and mention.after == other.first and mention.value < other.value <= high:
            mention.form = other.form = RANGE


def _measures(mention: Mention, units: Sequence[Unit]) -> bool:
    return mention.after < len(units) and "unit" in units[mention.after].tags


def _takes_points_off(mention: Mention, units: Sequence[Unit]) -> bool:
    """Whether it reads "2 points less for the queue" behind a dash: its points, and something behind them."""
    rest = units[mention.after : mention.after + 2]
    return len(rest) > 1 and "point" in rest[0].tags and rest[1].kind == WORD


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
