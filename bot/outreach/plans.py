"""Campaigns as a store keeps them: what was started, its waves, how far each has come. Times are epoch ms, UTC."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from bot.contacts import Contact
from bot.outreach.ledger import Proposal
from bot.outreach.waves import Left, Plan, Span

RUNNING, PAUSED, CANCELLED, DONE = "running", "paused", "cancelled", "done"


class Kept(NamedTuple):
    """A campaign as it was started. `state`: running | paused | cancelled."""

    id: str
    revision: str
    source: str
    state: str
    changed_at: int
    changed_by: str


class Wave(NamedTuple):
    """A wave. `state`: planned | planning (members go into the ledger) | asking | done | cancelled."""

    campaign: str
    n: int
    revision: str
    state: str
    starts_at: int
    ends_at: int
    looked_at: int
    taken: int


class Progress(NamedTuple):
    """How a wave stands: its members by outcome and rule, its first messages by state, how many gave a score.

    `last_due` is when the last of those that wait is due, 0 if none waits.
    """

    wave: Wave
    outcomes: Mapping[tuple[str, str], int]
    messages: Mapping[str, int]
    answered: int
    last_due: int


Members = Callable[[str, Span, Sequence[Contact], Plan], tuple[list[Proposal], list[Left], Plan]]
"""Who of these contacts is in the wave of the campaign with this source: `bot.outreach.waves.members`."""


class Answers(NamedTuple):
    """What a cell of a campaign has answered so far: who was asked, who of them may still answer, and the scores."""

    cell: str
    asked: int
    waiting: int
    detractors: int
    passives: int
    promoters: int


Budget = Callable[[str, Plan, Sequence[Answers]], Plan]
"""How many of each cell are asked, once the plan has counted them, for the campaign with this source."""


class Plans(Protocol):
    """The part of a store that keeps campaigns. Raises StoreUnavailable and Conflict."""

    async def begin(self, kept: Kept, spans: Sequence[Span], actor: str = "") -> None:
        """Keep a campaign, or a new revision of it, and waves to come; waves that have begun stay as they are.

        `actor` is who goes into the audit trail for it: a person's id, the name of a key, "" for nobody.
        """
        ...

    async def waves_to_come(self, campaign: str, revision: str, spans: Sequence[Span]) -> None:
        """Keep further waves."""
        ...

    async def set_state(self, campaign: str, state: str, by: str, now: int, actor: str = "") -> bool:
        """Run, pause, cancel; whether that changed anything. `actor` as in `begin`."""
        ...

    async def plan_some(self, until: int, now: int, limit: int, members: Members, budget: Budget) -> int:
        """Bring up to `limit` contacts into the ledger for the first wave that begins before `until`; how many seen."""
        ...

    async def end_some(self, now: int, limit: int) -> int:
        """End waves that are through; take members of cancelled campaigns out of the ledger. How many it changed."""
        ...

    async def campaigns(self, campaign: str = "") -> list[Kept]:
        """All, or one."""
        ...

    async def progress(self, campaign: str) -> list[Progress]:
        """Every wave of a campaign."""
        ...


def counts(progress: Progress) -> dict[str, Any]:
    """The figures of a wave, as commands and the API show them."""
    waiting = sum(n for (outcome, _), n in progress.outcomes.items() if outcome in ("pending", "deferred"))
    asked = sum(n for (outcome, _), n in progress.outcomes.items() if outcome == "asked")
    why = {rule: n for (outcome, rule), n in progress.outcomes.items() if outcome == "not_asked"}
    return {
        "looked_at": progress.wave.looked_at,
        "members": progress.wave.taken,
        "waiting": waiting,
        "asked": asked,
        "not_asked": why,
        "messages": dict(progress.messages),
        "answered": progress.answered,
    }
