"""What wraps a reply and is not part of it: quoted lines, the repeated question, signature, device line."""

from collections.abc import Sequence

from flows.reading.cues import announces
from flows.reading.lexicon import Lexicon
from flows.reading.tokens import LINE, NUMBER, PAUSE, SIGN, STOP, WORD
from flows.reading.units import Unit, tags

_WRAPS = tags("prompt device signoff thanks")
_SIGNS = frozenset({">", "@", "/"})
_PARTING = tags("thanks signoff")
_TELLING = tags("praise blame event aspect endorsing damning rave negative")
_LONGEST_SIGNATURE, _LONGEST_NAME, _SHORT_NAME = 14, 5, 2


def unwrap(units: Sequence[Unit], words: Lexicon) -> list[Unit]:
    """The units of the reply itself. A text that is nothing but wrapping is returned as it is."""
    if not any(_may_wrap(unit) for unit in units):
        return list(units)
    kept: list[Unit] = []
    i = 0
    while i < len(units):
        unit = units[i]
        new_line = i == 0 or units[i - 1].kind == LINE
        if new_line and unit.text == ">":
            i = _after_line(units, i)
        elif new_line and announces(units[i : (end := _after_line(units, i))], words):
            i = end
        elif "prompt" in unit.tags:
            kept = _before_quotation(kept)
            i = _after_question(units, i)
        elif unit.text == "@" and (end := _after_handle(units, i, new_line=new_line)):
            i = end
        elif "device" in unit.tags or (kept and _signs_off(units, i, new_line=new_line)):
            break
        else:
            kept.append(unit)
            i += 1
    return kept if any(unit.kind == WORD or unit.is_number for unit in kept) else list(units)


def _before_quotation(kept: list[Unit]) -> list[Unit]:
    """What was kept, without the words that only announce a quotation: "On 3 May you wrote:"."""
    i = len(kept)
    while i and kept[i - 1].kind == PAUSE and ":" not in kept[i - 1].text:
        i -= 1
    if not i or ":" not in kept[i - 1].text:
        return kept
    while i and kept[i - 1].kind != LINE:
        i -= 1
    return kept[:i]


def _may_wrap(unit: Unit) -> bool:
    return unit.kind == LINE or unit.text in _SIGNS or not _WRAPS.isdisjoint(unit.tags)


def _signs_off(units: Sequence[Unit], i: int, *, new_line: bool) -> bool:
    """A signature begins here: a sign-off behind punctuation or the bare score ("9 LG Tom"), or a name on its line."""
    before = units[i - 1]
    if "signoff" in units[i].tags:
        longest = _SHORT_NAME if before.is_number else _LONGEST_NAME  # "9 LG Tom", not "10 best ice cream in town"
        return (before.is_number or before.kind != WORD) and _is_signature(units, i, longest)
    if units[i].text in {"-", "/"} and _is_marked(units, i, new_line=new_line):
        return True
    if before.kind in {PAUSE, STOP} and i > 1 and units[i - 2].tags & _PARTING:
        return _is_name(units, i) and all(unit.kind != WORD for unit in units[i + 2 :])
    return new_line and _is_name(units, i)


def _after_handle(units: Sequence[Unit], i: int, *, new_line: bool) -> int:
    """Behind a handle ("@QuayGym 8") that opens a line or ends the text, else 0."""
    end = i + 1
    while end < len(units) and not units[end].spaced and units[end].kind in {WORD, NUMBER, SIGN, PAUSE}:
        end += 1
    named = end > i + 1 and units[i + 1].kind == WORD and (i == 0 or units[i].spaced)
    return end if named and (new_line or end == len(units)) else 0


def _is_marked(units: Sequence[Unit], i: int, *, new_line: bool) -> bool:
    """The line "--" above a signature, or a stroke in front of a name: "/Lasse i Borås"."""
    if units[i].text == "-":
        rest = units[i : i + 3]
        return new_line and len(rest) > 1 and rest[1].text == "-" and (len(rest) < 3 or rest[2].kind == LINE)
    if not units[i].spaced or i + 1 == len(units) or units[i + 1].kind != WORD or units[i + 1].spaced:
        return False
    end = _after_line(units, i)
    return 1 < end - i <= _LONGEST_NAME and not any(unit.tags & _TELLING for unit in units[i:end])


def _after_line(units: Sequence[Unit], i: int) -> int:
    while i < len(units) and units[i].kind != LINE:
        i += 1
    return i


def _after_question(units: Sequence[Unit], i: int) -> int:
    """The end of the repeated question: behind its question mark, a colon or the line, and a scale in brackets."""
    while i < len(units) and units[i].kind != LINE and "?" not in units[i].text and ":" not in units[i].text:
        i += 1
    return min(i + 1, len(units)) if i < len(units) and units[i].kind != LINE else i


def _is_signature(units: Sequence[Unit], i: int, longest: int) -> bool:
    """Behind a sign-off stand a name and perhaps an address on lines of their own, not another sentence."""
    rest = units[i + 1 : i + 1 + _LONGEST_SIGNATURE]
    if any(unit.tags & _TELLING for unit in rest[:_LONGEST_NAME]):
        return False
    line = next((k for k, unit in enumerate(rest) if unit.kind == LINE), len(rest))
    return line < len(rest) or sum(unit.kind == WORD for unit in rest) <= longest


def _is_name(units: Sequence[Unit], i: int) -> bool:
    """A last line of one or two unknown words is a name: "9", line end, "Tom Berger"."""
    rest = units[i : i + 3]
    return 1 <= len(rest) <= 2 and all(unit.kind == WORD and not unit.tags and unit.value is None for unit in rest)
