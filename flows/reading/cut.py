"""Stage 7: the comment, one unbroken piece of the text with score, greetings and the like cut off its edges."""

from collections.abc import Sequence
from itertools import pairwise

from flows.reading.context import OTHER, STRONG
from flows.reading.mention import RANGE, SCALE, Mention
from flows.reading.tokens import LINE, PAUSE, STOP, WORD
from flows.reading.units import Unit, tags

_BORDERS = (PAUSE, STOP, LINE)
_WRAPPING = tags(
    "filler polite greeting thanks apology laugh dictated firm loose correct pronoun endorsing carrier scale"
    " hedge between told"
)
_VERDICT = tags(
    "praise blame func pronoun negative filler firm article endorsing damning polite thanks carrier greeting loose"
    " laugh apology correct hedge rather signoff condition prep was settle verdict joint"
)
_THANKED = tags("praise blame event joint reason prep func")
_CONTENT = tags("aspect adjective event unit noun reason")
_OPENING = tags("filler greeting polite loose thanks trailing")
_TOLD_OF = tags("praise blame adjective event reason")
_LONGEST_CALLER = 2  # words that name who should call: "your sales staff"
_LONGEST_GREETING, _LONGEST_THANKS = 4, 3
_HAVING, _LONGEST_HAVING = tags("func counted pronoun filler was past hypothetical carrier"), 3


def reason(
    units: Sequence[Unit], mentions: Sequence[Mention], chosen: Sequence[Mention], wishes: Sequence[tuple[int, int]]
) -> tuple[int, int] | None:
    """The comment as (first, after) unit, or None. `wishes` are unit spans of requests for a person."""
    cut = [unit.kind != WORD and not unit.is_number for unit in units]
    gone = [m for m in mentions if m.withdrawn and m.withdrawn != "rival" and (m.role != OTHER or _is_past(m, units))]
    gone += _given_up(mentions, chosen)
    own = [(m.left, m.right) for m in _scores(mentions, chosen)] + [(_opening(m, units), m.right) for m in gone]
    for first, after in own:
        _mark(cut, first, after)
    for mention, other in pairwise(m for m in mentions if m.form == RANGE):
        _mark(cut, mention.first, other.after)
    cut_to = 0
    for first, after in sorted(wishes):
        if after > cut_to:  # of requests that run into one another the end is looked for once
            cut_to = _request_end(units, after)
            _mark(cut, _request_start(units, cut, first), cut_to)
    for first, after in _clauses(units):
        if _wraps(units, cut, first, after):
            _mark(cut, first, after)
    kept = _trimmed(units, [i for i, away in enumerate(cut) if not away])
    kept = _without_verdicts(units, kept, chosen[-1])
    if kept and any(m.right == kept[0] for m in gone) and _contrasts(units[kept[0]]):
        kept.pop(0)
    if not kept or _is_verdict([units[i] for i in kept]) or (len(kept) == 1 and "firm" in units[kept[0]].tags):
        return None
    if not any(units[i].kind == WORD and units[i].value is None for i in kept):
        return None  # nothing but numbers and signs are left
    return kept[0], kept[-1] + 1


def _is_past(mention: Mention, units: Sequence[Unit]) -> bool:
    """Whether a score of the past opens the message and stands alone in its clause: "avant 9, depuis le rachat 4"."""
    behind = units[mention.right : mention.right + 1]
    ended = bool(behind) and (behind[0].kind in _BORDERS or _contrasts(behind[0]))
    return mention.withdrawn in {"past", "denied"} and (mention.alone or (ended and _opening(mention, units) == 0))


def _opening(mention: Mention, units: Sequence[Unit]) -> int:
    """Where the words begin that only lead up to a score taken back: "had an 8 in mind"."""
    i = mention.left
    while i and units[i - 1].tags and units[i - 1].tags <= _HAVING:
        i -= 1
    return 0 if i == 0 and mention.left <= _LONGEST_HAVING else mention.left


def _scores(mentions: Sequence[Mention], chosen: Sequence[Mention]) -> list[Mention]:
    """The score, the scale, and what else stands alone as a score."""
    strong = [m for m in chosen if m.role == STRONG] or list(chosen)
    settled = [m for m in strong if m.settled] or strong
    alone = [m for m in mentions if m.alone and m.role == STRONG]
    return [*settled, *(m for m in mentions if m.form in {SCALE, RANGE}), *alone]


def _trimmed(units: Sequence[Unit], kept: list[int]) -> list[int]:
    while kept and _only_opens(units[kept[0]]):
        kept.pop(0)
    while kept and (_only_closes(units[kept[-1]]) or _leads_on(units, kept[-1])):
        kept.pop()
    return kept


def _leads_on(units: Sequence[Unit], i: int) -> bool:
    """Whether an "and" or a "but" leads up to what has been cut: "member since 2019 and"."""
    joins = "joint" in units[i].tags and bool(units[i].tags & {"range", "reason"})
    followed = i + 1 < len(units) and units[i + 1].kind not in _BORDERS
    return joins and followed and units[i].tags.isdisjoint(("praise", "blame", "func"))


def _given_up(mentions: Sequence[Mention], chosen: Sequence[Mention]) -> list[Mention]:
    """The score that opens the text and that a settled one takes back: "I'd give 10 but it leaks, so 6"."""
    scores = [m for m in mentions if m.role != OTHER]
    if len(scores) != 2 or not chosen[-1].settled or chosen[-1] is not scores[1]:
        return []
    return scores[:1] if scores[0].left == 0 else []


def _without_verdicts(units: Sequence[Unit], kept: list[int], score: Mention) -> list[int]:
    """Of pieces on both sides of the score only those that say more than a verdict: "Came today. 9, keep it up"."""
    before = [i for i in kept if i < score.first]
    behind = [i for i in kept if i >= score.after]
    if not before or not behind:
        return kept
    said = [side for side in (before, behind) if not _is_verdict([units[i] for i in side])]
    return said[0] if len(said) == 1 else kept


def _contrasts(unit: Unit) -> bool:
    return "joint" in unit.tags and "reason" in unit.tags and "cause" not in unit.tags


def _only_opens(unit: Unit) -> bool:
    return bool(unit.tags & {"loose", "laugh"}) or (bool(unit.tags) and unit.tags <= _OPENING)


def _only_closes(unit: Unit) -> bool:
    return not unit.tags.isdisjoint(("loose", "laugh", "trailing", "dictated")) and "praise" not in unit.tags


def _mark(cut: list[bool], first: int, after: int) -> None:
    cut[first:after] = [True] * (after - first)


def _request_start(units: Sequence[Unit], cut: Sequence[bool], first: int) -> int:
    while (
        first
        and not cut[first - 1]
        and units[first - 1].tags & {"joint", "polite", "filler", "pronoun", "settle", "loose"}
    ):
        first -= 1
    ahead = next((k for k in range(first, max(0, first - _LONGEST_CALLER) - 1, -1) if _opens_clause(units, k)), first)
    return first if any(u.is_number or u.tags & _TOLD_OF for u in units[ahead:first]) else ahead


def _opens_clause(units: Sequence[Unit], i: int) -> bool:
    return i == 0 or units[i - 1].kind in _BORDERS


def _request_end(units: Sequence[Unit], after: int) -> int:
    while after < len(units) and units[after].kind not in _BORDERS:
        if "reason" in units[after].tags and "topic" not in units[after].tags:
            break
        after += 1
    return after


def _clauses(units: Sequence[Unit]) -> list[tuple[int, int]]:
    borders = [i for i, unit in enumerate(units) if unit.kind in _BORDERS]
    starts = [0, *(i + 1 for i in borders)]
    return [(a, b) for a, b in zip(starts, [*borders, len(units)], strict=True) if a < b]


def _wraps(units: Sequence[Unit], cut: Sequence[bool], first: int, after: int) -> bool:
    """A clause of nothing but fillers, thanks, greetings (with a name behind them) and dictated punctuation."""
    words = [units[i] for i in range(first, after) if not cut[i]]
    if not words:
        return False
    greets = "greeting" in words[0].tags and ("praise" not in words[0].tags or words[0] is units[first])
    if greets and len(words) <= _LONGEST_GREETING:
        return not any(word.tags & {"praise", "blame", "func", "event"} for word in words[1:])
    if "thanks" in words[0].tags and len(words) <= _LONGEST_THANKS:
        return not any(word.tags & _THANKED for word in words[1:])
    return all(word.tags & _WRAPPING and not word.tags & {"reason"} for word in words)


def _is_verdict(units: Sequence[Unit]) -> bool:
    """A bare verdict or set phrase says nothing about what happened."""
    return all(unit.tags & _VERDICT and not unit.tags & _CONTENT for unit in units)
