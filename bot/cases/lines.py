"""Foreign words made plain: without control and direction characters, on one line where there is one."""

import unicodedata

_JOINERS = "\u200c\u200d"  # Persian words and emoji are made with them


def plain(text: str) -> str:
    """The text as it was meant: nothing invisible in it but line breaks, and what joins letters and emoji."""
    return "".join(char for char in text if char in _SPARED or unicodedata.category(char) not in ("Cc", "Cf", "Cs"))


_SPARED = "\n" + _JOINERS + "".join(map(chr, range(0xE0020, 0xE0080)))  # the last are the letters in emoji of flags


def one_line(text: str) -> str:
    """The same on one line, with single spaces."""
    return plain(" ".join(text.split())).strip()


def clipped(text: str, limit: int) -> str:
    """At most `limit` characters, with an ellipsis for what is missing."""
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"
