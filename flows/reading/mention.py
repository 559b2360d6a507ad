"""A number in a text and all that the stages find out about it."""

from msgspec import Struct

WHOLE, SCALED, SCALE, RANGE, BROKEN, FOREIGN = "whole", "scaled", "scale", "range", "broken", "foreign"


class Mention(Struct, gc=False):
    """A number: its value, its form, the units it spans (first..after), and what the later stages find out about it."""

    value: int
    form: str
    first: int
    after: int
    slip: bool = False  # written oddly: "07", "8+"
    glued: str = ""  # tag of a suffix: "9ish" hedge, "5min" unit
    word: bool = False  # a word, not digits
    doubt: str = ""  # why it is unsure
    withdrawn: str = ""  # why it no longer counts
    role: str = ""  # strong | medium | weak | other, see context.py
    settled: bool = False  # "all in all 7", "make it 7"
    rated: bool = False  # called a score: "I give it a 4", "9/10"
    led: bool = False  # a word of emphasis or of being leads up to it: "only 8", "it's 8"
    alone: bool = False  # nothing else stands in its clause
    corrected: bool = False  # "sorry, 8"
    left: int = 0  # first unit of the words that carry it ("I'd give it a solid")
    right: int = 0  # unit after them ("from me")
