"""The case machine: open a case, and take one event at a time. Pure: the same input gives the same turn."""

from bot import hours
from bot.cases import clocks, closing, customer, files, life, reactions, talk
from bot.cases.desks import Desks
from bot.cases.draft import Draft
from bot.cases.effects import CaseTurn, SetTimer
from bot.cases.events import (
    AgentEdited,
    AgentReacted,
    AgentRemoved,
    AgentSaid,
    Answered,
    Assigned,
    BotSaid,
    CaseEvent,
    Chosen,
    Claimed,
    CustomerEdited,
    CustomerReacted,
    CustomerRemoved,
    CustomerSaid,
    DeliveryChanged,
    FilesNotSent,
    HandedOver,
    Misunderstood,
    Noted,
    OptedIn,
    OptedOut,
    Overtaken,
    Released,
    Reopened,
    Resolved,
    Snoozed,
    Wanted,
    Woken,
)
from bot.cases.state import Actor, Case, Customer, Former, code_of
from bot.cases.words import in_language, moment

PRIORITIES = ("low", "normal", "high", "urgent")
MOST_FORMER = 5
PERSONAL = frozenset({"first_name", "last_name", "name", "email", "phone", "company"})


def open_case(
    case_id: str, wanted: Wanted, about: Customer, now: int, desks: Desks, former: Case | None = None
) -> CaseTurn:
    """Open a case at the desk that `wanted` and the routes lead to. `case_id` has 24 characters, `now` is epoch ms."""
    name = _routed(desks, wanted.desk, about)
    desk = desks.get(name)
    attributes = dict(about.attributes)
    shown = desk.show or tuple(each for each in attributes if each not in PERSONAL)
    case = Case(
        case_id,
        code_of(case_id),
        about.lane,
        about.session,
        desk.name,
        now,
        reason=wanted.reason,
        language=about.language,
        flow=about.flow,
        channel=about.channel,
        priority=wanted.priority,
        score=about.score,
        segment=about.segment,
        comment=about.comment,
        answers=about.answers,
        attributes=tuple((each, attributes[each]) for each in shown if attributes.get(each)),
        name=_name(attributes) if desk.identity == "name" else "",
        scores=about.scores,
        former=_earlier(former),
        test=about.test,
        respond_within=wanted.respond_within,
        opted_out_at=about.opted_out_at,
    )
    draft = Draft(case, desks, now)
    clocks.start(draft)
    if about.opted_out_at:
        clocks.pause(draft)
    draft.entry("event", draft.word(f"opened_{wanted.reason}"))
    away = not hours.is_open(desk.hours, desk.timezone, now, desk.country)
    if away and wanted.reason == "request" and not about.opted_out_at:
        _tell_hours(draft)
    _set_timer(draft, Case("", "", "", "", "", 0))
    return draft.turn()


def _routed(desks: Desks, wanted: str, about: Customer) -> str:
    """The desk's name after the routes, each taken at most once."""
    facts = {**dict(about.attributes), "language": about.language, "channel": about.channel, "flow": about.flow}
    name = desks.get(wanted).name
    for route in desks.routes:
        if route.desk == name and all(facts.get(fact, "") in values for fact, values in route.when.items()):
            name = route.to
    return name


def _name(attributes: dict[str, str]) -> str:
    return attributes.get("name") or " ".join(
        filter(None, (attributes.get("first_name", ""), attributes.get("last_name", "")))
    )


def _earlier(former: Case | None) -> tuple[Former, ...]:
    if former is None:
        return ()
    if former.test:
        return former.former
    latest = Former(former.id, former.code, former.opened_at, former.desk, former.phase, former.cause)
    return (latest, *former.former)[:MOST_FORMER]


def _tell_hours(draft: Draft) -> None:
    """Somebody asked for a person while nobody is there: say when."""
    desk, case = draft.desk, draft.case
    at = hours.open_from(desk.hours, desk.timezone, draft.now, desk.country)
    text = in_language(desk.closed, case.language)
    if not text:
        text = draft.customer_word("out_of_hours", time=moment(at, desk.timezone, case.language))
    draft.change(told=(*case.told, "hours"))
    draft.said_by_bot(text, draft.tell(text))


def takes(case: Case, *, running: bool) -> bool:
    """Whether the customer's words are for the people, not for the survey; `running`: there is one going on."""
    return case.control == "human" or case.asked != "" or (case.closed and not running)


def continues(case: Case, session: str, *, test: bool = False) -> bool:
    """Whether another escalation belongs to this case: it is worked on, or it is the same survey's.

    What a `test` leads to never gets into a real case, nor the other way round.
    """
    return case.test == test and (not case.closed or case.session == session)


def decide(case: Case, event: CaseEvent, now: int, desks: Desks) -> CaseTurn:
    """Take one event; `now` is epoch ms. Total: every event in every phase gives a turn, perhaps without effects."""
    draft = Draft(case, desks, max(now, case.opened_at))
    if case.owner and not case.closed and not life.present(draft.desk, case.owner):
        clocks.to_queue(draft, "back_to_queue_gone")
    by = getattr(event, "by", None)
    if isinstance(by, Actor) and not by.allowed:
        if not isinstance(event, AgentReacted):  # which asks for nothing
            draft.answer(by, getattr(event, "ref", ""), draft.word("not_an_agent", word=by.author))
    elif isinstance(by, Actor):
        _at_desk(draft, event, by)
    else:
        _elsewhere(draft, event)
    _set_timer(draft, case)
    return draft.turn()


def _at_desk(draft: Draft, event: CaseEvent, by: Actor) -> None:  # noqa: C901, PLR0912 - one line per event
    match event:
        case Claimed():
            life.claim(draft, by, event.ref)
        case Released():
            life.release(draft, by, event.ref)
        case Assigned():
            life.assign(draft, by, event.to, event.ref)
        case HandedOver():
            life.hand_over(draft, by, event.desk, event.ref)
        case Snoozed():
            life.snooze(draft, by, event.duration, event.ref)
        case Reopened():
            life.reopen(draft, by, event.ref)
        case AgentSaid():
            talk.said(draft, event)
        case AgentEdited():
            talk.edited(draft, event)
        case AgentRemoved():
            talk.removed(draft, event)
        case AgentReacted():
            reactions.reacted(draft, event)
        case Noted():
            talk.note(draft, by, event.text, event.ref)
        case Resolved():
            closing.resolve(draft, event)
        case Chosen(what=("cause" | "skip" | "cancel")):
            closing.choose(draft, event)
        case Chosen():
            talk.chosen(draft, event)
        case Misunderstood():
            draft.answer(by, event.ref, draft.word(event.why, word=event.word))
        case _:
            raise TypeError(f"no rule for {type(event).__name__}")


def _elsewhere(draft: Draft, event: CaseEvent) -> None:  # noqa: C901, PLR0912 - one line per event
    match event:
        case CustomerSaid():
            customer.said(draft, event)
        case CustomerEdited():
            customer.edited(draft, event)
        case CustomerRemoved():
            customer.removed(draft, event)
        case CustomerReacted():
            reactions.answered(draft, event)
        case BotSaid():
            draft.said_by_bot(event.text, event.key)
        case Answered():
            customer.answered(draft, event)
        case Wanted():
            _wanted(draft, event)
        case Woken():
            closing.expire(draft)
            clocks.woken(draft)
        case OptedOut():
            customer.opted_out(draft, event)
        case OptedIn():
            customer.opted_in(draft)
        case Overtaken():
            closing.overtaken(draft)
        case DeliveryChanged():
            talk.delivery(draft, event)
            reactions.delivery(draft, event)
        case FilesNotSent():
            files.not_sent(draft, event)
        case _:
            raise TypeError(f"no rule for {type(event).__name__}")


def _wanted(draft: Draft, event: Wanted) -> None:
    """The flow or the customer asks again: at most more urgent, perhaps at another desk, never a second case."""
    case = draft.case
    if case.closed:
        life.reopen_by_customer(draft)
    priority = max(case.priority, event.priority, key=PRIORITIES.index)
    draft.change(priority=priority)
    target = draft.desks.get(event.desk).name
    if event.desk and target != case.desk and draft.case.owner is None:
        clocks.move(draft, target, "handed_over", "handed_over_here")
    else:
        draft.event(draft.word("wanted_again", reason=draft.word(f"reason_{event.reason}")))


def _set_timer(draft: Draft, before: Case) -> None:
    """Wake the case when something is due next."""
    at = clocks.next_wake(draft.case, draft.desk)
    was = clocks.next_wake(before, draft.desks.get(before.desk)) if before.id else 0
    if at != was:
        draft.effects.append(SetTimer(at))
