"""Stage 2: folded text → tokens with spans. Numbers joined by signs ("8/10", "7-8", "1.5.24") stay one token."""

import re

from msgspec import Struct

from flows.reading.fold import Folded

# Kinds of token. A stop ends a sentence, a pause a clause; a sign is any other punctuation.
NUMBER, WORD, STOP, PAUSE, SIGN, EMOJI, LINE = "number", "word", "stop", "pause", "sign", "emoji", "line"

_LETTER = r"[^\x00-`{-\x7f–€½☺⭐]"  # folded text has no capitals
_TOKEN = re.compile(
    rf"""
      (?P<link>  https?://\S{{0,500}} | www\.\S{{1,200}} )
    | (?P<word>  {_LETTER}+ (?: ' {_LETTER}+ | [0-9]+ {_LETTER}* )* )
    | (?P<number> [0-9]+ (?: [.,:/–-] [0-9]+ )* )
    | (?P<emoji> ☺+ | <3+(?!\d) | </3 | <[@\#!][^>\s]{{1,80}}> | :[a-z_][a-z0-9_+'-]{{0,40}}: | :\+1: | :-1: | :100:
               | (?<![\w)])[:;][-o]?[)(dp3|/](?!\w) | \^_*\^ )
    | (?P<star>  ⭐ )
    | (?P<gt>    &gt; )
    | (?P<lt>    &lt;3(?!\d) )
    | (?P<amp>   &(?:amp|quot|lt);? )
    | (?P<line>  \n+ )
    | (?P<stop>  [.!?]+ )
    | (?P<pause> [,;:()\[\]"–|]+ | - )
    | (?P<sign>  [^\s] )
    """,
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
    end = 0
    for match in _TOKEN.finditer(folded.text):
        start = match.start()
        kind = match.lastgroup or SIGN
        text = match.group()
        spaced = start == 0 or start > end or (bool(tokens) and tokens[-1].kind == LINE)
        end = match.end()
        tokens.append(Token(_KIND.get(kind, kind), ">" if kind == "gt" else text, start, end, spaced))
    return tokens


_KIND = {"link": EMOJI, "gt": SIGN, "star": WORD, "lt": EMOJI, "amp": PAUSE}
