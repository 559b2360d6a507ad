"""What the pages about asking need of the rest: campaigns, the ledger, contacts."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from bot.outreach.campaign import Campaign
from web.contact_shapes import ContactDetail
from web.outreach_shapes import CampaignAct, CampaignForecast, CampaignStart, CampaignState, LedgerEntry


class Listed(NamedTuple):
    """A campaign in the list, and its wave that is under way, comes next or was the last; `members` of that one.

    `state` of the wave as web.outreach_shapes.CampaignWave has it, "" where there is none. `brands` are those that its
    audience names, none if it is for all.
    """

    id: str
    title: str
    flow: str
    state: str
    brands: Collection[str]
    waves: int = 0
    n: int = 0
    wave: str = ""
    first_day: str = ""
    last_day: str = ""
    members: int = 0
    decided: int = 0
    asked: int = 0


class Cell(NamedTuple):
    """A cell of a campaign over all its waves: planned members, how many were asked, and their scores."""

    name: str
    planned: int
    asked: int
    detractors: int
    passives: int
    promoters: int


class Shown(NamedTuple):
    """A campaign on its own page: as it stands, as it was written, its cells, the largest first."""

    state: CampaignState
    written: Campaign
    source: str
    cells: Sequence[Cell]


class Wanted(NamedTuple):
    """Which decisions; "" and 0 are any. Times are epoch ms. `brands` None: of all."""

    since: int = 0
    until: int = 1 << 60
    outcome: str = ""
    rule: str = ""
    name: str = ""
    wave: int = 0
    brands: Collection[str] | None = None


class Known(NamedTuple):
    """Who somebody is."""

    name: str
    external: str
    brand: str


class Decisions(NamedTuple):
    """Decisions, newest first, and whom they are about, as far as those are there. `following` is the next cursor.

    `short`: not all was looked through, so that further on there may be more.
    """

    entries: Sequence[LedgerEntry]
    people: Mapping[str, Known]
    following: str
    short: bool


class Sought(NamedTuple):
    """Which contacts; "" is any. `text` is a part of a name. `brands` None: of all."""

    text: str = ""
    brand: str = ""
    region: str = ""
    segment: str = ""
    language: str = ""
    country: str = ""
    brands: Collection[str] | None = None


class Found(NamedTuple):
    """Contacts in the order of their ids; `following` and `short` as in Decisions."""

    contacts: Sequence[ContactDetail]
    following: str
    short: bool


class Talk(NamedTuple):
    """A survey with somebody; `answers` are (question, type, value, text, comment, at)."""

    id: str
    flow: str
    lane: str
    outcome: str
    basis: str
    started_at: int
    answers: Sequence[tuple[str, str, int | None, str, str, int]]


class Profile(NamedTuple):
    """Somebody on their own page. `consents` are of `commands.consenting.proof`, one for each address."""

    contact: ContactDetail
    consents: Sequence[Mapping[str, Any]]
    talks: Sequence[Talk]
    decisions: Sequence[LedgerEntry]


class Campaigns(Protocol):
    """Campaigns and the ledger. What is wrong comes as BotError and FlowProblems."""

    @property
    def flows(self) -> Sequence[str]:
        """Surveys that can be asked."""
        ...

    @property
    def channels(self) -> Sequence[str]:
        """Those of the settings."""
        ...

    async def listed(self) -> Sequence[Listed]:
        """All that were started."""
        ...

    async def shown(self, campaign: str) -> Shown:
        """One of them."""
        ...

    async def campaign(self, campaign: str) -> CampaignState:
        """How far it is, alone."""
        ...

    async def forecast(self, wanted: CampaignStart) -> CampaignForecast:
        """See web.outreach."""
        ...

    async def start(self, wanted: CampaignStart, by: str) -> CampaignState:
        """See web.outreach."""
        ...

    async def act(self, campaign: str, wanted: CampaignAct, by: str) -> CampaignState:
        """See web.outreach."""
        ...

    async def ledger(self, wanted: Wanted, before: str, limit: int, language: str) -> Decisions:
        """Decisions before a cursor."""
        ...

    async def about(self, contact: str, language: str, limit: int) -> Decisions:
        """The latest decisions about a contact, by id."""
        ...


class People(Protocol):
    """Contacts for people who look them up."""

    async def people(self, sought: Sought, after: str, limit: int) -> Found:
        """Contacts behind an id."""
        ...

    async def named(self, text: str) -> ContactDetail | None:
        """Whose id, external id, address or number this is."""
        ...

    async def find(self, key: str) -> ContactDetail | None:
        """By id; who has become part of another one is that one."""
        ...

    async def profile(self, contact: str, language: str, by: str) -> Profile | None:
        """All that is kept about somebody, by id; that `by` has seen it goes into the audit trail."""
        ...

    async def merge(self, gone: str, into: str, by: str) -> ContactDetail:
        """See web.contacts."""
        ...
