"""Demands said round about: threats, the last message, how often to say it; see `optrules.py`."""

from collections.abc import Sequence

from flows.reading.optclause import (
    ALL_KNOWN,
    CANNOT,
    CEASE,
    CONTACT,
    CONTACTED,
    FINAL,
    GET,
    IF,
    LAST,
    LIGHT,
    ME,
    MESSAGE,
    MORE,
    NOT,
    OFTEN,
    PLEASE,
    REMOVE,
    SEND,
    THESE,
    THREAT,
    UNSUB,
    WANT,
    WRITING,
    any_of,
    between,
    everything,
    places,
    quiet,
)


def threatens(clause: Sequence[int], text: int) -> bool:
    """As in "One more text and I call my lawyer", "if I get another of these, I'll report you"."""
    said = everything(clause)
    if not said & THREAT or not said & (IF | MORE):
        return False
    if text & (MESSAGE | CONTACT | CONTACTED):
        return True
    if said & IF and text & ALL_KNOWN and said & (THESE | GET | MORE):
        return True
    return bool(said & IF and said & MORE and said & (GET | SEND) and 0 not in clause)


def threatens_unless(clauses: Sequence[Sequence[int]], sentence: int) -> bool:
    """As in "If this doesn't stop I'll see my lawyer", "if another one comes I'll …"."""
    if not sentence & THREAT or not sentence & IF:
        return False
    return any(_unless(clause) or _if_more(clause) for clause in clauses)


def _if_more(clause: Sequence[int]) -> bool:
    """Whether the clause is "if another one comes", and nothing else is spoken of."""
    for i in places(clause, IF):
        for k in places(clause, GET | SEND, i + 1, i + 6):
            if any_of(clause, MORE, i, k) and quiet(clause, i, k + 1):
                return True
    return False


def _unless(clause: Sequence[int]) -> bool:
    for i in places(clause, IF):
        for k in places(clause, CEASE, i, i + 6):
            if any_of(clause, NOT, i, k + 3) and quiet(clause, i, k + 1):
                return True
    return False


def is_last(clause: Sequence[int]) -> bool:
    """As in "That's the last message I want", "det var siste gang dere skriver til meg"."""
    wanted = everything(clause) & (WANT | PLEASE)
    for i in places(clause, LAST | FINAL):
        message = any(between(clause, i, k) for k in places(clause, MESSAGE, i + 1, i + 4))
        if not message and not clause[i] & FINAL:
            continue
        if message and wanted:
            return True
        for k in places(clause, CONTACT | SEND, i + 1, i + 9):
            if quiet(clause, i, k) and any_of(clause, ME, i, k + 4) and not any_of(clause, CANNOT, i, k + 4):
                return True
    return False


def still_comes(clauses: Sequence[Sequence[int]]) -> bool:
    """As in "I opted out last month and still get these": nothing else is what comes."""
    if not any(places(clause, UNSUB) and 0 not in clause for clause in clauses):
        return False
    return any(
        any_of(clause, MORE, k - 3, k + 3) and quiet(clause, k - 2, k + 2)
        for clause in clauses
        for k in places(clause, GET)
    )


def once_more(clause: Sequence[int], sentence: int) -> bool:
    """As in "How often do I have to say that I don't want this": nothing else is spoken of."""
    wanted = sentence & (CEASE | REMOVE | UNSUB) or (sentence & NOT and sentence & (WANT | WRITING | LIGHT))
    return bool(sentence & OFTEN and wanted and 0 not in clause)
