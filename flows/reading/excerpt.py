"""Stage 2b: what is looked at: all tokens, or of a long text its beginning, its end and around numbers and wishes."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain

from msgspec import Struct

from flows.reading.fold import Folded, fold
from flows.reading.lexicon import Lexicon, lexicon
from flows.reading.optout import landmarks as demand_landmarks
from flows.reading.optwords import all_opt_words
from flows.reading.tokens import WORD, Token, tokenise, words_of

LONGEST = 180  # tokens; no longer a text is read from beginning to end
_HEAD, _BETWEEN, _TAIL = 80, 62, 38  # tokens of a longer one
_TAIL_SIGNS = 300  # characters
_BEFORE, _BEHIND = 90, 60  # characters around a number or a wish
_PLACES = 4  # of numbers, and as many of wishes
_PIECE = re.compile(r"[0-9]+|[^\W\d_]+(?:'[^\W\d_]+)*")
_DIGITS = re.compile(r"[0-9]+")
_SPACE = re.compile(r"\s")


class Excerpt(Struct, frozen=True):
    """The tokens that are looked at; one word that nobody knows stands for each piece that is not.

    `complete`: no number is in such a piece.
    """

    folded: Folded
    tokens: Sequence[Token]
    complete: bool = True


def excerpt(text: str, language: str) -> Excerpt:
    """What is looked at of a reply; the work on a text of any length is that on `LONGEST` tokens."""
    folded = fold(text)
    tokens = tokenise(folded, most=LONGEST + 1)
    if len(tokens) <= LONGEST:
        return Excerpt(folded, tokens)
    head = tokens[:_HEAD]
    tail = _tail(folded, head[-1].end)
    between, complete = _between(folded, head[-1].end, tail[0].start, *_marks(text, language))
    return Excerpt(folded, list(_joined([head, *between, tail], folded.text)), complete)


def lexicons(language: str) -> Sequence[Lexicon]:
    """The language's own and the English one, which may be the same."""
    own, english = lexicon(language), lexicon("en")
    return (own,) if own is english else (own, english)


def _tail(folded: Folded, start: int) -> Sequence[Token]:
    """The last tokens from `start` on; a word is not cut into unless it is endless."""
    plain = folded.text.rstrip(" ")
    at = max(start, len(plain) - _TAIL_SIGNS)
    if at > start and (space := _SPACE.search(plain, at)):
        at = space.start()
    return tokenise(folded, at)[-_TAIL:]


def _marks(text: str, language: str) -> tuple[Mapping[str, int], AbstractSet[str]]:
    """The words of the text that a wish cannot do without, how often each is said, and the number words."""
    words = words_of(text)
    counts = Counter(words)
    landmarks = set(chain.from_iterable(source.wishes.landmarks(words, counts) for source in lexicons(language)))
    landmarks.update(chain.from_iterable(demand_landmarks(words, known) for known in all_opt_words(language)))
    known = set(chain.from_iterable(counts.keys() & source.numbers.keys() for source in lexicons(language)))
    numbers = {word for word in known if lexicon(language).number(word) is not None}
    return {word: counts[word] for word in landmarks}, numbers


def _between(
    folded: Folded, start: int, end: int, wishes: Mapping[str, int], numbers: AbstractSet[str]
) -> tuple[list[Sequence[Token]], bool]:
    """The pieces around the rarest words of wishes and the first numbers, and whether they hold all numbers."""
    wished: list[tuple[int, int]] = []
    numbered: list[int] = []
    for match in (_PIECE if wishes or numbers else _DIGITS).finditer(folded.text, start, end):
        word = match[0]
        if word in wishes:
            wished.append((wishes[word], match.start()))
        elif word in numbers or word.isdigit():
            numbered.append(match.start())
    pieces: list[Sequence[Token]] = []
    missed, room = set(numbered), _BETWEEN
    rarest = [at for _, at in sorted(wished)[:_PLACES]]
    for at in sorted(rarest + numbered[:_PLACES]):
        if at >= start:
            space = _SPACE.search(folded.text, max(start, at - _BEFORE), at)
            after = _SPACE.search(folded.text, at + _BEHIND, end)
            piece = tokenise(folded, space.start() if space else at, after.start() if after else end, room)
            pieces.append(piece)
            room -= len(piece)
            start = piece[-1].end if piece else start
            missed.difference_update(range(piece[0].start, start) if piece else ())
    return pieces, not missed


def _joined(pieces: Sequence[Sequence[Token]], plain: str) -> Iterator[Token]:
    """The pieces with a word in each gap between them."""
    end = 0
    for piece in pieces:
        if piece and plain[end : piece[0].start].strip():
            yield Token(WORD, "…", end, piece[0].start, spaced=True)
        if piece:
            yield from piece
            end = piece[-1].end
