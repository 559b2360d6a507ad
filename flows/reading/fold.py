"""Stage 1: any text → a plain lower-case alphabet the later stages can rely on, with the way back to the original.

After folding (RELIABILITY S31: an ASCII grammar after NFKC) digits are ASCII `0-9`, letters are case-folded without
accents, and every other sign is one of a handful: ASCII punctuation, `–` (a dash), `€` (any currency), `½` (any
fraction) and `☺` (any emoji or symbol; a star stays `⭐`).
"""

import unicodedata
from functools import lru_cache
from itertools import chain, count, repeat
from unicodedata import category, decomposition, normalize

from msgspec import Struct

_KEEP = {"½": "½", "⅓": "½", "⅔": "½", "¼": "½", "¾": "½"}
_SPECIAL = _KEEP | {
    "🔟": "10", "ł": "l", "Ł": "l", "ı": "i", "ø": "o", "Ø": "o", "đ": "d", "Đ": "d", "−": "-", "‐": "-", "‑": "-",
    "–": "–", "—": "–", "―": "–", "‒": "–", "‘": "'", "’": "'", "´": "'", "`": "'", "ʼ": "'", "¿": " ", "¡": " ",
    "،": ",", "、": ",", "؛": ";", "。": ".", "।": ".", "؟": "?", "•": "-", "·": ",", "~": "~", "≈": "~", "±": "~",
    "≥": ">", "≤": "<", "°": "°",
    "→": "–",
    "★": "⭐", "☆": "⭐", "🌟": "⭐", "⭐": "⭐",
    "\n": "\n", "\r": " ", "\t": " ", "ß": "ss", "ẞ": "ss",
}  # fmt: skip
_MARKS = (
    (0x0300, 0x036F), (0x064B, 0x065F), (0x0670, 0x0670), (0x20D0, 0x20F0), (0xFE00, 0xFE0F), (0x0640, 0x0640),
)  # fmt: skip
_DROPPED = frozenset(chr(code) for first, last in _MARKS for code in range(first, last + 1))
_NAMELESS = frozenset({"Co", "Cn", "Cs"})  # signs of private use, of no use yet, halves of signs
_FIRST_HANGUL, _LAST_HANGUL = "가", "힣"  # decomposed by rule and not by table
_LONGEST = 4  # more of what one sign comes to (`ﷺ`, `㌖`, numbers from 10,000 on) is not needed and would cost time
_REMEMBERED = 16384  # characters
_VARIED = 1000  # different characters


class Folded(Struct, frozen=True):
    """`text` is the folded text; character i of it came from character `at[i]` of the original.

    `source` is the original where the two may differ in length, else "".
    """

    text: str
    source: str = ""

    @property
    def at(self) -> tuple[int, ...] | range:
        """Where in the original each character came from; worked out when somebody asks."""
        return _way_back(self.source) if self.source else range(len(self.text))

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original text that the folded span start:end came from."""
        at = self.at
        if end <= start:
            return at[start], at[start]
        return at[start], at[end - 1] + 1


def _fold_char(char: str) -> str:
    if char in _SPECIAL:
        return _SPECIAL[char]
    if char.isascii():
        return char.lower() if char.isprintable() else " "
    if category(char) in {"Nd", "No"} and (value := unicodedata.numeric(char, -1.0)) >= 0:
        return str(int(value)) if value == int(value) else "½"
    return "".join(map(_fold_sign, normalize("NFKD", char).casefold()))


@lru_cache(maxsize=_REMEMBERED)
def _fold_sign(char: str) -> str:
    if char in _SPECIAL:
        return _SPECIAL[char]
    if char.isascii():
        return char
    if char in _DROPPED:
        return ""
    kind = category(char)
    if kind == "Nd":
        return str(unicodedata.decimal(char))
    return _SIGN_OF_CATEGORY.get(kind, _SIGN_OF_CLASS.get(kind[0], char))


_SIGN_OF_CATEGORY = {
    "Pd": "–", "Ps": "(", "Pe": ")", "Pi": '"', "Pf": '"', "Po": ",", "Pc": " ", "Sc": "€", "Cf": "", "Cc": " ",
}  # fmt: skip
_SIGN_OF_CLASS = {"S": "☺", "Z": " ", "C": "☺"}


class _Characters(dict[int, str]):
    """What each character is folded to, found out when it is first met."""

    def __missing__(self, code: int) -> str:
        if len(self) >= _REMEMBERED:
            self.clear()
        char = chr(code)
        self[code] = folded = _simple(char, category(char)) or _fold_char(char)[:_LONGEST]
        return folded


def _simple(char: str, kind: str) -> str:
    """What a character of this category is folded to where that is soon told, else ""."""
    if kind in _NAMELESS or (kind == "So" and char not in _SPECIAL and not decomposition(char)):
        return "☺"
    if kind != "Lo" or decomposition(char):
        return ""
    return normalize("NFKD", char) if _FIRST_HANGUL <= char <= _LAST_HANGUL else char


_CHARACTERS = _Characters()


@lru_cache(maxsize=8)  # the readers that look at one reply, one after the other, fold it once
def fold(text: str) -> Folded:
    """Fold `text`; linear in its length, never raises."""
    if text.isascii() and (text.isprintable() or text.replace("\n", "").isprintable()):
        return Folded(text.lower().replace("`", "'"))
    return Folded("".join(_pieces(text)) if _is_varied(text) else text.translate(_CHARACTERS), text)


def _is_varied(text: str) -> bool:
    """Whether more different characters are in it than in any reply, too many to remember each."""
    return len(text) > _VARIED and len(set(text)) > _VARIED


def _pieces(text: str) -> list[str]:
    """What each character is folded to, without remembering those that are not known."""
    known = _CHARACTERS
    return [
        char  # most letters of such a text stay as they are; here it is quicker to say so than to ask `_simple`
        if kind == "Lo" and not decomposition(char) and not _FIRST_HANGUL <= char <= _LAST_HANGUL
        else "☺"
        if kind in _NAMELESS
        else known[ord(char)]
        for char, kind in zip(text, map(category, text), strict=True)
    ]


@lru_cache(maxsize=8)
def _way_back(source: str) -> tuple[int, ...] | range:
    pieces = _pieces(source) if _is_varied(source) else map(_CHARACTERS.__getitem__, map(ord, source))
    lengths = list(map(len, pieces))
    if lengths.count(1) == len(lengths):
        return range(len(lengths))
    return tuple(chain.from_iterable(map(repeat, count(), lengths)))


@lru_cache(maxsize=16384)
def fold_word(word: str) -> str:
    """The folded form of a word from the word lists."""
    return fold(word).text
