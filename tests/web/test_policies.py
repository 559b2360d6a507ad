"""Who may do what, over all routes: route × role × brand, keys × scopes, and nothing without a policy (S20, T25)."""

import itertools
import re

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route, Router

from tests.web.conftest import Backend, Channel, NoFlows, NoOne
from tests.web.figures_made import Made
from tests.web.signing_in import URL, housed
from web.app import Parts, build
from web.gate import NoPolicy, gated, names
from web.guard import Guard
from web.keys import Key, Keyring, digest
from web.policies import DEMO_POLICIES, POLICIES, Open, Role, Scoped, Signed
from web.sessions import NAME, Doors, fresh, token
from web.visitors import EVERY, ROLES, Grant, Visitor, grant_of
from web.workplace import Workplace

SCOPES = ("invite", "read", "cases", "author", "contacts", "events", "outreach", "metrics", "people", "export", "erase")
BRANDS = (EVERY, "acme")
PEOPLE = [f"{role}:{brand}" for role, brand in itertools.product(ROLES, BRANDS)]
ASKING = ("/outreach", "/ledger", "/contacts", "/reports")
PAGES = sorted(name for name, need in POLICIES.items() if isinstance(need, Role))
KEYED = sorted(name for name, need in POLICIES.items() if isinstance(need, Scoped))


async def found(request):
    return PlainTextResponse("in")


class AtTheDoor(Doors):
    """Everybody of PEOPLE has a session with their grant for a name."""

    async def visitor(self, request, **_how):
        secret = self.secret(request, NAME)
        return Visitor(secret, secret, "", "en", (grant_of(secret),), sure_at=self.clock()) if secret else None


@pytest.fixture(scope="module")
def house():
    """The gate in front of a route for each policy, which answers whoever gets past it."""
    routes = [Route(name.split()[1], found, methods=[name.split()[0]]) for name in PAGES]
    behind = gated(routes, POLICIES, AtTheDoor(None, URL, lambda: 0))
    return Guard(Router(behind), ["nps.example.com"], lambda *_: None)


async def call(app, name, who, *, form=True):
    """The status of the answer to this person, nobody for ""."""
    method, path = name.split()
    cookies = {"__Host-echolot": who} if who else {}
    transport = httpx.ASGITransport(app, client=("10.0.0.9", 1), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=URL, cookies=cookies) as client:
        headers = {"origin": URL, "sec-fetch-site": "same-origin"} if form else {}
        fields = {"_csrf": token(who)} if form and method == "POST" else {}
        path = re.sub(r"\{\w+\}", "x", path)
        answer = await client.request(method, path, headers=headers, data=fields or None)
        return answer.status_code


@pytest.mark.parametrize("name", PAGES)
async def test_t25_route_by_role_and_brand(house, name):
    """A person gets in whose role the table names, or an admin; one brand is enough unless it says all."""
    need = POLICIES[name]
    for who in PEOPLE:
        role, brand = who.split(":")
        let_in = (role in need.roles or role == "admin") and (brand == EVERY or need.brand != EVERY)
        assert (await call(house, name, who)) == (200 if let_in else 403), who
    assert await call(house, name, "") == 401
    if name.startswith("POST"):
        assert await call(house, name, "admin:*", form=False) in (403, 415)


def test_t25_the_table_is_what_was_decided():
    """Whoever changes it changes it here too: these are the pages that not everybody who signed in may see."""
    special = {name: need for name, need in POLICIES.items() if isinstance(need, Role) and need.roles != ROLES}
    only_admins = Role(("admin",), EVERY, EVERY)
    surely = only_admins._replace(sure=True)
    assert special == {
        "GET /settings": only_admins,
        "GET /settings/keys": only_admins,
        "POST /settings/keys/add": surely,
        "POST /settings/keys/revoke": only_admins,
        "GET /settings/data": surely,
        "POST /settings/data/export": surely,
        "POST /settings/data/erase": surely,
        "GET /settings/people": only_admins,
        "POST /settings/people": only_admins,
        "GET /settings/people/{id}": only_admins,
        "POST /settings/people/{id}": only_admins,
        "GET /settings/audit": only_admins,
        "GET /inbox": Role(("agent",)),
        "GET /inbox/live": Role(("agent",)),
        "GET /inbox/{id}": Role(("agent",)),
        "POST /inbox/{id}": Role(("agent",)),
        "GET /flows": Role(("author", "analyst")),
        "POST /flows": Role(("author",), form=256 * 1024),
        "GET /flows/{id}": Role(("author", "analyst")),
        "POST /flows/{id}": Role(("author",), form=256 * 1024),
        "GET /flows/{id}/edit": Role(("author",), form=256 * 1024),
        "POST /flows/{id}/edit": Role(("author",), form=256 * 1024),
        "GET /inbox/{id}/live": Role(("agent",)),
        "GET /inbox/{id}/files/{n}": Role(("agent",)),
        "GET /outreach/new": only_admins,
        "POST /outreach/new": only_admins,
        "POST /outreach/{id}": only_admins,
        "POST /reports/{id}": only_admins,
        "GET /ledger": Role(("agent", "analyst"), "", EVERY),
        "GET /contacts": Role(("agent",), "", EVERY),
        "POST /contacts": Role(("agent",), "", EVERY),
        "GET /contacts/{id}": Role(("agent",), "", EVERY),
        "POST /contacts/{id}/merge": only_admins,
        "GET /contacts/import": only_admins,
        "POST /contacts/import": only_admins._replace(file=6 * 1024 * 1024),
        "POST /contacts/import/stored": only_admins._replace(file=6 * 1024 * 1024),
    }


@pytest.fixture
def systems():
    """The application with all that other systems may call, and a key for each scope."""
    backend, keys = Backend(), [Key(scope, digest(f"eck_{scope}"), frozenset({scope})) for scope in SCOPES]
    return build(
        Parts(
            hooks={"sms": Channel()}, accept=backend.accept, invite=backend.invite, settled=backend.settled,
            reading=backend, ready=backend.ready, keyring=Keyring(keys, lambda: 1000), hosts=["nps.example.com"],
            inbox=NoFlows(), insights=Made(), flows=NoFlows(), outreach=NoFlows(), contacts=NoFlows(), events=NoFlows(),
            reporting=NoFlows(),
            happened=backend.accept,
            workplace=Workplace(Doors(NoOne(), URL, lambda: 0), personal=NoFlows(), keys=NoFlows()),
        )
    )  # fmt: skip


async def test_t25_route_by_scope(systems):
    """A key without the scope is refused, whatever else it may do; so is a session, and nobody at all."""
    here = {name for route in systems._app.routes if isinstance(route, Route) for name in names(route)}
    transport = httpx.ASGITransport(systems, client=("10.0.0.9", 1), raise_app_exceptions=False)
    checked = 0
    async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
        for name in sorted(here & set(KEYED)):
            method, path = name.split()
            path = re.sub(r"\{\w+\}", "x", path)
            for scope in SCOPES:
                answer = await client.request(method, path, headers={"authorization": f"Bearer eck_{scope}"})
                assert (answer.status_code == 403) == (scope != POLICIES[name].scope), (name, scope)
                checked += 1
            for headers in ({}, {"cookie": "__Host-echolot=x"}, {"authorization": "Bearer eck_other"}):
                assert (await client.request(method, path, headers=headers)).status_code == 401, name
    assert checked >= 20 * len(SCOPES)


async def test_s20_the_table_names_what_there_is(sqlite_url, monkeypatch, systems):
    """No policy for a route that is gone, but for those that come with pages of their own, and with channels."""
    async with housed(sqlite_url, monkeypatch) as house:
        served = {name for app in (house.app, systems) for route in app._app.routes for name in names(route)}
    unserved = set(POLICIES) - served
    elsewhere = (
        "/charts",
        "/compare",
        "/comments",
        "/answers",
        "/live",
        "/inbox",
        "/flows",
        "/install",
        "/hooks/in",
        *ASKING,
    )
    assert [name for name in sorted(unserved) if not name.split()[1].startswith(elsewhere)] == []
    assert served <= set(POLICIES)


def test_s20_without_a_policy_a_route_is_not_served():
    """The server does not even start."""
    new = Route("/new", found, methods=["GET"])
    both = Route("/account", found, methods=["GET", "POST"])
    for route in (new, both, Mount("/new", found), Mount("/account", found)):
        with pytest.raises(NoPolicy):
            gated([route], POLICIES, Doors(None, URL, lambda: 0))
    with pytest.raises(NoPolicy):
        gated([Route("/account", found, methods=["GET"])], POLICIES, None)
    with pytest.raises(NoPolicy):
        gated([new], DEMO_POLICIES, None)


def test_every_policy_that_lets_anybody_in_says_why():
    """In words."""
    for need in [*POLICIES.values(), *DEMO_POLICIES.values()]:
        if isinstance(need, Open | Signed):
            assert len(need.why.split()) > 1
    assert {need.scope for need in POLICIES.values() if isinstance(need, Scoped)} <= set(SCOPES)


@pytest.mark.parametrize(
    ("text", "grant"),
    [
        ("admin", Grant("admin")),
        ("agent:acme", Grant("agent", "acme")),
        ("agent:*:support", Grant("agent", EVERY, "support")),
        (" viewer : acme ", Grant("viewer", "acme")),
        ("boss", None),
        ("", None),
        ("agent:", None),
        ("agent:a:b:c", None),
    ],
)
def test_grants_are_written_role_brand_desk(text, grant):
    """And read back as they were written."""
    if grant is None:
        with pytest.raises(ValueError, match="role"):
            grant_of(text)
    else:
        assert grant_of(text) == grant
        assert grant_of(str(grant)) == grant


def test_what_a_visitor_may_see():
    """Brands and desks of the roles that count."""
    who = Visitor("1", "", "", "", (Grant("viewer", "acme"), Grant("agent", "bolt", "support"), Grant("author")))
    assert who.may(["viewer"])
    assert who.may(["viewer"], "acme")
    assert not who.may(["viewer"], "bolt")
    assert not who.may(["viewer"], EVERY)
    assert not who.may(["agent"], "bolt", "sales")
    assert who.brands(["viewer", "agent"]) == {"acme", "bolt"}
    assert who.brands(["author"]) is None
    assert who.desks(["agent"]) == {"support"}
    admin = Visitor("2", "", "", "", (Grant("admin"),))
    assert admin.may(["agent"], "any", "desk")
    assert (admin.brands(["agent"]), admin.desks(["agent"])) == (None, None)


def test_secrets_are_long_and_differ():
    """256 bits each."""
    assert len({fresh() for _ in range(100)}) == 100
    assert len(fresh()) >= 43
