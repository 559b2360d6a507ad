"""Cases in memory behind the inbox's pages: the real rules, at once, and somebody at the door."""

import contextlib
import json
import re
from dataclasses import dataclass
from dataclasses import field as filled
from html import unescape

import httpx
import msgspec
from starlette.routing import Router

from bot.cases.actors import actor
from bot.cases.case import decide, open_case
from bot.cases.desks import WEB, Canned, Desks
from bot.cases.effects import Entry, Note
from bot.cases.events import Begun, CustomerSaid, Wanted
from bot.cases.state import Customer
from bot.errors import StoreUnavailable
from bot.messages import FromDesk
from bot.runtime.caserows import case_row
from bot.runtime.casework import _heard
from commands.inbox_pages import InboxPages
from tests.bot.cases.people import NOW, SECOND, SUPPORT
from web import inbox, pages
from web.gate import gated
from web.guard import Guard
from web.policies import POLICIES
from web.sessions import NAME, Doors, token
from web.visitors import Visitor, grant_of

ANNA, BEN = "anna/agent", "ben/agent"
URL = "https://nps.example.com"
AGENTS = tuple(
    msgspec.structs.replace(each, ids=each.ids | {f"web:{each.name}@example.com"}) for each in SUPPORT.agents
)
DESKS = Desks(
    {
        "support": msgspec.structs.replace(
            SUPPORT,
            places=(),
            agents=AGENTS,
            canned=(
                *SUPPORT.canned,
                Canned("goodwill", {"en": "For you: {{ code }}"}, voucher=True, codes=("A1", "B2")),
            ),
        ),
        "second": msgspec.structs.replace(SECOND, places=()),
    }
)
_encode = msgspec.json.Encoder().encode


@dataclass
class Kept:
    """Cases with their history. It is what reads them, and what takes acts."""

    desks: Desks = DESKS
    now: int = NOW
    cases: dict = filled(default_factory=dict)
    versions: dict = filled(default_factory=dict)
    entries: dict = filled(default_factory=dict)
    journals: dict = filled(default_factory=dict)
    brands: dict = filled(default_factory=dict)
    taken: dict = filled(default_factory=dict)
    delivered: dict = filled(default_factory=dict)  # key of a message → its state
    latest: dict = filled(default_factory=dict)  # a customer's address → their latest case, if that is another one
    channels: dict = filled(default_factory=dict)
    down: bool = False
    slow: bool = False

    def opens(self, number=1, desk="support", *, brand="", said="", **about):
        """A new case; its id."""
        case_id, session = f"{number:024}", f"s{number}"
        facts = {"score": 2, "segment": "detractor", "comment": "Too late", "channel": "sms"} | about
        customer = Customer(f"sms:+49{number}", session, "after-support", **facts)
        turn = open_case(case_id, Wanted(desk, "high"), customer, self.now, self.desks)
        self.entries[case_id], self.journals[case_id], self.brands[session] = [], [], brand
        self._take(case_id, turn, Begun(turn.case))
        if said:
            self.happens(case_id, CustomerSaid(said))
        return case_id

    def happens(self, case_id, event):
        """The case takes an event, a second later."""
        self.now += 1000
        self._take(case_id, decide(self.cases[case_id], event, self.now, self.desks), event)

    def _take(self, case_id, turn, event):
        self.cases[case_id], self.versions[case_id] = turn.case, self.versions.get(case_id, 0) + 1
        self.journals[case_id].append({"turn": turn.case.turn, "event": _encode(event), "at": self.now})
        for number, effect in enumerate(turn.effects):
            entry = effect
            if isinstance(effect, Note) and effect.place == WEB:
                entry = Entry("answer", effect.text, effect.whisper, effect.key)
            if isinstance(entry, Entry):
                row = {"turn": turn.case.turn, "n": number, "at": self.now, "kind": entry.kind, "by": entry.by}
                self.entries[case_id].append(row | {"text": entry.text, "key": entry.key, "media": entry.media})

    async def act(self, case_id, login, body, key, *, name=""):
        """bot.runtime.office.Office.act, without a way in between."""
        if self.down:
            raise StoreUnavailable("down")
        if key in self.taken or case_id not in self.cases:
            return case_id in self.cases
        self.taken[key] = body
        if not self.slow:
            case = self.cases[case_id]
            desk = self.desks.get(case.desk)
            by = actor(WEB, login, name, desk)
            self.happens(case_id, _heard(FromDesk(case_id, WEB, login, body, name), by, case, desk))
        return True

    async def case(self, case_id):
        if case_id not in self.cases:
            return None
        empty = {"delivery": "", "code": "", "error": ""}
        rows = [empty | each | {"delivery": self.delivered.get(each["key"], "")} for each in self.entries[case_id]]
        return self._row(case_id) | {"entries": rows}

    def _row(self, case_id):
        return case_row(self.cases[case_id], self.versions[case_id])._asdict()

    async def cases_waiting(self, phases, desk, owners, limit, offset):
        rows = [self._row(each) for each in self.cases]
        rows = [row for row in rows if row["phase"] in phases and desk in ("", row["desk"])]
        rows = [row for row in rows if not owners or row["owner"] in owners]
        return sorted(rows, key=lambda row: (not row["due_at"], row["due_at"], row["opened_at"]))[offset:][:limit]

    async def cases_over(self, desk, limit, offset):
        rows = [self._row(each) for each in self.cases]
        rows = [row for row in rows if row["phase"] in ("resolved", "confirmed") and desk in ("", row["desk"])]
        return sorted(rows, key=lambda row: -row["opened_at"])[offset:][:limit]

    async def lane(self, lane):
        return {"case_id": self.latest.get(lane)}

    async def journal(self, case_id):
        return self.journals[case_id]

    async def read(self, script):
        """Only what a survey is counted under."""
        steps = script()
        brand = self.brands.get(next(steps).values[0], "")
        try:
            steps.send([("", "", "", 0, 0, json.dumps([f"brand:{brand}"] if brand else []), "")])
        except StopIteration as stop:
            return stop.value

    @contextlib.asynccontextmanager
    async def snapshot(self):
        yield self


class Door(Doors):
    """Who has `name/role+role` for a cookie is that person: anna is anna@example.com."""

    def __init__(self, language="en", url=URL):
        super().__init__(None, url, lambda: 0)
        self.language = language

    async def visitor(self, request, **_how):
        secret = self.secret(request, NAME)
        if not secret:
            return None
        name, _, roles = secret.partition("/")
        grants = tuple(grant_of(each) for each in roles.split("+"))
        email = f"{name}@example.com"
        return Visitor(f"id-{name}", email, name.title(), self.language, grants, "s", token(secret))


def served(kept, door):
    """The pages behind this door."""
    cases = InboxPages(kept, kept, kept.desks, kept.channels)
    routes = [*inbox.routes(cases, lambda: kept.now), *pages.routes()]
    return Guard(Router(gated(routes, POLICIES, door)), ["nps.example.com"], lambda *_: None)


@contextlib.asynccontextmanager
async def looks(kept, who=ANNA, language="en"):
    """A browser in which this person has signed in."""
    app = served(kept, Door(language))
    transport = httpx.ASGITransport(app, client=("10.0.0.9", 1), raise_app_exceptions=False)
    cookies, headers = {"__Host-echolot": who}, {"accept": "text/html"}
    async with httpx.AsyncClient(transport=transport, base_url=URL, cookies=cookies, headers=headers) as client:
        yield Page(client, token(who))


@dataclass
class Page:
    """What somebody sees and sends."""

    client: httpx.AsyncClient
    csrf: str

    async def get(self, path="/inbox", **query):
        return await self.client.get(path, params=query or None)

    async def does(self, case_id, **fields):
        """Send a form of the case's page, as it stands there."""
        path = f"/inbox/{case_id}"
        key = re.search(r'name="key" value="(\w+)"', (await self.client.get(path)).text)
        given = {"_csrf": self.csrf, "key": key[1] if key else ""} | fields
        given = {name.removesuffix("_"): value for name, value in given.items()}
        headers = {"origin": URL, "sec-fetch-site": "same-origin"}
        return await self.client.post(path, data=given, headers=headers)


def shown(answer):
    """The text of a page, without its tags."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


def field(answer):
    """What stands in the answer field."""
    return unescape(re.search(r'<textarea id="text"[^>]*>\n?(.*?)</textarea>', answer.text, re.DOTALL)[1])


def presses(answer):
    """The buttons' values."""
    return re.findall(r'name="press" value="([^"]+)"', answer.text)
