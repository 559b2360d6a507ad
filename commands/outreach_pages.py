"""The pages about campaigns and the ledger, over the running parts."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from bot.outreach.plans import Kept
from bot.outreach.waves import day_of
from commands.outreach import Outreach, written
from flows.library import Library
from flows.problems import FlowProblems
from storage import browsing
from storage.campaigns import StoredPlans, answers_of
from storage.decisions import Entry, entries_of
from web.outreach_parts import Cell, Decisions, Known, Listed, Shown, Wanted
from web.outreach_shapes import CampaignAct, CampaignForecast, CampaignStart, CampaignState

MOST_CELLS = 100
EASE = 20
_UNDER_WAY = ("planning", "asking")


class OutreachPages:
    """web.outreach_parts.Campaigns."""

    def __init__(self, outreach: Outreach, library: Library, channels: Sequence[str]) -> None:
        """`channels` are the settings' by name."""
        self._outreach = outreach
        self._library = library
        self._store: Any = outreach.store
        self.channels = channels
        self._counted: dict[tuple[str, int], tuple[float, Mapping[str, int]]] = {}

    @property
    def flows(self) -> Sequence[str]:
        """See web.outreach_parts.Campaigns."""
        return sorted(flow.id for flow in self._library.flows)

    async def listed(self) -> Sequence[Listed]:
        """See web.outreach_parts.Campaigns. Only members of waves that are under way are counted."""
        return [await self._listed(kept) for kept in await StoredPlans(self._store).campaigns()]

    async def shown(self, campaign: str) -> Shown:
        """See web.outreach_parts.Campaigns. Raises NotFound and FlowProblems."""
        kept = await self._outreach.kept(campaign)
        state = await self._outreach.campaign(campaign)
        planned: Counter[str] = Counter()
        for plan in (await self._store.read(lambda: browsing.plans(campaign))).values():
            planned.update(plan.cells)
        answers = {each.cell: each for each in await self._store.read(lambda: answers_of(campaign))}
        largest = sorted({*planned, *answers}, key=lambda name: (-planned[name], name))[:MOST_CELLS]
        cells = []
        for name in largest:
            asked, _, *scores = answers[name][1:] if name in answers else (0, 0, 0, 0, 0)
            cells.append(Cell(name, planned[name], asked, *scores))
        return Shown(state, written(kept.source), kept.source, cells)

    async def campaign(self, campaign: str) -> CampaignState:
        """See web.outreach_parts.Campaigns. Raises NotFound."""
        return await self._outreach.campaign(campaign)

    async def forecast(self, wanted: CampaignStart) -> CampaignForecast:
        """See web.outreach_parts.Campaigns. Raises NotFound and FlowProblems."""
        return await self._outreach.forecast(wanted)

    async def start(self, wanted: CampaignStart, by: str) -> CampaignState:
        """See web.outreach_parts.Campaigns. Raises FlowProblems."""
        return await self._outreach.start(wanted, by)

    async def act(self, campaign: str, wanted: CampaignAct, by: str) -> CampaignState:
        """See web.outreach_parts.Campaigns. Raises NotFound."""
        return await self._outreach.act(campaign, wanted, by)

    async def ledger(self, wanted: Wanted, before: str, limit: int, language: str) -> Decisions:
        """See web.outreach_parts.Campaigns."""
        part = await self._store.read(lambda: browsing.ledger(browsing.Wanted(*wanted), before, limit))
        return await self._decisions(part.found, language, part.following, short=part.short)

    async def about(self, contact: str, language: str, limit: int) -> Decisions:
        """See web.outreach_parts.Campaigns."""
        return await self._decisions(await self._store.read(lambda: entries_of(contact, limit)), language)

    async def _decisions(
        self, found: Sequence[Entry], language: str, following: str = "", *, short: bool = False
    ) -> Decisions:
        people = await self._store.read(lambda: browsing.called(each.contact for each in found))
        known = {key: Known(one.name, one.external, one.brand) for key, one in people.items()}
        return Decisions([self._outreach.entry(each, language) for each in found], known, following, short)

    async def _standing(self, campaign: str, wave: int) -> Mapping[str, int]:
        """Counted anew after EASE times as long as counting took: a wave of a million takes more than a second."""
        until, known = self._counted.get((campaign, wave), (0.0, {}))
        began = time.monotonic()
        if began < until:
            return known
        found: Mapping[str, int] = await self._store.read(lambda: browsing.standing(campaign, wave))
        now = time.monotonic()
        self._counted[campaign, wave] = now + EASE * (now - began), found
        return found

    async def _listed(self, kept: Kept) -> Listed:
        try:
            campaign = written(kept.source)
        except FlowProblems:  # written for another version of this language
            return Listed(kept.id, "", "", kept.state, ())
        brands = campaign.audience.attribute.get("brand", ())
        row = Listed(kept.id, campaign.title, campaign.flow, kept.state, brands)
        waves = await self._store.read(lambda: browsing.waves(kept.id))
        if not waves:
            return row
        wave = next((each for each in waves if each.state not in ("done", "cancelled")), waves[-1])
        zone = self._outreach.zone(campaign)
        row = row._replace(
            waves=campaign.waves.count or 0 if campaign.waves.every else 1, n=wave.n, wave=wave.state,
            first_day=day_of(wave.starts_at, zone), last_day=day_of(wave.ends_at - 1, zone), members=wave.taken,
        )  # fmt: skip
        if wave.state not in _UNDER_WAY:
            return row._replace(decided=wave.taken if wave.state != "planned" else 0)
        standing = await self._standing(kept.id, wave.n)
        asked = standing.get("asked", 0)
        members = max(wave.taken, sum(standing.values()))
        return row._replace(members=members, asked=asked, decided=asked + standing.get("not_asked", 0))
