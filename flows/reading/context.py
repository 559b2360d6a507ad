"""Stage 5: what the words around a number make of it: surely a score, perhaps one, or a number of something else."""

from collections.abc import Sequence

from flows.reading.lexicon import Lexicon
from flows.reading.numbers import BROKEN, FOREIGN, RANGE, SCALE, SCALED, WHOLE, Mention
from flows.reading.tokens import EMOJI, LINE, NUMBER, PAUSE, SIGN, STOP, WORD
from flows.reading.units import Unit

STRONG, MEDIUM, WEAK, OTHER = "strong", "medium", "weak", "other"

_LEADS = frozenset(
    "article firm filler carrier pronoun polite hedge rather bound beyond negative correct past was hypothetical otherwise"
    " instead settle apology scale greeting thanks laugh told minus between of nr".split()
)
_TRAILS = frozenset(
    "article firm filler carrier pronoun polite hedge correct thanks laugh told scale of settle apology past".split()
)
_TRAILS_ANYWHERE = frozenset({"point", "loose", "laugh", "trailing", "dictated"})
_PRELUDE = frozenset(
    "filler polite greeting thanks apology correct laugh carrier pronoun settle firm scale article of told".split()
)
_REASON_STARTS = frozenset(
    "joint func pronoun praise blame aspect negative prep article firm condition filler carrier settle damning endorsing"
    " event correct was thanks greeting signoff human otherwise rather".split()
)
_ASPECT_ENDS = frozenset("joint praise blame aspect negative damning endorsing".split())
_LONGEST_LEAD = 14
_BORDERS = (PAUSE, STOP, LINE)


def assess(mentions: Sequence[Mention], units: Sequence[Unit], words: Lexicon) -> None:
    """Fill in left, right, role, doubt, withdrawn, settled and corrected of every mention."""
    for mention in mentions:
        left_stop, carried = _walk_left(mention, units)
        right_stop = _walk_right(mention, units)
        lead = [units[i] for i in range(mention.left, mention.first)]
        trail = [units[i] for i in range(mention.after, mention.right)]
        _weigh(mention, lead, trail)
        _weigh_neighbours(mention, units, right_stop)
        mention.role = _role(mention, units, left_stop, right_stop, words, carried=carried)
        if any("stars" in unit.tags for unit in trail):
            mention.role = OTHER


def _walk_left(mention: Mention, units: Sequence[Unit]) -> tuple[Unit | None, bool]:
    """Find the words that lead up to the number; returns what stands before them in the clause, and whether a verb or
    noun of rating is among them.
    """
    i = mention.first
    carried = False
    stop: Unit | None = None
    while i > 0 and mention.first - i < _LONGEST_LEAD:
        unit = units[i - 1]
        if unit.kind in _BORDERS:
            break
        if unit.is_number or (unit.kind == WORD and not unit.tags & _LEADS):
            stop = None if unit.is_number else unit
            break
        carried = carried or "carrier" in unit.tags
        i -= 1
    if stop is not None and not carried:  # "I like it 9": a pronoun alone leads up to nothing
        while i < mention.first and units[i].tags and units[i].tags <= {"pronoun", "func"}:
            i += 1
    mention.left = i
    if stop is None:
        mention.left = _prelude(units, i)
    return stop, carried


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
        i += 1
    mention.right = i
    while i < len(units) and i - mention.after < _LONGEST_LEAD:
        unit = units[i]
        if unit.kind in _BORDERS or "joint" in unit.tags or unit.is_number:
            mention.right = i
            return None if unit.kind in _BORDERS or unit.is_number else unit
        if unit.kind == WORD and not unit.tags & _TRAILS:
            return units[mention.right]
        i += 1
    if i == len(units):
        mention.right = i
        return None
    return units[mention.right]


def _weigh(mention: Mention, lead: Sequence[Unit], trail: Sequence[Unit]) -> None:
    """Doubts, denials and corrections among the words that belong to the number."""
    ahead = frozenset(tag for unit in lead for tag in unit.tags)
    behind = frozenset(tag for unit in trail for tag in unit.tags)
    both = ahead | behind
    if "beyond" in ahead:
        mention.form = mention.form if "negative" in ahead else BROKEN
        mention.doubt = "bound"
    elif "negative" in ahead and "negative" in lead[-1].tags | _tags_of_last(lead):
        mention.withdrawn = "denied"
    for tag in ("instead", "hypothetical", "otherwise"):
        if tag in ahead:
            mention.withdrawn = tag
    if "past" in both:
        mention.withdrawn = "past"
    if lead and "nr" in lead[-1].tags or (len(lead) > 1 and lead[-1].text == "." and "nr" in lead[-2].tags):
        mention.doubt = mention.doubt or "nr"
    for tag in ("hedge", "bound", "told", "rather", "was"):
        if tag in (both if tag in {"hedge", "told"} else ahead):
            mention.doubt = mention.doubt or tag
    if mention.glued == "hedge":
        mention.doubt = "hedge"
    if mention.slip:
        mention.doubt = mention.doubt or "slip"
    mention.settled = "settle" in ahead
    mention.corrected = "correct" in both


def _tags_of_last(lead: Sequence[Unit]) -> frozenset[str]:
    """The tags of all leading words, for a denial reaches over articles and verbs up to the number."""
    return frozenset(tag for unit in lead for tag in unit.tags)


def _weigh_neighbours(mention: Mention, units: Sequence[Unit], right_stop: Unit | None) -> None:
    """A condition behind the number, a question mark on it, a smiley made of it."""
    if right_stop is not None and "condition" in right_stop.tags:
        mention.withdrawn = mention.withdrawn or "condition"
    after = units[mention.right] if mention.right < len(units) else None
    if after is None:
        return
    if after.kind == STOP and "?" in after.text:
        mention.doubt = mention.doubt or "question"
    if after.kind == PAUSE and _is_tag_question(units, mention.right + 1):
        mention.doubt = mention.doubt or "question"
    if after.kind == PAUSE and after.text.startswith(")") and not after.spaced:
        opened = any("(" in unit.text for unit in units[max(0, mention.left - 12) : mention.first] if unit.kind == PAUSE)
        mention.doubt = mention.doubt or ("" if opened else "smiley")


def _is_tag_question(units: Sequence[Unit], i: int) -> bool:
    """ "…, oder?", "…, maybe?"."""
    for unit in units[i : i + 4]:
        if unit.kind == STOP:
            return "?" in unit.text
        if unit.kind != WORD or not unit.tags & {"filler", "hedge", "loose", "range"}:
            return False
    return False


def _role(  # noqa: PLR0911  # one return per row of the table of contexts
    mention: Mention,
    units: Sequence[Unit],
    left: Unit | None,
    right: Unit | None,
    words: Lexicon,
    *,
    carried: bool,
) -> str:
    if mention.form in {SCALE, FOREIGN} or mention.glued in {"unit", "ordinal", "stars"} or _counts(mention, units, right, words):
        return OTHER
    if mention.form == SCALED:
        return STRONG
    before = _before(units, mention.first)
    if before is not None and mention.form in {BROKEN, RANGE} and "ordinal" in before.tags:
        return OTHER
    if before is not None and "definite" in before.tags and right is not None and not right.tags & {"joint", "func"}:
        return OTHER
    if before is not None and before.tags & {"prep", "label", "counted"} and before.kind == WORD:
        return OTHER
    if left is not None and left.tags & {"prep", "label", "counted"} and not carried and not mention.settled:
        return OTHER
    if _is_date(mention, units, before):
        return OTHER
    pointed = any("point" in unit.tags for unit in units[mention.after : mention.after + 1])
    if mention.word and "vague" in units[mention.first].tags and not pointed and not (left is None and right is None):
        return OTHER
    if left is None:
        return _role_at_start(mention, right, words)
    if right is None or "joint" in right.tags:
        if carried or mention.settled or mention.corrected:
            return STRONG
        if not left.tags & _ASPECT_ENDS:
            mention.doubt = mention.doubt or "context"
        return MEDIUM
    if (carried or mention.settled) and _opens_reason(right, words):
        return STRONG
    return WEAK


def _before(units: Sequence[Unit], i: int) -> Unit | None:
    """The unit in front, looking through a colon ("Zimmer: 5") and an abbreviation's point."""
    while i and (units[i - 1].kind == SIGN or units[i - 1].text == ":"):
        i -= 1
    return units[i - 1] if i else None


def _role_at_start(mention: Mention, right: Unit | None, words: Lexicon) -> str:
    if right is None or _opens_reason(right, words):
        return STRONG
    mention.doubt = mention.doubt or "follows"
    return MEDIUM


def _opens_reason(unit: Unit, words: Lexicon) -> bool:
    return unit.kind != WORD or bool(unit.tags & _REASON_STARTS) or unit.text.endswith(words.reason_endings)


def _counts(mention: Mention, units: Sequence[Unit], right: Unit | None, words: Lexicon) -> bool:
    """The number counts or measures what follows: "3 years", "2 big problems"."""
    if right is None:
        after = units[mention.right - 1] if mention.right > mention.after else None
        return after is not None and "unit" in after.tags
    i = mention.after
    for unit in units[i : i + 3]:
        if unit.kind != WORD or unit.is_number:
            return False
        if unit.tags & {"unit", "stars"}:
            return True
        plural = mention.value != 1 and words.plural_endings and unit.text.endswith(words.plural_endings)
        if plural and not unit.tags and len(unit.text) > 3:
            return True
        if not unit.tags & {"praise", "blame", "adjective", "of", "article"} and not unit.text.endswith(words.adjective_endings):
            return False
    return False


def _is_date(mention: Mention, units: Sequence[Unit], before: Unit | None) -> bool:
    """ "am 3. Mai", "der 2. Anruf", "3 May"."""
    rest = units[mention.after : mention.after + 2]
    if rest and "month" in rest[0].tags:
        return True
    if len(rest) < 2 or rest[0].text != "." or units[mention.first].kind != NUMBER:
        return False
    ordinal = before is not None and "ordinal" in before.tags
    return "month" in rest[1].tags or (ordinal and rest[1].kind == WORD)


__all__ = ["BROKEN", "MEDIUM", "OTHER", "RANGE", "STRONG", "WEAK", "WHOLE", "assess"]
