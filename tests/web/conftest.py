"""A web application on parts that remember what they were asked."""

import asyncio
import contextlib

import httpx
import pytest

from bot.errors import BotError, Fault, Forged, StoreUnavailable
from bot.messages import Address, Inbound, Receipt, Response, Said, WebRequest
from tests.web.figures_made import Made, year
from web.app import Parts, build
from web.keys import Key, Keyring, digest
from web.server import Site
from web.sessions import Doors
from web.shapes import CaseCard, CaseDetail, CaseSummary, InvitationState, Invited
from web.workplace import Workplace

KEY = "eck_all"
URL = "https://nps.example.com"
KEYS = [
    Key("all", digest(KEY), frozenset({"invite", "read", "cases", "author", "outreach", "metrics", "export"})),
    Key("reader", digest("eck_reader"), frozenset({"read"})),
    Key("inviter", digest("eck_inviter"), frozenset({"invite"})),
    Key("old", digest("eck_old"), frozenset({"invite", "read"}), expires=999),
]


class Channel:
    """Verifies a header and takes the body as the customer's words."""

    name, kind = "sms", "test"

    async def receive(self, request: WebRequest) -> Receipt:
        if request.headers.get("x-signature") != "good":
            raise Forged("no", 401 if "x-signature" in request.headers else 403)
        if request.body == b"boom":
            raise ValueError("the customer wrote +4915112345678")
        said = Inbound(request.query or "id", 1, Address("sms", "+49"), Said(request.body.decode() + request.route))
        return Receipt((said,), Response(200, "text/xml", b"<Response></Response>"))


class Refusal(BotError):
    fault = Fault.CALLER


class Suppressed(BotError):
    fault = Fault.CONTACT


class Backend:
    """Everything behind the web, in memory."""

    def __init__(self) -> None:
        self.accepted, self.invited, self.down, self.missing, self.rows = [], [], False, "", []

    async def accept(self, events):
        if self.down:
            raise StoreUnavailable("down")
        self.accepted += events

    async def invite(self, wanted, token):
        if self.down:
            raise StoreUnavailable("down")
        if wanted.flow == "nix":
            raise Refusal("there is no flow 'nix'")
        if wanted.to == "sms:stopped":
            raise Suppressed("this address has opted out")
        self.invited.append((wanted, token))
        return Invited("s1")

    async def settled(self, session):
        return InvitationState("s1", "delivered") if session == "s1" else None

    async def ready(self):
        return self.missing

    async def responses(self, after="", limit=1000):
        rows = [row for row in self.rows if row["cursor"] > after]
        return rows[:limit]

    async def counts(self):
        if self.down:
            raise StoreUnavailable("down")
        return {"inbox_new": 3}


def summary(number: int, desk: str = "support", phase: str = "open") -> CaseSummary:
    at = "2026-11-22T05:00:00.000Z"
    facts = {"desk": desk, "phase": phase, "priority": "high", "owner": "", "channel": "sms", "language": "de"}
    times = {"opened_at": at, "due_at": at, "responded_at": None, "resolved_at": None, "confirmed_at": None}
    return CaseSummary(f"c{number}", "K7Q2", score=2, score_after=None, cause="", version=1, **facts, **times)


class CasesInMemory:
    """An inbox that remembers what was done there; it has the cases c0 and c1."""

    def __init__(self) -> None:
        self.asked, self.acts = [], []

    async def page(self, desk, phases, limit):
        self.asked.append((desk, phases, limit))
        return [summary(number) for number in range(2)][:limit]

    async def case(self, case_id):
        if case_id not in ("c0", "c1"):
            return None
        card = CaseCard("Case K7Q2: 2 of 10", "red", "<b>late</b>", [], [])
        return CaseDetail(summary(int(case_id[1])), card, "", [], [])

    async def act(self, case_id, act, key):
        if case_id in ("c0", "c1"):
            self.acts.append((case_id, act, key))
        return case_id in ("c0", "c1")


class NoOne:
    """No accounts; a trail that remembers."""

    def __init__(self) -> None:
        self.entries = []

    async def note(self, *entry):
        self.entries.append(entry)

    async def session(self, *_asked):
        return None


class NoFlows:
    """Nobody asks it: flows, contacts, events, outreach and reports are tested over databases."""


@pytest.fixture
def inbox() -> CasesInMemory:
    return CasesInMemory()


@pytest.fixture
def backend() -> Backend:
    return Backend()


@pytest.fixture
def app(backend, inbox):
    return build(
        Parts(
            hooks={"sms": Channel()},
            accept=backend.accept,
            invite=backend.invite,
            settled=backend.settled,
            reading=backend,
            ready=backend.ready,
            keyring=Keyring(KEYS, lambda: 1000),
            hosts=["nps.example.com"],
            inbox=inbox,
            flows=NoFlows(),
            insights=Made(year()),
            outreach=NoFlows(),
            reporting=NoFlows(),
            contacts=NoFlows(),
            events=NoFlows(),
            happened=backend.accept,
            workplace=Workplace(
                Doors(NoOne(), "https://nps.example.com", lambda: 1000), personal=NoFlows(), keys=NoFlows()
            ),
        )
    )


@pytest.fixture
async def client(app):
    """Talks to the application without a network, from 10.0.0.9 and under our public name."""
    transport = httpx.ASGITransport(app, client=("10.0.0.9", 1), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="https://nps.example.com") as client:
        yield client


@pytest.fixture
async def site(app):
    """The application listening on loopback."""
    site = Site("127.0.0.1", 0)
    await site.start(app)
    yield site
    with contextlib.suppress(asyncio.CancelledError):
        await site.stop()
