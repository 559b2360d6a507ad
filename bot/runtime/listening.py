"""Where a customer has a case: what they do is read by people, by the survey, or by both."""

from collections.abc import Callable, Iterator, Sequence

from msgspec.structs import replace

from bot.cases.case import takes
from bot.cases.events import (
    CaseEvent,
    CustomerEdited,
    CustomerReacted,
    CustomerRemoved,
    CustomerSaid,
    DeliveryChanged,
    FilesNotSent,
    OptedIn,
    OptedOut,
    Woken,
)
from bot.cases.state import Case, case_of
from bot.messages import (
    TEST,
    Consent,
    Delivery,
    Edited,
    FilesRefused,
    FromDesk,
    Inbound,
    Invite,
    Pressed,
    Reacted,
    Removed,
    Said,
    Started,
    TimerFired,
)
from bot.rows import SETTLED
from bot.runtime.casework import Casework
from bot.runtime.entering import SHUT, Doors, used
from flows import reading
from flows.reading import keyword

Hear = Callable[[Sequence[Inbound]], None]
"""Takes events as in the lane of a customer without a case."""


def listen(work: Casework, case: Case, now: int, parts: Sequence[Inbound], hear: Hear, doors: Doors = SHUT) -> None:
    """Take events that belong together. `case` is the customer's latest, `doors` as in bot.runtime.customer."""
    inbound, lane = parts[0], work.lane
    body, taken = inbound.body, takes(case, running=lane.running)
    match body:
        case FromDesk():
            work.from_desk(inbound.id, body, now)
        case Said():
            _said(work, case, now, parts, hear, doors)
        case TimerFired(session=name) if name.startswith("case:"):
            if name == f"case:{case.id}":  # else it is an earlier one's
                work.tell(Woken(), now)
        case Invite():
            _invited(work, case, now, parts, hear, test=body.basis == TEST)
        case Started() if taken and _stays(work, case, inbound, body, doors):
            _goes_on(work, now, inbound, body)
        case Delivery():
            if not inbound.id.startswith(SETTLED):
                _both(work, now, parts, hear)
            if case_of(body.key) == case.id:
                work.tell(DeliveryChanged(body.key, body.state, body.code, body.error, body.provider_id), now)
        case _:
            _both(work, now, parts, hear, *_done(case, body, taken=taken))


def _invited(work: Casework, case: Case, now: int, parts: Sequence[Inbound], hear: Hear, *, test: bool) -> None:
    """Another survey is to begin: not while a person talks, and no `test` beside a real case."""
    if case.test and not work.lane.opted_out:
        work.make_way(case, now)
        hear(parts)
    elif case.control != "human" and not (test and case.busy):
        _both(work, now, parts, hear)


def _done(case: Case, body: object, *, taken: bool) -> Iterator[CaseEvent]:
    """What the customer has done other than writing, as the case sees it."""
    match body:
        case Pressed(question, value):
            if case_of(question) == case.id:
                yield CustomerSaid("", pressed=question, value=value)
            elif not case_of(question) and not case.closed:
                yield CustomerSaid(value, pressed=question, value=value, to_bot=not taken)
        case FilesRefused(key, files, by_agent) if case_of(key) == case.id:
            yield FilesNotSent(key, files, by_agent)
        case Edited(ref, text):
            yield CustomerEdited(ref, text)
        case Removed(ref):
            yield CustomerRemoved(ref)
        case Reacted(ref, emoji, off):
            yield CustomerReacted(ref, emoji, off)


def _is_over(work: Casework, case: Case) -> bool:
    """Whether nothing of the case is open: it takes what the customer says only because nobody else would."""
    return case.closed and not work.lane.running and case.control != "human" and not case.asked


def _stays(work: Casework, case: Case, inbound: Inbound, started: Started, doors: Doors) -> bool:
    """Whether who opens the conversation anew goes on with the case: without a link, or with an entry's."""
    if started.token:
        return used(doors, inbound) is not None and not _is_over(work, case)
    return not work.lane.opted_out


def _goes_on(work: Casework, now: int, inbound: Inbound, started: Started) -> None:
    work.lane.heard(now, inbound.source, inbound.recipient)
    if started.token:
        work.tell(CustomerSaid(started.token), now)


def _said(work: Casework, case: Case, now: int, parts: Sequence[Inbound], hear: Hear, doors: Doors) -> None:
    """STOP, START and HELP belong to the address, and a wish to be left alone is one wherever it is said."""
    lane, inbound = work.lane, parts[0]
    language = lane.language or case.language
    said = [part.body for part in parts if isinstance(part.body, Said)]
    words = [keyword(each.text, lane.language) for each in said]
    enters = _is_over(work, case) and any(used(doors, part) for part in parts)
    if enters or any(word == "stop" or (word and not lane.running) for word in words):
        _both(work, now, parts, hear)
    elif not takes(case, running=lane.running):
        _both(work, now, parts, hear, *(_heard(each, to_bot=True) for each in said))
    elif any(reading.wish(each.text, language) == "stop" for each in said):
        _both(work, now, [replace(inbound, body=Consent("stop", phrased=True))], hear)
    else:
        lane.heard(now, inbound.source, parts[-1].recipient)
        for each in said:
            work.tell(_heard(each, to_bot=False), now)


def _heard(said: Said, *, to_bot: bool) -> CustomerSaid:
    return CustomerSaid(said.text, said.ref, said.media, said.album, said.reply_to, to_bot=to_bot)


def _both(work: Casework, now: int, parts: Sequence[Inbound], hear: Hear, *events: CaseEvent) -> None:
    """Let the survey take it, and then the case: what was done, and what the survey made of it."""
    lane = work.lane
    before = lane.opted_out
    hear(parts)
    if lane.opted_out and not before:
        work.tell(OptedOut("provider" if _is_silent(parts[0].body) else "stop"), now)
        return  # whoever says stop says nothing else
    if before and not lane.opted_out:
        work.tell(OptedIn(), now)
    for event in events:
        work.tell(event, now)
    work.follow(now)


def _is_silent(body: object) -> bool:
    """Whether an opt-out is the provider's word and not the customer's."""
    return isinstance(body, Delivery) or (isinstance(body, Consent) and body.silent)
