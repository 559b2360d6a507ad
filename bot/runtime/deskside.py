"""What people do at a desk, as events for the lanes of the customers that it is about."""

import re
from collections.abc import Iterator, Sequence

import msgspec

from bot.cases.actors import actor
from bot.cases.desks import Desk, Desks
from bot.cases.state import case_of
from bot.cases.typed import Docketed, Refusal, addressed, names_case
from bot.cases.words import word
from bot.messages import Address, Edited, FromDesk, Inbound, Outbound, Pressed, Prompt, Reacted, Removed, Said
from bot.rows import Docket, ForwardRow, OutboxRow, ReactionRow
from bot.runtime.lane import Lane, id_of
from flows.reading import keyword

ANSWER_LIFE = 3600_000  # ms after which nobody remembers what they were told no to
OPENING = 15 * 60_000  # ms in which it comes out what became of a send in doubt, and what its thread is called

_COMMAND = re.compile(r"[!！][^\W\d_]\w*")
_encode = msgspec.json.Encoder().encode

Act = Said | Edited | Removed | Pressed | Reacted


class ThreadOpening(Exception):
    """Somebody was faster than our writing down which case a thread is about: look again in a moment."""


def in_group(
    lane: Lane, inbound: Inbound, dockets: Sequence[Docket], desks: Desks, now: int, *, opening: bool = False
) -> None:
    """Somebody did something in a group or channel: in a case's thread, under a card, or none of our business.

    `opening`: a case is getting a thread in this group, which may be this one. Raises ThreadOpening then.
    """
    body = inbound.body
    if not isinstance(body, Act):
        return
    desk = desks.at(lane.name)
    pressed = case_of(body.question) if isinstance(body, Pressed) else ""
    if pressed and (dockets or desk):
        _forward(lane, inbound, pressed, body, now)
    elif isinstance(body, Reacted):
        if desk:
            lane.rows.reactions.append(_reaction(lane, inbound, body, now))
    elif dockets:
        _forward(lane, inbound, dockets[0].case_id, body, now)
    elif desk and opening and inbound.source.thread:
        raise ThreadOpening
    elif desk and isinstance(body, Said) and (command := _COMMAND.match(body.text.strip())):
        _answer(lane, inbound, word("in_thread", desk.language, word=command[0][:40]), desk, now)


def texts(parts: Sequence[Inbound], dockets: Sequence[Docket]) -> Iterator[list[Inbound]]:
    """What came from a phone within a moment, as texts: what names a case, and STOP, is never a half of another one."""
    codes = {docket.code for docket in dockets}
    group: list[Inbound] = []
    for part in parts:
        body = part.body
        apart = isinstance(body, Said) and (keyword(body.text, "") != "" or names_case(body.text, codes))
        if group and apart:
            yield group
            group = []
        group.append(part)
    yield group


def on_phone(lane: Lane, parts: Sequence[Inbound], dockets: Sequence[Docket], desk: Desk, now: int) -> None:
    """An agent wrote, changed a text or pressed a button on a phone, where several cases meet.

    The case has to be named, or nothing is sent. Several `parts` are halves of one text.
    """
    inbound = parts[0]
    body = inbound.body
    if isinstance(body, Pressed):
        if named := case_of(body.question):
            _forward(lane, inbound, named, body, now)
        return
    said = [part.body for part in parts if isinstance(part.body, Said | Edited)]
    text = "\n".join(one.text for one in said)
    owner = actor(lane.name, inbound.author, inbound.author_name, desk).id
    seen = [Docketed(d.case_id, d.code, d.owner == owner, d.phase in ("resolved", "confirmed")) for d in dockets]
    found = addressed(text, seen)
    if isinstance(found, Refusal):
        if isinstance(body, Said):
            told = word(found.why, desk.language, codes=", ".join(found.codes), word=found.word)
            _answer(lane, inbound, told, desk, now)
        return
    act = said[0]
    if isinstance(act, Said):
        media = tuple(each for one in said if isinstance(one, Said) for each in one.media)
        act = msgspec.structs.replace(act, media=media)
    _forward(lane, inbound, found[0], msgspec.structs.replace(act, text=found[1]), now)


def gone(lane: Lane, inbound: Inbound, dockets: Sequence[Docket], now: int) -> None:
    """A phone wants no more messages: its cases are told that whoever has it gives them back."""
    for docket in dockets:
        _forward(lane, inbound, docket.case_id, Said("!release"), now, f":{docket.case_id}")


def _forward(lane: Lane, inbound: Inbound, case_id: str, act: Act, now: int, mark: str = "") -> None:
    event = f"desk:{inbound.id}{mark}"
    passed = _passed(lane, inbound, event, case_id, act)
    lane.rows.forwards.append(ForwardRow(event, case_id, inbound.source.channel, now, passed))


def _reaction(lane: Lane, inbound: Inbound, body: Reacted, now: int) -> ReactionRow:
    """Providers tell of which message, and not in which thread: the case is found by the message."""
    event, source = f"desk:{inbound.id}", inbound.source
    group = Address(source.channel, source.chat, source.account)
    return ReactionRow(event, source.channel, group.lane, body.ref, now, _passed(lane, inbound, event, "", body))


def _passed(lane: Lane, inbound: Inbound, event: str, case_id: str, act: Act) -> str:
    body = FromDesk(case_id, lane.name, inbound.author, act, inbound.author_name)
    return _encode(Inbound(event, inbound.at, inbound.source, body)).decode()


def _answer(lane: Lane, inbound: Inbound, text: str, desk: Desk, now: int) -> None:
    """Say something to one person at a desk, once per message."""
    name, to = f"{id_of(lane.name, inbound.id, now)}.desk", inbound.source
    ref = inbound.body.ref if isinstance(inbound.body, Said) else ""
    until = now + ANSWER_LIFE
    message = Outbound(
        name, to, Prompt(text), "desk", lane.sender, until, desk.language, reply_to=ref, whisper=inbound.author
    )
    payload = _encode(message).decode()
    lane.rows.outbox.append(OutboxRow(name, lane.name, to.channel, "", "desk", payload, now, until, now))
