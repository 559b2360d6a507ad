"""Emoji on messages: which of the desk's the customer sees and which stay inside, and what the desk reads of theirs."""

from bot.cases import talk
from bot.cases.canned import shown
from bot.cases.draft import Draft, name_of
from bot.cases.effects import React
from bot.cases.events import AgentReacted, CustomerReacted, DeliveryChanged
from bot.cases.state import Actor, Emoji, Line
from bot.emoji import bare

AMONG_US = frozenset("👀👓✔✅☑❌❔👌🤔💔")
"""What marks messages among colleagues: check marks, and our own signs but 👍, which everybody means as an answer."""

_LOST = ("failed", "cancelled", "expired", "unknown")


def reacted(draft: Draft, event: AgentReacted) -> None:
    """The owner's emoji goes onto the customer's own message; only who put it there takes it away."""
    line = _meant(draft, event.shown)
    if line is None:
        return
    if event.emoji:
        _put(draft, event, line)
    elif line.emoji and line.emoji.by == event.by.id and bare(event.taken) in ("", bare(line.emoji.text)):
        _show(draft, event.by, line, "")


def _meant(draft: Draft, shown: tuple[str, ...]) -> Line | None:
    """What the customer said in the message at the desk that holds these notes: the latest of it."""
    notes = {key.partition(".p")[0] for key in shown}
    return next((line for line in reversed(draft.case.lines) if line.shown and line.shown in notes), None)


def _put(draft: Draft, event: AgentReacted, line: Line) -> None:
    case, by, emoji = draft.case, event.by, bare(event.emoji)
    reach = draft.desks.reach.get(case.channel, talk.ANYTHING)
    if emoji in AMONG_US or case.owner is None or case.owner.id != by.id:
        draft.entry("note", draft.word("emoji_on", emoji=event.emoji, text=line.text[:60]), name_of(by))
    elif (line.emoji and bare(line.emoji.text) == emoji) or talk.impossible(draft, by, event.ref):
        pass
    elif not reach.emoji:
        _explain_once(draft, by, event)
    elif not line.ref or line.state == "removed":  # a press, or taken back
        draft.answer(by, event.ref, draft.word("no_emoji_here", emoji=event.emoji))
    elif emoji not in reach.emoji:
        draft.answer(by, event.ref, draft.word("emoji_not_there", emoji=event.emoji))
    else:
        _show(draft, by, line, event.emoji)


def _explain_once(draft: Draft, by: Actor, event: AgentReacted) -> None:
    """The customer's channel shows none, and will not: each agent is told so once in a case."""
    told = f"emoji:{by.id}"
    if told not in draft.case.told:
        draft.change(told=(*draft.case.told, told))
        draft.answer(by, event.ref, draft.word("no_emoji", emoji=event.emoji))


def _show(draft: Draft, by: Actor, line: Line, emoji: str) -> None:
    """At the customer's, in place of an earlier one, and in the desk's other places in words."""
    name = draft.key()
    draft.effects.append(React(draft.case.lane, line.ref, bare(emoji), name))
    draft.rewrite(line, emoji=Emoji(emoji, by.id, by.place, name) if emoji else None)
    told = "emoji_on" if emoji else "emoji_taken"
    text = draft.word(told, emoji=emoji or (line.emoji.text if line.emoji else ""), text=line.text[:60])
    draft.entry("agent", text, name_of(by), name)
    for place in draft.desk.places:
        lane = place.lane(draft.case.id)
        if lane != by.place:
            draft.note(draft.word("agent_said", who=name_of(by), text=text), place=lane, chatty=True)


def delivery(draft: Draft, event: DeliveryChanged) -> None:
    """An emoji that did not get there is none; whoever put it reads so."""
    line = next((line for line in draft.case.lines if line.emoji and line.emoji.key == event.key), None)
    if line is None or line.emoji is None or event.state not in _LOST:
        return
    lost = line.emoji
    draft.rewrite(line, emoji=None)
    text = draft.word("emoji_lost", emoji=lost.text, text=line.text[:60])
    draft.note(text, place=lost.place)
    draft.entry("failed", text, key=event.key)


def answered(draft: Draft, event: CustomerReacted) -> None:
    """The customer's emoji on what we wrote, in words: on an agent's message stands our sign."""
    line = next((line for line in reversed(draft.case.lines) if line.copy and line.copy == event.ref), None)
    before = bare(line.answer) if line else ""
    again = event.emoji and bare(event.emoji) == before
    nothing = not event.emoji and (not before or bare(event.taken) not in ("", before))
    if draft.case.closed or again or nothing:
        return
    told = event.emoji or (line.answer if line else "")
    if line:
        draft.rewrite(line, answer=event.emoji)
        said = shown(line.text, line.voucher, draft.desk.language)
        told = draft.word("emoji_on", emoji=told, text=said[:60])
    text = draft.word("customer_reacted" if event.emoji else "customer_took_back", text=told)
    draft.note(text, chatty=True)
    draft.entry("customer", text)
