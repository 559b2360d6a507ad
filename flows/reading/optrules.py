"""What makes a demand for no more messages: a verb of writing denied or ended, a name, number or consent taken back.

What turns it off is another object: a verb of sending counts only with a message, with the customer or with no unknown
word at all. A clause is a row of words, each a number with a bit for each of its classes; 0 is an unknown word.
`sentence` and `text` are the classes of all words of the sentence and of the text.
"""

from collections.abc import Iterable, Sequence

from flows.reading.optwords import BIT

(
    ADVERT, ASKING, AWAY, BACK, BUT, CANNOT, CEASE, CONSENT, CONTACT, CONTACTED, ENOUGH, GET, HOW, IF, KEEP, LAW, LEAVE,
    LIGHT, LIST, LOST, ME, MESSAGE, MORE, MY, NOT, OBJECT, PAST, PEACE, PLEASE, RECORD, REMOVE, REMOVED, SEND,
    SPARE, SUBJECT, THAT, THESE, THREAT, UNSUB, WANT, WITHDRAW,
) = (BIT[name] for name in sorted(BIT))  # fmt: skip
_WRITING = CONTACT | CONTACTED | SEND | MESSAGE | ASKING
_NEAR, _FAR = 4, 7  # words between the parts of a demand


def everything(masks: Iterable[int]) -> int:
    """The classes that any of the words has."""
    found = 0
    for mask in masks:
        found |= mask
    return found


def may_be_demand(said: int) -> bool:
    """Whether classes that are all said in one text can be a demand at all."""
    return bool(
        said & (UNSUB | AWAY | LAW)
        or (said & NOT and said & (_WRITING | ADVERT | GET | KEEP | RECORD | CONSENT))
        or (said & (CEASE | ENOUGH) and said & (_WRITING | RECORD | HOW))
        or (said & (REMOVE | REMOVED | SPARE) and said & (RECORD | LIST | MESSAGE | THESE))
        or (said & CONSENT and said & WITHDRAW)
        or (said & OBJECT and said & (_WRITING | RECORD))
        or (said & LEAVE and said & PEACE and said & ME)
        or (said & (THREAT | LOST) and said & _WRITING)
    )


def is_demand(clauses: Sequence[Sequence[int]], sentence: int, text: int) -> bool:
    """Whether a sentence holds a demand, in one of its clauses or in all of it."""
    denied = sentence & NOT and sentence & (CONTACT | SEND)
    return (
        any(_demand(clause, sentence, text) for clause in clauses)
        or bool(sentence & LOST and (sentence & MESSAGE or denied))
        or (len(clauses) > 1 and _threat([mask for clause in clauses for mask in clause], text))
    )


def _any(clause: Sequence[int], classes: int, first: int, after: int) -> bool:
    for mask in clause[max(0, first) : max(0, after)]:  # noqa: SIM110  # this runs most, and a loop is quicker
        if mask & classes:
            return True
    return False


def _quiet(clause: Sequence[int], first: int, after: int) -> bool:
    """Whether every word from first to after is known: nothing else is spoken of."""
    said = clause[max(0, first) : after]
    return 0 not in said and SUBJECT not in said


def _demand(clause: Sequence[int], sentence: int, text: int) -> bool:
    said = everything(clause)
    return (
        (bool(said & NOT) and _negative(clause, sentence, text))
        or (bool(said & (CEASE | ENOUGH)) and _ends(clause, sentence, text))
        or (bool(said & (REMOVE | REMOVED | SPARE)) and _takes_off(clause, sentence, text))
        or (bool(said & UNSUB) and _unsubscribes(clause, sentence))
        or _withdraws(clause, sentence, text)
        or (bool(said & (AWAY | LEAVE)) and _lets_be(clause, sentence))
        or (bool(said & THREAT) and _threat(clause, text))
    )


def _negative(clause: Sequence[int], sentence: int, text: int) -> bool:
    return (
        _denies(clause, sentence, text)
        or _refuses(clause, text)
        or _no_more(clause, sentence)
        or _nothing_more(clause, sentence, text)
    )


def _told(clause: Sequence[int], first: int, sentence: int) -> bool:
    """Whether somebody tells what is or was: "they never write", "I could not"."""
    if sentence & PLEASE or _asks_how(clause):
        return False
    others = first and clause[first - 1] & SUBJECT and not clause[first - 1] & (THESE | HOW)
    return bool(others) or _any(clause, CANNOT, 0, first)


def _is_message(clause: Sequence[int], k: int) -> bool:
    """Whether a word is a message, or a question of this kind: "your questions"."""
    return bool(
        clause[k] & MESSAGE
        or (clause[k] & ASKING and (_any(clause, THESE, k - 2, k) or _any(clause, RECORD, k, k + 4)))
    )


def _denies(clause: Sequence[int], sentence: int, text: int) -> bool:
    """As in "Don't write to me", "schreibt mir nicht mehr": a denied order to write."""
    for i, mask in enumerate(clause):
        if not mask & (CONTACT | SEND):
            continue
        denied = [k for k in range(max(0, i - _NEAR), min(len(clause), i + 6)) if clause[k] & NOT]
        if not denied:
            continue
        first, last = min(i, *denied), max(i, *denied)
        if not _tells(clause, i, first, sentence) and _denied_writing(clause, i, first, last, sentence, text):
            return True
    return False


def _tells(clause: Sequence[int], i: int, first: int, sentence: int) -> bool:
    """Whether the verb at i, denied from `first` on, is no order: a report, "don't stop sending", "no questions"."""
    if _told(clause, first, sentence) or (first and clause[first - 1] & SUBJECT and not sentence & PLEASE):
        return True
    if _any(clause, CEASE & ~clause[i], first, i) or (clause[i] & ASKING and not _any(clause, ME, i - 3, i + 4)):
        return True
    return bool(clause[i] & MESSAGE and _any(clause, PAST & ~ME, 0, i) and not sentence & PLEASE)


def _denied_writing(clause: Sequence[int], i: int, first: int, last: int, sentence: int, text: int) -> bool:
    more = _any(clause, MORE, i - _NEAR - 1, i + 6)
    message = _any(clause, MESSAGE & ~clause[i], i - _NEAR - 1, i + 6)
    me = _any(clause, ME, i - 3, i + 4) or bool(text & RECORD)
    quiet = _quiet(clause, first - 3, last + 5)
    if _any(clause, BACK, first, i + 6) and not (more and (message or me)):
        return False
    if clause[i] & CONTACT and (me or message or (more and quiet)):
        return True
    return (quiet or message) and (me or more or message or bool(sentence & (PLEASE | WANT)))


def _asks_how(clause: Sequence[int]) -> bool:
    return bool(clause[0] & HOW and not clause[0] & (WANT | PLEASE | ME | SUBJECT | LIGHT))


def _refuses(clause: Sequence[int], text: int) -> bool:
    """As in "I don't want to get any more of these", "ich will nicht mehr kontaktiert werden"."""
    for i, mask in enumerate(clause):
        if not (mask & WANT or (i == 0 and _asks_how(clause))) or not _any(clause, NOT, i - _NEAR, i + 6):
            continue
        first, after = max(0, i - 5), min(len(clause), i + 10)
        more = _any(clause, MORE | THESE, first, after) or bool(text & MESSAGE)
        gets = _any(clause, GET, first, after)
        if (
            more
            and text & (MESSAGE | UNSUB | CONTACT)
            and _any(clause, MORE, first, after)
            and _quiet(clause, 0, len(clause))
        ):
            return True
        for k in range(first, after):
            low, high = min(i, k), max(i, k) + 1
            if clause[k] & (CONTACTED | CONTACT) and k != i and _quiet(clause, low, high):
                return True
            if (
                _is_message(clause, k)
                and (more or gets or _quiet(clause, 0, len(clause)))
                and _quiet(clause, low, high)
            ):
                return True
            if clause[k] & (GET | SEND) and k != i and more and _quiet(clause, low - bool(clause[k] & SEND), high + 4):
                return True
    return False


def _no_more(clause: Sequence[int], sentence: int) -> bool:
    """As in "No more texts", "keine SMS mehr": a message denied, and no report of one that did not come."""
    if _any(clause, BACK, 0, len(clause)) or (_any(clause, PAST & ~MORE, 0, len(clause)) and not sentence & PLEASE):
        return False
    for i, mask in enumerate(clause):
        if not mask & ADVERT and not _is_message(clause, i):
            continue
        denied = [k for k in range(max(0, i - _NEAR), min(len(clause), i + 3)) if clause[k] & NOT]
        if not denied:
            continue
        first, after = min(i, denied[0]), max(i, denied[-1]) + 1
        if not _quiet(clause, first, after):
            continue
        more = _any(clause, MORE, first - 2, after + 3)
        asked = sentence & PLEASE and _quiet(clause, 0, len(clause))
        if (more and asked) or (_is_message(clause, i) and (more or asked)):
            return True
    return False


def _nothing_more(clause: Sequence[int], sentence: int, text: int) -> bool:
    """As in "Nothing more to my number": no verb and no noun at all."""
    said = everything(clause)
    return (
        bool(said & MORE and (said & ME or sentence & PLEASE) and text & (MESSAGE | RECORD))
        and not said & (PAST & ~(ME | MORE | NOT | THESE | LIGHT))
        and len(clause) <= _FAR + 1
        and not said & (BACK | CANNOT | SUBJECT)
        and all(mask & (NOT | MORE | ME | THESE | PLEASE | LIGHT) for mask in clause)
    )


def _ends(clause: Sequence[int], sentence: int, text: int) -> bool:
    """As in "Stop texting me", "hört auf mit den Nachrichten", "basta mensajes"."""
    for i, mask in enumerate(clause):
        if not mask & (CEASE | ENOUGH) or _told(clause, i, sentence) or _any(clause, NOT & ~MORE, i - 2, i):
            continue
        for k in range(max(0, i - 5), min(len(clause), i + _FAR + 1)):
            if (k == i and not mask & CONTACT) or not _quiet(clause, min(i, k), max(i, k)):
                continue
            sends = clause[k] & (CONTACT | CONTACTED) or (clause[k] & SEND and _quiet(clause, k, k + 5))
            if _is_message(clause, k) or (sends and k != i):
                return True
        others = text & (_WRITING & ~SEND | RECORD) or _asks_how(clause)
        whole = _quiet(clause, 0, len(clause)) or _any(clause, THESE, i, i + 4)
        ends = mask & CEASE and not _any(clause, NOT & ~MORE, i, i + 3)
        if others and ends and whole and _quiet(clause, i, len(clause)):
            return True
    return False


def _takes_off(clause: Sequence[int], sentence: int, text: int) -> bool:
    """As in "Take me off your list", "löscht meine Nummer", "I request erasure of my data"."""
    said = everything(clause)
    for i, mask in enumerate(clause):
        if not mask & (REMOVE | REMOVED | SPARE) or _any(clause, NOT, i - 2, i) or _told(clause, i, sentence):
            continue
        if mask & REMOVED and not mask & REMOVE and not said & (WANT | PLEASE | LAW):
            continue
        whole = _any(clause, THESE, i, i + 3) and _quiet(clause, 0, len(clause))
        if mask & REMOVE and mask & ME and _quiet(clause, i, i + _NEAR):  # "borrarme"
            return True
        if mask & REMOVE and text & RECORD and (whole or (mask & THESE and _quiet(clause, i, i + 3))):
            return True
        if any(_off(clause, i, k, said, text) for k in range(max(0, i - 6), min(len(clause), i + 8)) if k != i):
            return True
    return False


def _off(clause: Sequence[int], i: int, k: int, said: int, text: int) -> bool:
    """Whether the word k is what is to be removed at i, or what it is to be removed from."""
    thing = clause[k]
    if not thing & (RECORD | LIST | MESSAGE | THESE) or not _quiet(clause, min(i, k), max(i, k)):
        return False
    asked = said & PLEASE and _quiet(clause, 0, len(clause))
    if thing & RECORD and (asked or _any(clause, MY, k - 2, k + 3)):
        return True
    if thing & LIST and (asked or text & RECORD & ~LIST or _any(clause, ME, i - 4, i + 5)):
        return True
    if clause[i] & SPARE and (thing & MESSAGE or (thing & THESE and said & WANT)):
        return bool(said & (ME | WANT | PLEASE))
    return bool(clause[i] & REMOVED and said & WANT and thing & (LIST | MESSAGE))


def _unsubscribes(clause: Sequence[int], sentence: int) -> bool:
    said = everything(clause)
    for i, mask in enumerate(clause):
        told = _any(clause, CANNOT, 0, i) and not sentence & PLEASE
        if not mask & UNSUB or told or _any(clause, NOT, i - 3, i):
            continue
        if mask & REMOVE and _any(clause, ME, i, i + 2) and _quiet(clause, i, i + 2):
            return True
        asked = said & (ME | PLEASE | MESSAGE | LIST | HOW | WANT) or len(clause) <= _NEAR
        if (asked and _quiet(clause, i - 3, i + 8)) or _any(clause, MESSAGE | LIST, i - 4, i + 6):
            return True
    return False


def _withdraws(clause: Sequence[int], sentence: int, text: int) -> bool:
    """Consent taken back, an objection, a law that is called upon."""
    said = everything(clause)
    for i in [i for i, mask in enumerate(clause) if mask & CONSENT]:
        if _any(clause, NOT, i - _NEAR, i) and _any(clause, _WRITING, i, len(clause)):
            return True
        known = text & (_WRITING | RECORD | LIST | MY) or (not said & NOT and _quiet(clause, 0, len(clause)))
        if known and not said & CANNOT and _any(clause, WITHDRAW, i - 12, i + 12):
            return True
    if said & KEEP and said & NOT and said & RECORD and said & MY and not said & CANNOT:
        return True
    if said & OBJECT and sentence & (_WRITING | LAW | RECORD) and not said & CANNOT:
        return True
    return bool(
        said & LAW and said & (REMOVED | REMOVE | OBJECT | CONSENT | MESSAGE | RECORD) and said & (WANT | PLEASE)
    )


def _lets_be(clause: Sequence[int], sentence: int) -> bool:
    for i, mask in enumerate(clause):
        left = mask & LEAVE and _any(clause, PEACE, i - 3, i + 7) and _any(clause, ME, i - 4, i + 5)
        if (mask & AWAY or left) and not _told(clause, i, sentence):
            return True
    return False


def _threat(clause: Sequence[int], text: int) -> bool:
    """As in "One more text and I call my lawyer"."""
    said = everything(clause)
    return bool(said & THREAT and said & (IF | MORE) and text & (MESSAGE | CONTACT | CONTACTED))
