"""What a campaign's next wave would come to: planned and decided about as it would be, with nothing written or sent."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

from msgspec.structs import replace

from bot.engine.replay import SMS
from bot.forecast import forecast
from bot.outreach.campaign import Campaign
from bot.outreach.candidate import ASKED
from bot.outreach.decide import decide
from bot.outreach.ledger import Proposal
from bot.outreach.policy import Policy
from bot.outreach.waves import Plan, Setting, Span, day_of, members
from bot.prices import Prices, amount
from commands.ask_budget import budget, outlook
from flows.model import Flow
from insights.budget import Forecast as Outlook
from storage.campaigns import answers_of
from storage.contacts import page
from storage.decisions import standings
from web.outreach_shapes import CampaignCell, CampaignForecast, CampaignPrecision

PORTION = 1000  # contacts at a time
TRIED = 20_000
"""Members that are decided about, at most about twice as many: where a wave has more, some are drawn by chance."""

_NOBODY = "no_contact"


class Forecast:
    """One wave of one campaign, some contacts at a time, so that memory does not grow with how many there are."""

    def __init__(self, store: Any, campaign: Campaign, span: Span, policy: Policy, flow: Flow, prices: Prices) -> None:
        """`store` runs scripts that look (`storage.scripts`)."""
        self._store = store
        self._campaign = campaign
        self._span = span
        self._policy = policy
        self._flow = flow
        self._prices = prices
        self._plan = Plan()
        self._members = 0
        self._tried = 0
        self._share = 1  # one of so many members is decided about
        self._outcomes: Counter[tuple[str, str]] = Counter()
        self._channels: Counter[str] = Counter()
        self._left: Counter[str] = Counter()
        self._precise: Outlook | None = None

    async def made(self, now: int) -> CampaignForecast:
        """Everybody's decision as it would be at their turn, from what is known at `now`."""
        precision = self._campaign.precision
        if precision:
            await self._through(now)
            answers = await self._store.read(partial(answers_of, self._campaign.id))
            self._precise = outlook(precision, self._plan.sizes, answers)
            self._plan = replace(self._plan, budget=budget(precision, self._plan.sizes, answers))
        await self._through(now)
        return self._figures()

    async def _through(self, now: int) -> None:
        """All contacts, once."""
        setting = Setting(self._flow.kind, self._policy.hours, self._policy.country, self._policy.zone)
        after = ""
        while True:
            some = await self._store.read(partial(page, after, PORTION))
            proposals, left, self._plan = members(self._campaign, self._span, some, self._plan, setting)
            self._left.update(each.rule for each in left)
            self._members += len(proposals)
            await self._decide([each for each in proposals if self._drawn(each)], now)
            if len(some) < PORTION:
                return
            after = some[-1].id

    def _drawn(self, proposal: Proposal) -> bool:
        """Fewer and fewer as the wave grows; each member's chance is its own."""
        if self._tried > TRIED * 2:
            self._share *= 2
            self._tried //= 2
        chance = hashlib.blake2b(proposal.candidate.id.encode(), digest_size=4, person=b"forecast").digest()
        return int.from_bytes(chance) % self._share == 0

    async def _decide(self, proposals: Sequence[Proposal], now: int) -> None:
        if not proposals:
            return
        since = now - self._policy.memory
        ids = [each.contact for each in proposals]
        known = await self._store.read(lambda: standings(ids, now, since, lambda _flow: self._flow.kind, waits=False))
        for each in proposals:
            self._tried += 1
            standing = known.get(each.contact)
            if standing is None:
                self._outcomes["not_asked", _NOBODY] += self._share
                continue
            made = decide(each.candidate, standing, self._policy, max(now, each.due_at))
            self._outcomes[made.outcome, made.rule] += self._share
            if made.outcome == ASKED:
                self._channels[made.lane.partition(":")[0]] += self._share

    def _figures(self) -> CampaignForecast:
        asked = sum(n for (outcome, _), n in self._outcomes.items() if outcome == ASKED)
        segments = self._segments() * asked
        cost = amount(self._prices.span(segments), self._prices.currency) if self._prices and segments else ""
        zone = self._campaign.zone or self._policy.zone
        not_asked = Counter({rule: n for (outcome, rule), n in self._outcomes.items() if outcome == "not_asked"})
        return CampaignForecast(
            campaign=self._campaign.id,
            wave=self._span.n,
            first_day=day_of(self._span.starts, zone),
            last_day=day_of(self._span.ends - 1, zone),
            looked_at=self._plan.looked_at,
            members=self._members,
            decided_on=sum(self._outcomes.values()) // self._share,
            asked=asked,
            deferred={rule: n for (outcome, rule), n in self._outcomes.items() if outcome == "deferred"},
            not_asked=dict(not_asked + self._left),
            channels=dict(self._channels),
            days=dict(self._plan.days),
            cells=dict(self._plan.cells),
            segments=segments,
            cost=cost,
            precision=_precision(self._precise) if self._precise else None,
        )

    def _segments(self) -> int:
        """Of the first message in the survey's first language."""
        told = forecast(self._flow, self._flow.languages[0], SMS).told
        first = next(each for each in told if each.purpose in ("say", "question"))
        return len(first.segments.parts) if first.segments else 0


def _precision(found: Outlook) -> CampaignPrecision:
    cells = [
        CampaignCell(
            "|".join(line.key),
            line.score.value if line.score else None,
            (line.score.high - line.score.low) / 2 if line.score else None,
            line.rate,
            line.needs,
            line.state,
        )
        for line in found.lines
    ]
    return CampaignPrecision(found.planned, found.uniform, cells)
