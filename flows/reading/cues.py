"""Stage 4c: numbers that tell a time, a part of many, a thing that does something, or a score of another day.

The words that show it (`[cues]` of a language's file) mean this in one place only and are no tags:

clock     between or behind two numbers: "10 past 8", "8'i 10 geçe"
share     what there are ten of: "9 parcels out of 10"
namely    the article of one known thing: "el 5 llegó tarde"
gave earlier   together in one clause: "gave you a 9 yesterday"
than      behind a "rather": "eher 8 als 7"
writing   in a line that announces a quotation: "On 3 May you wrote:"
"""

from collections.abc import Sequence
from itertools import pairwise

from flows.reading.lexicon import Lexicon
from flows.reading.mention import FOREIGN, SCALE, SCALED, WHOLE, Mention
from flows.reading.tokens import NUMBER, PAUSE, WORD
from flows.reading.units import Unit, tags

_NONE: frozenset[str] = frozenset()
_STEP, _HALF, _HOURS = 5, 30, 12
_COUNTED = tags("unit countable stars point")
_GIVES_REASON = tags("joint prep cause thanks laugh loose trailing dictated point unit month")
_BETWEEN_VERBS = tags("firm negative filler")
_AND = tags("joint")  # "e" is Italian for "and" and, without its accent, for "is"
_SAID = 4
_BEING = tags("copula was")
_SMALL = tags("pronoun article firm filler carrier past func prep told joint loose greeting polite was rating label")
_NAMING = tags("func aspect noun pronoun label article ordinal vague countable handful unit adjective filler piece")
_RAVING, _BLAMING = tags("rave endorsing devoted"), tags("blame damning")
_SAYS = 2  # units of who says it and that it is said
_DATE = 4  # letters of a year or a date in digits
_CLAUSE = 8  # units of a clause that are looked at on either side
_OF_TEN = 3  # units between a share and the ten it is of
_ENDING = 2  # the units of an ending behind an apostrophe
_SHORT = 4  # letters of a pronoun that no list knows


def _is(unit: Unit, name: str, words: Lexicon) -> bool:
    return unit.text in words.cues.get(name, _NONE)


def _holds(unit: Unit, name: str, words: Lexicon) -> bool:
    """Whether it is the word or a phrase with it in it: "already gave"."""
    return _is(unit, name, words) or not words.cues.get(name, _NONE).isdisjoint(unit.text.split(" "))


def mark_clock_times(found: Sequence[Mention], units: Sequence[Unit], words: Lexicon) -> None:
    """Minutes and an hour: "10 past 8 the bus came", "8'i 10 geçe", "за 5 9"; nothing that is counted follows."""
    for first, second in pairwise(found):
        if first.form != WHOLE or second.form != WHOLE:
            continue
        between = units[first.after : second.first]
        behind = units[second.after : second.after + 1]
        told = len(between) == 1 and _is(between[0], "clock", words) and _is_time(first.value, second.value)
        hung = len(between) == _ENDING and between[0].text == "'" and len(between[1].text) < _SHORT
        turned = (not between or hung) and any(_is(unit, "clock", words) for unit in behind)
        turned = turned and _is_time(second.value, first.value)
        ahead = units[max(0, first.first - 1) : first.first]
        digits = units[first.first].kind == units[second.first].kind == NUMBER
        paired = not between and digits and any("prep" in unit.tags for unit in ahead) and first.value != second.value
        if turned or ((told or paired) and not _counts_something(second, units, words)):
            first.form = second.form = FOREIGN


def _is_time(minutes: int, hour: int) -> bool:
    return 0 < minutes <= _HALF and minutes % _STEP == 0 and 1 <= hour <= _HOURS


def _counts_something(mention: Mention, units: Sequence[Unit], words: Lexicon) -> bool:
    for unit in units[mention.after : mention.after + 1]:
        plural = bool(words.plural_endings) and not unit.tags and unit.text.endswith(words.plural_endings)
        return unit.kind == WORD and (plural or not unit.tags.isdisjoint(_COUNTED))
    return False


def mark_parts_of_many(found: Sequence[Mention], units: Sequence[Unit], words: Lexicon, high: int) -> None:
    """So many of ten things: "9 z 10 případů", "9 przypadkach na 10"."""
    for mention in found:
        behind = units[mention.after : mention.after + 1]
        if mention.form == SCALED and any(_is(unit, "share", words) for unit in behind):
            mention.form = FOREIGN
    for mention, scale in pairwise(found):
        between = units[mention.after : scale.first]
        of_ten = scale.value == high and scale.form in {WHOLE, SCALE} and 1 < len(between) <= _OF_TEN
        named = of_ten and _is(between[0], "share", words) and any("of" in unit.tags for unit in between[1:])
        if named and mention.form == WHOLE:
            mention.form = scale.form = FOREIGN


def names_a_thing(mention: Mention, units: Sequence[Unit], words: Lexicon) -> str:
    """Whether the number names what does something: "other" surely ("el 5 llegó tarde"), "context" perhaps, "" not."""
    hung = mention.after - mention.first > 1  # "5:an kom för sent"
    start = mention.first if hung else mention.first - 1
    if start < 0 or mention.form != WHOLE or not _is(units[mention.after - 1 if hung else start], "namely", words):
        return ""
    said = [unit for unit in units[mention.after : mention.after + _SAID] if unit.tags.isdisjoint(_BETWEEN_VERBS)]
    if not said or said[0].kind != WORD or said[0].is_number:
        return ""
    sure = start == 0 or units[start - 1].kind != WORD
    if not said[0].tags.isdisjoint(_BEING):
        done = any("event" in unit.tags for unit in said[1:2])
        return "" if said[0].tags >= _AND and not done else "other" if sure and done else "context"
    if not said[0].tags.isdisjoint(_GIVES_REASON):
        return ""
    return "other" if sure else "context"


def is_of_another_day(mention: Mention, units: Sequence[Unit], words: Lexicon) -> bool:
    """Whether nothing but the report of a score given before stands around it: "ya os puse un 9 ayer"."""
    clause = [
        unit
        for unit in units[max(0, mention.first - _CLAUSE) : mention.after + _CLAUSE]
        if unit.clause == units[mention.first].clause and unit.kind == WORD and not unit.is_number
    ]
    gave = [_holds(unit, "gave", words) for unit in clause]
    earlier = [_holds(unit, "earlier", words) for unit in clause]
    if not any(gave) or not any(earlier):
        return False
    return all(
        either or both or not unit.tags.isdisjoint(_SMALL) or (not unit.tags and len(unit.text) <= _SHORT)
        for unit, either, both in zip(clause, gave, earlier, strict=True)
    )


def prefer_the_first(mentions: Sequence[Mention], units: Sequence[Unit], words: Lexicon) -> None:
    """What stands behind a "than" is not given: "eher 8 als 7", "more an 8 than a 7"."""
    for first, second in pairwise(mentions):
        between = units[first.after : second.first]
        if not 1 <= len(between) <= 2 or not _is(between[0], "than", words) or first.form != WHOLE:
            continue
        lead = units[max(0, first.first - 3) : first.first]
        if any("rather" in unit.tags for unit in lead) and all("article" in unit.tags for unit in between[1:]):
            second.withdrawn, first.withdrawn, first.doubt = "instead", "", ""
            first.settled, first.role, first.right = True, "strong", second.after


def names_two_parts(mentions: Sequence[Mention], units: Sequence[Unit], low: int, high: int) -> bool:
    """Whether the text is nothing but a word and a number, twice and more: "food 9, service 2"."""
    if len(mentions) < 2 or len({m.value for m in mentions}) < 2 or len(units) > 5 * len(mentions):
        return False
    start = 0
    for mention in mentions:
        name = units[start + (start > 0 and units[start].kind == PAUSE) : mention.first]
        if not 1 <= len(name) <= 3 or mention.form != WHOLE or not low <= mention.value <= high or mention.withdrawn:
            return False
        if mention.settled or mention.corrected or mention.rated or any(unit.kind != WORD for unit in name):
            return False
        if not all(unit.tags <= _NAMING for unit in name):
            return False
        start = mention.after
    return start == len(units)


def opens_a_list(mention: Mention, units: Sequence[Unit]) -> bool:
    """Whether "1." opens the message and nothing but praise follows: "1. Couldn't ask for more, all perfect"."""
    rest = units[mention.after :]
    if mention.first or mention.value != 1 or mention.word or not rest or rest[0].text != "." or rest[0].spaced:
        return False
    heard = frozenset(tag for unit in rest for tag in unit.tags)
    if heard.isdisjoint(_RAVING):
        return "praise" in heard and heard.isdisjoint(_BLAMING) and "negative" not in heard
    return heard.isdisjoint(_BLAMING)


def is_of_kin(mention: Mention, units: Sequence[Unit], words: Lexicon) -> bool:
    """Whether it is what somebody at home says: "my wife says 8"."""
    if mention.first < _SAYS:
        return False
    who, says = units[mention.first - 2 : mention.first]
    return _is(who, "kin", words) and says.kind == WORD and says.tags.isdisjoint(("joint", "copula", "article"))


def announces(line: Sequence[Unit], words: Lexicon) -> bool:
    """Whether a line only announces a quotation, with its date: "On 3 May you wrote:"."""
    if not line or ":" not in line[-1].text:
        return False
    dated = any("month" in unit.tags or (unit.kind == NUMBER and len(unit.text) >= _DATE) for unit in line)
    dated = dated or ("prep" in line[0].tags and line[1].kind == NUMBER)  # "may" is no month's name alone
    return dated and any(_holds(unit, "writing", words) for unit in line)
