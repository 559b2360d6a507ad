"""Whether the words beside a score flatly contradict it: "9, thieves, stay away", "1 – everything was wonderful"."""

from collections.abc import Sequence

from flows.reading.tokens import WORD
from flows.reading.units import Unit, tags

# Parts of the scale where a verdict against the firm, mere blame, a verdict for the firm, mere praise contradict.
_FLATTERED, _HIGH, _DAMNED, _LOW, _LOWEST = 0.7, 0.9, 0.4, 0.3, 0.1
_CALMING = tags("negative blame damning")
_REGRETTING = tags("blame damning was past")
_SOFTENED = tags("praise endorsing rave aspect condition")
_TURNED = tags("event range was past")  # "I loved this place until the new owners came"
_SOUND = tags("praise negative endorsing rave")


def contradicts(part: float, units: Sequence[Unit]) -> bool:
    """Whether a score at `part` (0 to 1) of its scale is worth a question beside these units, its own left out.

    A contrast ("but", "although") explains the difference; a cause ("because") does not.
    """
    words = [unit for unit in units if unit.kind == WORD]
    found = frozenset(tag for unit in words for tag in unit.tags)
    if any("reason" in unit.tags and "cause" not in unit.tags for unit in words):
        return part >= _HIGH and "damning" in found and not found & _SOFTENED
    bare = all(unit.tags and not unit.tags & {"unit", "label"} for unit in words)
    if part >= _FLATTERED and "damning" in found and (part >= _HIGH or not _is_mixed(words, found)):
        return True
    if part >= _HIGH and bare and "blame" in found and not found & _SOUND:
        return True
    if part <= _LOW and _is_devoted(words, found):
        return True
    if found & _CALMING:
        return False
    mere = "praise" in found and part <= _LOW and (bare or (part <= _LOWEST and not found & _TURNED))
    return (part <= _DAMNED and bool(found & {"endorsing", "rave"})) or mere


def _is_devoted(words: Sequence[Unit], found: frozenset[str]) -> bool:
    """Love that nothing in its clause denies, beside no blame: "0, I adore this place, why would I go elsewhere"."""
    if not found.isdisjoint(_REGRETTING):
        return False
    denied: set[int] = set()
    for unit in words:
        if "devoted" in unit.tags and unit.clause not in denied:
            return True
        if "negative" in unit.tags:
            denied.add(unit.clause)
    return False


def _is_mixed(words: Sequence[Unit], found: frozenset[str]) -> bool:
    """Praise beside the hard word, or what it is said about: "breakfast great, parking an impudence"."""
    aspects = {unit.clause for unit in words if "aspect" in unit.tags}
    return bool(found & _SOUND) or all(unit.clause in aspects for unit in words if "damning" in unit.tags)
