"""Demands to be taken off, to be left alone, to have a consent ended: see `optrules.py`."""

from collections.abc import Sequence

from flows.reading.optclause import (
    ADVERT,
    AGO,
    ASKING,
    AWAY,
    BACK,
    CANNOT,
    CONSENT,
    CONTACT,
    CONTACTED,
    GET,
    HOW,
    KEEP,
    KIN,
    LAW,
    LEAVE,
    LIGHT,
    LIST,
    LOST,
    ME,
    MESSAGE,
    MORE,
    MY,
    NOT,
    OBJECT,
    PEACE,
    PLEASE,
    RECORD,
    REMOVE,
    REMOVED,
    SEND,
    SPARE,
    SUBJECT,
    THESE,
    UNSUB,
    WAITING,
    WANT,
    WITHDRAW,
    WRITING,
    any_of,
    between,
    denied,
    everything,
    places,
    quiet,
    told,
)
from flows.reading.optreport import elsewhere

_SHORT = 4  # words of a clause that says one thing
_FAR = 8  # words behind "somebody else" that tell what they are to do


def takes_off(clause: Sequence[int], sentence: int, text: int) -> bool:
    """As in "Take me off your list", "löscht meine Nummer", "I request erasure of my data"."""
    said = everything(clause)
    if sentence & WAITING:
        return False
    for i in places(clause, REMOVE | REMOVED | SPARE):
        mask = clause[i]
        if mask & CANNOT or denied(clause, i - 2, i) or told(clause, i, sentence):
            continue
        if mask & (UNSUB | REMOVED | AGO) and elsewhere(clause, i):
            continue
        if mask & REMOVED and not mask & REMOVE and not (said & (WANT | LAW) or sentence & PLEASE):
            continue
        if mask & REMOVE and _takes_me_off(clause, i, text):
            return True
        if mask & REMOVED and text & (MESSAGE | RECORD | CONTACT) and quiet(clause, 0, len(clause)):
            return True
        if any(_off(clause, i, k, said, text) for k in range(max(0, i - 6), min(len(clause), i + 8)) if k != i):
            return True
    return False


def _takes_me_off(clause: Sequence[int], i: int, text: int) -> bool:
    """As in "borrarme", "take my number off", "exclude me", "you have my number. Delete it"."""
    mask = clause[i]
    if mask & ME and quiet(clause, i, i + 4):
        return True
    if mask & RECORD and any_of(clause, MY, i - 2, i + 1):
        return True
    if text & RECORD and mask & THESE and quiet(clause, i, i + 3):
        return True
    if any_of(clause, NOT, i + 1, i + 4) or not quiet(clause, 0, len(clause)):
        return False
    alone = len(clause) <= _SHORT // 2 and text & NOT and text & (CONTACT | CONTACTED)  # "You keep texting. Remove"
    if alone or (any_of(clause, ME, i - 2, i + 3) and not _these(clause, i - 2, i + 3)):
        return True
    these = any_of(clause, THESE, i - 1, i + 3) or (len(clause) <= _SHORT and text & MY)
    return bool(text & RECORD and these)


def _these(clause: Sequence[int], first: int, after: int) -> bool:
    """Whether a thing is spoken of that is no person: Norwegian "dere" is `these` and `subject`."""
    return any(clause[k] & THESE and not clause[k] & SUBJECT for k in places(clause, THESE, first, after))


def _off(clause: Sequence[int], i: int, k: int, said: int, text: int) -> bool:
    """Whether the word k is what is to be removed at i, or what it is to be removed from."""
    thing = clause[k]
    if not thing & (RECORD | LIST | MESSAGE | THESE) or not between(clause, i, k):
        return False
    asked = (said & PLEASE or len(clause) <= _SHORT) and quiet(clause, 0, len(clause))
    if thing & RECORD and (asked or any_of(clause, MY, k - 2, k + 3)):
        return True
    if thing & LIST and (asked or text & RECORD & ~LIST or any_of(clause, ME, i - 4, i + 5)):
        return True
    if clause[i] & SPARE and (thing & MESSAGE or (thing & THESE and said & WANT and 0 not in clause)):
        return bool(said & (ME | WANT | PLEASE) or clause[0] & HOW)
    return bool(clause[i] & REMOVED and said & WANT and thing & (LIST | MESSAGE))


def unsubscribes(clause: Sequence[int], sentence: int) -> bool:
    """As in "unsubscribe me", "how do I opt out", "meldet mich ab"."""
    said = everything(clause)
    if sentence & WAITING:
        return False
    for i in places(clause, UNSUB):
        mask = clause[i]
        if elsewhere(clause, i):
            continue
        held = any_of(clause, CANNOT, 0, i + 1) and not sentence & PLEASE
        if held or any_of(clause, BACK, i - 1, i + 1) or denied(clause, i - 3, i):  # "when I'm out"
            continue
        if mask & REMOVE and any_of(clause, ME, i, i + 2) and not _something(clause, i, i + 5):
            return True
        asked = said & (ME | MESSAGE | LIST | HOW | WANT) or sentence & PLEASE or len(clause) <= _SHORT
        if (asked and quiet(clause, i - 3, i + 8)) or any_of(clause, MESSAGE | LIST, i - 4, i + 6):
            return True
    return False


def _something(clause: Sequence[int], first: int, after: int) -> bool:
    """Whether something with an article is spoken of: "take me the costs off"."""
    unknown = [k for k in range(first + 1, min(len(clause), after)) if clause[k] == 0]
    return any(clause[first] & ME or clause[k - 1] & (THESE | MY) for k in unknown)


def withdraws(clause: Sequence[int], sentence: int, text: int) -> bool:
    """Consent taken back, an objection, a law that is called upon."""
    said = everything(clause)
    for i in places(clause, CONSENT):
        if any_of(clause, NOT, i - 4, i) and any_of(clause, WRITING, i, len(clause)):
            return True
        known = text & (WRITING | RECORD | LIST | MY) or (not said & NOT and quiet(clause, 0, len(clause)))
        back = places(clause, WITHDRAW, i - 12, i + 12) if known else []
        if any(not any_of(clause, CANNOT, 0, max(i, k)) for k in back):
            return True
    if said & KEEP and said & NOT and not said & CANNOT and _keeps(clause, said, text):
        return True
    if said & OBJECT and not said & CANNOT and _objects(clause, sentence):
        return True
    asked = said & (WANT | PLEASE) and said & (REMOVED | REMOVE | OBJECT | CONSENT | MESSAGE | RECORD)
    return bool(said & LAW and asked)


def _keeps(clause: Sequence[int], said: int, text: int) -> bool:
    """Whether a number is not to be kept, or not to be used for messages."""
    if said & RECORD and said & MY:
        return True
    if text & RECORD and said & THESE and len(clause) <= _SHORT and quiet(clause, 0, len(clause)):
        return True
    uses = (
        (i, k) for i in places(clause, KEEP) for k in places(clause, MESSAGE, i + 1, i + 6) if between(clause, i, k)
    )
    return bool(text & RECORD) and any(any_of(clause, NOT, i - 4, k) for i, k in uses)


def _objects(clause: Sequence[int], sentence: int) -> bool:
    """Whether what is objected to or refused are messages: "I refuse to get any more of these"."""
    if sentence & (CONTACT | CONTACTED | MESSAGE | LAW | RECORD) or (sentence & ADVERT and sentence & GET):
        return True
    for i in places(clause, OBJECT):
        for k in places(clause, GET | SEND, i + 1, i + 8):
            whole = quiet(clause, i, k + 5) and any_of(clause, MORE | THESE | ME, i, k + 5)
            if whole and (clause[k] & GET or any_of(clause, ME, i, k + 4)):
                return True
    return False


def lets_be(clause: Sequence[int], sentence: int) -> bool:
    """As in "leave me alone", "foutez-moi la paix", "lasst in Ruhe"."""
    for i in places(clause, AWAY | LEAVE):
        if told(clause, i, sentence) or _by_others(clause, i, sentence):
            continue
        if clause[i] & AWAY and not (clause[i] & (SUBJECT | LEAVE) and 0 in clause[i : i + _FAR]):
            return True  # not "ask somebody else to cook", "leave off with that music"
        me = any_of(clause, ME, i - 6, i + 5)
        if me and clause[i] & LEAVE and any(between(clause, i, k) for k in places(clause, PEACE, i - 3, i + 7)):
            return True  # not "that leaves me to work in peace"
        peace = any(clause[k] & PEACE and not clause[k] & LIGHT for k in range(i + 1, min(len(clause), i + 3)))
        if clause[i] & LEAVE and peace and len(clause) <= _SHORT + 1 and quiet(clause, 0, len(clause)):
            return True
    return False


def _by_others(clause: Sequence[int], i: int, sentence: int) -> bool:
    """Whether somebody whom nobody knows does it: "my neighbours leave me alone"."""
    if sentence & PLEASE:
        return False
    return any_of(clause, KIN, i - 2, i) or (i > 1 and clause[i - 1] == 0 and bool(clause[i - 2] & (MY | THESE)))


def goes_away(sentence: int) -> bool:
    """As in "piss off with your surveys", "get lost out of my phone": only beside a message, a question or a number."""
    refused = sentence & NOT and sentence & (CONTACT | SEND)
    mine = (sentence & ASKING and sentence & THESE) or (sentence & RECORD and sentence & MY and not sentence & CANNOT)
    return bool(sentence & LOST and (sentence & MESSAGE or refused or mine))
