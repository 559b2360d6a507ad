"""The clocks of a case: first response, resolution, silence, held messages. All in business time where it matters."""

from bot import hours
from bot.cases.canned import shown
from bot.cases.desks import Desk
from bot.cases.draft import Draft, name_of
from bot.cases.effects import Alarm
from bot.cases.state import Case, Held
from bot.cases.words import moment

ANSWER_WITHIN = 3 * 24 * 3600_000  # ms in which "is it solved?" is waited for


def response_due(desk: Desk, within: int, now: int) -> int:
    """When the first response is due (epoch ms); 0 where nobody set a clock."""
    return _due(desk, within or desk.respond_within, now)


def resolution_due(desk: Desk, now: int) -> int:
    """When the case should be resolved (epoch ms); 0 without such a clock."""
    return _due(desk, desk.resolve_within, now)


def _due(desk: Desk, within: int, now: int) -> int:
    return hours.add_open_time(desk.hours, desk.timezone, now, within, desk.country) if within else 0


def start(draft: Draft) -> None:
    """Begin anew, such as at another desk: what is still to be done has its time again."""
    case, desk, now = draft.case, draft.desk, draft.now
    if case.test:
        return
    draft.change(
        due_at=0 if case.responded_at else response_due(desk, case.respond_within, now),
        resolve_by=resolution_due(desk, now),
        reminded=0,
    )


def pause(draft: Draft) -> None:
    """Nothing can be done for now: the clocks stand."""
    if not draft.case.paused_at:
        draft.change(paused_at=draft.now)


def go_on(draft: Draft) -> None:
    """The clocks run again; the time they stood is added."""
    case = draft.case
    if not case.paused_at:
        return
    stood = draft.now - case.paused_at
    draft.change(
        paused_at=0,
        due_at=case.due_at and case.due_at + stood,
        resolve_by=case.resolve_by and case.resolve_by + stood,
        silent_since=case.silent_since and case.silent_since + stood,
    )


def next_wake(case: Case, desk: Desk) -> int:
    """When something is due next (epoch ms); 0: nothing."""
    moments = [held.at + desk.held_for for held in case.held]
    if case.asked:
        moments.append(case.asked_at + ANSWER_WITHIN)
    if not (case.closed or case.paused_at or case.test):
        moments += _running(case, desk)
    return min(moments, default=0)


def _running(case: Case, desk: Desk) -> list[int]:
    if case.snoozed_until:
        return [case.snoozed_until]
    moments = []
    if case.due_at and case.reminded < 2:
        moments.append(case.due_at - (desk.remind_before if case.reminded == 0 else 0))
    if case.resolve_by and case.reminded < 3:
        moments.append(case.resolve_by)
    if case.owner and case.silent_since and desk.silent_after:
        moments.append(_silent_until(case, desk))
    return moments


def _silent_until(case: Case, desk: Desk) -> int:
    return hours.add_open_time(desk.hours, desk.timezone, case.silent_since, desk.silent_after, desk.country)


def woken(draft: Draft) -> None:
    """Do what is due; an old timer finds nothing."""
    _expire_held(draft)
    case, now = draft.case, draft.now
    if case.closed or case.paused_at:
        return
    if case.snoozed_until:
        if now < case.snoozed_until:
            return
        draft.change(snoozed_until=0)
        draft.event(draft.word("snooze_over"))
    _owner_silent(draft)
    _first_response(draft)
    _resolution(draft)


def _expire_held(draft: Draft) -> None:
    """A message without a choice is reported as not sent (LIVE_FOLLOWUP 5)."""
    desk, kept = draft.desk, []
    for held in draft.case.held:
        if draft.now < held.at + desk.held_for:
            kept.append(held)
            continue
        not_sent(draft, held)
    draft.change(held=tuple(kept))


def not_sent(draft: Draft, held: Held) -> None:
    """Tell whoever wrote it that the customer never got it."""
    text = shown(held.text, held.voucher, draft.desk.language)
    draft.answer(held.by, held.ref, draft.word("held_expired", who=name_of(held.by), text=text[:60]))
    draft.entry("held", text, name_of(held.by))


def _owner_silent(draft: Draft) -> None:
    case, desk = draft.case, draft.desk
    if case.owner and case.silent_since and desk.silent_after and draft.now >= _silent_until(case, desk):
        to_queue(draft, "back_to_queue_silent")


def to_queue(draft: Draft, why: str) -> None:
    """Take the case from its owner; the bot stays silent, since somebody else will take over."""
    owner = draft.case.owner
    if owner is None:
        return
    draft.change(owner=None, phase="open", silent_since=0, resolving=None)
    draft.event(draft.word(why, who=name_of(owner)))
    alarm(draft, draft.word(why, who=name_of(owner)))


def _first_response(draft: Draft) -> None:
    case, desk = draft.case, draft.desk
    if not case.due_at or case.reminded >= 2:
        return
    if draft.now >= case.due_at:
        draft.change(reminded=2)
        if not _escalate(draft):
            _remind(draft, "reminder_due", case.due_at)
    elif case.reminded == 0 and draft.now >= case.due_at - desk.remind_before:
        draft.change(reminded=1)
        _remind(draft, "reminder_due", case.due_at)


def _resolution(draft: Draft) -> None:
    case = draft.case
    if case.resolve_by and draft.now >= case.resolve_by and case.reminded < 3:
        draft.change(reminded=3)
        if not _escalate(draft):
            _remind(draft, "resolution_due", case.resolve_by)


def _remind(draft: Draft, name: str, due: int) -> None:
    text = draft.word(name, time=moment(due, draft.desk.timezone, draft.desk.language))
    draft.event(text)
    alarm(draft, text)


def _escalate(draft: Draft) -> bool:
    """Give the case to the next desk, once; whether there was one."""
    target = draft.desk.escalate_to
    if not target or target in (*draft.case.escalated, draft.case.desk) or target not in draft.desks.desks:
        return False
    move(draft, target, "escalated_away", "escalated_here")
    return True


def drop_held(draft: Draft) -> None:
    """Nobody decides about these any more: their authors hear that they were not sent."""
    for held in draft.case.held:
        not_sent(draft, held)
    draft.change(held=())


def move(draft: Draft, target: str, leaving: str, arriving: str) -> None:
    """Take the case to another desk: nobody owns it there yet, and the clocks begin anew."""
    case = draft.case
    left = case.desk
    drop_held(draft)
    draft.event(draft.word(leaving, to=target), desk=left)
    draft.change(
        desk=target, owner=None, phase="open", escalated=(*case.escalated, left), resolving=None,
        silent_since=0, snoozed_until=0,
    )  # fmt: skip
    start(draft)
    draft.event(draft.word(arriving, origin=left))


def alarm(draft: Draft, text: str) -> None:
    """Say it where the whole desk reads it."""
    draft.effects.append(Alarm(draft.key(), f"{draft.case.code}: {text}"))
