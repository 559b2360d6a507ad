"""What the customer does while a case is there."""

from msgspec.structs import replace

from bot.cases import clocks, closing, life
from bot.cases.draft import Draft
from bot.cases.events import Answered, CustomerEdited, CustomerRemoved, CustomerSaid, OptedOut


def said(draft: Draft, event: CustomerSaid) -> None:
    """Show it at the desk. After the end it may be an answer, thanks, or the reason to begin again."""
    if draft.case.closed and event.to_bot:
        return  # another survey goes on
    _show(draft, event)
    case = draft.case
    if case.closed:
        closing.answered(draft, event)
        return
    if case.owner:
        draft.change(phase="claimed", silent_since=case.silent_since or draft.now, snoozed_until=0)


def _show(draft: Draft, event: CustomerSaid) -> None:
    text = event.text or event.value
    draft.entry("customer", text, media=len(event.media))
    quoted = draft.line(ref=event.reply_to) if event.reply_to else None
    words = f"> {quoted.text[:80]}\n{text}" if quoted else text
    if event.media and not text:
        words = draft.media_words(event.media)
    origin = draft.case.lane if event.media else ""
    shown = draft.note(draft.word("customer_said", text=words), media=event.media, origin=origin, chatty=True)
    draft.remember(replace(closing.heard_from(draft, event), shown=shown))


def edited(draft: Draft, event: CustomerEdited) -> None:
    """The original stays; the desk reads what it says now (LIVE_FOLLOWUP 8)."""
    line = draft.line(ref=event.ref, side="customer")
    if line is None or line.text == event.text:
        return
    text = draft.word("customer_edited", old=line.text, new=event.text)
    draft.rewrite(line, text=event.text)
    draft.note(text, chatty=True)
    draft.entry("customer", text)


def removed(draft: Draft, event: CustomerRemoved) -> None:
    """The desk has read it; it is told that the customer took it back."""
    line = draft.line(ref=event.ref, side="customer")
    if line is None:
        return
    draft.rewrite(line, state="removed")
    text = draft.word("customer_removed", text=line.text)
    draft.note(text, chatty=True)
    draft.entry("customer", text)


def answered(draft: Draft, event: Answered) -> None:
    """The survey took an answer, or a corrected one: the card shows it."""
    case = draft.case
    if event.kind == "nps":
        draft.change(score=event.value, segment=event.segment, comment=event.comment or case.comment)
    elif event.kind == "text" and not case.comment:
        draft.change(comment=event.text)
    else:
        others = tuple(pair for pair in case.answers if pair[0] != event.question)
        draft.change(answers=(*others, (event.question, event.text)))


def opted_out(draft: Draft, event: OptedOut) -> None:
    """Nothing more is sent; the desk is told, its clocks stand (LIVE_FOLLOWUP 11)."""
    if draft.case.opted_out_at:
        return
    clocks.drop_held(draft)
    blocked = "" if event.why == "stop" else event.why
    draft.change(opted_out_at=draft.now, blocked=blocked, asked="", asked_key="", resolving=None)
    clocks.pause(draft)
    draft.event(draft.unreachable())
    for line in draft.case.lines:
        if line.side == "agent" and line.state == "queued":  # no longer: what is under way will say so
            draft.sign(draft.rewrite(line, state="cancelled"), "failed")
    if draft.case.closed:
        life.hand_back(draft)


def opted_in(draft: Draft) -> None:
    """The customer wants messages again."""
    if draft.case.opted_out_at:
        draft.change(opted_out_at=0, blocked="")
        clocks.go_on(draft)
        draft.event(draft.word("opted_in"))
