"""Stage 2: folded text → tokens with spans. Numbers joined by signs ("8/10", "7-8", "1.5.24") stay one token."""

import re
from functools import lru_cache

from msgspec import Struct

from flows.reading.fold import Folded, fold

# Kinds of token. A stop ends a sentence, a pause a clause; a sign is any other punctuation.
NUMBER, WORD, STOP, PAUSE, SIGN, EMOJI, LINE = "number", "word", "stop", "pause", "sign", "emoji", "line"
LONGEST_WORD = 40  # more letters of a word are never looked up

_LETTER = r"[^\x00-`{-\x7f–€½☺⭐]"  # folded text has no capitals
_WORD = rf"{_LETTER}+ (?: ' {_LETTER}+ | [0-9]+ {_LETTER}* )*"
_WORDS = re.compile(rf"{_WORD} | ⭐", re.VERBOSE)
_TOKEN = re.compile(
    rf"""[ ]* (?:
      (?P<link>  https?://\S{{0,500}} | www\.\S{{1,200}} )
    | (?P<word>  {_WORD} )
    | (?P<number> [0-9]+ (?: [.,:/–-] [0-9]+ )* )
    | (?P<emoji> ☺+ | <3+(?!\d) | </3 | <[@\#!][^>\s]{{1,80}}+> | :[a-z_][a-z0-9_+'-]{{0,40}}+: | :\+1: | :-1: | :100:
               | (?<![\w)])[:;][-o]?[)(dp3|/](?!\w) | \^_*\^ )
    | (?P<star>  ⭐ )
    | (?P<gt>    &gt; )
    | (?P<lt>    &lt;3(?!\d) )
    | (?P<amp>   &(?:amp|quot|lt);? )
    | (?P<line>  \n+ )
    | (?P<stop>  [.!?]+ )
    | (?P<pause> [,;:()\[\]"–|]+ | - )
    | (?P<sign>  [^\s] )
    )""",
    re.VERBOSE,
)


class Token(Struct, gc=False):
    """A piece of the folded text: its kind, its folded form and its span there."""

    kind: str
    text: str
    start: int
    end: int
    spaced: bool  # white space (or the beginning) stands in front of it


def tokenise(folded: Folded) -> list[Token]:
    """Cut the folded text into tokens, leaving out the white space."""
    tokens: list[Token] = []
    end, kind = -1, LINE
    for match in _TOKEN.finditer(folded.text.rstrip(" ")):  # what ends in spaces would be searched in vain, slowly
        kind_before, kind = kind, match.lastgroup or SIGN
        start, after = match.span(kind)
        spaced = start > end or kind_before == LINE
        end = after
        text = ">" if kind == "gt" else match[kind]
        tokens.append(Token(_KIND.get(kind, kind), text, start, end, spaced))
    return tokens


@lru_cache(maxsize=8)  # as `fold` is: the readers of one reply look at the same words
def words_of(text: str) -> tuple[str, ...]:
    """The words among the tokens of a text as it was written, in order, quicker than all tokens; long ones cut."""
    folded = fold(text)
    plain = folded.text
    if "www." in plain or ":" in plain or ";" in plain or "<" in plain or "&" in plain:
        # what begins with these (a link, an emoji, an escaped sign) may take letters along
        return tuple(token.text[:LONGEST_WORD] for token in tokenise(folded) if token.kind == WORD)
    pieces = plain.translate(_BETWEEN_WORDS).split()
    if not "".join(pieces).isalpha():
        pieces = _WORDS.findall(plain)
    if pieces and max(map(len, pieces)) > LONGEST_WORD:
        pieces = [piece[:LONGEST_WORD] for piece in pieces]
    return tuple(pieces)


def is_word(text: str) -> bool:
    """Whether folded `text` is one word and nothing else."""
    return _WORDS.fullmatch(text) is not None


_BETWEEN_WORDS = str.maketrans(
    {sign: " " for sign in map(chr, range(128)) if not (sign.isalnum() or sign == "'")} | dict.fromkeys("–€½☺", " ")
)
_KIND = {"link": EMOJI, "gt": SIGN, "star": WORD, "lt": EMOJI, "amp": PAUSE}
