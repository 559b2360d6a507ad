"""Folding: what a character becomes does not hang on the text around it, and every piece knows where it came from."""

import pytest

from flows.reading.fold import fold

SIZE = 4000
EVERY = [chr(code) for code in range(0x110000)]
TABLE = [
    ("ＮＥＵＮ", "neun"),
    ("Größe", "grosse"),
    ("Łódź", "lodz"),
    ("９", "9"),
    ("٣", "3"),
    ("⑩", "10"),
    ("7½", "7½"),
    ("¾", "½"),
    ("8−9", "8-9"),
    ("8—9", "8–9"),
    ("★☆", "⭐⭐"),
    ("👍\U0001f3fd", "☺☺"),
    ("1️⃣", "1"),
    ("10€ £", "10€ €"),
    ("“zehn”", '"zehn"'),
    ("‹8›", '"8"'),
    ("「8」", "(8)"),
    ("a_b", "a_b"),
    ("a‿b", "a b"),
    ("neun\u200bzehn", "neunzehn"),
    ("ne\u0301e", "nee"),
    ("9\u00a0Punkte", "9 punkte"),
    ("\x007\t", " 7 "),
    ("7\r\n8", "7 \n8"),
    ("¿7? ¡8!", " 7?  8!"),
    ("가", "\u1100\u1161"),
    ("一二", "一二"),
    ("𠀀", "𠀀"),
    ("\ud800\ue000\U000e0fff", "☺☺☺"),
    ("ﷺ", "صلى "),
    ("don`t", "don't"),
    ("ﬁ", "fi"),
    ("İ", "i"),
]


@pytest.mark.parametrize(("text", "folded"), TABLE)
def test_s31_every_sign_becomes_one_of_a_handful(text: str, folded: str):
    """S31: letters without case and accents, ASCII digits, few signs."""
    assert fold(text).text == folded


def test_s31_a_text_of_thousands_of_different_characters_is_folded_as_each_of_them():
    """S31: such a text is folded in another way than a reply; what comes out, and the way back, are the same."""
    for start in range(0, len(EVERY), SIZE):
        some = EVERY[start : start + SIZE]
        alone = [fold(char).text for char in some]
        together = fold("".join(some))
        assert together.text == "".join(alone)
        assert list(together.at) == [place for place, folded in enumerate(alone) for _ in folded]
