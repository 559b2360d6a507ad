"""Rows that go into and come out of one transaction. Positional, because they become executemany or unnest columns."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import astuple

from bot.case_rows import CaseRow, Docket, EntryRow, FileRow, ForwardRow, PlaceRow, ReactionRow, Superseded, Tail
from bot.consent_rows import ConsentRow, Entered
from bot.messages import Address

SETTLED = "settled:"
"""How the id of an event begins that tells a case what became of its message: with key and state behind it."""

TOLD = frozenset(("agent", "case"))
"""Kinds of messages whose case hears what became of them."""

TAKEN = 3
"""The rank of a message that the provider has, and has not passed on as far as we know."""

__all__ = [
    "AddressRow", "AnswerRow", "Arrival", "Batch", "CaseRow", "Claimed", "ConsentRow", "Consequences", "DeliveryRow",
    "Docket", "EntryRow", "FileRow", "ForwardRow", "JournalRow", "LaneState", "Leased", "LinkRow", "Opened",
    "OutboxRow", "Parked", "PlaceRow", "ReactionRow", "SessionRow", "Settlement", "Superseded", "Tail", "TimerRow",
]  # fmt: skip


class Arrival(NamedTuple):
    """An inbox row to be. `state` is new or poison; `ready_at` holds split messages together for a moment."""

    channel: str
    event_key: str
    kind: str
    lane: str
    received_at: int
    ready_at: int
    body: str  # JSON of Inbound
    state: str = "new"
    error: str = ""


class Claimed(NamedTuple):
    """An inbox row of a claimed lane, oldest first."""

    id: int
    lane: str
    received_at: int
    attempts: int
    body: str


class LaneState(NamedTuple):
    """What is known about a lane: its address row and its latest session. Empty strings and 0 where there is none."""

    lane: str
    known: int  # 1 if the address row exists
    language: str
    opted_out_at: int
    heard_at: int
    sender: str
    session: str  # id of the latest session
    state: str  # JSON of Session
    version: int
    case: str = ""  # JSON of the latest Case
    case_version: int = 0
    history: str = ""  # JSON: scores of earlier surveys
    quiet: str = ""  # as in SessionRow, of the latest session


class Batch(NamedTuple):
    """Lanes to advance: their events in order, their state, and the cases that the desks among them see."""

    events: Sequence[Claimed]
    lanes: Mapping[str, LaneState]
    dockets: Mapping[str, Sequence[Docket]] = MappingProxyType({})  # by lane; live cases first, then the newest
    opening: Collection[str] = frozenset()  # lanes of groups in which a case's thread is not known yet


class AddressRow(NamedTuple):
    """Upserted by lane."""

    lane: str
    channel: str
    account: str
    chat: str
    thread: str
    language: str
    opted_out_at: int
    heard_at: int
    sender: str
    session: str
    seen_at: int
    case_id: str = ""  # of the latest case
    history: str = ""  # JSON: scores of earlier surveys


class SessionRow(NamedTuple):
    """A session after its turns: inserted where `version` is 1, else updated where the stored one is `version - 1`."""

    id: str
    lane: str
    flow: str
    revision: str
    language: str
    owner: str
    outcome: str  # "" while it runs
    basis: str
    started_at: int
    ended_at: int
    heard_at: int
    state: str
    version: int
    variant: str = ""  # of the flow; never changes, like what follows
    grant_id: str = ""  # the consent event that the survey stands on
    quiet: str = ""  # hours in which it may begin something, as bot.outreach.quiet has them


class AnswerRow(NamedTuple):
    """Upserted by (session, question)."""

    session: str
    question: str
    type: str
    flow: str
    revision: str
    lane: str
    channel: str
    language: str
    value: int | None
    text: str
    segment: str
    comment: str
    at: int
    day: str  # UTC date, ISO
    corrections: int


class OutboxRow(NamedTuple):
    """One message to send; a second row with the same key is ignored."""

    key: str
    lane: str
    channel: str
    session: str
    kind: str
    payload: str  # JSON of Outbound
    not_before: int
    not_after: int
    created_at: int
    edits: str = ""  # key of the message that this one changes
    begins: int = 0  # 1: opens a survey, 2: reminds of it; such a message keeps to the hours of its session


class LinkRow(NamedTuple):
    """A link to hand out. `token` is the SHA-256 (hex) of the secret in it, `invite` the JSON of an Invite."""

    token: str
    channel: str
    invite: str
    created_at: int
    expires_at: int


class Opened(NamedTuple):
    """Somebody opened a link: the first to do so is invited, all others are told."""

    token: str  # SHA-256, hex
    source: Address
    language: str  # of the person, as far as known
    event: str  # the id of the inbox event
    at: int


class TimerRow(NamedTuple):
    """The one timer of a session; upserted by key."""

    key: str
    lane: str
    due_at: int


class JournalRow(NamedTuple):
    """What happened to a session, for replay: begin(…) and then these events give the stored state."""

    session: str
    turn: int
    at: int
    event: str


class DeliveryRow(NamedTuple):
    """What a provider reports about an outbox row; found by key, or by provider id where the key is "".

    `rank` says how far it has come. What is TAKEN holds its lane up to `held_until`, or a report of a higher rank.
    """

    key: str
    channel: str
    provider_id: str
    state: str
    rank: int
    code: str
    error: str
    at: int
    held_until: int = 0


class Parked(NamedTuple):
    """An event that failed: tried again at `ready_at`, or poison."""

    id: int
    state: str  # new | poison
    attempts: int
    ready_at: int
    error: str


class Consequences(Struct):
    """Everything a batch leads to, written in one transaction."""

    addresses: list[AddressRow]
    sessions: list[SessionRow]
    answers: list[AnswerRow]
    outbox: list[OutboxRow]
    timers: list[TimerRow]
    cleared: list[str]  # keys of timers
    journal: list[JournalRow]
    cases: list[CaseRow]
    deliveries: list[DeliveryRow]
    silenced: list[str]  # lanes whose queued survey messages are cancelled
    withdrawn: list[str]  # keys of messages in `outbox` that a stop in the same batch overtook: written as cancelled
    done: list[int]  # inbox ids
    parked: list[Parked]
    opened: list[Opened]
    entries: list[EntryRow]
    places: list[PlaceRow]
    forwards: list[ForwardRow]
    superseded: list[Superseded]
    reactions: list[ReactionRow]
    awake: list[str]  # lanes whose customers write: what we began there is not held for its hours any more
    consents: list[ConsentRow]
    entered: list[Entered]

    @classmethod
    def none(cls) -> "Consequences":
        """Nothing yet."""
        return cls(*([] for _ in cls.__struct_fields__))

    def marks(self) -> tuple[int, ...]:
        """How much there is of everything now, for `back_to`."""
        return tuple(map(len, astuple(self)))

    def back_to(self, marks: tuple[int, ...]) -> None:
        """Forget what came after `marks`."""
        for name, length in zip(self.__struct_fields__, marks, strict=True):
            del getattr(self, name)[length:]


class Leased(NamedTuple):
    """An outbox row this worker may send now, and only until the lease ends."""

    id: int
    key: str
    lane: str
    channel: str
    payload: str
    attempts: int  # including this one
    first_attempt_at: int
    epoch: int
    unknown_since: int = 0  # since when the send is in doubt
    shown: str = ""  # payload of the message that this one changes
    shown_id: str = ""  # and its provider's id
    kind: str = ""
    thread: str = ""  # of a lane `…#@case`: what the provider calls its thread; "" while there is none
    card_id: str = ""  # and the provider's id of the card there
    along: Sequence[str] = ()  # payloads of messages that go out as a part of this one


class Settlement(NamedTuple):
    """How a send ended. Ignored if the lease has passed on to somebody else (`epoch`).

    `state`: sent (with `not_before`: TAKEN, as in DeliveryRow) | queued (again at `not_before`) | failed | reconciling
    (look up at `not_before`) | unknown | cancelled | expired.
    """

    id: int
    owner: str
    epoch: int
    state: str
    not_before: int = 0
    provider_id: str = ""
    sender: str = ""
    parts: int = 0
    code: str = ""
    error: str = ""
    at: int = 0
    shared: bool = False  # by messages that went out as a part of this one
