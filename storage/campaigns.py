"""Campaigns on a store: bot.outreach.plans.Plans over whatever runs scripts."""

import json
from collections.abc import Sequence
from typing import Any

import msgspec

from bot.outreach.plans import CANCELLED, DONE, RUNNING, Answers, Budget, Kept, Members, Progress, Wave
from bot.outreach.waves import Left, Plan, Span, first_key
from storage.audit import note
from storage.contacts import LAST, page
from storage.decisions import propose
from storage.ledger import Runs
from storage.scripts import Ask, Many, Script

_plan = msgspec.json.Decoder(Plan).decode
_encode = msgspec.json.Encoder().encode


class StoredPlans:
    """bot.outreach.plans.Plans."""

    def __init__(self, store: Runs) -> None:
        self._store = store

    async def begin(self, kept: Kept, spans: Sequence[Span], actor: str = "") -> None:
        """See bot.outreach.plans."""
        await self._store.run(lambda: _begin(kept, spans, actor), "decisions")

    async def waves_to_come(self, campaign: str, revision: str, spans: Sequence[Span]) -> None:
        """See bot.outreach.plans."""
        await self._store.run(lambda: _waves("add_wave", campaign, revision, spans))

    async def set_state(self, campaign: str, state: str, by: str, now: int, actor: str = "") -> bool:
        """See bot.outreach.plans."""
        changed: bool = await self._store.run(lambda: _set_state(campaign, state, by, now, actor), "decisions")
        return changed

    async def plan_some(self, until: int, now: int, limit: int, members: Members, budget: Budget) -> int:
        """See bot.outreach.plans."""
        seen: int = await self._store.run(lambda: _plan_some(until, now, limit, members, budget), "decisions")
        return seen

    async def end_some(self, now: int, limit: int) -> int:
        """See bot.outreach.plans."""
        ended: int = await self._store.run(lambda: _end_some(now, limit))
        return ended

    async def campaigns(self, campaign: str = "") -> list[Kept]:
        """See bot.outreach.plans."""
        found: list[Kept] = await self._store.read(lambda: _campaigns(campaign))
        return found

    async def progress(self, campaign: str) -> list[Progress]:
        """See bot.outreach.plans."""
        async with self._store.snapshot() as still:  # its figures add up, whoever decides meanwhile
            found: list[Progress] = await still.read(lambda: _progress(campaign))
        return found


def _begin(kept: Kept, spans: Sequence[Span], actor: str) -> Script[None]:
    yield Ask("save_campaign", kept)
    yield from _waves("save_wave", kept.id, kept.revision, spans)
    if actor:
        yield from note(kept.changed_at, actor, "campaign_started", kept.id, {"revision": kept.revision})


def _waves(statement: str, campaign: str, revision: str, spans: Sequence[Span]) -> Script[None]:
    yield Many(statement, [(campaign, each.n, revision, each.starts, each.ends) for each in spans])


def _set_state(campaign: str, state: str, by: str, now: int, actor: str) -> Script[bool]:
    changed = yield Ask("campaign_state", (state, now, by, campaign))
    if changed and actor:
        yield from note(now, actor, f"campaign_{'resumed' if state == RUNNING else state}", campaign)
    if changed and state == RUNNING:
        yield Ask("wake_paused", (now, campaign))
    return bool(changed)


def _plan_some(until: int, now: int, limit: int, members: Members, budget: Budget) -> Script[int]:
    found = yield Ask("wave_to_plan", (until,))
    if not found:
        return 0
    campaign, n, starts, ends, cursor, plan, source = found[0]
    start = first_key(campaign, n)
    after, last = _stretch(cursor, start)
    contacts = yield from page(after, limit, last)
    proposals, left, planned = members(source, Span(n, starts, ends), contacts, _plan(plan))
    if proposals:
        yield from propose(proposals)
    if left:
        yield Many("leave_out", [_left(each, now) for each in left])
    state, cursor = "planning", f"{'again' if last == start else 'first'}:{contacts[-1].id if contacts else after}"
    if len(contacts) < limit:  # this stretch is through
        state, cursor = ("asking", cursor) if last == start else ("planning", "again:")
        answers = (yield from answers_of(campaign)) if state == "asking" else []
        budgeted = budget(source, planned, answers) if state == "asking" else planned
        if budgeted is not planned:  # they were only counted: now from the start again
            state, cursor, planned = "planning", "", budgeted
    written = _encode(planned).decode()
    yield Ask("move_wave", (state, cursor, planned.looked_at, planned.taken, written, campaign, n))
    return max(1, len(contacts))


def answers_of(campaign: str) -> Script[list[Answers]]:
    """What the cells of a campaign have answered so far."""
    rows = yield Ask("cell_answers", (campaign,))
    return [Answers(*row) for row in rows]


def _stretch(cursor: str, start: str) -> tuple[str, str]:
    """Between which ids a wave goes on: from its start to the end, then from the beginning to its start."""
    turn, _, at = cursor.partition(":")
    return (at, start) if turn == "again" else (at or start, LAST)


def _left(each: Left, now: int) -> tuple[Any, ...]:
    c, contact, _ = each.proposal
    inputs = json.dumps(dict(each.inputs), ensure_ascii=False)
    return c.id, c.name, c.wave, contact, c.flow, c.kind, c.cell, c.at, c.not_after, each.rule, inputs, now


def _end_some(now: int, limit: int) -> Script[int]:
    changed = 0
    for campaign, n, state in (yield Ask("waves_to_end")):
        if state == CANCELLED:
            gone = yield Ask("cancel_decisions", (now, campaign, n, limit))
            changed += len(gone)
            if len(gone) == limit:
                return changed
        if not (yield Ask("wave_is_open", (campaign, n))):
            yield Ask("end_wave", ("cancelled" if state == CANCELLED else DONE, campaign, n))
            changed += 1
    return changed


def _campaigns(campaign: str) -> Script[list[Kept]]:
    rows = yield Ask("campaigns", (campaign,))
    return [Kept(*row) for row in rows]


def _progress(campaign: str) -> Script[list[Progress]]:
    waves = yield Ask("waves_of", (campaign,))
    outcomes = yield Ask("wave_outcomes", (campaign,))
    messages = yield Ask("wave_messages", (campaign,))
    answers: dict[int, int] = dict((yield Ask("wave_answers", (campaign,))))
    return [
        Progress(
            Wave._make([*row[:6], row[7], row[8]]),
            {(outcome, rule): count for n, outcome, rule, count, _ in outcomes if n == row[1]},
            {state: count for n, state, count in messages if n == row[1]},
            answers.get(row[1], 0),
            max((last for n, _, _, _, last in outcomes if n == row[1]), default=0),
        )
        for row in waves
    ]
