"""What the runtime needs from channels and from a store, as protocols; adapters live in `channels/` and `storage/`.

What only some channels can do is in `bot.abilities`.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any, Protocol, runtime_checkable

from bot.messages import Capabilities, Inbound, Outbound, Receipt, Sent, WebRequest
from bot.rows import Arrival, Batch, Consequences, FileRow, Leased, LinkRow, Settlement, Tail

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


# --- store ---


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

        In the same transaction: too late → expired; opted out or suppressed → cancelled (all but notices); owned by a
        person, or without a basis → cancelled (survey kind), else its basis is written to consent_use; begun by us and
        outside its hours → held; leases of dead workers on these channels → reconciling, to be looked up after `rest`
        milliseconds.
        """
        ...

    async def doubtful(self, owner: str, limit: int, now: int, until: int, channels: Sequence[str]) -> list[Leased]:
        """Lease rows in `reconciling` whose rest is over."""
        ...

    async def take_along(
        self, head: Leased, owner: str, now: int, until: int, fits: Callable[[str], bool]
    ) -> list[str]:
        """Lease what waits for a desk right behind `head`, to go out as a part of it, as long as its payload `fits`.

        Gives the payloads in order; none if the lease of `head` has passed on. They end as `head` does if it is
        settled as `shared`.
        """
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

    async def has_stopped(self, lane: str) -> bool:
        """Whether whoever is reached there has opted out."""
        ...

    async def provider_ids(self, lane: str) -> list[str]:
        """The provider's ids of the latest messages of a lane."""
        ...

    async def save_place(self, case_id: str, place: str, inbound: str, thread: str, card_id: str) -> None:
        """What a provider called a case's thread and its card there; "" leaves what is known."""
        ...

    async def lose_thread(self, case_id: str, place: str, opening: str) -> None:
        """A case's thread does not exist any more; `opening` is the lane of the group that gets a new one."""
        ...

    async def place_tail(self, case_id: str, place: str, limit: int) -> Tail:
        """The latest card of a case in one place, and the last `limit` messages that were shown there."""
        ...

    async def live_threads(self, limit: int = 1000) -> list[str]:
        """The lanes of the threads of cases that are not confirmed, the newest case first."""
        ...

    async def voucher(self, desk: str, name: str, key: str, codes: Sequence[str], now: int) -> str:
        """The code of a desk's voucher that goes out with the message `key`: always the same one, and with no other.

        "" if all of `codes` have gone out.
        """
        ...

    async def save_revision(self, revision: str, flow: str, source: str, now: int) -> None:
        """Keep a flow's source for as long as sessions may run on it."""
        ...

    async def revision(self, revision: str) -> str | None:
        """The source of a flow revision."""
        ...

    async def save_link(self, row: LinkRow) -> None:
        """Keep a link that starts a survey for whoever opens it first."""
        ...

    async def save_file(self, row: FileRow) -> None:
        """Keep a file behind a link."""
        ...

    async def drop_files(self, now: int, limit: int) -> int:
        """Delete up to `limit` files whose links have expired; how many."""
        ...

    async def save_installation(self, channel: str, account: str, sealed: str, now: int) -> None:
        """Keep or replace the encrypted credentials of an account."""
        ...

    async def remove_installation(self, channel: str, account: str) -> None:
        """Forget them."""
        ...

    async def watermark(self, channel: str, at: int | None = None) -> int:
        """Read, or with `at` move forward, up to when a channel's inbound messages are known to be complete."""
        ...

    async def close(self) -> None:
        """Release the database."""
        ...


class Reading(Protocol):
    """The read side: what pages, exports and the doctor look at. Rows are plain dictionaries."""

    async def responses(self, after: str = "", limit: int = 1000, *, tests: bool = False) -> list[dict[str, Any]]:
        """Sessions with at least one answer, in the order they began, behind the cursor `after` (a row's `cursor`).

        Of surveys that somebody only tried out there are none, or with `tests` nothing else.

        Keys: cursor, session, flow, revision, variant, channel, language, score, segment, comment, at (epoch ms of the
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

    async def link(self, token: str) -> dict[str, Any] | None:
        """One link by the SHA-256 (hex) of its secret: channel, created_at, expires_at, used_at, used_by (a lane)."""
        ...

    async def file(self, token_hash: str, now: int) -> dict[str, Any] | None:
        """A file by the SHA-256 (hex) of its link's secret, unless that has expired: name, mime, data."""
        ...

    async def installation(self, channel: str, account: str) -> str | None:
        """The encrypted credentials of an account."""
        ...

    async def installations(self, channel: str) -> list[str]:
        """The accounts that are connected to a channel."""
        ...

    async def cases(self, desk: str = "", phases: Sequence[str] = (), limit: int = 200) -> list[dict[str, Any]]:
        """The latest cases, newest first, of one desk or all, in these phases or any.

        Keys: those of CaseRow, without `state`.
        """
        ...

    async def case(self, case_id: str) -> dict[str, Any] | None:
        """One case: the keys of CaseRow, and `entries` with those of EntryRow.

        Entries also say what became of their message: `delivery` (a state of the outbox, or ""), code and error.
        """
        ...

    async def case_by_code(self, code: str) -> list[dict[str, Any]]:
        """The cases with this code, newest first, as `cases` gives them; mostly there is one."""
        ...

    async def counts(self) -> dict[str, int]:
        """Gauges.

        inbox_new, inbox_poison, outbox_open, outbox_unknown, sessions_running, timers, cases_open (not resolved),
        cases_overdue (of these; their first response was due before now) and desk_threads_stuck (their next message was
        refused and waits).
        """
        ...

    async def stuck_at_desks(self, limit: int = 1000) -> list[dict[str, Any]]:
        """Messages to desks that a provider has refused and that wait, oldest first.

        Keys: channel, lane, created_at (epoch ms), code and error, in words for an operator.
        """
        ...

    async def poison(self, limit: int = 50) -> list[dict[str, Any]]:
        """Events that could not be understood, without their content."""
        ...
