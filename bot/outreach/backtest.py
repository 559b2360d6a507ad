"""The past with other rules: decisions of a while taken again, as if these rules had held then. Pure.

What is known of the past is what the ledger kept and what is still stored: the time of every stop, grant, case and
survey. A survey that was really asked ran as long as it did; one that only the other rules would have asked is taken to
have ended within a day. Attributes of contacts are those of today. Times are epoch ms, UTC.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from msgspec import Struct

from bot.contacts import Contact
from bot.outreach.candidate import ASKED, DEFERRED, NOT_ASKED, Asked, Candidate, Decision, Grant, Standing
from bot.outreach.decide import decide
from bot.outreach.policy import Policy

RAN = 86_400_000
"""ms that a survey is taken to run which was not really asked."""
_MOST = 1000  # deferrals of one candidate
NOW_ON = 1 << 60


class Span(NamedTuple):
    """From when until when something held; `end` 0: it still does."""

    start: int
    end: int

    def holds(self, at: int) -> bool:
        """Whether it held then."""
        return self.start <= at < (self.end or NOW_ON)


class Recorded(NamedTuple):
    """A decision as it was taken: `due_at` is when it was first due, `ran` when its survey ran."""

    candidate: Candidate
    due_at: int
    outcome: str
    rule: str
    lane: str = ""
    grant: str = ""
    basis: str = ""
    ran: Span = Span(0, 1)


class Past(Struct, frozen=True, kw_only=True):
    """What is known of one contact's past, besides the ledger.

    `stops` by lane, with why; `grants` by lane; `cases` when one was open; `asked` what others than the ledger asked.
    """

    contact: Contact
    stops: Mapping[str, tuple[Span, str]] = {}
    grants: Mapping[str, tuple[Span, Grant]] = {}
    cases: tuple[Span, ...] = ()
    asked: tuple[Asked, ...] = ()


class Retaken(NamedTuple):
    """A decision, and what the other rules make of the same candidate."""

    recorded: Recorded
    decision: Decision


def retake(past: Past, recorded: Sequence[Recorded], policy: Policy) -> list[Retaken]:
    """Decide all of one contact's candidates again, in the order in which they would have been due."""
    asked = list(past.asked)
    running: list[Span] = []
    waiting = [(each.due_at, n, 0) for n, each in enumerate(recorded)]
    heapify(waiting)
    made: dict[int, Decision] = {}
    while waiting:
        now, n, tries = heappop(waiting)
        one = recorded[n]
        decision = decide(one.candidate, _standing(past, asked, running, one, now), policy, now)
        if decision.outcome == DEFERRED and tries < _MOST:
            heappush(waiting, (decision.until, n, tries + 1))
            continue
        made[n] = decision
        if decision.outcome == ASKED:
            asked.append(Asked(now, one.candidate.flow, one.candidate.kind))
            running.append(one.ran if one.outcome == ASKED else Span(now, now + RAN))
    return [Retaken(each, made[n]) for n, each in enumerate(recorded)]


class Tally(Struct):
    """What the other rules change, over many contacts."""

    same: int = 0
    moves: dict[tuple[str, str, str, str], int] = {}
    """From (outcome, rule) to (outcome, rule), where it is another outcome."""
    before: int = 0
    after: int = 0
    contacts: int = 0
    most_before: int = 0
    most_after: int = 0
    """The most that one contact was asked."""

    def add(self, retaken: Sequence[Retaken]) -> None:
        """One more contact."""
        moves = Counter(self.moves)
        for recorded, decision in retaken:
            was = NOT_ASKED if recorded.outcome != ASKED else ASKED
            became = NOT_ASKED if decision.outcome != ASKED else ASKED
            if was == became:
                self.same += 1
            else:
                moves[recorded.outcome, recorded.rule, decision.outcome, decision.rule] += 1
        self.moves = dict(moves)
        before = sum(each.recorded.outcome == ASKED for each in retaken)
        after = sum(each.decision.outcome == ASKED for each in retaken)
        self.contacts += 1
        self.before += before
        self.after += after
        self.most_before = max(self.most_before, before)
        self.most_after = max(self.most_after, after)


def _standing(past: Past, asked: Sequence[Asked], running: Sequence[Span], one: Recorded, now: int) -> Standing:
    """What a decider would have known at `now`. Who was really asked had a basis then, whatever became of it later."""
    grants = {lane: grant for lane, (span, grant) in past.grants.items() if span.holds(now)}
    if one.outcome == ASKED and one.grant:
        grants.setdefault(one.lane, Grant(one.grant, one.basis))
    return Standing(
        contact=past.contact,
        asked=tuple(sorted((each for each in asked if each.at <= now), key=lambda each: -each.at)),
        stopped={lane: why for lane, (span, why) in past.stops.items() if span.holds(now)},
        grants=grants,
        open_case=any(span.holds(now) for span in past.cases),
        running=any(span.holds(now) for span in running),
    )
