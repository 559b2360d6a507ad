"""Who saw, exported, erased, claimed, published: it stands in the trail, whoever did it (S39)."""

import httpx
import pytest

from bot.errors import StoreUnavailable
from tests.web.conftest import Backend, CasesInMemory, Channel, NoFlows, NoOne
from tests.web.figures_made import Made
from tests.web.signing_in import URL
from web import acts
from web.acts import ACTS, Told, Untold
from web.app import Parts, build
from web.gate import NoPolicy, gated
from web.keys import Key, Keyring, digest
from web.policies import DEMO_POLICIES, POLICIES, Role, Scoped
from web.sessions import Doors
from web.words.workplace import WORKPLACE
from web.workplace import Workplace, routes

NOW = 1_800_000_000_000
KEYS = [Key("crm", digest("eck_crm"), frozenset({"cases", "read", "contacts", "author", "export", "erase"}))]
CRM = {"authorization": "Bearer eck_crm"}


class Kept(NoOne):
    """A trail in memory; `down`: it takes nothing."""

    down = False

    async def note(self, *entry):
        if self.down:
            raise StoreUnavailable("the database does not answer")
        await super().note(*entry)


@pytest.fixture
def trail():
    return Kept()


@pytest.fixture
async def client(trail):
    """Another system that calls the whole application."""
    now = [NOW]
    backend = Backend()
    app = build(
        Parts(
            hooks={"sms": Channel()}, accept=backend.accept, invite=backend.invite, settled=backend.settled,
            reading=backend, ready=backend.ready, keyring=Keyring(KEYS, lambda: now[0]), hosts=["nps.example.com"],
            inbox=CasesInMemory(), insights=Made(), flows=NoFlows(), outreach=NoFlows(), contacts=NoFlows(),
            events=NoFlows(), happened=backend.accept, workplace=Workplace(Doors(trail, URL, lambda: now[0])),
        )
    )  # fmt: skip
    transport = httpx.ASGITransport(app, client=("10.0.0.9", 1), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=URL, headers=CRM) as client:
        client.now = now
        yield client


def test_s39_every_route_of_people_and_keys_says_what_is_noted():
    """Or why nothing is; in words that the page of the trail has in both languages."""
    theirs = {name for name, need in {**DEMO_POLICIES, **POLICIES}.items() if isinstance(need, Role | Scoped)}
    assert set(ACTS) == theirs
    for told in ACTS.values():
        if isinstance(told, Untold):
            assert len(told.why.split()) > 1
        else:
            assert all(f"act_{told.name}" in WORKPLACE[lang] for lang in ("de", "en")), told.name
    assert {name for name, told in ACTS.items() if isinstance(told, Told) and told.about not in ("", "id")} == set()


def test_s39_without_a_row_a_route_is_not_served(monkeypatch):
    """The server does not even start."""
    monkeypatch.setattr("web.gate.ACTS", {})
    app = Workplace(Doors(Kept(), URL, lambda: 0))
    with pytest.raises(NoPolicy, match="what is noted"):
        gated(routes(app, Keyring([], lambda: 0)), POLICIES, app.doors)


async def test_s39_who_reads_a_case_by_key_is_noted_by_the_keys_name(client, trail):
    """Once within ten minutes, however often; and again later."""
    for _ in range(3):
        assert (await client.get("/api/v1/cases/c1")).status_code == 200
    assert trail.entries == [("key:crm", "saw_case", "c1", {})]
    client.now[0] += acts.AGAIN
    await client.get("/api/v1/cases/c1")
    assert len(trail.entries) == 2


async def test_s39_each_act_is_noted_and_what_it_was(client, trail):
    """But not what was written."""
    await client.post("/api/v1/cases/c1/acts", json={"login": "anna", "press": "claim"})
    await client.post("/api/v1/cases/c1/acts", json={"login": "anna", "press": "claim"})
    await client.post("/api/v1/cases/c1/acts", json={"login": "anna", "text": "Dear Mr Secret"})
    assert trail.entries == [
        ("key:crm", "acted_on_case", "c1", {"what": "claim"}),
        ("key:crm", "acted_on_case", "c1", {"what": "claim"}),
        ("key:crm", "acted_on_case", "c1", {"what": "text"}),
    ]


async def test_s39_what_did_not_happen_is_not_noted(client, trail):
    """No such case, no key, a wrong body."""
    assert (await client.get("/api/v1/cases/c7")).status_code == 404
    assert (await client.get("/api/v1/cases/c1", headers={"authorization": ""})).status_code == 401
    assert (await client.post("/api/v1/cases/c1/acts", json={})).status_code == 422
    assert trail.entries == []


async def test_s39_what_cannot_be_noted_is_not_shown(client, trail):
    """The answer waits for the entry."""
    trail.down = True
    answer = await client.get("/api/v1/cases/c1")
    assert answer.status_code == 503
    assert set(answer.json()) == {"title", "status", "request_id", "detail"}, "no field of the case"
    trail.down = False
    await client.get("/api/v1/responses")
    assert [entry[1] for entry in trail.entries] == ["exported_responses"]


async def test_s39_looks_take_no_more_memory_than_some(client, trail, monkeypatch):
    """The oldest are forgotten first."""
    monkeypatch.setattr(acts, "MOST", 1)
    await client.get("/api/v1/cases/c1")
    await client.get("/api/v1/responses")
    await client.get("/api/v1/cases/c1")
    assert [entry[1] for entry in trail.entries] == ["saw_case", "exported_responses", "saw_case"]
