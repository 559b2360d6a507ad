"""Stage 6: from the numbers and their contexts to one decision. When torn, the more careful one."""

from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from msgspec import Struct

from flows.reading.context import MEDIUM, OTHER, STRONG, WEAK
from flows.reading.mention import BROKEN, FOREIGN, RANGE, WHOLE, Mention
from flows.reading.story import names_a_part
from flows.reading.tokens import STOP, WORD
from flows.reading.units import Unit

_PART = 2  # words that name what a score is for
_STORY = 4  # words of a clause that tells something


class Decision(Struct, frozen=True):
    """accept or confirm with a value, or reask; `rule` says why, `mentions` are those that carry the value."""

    action: str
    value: int | None
    rule: str
    mentions: tuple[Mention, ...] = ()


def decide(mentions: Sequence[Mention], units: Sequence[Unit], low: int, high: int) -> Decision:
    """The score among the numbers of the text."""
    _withdraw(mentions, units)
    live = [m for m in mentions if m.role in {STRONG, MEDIUM} and not m.withdrawn]
    live = _settle(live, mentions, units)
    if len(live) > 1:
        live = _without_the_unsure(live, mentions, units, low, high)
    if any(m.form in {BROKEN, RANGE} for m in live):
        return Decision("reask", None, "range or fraction")
    if any(not low <= m.value <= high and m.role == STRONG for m in live):
        return Decision("reask", None, "off the scale")
    live = [m for m in live if low <= m.value <= high]
    if any(m.doubt != "follows" for m in live):
        live = [m for m in live if m.doubt != "follows"]
    values = {m.value for m in live}
    if len(values) == 1:
        _doubt_beside_another(live, mentions, units, low, high)
        return _weigh_doubts(live, tuple(m for m in mentions if m.value in values and not m.withdrawn))
    if not values:
        return Decision("reask", None, "withdrawn" if any(m.withdrawn for m in mentions) else "no score")
    listed = _list_number(live, units)
    if listed is not None:
        return Decision("confirm", listed.value, "list number", (listed,))
    return Decision("reask", None, "two values")


def _doubt_beside_another(
    live: Sequence[Mention], mentions: Sequence[Mention], units: Sequence[Unit], low: int, high: int
) -> None:
    """A number that only its place makes a score is unsure beside another of the scale: "food 9 service 4"."""
    others = {m.value for m in mentions if m.role == WEAK and m.form == WHOLE and not m.withdrawn} - {live[-1].value}
    parts = (m for m in mentions if m.role == OTHER and low <= m.value <= high and m.value != live[-1].value)
    if live[-1].role == MEDIUM and (
        any(low <= value <= high for value in others) or any(names_a_part(m, units) for m in parts)
    ):
        live[-1].doubt = live[-1].doubt or "context"


def _weigh_doubts(live: Sequence[Mention], chosen: tuple[Mention, ...]) -> Decision:
    """One value is left: accept it unless the last mention of it is in doubt."""
    last = live[-1]
    if not last.doubt:
        rule = "settled" if last.settled else "corrected" if last.corrected else last.form
        return Decision("accept", last.value, rule, chosen)
    return Decision("confirm", last.value, next(m.doubt for m in live if m.doubt), chosen)


def _withdraw(mentions: Sequence[Mention], units: Sequence[Unit]) -> None:
    """A rival's score never counts; "was 9" falls to a later score; a correction takes back what stands before it."""
    rivals = {unit.clause: i for i, unit in enumerate(units) if "rival" in unit.tags}
    for mention in mentions:
        rival = rivals.get(units[mention.first].clause)
        if rival is not None and not (mention.left == 0 and mention.role == STRONG and rival - mention.right >= _STORY):
            mention.withdrawn = mention.withdrawn or "rival"
    _withdraw_promises(mentions, units)
    _withdraw_alternatives(mentions)
    _restore_what_was_meant(mentions, units)
    for k, mention in enumerate(mentions):
        if mention.role not in {STRONG, MEDIUM} or mention.withdrawn:
            continue
        later = [m for m in mentions[k + 1 :] if m.role in {STRONG, MEDIUM} and not m.withdrawn]
        if mention.doubt == "was" and later:
            mention.withdrawn = "past"
        elif (any(m.corrected for m in later) and not mention.corrected) or (
            mention.corrected
            and mention.doubt != "told"
            and any(m.corrected and m.value != mention.value for m in later)
        ):
            mention.withdrawn = "corrected"


def _withdraw_promises(mentions: Sequence[Mention], units: Sequence[Unit]) -> None:
    """What is given under a condition does not count, nor what is given without it: "10 if you fix it, as it is 2"."""
    conditions = _conditions(units)
    wished = {units[m.first].clause for m in mentions if m.withdrawn == "hypothetical"}
    promised = {units[m.first].clause for m in mentions if m.withdrawn == "condition" and m.role in {STRONG, MEDIUM}}
    for mention in mentions:
        clause = units[mention.first].clause
        if clause in conditions and conditions[clause] < mention.first:
            mention.withdrawn = mention.withdrawn or "condition"
        elif clause - 1 in conditions and clause - 1 not in wished:
            if clause - 1 in promised and (not mention.settled or _is_as_it_is(mention, units)):
                mention.withdrawn = mention.withdrawn or "otherwise"
            elif not mention.settled:
                mention.doubt = mention.doubt or "condition"


def _is_as_it_is(mention: Mention, units: Sequence[Unit]) -> bool:
    """Whether it is called what counts as things are; no conclusion ("10 if it had parking, so 8")."""
    return any("asis" in unit.tags for unit in units[mention.left : mention.first])


def _withdraw_alternatives(mentions: Sequence[Mention]) -> None:
    """Where an "otherwise" has its own number, the number before it counts no more: "10 once it works, otherwise 1"."""
    last = max((m.first for m in mentions if m.withdrawn == "otherwise"), default=-1)
    for mention in mentions:
        if mention.first < last:
            mention.withdrawn = mention.withdrawn or "condition"


def _restore_what_was_meant(mentions: Sequence[Mention], units: Sequence[Unit]) -> None:
    """What somebody wanted to type counts where the other number is denied: "wanted to type 6, not 9"."""
    meant = [m for m in mentions if m.role != OTHER]
    if len(meant) != 2 or not all(m.withdrawn in {"hypothetical", "denied", "instead"} for m in meant):
        return
    for mention in meant:
        around = units[mention.left : mention.right + 1]
        if mention.withdrawn == "hypothetical" and any("typing" in unit.tags for unit in around):
            mention.withdrawn, mention.doubt, mention.corrected, mention.role = "", "", True, STRONG
            mention.right = mention.left + len(around)


def _conditions(units: Sequence[Unit]) -> dict[int, int]:
    """The clauses that open with a condition ("if you fix it, …"), and where."""
    found: dict[int, int] = {}
    for i, unit in enumerate(units):
        opens = (
            i == 0 or units[i - 1].clause != unit.clause or units[i - 1].kind != WORD or "joint" in units[i - 1].tags
        )
        if "condition" in unit.tags and opens:
            found[unit.clause] = i
    return found


def _settle(live: list[Mention], mentions: Sequence[Mention], units: Sequence[Unit]) -> list[Mention]:
    """Scores marked as the final one beat the rest; "rather" settles where it stands against another number."""
    for mention in live:
        if (
            mention.doubt == "context"
            and (mention.led or _says_since_when(mention, units) or _says_what_went_wrong(mention, units))
            and _stands_against_another(mention, mentions)
        ):
            mention.doubt = ""  # "used to be a 9 but since the takeover (it's a) 5"
        if mention.doubt == "rather":
            earlier = [m for m in mentions if m.first < mention.first and (m.withdrawn or m.form == RANGE)]
            if earlier:
                mention.doubt, mention.settled = "", True
    settled = [
        m for m in live if m.settled and m.form not in {BROKEN, RANGE} and not _is_for_one_part(m, mentions, units)
    ]
    return settled or _choice_of_a_range(live, mentions) or live


def _is_for_one_part(mention: Mention, mentions: Sequence[Mention], units: Sequence[Unit]) -> bool:
    """Whether it is the second of two that each stand behind a word: "hall 9, but the cloakroom say 2"."""
    if _words_in_front(mention, units) != 1:
        return False
    parts = [
        m
        for m in mentions
        if m.first < mention.first and m.value != mention.value and m.form == WHOLE and units[m.after].kind != WORD
    ]
    if not any(0 < _words_in_front(m, units) <= _PART and not m.withdrawn for m in parts):
        return False
    mention.doubt = mention.doubt or "context"
    return True


def _words_in_front(mention: Mention, units: Sequence[Unit]) -> int:
    """How many words of its clause stand in front of what leads up to it, a "but" left out."""
    start = mention.left
    while start and units[start - 1].kind == WORD and not units[start - 1].is_number:
        start -= 1
    return sum("joint" not in unit.tags for unit in units[start : mention.left])


def _says_since_when(mention: Mention, units: Sequence[Unit]) -> bool:
    """Whether its clause begins with what has changed and ends with it: "since the takeover 5", "tadilattan beri 5"."""
    start = mention.left
    while start and units[start - 1].kind == WORD and not units[start - 1].is_number:
        start -= 1
    opening = units[start : start + 2] if start < mention.left else ()
    behind = units[mention.right : mention.right + 1]
    if any(unit.kind == WORD or unit.is_number for unit in behind):
        return False
    return any("since" in unit.tags for unit in (*opening, *units[max(start, mention.left - 1) : mention.left]))


def _says_what_went_wrong(mention: Mention, units: Sequence[Unit]) -> bool:
    """Whether it ends a contrast and the message: "would have been a 9 but the noise at night 6"."""
    if any(unit.kind == WORD or unit.is_number for unit in units[mention.right :]):
        return False
    start = mention.left
    while start and units[start - 1].kind == WORD and not units[start - 1].is_number:
        start -= 1
    return any({"joint", "reason"} <= unit.tags and "cause" not in unit.tags for unit in units[start : mention.left])


def _stands_against_another(mention: Mention, mentions: Sequence[Mention]) -> bool:
    return any(m.first < mention.first and m.withdrawn in {"past", "hypothetical", "denied"} for m in mentions)


def _choice_of_a_range(live: Sequence[Mention], mentions: Sequence[Mention]) -> list[Mention]:
    """The one score named after a range that holds it: "6 or 5... I decide, 6"."""
    ranged = [k for k, m in enumerate(live) if m.form == RANGE]
    if not ranged or len({m.value for m in live if m.form != RANGE}) != 1:
        return []
    behind = [m for m in live[ranged[-1] + 1 :] if m.form == WHOLE]
    ends = [m.value for m in mentions if m.form == RANGE]
    return behind if behind and min(ends) <= behind[0].value <= max(ends) else []


def _without_the_unsure(
    live: list[Mention], mentions: Sequence[Mention], units: Sequence[Unit], low: int, high: int
) -> list[Mention]:
    """Beside a score that is called one ("I give a 4"), numbers of the story that may only look like one drop out.

    Beside one that stands alone at the beginning only ranges, fractions and numbers off the scale do.
    """
    sure = [m for m in live if m.role == STRONG and not m.doubt and _is_score(m, low, high)]
    if any(m.left == 0 and m.first == 0 for m in sure):
        hours = [m for m in live if m not in sure and _is_a_time_of_day(m, mentions, units)]
        live = [m for m in live if m not in hours]
        for hour in hours:
            hour.form, hour.role = FOREIGN, OTHER
    rated = any(m.rated for m in sure)
    opens = [m for m in sure if m.alone and m.left == 0]
    if not rated and not opens:
        return live
    ended = any(unit.kind == STOP for m in opens for unit in units[m.right : m.right + 1])
    lengths = Counter(unit.clause for unit in units if unit.kind == WORD)
    story = {clause for clause, length in lengths.items() if length >= _STORY} - {units[m.first].clause for m in sure}
    return [
        m
        for m in live
        if m in sure
        or not _is_of_the_story(
            m, units[m.first].clause, story, low, high, rated=rated or (ended and _is_a_time(m, units))
        )
    ]


def _is_a_time_of_day(mention: Mention, mentions: Sequence[Mention], units: Sequence[Unit]) -> bool:
    """Whether it is of a range that "from" opens: "4 the net is off from 8 to 10"."""
    k = mentions.index(mention)
    if mention.form != RANGE:
        return False
    opens = [m for m in mentions[max(0, k - 1) : k + 1] if m.form == RANGE and m.first > 1]
    return bool(opens) and not units[opens[0].first - 1].tags.isdisjoint(("between", "prep"))


def _is_a_time(mention: Mention, units: Sequence[Unit]) -> bool:
    """Whether a word that leads up to a time stands in front: "festade till 3"."""
    return mention.first > 0 and not units[mention.first - 1].tags.isdisjoint(("range", "prep"))


def _is_of_the_story(
    mention: Mention, clause: int, story: AbstractSet[int], low: int, high: int, *, rated: bool
) -> bool:
    """Whether a number beside a sure score only belongs to what is told; `story`: the clauses that tell something."""
    if mention.form in {BROKEN, RANGE} or not low <= mention.value <= high:
        return not (mention.alone and mention.role == STRONG)
    return rated and mention.doubt in {"context", "follows"} and clause in story


def _is_score(mention: Mention, low: int, high: int) -> bool:
    return low <= mention.value <= high and mention.form not in {BROKEN, RANGE}


def _list_number(live: Sequence[Mention], units: Sequence[Unit]) -> Mention | None:
    """Whether it reads "2) 6": the first number only counts the line."""
    if len(live) != 2:
        return None
    first, second = live
    after = units[first.after] if first.after < len(units) else None
    opens = first.first == 0 and after is not None and second.first == first.after + 1
    marks = after is not None and (after.text == ")" or (after.text == "." and first.value <= 3))
    tight = after is not None and not after.spaced
    return second if opens and marks and tight and second.right == len(units) else None
