"""What the runtime needs from channels and from a store, as protocols; adapters live in `channels/` and `storage/`."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable

from msgspec import Struct
from msgspec.structs import astuple

from bot.messages import Capabilities, Inbound, Outbound, Receipt, Sent, WebRequest

# --- channels ---------------------------------------------------------------------------------------------------


class Channel(Protocol):
    """A way to reach people. `name` is its entry under `channels:` in the settings."""

    name: str
    kind: str
    capabilities: Capabilities

    async def receive(self, request: WebRequest) -> Receipt:
        """Verify, then parse. Raises Forged; stores nothing."""
        ...

    async def send(self, message: Outbound) -> Sent:
        """Hand one message to the provider. Raises a ChannelError that knows whether to retry."""
        ...

    async def close(self) -> None:
        """Release connections."""
        ...


@runtime_checkable
class Reconciling(Protocol):
    """A channel whose provider can be asked what became of a send."""

    settle: float  # seconds an in-doubt send rests before it is looked up

    async def find(self, message: Outbound, since: int, taken: Collection[str] = ()) -> Sent | None:
        """The provider's record of this message, sent at or after `since` (epoch ms), or None if there is none.

        `taken` are provider ids of other messages to the same person: an identical text sent before is not this one.
        """
        ...


@runtime_checkable
class Backfilling(Protocol):
    """A channel whose provider can list messages that the webhook missed."""

    async def missed(self, since: int) -> Sequence[Inbound]:
        """Inbound messages since `since` (epoch ms); their ids equal those the webhook would have used."""
        ...


@runtime_checkable
class Listening(Protocol):
    """A channel that fetches its events itself (polling, Socket Mode)."""

    async def listen(self, accept: Callable[[Sequence[Inbound]], Awaitable[None]]) -> None:
        """Run until cancelled; acknowledge to the provider only after `accept` has returned."""
        ...


@runtime_checkable
class Pricing(Protocol):
    """A channel that knows how many parts a text costs."""

    def parts(self, text: str) -> int:
        """Billed parts (SMS segments) of a text."""
        ...


# --- store: rows that go in and out of one batch. Positional on purpose: they become executemany/unnest columns. ---


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


class Batch(NamedTuple):
    """Lanes to advance: their events in order and their state."""

    events: Sequence[Claimed]
    lanes: Mapping[str, LaneState]


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


class CaseRow(NamedTuple):
    """A case to open; (session, desk) opens once."""

    session: str
    lane: str
    desk: str
    priority: str
    reason: str
    opened_at: int
    respond_within: int


class DeliveryRow(NamedTuple):
    """What a provider reports about an outbox row; found by key, or by provider id where the key is ""."""

    key: str
    channel: str
    provider_id: str
    state: str
    rank: int
    code: str
    error: str
    at: int


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


class Settlement(NamedTuple):
    """How a send ended. Ignored if the lease has passed on to somebody else (`epoch`).

    `state`: sent | queued (again at `not_before`) | failed | reconciling (look up at `not_before`) | unknown |
    cancelled | expired.
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


class Store(Protocol):
    """The durable side. Every method is one transaction, committed to disk when it returns.

    Raises StoreUnavailable while the database cannot take writes; nothing of the call has happened then.
    """

    async def accept(self, arrivals: Sequence[Arrival]) -> int:
        """Insert events that are not there yet; how many were new."""
        ...

    async def work(self, limit: int, now: int, decide: Callable[[Batch], Consequences]) -> int:
        """Claim up to `limit` ready lanes with all their events, decide, write, commit; how many events were claimed.

        Whatever `decide` raises rolls everything back and comes out here.
        """
        ...

    async def event(self, channel: str, event_key: str) -> dict[str, Any] | None:
        """What became of one inbox event: id, state, attempts, error, received_at."""
        ...

    async def lease(
        self, owner: str, limit: int, now: int, until: int, channels: Sequence[str], rest: int = 0
    ) -> list[Leased]:
        """Take heads of lanes to send on these channels, skipping what may no longer be sent.

        In the same transaction: too late → expired; opted out → cancelled (all but notices); owned by a person →
        cancelled (survey kind); leases of dead workers on these channels → reconciling, to be looked up after
        `rest` milliseconds.
        """
        ...

    async def doubtful(self, owner: str, limit: int, now: int, until: int, channels: Sequence[str]) -> list[Leased]:
        """Lease rows in `reconciling` whose rest is over."""
        ...

    async def settle(self, settlements: Sequence[Settlement], arrivals: Sequence[Arrival] = ()) -> None:
        """Record how sends ended, together with events that follow from it."""
        ...

    async def tick(self, now: int, limit: int) -> int:
        """Move due timers into the inbox, once each; how many."""
        ...

    async def next_wake(self) -> int:
        """When the next held event, retry or timer becomes due (epoch ms), or 0."""
        ...

    async def wait(self, topic: str, timeout: float) -> None:
        """Until something may be there for `topic` (inbox | outbox), from any process, or the timeout (seconds)."""
        ...

    async def provider_ids(self, lane: str) -> list[str]:
        """The provider's ids of the latest messages of a lane."""
        ...

    async def save_revision(self, revision: str, flow: str, source: str, now: int) -> None:
        """Keep a flow's source for as long as sessions may run on it."""
        ...

    async def revision(self, revision: str) -> str | None:
        """The source of a flow revision."""
        ...

    async def watermark(self, channel: str, at: int | None = None) -> int:
        """Read, or with `at` move forward, up to when a channel's inbound messages are known to be complete."""
        ...

    async def close(self) -> None:
        """Release the database."""
        ...


class Reading(Protocol):
    """The read side: what pages, exports and the doctor look at. Rows are plain dictionaries."""

    async def responses(self, after: str = "", limit: int = 1000) -> list[dict[str, Any]]:
        """Sessions with at least one answer, in the order they began, behind the cursor `after` (a row's `cursor`).

        Keys: cursor, session, flow, revision, channel, language, score, segment, comment, at (epoch ms of the
        score), outcome, answers (list of dictionaries).
        """
        ...

    async def conversation(self, lane: str, limit: int = 200) -> list[dict[str, Any]]:
        """Both sides of a lane, oldest first."""
        ...

    async def sessions(self, limit: int = 100) -> list[dict[str, Any]]:
        """The latest sessions."""
        ...

    async def outbound(self, key: str) -> dict[str, Any] | None:
        """One outbox row by its key."""
        ...

    async def counts(self) -> dict[str, int]:
        """Gauges: inbox_new, inbox_poison, outbox_queued, outbox_unknown, sessions_open and others."""
        ...

    async def poison(self, limit: int = 50) -> list[dict[str, Any]]:
        """Events that could not be understood, without their content."""
        ...
