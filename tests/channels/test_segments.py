"""What a text costs as SMS."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.segments import BASIC, EXTENDED, JOINED, SINGLE, segments

A = "a"


@pytest.mark.parametrize(
    ("text", "encoding", "parts", "culprit"),
    [
        ("", "gsm7", 1, ""),
        (A * 160, "gsm7", 1, ""),
        (A * 161, "gsm7", 2, ""),
        (A * 306, "gsm7", 2, ""),
        (A * 307, "gsm7", 3, ""),
        ("€" * 80, "gsm7", 1, ""),
        ("€" * 81, "gsm7", 2, ""),
        ("€" * 76 + A + "€" * 76, "gsm7", 2, ""),
        (A * 152 + "€" + A * 152, "gsm7", 3, ""),  # the pair does not fit behind 152, nor the tail behind it
        ("Größe: ä ö ü ß Ä Ö Ü à è é", "gsm7", 1, ""),
        ("{}[]~|^\\", "gsm7", 1, ""),
        ("ç", "ucs2", 1, "ç"),  # only the capital is in the alphabet
        ("ő" * 70, "ucs2", 1, "ő"),
        ("ő" * 71, "ucs2", 2, "ő"),
        ("ő" * 134, "ucs2", 2, "ő"),
        ("ő" * 135, "ucs2", 3, "ő"),
        ("😀" * 35, "ucs2", 1, "😀"),
        ("😀" * 36, "ucs2", 2, "😀"),
        ("😀" * 67, "ucs2", 3, "😀"),  # 33 pairs to a part, never half of one
        (A * 159 + "’", "ucs2", 3, "’"),
        ("Zehn – oder?", "ucs2", 1, "–"),
    ],
)
def test_table(text, encoding, parts, culprit):
    """Encoding, number of parts and the first character that forced UCS-2."""
    counted = segments(text)
    assert (counted.encoding, len(counted.parts), counted.culprit) == (encoding, parts, culprit)


def test_the_alphabet_is_complete():
    """TS 23.038: 127 characters and the escape, and ten more behind the escape."""
    assert len(BASIC) == 127
    assert len(EXTENDED) == 10
    assert not BASIC & EXTENDED


GSM = "".join(sorted(BASIC | EXTENDED))


@given(st.one_of(st.text(max_size=700), st.text(alphabet=GSM, max_size=700)))
def test_parts_joined_are_the_text(text):
    """Nothing is lost or cut in half, and every part fits."""
    counted = segments(text)
    assert "".join(counted.parts) == text
    assert sum(width(part, counted.encoding) for part in counted.parts) == counted.units
    limit = SINGLE if len(counted.parts) == 1 else JOINED
    assert all(width(part, counted.encoding) <= limit[counted.encoding] for part in counted.parts)
    assert (len(counted.parts) == 1) == (counted.units <= SINGLE[counted.encoding])


@given(st.text(alphabet=GSM, max_size=400))
def test_gsm_text_never_needs_ucs2(text):
    """A text of the alphabet names no culprit."""
    assert segments(text).culprit == ""


def width(text: str, encoding: str) -> int:
    """Units of a text, counted another way than the code does."""
    if encoding == "ucs2":
        return len(text.encode("utf-16-le", "surrogatepass")) // 2
    return len(text) + sum(text.count(char) for char in EXTENDED)
