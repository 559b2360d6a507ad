"""What wraps a reply and is not part of it: quoted lines, the repeated question, signature, device line."""

from collections.abc import Sequence

from flows.reading.tokens import LINE, PAUSE, WORD
from flows.reading.units import Unit, tags

_WRAPS = tags("prompt device signoff")
_LONGEST_SIGNATURE, _LONGEST_NAME = 14, 5


def unwrap(units: Sequence[Unit]) -> list[Unit]:
    """The units of the reply itself. A text that is nothing but wrapping is returned as it is."""
    if not any(unit.kind == LINE or not _WRAPS.isdisjoint(unit.tags) for unit in units) and not _is_quote(units):
        return list(units)
    kept: list[Unit] = []
    i = 0
    while i < len(units):
        unit = units[i]
        new_line = i == 0 or units[i - 1].kind == LINE
        if new_line and unit.text == ">":
            i = _after_line(units, i)
        elif "prompt" in unit.tags:
            kept = _before_quotation(kept)
            i = _after_question(units, i)
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


def _is_quote(units: Sequence[Unit]) -> bool:
    return bool(units) and units[0].text == ">"


def _signs_off(units: Sequence[Unit], i: int, *, new_line: bool) -> bool:
    """A signature begins here: a sign-off behind punctuation or the bare score ("9 LG Tom"), or a name on its line."""
    if "signoff" in units[i].tags:
        before = units[i - 1]
        return (before.is_number or before.kind != WORD) and _is_signature(units, i)
    return new_line and _is_name(units, i)


def _after_line(units: Sequence[Unit], i: int) -> int:
    while i < len(units) and units[i].kind != LINE:
        i += 1
    return i


def _after_question(units: Sequence[Unit], i: int) -> int:
    """The end of the repeated question: behind its question mark, a colon or the line, and a scale in brackets."""
    while i < len(units) and units[i].kind != LINE and "?" not in units[i].text and ":" not in units[i].text:
        i += 1
    return min(i + 1, len(units)) if i < len(units) and units[i].kind != LINE else i


def _is_signature(units: Sequence[Unit], i: int) -> bool:
    """Behind a sign-off stand a name and perhaps an address on lines of their own, not another sentence."""
    rest = units[i + 1 : i + 1 + _LONGEST_SIGNATURE]
    line = next((k for k, unit in enumerate(rest) if unit.kind == LINE), len(rest))
    return line < len(rest) or sum(unit.kind == WORD for unit in rest) <= _LONGEST_NAME


def _is_name(units: Sequence[Unit], i: int) -> bool:
    """A last line of one or two unknown words is a name: "9", line end, "Tom Berger"."""
    rest = units[i : i + 3]
    return 1 <= len(rest) <= 2 and all(unit.kind == WORD and not unit.tags and unit.value is None for unit in rest)
