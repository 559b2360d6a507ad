"""Waves of a campaign: when they are, who is in one, and when each person's turn comes. Pure; times are epoch ms, UTC.

Chance is a hash of campaign, wave and contact: the same people and the same turns however often it is planned, on
whichever machine, and nobody's turn says anything about another's.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from bot.contacts import Contact
from bot.hours import open_spans
from bot.outreach.campaign import Campaign
from bot.outreach.candidate import Candidate
from bot.outreach.ledger import Proposal

SLOT = 300_000
"""ms: turns are handed out in steps of five minutes, and spread within each."""
_DAY = 86_400_000
_MONTHS = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
_SCALE = 1 << 64


class Span(Struct, frozen=True):
    """The `n`th wave, counted from 1, from `starts` up to `ends`."""

    n: int
    starts: int
    ends: int


class Plan(Struct, frozen=True):
    """How far a wave is planned: how many were looked at, by cell, by day, and left out by which rule.

    A campaign with `precision` goes through its contacts twice: first it counts them (`sizes` by cell), then it asks as
    many of each cell as `budget` says, None before that.
    """

    looked_at: int = 0
    taken: int = 0
    cells: Mapping[str, int] = {}
    days: Mapping[str, int] = {}
    left_out: Mapping[str, int] = {}
    sizes: Mapping[str, int] = {}
    budget: Mapping[str, int] | None = None

    def counts(self, campaign: Campaign) -> bool:
        """Whether contacts are only counted so far."""
        return campaign.precision is not None and self.budget is None


class Left(Struct, frozen=True):
    """A member whom the wave has no room for, and why: quota_full | wave_full | precise_enough."""

    proposal: Proposal
    rule: str
    inputs: Mapping[str, int | str]


class Setting(Struct, frozen=True):
    """What a plan needs to know besides the campaign: the survey's kind, and the operator's hours, country and zone."""

    kind: str
    hours: str
    country: str
    zone: str


def still_to_come(campaign: Campaign, zone: str, now: int, until: int) -> Iterator[Span]:
    """The next wave, and those after it that begin before `until`; of one that has begun what is left of it."""
    first = True
    for each in spans(campaign, zone):
        if each.ends > now:
            if each.starts >= until and not first:
                return
            yield replace(each, starts=max(each.starts, now))
            first = False


def spans(campaign: Campaign, zone: str) -> Iterator[Span]:
    """The waves of a campaign, each from the first minute of its first day; without a `count` they never end."""
    waves = campaign.waves
    first, n = waves.starts, 0
    while waves.count is None or n < waves.count:
        starts = _midnight(_nth(first, waves.every, n), zone)
        n += 1
        yield Span(n, starts, _midnight(_nth(first, waves.every, n - 1) + timedelta(days=waves.days), zone))
        if waves.every is None:
            return


def members(
    campaign: Campaign, span: Span, contacts: Sequence[Contact], plan: Plan, setting: Setting
) -> tuple[list[Proposal], list[Left], Plan]:
    """Of these contacts those whose turn comes in this wave, those it has no room for, and the plan after them."""
    if plan.counts(campaign):
        return [], [], _counted(campaign, span, contacts, plan)
    zone = campaign.zone or setting.zone
    turns = _turns(span, setting.hours, setting.country, zone)
    counts = _Counts(plan)
    proposals: list[Proposal] = []
    left: list[Left] = []
    for contact in contacts:
        if not _meant(campaign, span, contact):
            continue
        cell = cell_of(campaign, contact)
        turn, day = _turn(campaign, span, contact.id, turns, counts)
        proposal = _proposal(campaign, span, contact, cell, turn, setting.kind)
        if full := _full(campaign, cell, turn, counts):
            left.append(Left(proposal, *full))
            counts.left[full[0]] = counts.left.get(full[0], 0) + 1
            continue
        proposals.append(proposal)
        counts.take(cell, day)
    return proposals, left, counts.plan(plan.looked_at + len(contacts))


def cell_of(campaign: Campaign, contact: Contact) -> str:
    """The values that make a cell, joined; where the campaign names none, brand, region and agent."""
    known = contact.known()
    cells = campaign.quota or campaign.precision
    by = cells.by if cells else ("brand", "region", "agent")
    return "|".join(known.get(name, "").replace("|", "/") for name in by)


def day_of(at: int, zone: str) -> str:
    """The date on that zone's clocks, ISO."""
    return datetime.fromtimestamp(at / 1000, ZoneInfo(zone)).date().isoformat()


def first_key(campaign: str, n: int) -> str:
    """Where among the contacts' ids a wave begins to look, so that limits do not meet the same people every time."""
    return f"c{_digest('start', campaign, n, '').hex()}"  # written as ids are (`bot.contacts.ids_of`)


class _Counts:
    """A plan in the making."""

    def __init__(self, plan: Plan) -> None:
        self.taken = plan.taken
        self.cells, self.days, self.left = dict(plan.cells), dict(plan.days), dict(plan.left_out)
        self.sizes, self.budget = plan.sizes, plan.budget

    def take(self, cell: str, day: str) -> None:
        self.taken += 1
        self.cells[cell] = self.cells.get(cell, 0) + 1
        self.days[day] = self.days.get(day, 0) + 1

    def plan(self, looked_at: int) -> Plan:
        return Plan(looked_at, self.taken, self.cells, self.days, self.left, self.sizes, self.budget)


def _full(campaign: Campaign, cell: str, turn: int, counts: _Counts) -> tuple[str, Mapping[str, int | str]] | None:
    if campaign.most and counts.taken >= campaign.most:
        return "wave_full", {"most": campaign.most}
    if campaign.quota and counts.cells.get(cell, 0) >= campaign.quota.most:
        return "quota_full", {"cell": cell, "most": campaign.quota.most}
    if counts.budget is not None and counts.cells.get(cell, 0) >= counts.budget.get(cell, 0):
        return "precise_enough", {"cell": cell, "budget": counts.budget.get(cell, 0)}
    if not turn:
        return "wave_full", {"daily": campaign.daily or 0, "days": campaign.waves.days}
    return None


def _counted(campaign: Campaign, span: Span, contacts: Sequence[Contact], plan: Plan) -> Plan:
    sizes = Counter(plan.sizes)
    sizes.update(cell_of(campaign, contact) for contact in contacts if _meant(campaign, span, contact))
    return replace(plan, sizes=dict(sizes))


def _meant(campaign: Campaign, span: Span, contact: Contact) -> bool:
    return bool(contact.reaches) and campaign.audience.holds(contact) and _drawn(campaign, span, contact.id)


def _drawn(campaign: Campaign, span: Span, contact: str) -> bool:
    """Whether the contact's group has its turn, and the contact is in the sample."""
    if campaign.rotate > 1:
        group = int.from_bytes(_digest("group", campaign.id, 0, contact)) % campaign.rotate
        if group != (span.n - 1) % campaign.rotate:
            return False
    share = campaign.sample
    return share is None or int.from_bytes(_digest("sample", campaign.id, span.n, contact)) < share * _SCALE


def _turn(
    campaign: Campaign, span: Span, contact: str, turns: Sequence[tuple[str, Sequence[int]]], counts: _Counts
) -> tuple[int, str]:
    """When the contact's turn comes, and on which day; 0 if no day has room."""
    if not turns:
        return 0, ""
    chance = int.from_bytes(_digest("turn", campaign.id, span.n, contact))
    slots = sum(len(times) for _, times in turns)
    wanted, within = divmod(chance * slots, _SCALE)
    first = 0
    while wanted >= len(turns[first][1]):
        wanted -= len(turns[first][1])
        first += 1
    for n in range(len(turns)):
        day, times = turns[(first + n) % len(turns)]
        if campaign.daily is None or counts.days.get(day, 0) < campaign.daily:
            return times[min(wanted, len(times) - 1)] + within * SLOT // _SCALE, day
    return 0, ""


def _proposal(campaign: Campaign, span: Span, contact: Contact, cell: str, turn: int, kind: str) -> Proposal:
    due = turn or span.starts
    meaningful = campaign.meaningful_for
    candidate = Candidate(
        # in the order of the contacts, in which it is planned: what lies together is written together
        id=f"w{_digest('member', campaign.id, span.n, '').hex()}.{contact.id}",
        source="campaign",
        name=campaign.id,
        wave=span.n,
        flow=campaign.flow,
        kind=kind,
        at=due,
        not_after=due + meaningful if meaningful else max(span.ends, due),
        channels=campaign.channels,
        variables=campaign.variables,
        cell=cell,
    )
    return Proposal(candidate, contact.id, due)


@lru_cache(maxsize=64)
def _turns(span: Span, hours: str, country: str, zone: str) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """The steps of a wave in which it may ask, by local day."""
    opened = open_spans(hours, zone, span.starts, span.ends, country)
    steps = (step for start, end in opened for step in range(start, end, SLOT))
    tz = ZoneInfo(zone)
    by_day = groupby(steps, key=lambda step: datetime.fromtimestamp(step / 1000, tz).date().isoformat())
    return tuple((day, tuple(times)) for day, times in by_day)


def _nth(first: date, every: str | None, n: int) -> date:
    """The first day of the wave `n`, counted from 0; a day that a month does not have is its last one."""
    if every is None or n == 0:
        return first
    if every == "week":
        return first + timedelta(weeks=n)
    months = first.month - 1 + n * _MONTHS[every]
    year, month = first.year + months // 12, months % 12 + 1
    following = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, min(first.day, (following - timedelta(days=1)).day))


def _midnight(day: date, zone: str) -> int:
    local = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    return round(local.astimezone(UTC).timestamp() * 1000)


def _digest(what: str, campaign: str, wave: int, contact: str) -> bytes:
    return hashlib.blake2b(f"{what}|{campaign}|{wave}|{contact}".encode(), digest_size=8).digest()
