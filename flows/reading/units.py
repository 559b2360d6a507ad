"""Stage 3: tokens → units: words with what they can mean, fixed phrases as one unit, numbers with their value.

What a unit can mean is a set of tags from the word lists (`[tags]` in `flows/words/<language>.toml`):

article firm filler carrier copula pronoun polite   stand around a score and weaken nothing ("a solid 8 from me")
hedge rather bound                    make it unsure ("about", "eher", "mindestens"); `beyond` excludes it ("over")
negative correct instead past was hypothetical condition otherwise rival settle   withdraw or settle numbers
asis                                  "as it is", where a promise stands before it ("10 if you refund it, as it is 2")
aside                                 withdraws a number that was not meant ("by mistake", "had 8 in mind")
anew                                  a change of mind, between two numbers only ("7… oh come on, 8", "7 allez 8")
unsaid                                withdraws the number it stands behind ("değil", "verirdim")
of scale point half range between hint minus nr   belong to the number's own form ("8 out of 10", "8 going on 9")
unit countable label prep counted definite ordinal month stars idiom   make it a number of something else ("room 5")
handful                               what one customer has had a few of at most: "2 garson", but "9 doktor" is a score
vague                                 number words that are ordinary words too ("one")
joint reason func event praise blame adjective aspect noun damning endorsing   what a reason begins with, how it sounds
cause rave                            a reason that is no contrast ("because"), a delighted verdict ("all perfect")
topic                                 what a request is about ("regarding")
rating                                carriers that only a score has ("rate", "my score")
told                                  a report of an earlier answer ("I said")
greeting thanks apology signoff device laugh loose trailing dictated prompt verdict   wrapping
amend                                 what only a correction has ("meant", "typo")
top bottom                            words in place of the highest and lowest number
abbreviation                          its point ends no sentence
piece                                 one thing: no count if something is said of it ("8 pizza was hot")
since                                 what a change begins with: "earlier 9, since the takeover 4"
overall                               settles also from behind: "food 8, wait 2, 4 overall"
typing                                verbs of typing: "wanted to type 6, not 9"
degree                                more and less beside a doubt ("6, perhaps even more")
full                                  stands in front of the end of the scale ("满分10分")
longer                                goes with the denial of a number ("not a 9 any more")
devoted                               a love that goes with no low score ("I adore this bakery")
"""

from collections.abc import Sequence

from msgspec import Struct

from flows.reading.lexicon import Lexicon
from flows.reading.tokens import LINE, LONGEST_WORD, NUMBER, PAUSE, SIGN, STOP, WORD, Token

_NOTHING: frozenset[str] = frozenset()


def tags(names: str) -> frozenset[str]:
    """A set of tags, written as words."""
    return frozenset(names.split())


class Unit(Struct, gc=False):
    """A token or a fixed phrase.

    `first`/`after` index the tokens; `value` is set for number words; `clause` counts clauses.
    """

    kind: str
    text: str
    first: int
    after: int
    tags: frozenset[str]
    clause: int
    value: int | None = None
    spaced: bool = True

    @property
    def is_number(self) -> bool:
        """Digits or a number word."""
        return self.kind == NUMBER or self.value is not None


def build_units(tokens: Sequence[Token], words: Lexicon) -> list[Unit]:
    """Group the tokens into units, longest phrase first, and count clauses."""
    units: list[Unit] = []
    clause = i = 0
    while i < len(tokens):
        token = tokens[i]
        if token.kind in {WORD, NUMBER}:
            unit = _phrase(tokens, i, words, clause) or _word(tokens, i, words, clause)
            units.append(unit)
            i = unit.after
            continue
        kind = token.kind
        if (kind == PAUSE and _is_glue(tokens, i)) or (
            token.text == "." and not token.spaced and _is_abbreviation(tokens, i - 1, words) and i + 1 < len(tokens)
        ):
            kind = SIGN
        if kind in {PAUSE, STOP, LINE}:
            clause += 1
        units.append(Unit(kind, token.text, i, i + 1, _NOTHING, clause, None, token.spaced))
        i += 1
    return units


def _is_glue(tokens: Sequence[Token], i: int) -> bool:
    """A hyphen inside a word ("e-mail", "3-Gänge") parts nothing."""
    if tokens[i].text not in {"-", "/"} or not 0 < i < len(tokens) - 1:
        return False
    return not tokens[i].spaced and not tokens[i + 1].spaced and tokens[i + 1].kind == WORD


def _is_abbreviation(tokens: Sequence[Token], i: int, words: Lexicon) -> bool:
    return i >= 0 and "abbreviation" in words.tags_of(tokens[i].text[:LONGEST_WORD])


def _phrase(tokens: Sequence[Token], i: int, words: Lexicon, clause: int) -> Unit | None:
    if i + 1 == len(tokens):
        return None
    token, second = tokens[i], tokens[i + 1]
    for rest, tags, value in words.phrases.get((token.text, second.text), ()):
        end = i + 2 + len(rest)
        if end <= len(tokens) and all(tokens[i + 2 + k].text == word for k, word in enumerate(rest)):
            text = " ".join((token.text, second.text, *rest))
            return Unit(WORD, text, i, end, tags, clause, value, token.spaced)
    return None


def _word(tokens: Sequence[Token], i: int, words: Lexicon, clause: int) -> Unit:
    token = tokens[i]
    if token.kind == NUMBER:
        return Unit(NUMBER, token.text, i, i + 1, _NOTHING, clause, None, token.spaced)
    text, value, tags = words.meaning(token.text[:LONGEST_WORD])
    if value is not None and "article" in tags and i + 1 < len(tokens) and tokens[i + 1].kind in {WORD, NUMBER}:
        value = None  # "un 8": the article, not the number one
    spelled = _spelled(tokens, i, words) if value is None and len(text) == 1 else None
    if spelled:
        return Unit(WORD, token.text, i, spelled[1], _NOTHING, clause, spelled[0], token.spaced)
    return Unit(WORD, text, i, i + 1, tags, clause, value, token.spaced)


def _spelled(tokens: Sequence[Token], i: int, words: Lexicon) -> tuple[int, int] | None:
    """A number word in single letters ("s i e b e n", "t-e-n"): its value and the token after it."""
    before = i - 2 if i > 1 and tokens[i - 1].text in {"-", "."} else i - 1
    if i and _is_letter(tokens[before]):
        return None
    letters, after = "", i
    for j in range(i, min(i + LONGEST_WORD, len(tokens))):
        if _is_letter(tokens[j]):
            letters, after = letters + tokens[j].text, j + 1
        elif tokens[j].text not in {"-", "."}:
            break
    value = words.number(letters) if 2 < len(letters) < LONGEST_WORD else None
    return None if value is None else (value, after)


def _is_letter(token: Token) -> bool:
    return token.kind == WORD and len(token.text) == 1
