"""Campaigns, decisions and contacts in a real database behind their pages, and browsers of people with roles."""

import base64
import contextlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count

import httpx
from starlette.routing import Router

from bot.outreach.consent import Event
from bot.runtime.decider import Decider
from bot.runtime.planner import Planner
from commands.ask_budget import budget
from commands.assemble import outreach_of
from commands.contact_pages import ContactPages
from commands.import_pages import ImportPages
from commands.outreach_pages import OutreachPages
from commands.people import People
from flows import library
from settings import Settings
from storage.audit import NEWEST, entries
from storage.campaigns import StoredPlans
from storage.consent import Suppression, record, suppress
from storage.contacts import contact as contact_with
from storage.ledger import StoredLedger
from storage.opening import open_store
from tests.web.inbox_made import Door
from web import contact_pages, import_pages, ledger_pages, outreach_pages, pages
from web.gate import gated
from web.guard import Guard
from web.policies import POLICIES
from web.sessions import token

URL = "https://nps.example.com"
DAY = 86_400_000
START = 1_800_000_000_000  # Friday, 15 January 2027, 8:00 UTC
KEY = base64.b64encode(b"k" * 32).decode()  # the same turns each time, for they go by ids
ADMIN, AGENT, ANALYST = "anna/admin", "ben/agent", "cleo/analyst"
SMS = {"kind": "twilio", "account_sid": "AC" + "0" * 32, "auth_token": "secret", "from": "+4930555010"}
TELEGRAM = {"kind": "telegram", "token": "1:" + "a" * 35, "webhook_secret": "s" * 36}
CAMPAIGN = """format: 1
campaign:
  id: {id}
  title: {title}
  flow: relationship
  audience: {audience}
  waves: {{starts: 2027-01-18, days: 5}}
  {more}
"""


def yaml(id_="spring", title="Spring", audience="{}", more=""):
    """A campaign of five days that begins on Monday."""
    return CAMPAIGN.format(id=id_, title=title, audience=audience, more=more)


@dataclass
class World:
    """The pages over a database; `now` is epoch ms."""

    store: object
    settings: Settings
    library: object
    now: int = START
    numbers: object = field(default_factory=lambda: count(1))
    lived: int = 0

    def __post_init__(self):
        self.outreach = outreach_of(self.settings, self.store, self.library, lambda: self.now)
        self.campaigns = OutreachPages(self.outreach, self.library, sorted(self.settings.channels))
        self.people = ContactPages(self.store, self.settings, self.outreach, lambda: self.now)
        self.files = ImportPages(self.store, self.settings, lambda: self.now)
        self.saving = People(self.store, self.settings, lambda: self.now)

    async def knows(self, name="Ada Beck", *, agrees=True, number="", **said):
        """Somebody new with a phone; their id."""
        n = next(self.numbers)
        given = {"external": f"k{n}", "name": name, "language": "de", "country": "DE", **said}
        given.setdefault("addresses", {"sms": number or f"+49151{10_000_000 + n}"})
        if agrees:
            given["consent"] = {"basis": "consent", "source": "form", "at": "2026-05-01", "wording": "Ja, gern."}
        [saved] = await self.saving.save([given])
        assert saved.status == "new", saved
        return saved.contact

    async def stops(self, contact, reason="objection"):
        """They are not to be written to any more."""
        [reach] = (await self.store.read(lambda: contact_with(contact))).reaches
        names, key = (reach.hmac,), "k"
        withdrawn = Event(
            id=f"{contact}.stop", names=names, key_id=key, channel="*", action="objected", at=self.now, source="desk",
            source_ref="desk", wording="No more!",
        )  # fmt: skip
        await self.store.run(lambda: record([withdrawn], self.now))
        await self.store.run(lambda: suppress(Suppression(names, key, "*", reason, self.now, contact), self.now))

    async def works(self):
        """Plan and decide whatever is due by now."""
        policy = self.settings.outreach.policy()
        decider = Decider(StoredLedger(self.store), self.library, policy, lambda: self.now, {"company": "Muster"})
        planner = Planner(StoredPlans(self.store), decider.kind_of, policy, lambda: self.now, budget)
        while await planner.round():
            pass
        while await decider.round():
            pass

    async def lives(self, days):
        """The same for as long, several times a day, and last before the quiet hours of Berlin begin."""
        for _ in range(days):
            for hour in (1, 3, 5, 7, 9, 10.9):
                self.now = START + self.lived * DAY + round(hour * DAY / 24)
                await self.works()
            self.lived += 1

    async def trail(self):
        """Who did what, the oldest first: (actor, act, subject)."""
        found = await self.store.read(lambda: entries(NEWEST, 1000))
        return [(each.actor, each.act, each.subject) for each in reversed(found)]

    def app(self, door):
        """The pages behind this door."""
        routes = [
            *outreach_pages.routes(self.campaigns), *ledger_pages.routes(self.campaigns, lambda: self.now),
            *import_pages.routes(self.files), *contact_pages.routes(self.people), *pages.routes(),
        ]  # fmt: skip
        return Guard(Router(gated(routes, POLICIES, door)), ["nps.example.com"], lambda *_: None)

    @contextlib.asynccontextmanager
    async def looks(self, who=ADMIN, language="en"):
        """A browser in which this person has signed in."""
        transport = httpx.ASGITransport(self.app(Door(language)), client=("10.0.0.9", 1), raise_app_exceptions=False)
        cookies, headers = {"__Host-echolot": who}, {"accept": "text/html"}
        async with httpx.AsyncClient(transport=transport, base_url=URL, cookies=cookies, headers=headers) as client:
            yield Page(client, token(who))


@dataclass
class Page:
    """What somebody sees and sends."""

    client: httpx.AsyncClient
    csrf: str

    async def get(self, path, **query):
        return await self.client.get(path, params=query or None)

    async def post(self, path, **fields):
        headers = {"origin": URL, "sec-fetch-site": "same-origin"}
        given = {name.removesuffix("_"): value for name, value in fields.items()}
        return await self.client.post(path, data={"_csrf": self.csrf, **given}, headers=headers)

    async def send(self, path, content=None, name="people.csv", /, **fields):
        """The same as a form in parts, with a file where there is one."""
        headers = {"origin": URL, "sec-fetch-site": "same-origin"}
        parts = [("_csrf", (None, self.csrf)), *((key, (None, value)) for key, value in fields.items())]
        if content is not None:
            parts.append(("file", (name, content)))
        return await self.client.post(path, files=parts, headers=headers)


@contextlib.asynccontextmanager
async def world(url, **more):
    """A fresh world over this database."""
    settings = Settings(
        _env_file=None, database_url=url, channels={"sms": SMS, "telegram": TELEGRAM}, address_keys=[KEY],
        company="Muster", **more,
    )  # fmt: skip
    store = await open_store(url)
    try:
        yield World(store, settings, library.load())
    finally:
        await store.close()


def day_of(at):
    """ISO, in UTC."""
    return datetime.fromtimestamp(at / 1000, UTC).date().isoformat()
