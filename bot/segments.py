"""What an SMS costs: how many parts a text takes, and which character made it expensive.

The alphabet is the default alphabet and extension table of 3GPP TS 23.038 (GSM 03.38); lengths of parts are
those of TS 23.040: 160 septets or 70 UTF-16 units alone, 153 or 67 where parts carry the header that joins
them. Own code, because the packages that count segments are unmaintained or only count, and a warning has to
name the character.
"""

from collections.abc import Iterator
from itertools import pairwise

from msgspec import Struct

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")  # an escape and a septet: two of them
SINGLE = {"gsm7": 160, "ucs2": 70}
JOINED = {"gsm7": 153, "ucs2": 67}


class Segments(Struct, frozen=True):
    """The parts of one text, and the first character that forced UCS-2 ("" if none did)."""

    encoding: str  # gsm7 | ucs2
    units: int  # septets or UTF-16 units
    parts: tuple[str, ...]
    culprit: str = ""


def segments(text: str) -> Segments:
    """Split a text as a phone network would; the parts joined are the text again, "" is one empty part."""
    culprit = next((char for char in text if char not in BASIC and char not in EXTENDED), "")
    encoding = "ucs2" if culprit else "gsm7"
    units = sum(_width(char, encoding) for char in text)
    if units <= SINGLE[encoding]:
        return Segments(encoding, units, (text,), culprit)
    cuts = [*_cuts(text, encoding), len(text)]
    return Segments(encoding, units, tuple(text[start:end] for start, end in pairwise(cuts)), culprit)


def _width(char: str, encoding: str) -> int:
    if encoding == "gsm7":
        return 2 if char in EXTENDED else 1
    return 2 if ord(char) > 0xFFFF else 1


def _cuts(text: str, encoding: str) -> Iterator[int]:
    """Where each part starts; a character of two units is never cut in half."""
    yield 0
    used = 0
    for index, char in enumerate(text):
        width = _width(char, encoding)
        if used + width > JOINED[encoding]:
            yield index
            used = 0
        used += width
