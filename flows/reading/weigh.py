"""Stage 5b: doubts, denials, corrections and conditions among the words around a number."""

from collections.abc import Sequence

from flows.reading.mention import BROKEN, Mention
from flows.reading.tokens import LINE, PAUSE, STOP, WORD
from flows.reading.units import Unit, tags
from flows.reading.walk import Surroundings

_WITHDRAWS = ("instead", "hypothetical", "otherwise")
_DOUBTS_AHEAD = ("hedge", "bound", "told", "rather", "was")
_DOUBTS_BEHIND = ("hedge", "bound", "told")
_SHRUGGING = tags("hedge filler loose joint negative firm pronoun correct laugh apology degree")
_TELLING = tags("aspect event praise blame")
_JUDGING = tags("praise blame damning endorsing rave")
_LEADING_ON = tags("past aside")  # belongs to the number it leads up to: "8 sorry typed 7 first"
_STORY = 4  # words before a conclusion that do not lead up to the score
_LONGEST_SHRUG, _LONGEST_REPORT = 8, 4
_PLUS = frozenset({"plus", "pluss", "плюс"})
_ASKING = tags("filler hedge loose range")
_TAG_ASKING = _ASKING | tags("negative correct pronoun carrier copula firm label")
_RETHINKING = tags("anew correct filler article carrier pronoun loose negative settle rather firm laugh apology range")
_SHORTEST_TAG, _LONGEST_TAG = 2, 4
_LONGEST_CONDITION = 8


def weigh(mention: Mention, around: Surroundings, units: Sequence[Unit]) -> None:
    """Fill in doubt, withdrawn, settled and corrected from the words that belong to the number."""
    lead = _conclusion(around.lead)
    mention.left = mention.first - len(lead)
    ahead = frozenset(tag for unit in lead for tag in unit.tags)
    behind = frozenset(tag for unit in around.trail for tag in unit.tags)
    if mention.right < len(units) and units[mention.right].is_number:
        behind -= _LEADING_ON
    if "beyond" in ahead:
        mention.form = mention.form if "negative" in ahead else BROKEN
        mention.doubt = "bound"
    elif "negative" in ahead and _is_refused(lead, mention.left, units):
        mention.corrected = True
    elif "negative" in ahead and not _is_taken_instead(lead, mention.left, units):
        mention.withdrawn = "denied"
    mention.withdrawn = next((tag for tag in _WITHDRAWS if tag in ahead), mention.withdrawn)
    ahead -= _of_the_number_before(lead, mention.left, units)
    if "aside" in ahead | behind or ("past" in ahead | behind and "told" not in ahead):
        mention.withdrawn = "past"
    if around.right is not None and "condition" in around.right.tags:
        mention.withdrawn = mention.withdrawn or "condition"
    mention.doubt = mention.doubt or ("nr" if _is_lettered(mention, units) else "")
    mention.doubt = mention.doubt or _doubt(mention, around.lead, ahead, behind) or _doubt_behind(mention, units)
    if around.left is None and not mention.doubt and _is_report(mention, units):
        mention.doubt = "told"
    if not mention.withdrawn and _is_conditioned(mention, units):
        mention.withdrawn = "condition"
    mention.settled = "settle" in ahead or _is_summed_up(mention, behind, units) or _thinks_again(mention, units)
    if _is_taken_back(mention, around.trail, units):
        mention.withdrawn = mention.withdrawn or "corrected"
        behind -= {"correct"}
    mention.corrected = mention.corrected or "correct" in ahead | behind


def _of_the_number_before(lead: Sequence[Unit], left: int, units: Sequence[Unit]) -> frozenset[str]:
    """What a "but" parts from the number and leaves to the one before: "4 at first but 7"."""
    border = max((k for k, unit in enumerate(lead) if {"joint", "reason"} <= unit.tags), default=0)
    if not border or not left or not units[left - 1].is_number:
        return frozenset()
    return _LEADING_ON - {tag for unit in lead[border:] for tag in unit.tags}


def _is_summed_up(mention: Mention, behind: frozenset[str], units: Sequence[Unit]) -> bool:
    """Whether "overall" stands behind it and does not lead up to another number."""
    return "overall" in behind and not (mention.right < len(units) and units[mention.right].is_number)


def _conclusion(lead: Sequence[Unit]) -> Sequence[Unit]:
    """The words from the last conclusion on, if a story comes before it: "they would have been closed so I'd say"."""
    last = max((i for i, unit in enumerate(lead) if "settle" in unit.tags), default=0)
    return lead[last:] if last >= _STORY else lead


def _doubt(mention: Mention, lead: Sequence[Unit], ahead: frozenset[str], behind: frozenset[str]) -> str:
    if mention.glued == "hedge":
        return "hedge"
    numbered = lead[-2:-1] if lead and lead[-1].text == "." else lead[-1:]
    if numbered and "nr" in numbered[0].tags:
        return "nr"
    found = next((tag for tag in _DOUBTS_AHEAD if tag in ahead), "")
    found = found or next((tag for tag in _DOUBTS_BEHIND if tag in behind), "")
    return found or ("slip" if mention.slip else "")


def _is_taken_instead(lead: Sequence[Unit], left: int, units: Sequence[Unit]) -> bool:
    """Whether another word of denial than that before the last number leads up to it: "not 6, no, 9"."""
    denied = units[max(0, left - 2) : left]
    if len(lead) != 1 or "correct" not in lead[0].tags or len(denied) != 2 or not denied[1].is_number:
        return False
    return "negative" in denied[0].tags and denied[0].text != lead[0].text


def _is_refused(lead: Sequence[Unit], left: int, units: Sequence[Unit]) -> bool:
    """Whether the only denial stands between commas behind a number and refuses that: "7, non, 8"."""
    border = max((k for k, unit in enumerate(lead) if unit.kind in {PAUSE, STOP}), default=-1)
    ahead, own = lead[: max(border, 0)], lead[border + 1 :]
    if not ahead or any("negative" in unit.tags for unit in own):
        return False
    return any(unit.is_number for unit in units[max(0, left - 2) : left]) and len(ahead) == 1


def _is_taken_back(mention: Mention, trail: Sequence[Unit], units: Sequence[Unit]) -> bool:
    """Whether a "no" hangs on it and another number follows behind a comma: "8 no, 7"."""
    if not trail or not {"correct", "negative"} <= trail[-1].tags:
        return False
    rest = units[mention.right : mention.right + 2]
    return len(rest) > 1 and rest[0].kind in {PAUSE, STOP} and rest[1].is_number


def _is_lettered(mention: Mention, units: Sequence[Unit]) -> bool:
    """Whether a letter with a point stands in front and nothing else: "n. 8"."""
    before = units[max(0, mention.first - 3) : mention.first]
    if len(before) != 2 or before[1].text != "." or before[1].spaced:
        return False
    return before[0].kind == WORD and len(before[0].text) == 1 and not before[0].tags & {"filler", "polite"}


def _doubt_behind(mention: Mention, units: Sequence[Unit]) -> str:
    """A question mark on the number, a tag question, a smiley made of it ("8)")."""
    after = units[mention.right] if mention.right < len(units) else None
    if after is None:
        return ""
    ends = not any(u.kind == WORD or u.is_number for u in units[mention.right + 1 : mention.right + 2])
    signed = "minus" in after.tags or after.text in _PLUS
    if (signed and ends) or _is_shrug(units, mention.right + ("joint" not in after.tags)):
        return "hedge"  # "9 minus" is hardly a 9
    if after.kind == STOP and "?" in after.text:
        return "question"
    if after.kind in {PAUSE, STOP} and _is_tag_question(units, mention.right + 1):
        return "question"
    if after.kind == PAUSE and after.text == ")" and not after.spaced and not mention.word:
        opened = any(u.kind == PAUSE and "(" in u.text for u in units[max(0, mention.left - 12) : mention.first])
        return "" if opened else "smiley"
    return ""


def _is_shrug(units: Sequence[Unit], i: int) -> bool:
    """Whether nothing but doubt follows, to the end of its clause: "8, not sure", "9, vamos, creo"."""
    hedged = False
    for unit in units[i : i + _LONGEST_SHRUG]:
        if unit.kind in {STOP, LINE} or (hedged and unit.kind == PAUSE):
            break
        if unit.is_number or (unit.kind == WORD and not unit.tags & _SHRUGGING):
            return False
        hedged = hedged or "hedge" in unit.tags
    return hedged


def _is_report(mention: Mention, units: Sequence[Unit]) -> bool:
    """Whether the clause before says that the score was given before: "like I said last week, 4"."""
    if not mention.left or units[mention.left - 1].kind not in {STOP, PAUSE}:
        return False
    clause: list[Unit] = []
    for unit in reversed(units[max(0, mention.left - 1 - _LONGEST_SHRUG) : mention.left - 1]):
        if unit.kind in {STOP, PAUSE, LINE} or unit.is_number or unit.tags & _TELLING:
            break
        clause.append(unit)
    return 0 < len(clause) <= _LONGEST_REPORT and "told" in clause[-1].tags and " " in clause[-1].text


def _is_tag_question(units: Sequence[Unit], i: int) -> bool:
    """Whether "…, or?", "…, ¿no?" or "…, isn't it?" ends the text; a single word may be any."""
    clause: list[Unit] = []
    for unit in units[i : i + _LONGEST_TAG + 1]:
        if unit.kind == STOP:
            known = all(word.tags & _TAG_ASKING for word in clause)
            last = all(rest.kind != WORD for rest in units[i + len(clause) :])
            asking = all(word.tags & _ASKING for word in clause)
            return bool(clause) and "?" in unit.text and (asking or (last and (known or len(clause) < _SHORTEST_TAG)))
        if unit.kind != WORD or unit.is_number:
            return False
        clause.append(unit)
    return False


def _is_conditioned(mention: Mention, units: Sequence[Unit]) -> bool:
    """Whether nothing but a short condition follows in a clause of its own: "10, if you fix it"."""
    i = mention.right + 1
    if i >= len(units) or units[i - 1].kind != PAUSE:
        return False
    only = [unit.tags for unit in units[i : i + 2]]
    if len(only) > 1 and "joint" in only[0] and "firm" in only[1]:
        i += 2  # "but only if"
    clause = units[i : i + _LONGEST_CONDITION]
    if not clause or "condition" not in clause[0].tags:
        return False
    end = next((k for k, unit in enumerate(clause) if unit.kind in {STOP, LINE, PAUSE}), len(clause))
    ended = i + end == len(units) or units[i + end].kind in {STOP, LINE, PAUSE}
    return ended and not any(unit.is_number or unit.tags & _JUDGING for unit in clause[:end])


def _thinks_again(mention: Mention, units: Sequence[Unit]) -> bool:
    """Whether only a change of mind parts it from the number before: "7… oh come on, 8"."""
    anew = False
    for i in range(mention.first - 1, max(-1, mention.first - 1 - _LONGEST_SHRUG), -1):
        unit = units[i]
        if unit.is_number:
            mention.left = i + 1 if anew else mention.left
            return anew
        if unit.kind == LINE or (unit.kind == WORD and not unit.tags & _RETHINKING):
            return False
        anew = anew or "anew" in unit.tags
    return False
