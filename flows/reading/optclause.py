"""The clauses of opt-out demands: the classes of their words by name, and what is asked of a row of them.

A clause is a row of words, each a number with a bit for each of its classes; 0 is an unknown word.
"""

from collections.abc import Iterable, Sequence

from flows.reading.optclasses import BIT

(
    ADVERT, AGO, ASKING, AWAY, BACK, BUT, CANNOT, CEASE, CONSENT, CONTACT, CONTACTED, ENOUGH, FINAL, GET, HOW, IDLE,
    IF, KEEP, KIN, LAST, LAW, LEAVE, LIGHT, LIST, LOST, ME, MESSAGE, MORE, MY, NOT, OBJECT, OFTEN, PAST, PEACE, PLEASE,
    RECORD, REMOVE, REMOVED, SEND, SPARE, SUBJECT, THAT, THESE, THREAT, UNSUB, WAITING, WANT, WHY, WITHDRAW,
) = (BIT[name] for name in sorted(BIT))  # fmt: skip
KNOWN = 1 << len(BIT)  # a number, or a word inside a phrase
ALL_KNOWN = 1 << (len(BIT) + 1)  # of a whole text: short, and not one word in it is unknown
WRITING = CONTACT | CONTACTED | SEND | MESSAGE | ASKING
_MOST_PLACES = 6  # of one class in a clause that are looked at: no demand has more


def everything(masks: Iterable[int]) -> int:
    """The classes that any of the words has."""
    found = 0
    for mask in masks:
        found |= mask
    return found


def any_of(clause: Sequence[int], classes: int, first: int, after: int) -> bool:
    """Whether one of the words from first to after has one of the classes."""
    for mask in clause[max(0, first) : max(0, after)]:  # noqa: SIM110  # this runs most, and a loop is quicker
        if mask & classes:
            return True
    return False


def places(clause: Sequence[int], classes: int, first: int = 0, after: int | None = None) -> list[int]:
    """Where words of these classes stand, at most a few."""
    first = max(0, first)
    return [i for i, mask in enumerate(clause[first:after], first) if mask & classes][:_MOST_PLACES]


def quiet(clause: Sequence[int], first: int, after: int) -> bool:
    """Whether every word from first to after is known: nothing else is spoken of."""
    said = clause[max(0, first) : after]
    return 0 not in said and SUBJECT not in said


def between(clause: Sequence[int], one: int, other: int) -> bool:
    """Whether nothing else is spoken of from the one place to the other."""
    return quiet(clause, min(one, other), max(one, other))


def denied(clause: Sequence[int], first: int, after: int) -> bool:
    """Whether a word from first to after denies what follows; "no thanks" does not."""
    return any(not any_of(clause, PLEASE, i + 1, i + 2) for i in places(clause, NOT, first, max(0, after)))


def asks_how(clause: Sequence[int]) -> bool:
    """Whether the clause begins with a question for the way out."""
    return bool(clause[0] & HOW and (clause[0] & KNOWN or not clause[0] & (WANT | PLEASE | ME | SUBJECT | LIGHT)))


def told(clause: Sequence[int], first: int, sentence: int) -> bool:
    """Whether somebody tells what is or was: "they never write", "I could not"."""
    if sentence & PLEASE or asks_how(clause):
        return False
    others = first and clause[first - 1] & SUBJECT and not clause[first - 1] & (THESE | HOW)
    return bool(others) or any_of(clause, CANNOT, 0, first)


def is_message(clause: Sequence[int], k: int) -> bool:
    """Whether a word is a message, or a question of this kind: "your questions"."""
    return bool(
        clause[k] & MESSAGE
        or (clause[k] & ASKING and (any_of(clause, THESE, k - 2, k) or any_of(clause, RECORD, k, k + 4)))
    )


def about_me(clause: Sequence[int], i: int) -> bool:
    """Whether the word at i is about the customer: nothing unknown stands between them."""
    return any(between(clause, i, k) for k in places(clause, ME, i - 3, i + 4))
