"""A turn of a case in the making: the case as it changes, and the effects so far."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import force_setattr, replace

from bot.cases.desks import Agent, Desk, Desks
from bot.cases.effects import Alarm, CaseEffect, CaseTurn, Entry, Note, React, Tell
from bot.cases.state import Actor, Case, Line, key
from bot.cases.words import in_language, word
from bot.messages import Media
from flows.answers import Option

MOST_LINES = 40  # that the case remembers; everything is kept in its history
MOST_TEXT = 1_000  # characters of a line that it remembers


class Draft:
    """Collects what one event leads to."""

    def __init__(self, case: Case, desks: Desks, now: int) -> None:
        self.before = case
        self.case = replace(case, turn=case.turn + 1)
        self.desks = desks
        self.now = now
        self.effects: list[CaseEffect] = []
        self._keys = 0

    @property
    def desk(self) -> Desk:
        """The desk the case is at now."""
        return self.desks.get(self.case.desk)

    def change(self, **values: Any) -> None:
        """Change fields of the case."""
        case = replace(self.case)
        for name, value in values.items():
            force_setattr(case, name, value)
        self.case = case

    def key(self) -> str:
        """A new Outbound key, the same for the same event."""
        self._keys += 1
        return key(self.case.id, self.case.turn, self._keys - 1)

    def word(self, name: str, **values: object) -> str:
        """A text for the desk."""
        return word(name, self.desk.language, **self._facts(values))

    def unreachable(self) -> str:
        """Why nothing can be sent to the customer, for the desk."""
        blocked = self.case.blocked
        return self.word("unreachable", reason=self.word(f"blocked_{blocked}")) if blocked else self.word("opted_out")

    def customer_word(self, name: str, **values: object) -> str:
        """A text for the customer."""
        return word(name, self.case.language, **self._facts(values))

    def _facts(self, values: dict[str, object]) -> dict[str, str]:
        facts = {"code": self.case.code, "desk": self.case.desk, **values}
        return {name: str(value) for name, value in facts.items()}

    def entry(self, kind: str, text: str, by: str = "", key: str = "", media: int = 0) -> None:
        """Write down for people what happened."""
        self.effects.append(Entry(kind, text, by, key, media))

    def event(self, text: str, by: Actor | None = None, desk: str = "") -> None:
        """Something happened to the case: the desk, its own or another one, reads it and it is written down."""
        self.effects.append(Note(self.key(), text, desk=desk))
        self.entry("event", text, name_of(by) if by else "")

    def note(self, text: str, **fields: Any) -> str:
        """Show something at the desk; its key."""
        name = self.key()
        self.effects.append(Note(name, text, **fields))
        return name

    def answer(self, by: Actor, ref: str, text: str, options: tuple[Option, ...] = ()) -> None:
        """Say something to one person at the desk, about their message or press `ref`."""
        self.effects.append(Note(self.key(), text, place=by.place, whisper=by.author, reply_to=ref, options=options))

    def tell(self, text: str, purpose: str = "case", **fields: Any) -> str:
        """Send something to the customer; its key."""
        name = self.key()
        self.effects.append(Tell(name, text, purpose, **fields))
        return name

    def say(self, name: str, options: tuple[Option, ...] = (), **values: object) -> str:
        """Say something of ours to the customer; its key. The desk sees it."""
        text = self.customer_word(name, **values)
        sent = self.tell(text, options=options)
        self.said_by_bot(text, sent)
        return sent

    def said_by_bot(self, text: str, sent: str = "") -> None:
        """The customer reads this from us."""
        self.remember(Line("bot", text, self.now, key=sent))
        self.entry("bot", text, key=sent)
        self.note(self.word("bot_said", text=text), chatty=True)

    def sign(self, line: Line, symbol: str) -> None:
        """Show on an agent's message how it is."""
        if line.ref and line.place and line.side == "agent":
            self.effects.append(React(line.place, line.ref, symbol))

    def remember(self, line: Line) -> None:
        """Keep what was said, as far as edits, replies and a new thread need it."""
        line = replace(line, text=line.text[:MOST_TEXT])
        self.change(lines=(*self.case.lines, line)[-MOST_LINES:])

    def rewrite(self, old: Line, **values: Any) -> Line:
        """Change what is remembered of a line."""
        new = replace(old, **values)
        self.change(lines=tuple(new if line is old else line for line in self.case.lines))
        return new

    def line(self, *, ref: str = "", key: str = "", side: str = "") -> Line | None:
        """The latest line with this id or key."""
        for line in reversed(self.case.lines):
            if (ref and line.ref == ref and (not side or line.side == side)) or (key and line.key == key):
                return line
        return None

    def media_words(self, media: Sequence[Media]) -> str:
        """What stands for files in a text: their names."""
        return ", ".join(one.name or one.mime or "?" for one in media)

    def turn(self) -> CaseTurn:
        """The finished turn; one that changed nothing is none."""
        if not self.effects and replace(self.case, turn=self.before.turn) == self.before:
            return CaseTurn(self.before, ())
        # nobody is called for a case that only tries something out
        effects = (each for each in self.effects if not (self.case.test and isinstance(each, Alarm)))
        return CaseTurn(self.case, tuple(effects))


def agent_of(desk: Desk, by: str) -> Agent | None:
    """The settings' entry of an actor, None for somebody who is not named there."""
    return next((agent for agent in desk.agents if agent.name == by), None)


def name_of(by: Actor) -> str:
    """How colleagues read about somebody."""
    return by.name or by.id.partition(":")[2] or by.id


def alias_of(desk: Desk, by: Actor) -> tuple[str, str]:
    """The name and picture that the customer sees: never a channel's own (LIVE_FOLLOWUP 14)."""
    agent = agent_of(desk, by.id)
    return ((agent.alias if agent else "") or desk.alias, agent.avatar if agent else "")


def cause_label(desk: Desk, cause: str) -> str:
    """What a cause is called at a desk; one that is on no list keeps its words."""
    found = next((one for one in desk.causes if one.id == cause), None)
    return (in_language(found.labels, desk.language) if found else "") or cause
