"""What wraps a reply and is not part of it: quoted lines, the repeated question, signature, device line."""

from collections.abc import Sequence

from flows.reading.tokens import LINE, STOP, WORD
from flows.reading.units import Unit

_LONGEST_SIGNATURE = 14


def unwrap(units: Sequence[Unit]) -> list[Unit]:
    """The units of the reply itself. A text that is nothing but wrapping is returned as it is."""
    kept: list[Unit] = []
    i = 0
    while i < len(units):
        unit = units[i]
        starts = i == 0 or units[i - 1].kind in {LINE, STOP} or units[i - 1].text in {",", "–", "-"} or bool(kept) and _ended(units, i)
        if unit.text == ">" and (i == 0 or units[i - 1].kind == LINE):
            i = _after_line(units, i)
        elif "prompt" in unit.tags:
            i = _after_question(units, i)
        elif "device" in unit.tags or (starts and kept and "signoff" in unit.tags and _is_signature(units, i)):
            break
        elif kept and units[i - 1].kind == LINE and _is_name(units, i):
            break
        else:
            kept.append(unit)
            i += 1
    return kept if any(unit.kind == WORD or unit.is_number for unit in kept) else list(units)


def _ended(units: Sequence[Unit], i: int) -> bool:
    """A sign-off may follow the bare score without punctuation ("9 LG Tom")."""
    return units[i - 1].is_number or units[i - 1].kind not in {WORD}


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
    """Behind a sign-off stand a name and perhaps an address, not another sentence."""
    line = next((k for k in range(i, len(units)) if units[k].kind == LINE), len(units))
    words = [unit for unit in units[i + 1 : line] if unit.kind == WORD]
    return line < len(units) or len(words) <= 5 or len(units) - i <= _LONGEST_SIGNATURE // 2


def _is_name(units: Sequence[Unit], i: int) -> bool:
    """A last line of one or two unknown words is a name: "9\\nTom Berger"."""
    rest = units[i:]
    return 1 <= len(rest) <= 2 and all(unit.kind == WORD and not unit.tags and unit.value is None for unit in rest)
