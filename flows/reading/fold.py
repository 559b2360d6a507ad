"""Stage 1: any text → a plain lower-case alphabet the later stages can rely on, with the way back to the original.

After folding (RELIABILITY S31: an ASCII grammar after NFKC) digits are ASCII `0-9`, letters are case-folded without
accents, and every other sign is one of a handful: ASCII punctuation, `–` (a dash), `€` (any currency), `½` (any
fraction) and `☺` (any emoji or symbol; a star stays `⭐`).
"""

import unicodedata
from functools import lru_cache
from itertools import chain, count, repeat

from msgspec import Struct

_KEEP = {"½": "½", "⅓": "½", "⅔": "½", "¼": "½", "¾": "½"}
_SPECIAL = _KEEP | {
    "🔟": "10", "ł": "l", "Ł": "l", "ı": "i", "ø": "o", "Ø": "o", "đ": "d", "Đ": "d", "−": "-", "‐": "-", "‑": "-",
    "–": "–", "—": "–", "―": "–", "‒": "–", "‘": "'", "’": "'", "´": "'", "`": "'", "ʼ": "'", "¿": " ", "¡": " ",
    "،": ",", "、": ",", "؛": ";", "。": ".", "।": ".", "؟": "?", "•": "-", "·": ",", "~": "~", "≈": "~",
    "≥": ">", "≤": "<",
    "→": "–",
    "★": "⭐", "☆": "⭐", "🌟": "⭐", "⭐": "⭐",
    "\n": "\n", "\r": " ", "\t": " ", "ß": "ss", "ẞ": "ss",
}  # fmt: skip
_DROPPED_MARKS = (
    (0x0300, 0x036F), (0x064B, 0x065F), (0x0670, 0x0670), (0x20D0, 0x20F0), (0xFE00, 0xFE0F), (0x0640, 0x0640),
)  # fmt: skip


class Folded(Struct, frozen=True):
    """`text` is the folded text; character i of it came from character `at[i]` of the original."""

    text: str
    at: tuple[int, ...] | range

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original text that the folded span start:end came from."""
        if end <= start:
            return self.at[start], self.at[start]
        return self.at[start], self.at[end - 1] + 1


@lru_cache(maxsize=8192)
def _fold_char(char: str) -> str:
    if char in _SPECIAL:
        return _SPECIAL[char]
    if char.isascii():
        return char.lower() if char.isprintable() else " "
    kind = unicodedata.category(char)
    if kind in {"Nd", "No"} and (value := unicodedata.numeric(char, -1.0)) >= 0:
        return str(int(value)) if value == int(value) else "½"
    return "".join(map(_fold_sign, unicodedata.normalize("NFKD", char).casefold()))


@lru_cache(maxsize=8192)
def _fold_sign(char: str) -> str:
    code = ord(char)
    if char in _SPECIAL:
        return _SPECIAL[char]
    if char.isascii():
        return char
    if any(first <= code <= last for first, last in _DROPPED_MARKS):
        return ""
    kind = unicodedata.category(char)
    if kind == "Nd":
        return str(unicodedata.decimal(char))
    return _SIGN_OF_CATEGORY.get(kind, _SIGN_OF_CLASS.get(kind[0], char))


_SIGN_OF_CATEGORY = {
    "Pd": "–", "Ps": "(", "Pe": ")", "Pi": '"', "Pf": '"', "Po": ",", "Pc": " ", "Sc": "€", "Cf": "", "Cc": " ",
}  # fmt: skip
_SIGN_OF_CLASS = {"S": "☺", "Z": " ", "C": "☺"}


@lru_cache(maxsize=8)  # the readers that look at one reply, one after the other, fold it once
def fold(text: str) -> Folded:
    """Fold `text`; linear in its length, never raises."""
    if text.isascii() and (text.isprintable() or text.replace("\n", "").isprintable()):
        return Folded(text.lower(), range(len(text)))
    pieces = list(map(_fold_char, text))
    folded = "".join(pieces)
    if len(folded) == len(text) and all(pieces):  # one for one
        return Folded(folded, range(len(text)))
    return Folded(folded, tuple(chain.from_iterable(map(repeat, count(), map(len, pieces)))))


@lru_cache(maxsize=16384)
def fold_word(word: str) -> str:
    """The folded form of a word from the word lists."""
    return fold(word).text
