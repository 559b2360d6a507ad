"""What the people at the desk say: to the customer, to each other, and what becomes of it."""

from msgspec.structs import replace

from bot.cases import clocks, life
from bot.cases.canned import at_its_longest, shown
from bot.cases.closing import describe
from bot.cases.desks import Reach
from bot.cases.draft import Draft, alias_of, name_of
from bot.cases.events import AgentEdited, AgentRemoved, AgentSaid, Chosen, DeliveryChanged
from bot.cases.state import Actor, Held, Line
from bot.messages import Media
from bot.render import length
from bot.segments import segments
from flows.answers import Option

MOST_RELAYS, RELAYS_IN = 10, 30_000  # messages of agents in so many ms: more are two machines talking (LIVE_FOLLOWUP 9)
MOST_HELD = 20
ANYTHING = Reach(1_600)
FINAL = {"delivered": 3, "read": 4, "failed": 3, "expired": 3}
_SAME = {"undelivered": "failed"}  # the provider took it and says now that nobody got it
_SIGN = {"cancelled": "failed", "expired": "failed"}  # the rest: as the state is called
# What was under way when it was cancelled may still arrive.
_RANK = {"queued": 0, "cancelled": 1, "unknown": 2, "sent": 2} | FINAL


def said(draft: Draft, event: AgentSaid) -> None:
    """Only what is certainly meant for the customer goes there (LIVE_FOLLOWUP 5)."""
    case, by = draft.case, event.by
    if event.intent == "internal":
        note(draft, by, event.text, event.ref)
    elif case.resolving and case.resolving.by.id == by.id and not event.intent:
        describe(draft, by, event.text, event.ref)
    elif impossible(draft, by, event.ref):
        pass
    elif case.owner and (event.intent == "send" or case.owner.id == by.id):
        _check_and_send(draft, event)
    else:
        why = draft.word("held", who=name_of(case.owner)) if case.owner else draft.word("claim_first")
        hold(draft, event, why, ("take", "send", "note") if case.owner else ("take", "note"))


def impossible(draft: Draft, by: Actor, ref: str) -> bool:
    """Whether nothing can be sent to this customer now; the author is told why."""
    case = draft.case
    if case.opted_out_at or case.blocked:
        draft.answer(by, ref, draft.unreachable())
    elif case.closed:
        draft.answer(by, ref, draft.word("resolved_already"), (_option(draft, "reopen"),))
    else:
        return False
    return True


def _check_and_send(draft: Draft, event: AgentSaid) -> None:
    """Say before sending what would be cut, costly, or looks like two machines talking to each other."""
    case = draft.case
    reach = draft.desks.reach.get(case.channel, ANYTHING)
    text = at_its_longest(event.text, event.voucher, draft.desk)
    size, recent = length(text, reach.unit), [at for at in case.relayed if at > draft.now - RELAYS_IN]
    parts = len(segments(text).parts) if reach.paid_parts else 0
    if size > reach.max_text:
        draft.answer(event.by, event.ref, draft.word("too_long", count=size, most=reach.max_text))
    elif parts > reach.paid_parts and event.intent != "send":
        hold(draft, event, draft.word("too_costly", count=parts), ("send", "note"))
    elif len(recent) >= MOST_RELAYS:
        hold(draft, event, draft.word("loop_breaker"), ("send", "note"))
    else:
        send(draft, event.by, event.text, event.media, event.ref, event.reply_to, voucher=event.voucher)


def send(
    draft: Draft,
    by: Actor,
    text: str,
    media: tuple[Media, ...],
    ref: str,
    reply_to: str = "",
    origin: str = "",
    voucher: str = "",
) -> None:
    """Send an agent's words to the customer, under the agent's public name.

    `origin`: where the files came in; `voucher`: of the desk's, whose code goes into the text.
    """
    case = draft.case
    alias, avatar = alias_of(draft.desk, by)
    quoted = draft.line(ref=reply_to) if reply_to else None
    origin = (origin or by.place) if media else ""
    answered = quoted.ref if quoted and quoted.side == "customer" else ""
    sent = draft.tell(
        text, "agent", media=media, origin=origin, alias=alias, avatar=avatar, reply_to=answered,
        voucher=f"{case.desk}/{voucher}" if voucher else "",
    )  # fmt: skip
    line = Line("agent", text, draft.now, ref, by.place, by.id, sent, "queued", media, voucher)
    draft.remember(line)
    seen = shown(text, voucher, draft.desk.language)
    draft.entry("agent", seen, name_of(by), sent, len(media))
    draft.sign(line, "pending")
    for other in draft.desk.places:
        lane = other.lane(case.id)
        if lane != by.place:
            draft.note(draft.word("agent_said", who=name_of(by), text=seen), place=lane, chatty=True)
    relayed = (*case.relayed, draft.now)[-MOST_RELAYS:]
    draft.change(
        relayed=relayed, responded_at=case.responded_at or draft.now, due_at=0, silent_since=0, snoozed_until=0,
        phase="waiting" if case.phase == "claimed" else case.phase,
    )  # fmt: skip


def hold(draft: Draft, event: AgentSaid, why: str, choices: tuple[str, ...]) -> None:
    """Keep a message back until its author says what it is meant to be."""
    name = f"{draft.case.turn}"
    held = Held(name, event.by, event.text, event.media, event.ref, draft.now, event.voucher)
    if len(draft.case.held) >= MOST_HELD:
        clocks.not_sent(draft, draft.case.held[0])
        draft.change(held=draft.case.held[1:])
    draft.change(held=(*draft.case.held, held))
    draft.answer(event.by, event.ref, why, tuple(_option(draft, choice, name) for choice in choices))


def _option(draft: Draft, choice: str, of: str = "") -> Option:
    return Option(f"{choice}:{of}" if of else choice, draft.word(f"button_{choice}"))


def note(draft: Draft, by: Actor, text: str, ref: str) -> None:
    """Keep something among colleagues; other places of the desk read it, too."""
    draft.entry("note", text, name_of(by))
    if ref:
        draft.answer(by, ref, draft.word("note_taken"))
    for place in draft.desk.places:
        lane = place.lane(draft.case.id)
        if lane != by.place:
            draft.note(draft.word("note_of", who=name_of(by), text=text), place=lane, chatty=True)


def chosen(draft: Draft, event: Chosen) -> None:
    """A button under a held, failed or changed message."""
    if event.what in ("send", "note", "take"):
        _release_held(draft, event)
    elif event.what == "retry":
        _retry(draft, event)
    elif event.what == "correct":
        _send_correction(draft, event)


def _release_held(draft: Draft, event: Chosen) -> None:
    held = next((one for one in draft.case.held if one.id == event.of), None)
    if held is None or held.by.id != event.by.id:
        draft.answer(event.by, event.ref, draft.word("old_button"))
        return
    if event.what == "take" and not _take_over(draft, event.by, event.ref):
        return
    draft.change(held=tuple(one for one in draft.case.held if one is not held))
    if event.what == "note":
        note(draft, held.by, held.text, "")
        draft.answer(held.by, held.ref, draft.word("note_taken"))
    elif not impossible(draft, held.by, held.ref):
        send(draft, held.by, held.text, held.media, held.ref, voucher=held.voucher)


def _take_over(draft: Draft, by: Actor, ref: str) -> bool:
    """Claim, also from somebody else: that is what the button says."""
    case = draft.case
    if case.owner is None or case.owner.id == by.id or case.closed:
        return life.claim(draft, by, ref)
    former = case.owner
    life.own(draft, by)
    draft.event(draft.word("taken_over", who=name_of(by), to=name_of(former)), by)
    return True


def _retry(draft: Draft, event: Chosen) -> None:
    """Send again what failed or is in doubt: a person has decided it."""
    line = draft.line(key=event.of)
    if line is None or line.state not in ("failed", "unknown", "cancelled", "expired"):
        draft.answer(event.by, event.ref, draft.word("old_button"))
        return
    if life.mine(draft, event.by, event.ref) and not impossible(draft, event.by, event.ref):
        draft.rewrite(line, state="removed")
        send(draft, event.by, line.text, line.media, line.ref, origin=line.place, voucher=line.voucher)


def edited(draft: Draft, event: AgentEdited) -> None:
    """A changed message: what is held changes; what was sent changes where it can, else a correction is offered."""
    case = draft.case
    held = next((one for one in case.held if one.ref == event.ref and one.by.id == event.by.id), None)
    if held:
        draft.change(held=tuple(replace(one, text=event.text) if one is held else one for one in case.held))
        return
    line = draft.line(ref=event.ref, side="agent")
    if line is None or line.by != event.by.id or line.text == event.text or line.state == "removed":
        return
    line = draft.rewrite(line, text=event.text)
    if line.state in ("failed", "cancelled", "expired") or impossible(draft, event.by, event.ref):
        return
    if draft.desks.reach.get(case.channel, ANYTHING).edits and not line.media:
        draft.tell(event.text, "agent", edits=line.key)
        draft.entry("agent", draft.word("edited_to", text=event.text), name_of(event.by), line.key)
    else:
        draft.answer(event.by, event.ref, draft.word("correction_offer"), (_option(draft, "correct", event.ref),))


def _send_correction(draft: Draft, event: Chosen) -> None:
    line = draft.line(ref=event.of, side="agent")
    if line is None:
        draft.answer(event.by, event.ref, draft.word("old_button"))
    elif life.mine(draft, event.by, event.ref) and not impossible(draft, event.by, event.ref):
        send(draft, event.by, f"* {line.text}", (), line.ref, voucher=line.voucher)


def removed(draft: Draft, event: AgentRemoved) -> None:
    """A deleted message: what is held is dropped, what was sent is deleted where it can be."""
    case = draft.case
    held = next((one for one in case.held if one.ref == event.ref and one.by.id == event.by.id), None)
    if held:
        draft.change(held=tuple(one for one in case.held if one is not held))
        return
    line = draft.line(ref=event.ref, side="agent")
    if line is None or line.by != event.by.id or line.state == "removed":
        return
    if draft.desks.reach.get(case.channel, ANYTHING).edits:
        draft.rewrite(line, state="removed")
        draft.tell("", "agent", edits=line.key, removes=True)
        draft.note(draft.word("agent_removed", who=name_of(event.by)))
        draft.entry("event", draft.word("agent_removed", who=name_of(event.by)), name_of(event.by), line.key)
    else:
        draft.answer(event.by, "", draft.word("remove_not_possible"))


def delivery(draft: Draft, event: DeliveryChanged) -> None:
    """What became of a message: a sign on it, and words where somebody has to act. Never back to an earlier state."""
    line, state = draft.line(key=event.key), _SAME.get(event.state, event.state)
    if line and event.provider_id:
        line = draft.rewrite(line, copy=event.provider_id)
    if line is None or line.state == "removed" or _RANK.get(state, 0) <= _RANK.get(line.state or "queued", 0):
        return
    before, line = line.state, draft.rewrite(line, state=state)
    sign = _SIGN.get(state, state)
    if sign == _SIGN.get(before, before):
        return  # the desk has read of its end when it was cancelled
    draft.sign(line, sign)
    if state in ("sent", "delivered", "read"):
        return
    name = "delivery_unknown" if state == "unknown" else "delivery_failed"
    said = shown(line.text, line.voucher, draft.desk.language)
    text = draft.word(name, text=said[:60], reason=event.error or event.code)
    retry = (_option(draft, "retry", line.key),) if line.side == "agent" and state != "cancelled" else ()
    place = line.place if ":" in line.place else ""  # else it was written in the web inbox
    draft.note(text, place=place, reply_to=line.ref, options=retry)
    draft.entry("failed", text, key=line.key)
