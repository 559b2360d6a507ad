"""A desk with people, and a way to play a case event by event."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from bot.cases.case import decide, open_case
from bot.cases.desks import Agent, Canned, Cause, Desk, Desks, Place, Reach
from bot.cases.effects import Alarm, CaseEffect, CaseTurn, Entry, HandBack, Note, Pause, React, SetTimer, Tell
from bot.cases.events import CaseEvent, Claimed, Wanted
from bot.cases.state import Actor, Case, Customer
from bot.messages import Address

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
NOW = 1_790_000_000_000  # a Monday in September 2026, 14:13 UTC
ID = "abcdefghijklmnopqrstuvwx"
LANE = "sms:+4915112345678"

CHANNEL, GROUP, PHONE = Address("slack", "C0123"), Address("telegram", "-100777"), Address("sms", "+49301234")
SLACK, TELEGRAM = Place(CHANNEL, threads=True).lane(ID), Place(GROUP, threads=True).lane(ID)
ANNA = Actor("anna", "Anna", SLACK, "U1")
ANNA_WEB = Actor("anna", "Anna", "web", "anna")
BEN = Actor("ben", "Ben", SLACK, "U2")
CARO = Actor("caro", "Caro", TELEGRAM, "333")
STRANGER = Actor("slack:U9", "Zed", SLACK, "U9", allowed=False)

SUPPORT = Desk(
    "support",
    places=(Place(CHANNEL, threads=True), Place(GROUP, threads=True)),
    agents=(
        Agent("anna", alias="Anna K.", ids=frozenset({"slack:U1", "web:anna"})),
        Agent("ben", ids=frozenset({"slack:U2"})),
        Agent("caro", ids=frozenset({"telegram:333"})),
    ),
    causes=(
        Cause("shipping", {"en": "Shipping", "de": "Versand"}),
        Cause("price", {"en": "Price", "de": "Preis"}, strategic=True),
    ),
    canned=(Canned("sorry", {"en": "We are sorry.", "de": "Es tut uns leid."}),),
    alias="Acme",
    escalate_to="second",
    silent_after=HOUR,
)
SECOND = Desk("second", places=(Place(Address("slack", "C0999"), threads=True),))
DESKS = Desks({"support": SUPPORT, "second": SECOND}, management="second", reach={"sms": Reach(1600, "gsm7", False, 3)})


@dataclass
class Story:
    """A case as it goes; `effects` are those of the last event."""

    desks: Desks = DESKS
    now: int = NOW
    case: Case = field(init=False)
    effects: Sequence[CaseEffect] = ()
    played: list[tuple[CaseEvent, int]] = field(default_factory=list)

    def opened(self, wanted: Wanted | None = None, about: Customer | None = None) -> "Story":
        """Begin."""
        customer = about or Customer(LANE, "s" * 24, "after-support", "sms", "en", score=2, segment="detractor")
        self._take(open_case(ID, wanted or Wanted("support", "high"), customer, self.now, self.desks))
        self.first = self.case
        return self

    def does(self, *events: CaseEvent, after: int = 1_000) -> "Story":
        """Take events, each `after` ms later than the one before; the state goes through JSON as in a database."""
        for event in events:
            self.now += after
            self.played.append((event, self.now))
            case = msgspec.json.decode(msgspec.json.encode(self.case), type=Case)
            self._take(decide(case, event, self.now, self.desks))
        return self

    def _take(self, turn: CaseTurn) -> None:
        self.case, self.effects = turn.case, turn.effects

    @property
    def told(self) -> list[str]:
        """What the last event sent to the customer."""
        return [effect.text for effect in self.effects if isinstance(effect, Tell)]

    @property
    def notes(self) -> list[Note]:
        """What it showed at the desk."""
        return [effect for effect in self.effects if isinstance(effect, Note)]

    @property
    def signs(self) -> list[str]:
        """The signs it put on messages."""
        return [effect.symbol for effect in self.effects if isinstance(effect, React)]

    def of(self, kind: type) -> list:
        """Its effects of one kind."""
        return [effect for effect in self.effects if isinstance(effect, kind)]


def claimed(by: Actor = ANNA, desks: Desks = DESKS) -> Story:
    """A case that somebody owns."""
    return Story(desks).opened().does(Claimed(by))


__all__ = [
    "ANNA", "ANNA_WEB", "BEN", "CARO", "DAY", "DESKS", "HOUR", "ID", "LANE", "MINUTE", "NOW", "SECOND", "SLACK",
    "STRANGER", "SUPPORT", "TELEGRAM", "Alarm", "Entry", "HandBack", "Note", "Pause", "SetTimer", "Story", "Tell",
    "claimed",
]  # fmt: skip
