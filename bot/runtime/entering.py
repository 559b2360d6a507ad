"""What the word of an entry leads to: its survey, or a sentence on why it does not begin. Pure; times are epoch ms."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from bot.consent_rows import Entered
from bot.engine.hearing import understand
from bot.engine.state import Session
from bot.messages import Inbound, Invite, Said, Started
from bot.outreach.entries import Entries, Entry, speaks
from bot.runtime.lane import Lane, id_of
from flows.answers import Unclear
from flows.model import Flow, VariableError

AGREED = "consent"  # the basis: they read what they agree to, and then used the word


class Doors(NamedTuple):
    """The entries, the surveys as they begin now by their ids, and the settings' values for placeholders."""

    entries: Entries
    flow: Callable[[str], Flow | None]
    given: Mapping[str, str]


SHUT = Doors(Entries(), lambda _: None, {})


class Used(NamedTuple):
    """An entry that somebody used: `how` is keyword or start, `language` what the provider knows of the person."""

    entry: Entry
    how: str
    word: str
    language: str = ""


def used(doors: Doors, inbound: Inbound) -> Used | None:
    """The entry whose word this message is, or whose link it comes from."""
    body, channel = inbound.body, inbound.source.channel
    if isinstance(body, Said):
        entry = doors.entries.find(channel, body.text)
        return Used(entry, "keyword", body.text.strip()) if entry else None
    if isinstance(body, Started) and body.token:
        entry = doors.entries.named(channel, body.token)
        return Used(entry, "start", body.token, body.language) if entry else None
    return None


def answers(found: Used, flow: Flow, session: Session) -> bool:
    """Whether the running survey takes the word as an answer. `flow` is the session's.

    Words are what a question for words wants, but nobody answers it with a code; a link answers nothing.
    """
    question = (flow.variant(session.variant) if session.variant else flow).questions[session.step]
    if found.how == "start" or (question.type == "text" and found.entry.is_code):
        return False
    return not isinstance(understand(question, (found.word,), session.language), Unclear)


def begins_what_runs(found: Used, session: Session) -> bool:
    """Whether the survey of the entry is the one that runs: the same one, about the same thing."""
    entry = found.entry
    return session.flow == entry.flow and all(session.variables.get(k, v) == v for k, v in entry.values.items())


def enter(lane: Lane, now: int, inbound: Inbound, found: Used, doors: Doors) -> None:
    """Let the survey of an entry begin, or say why not. A STOP stands: only START lifts it."""
    entry, flow = found.entry, doors.flow(found.entry.flow)
    about = id_of(lane.name, inbound.id, now)
    invite = _invite(lane, found, flow, doors.given) if flow else None
    lane.language = lane.language or (invite.language if invite else entry.language)
    if lane.opted_out:
        lane.notice("entry_stopped", now, about)
    elif invite is None or not entry.is_open(now):
        lane.notice("entry_closed", now, about)
    else:
        wanted = Entered(
            inbound.source, entry.name, entry.purpose, found.how, about, inbound.id, found.word, entry.wording,
            invite.language, invite, entry.every, now,
        )  # fmt: skip
        lane.rows.entered.append(wanted)


def _invite(lane: Lane, found: Used, flow: Flow, given: Mapping[str, str]) -> Invite | None:
    """The survey in the person's own language where it has that; None if a variable has no value."""
    known = (lane.language, found.language, found.entry.language)
    language = flow.language(next((each for each in known if speaks(flow, each)), ""))
    values = {name: value for name, value in {**given, **found.entry.values}.items() if name in flow.variables}
    try:
        flow.values(language, values)
    except VariableError:
        return None
    return Invite(flow.id, flow.revision, language, AGREED, values)
