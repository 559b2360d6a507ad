"""Stage 2: folded text → tokens with spans. Numbers joined by signs ("8/10", "7-8", "1.5.24") stay one token."""

import re
from functools import lru_cache
from itertools import islice

from msgspec import Struct

from flows.reading.fold import Folded, fold

# Kinds of token. A stop ends a sentence, a pause a clause; a sign is any other punctuation.
NUMBER, WORD, STOP, PAUSE, SIGN, EMOJI, LINE = "number", "word", "stop", "pause", "sign", "emoji", "line"
LONGEST_WORD = 40  # more letters of a word are never looked up

_LETTER = r"[^\x00-`{-\x7f–€½°☺⭐]"  # folded text has no capitals
_UNPARTED = (
    "\u0e00-\u0eff\u1000-\u11ff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"  # scripts that put no spaces between words
)
_WORD = rf"{_LETTER}+ (?: ' {_LETTER}+ | (?<![{_UNPARTED}])[0-9]+ (?:\.[0-9]+)* {_LETTER}* )*"
_WORDS = re.compile(rf"{_WORD} | ⭐", re.VERBOSE)
_TOKEN = re.compile(
    rf"""[ ]* (?:
      (?P<link>  https?://\S{{0,500}} | www\.\S{{1,200}} )
    | (?P<word>  {_WORD} )
    | (?P<number> [0-9]+ (?: [.,:/–-] [0-9]+ )* )
    | (?P<line>  \n+ )
    | (?P<stop>  [.!?]+ )
    | (?P<emoji> ☺+ | <3+(?!\d) | </3 | <[@\#!][^>\s]{{1,80}}+> | :[a-z_][a-z0-9_+'-]{{0,40}}+: | :\+1: | :-1: | :100:
               | (?<![\w)])[:;][-o]?[)(dp3|/](?!\w) | \^_*\^ )
    | (?P<star>  ⭐ )
    | (?P<gt>    &gt; )
    | (?P<lt>    &lt;3(?!\d) )
    | (?P<amp>   &(?:amp|quot|lt);? )
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


def tokenise(folded: Folded, start: int = 0, end: int | None = None, most: int | None = None) -> list[Token]:
    """Cut the folded text, or its piece start:end, into tokens, at most so many; white space is left out."""
    tokens: list[Token] = []
    plain = folded.text.rstrip(" ")  # what ends in spaces would be searched in vain, slowly
    reached, line = -1, True
    for match in islice(_TOKEN.finditer(plain, start, len(plain) if end is None else end), most):
        group = match.lastindex or 0
        first, after = match.span(group)
        text = plain[first:after] if group != _GT else ">"
        tokens.append(Token(_KIND[group], text, first, after, line or first > reached))
        reached, line = after, group == _LINE
    return tokens


@lru_cache(maxsize=8)  # as `fold` is: the readers of one reply look at the same words
def words_of(text: str) -> tuple[str, ...]:
    """The words among the tokens of a text as it was written, in order, quicker than all tokens; long ones cut."""
    folded = fold(text)
    plain = folded.text
    if "www." in plain or ":" in plain or ";" in plain or "&" in plain or ("<" in plain and ">" in plain):
        # what begins with these (a link, an emoji, an escaped sign, somebody's name) may take letters along
        found = _TOKEN.finditer(plain.rstrip(" "))
        return tuple([match[0].lstrip(" ")[:LONGEST_WORD] for match in found if match.lastindex in _WORD_OR_STAR])
    pieces = plain.translate(_BETWEEN_WORDS).split() if plain.isascii() else []  # elsewhere that is the slower way
    if not "".join(pieces).isalpha():
        pieces = _WORDS.findall(plain)
    if pieces and max(map(len, pieces)) > LONGEST_WORD:
        pieces = [piece[:LONGEST_WORD] for piece in pieces]
    return tuple(pieces)


def is_word(text: str) -> bool:
    """Whether folded `text` is one word and nothing else."""
    return _WORDS.fullmatch(text) is not None


_BETWEEN_WORDS = str.maketrans({sign: " " for sign in map(chr, range(128)) if not (sign.isalnum() or sign == "'")})
_OTHERWISE = {"link": EMOJI, "gt": SIGN, "star": WORD, "lt": EMOJI, "amp": PAUSE}
_KIND = {index: _OTHERWISE.get(name, name) for name, index in _TOKEN.groupindex.items()}
_WORD_OR_STAR = frozenset({_TOKEN.groupindex["word"], _TOKEN.groupindex["star"]})
_GT, _LINE = _TOKEN.groupindex["gt"], _TOKEN.groupindex["line"]
