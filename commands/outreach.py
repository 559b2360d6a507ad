"""Asking as people see it, for the API and the command line: the ledger, why somebody was not asked, campaigns."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from bot.errors import BotError, Fault
from bot.outreach.campaign import Campaign, check
from bot.outreach.candidate import Decision
from bot.outreach.explain import explain
from bot.outreach.plans import CANCELLED, PAUSED, RUNNING, Kept, Progress, counts
from bot.outreach.policy import Policy
from bot.outreach.waves import day_of, still_to_come
from bot.prices import Prices
from commands.campaign_forecast import Forecast
from flows.library import Library, UnknownFlow
from flows.problems import FlowProblems, did_you_mean
from storage import contacts
from storage.audit import OPERATOR
from storage.campaigns import StoredPlans
from storage.decisions import Entry, entries, entries_of
from storage.scripts import Ask, Script
from web.outreach_shapes import (
    CampaignAct,
    CampaignForecast,
    CampaignPage,
    CampaignStart,
    CampaignState,
    CampaignWave,
    LedgerEntry,
    LedgerPage,
)
from web.shapes import iso

AHEAD = 400 * 86_400_000  # ms: waves that begin later are not written down when a campaign starts
FOREVER = 1 << 60
_STATES = {"pause": PAUSED, "resume": RUNNING, "cancel": CANCELLED}


class NotFound(BotError):
    """There is no such contact or campaign; says which, and what to do."""

    fault = Fault.CALLER


class Outreach:
    """What the API and the commands ask of the ledger and of campaigns."""

    def __init__(
        self,
        store: Any,
        library: Library,
        policy: Policy,
        channels: Iterable[str],
        prices: Prices,
        clock: Callable[[], int],
    ) -> None:
        """`store` runs scripts (`storage.scripts`); `channels` are the settings' by name."""
        self.store = store
        self._plans = StoredPlans(store)
        self._library = library
        self._policy = policy
        self._channels = frozenset(channels)
        self._prices = prices
        self._clock = clock

    async def decisions(self, after: str, limit: int, outcome: str, name: str, language: str) -> LedgerPage:
        """See web.outreach."""
        found = await self.store.read(lambda: entries(after, FOREVER, outcome, name, limit))
        following = f"{found[-1].at}:{found[-1].id}" if len(found) == limit else None
        return LedgerPage([self.entry(each, language) for each in found], following)

    async def why(self, contact: str, language: str, limit: int = 100) -> LedgerPage:
        """See web.outreach. Raises NotFound."""
        key = await self.store.read(lambda: _known(contact))
        if not key:
            raise NotFound(
                f"There is no contact {contact!r}: give an id, the id of another system, or an address like sms:+49…"
            )
        found = await self.store.read(lambda: entries_of(key, limit))
        return LedgerPage([self.entry(each, language) for each in found], None)

    async def campaigns(self) -> CampaignPage:
        """See web.outreach."""
        return CampaignPage([await self._state(kept) for kept in await self._plans.campaigns()])

    async def campaign(self, campaign: str) -> CampaignState:
        """See web.outreach. Raises NotFound."""
        return await self._state(await self.kept(campaign))

    async def start(self, wanted: CampaignStart, by: str) -> CampaignState:
        """See web.outreach. Raises FlowProblems."""
        campaign, revision = self._checked(wanted.source, wanted.file)
        now = self._clock()
        waves = list(still_to_come(campaign, self.zone(campaign), now, now + AHEAD))
        kept = Kept(campaign.id, revision, wanted.source, RUNNING, now, wanted.by or by)
        await self._plans.begin(kept, waves, by or OPERATOR)
        return await self._state(kept)

    async def act(self, campaign: str, wanted: CampaignAct, by: str) -> CampaignState:
        """See web.outreach. Raises NotFound."""
        kept = await self.kept(campaign)
        if kept.state == CANCELLED and wanted.act != "cancel":
            raise NotFound(f"{campaign} was cancelled, and stays so: start it under another id.")
        await self._plans.set_state(campaign, _STATES[wanted.act], wanted.by or by, self._clock(), by or OPERATOR)
        return await self.campaign(campaign)

    async def forecast(self, wanted: CampaignStart) -> CampaignForecast:
        """See web.outreach. Raises FlowProblems and NotFound."""
        campaign, _ = self._checked(wanted.source, wanted.file)
        now = self._clock()
        span = next(still_to_come(campaign, self.zone(campaign), now, now + AHEAD), None)
        if span is None:
            raise NotFound(f"No wave of {campaign.id} is still to come: look at `starts` and `count`.")
        forecast = Forecast(self.store, campaign, span, self._policy, self._library.get(campaign.flow), self._prices)
        return await forecast.made(now)

    def kind_of(self, flow: str) -> str:
        """The kind of a flow; of one that is gone, the stricter one."""
        try:
            return self._library.get(flow).kind
        except UnknownFlow:
            return "relationship"

    async def kept(self, campaign: str) -> Kept:
        """A campaign as it was started. Raises NotFound."""
        found = {kept.id: kept for kept in await self._plans.campaigns()}
        if campaign not in found:
            hint = did_you_mean(campaign, found) or "none was started yet: `run.py campaign start FILE`"
            raise NotFound(f"There is no campaign {campaign!r}; {hint}.")
        return found[campaign]

    async def _state(self, kept: Kept) -> CampaignState:
        campaign = written(kept.source)
        zone = self.zone(campaign)
        waves = [_wave(each, zone) for each in await self._plans.progress(kept.id)]
        at = iso(kept.changed_at)
        return CampaignState(
            kept.id, campaign.title, campaign.flow, kept.state, kept.revision, at, kept.changed_by, waves
        )

    def _checked(self, source: str, file: str = "campaign") -> tuple[Campaign, str]:
        flows = {flow.id for flow in self._library.flows}
        checked = check(source, file, flows, self._channels)
        if checked.campaign is None:
            raise FlowProblems(checked.problems)
        return checked.campaign, checked.revision

    def zone(self, campaign: Campaign) -> str:
        """In which its days are counted."""
        return campaign.zone or self._policy.zone

    def entry(self, entry: Entry, language: str) -> LedgerEntry:
        """A line of the ledger with its reason in words."""
        waits = entry.outcome in ("pending", "deferred")
        made = Decision(outcome=entry.outcome, rule=entry.rule, inputs=entry.inputs, until=entry.due_at)
        return LedgerEntry(
            id=entry.id,
            at=iso(entry.at),
            source=entry.source,
            name=entry.name,
            wave=entry.wave,
            happening=entry.happening,
            contact=entry.contact,
            flow=entry.flow,
            kind=entry.kind,
            cell=entry.cell,
            outcome=entry.outcome,
            rule=entry.rule,
            inputs=entry.inputs,
            because=explain(made, language, self._policy.zone) if entry.rule else "",
            until=iso(entry.due_at) if waits else None,
            not_after=iso(entry.not_after),
            decided_at=iso(entry.decided_at) if entry.decided_at else None,
            tries=entry.tries,
            session=entry.session,
            basis_event=entry.grant_id,
            ended=entry.ended,
            message=entry.message,
            error=entry.error,
        )


def written(source: str) -> Campaign:
    """A campaign that was started, as it was written: its survey or a channel may be gone. Raises FlowProblems."""
    checked = check(source, "campaign")
    if checked.campaign is None:
        raise FlowProblems(checked.problems)
    return checked.campaign


def _wave(progress: Progress, zone: str) -> CampaignWave:
    wave = progress.wave
    figures = counts(progress)
    ready = iso(progress.last_due) if figures["waiting"] else None
    return CampaignWave(
        n=wave.n,
        state=wave.state,
        first_day=day_of(wave.starts_at, zone),
        last_day=day_of(wave.ends_at - 1, zone),
        starts_at=iso(wave.starts_at),
        ends_at=iso(wave.ends_at),
        ready_at=ready,
        **figures,
    )


def _known(contact: str) -> Script[str]:
    """The id of whom this names: an id, the id of another system, or an address; "" for nobody."""
    found = yield from contacts.contact(contact)
    found = found or (yield from contacts.called(contact))
    if not found:
        rows = yield Ask("contacts_by_lane", (json.dumps([contact]),))
        return str(rows[0][1]) if rows else ""
    return found.id
