"""Stage 5a: which words around a number belong to it: "so I'd give you a solid … from me", and what stands beyond."""

from collections.abc import Sequence

from msgspec import Struct

from flows.reading.mention import Mention
from flows.reading.tokens import EMOJI, LINE, PAUSE, SIGN, STOP, WORD
from flows.reading.units import Unit, tags

_LEADS = tags(
    "article firm filler carrier pronoun polite hedge rather bound beyond negative correct past aside was hypothetical"
    " otherwise instead settle apology scale greeting thanks laugh told minus between of nr"
)
_TRAILS = tags(
    "article firm filler carrier pronoun polite hedge bound correct thanks laugh told scale of settle apology past"
    " aside unsaid"
)
_TRAILS_ANYWHERE = tags("point loose laugh trailing dictated")
_PRELUDE = tags(
    "filler polite greeting thanks apology correct laugh carrier pronoun settle firm scale article of told hedge"
)
_LEADS_ON = tags("carrier copula func pronoun was settle")
_LONGEST_LEAD = 14
_BORDERS = (PAUSE, STOP, LINE)
_ARROWS = frozenset({"=", ">", "→", "➡"})


class Surroundings(Struct, frozen=True):
    """The units that lead up to a number and trail it, and the first ones beyond them in its clause.

    `carried`: a verb or noun of rating ("give", "score") is among those that lead up to it.
    """

    lead: Sequence[Unit]
    trail: Sequence[Unit]
    left: Unit | None
    right: Unit | None
    carried: bool


def look_around(mention: Mention, units: Sequence[Unit]) -> Surroundings:
    """Find the words that belong to the number, noting their extent in `mention.left` and `mention.right`."""
    left, carried = _walk_left(mention, units)
    right = _walk_right(mention, units)
    return Surroundings(units[mention.left : mention.first], units[mention.after : mention.right], left, right, carried)


def _walk_left(mention: Mention, units: Sequence[Unit]) -> tuple[Unit | None, bool]:
    """What stands before the words that lead up to the number, and whether one of them is a word of rating."""
    i = mention.first
    carried = False
    stop: Unit | None = None
    while i > 0 and mention.first - i < _LONGEST_LEAD:
        unit = units[i - 1]
        if unit.kind in _BORDERS or "unsaid" in unit.tags or _is_of_the_number_before(units, i - 1):
            break
        if i > 1 and (_contrasts(unit) or _begins_anew(units, i - 1)):
            i -= 1
            break
        if unit.is_number or (unit.kind == WORD and not unit.tags & _LEADS):
            stop = None if unit.is_number or _parts(units[i]) else unit
            break
        carried = carried or ("carrier" in unit.tags and "copula" not in unit.tags)
        i -= 1
    if stop is not None and not carried:  # "I like it 9", "price ok 8": these words belong to what stands before them
        while i < mention.first and _belongs_before(units[i]):
            stop, i = units[i] if "praise" in units[i].tags else stop, i + 1
    mention.left = i
    if stop is None:
        mention.left = _prelude(units, i)
    return stop, carried


def _is_of_the_number_before(units: Sequence[Unit], i: int) -> bool:
    """Whether it takes back the number it stands behind: "8 by mistake"."""
    return "aside" in units[i].tags and i > 0 and units[i - 1].is_number


def _parts(unit: Unit) -> bool:
    """An emoji or an arrow parts a story from its score: "lost her fear of water ❤️ 10", "top service => 9"."""
    return (unit.kind == EMOJI and not unit.is_number) or unit.text in _ARROWS


def _leads_to_the_next(units: Sequence[Unit], after: int, i: int) -> bool:
    """Whether the word in front of another number belongs to that: "9 من 2019", "0 ça fait 3 mois"."""
    if i <= after:
        return False
    measured = i + 1 < len(units) and "unit" in units[i + 1].tags
    return "of" in units[i - 1].tags or (measured and units[i - 1].tags <= _LEADS_ON and i - 1 == after)


def _is_counted(units: Sequence[Unit], i: int) -> bool:
    """Whether who seems to be addressed rather is counted, as something is said of them: "2 lads came late"."""
    return "countable" in units[i].tags and i + 1 < len(units) and units[i + 1].kind == WORD


def _contrasts(unit: Unit) -> bool:
    """A "but" parts clauses as a comma does: "a bit dear but 8"."""
    return {"joint", "reason"} <= unit.tags and unit.tags.isdisjoint(("cause", "correct", "firm"))


def _begins_anew(units: Sequence[Unit], i: int) -> bool:
    """Whether an "and" and "it is a" lead up to the number: "with you since 2009 and it's a 9"."""
    if not {"joint", "range"} <= units[i].tags or i + 2 >= len(units) or "copula" in units[i].tags:
        return False
    return "copula" in units[i + 1].tags and "article" in units[i + 2].tags


def _belongs_before(unit: Unit) -> bool:
    """A pronoun alone, or a verdict that is no emphasis."""
    if "praise" in unit.tags:
        return "firm" not in unit.tags
    return bool(unit.tags) and unit.tags <= {"pronoun", "func"}


def _prelude(units: Sequence[Unit], i: int) -> int:
    """Whole clauses before the number that only lead up to it: "sorry, no, " or "Hello, gladly: "."""
    for _ in range(3):
        if not (i > 0 and units[i - 1].kind in _BORDERS):
            return i
        start = i - 1
        while start > 0 and units[start - 1].kind not in _BORDERS and i - start < _LONGEST_LEAD:
            start -= 1
        clause = units[start : i - 1]
        if any(unit.is_number or (unit.kind == WORD and not unit.tags & _PRELUDE) for unit in clause):
            return i
        i = start
    return i


def _walk_right(mention: Mention, units: Sequence[Unit]) -> Unit | None:
    """Find the words that belong to the number after it; returns what follows them in the clause."""
    i = mention.after
    while i < len(units) and (units[i].kind in {SIGN, EMOJI} or units[i].tags & _TRAILS_ANYWHERE):
        if _is_counted(units, i):
            break
        i += 1
        if "dictated" in units[i - 1].tags and "point" not in units[i - 1].tags:
            mention.right = i
            return None
    mention.right = i
    denied = any("negative" in unit.tags for unit in units[mention.left : mention.first])
    while i < len(units) and i - mention.after < _LONGEST_LEAD:
        unit = units[i]
        if unit.kind in _BORDERS or "joint" in unit.tags or unit.is_number:
            mention.right = i - (unit.is_number and _leads_to_the_next(units, mention.after, i))
            return None if unit.kind in _BORDERS or unit.is_number else unit
        if unit.kind == WORD and not unit.tags & _TRAILS and not (denied and "longer" in unit.tags):
            return units[mention.right]
        if "unsaid" in unit.tags:
            mention.withdrawn = "hypothetical"
        i += 1
        if "rating" in unit.tags and mention.right == i - 1:
            mention.right = i  # "8 veriyorum otopark dolu"
    if i == len(units):
        mention.right = i
        return None
    return units[mention.right]
