"""Demands for no more messages, put together from classes of words: the same grammar for every language.

A clause is a row of words, each with its classes (`optwords.py`); what makes it a demand is told in `optrules.py`.
What is looked at is the text as it is spoken: sentences end at a stop or a line, clauses at pauses and at "but", "so"
and "and", for one may be a grumble and the next a demand.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from flows.reading.optclasses import BIT, OptPhrase
from flows.reading.optclause import ALL_KNOWN, KNOWN, everything, quiet
from flows.reading.optrules import ANCHORS, is_demand, may_be_demand
from flows.reading.optwords import PHRASE, OptWords, near
from flows.reading.tokens import LINE, LONGEST_WORD, NUMBER, PAUSE, STOP, WORD, Token

_PAUSE, _STROKE, _SOME_NUMBER = -1, "|", "0"
_BUT, _THAT, _NOT, _AGO = BIT["but"], BIT["that"], BIT["not"], BIT["ago"]
_YEAR = 4  # digits
_LANDMARKS = (
    BIT["contact"] | BIT["contacted"] | BIT["message"] | BIT["cease"] | BIT["unsub"] | BIT["remove"] | BIT["peace"]
)
_SHORT = 60  # words of a text in which slips are looked for
_LONGEST_CLAUSE = 30  # words; what is longer costs time and is seldom one
_FEW = 16  # words of a text of which every one may be known
_MOST_CLAUSES = 24  # that begin a text and that end it are looked at: no story hides a demand in the middle
_ABBREVIATED = frozenset(["art", "arts", "artt", "abs", "par", "cl", "ст", "p", "no", "nr"])
_BUT_LAST = 2  # words behind "but" that are no clause of their own: "will ich aber nicht"


def may_demand(words: Sequence[str], known: OptWords) -> bool:
    """False where the words of the text are surely not those of a demand."""
    gate, words = known.gate(slips=len(words) <= _SHORT), known.spelt(words)
    found = 0
    for word in words if len(words) <= _SHORT else near(tuple(words), known):
        found |= gate[word]
    if found & PHRASE and not may_be_demand(found):
        said = frozenset(words)
        if "'" in "".join(said):
            said = said.union(*[word.split("'") for word in words if "'" in word])
        for word in said:
            for needs, classes in known.begun.get(word, ()):
                if needs <= said:
                    found |= classes
    return may_be_demand(found)


def landmarks(words: tuple[str, ...], known: OptWords) -> Iterator[str]:
    """The words of a long text around which a demand may stand."""
    classes = known.classes(ordinary=False)
    return (word for word in near(words, known) if classes[word] & _LANDMARKS)


def _parts(word: str, classes: Mapping[str, int]) -> Sequence[str]:
    """The words that an apostrophe joins: "m'envoyez"; what is known with it stays whole: "don't"."""
    if "'" not in word or classes[word]:
        return (word,)
    return [part for part in word.split("'") if part]


def demands(tokens: Sequence[Token], known: OptWords) -> list[tuple[int, int]]:
    """The demands as spans (first token, token after the last): the clauses that hold one."""
    classes = known.classes(slips=len(tokens) <= _SHORT)
    spoken = [(sentence, known.spelt(_words(sentence, tokens, classes))) for sentence in _sentences(tokens)]
    opened = known.opened(frozenset(chain.from_iterable(words for _, words in spoken)))
    read = [(sentence, _split(_masks(words, classes, opened))) for sentence, words in spoken]
    clauses = [clause for _, found in read for clause in found]
    text = everything(map(everything, clauses))
    if not may_be_demand(text):
        return []
    if sum(map(len, clauses)) <= _FEW and all(quiet(clause, 0, len(clause)) for clause in clauses):
        text |= ALL_KNOWN
    if len(clauses) > 2 * _MOST_CLAUSES:
        read = _outer(read)
    return [
        (sentence[0], sentence[-1] + 1)
        for sentence, found in read
        if (said := everything(map(everything, found))) & ANCHORS and is_demand(found, said, text)
    ]


def _outer(read: Sequence[tuple[list[int], list[list[int]]]]) -> list[tuple[list[int], list[list[int]]]]:
    """The first and the last clauses, by their sentences."""
    count = sum(len(found) for _, found in read)
    kept: list[tuple[list[int], list[list[int]]]] = []
    place = 0
    for sentence, found in read:
        numbered = enumerate(found, place)
        outer = [clause for at, clause in numbered if at < _MOST_CLAUSES or at >= count - _MOST_CLAUSES]
        place += len(found)
        if outer:
            kept.append((sentence, outer))
    return kept


def _sentences(tokens: Sequence[Token]) -> Iterator[list[int]]:
    sentence: list[int] = []
    for i, token in enumerate(tokens):
        if token.kind in {STOP, LINE} and sentence:
            if _abbreviates(tokens, i):
                continue
            yield sentence
            sentence = []
        elif token.kind in {WORD, NUMBER, PAUSE}:
            sentence.append(i)
    if sentence:
        yield sentence


def _abbreviates(tokens: Sequence[Token], i: int) -> bool:
    """Whether the stop at i belongs to a short word in front of a number: "art. 21"."""
    return (
        0 < i < len(tokens) - 1
        and tokens[i].text == "."
        and not tokens[i].spaced
        and tokens[i + 1].kind == NUMBER
        and tokens[i - 1].text.rpartition("'")[2] in _ABBREVIATED
    )


def _words(sentence: Sequence[int], tokens: Sequence[Token], classes: Mapping[str, int]) -> list[str]:
    """The words and numbers of a sentence; a pause between clauses is a stroke."""
    parts: list[str] = []
    for i in sentence:
        word, kind = tokens[i].text, tokens[i].kind
        if kind == NUMBER:
            parts.append(word if word.isdecimal() else _SOME_NUMBER)
        elif kind == PAUSE:
            parts.extend([_STROKE] if word != "-" else [])
        else:
            parts.extend(_parts(word[:LONGEST_WORD], classes))
    return parts


def _masks(words: Sequence[str], classes: Mapping[str, int], opened: Mapping[str, Sequence[OptPhrase]]) -> list[int]:
    """The classes of each word; of a phrase its first word has them. A pause between clauses is -1."""
    masks: list[int] = []
    skip, inside = 0, None
    for i, word in enumerate(words):
        if word == _STROKE:
            masks.append(_PAUSE)
            skip = 0
            continue
        own = classes[word] or _number(word)
        if word.isdecimal() and masks and masks[-1] > 0 and (i + 1 == len(words) or words[i + 1] == _STROKE):
            masks[-1] &= ~_NOT  # "8 not 5"
        if skip and inside is not None:
            skip -= 1
            masks.append(inside.within(own) | KNOWN)
            continue
        if word in opened:
            inside = next((phrase for phrase in opened[word] if phrase.stands(words, i + 1)), None)
            if inside is not None:
                own, skip = inside.masks(own) | KNOWN, len(inside.rest)
        masks.append(own)
    return masks


def _number(word: str) -> int:
    """What a number is in a demand: a year tells of another time."""
    if not word.isdecimal():
        return 0
    return KNOWN | _AGO if len(word) == _YEAR and word.startswith(("19", "20")) else KNOWN


def _split(masks: Sequence[int]) -> list[list[int]]:
    """The clauses: parted by pauses and by "but", but not in front of "that"."""
    clauses: list[list[int]] = [[]]
    for place, mask in enumerate(masks):
        if mask == _PAUSE:
            if not (place + 1 < len(masks) and masks[place + 1] > 0 and masks[place + 1] & _THAT):
                clauses.append([])
        else:
            if (mask & _BUT and place + _BUT_LAST < len(masks)) or len(clauses[-1]) >= _LONGEST_CLAUSE:
                clauses.append([])
            clauses[-1].append(mask)
    return [clause for clause in clauses if clause]
