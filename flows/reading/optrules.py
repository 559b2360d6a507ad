"""What makes a demand for no more messages: a verb of writing denied or ended, a name, number or consent taken back.

What turns it off is another object: a verb of sending counts only with a message, with the customer or with no unknown
word at all. `sentence` and `text` are the classes of all words of the sentence and of the text; what a clause is, tells
`optclause.py`, what ends a record or a consent, `optleave.py`, and what is said round about, `optround.py`.
"""

from collections.abc import Sequence

from flows.reading.optclause import (
    ADVERT,
    AGO,
    ALL_KNOWN,
    ASKING,
    AWAY,
    BACK,
    BUT,
    CANNOT,
    CEASE,
    CONSENT,
    CONTACT,
    CONTACTED,
    ENOUGH,
    FINAL,
    GET,
    HOW,
    IF,
    KEEP,
    LAST,
    LAW,
    LEAVE,
    LIGHT,
    LIST,
    LOST,
    ME,
    MESSAGE,
    MORE,
    NOT,
    OBJECT,
    OFTEN,
    PAST,
    PEACE,
    PLEASE,
    RECORD,
    REMOVE,
    REMOVED,
    SEND,
    SPARE,
    SUBJECT,
    THESE,
    THREAT,
    UNSUB,
    WANT,
    WHY,
    WITHDRAW,
    WRITING,
    about_me,
    any_of,
    asks_how,
    between,
    denied,
    everything,
    is_message,
    places,
    quiet,
    told,
)
from flows.reading.optleave import goes_away, lets_be, takes_off, unsubscribes, withdraws
from flows.reading.optreport import tells
from flows.reading.optround import is_last, once_more, still_comes, threatens, threatens_unless

_NEAR, _FAR = 4, 7  # words between the parts of a demand
ANCHORS = (
    UNSUB | AWAY | LAW | NOT | CEASE | ENOUGH | REMOVE | REMOVED | SPARE | CONSENT | OBJECT | LEAVE | THREAT | LOST
    | LAST | FINAL | OFTEN
)  # fmt: skip


def may_be_demand(said: int) -> bool:
    """Whether classes that are all said in one text can be a demand at all."""
    if not said & ANCHORS:
        return False
    return bool(
        said & (UNSUB | AWAY | LAW)
        or (said & NOT and said & (WRITING | ADVERT | GET | KEEP | RECORD | CONSENT))
        or (said & (CEASE | ENOUGH) and said & (WRITING | RECORD | HOW | PLEASE | THESE))
        or (said & (REMOVE | REMOVED | SPARE) and said & (RECORD | LIST | MESSAGE | THESE | ME))
        or (said & CONSENT and said & WITHDRAW)
        or (said & OBJECT and said & (WRITING | RECORD | GET))
        or (said & LEAVE and said & PEACE)
        or (said & LOST and said & (WRITING | ME | RECORD))
        or (said & THREAT and said & (WRITING | GET | IF))
        or (said & (LAST | FINAL) and said & (MESSAGE | CONTACT | SEND))
        or (said & OFTEN and said & (NOT | CEASE | REMOVE | UNSUB))
    )


def is_demand(clauses: Sequence[Sequence[int]], sentence: int, text: int) -> bool:
    """Whether a sentence holds a demand, in one of its clauses or in all of it."""
    if any(_demand(clause, sentence, text) for clause in clauses) or goes_away(sentence):
        return True
    if len(clauses) > 1 and sentence & UNSUB and sentence & GET and still_comes(clauses):
        return True
    if not sentence & (THREAT | LAST | FINAL | OFTEN):
        return False
    whole = [mask for clause in clauses for mask in clause]
    if (len(clauses) > 1 and threatens(whole, text)) or threatens_unless(clauses, sentence):
        return True
    return is_last(whole) or once_more(whole, sentence)


def _demand(clause: Sequence[int], sentence: int, text: int) -> bool:
    said = everything(clause)
    if not said & ANCHORS:
        return False
    return (
        (bool(said & NOT) and _negative(clause, sentence, text))
        or (bool(said & (CEASE | ENOUGH)) and _ends(clause, sentence, text))
        or (bool(said & (REMOVE | REMOVED | SPARE)) and takes_off(clause, sentence, text))
        or (bool(said & UNSUB) and unsubscribes(clause, sentence))
        or withdraws(clause, sentence, text)
        or (bool(said & (AWAY | LEAVE)) and lets_be(clause, sentence))
        or (bool(said & THREAT) and threatens(clause, text))
    )


def _negative(clause: Sequence[int], sentence: int, text: int) -> bool:
    if any_of(clause, WHY, 0, 2) and not everything(clause) & (WANT | ENOUGH):
        return False  # "why don't you mail the bill any more?"
    return (
        _denies(clause, sentence, text)
        or _refuses(clause, text)
        or _no_more(clause, sentence)
        or _nothing_more(clause, sentence, text)
    )


def _denies(clause: Sequence[int], sentence: int, text: int) -> bool:
    """As in "Don't write to me", "schreibt mir nicht mehr": a denied order to write."""
    for i in places(clause, CONTACT | SEND):
        nots = places(clause, NOT, i - _NEAR, i + 6)
        if not nots or (clause[i] & CANNOT and not sentence & PLEASE):
            continue
        if any(i - 2 <= k <= i for k in nots):  # what is denied farther away is another thing
            nots = [k for k in nots if k >= i - 2]
        first, last = min(i, *nots), max(i, *nots)
        if not tells(clause, i, first, sentence) and _denied_writing(clause, i, first, last, sentence, text):
            return True
    return False


def _denied_writing(clause: Sequence[int], i: int, first: int, last: int, sentence: int, text: int) -> bool:
    more = any_of(clause, MORE, i - _NEAR - 1, i + 6)
    message = any_of(clause, MESSAGE & ~clause[i], i - _NEAR - 1, i + 6)
    known = bool(text & RECORD) and not (clause[i] & RECORD and any_of(clause, NOT, i - 2, i))
    me = about_me(clause, i) or known
    whole = quiet(clause, first - 3, last + 5)
    if any_of(clause, BACK, first, i + 6) and not (more and (message or me)):
        return False
    if clause[i] & CONTACT and (me or message or (more and whole)):
        return True
    if (
        whole and sentence & MESSAGE and not clause[i] & MESSAGE and len(clause) <= _FAR
    ):  # "I don't do surveys, so don't send any"
        return True
    return (whole or message) and (me or more or message or bool(sentence & (PLEASE | WANT)))


def _refuses(clause: Sequence[int], text: int) -> bool:
    """As in "I don't want to get any more of these", "ich will nicht mehr kontaktiert werden"."""
    how = [0] if asks_how(clause) else []
    wants = [
        i for i in places(clause, WANT) if not (any_of(clause, PAST, i + 1, i + 2) and any_of(clause, CANNOT, 0, i))
    ]
    return any(any_of(clause, NOT, i - _NEAR, i + 6) and _unwanted(clause, i, text) for i in how + wants)


def _unwanted(clause: Sequence[int], i: int, text: int) -> bool:
    """Whether what is not wanted at i are messages."""
    first, after = max(0, i - 5), min(len(clause), i + 10)
    whole = quiet(clause, 0, len(clause))
    if whole and text & (MESSAGE | UNSUB | CONTACT | ASKING) and any_of(clause, MORE | THESE, first, after):
        return True
    more = any_of(clause, MORE | THESE, first, after) or bool(text & MESSAGE)
    gets = more or whole or any_of(clause, GET, first, after)
    for k in places(clause, CONTACTED | CONTACT | MESSAGE | ASKING | GET | SEND, first, after):
        near = between(clause, i, k)
        if not near:
            continue
        if (clause[k] & (CONTACTED | CONTACT) and k != i) or (gets and is_message(clause, k)):
            return True
        low, high = min(i, k) - bool(clause[k] & SEND), max(i, k) + 5
        if clause[k] & (GET | SEND) and k != i and more and quiet(clause, low, high):
            return True
    return False


def _no_more(clause: Sequence[int], sentence: int) -> bool:
    """As in "No more texts", "keine SMS mehr": a message denied, and no report of one that did not come."""
    if any_of(clause, BACK, 0, len(clause)) or (any_of(clause, PAST, 0, len(clause)) and not sentence & PLEASE):
        return False
    for i in places(clause, ADVERT | MESSAGE | ASKING):
        if not clause[i] & ADVERT and not is_message(clause, i):
            continue
        nots = places(clause, NOT, i - 6, i + 3)
        if not nots:
            continue
        first, after = min(i, nots[0]), max(i, nots[-1]) + 1
        if not quiet(clause, first, after):
            continue
        more = any_of(clause, MORE, first - 2, after + 3) and (
            quiet(clause, 0, len(clause))
            or any(k not in nots or not clause[k] & NOT for k in places(clause, MORE, first - 2, after + 3))
        )
        here = any_of(clause, ME, after, after + 4) and quiet(clause, first, after + 4)
        asked = sentence & PLEASE and (here or quiet(clause, 0, len(clause)))
        if (more and asked) or (is_message(clause, i) and (more or asked)):
            return True
    return False


def _nothing_more(clause: Sequence[int], sentence: int, text: int) -> bool:
    """As in "Nothing more to my number", "you text me, please don't": no verb and no noun at all."""
    said = everything(clause)
    if said & (BACK | CANNOT | SUBJECT) or len(clause) > _FAR + 1:
        return False
    if not all(mask & (NOT | MORE | ME | THESE | PLEASE | LIGHT) for mask in clause):
        return False
    if said & MORE and (said & ME or sentence & PLEASE) and text & (MESSAGE | RECORD) and not said & PAST:
        return True
    if said & NOT and said & MORE and text & ENOUGH and text & (MESSAGE | SEND):
        return True
    asked = (said & PLEASE and clause[-1] & (NOT | MORE)) or (said & NOT and said & MORE)
    return bool(asked and text & (CONTACT | CONTACTED) and text & ME and len(clause) <= _NEAR + 1)


def _ends(clause: Sequence[int], sentence: int, text: int) -> bool:
    """As in "Stop texting me", "hört auf mit den Nachrichten", "basta mensajes"."""
    for i in places(clause, CEASE | ENOUGH):
        mask = clause[i]
        mine = mask & ENOUGH and not mask & CEASE  # "I could do without": no report, though "I" stands before it
        reported = any_of(clause, CANNOT, 0, i) if mine else mask & AGO or told(clause, i, sentence)
        if reported or denied(clause, i - 2, i) or (mask & CANNOT and not sentence & PLEASE):
            continue
        if mine and any_of(clause, BACK, i, i + 3):
            continue  # "9 letters without an answer"
        if mask & BUT and not quiet(clause, 0, len(clause)):  # the Arabic word for "but" and "enough"
            continue
        for k in places(clause, WRITING, i - 5, i + _FAR + 1):
            if (k == i and not mask & CONTACT) or not between(clause, i, k):
                continue
            if clause[k] & ASKING and len(clause) <= _NEAR + 1 and quiet(clause, 0, len(clause)):
                return True
            sends = clause[k] & (CONTACT | CONTACTED) or (clause[k] & SEND and quiet(clause, k, k + 5))
            if is_message(clause, k) or (sends and k != i):
                return True
        if mask & CEASE and not any_of(clause, NOT, i, i + 3) and _ends_it(clause, i, sentence, text):
            return True
    return False


def _ends_it(clause: Sequence[int], i: int, sentence: int, text: int) -> bool:
    """Whether what is to end at i goes without saying: "you keep texting me, stop it", "please stop"."""
    whole, these = quiet(clause, 0, len(clause)), any_of(clause, THESE, i, i + 4)
    asked = bool(sentence & PLEASE)
    others = bool(
        text & (WRITING & ~SEND | RECORD)
        or asks_how(clause)
        or (text & NOT and text & CONSENT)
        or (text & THREAT and text & IF and (text & MORE or these))
        or (asked and whole and (text & SEND or (text & GET and these)))
    )
    if others and (whole or these) and quiet(clause, i, i + _NEAR + 1 if asked and these else len(clause)):
        return True
    short = len(clause) <= _NEAR + 2 and any_of(clause, THESE, i, i + 3)
    wanted = sentence & (PLEASE | WANT) or short
    return bool(text & ALL_KNOWN and wanted and not clause[i] & (ENOUGH | REMOVE))
