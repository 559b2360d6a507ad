"""What tells of a report instead of a demand: nobody wrote, somebody else left, and that was last year."""

from collections.abc import Sequence

from flows.reading.optclause import (
    AGO,
    ASKING,
    CANNOT,
    CEASE,
    IF,
    KIN,
    ME,
    MESSAGE,
    MORE,
    NOT,
    PAST,
    PLEASE,
    SEND,
    SUBJECT,
    WANT,
    any_of,
    everything,
    places,
    quiet,
    told,
)


def tells(clause: Sequence[int], i: int, first: int, sentence: int) -> bool:
    """Whether the verb at i, denied from `first` on, is no order: a report, "don't stop sending", "no questions"."""
    if told(clause, first, sentence) or (first and clause[first - 1] & SUBJECT and not sentence & PLEASE):
        return True
    if not sentence & (PLEASE | WANT | IF) and _nobody(clause, i):
        return True  # "nobody disturbed me"
    if clause[first] & SUBJECT and clause[first] & NOT and not sentence & (PLEASE | WANT | IF):
        return True
    if any_of(clause, CEASE & ~clause[i], first, i):
        return True
    if clause[i] & ASKING and not any_of(clause, ME, i - 3, i + 4) and not (clause[i] & SEND and _is_order(clause, i)):
        return True
    done = any(clause[k] & CANNOT for k in places(clause, PAST, i + 1, i + 3))  # "no message ever reached me"
    return bool(clause[i] & MESSAGE and (done or reported(clause, 0, i)) and not sentence & PLEASE)


def reported(clause: Sequence[int], first: int, after: int) -> bool:
    """Whether something is told to have happened, by a word that denies nothing."""
    return any(not clause[k] & (NOT | ME) for k in places(clause, PAST, first, after))


def _nobody(clause: Sequence[int], i: int) -> bool:
    """Whether the verb at i has nobody for its subject, in front of it or behind: "non ci ha disturbato nessuno"."""
    return any(clause[k] & CANNOT for k in places(clause, SUBJECT, i - 4, i + 4))


def _is_order(clause: Sequence[int], i: int) -> bool:
    """Whether a word that is a noun, too, opens the clause as a denied order and nothing else is said: "Fråga inte"."""
    return i == 0 and any_of(clause, NOT, 1, 2) and any_of(clause, MORE, 2, 3) and quiet(clause, 0, len(clause))


def elsewhere(clause: Sequence[int], i: int) -> bool:
    """Whether it is told who left what at another time: "I unsubscribed last year", "my sister opted out"."""
    if everything(clause) & (PLEASE | WANT | MORE):
        return False
    return any_of(clause, AGO, 0, len(clause)) or any_of(clause, KIN, 0, i)
