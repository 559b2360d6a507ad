"""The ledger: what waits for a decision, what was decided, and the store that keeps it. Times are epoch ms, UTC."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from bot.outreach.candidate import Candidate, Decision, Standing


class Proposal(NamedTuple):
    """Somebody who might be asked, and when to decide about it."""

    candidate: Candidate
    contact: str
    due_at: int


class Due(NamedTuple):
    """A candidate whose decision is due, with what is known of the contact; None if there is none (any more).

    `halted`: its campaign is paused | cancelled, else "".
    """

    candidate: Candidate
    contact: str
    standing: Standing | None
    tries: int = 0
    halted: str = ""


class Invited(NamedTuple):
    """The inbox event that asks somebody, and the session that it begins. `body` is JSON of Inbound."""

    channel: str
    event_key: str
    lane: str
    body: str
    session: str


class Decided(NamedTuple):
    """What was decided about the candidate `id`, and whom that invites."""

    id: str
    decision: Decision
    invited: Invited | None = None


Decide = Callable[[Sequence[Due]], Sequence[Decided]]
KindOf = Callable[[str], str]
"""The kind of a flow by its id: transactional | relationship."""


class Ledger(Protocol):
    """The part of a store that keeps decisions. Raises StoreUnavailable and Conflict."""

    async def propose(self, proposals: Sequence[Proposal]) -> int:
        """Put candidates into the ledger, each once however often it comes; how many are new."""
        ...

    async def settle_due(self, now: int, limit: int, since: int, kind_of: KindOf, decide: Decide) -> int:
        """Decide up to `limit` of what is due and write it down, with its invitations, in one transaction.

        `since` is how far back it matters who was asked. How many there were.
        """
        ...

    async def wait(self, topic: str, timeout: float) -> None:
        """Until there may be something new for `topic` (decisions), from any process, or the timeout (seconds)."""
        ...
