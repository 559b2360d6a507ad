"""The planner: brings campaigns' waves into the ledger, some contacts at a time, and ends those that are through."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

import structlog
from msgspec.structs import replace

from bot.contacts import Contact
from bot.errors import Conflict, StoreUnavailable
from bot.outreach.campaign import Campaign, Precision, check
from bot.outreach.ledger import Proposal
from bot.outreach.plans import RUNNING, Answers, Plans
from bot.outreach.policy import Policy
from bot.outreach.waves import Left, Plan, Setting, Span, members, still_to_come

log = structlog.get_logger()

EVERY = 5.0  # s between looks
SOME = 1000  # contacts per transaction
PAUSE = 0.005  # s between two: replies come first
LEAD = 24 * 3600_000  # ms before it begins that a wave is planned
AHEAD = 400 * 86_400_000  # ms: waves that begin later are not written down yet


Allocate = Callable[[Precision, Mapping[str, int], Sequence[Answers]], Mapping[str, int]]
"""How many messages each cell gets, from how many people it has and what it has answered."""


class Planner:
    """Plans until it is stopped; several processes take turns."""

    def __init__(
        self,
        plans: Plans,
        kind_of: Callable[[str], str],
        policy: Policy,
        clock: Callable[[], int],
        allocate: Allocate | None = None,
    ) -> None:
        """`kind_of` gives the kind of a flow by its id, `allocate` shares out the messages of a precise campaign."""
        self._plans = plans
        self._kind_of = kind_of
        self._policy = policy
        self._clock = clock
        self._allocate = allocate
        self._read: dict[str, Campaign] = {}

    async def run(self) -> None:
        """Plan until cancelled."""
        more = 0
        while True:
            try:
                if not more:
                    await self.look_ahead()
                more = await self.round()
            except (StoreUnavailable, Conflict) as error:
                log.warning("planner_waits", error=str(error))
                more = 0
            await asyncio.sleep(PAUSE if more else EVERY)

    async def round(self) -> int:
        """Plan or end some; 0 if there was nothing to do."""
        now = self._clock()
        planned = await self._plans.plan_some(now + LEAD, now, SOME, self._members, self._budget)
        return planned or await self._plans.end_some(now, SOME)

    async def look_ahead(self) -> None:
        """Write down the waves that begin within a year or so."""
        now = self._clock()
        for kept in await self._plans.campaigns():
            if kept.state == RUNNING:
                campaign = self._campaign(kept.source)
                found = still_to_come(campaign, campaign.zone or self._policy.zone, now, now + AHEAD)
                await self._plans.waves_to_come(kept.id, kept.revision, [each for each in found if each.starts > now])

    def _members(
        self, source: str, span: Span, contacts: Sequence[Contact], plan: Plan
    ) -> tuple[list[Proposal], list[Left], Plan]:
        campaign = self._campaign(source)
        policy = self._policy
        setting = Setting(self._kind_of(campaign.flow), policy.hours, policy.country, policy.zone)
        return members(campaign, span, contacts, plan, setting)

    def _budget(self, source: str, plan: Plan, answers: Sequence[Answers]) -> Plan:
        """The same plan where it does not only count; else with as many messages for each cell as they are worth."""
        campaign = self._campaign(source)
        if not plan.counts(campaign) or campaign.precision is None or self._allocate is None:
            return plan
        return replace(plan, budget=self._allocate(campaign.precision, plan.sizes, answers))

    def _campaign(self, source: str) -> Campaign:
        """What was checked when it was started."""
        if source not in self._read:
            found = check(source, "campaign").campaign
            if found is None:
                raise ValueError("a campaign in the database is not one; this is a bug")
            self._read[source] = found
        return self._read[source]
