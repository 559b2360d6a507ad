"""A case at a glance: the card that its desk sees, and the same in words. Changes only when the case does."""

import hashlib
from collections.abc import Iterator

from bot.cases.desks import Desk
from bot.cases.draft import cause_label, name_of
from bot.cases.lines import clipped, one_line, plain
from bot.cases.state import Case
from bot.cases.words import day, moment, shipped, word
from bot.messages import Address, Card, Fact, Option, Prompt

MOST_FACTS = 30
MOST_VALUE, MOST_QUOTE = 200, 1_000  # characters
PHONE_QUOTE, MOST_NAME = 240, 60
_COLOURS = {"open": "red", "claimed": "amber", "waiting": "amber", "resolved": "green", "confirmed": "green"}
_BUTTONS = {
    "open": ("claim", "resolve"),
    "claimed": ("release", "resolve", "snooze"),
    "waiting": ("release", "resolve", "snooze"),
    "resolved": ("reopen",),
    "confirmed": ("reopen",),
}


def draw(case: Case, desk: Desk, channel: str) -> tuple[Card, Prompt]:
    """The card of a case for a place of `desk` on `channel`, and the prompt with the same in words and its buttons.

    A desk that the case has left reads where it went, without buttons. A phone reads what to type instead of buttons.
    """
    sight = _Sight(case, desk)
    if case.desk != desk.name:
        return _moved(sight)
    title = sight.title(sight.what())
    footer = sight.word("card_footer", time=sight.moment(case.opened_at))
    facts = tuple(sight.facts())[:MOST_FACTS]
    card = Card(
        title, _COLOURS[case.phase], facts, clipped(plain(case.comment), MOST_QUOTE), footer, _owner(case, channel)
    )
    if any(place.address.channel == channel and not place.threads for place in desk.places):
        return card, Prompt(_for_phone(sight))
    buttons = tuple(Option(value, sight.word(f"button_{value}")) for value in _BUTTONS[case.phase])
    return card, Prompt(_in_words(card), buttons)


def pseudonym(lane: str, language: str) -> str:
    """What a customer is called where no name may be shown: the same for all their cases (C13)."""
    number = int.from_bytes(hashlib.blake2b(lane.encode(), digest_size=8, person=b"pseudonym").digest()) % 90_000
    return word("pseudonym", language, number=str(number + 10_000))


def _owner(case: Case, channel: str) -> str:
    """What this channel calls the owner, if they acted there."""
    owner = case.owner
    return owner.author if owner and Address.of_lane(owner.place).channel == channel else ""


def _moved(sight: "_Sight") -> tuple[Card, Prompt]:
    case = sight.case
    title = sight.title(sight.word("card_moved", to=case.desk))
    return Card(title, "grey"), Prompt(title)


def _in_words(card: Card) -> str:
    facts = [f"{fact.label}: {fact.value}" for fact in card.facts]
    quote = [f'"{card.quote}"'] if card.quote else []
    return "\n".join([card.title, *quote, *facts])


def _for_phone(sight: "_Sight") -> str:
    """The same, short: every part of a text message costs."""
    case = sight.case
    mark = sight.word("card_test") if case.test else ""
    first = ", ".join(filter(None, (mark, sight.customer(), sight.what(), sight.word(f"phase_{case.phase}"))))
    quote = f'"{clipped(one_line(case.comment), PHONE_QUOTE)}"' if case.comment else ""
    owner = f"{sight.word('fact_owner')}: {clipped(one_line(name_of(case.owner)), MOST_NAME)}" if case.owner else ""
    due = f"{sight.word('fact_due')}: {sight.due(case.due_at)}" if case.due_at else ""
    hint = sight.word("card_phone", command=_BUTTONS[case.phase][0])
    return "\n".join(filter(None, (f"{case.code}: {first}", quote, owner, due, hint)))


class _Sight:
    """A case as one desk may see it, in its language and time zone."""

    def __init__(self, case: Case, desk: Desk) -> None:
        self.case = case
        self.desk = desk

    def word(self, name: str, **values: str) -> str:
        """A text for this desk."""
        return word(name, self.desk.language, **{"code": self.case.code, "desk": self.desk.name, **values})

    def title(self, what: str) -> str:
        """The first line, which says at once if there is no real customer behind it."""
        title = self.word("card_title", what=what)
        return f"{self.word('card_test')} · {title}" if self.case.test else title

    def moment(self, at: int) -> str:
        """A moment (epoch ms) on the desk's clocks."""
        return moment(at, self.desk.timezone, self.desk.language)

    def day(self, at: int) -> str:
        """A day long ago (epoch ms), with its year."""
        return day(at, self.desk.timezone, self.desk.language)

    def what(self) -> str:
        """The score and what it means, else why the case was opened."""
        case = self.case
        if case.score is None:
            return self.word(f"reason_{case.reason}")
        score = self.word("card_score", score=str(case.score))
        segment = f"segment_{case.segment}"
        return f"{score}, {self.word(segment)}" if segment in shipped() else score

    def customer(self) -> str:
        """The customer's name where it may be shown, else a pseudonym (C13)."""
        shown = one_line(self.case.name) if self.desk.identity == "name" else ""
        return clipped(shown, MOST_NAME) or pseudonym(self.case.lane, self.desk.language)

    def due(self, at: int) -> str:
        """A deadline, and whether it stands still."""
        time = self.moment(at)
        return self.word("paused", time=time) if self.case.paused_at else time

    def facts(self) -> Iterator[Fact]:
        """All that helps to help, without what is empty."""
        for name, value in (*self._state(), *self._history()):
            if value:
                yield Fact(self.word(f"fact_{name}"), clipped(one_line(value), MOST_VALUE))
        for name, value in (*self.case.answers, *self.case.attributes):
            if one_line(value):
                yield Fact(clipped(one_line(name), 40), clipped(one_line(value), MOST_VALUE))

    def _state(self) -> Iterator[tuple[str, str]]:
        case = self.case
        yield "status", self.word(f"phase_{case.phase}")
        yield "owner", name_of(case.owner) if case.owner else self.word("nobody")
        yield "priority", self.word(f"priority_{case.priority}")
        if not case.closed:
            yield "due", self.due(case.due_at) if case.due_at else ""
            yield "resolve_by", self.due(case.resolve_by) if case.resolve_by else ""
            yield "snoozed", self.moment(case.snoozed_until) if case.snoozed_until else ""
        yield "cause", cause_label(self.desk, case.cause)
        yield "action", case.action
        if case.score_after is not None:
            yield "recovery", f"{'-' if case.score is None else case.score} → {case.score_after}"

    def _history(self) -> Iterator[tuple[str, str]]:
        case = self.case
        yield "customer", self.customer()
        yield "channel", case.channel
        yield "language", case.language
        yield "flow", case.flow
        yield "consent", self._consent()
        yield "scores", ", ".join(f"{score.score} ({self.day(score.at)})" for score in case.scores)
        yield "former", ", ".join(f"{each.code} ({self._former(each.opened_at, each.cause)})" for each in case.former)
        yield "reopened", self.word("times", count=str(case.reopened)) if case.reopened else ""
        yield "escalated", ", ".join(case.escalated)

    def _former(self, opened_at: int, cause: str) -> str:
        return ", ".join(filter(None, (self.day(opened_at), cause)))

    def _consent(self) -> str:
        case = self.case
        if not case.opted_out_at:
            return self.word("consent_yes")
        if case.blocked:
            return self.word("blocked")
        return self.word("consent_no", time=self.moment(case.opted_out_at))
