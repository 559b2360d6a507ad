"""Demands for no more messages, put together from classes of words: the same grammar for every language.

A clause is a row of words, each with its classes (`optwords.py`); what makes it a demand is told in `optrules.py`.
What is looked at is the text as it is spoken: sentences end at a stop or a line, clauses at pauses and at "but", "so"
and "and", for one may be a grumble and the next a demand.
"""

from collections.abc import Iterator, Mapping, Sequence

from flows.reading.optrules import everything, is_demand, may_be_demand
from flows.reading.optwords import BIT, OptWords
from flows.reading.tokens import LINE, LONGEST_WORD, NUMBER, PAUSE, STOP, WORD, Token

_KNOWN = 1 << len(BIT)  # a number, or a word inside a phrase
_PAUSE = -1
_LIGHT, _BUT, _THAT = BIT["light"], BIT["but"], BIT["that"]
_LANDMARKS = (
    BIT["contact"] | BIT["contacted"] | BIT["message"] | BIT["cease"] | BIT["unsub"] | BIT["remove"] | BIT["peace"]
)
_SHORT = 60  # words of a text in which slips are looked for
_LONGEST_CLAUSE = 30  # words; what is longer costs time and is seldom one
_BUT_LAST = 2  # words behind "but" that are no clause of their own: "will ich aber nicht"


def may_demand(words: Sequence[str], known: OptWords) -> bool:
    """False where the words of the text are surely not those of a demand."""
    slips = len(words) <= _SHORT
    classes = known.classes(slips=slips, ordinary=slips)  # an ordinary word is no slip
    said = frozenset(words)
    if not slips:
        said = frozenset(known.near(said))
    if "'" in "".join(said):
        said = frozenset(part for word in said for part in _parts(word, classes))
    found = 0
    for word in said:
        found |= classes[word]
    for word in said & known.phrases.keys():
        for phrase in known.phrases[word]:
            if phrase.needs <= said:
                found |= phrase.classes
    return may_be_demand(found)


def landmarks(counts: Mapping[str, int], known: OptWords) -> Iterator[str]:
    """The words of a long text around which a demand may stand."""
    classes = known.classes(ordinary=False)
    return (word for word in known.near(counts) if classes[word] & _LANDMARKS)


def _parts(word: str, classes: Mapping[str, int]) -> Sequence[str]:
    """The words that an apostrophe joins: "m'envoyez"; what is known with it stays whole: "don't"."""
    if "'" not in word or classes[word]:
        return (word,)
    return [part for part in word.split("'") if part]


def demands(tokens: Sequence[Token], known: OptWords) -> list[tuple[int, int]]:
    """The demands as spans (first token, token after the last): the clauses that hold one."""
    slips = len(tokens) <= _SHORT
    read = [(sentence, _split(_read(sentence, tokens, known, slips=slips))) for sentence in _sentences(tokens)]
    text = everything(mask for _, clauses in read for clause in clauses for mask in clause)
    if not may_be_demand(text):
        return []
    return [
        (sentence[0], sentence[-1] + 1)
        for sentence, clauses in read
        if is_demand(clauses, everything(mask for clause in clauses for mask in clause), text)
    ]


def _sentences(tokens: Sequence[Token]) -> Iterator[list[int]]:
    sentence: list[int] = []
    for i, token in enumerate(tokens):
        if token.kind in {STOP, LINE} and sentence:
            yield sentence
            sentence = []
        elif token.kind in {WORD, NUMBER, PAUSE}:
            sentence.append(i)
    if sentence:
        yield sentence


def _read(sentence: Sequence[int], tokens: Sequence[Token], known: OptWords, *, slips: bool) -> list[int]:
    """The classes of each word; of a phrase its first word has them. A pause between clauses is -1."""
    classes = known.classes(slips=slips)
    parts: list[str] = []
    for i in sentence:
        word = tokens[i].text[:LONGEST_WORD]
        if tokens[i].kind == NUMBER:
            parts.append("")
        elif tokens[i].kind == PAUSE:
            parts.extend(["|"] if word != "-" else [])
        else:
            parts.extend(_parts(word, classes))
    masks: list[int] = []
    skip = 0
    for i, word in enumerate(parts):
        if word == "|":
            masks.append(_PAUSE)
            skip = 0
            continue
        own = classes[word] if word else _KNOWN
        if skip:
            skip -= 1
            masks.append(own | _KNOWN)
            continue
        for phrase in known.phrases.get(word, ()):
            if phrase.stands(parts, i + 1):
                own = phrase.classes if phrase.classes == _LIGHT else own | phrase.classes
                skip = len(phrase.rest)
                break
        masks.append(own)
    return masks


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
