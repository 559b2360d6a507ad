"""Stage 6: from the numbers and their contexts to one decision. When torn, the more careful one."""

from collections.abc import Sequence

from msgspec import Struct

from flows.reading.context import MEDIUM, STRONG
from flows.reading.numbers import BROKEN, RANGE, Mention
from flows.reading.tokens import WORD
from flows.reading.units import Unit


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
    live = _settle(live, mentions)
    if any(m.form in {BROKEN, RANGE} for m in live):
        return Decision("reask", None, "range or fraction")
    if any(not low <= m.value <= high and m.role == STRONG for m in live):
        return Decision("reask", None, "off the scale")
    live = [m for m in live if low <= m.value <= high]
    if any(m.doubt != "follows" for m in live):
        live = [m for m in live if m.doubt != "follows"]
    values = {m.value for m in live}
    if len(values) == 1:
        return _weigh_doubts(live, tuple(m for m in mentions if m.value in values and not m.withdrawn))
    if not values:
        return Decision("reask", None, "withdrawn" if any(m.withdrawn for m in mentions) else "no score")
    listed = _list_number(live, units)
    if listed is not None:
        return Decision("confirm", listed.value, "list number", (listed,))
    return Decision("reask", None, "two values")


def _weigh_doubts(live: Sequence[Mention], chosen: tuple[Mention, ...]) -> Decision:
    """One value is left: accept it unless the last mention of it is in doubt."""
    last = live[-1]
    if not last.doubt:
        rule = "settled" if last.settled else "corrected" if last.corrected else last.form
        return Decision("accept", last.value, rule, chosen)
    return Decision("confirm", last.value, next(m.doubt for m in live if m.doubt), chosen)


def _withdraw(mentions: Sequence[Mention], units: Sequence[Unit]) -> None:
    """A rival's score never counts; "was 9" falls to a later score; a correction takes back what stands before it."""
    rival_clauses = {unit.clause for unit in units if "rival" in unit.tags}
    for mention in mentions:
        if units[mention.first].clause in rival_clauses:
            mention.withdrawn = mention.withdrawn or "rival"
    conditions = _conditions(units)
    for mention in mentions:
        clause = units[mention.first].clause
        if clause in conditions and conditions[clause] < mention.first:
            mention.withdrawn = mention.withdrawn or "condition"
        elif clause - 1 in conditions and not mention.settled:
            mention.doubt = mention.doubt or "condition"
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


def _settle(live: list[Mention], mentions: Sequence[Mention]) -> list[Mention]:
    """Scores marked as the final one beat the rest; "rather" settles where it stands against another number."""
    for mention in live:
        if mention.doubt == "rather":
            earlier = [m for m in mentions if m.first < mention.first and (m.withdrawn or m.form == RANGE)]
            if earlier:
                mention.doubt, mention.settled = "", True
    settled = [m for m in live if m.settled and m.form not in {BROKEN, RANGE}]
    return settled or live


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
