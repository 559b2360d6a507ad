"""Stage 5: what the words around a number make of it: surely a score, perhaps one, or a number of something else."""

from collections.abc import Sequence

from flows.reading.cues import is_of_another_day, is_of_kin, names_a_thing, opens_a_list
from flows.reading.lexicon import Lexicon
from flows.reading.mention import BROKEN, FOREIGN, RANGE, SCALE, SCALED, WHOLE, Mention
from flows.reading.plurals import NOTHING
from flows.reading.story import ends_a_verdict, says_little, tells_a_story
from flows.reading.tokens import NUMBER, PAUSE, SIGN, WORD
from flows.reading.units import Unit, tags
from flows.reading.walk import Surroundings, look_around
from flows.reading.weigh import weigh

STRONG, MEDIUM, WEAK, OTHER = "strong", "medium", "weak", "other"

_REASON_STARTS = tags(
    "joint func pronoun praise blame aspect handful negative prep article firm condition filler carrier settle damning"
    " endorsing rave event correct was thanks greeting signoff otherwise rather instead"
)
_ASPECT_ENDS = tags("reason praise blame aspect negative damning endorsing adjective")
_IN_ORDER = tags("label unit")
_AFTER_ADJECTIVE = tags("aspect noun joint func praise adjective negative")
_LEADING = tags("firm copula settle rating")
_FEW = 3
_A_HANDFUL = 6  # so many of a thing one customer may have had
_SEVERAL = 2
_HIGHEST = 20  # what has a greater number than any scale has a name
_VERDICTS = tags("praise blame adjective copula func event")
_NAMED = tags("aspect noun")
_NAMES = tags("prep label counted")
_BEFORE_COUNTED = tags("praise blame adjective of")


def assess(mentions: Sequence[Mention], units: Sequence[Unit], words: Lexicon, high: int = 10) -> None:
    """Fill in extent, role, doubt, withdrawn, settled and corrected of every mention."""
    last: Mention | None = None
    for mention in mentions:
        around = look_around(mention, units)
        weigh(mention, around, units)
        named = "" if around.carried else names_a_thing(mention, units, words)
        if named == OTHER or _is_of_something_else(mention, around, units, words):
            mention.role = OTHER
        else:
            mention.role = _role(mention, around, units, words)
            if mention.role == STRONG:
                _doubt_what_follows(mention, around, units, words, high)
            mention.doubt = mention.doubt or named or ("list number" if opens_a_list(mention, units) else "")
        if len(mentions) == 1 and mention.form == WHOLE:
            if is_of_another_day(mention, units, words):
                mention.role, mention.doubt, mention.withdrawn = STRONG, "told", ""
            elif is_of_kin(mention, units, words):
                mention.role = OTHER
        mention.rated = mention.form == SCALED or any("rating" in unit.tags for unit in (*around.lead, *around.trail))
        mention.led = any(unit.tags & _LEADING for unit in around.lead)
        mention.alone = around.left is None and around.right is None
        if mention.role == STRONG and (
            _is_of_several(mention, around, units) or (last is not None and _is_listed(mention, last, around, units))
        ):
            mention.doubt = mention.doubt or "context"
        if last is not None and last.after == mention.left and _may_be_denied(mention, last, around, words):
            mention.doubt = mention.doubt or "context"
        last = mention


def _is_of_something_else(mention: Mention, around: Surroundings, units: Sequence[Unit], words: Lexicon) -> bool:
    """The number counts, measures, dates or names something: "3 years", "room 5", "at 8", "3 May"."""
    if (
        mention.form in {SCALE, FOREIGN}
        or mention.glued in {"unit", "ordinal", "stars"}
        or _is_numbered(mention, around)
    ):
        return True
    if _is_counting(mention, around, units, words) or any("stars" in unit.tags for unit in around.trail):
        return True
    if mention.form == SCALED:
        return False
    before = _before(units, mention.first)
    if before is not None and _is_named(mention, around, before):
        return True
    named = around.left is not None and bool(around.left.tags & _NAMES)
    named = named and not any("firm" in unit.tags for unit in around.lead)  # "since the new hall only 8"
    if named and not around.carried and not mention.settled and mention.doubt != "told":
        return True
    return (
        _is_turned_round(mention, units, before)
        or _is_date(mention, units, before, words)
        or _is_vague(mention, around, units)
        or _is_times(mention, units)
    )


def _is_counting(mention: Mention, around: Surroundings, units: Sequence[Unit], words: Lexicon) -> bool:
    """Whether it counts what follows, and the form of that does not deny it: "2 посылка вскрыта"."""
    return _counts(mention, units, around.right, words) and not tells_a_story(mention, units, words)


def _is_turned_round(mention: Mention, units: Sequence[Unit], before: Unit | None) -> bool:
    """Whether a number opens the message and it stands behind its unit, as an estimate does: "лет семь"."""
    if before is None or "unit" not in before.tags:
        return False
    return units[0].is_number and mention.word and not units[mention.first - 2].is_number


def _is_times(mention: Mention, units: Sequence[Unit]) -> bool:
    """Whether it is a word for one that also means times, behind a number: "5 раз"."""
    i = mention.first
    return mention.word and i > 0 and units[i - 1].is_number and "unit" in units[i].tags


def _may_be_denied(mention: Mention, last: Mention, around: Surroundings, words: Lexicon) -> bool:
    """Whether a bare "no" parts it from a higher number: "9 non 6" may say either of them."""
    return mention.value < last.value and len(around.lead) == 1 and around.lead[0].text in words.no


def _is_numbered(mention: Mention, around: Surroundings) -> bool:
    """Whether it is no number of the scale behind "no.": "flight no. 614", "the no. 1 in town"."""
    return mention.doubt == "nr" and (mention.value > _HIGHEST or (mention.value == 1 and around.right is not None))


def _is_named(mention: Mention, around: Surroundings, before: Unit) -> bool:
    """What stands in front makes it a name, a count or a date: "room 5", "the 3 drivers", "on the 2.4."."""
    if before.kind == WORD and before.tags & _NAMES:
        alone = around.left is None and around.right is None
        return not (alone and not before.tags.isdisjoint(("hedge", "nr")))  # "около 8", "nº 8"
    if "ordinal" in before.tags and mention.form in {BROKEN, RANGE}:
        return True
    return "definite" in before.tags and around.right is not None and not around.right.tags & {"joint", "func"}


def _is_of_several(mention: Mention, around: Surroundings, units: Sequence[Unit]) -> bool:
    """Whether it may count people with their article: "the 2 at the desk were great"."""
    before = _before(units, mention.first)
    if before is None or "definite" not in before.tags or around.right is None or mention.value < _SEVERAL:
        return False
    return "joint" not in around.right.tags


def _is_listed(mention: Mention, last: Mention, around: Surroundings, units: Sequence[Unit]) -> bool:
    """Whether it may go on counting what the message began to count: "8 people, 2 schnitzel cold"."""
    if last.role != OTHER or last.first or mention.left < mention.first or mention.first < 1:
        return False
    opens = units[mention.first - 1].kind == PAUSE and around.left is None and mention.form == WHOLE
    return opens and around.right is not None and (not around.right.tags or bool(around.right.tags & _NAMED))


def _is_vague(mention: Mention, around: Surroundings, units: Sequence[Unit]) -> bool:
    """A number word that is also an ordinary word ("one") counts only by itself, or with its points."""
    if not mention.word or "vague" not in units[mention.first].tags:
        return False
    pointed = any("point" in unit.tags for unit in units[mention.after : mention.after + 1])
    if around.right is None and (mention.settled or mention.corrected):
        return False
    if around.left is None and around.right is not None and "cause" in around.right.tags:
        return False  # "four because nobody rang"
    return not pointed and not (around.left is None and around.right is None)


def _role(mention: Mention, around: Surroundings, units: Sequence[Unit], words: Lexicon) -> str:
    """Alone or carried it is surely the score; at the end of a clause perhaps; in the middle of one hardly."""
    reason_follows = _reason_follows(mention, around, units, words)
    if mention.form == SCALED or (reason_follows and around.left is None):
        return STRONG
    if around.left is None:
        mention.doubt = mention.doubt or "follows"
        return MEDIUM
    marked = around.carried or mention.settled
    if around.right is None or "joint" in around.right.tags:
        if marked or mention.corrected:
            return STRONG
        if not around.left.tags & _ASPECT_ENDS and not ends_a_verdict(mention, units):
            mention.doubt = mention.doubt or "context"
        return MEDIUM
    return STRONG if marked and reason_follows else WEAK


def _reason_follows(mention: Mention, around: Surroundings, units: Sequence[Unit], words: Lexicon) -> bool:
    """Whether what stands behind the number begins a reason, or nothing does."""
    if around.right is None:
        return True
    said = units[mention.right + 1 : mention.right + 2]
    if (_may_be_counted(mention, around.right) and not tells_a_story(mention, units, words)) or (
        said and said[0].text.endswith(words.counting.taken or NOTHING)
    ):
        return False
    if "adjective" in around.right.tags:
        following = units[mention.right + 1 : mention.right + 2]
        return tells_a_story(mention, units, words) or all(
            unit.kind != WORD or unit.tags & _AFTER_ADJECTIVE for unit in following
        )
    if _is_of_many(mention, around.right, said, words):
        return tells_a_story(mention, units, words)
    return _opens_reason(around.right, words) or tells_a_story(mention, units, words)


def _doubt_what_follows(
    mention: Mention, around: Surroundings, units: Sequence[Unit], words: Lexicon, high: int
) -> None:
    """What only looks like a reason behind a sure score is worth a question."""
    if around.right is None or mention.form == SCALED or mention.doubt:
        return
    if around.left is None and says_little(mention, units, high) and not tells_a_story(mention, units, words):
        mention.doubt = "follows"
    elif around.left is not None and around.right.kind == WORD and not around.right.tags & _REASON_STARTS:
        mention.doubt = "context"  # an ending alone makes it a reason: "nobody gets a 10 from me easily"


def _may_be_counted(mention: Mention, right: Unit) -> bool:
    """Whether it may read "2 staff" or "1 happy customer": praise right behind a low score is odd."""
    if "handful" in right.tags:
        return mention.value <= _A_HANDFUL
    return "countable" in right.tags or (mention.value <= _FEW and bool(right.tags & {"praise", "endorsing"}))


def _is_of_many(mention: Mention, right: Unit, said: Sequence[Unit], words: Lexicon) -> bool:
    """Whether a small number stands in front of an ending of adjectives and a noun: "2 forskellige priser"."""
    if not 1 < mention.value <= _A_HANDFUL or right.tags or not right.text.endswith(words.adjective_endings or NOTHING):
        return False
    return bool(said) and said[0].kind == WORD and not said[0].is_number and said[0].tags <= _NAMED


def _before(units: Sequence[Unit], i: int) -> Unit | None:
    """The unit in front, looking through a colon ("Zimmer: 5") and an abbreviation's point."""
    while i and (units[i - 1].kind == SIGN or units[i - 1].text == ":"):
        i -= 1
    return units[i - 1] if i else None


def _opens_reason(unit: Unit, words: Lexicon) -> bool:
    return unit.kind != WORD or bool(unit.tags & _REASON_STARTS) or unit.text.endswith(words.reason_endings)


def _counts(mention: Mention, units: Sequence[Unit], right: Unit | None, words: Lexicon) -> bool:
    """The number counts or measures what follows: "3 years", "2 big problems"."""
    if right is None:
        measured = mention.right > mention.after and "unit" in units[mention.right - 1].tags
        return measured or any("unit" in unit.tags for unit in units[mention.right : mention.right + 1])  # "2 раз"
    for unit in units[mention.after : mention.after + 3]:
        if unit.kind != WORD or unit.is_number:
            return False
        plural = mention.value != 1 and not unit.tags and len(unit.text) > 3 and "'" not in unit.text[:2]
        plural = plural and not unit.text.endswith(words.counting.single or NOTHING)
        if "piece" in unit.tags:
            return mention.form != SCALED and not _is_judged(mention, units)
        if unit.tags & {"unit", "stars"} or (plural and unit.text.endswith(words.plural_endings)):
            return True
        if not unit.tags & _BEFORE_COUNTED and not unit.text.endswith(words.adjective_endings):
            return False
    return False


def _is_judged(mention: Mention, units: Sequence[Unit]) -> bool:
    """Whether the opening number is followed by one thing and what is said of it: "8 pizza was hot", not "2 pizza"."""
    said = units[mention.after + 1 : mention.after + 2]
    return mention.first == 0 and mention.value > 1 and bool(said) and not said[0].tags.isdisjoint(_VERDICTS)


def _is_ordinal(rest: Sequence[Unit]) -> bool:
    """Whether nothing but a point and what may be put in order follow: "3. kat"."""
    return rest[0].text == "." and not rest[0].spaced and bool(rest[1].tags & _IN_ORDER)


def _is_turn(rest: Sequence[Unit], words: Lexicon) -> bool:
    """Whether a point and a turn or a day follow: "2. kez aynı arıza"."""
    return rest[0].text == "." and rest[1].text in words.counting.turns


def _is_date(mention: Mention, units: Sequence[Unit], before: Unit | None, words: Lexicon) -> bool:
    """Whether it is a date or an ordinal: "am 3. Mai", "der 2. Anruf", "3 May"."""
    rest = units[mention.after : mention.after + 2]
    if rest and "month" in rest[0].tags:
        return True
    last = mention.after + len(rest) == len(units) and not (before is not None and "carrier" in before.tags)
    if len(rest) > 1 and ((mention.first == 0 and _is_turn(rest, words)) or (last and _is_ordinal(rest))):
        return True
    if len(rest) < 2 or rest[0].text != "." or units[mention.first].kind != NUMBER:
        return False
    ordinal = before is not None and "ordinal" in before.tags
    return "month" in rest[1].tags or (ordinal and rest[1].kind == WORD)
