"""Keys that are made while the server runs: shown once, kept as hashes, revoked at once on every server (S19)."""

import contextlib
import re

import httpx
import pytest

from commands.api_keys import DAY, NoKey, StoredKeys
from storage import audit, keys
from storage.opening import open_store
from tests.storage.people import query
from tests.web.conftest import CasesInMemory
from tests.web.figures_made import Made, year
from tests.web.signing_in import START, URL, housed
from web.key_shapes import SCOPES, KeyWanted
from web.keys import Key, Keyring, digest
from web.policies import POLICIES, Scoped
from web.sessions import SURE

FORM = {"name": "crm", "scope_read": "on", "scope_cases": "on", "days": "30"}


@pytest.fixture
async def house(database_url, monkeypatch):
    """A workplace with an admin, and an API that has figures and cases."""
    stored = StoredKeys(None, lambda: START)
    more = {"keys": [Key("old", digest("eck_old"), frozenset({"read", "people"}))], "stored": stored}
    async with housed(database_url, monkeypatch, **more, inbox=CasesInMemory(), insights=Made(year())) as house:
        stored._store, stored._clock = house.store, lambda: house.now[0]
        house.stored = stored
        await house.settles()
        yield house


@contextlib.asynccontextmanager
async def caller(house, key):
    transport = httpx.ASGITransport(house.app, client=("10.0.0.9", 1), raise_app_exceptions=False)
    headers = {"authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(transport=transport, base_url=URL, headers=headers) as client:
        yield client


async def status(house, key, path="/api/v1/insights/summary", **more):
    async with caller(house, key) as client:
        return (await client.get(path, **more)).status_code


async def made(house, name="crm", scopes=("read", "cases"), **more):
    return (await house.stored.make(KeyWanted(name, list(scopes), **more), "operator")).key


async def test_s19_a_key_is_shown_once_and_kept_as_its_hash(house):
    """Made on the page, by an admin who has just given their password; the secret is nowhere else."""
    async with house.inside() as page:
        shown = await page.post("/settings/keys/add", FORM, form="/settings/keys")
        [key] = set(re.findall(r"eck_[\w-]{43}", shown.text))
        assert await status(house, key) == 200
        again = (await page.get("/settings/keys")).text
        assert key not in again
        assert key[:8] in again
        house.wait(SURE)
        late = await page.post("/settings/keys/add", FORM | {"name": "more"}, form="/settings/keys")
        assert (late.status_code, late.headers["location"]) == (303, "/confirm?to=%2Fsettings%2Fkeys")
    rows = await query(house.store, "SELECT * FROM api_key")
    trail = await house.store.read(lambda: audit.entries(audit.NEWEST, 50))
    assert digest(key) in repr(rows)
    assert key not in repr(rows) + repr(trail)
    assert [each.subject for each in trail if each.act == "key_added"] == ["key:crm"]


async def test_s19_a_revoked_key_holds_no_more_on_any_server(house, database_url, monkeypatch):
    """At the very next call; another server is another store over the same database."""
    key = await made(house)
    assert await status(house, key) == 200
    async with house.inside() as page:
        await page.post("/settings/keys/revoke", {"name": "crm"}, form="/settings/keys")
        assert "revoked" in (await page.get("/settings/keys")).text
        wrong = await page.post("/settings/keys/revoke", {"name": "crm"}, form="/settings/keys")
        assert wrong.status_code == 422
    assert await status(house, key) == 401
    if database_url.startswith("postgresql"):
        other = await open_store(database_url)
        assert await StoredKeys(other, lambda: START).key(digest(key)) is None
        await other.close()


async def test_s19_a_key_does_not_hold_for_ever(house):
    """Not a moment longer than its days; 0 days is until it is revoked."""
    key, always = await made(house, days=1), await made(house, "always", days=0)
    house.wait(DAY - 1)
    assert await status(house, key) == 200
    house.wait(1)
    assert await status(house, key) == 401
    assert [each.state for each in await house.stored.keys()] == ["active", "expired"]
    house.wait(4000 * DAY)
    assert await status(house, always) == 200


async def test_s19_that_it_is_used_is_written_once_a_minute(house, monkeypatch):
    """However often it calls."""
    key, writes, run = await made(house), [], house.store.run

    async def counting(script, *topics):
        writes.append(script)
        return await run(script, *topics)

    monkeypatch.setattr(house.store, "run", counting)
    for _ in range(5):
        await status(house, key)
    assert len(writes) == 1
    house.wait(keys.MINUTE)
    await status(house, key)
    assert len(writes) == 2
    [shown] = await house.stored.keys()
    assert shown.used_at == START + keys.MINUTE


async def test_s19_a_key_in_the_address_or_the_log_does_not_exist(house, capfd):
    """Only the header counts, once."""
    key = await made(house)
    async with caller(house, "") as client:
        assert (await client.get(f"/api/v1/insights/summary?key={key}&access_token={key}")).status_code == 401
        two = [("authorization", f"Bearer {key}"), ("authorization", f"Bearer {key}")]
        client.headers.pop("authorization")
        assert (await client.get("/api/v1/insights/summary", headers=two)).status_code == 401
    await status(house, key)
    await status(house, key + "x")
    seen = capfd.readouterr()
    assert key not in seen.out + seen.err


async def test_s19_a_key_does_what_its_scopes_say(house):
    """And no more; a key of the settings goes on to hold."""
    key = await made(house, scopes=["cases"])
    assert await status(house, key, "/api/v1/cases") == 200
    assert await status(house, key) == 403
    assert await status(house, "eck_old") == 200


async def test_s19_t25_a_key_for_one_desk_sees_its_cases(house, monkeypatch):
    """The cases in memory are at the desk support."""
    here, away = await made(house, desk="support"), await made(house, "away", desk="sales")
    assert await status(house, here, "/api/v1/cases/c1") == 200
    assert await status(house, away, "/api/v1/cases/c1") == 404
    assert await status(house, here, "/api/v1/cases?desk=sales") == 403
    act = {"login": "anna", "press": "claim"}
    for key, expected in ((here, 202), (away, 404)):
        async with caller(house, key) as client:
            assert (await client.post("/api/v1/cases/c1/acts", json=act)).status_code == expected
            assert (await client.get("/api/v1/cases")).status_code == 200
    assert [desk for desk, *_ in house.parts.inbox.asked] == ["support", "sales"]
    assert len(house.parts.inbox.acts) == 1


async def test_s19_t25_a_key_for_one_brand_sees_its_numbers(house):
    """Every window that is looked at is narrowed; another brand is refused."""
    key = await made(house, brand="acme")
    for name in ("summary", "trend", "segments", "comments"):
        assert await status(house, key, f"/api/v1/insights/{name}") == 200
        assert await status(house, key, f"/api/v1/insights/{name}?brand=bolt") == 403
    windows = [window for window, _by in house.parts.insights.asked]
    assert windows
    assert {window[2]["brand"] for window in windows} == {("acme",)}


LIMITED = sorted(name for name, need in POLICIES.items() if isinstance(need, Scoped))


def test_t25_a_limited_key_gets_in_only_where_the_route_keeps_to_it():
    """Who adds to this list has a route that narrows what it shows, and a test of that above."""
    kept = {name: POLICIES[name].limits for name in LIMITED if POLICIES[name].limits}
    assert kept == {
        "GET /api/v1/insights/summary": ("brand",),
        "GET /api/v1/insights/trend": ("brand",),
        "GET /api/v1/insights/segments": ("brand",),
        "GET /api/v1/insights/comments": ("brand",),
        "GET /api/v1/cases": ("desk",),
        "GET /api/v1/cases/{id}": ("desk",),
        "POST /api/v1/cases/{id}/acts": ("desk",),
    }


@pytest.mark.parametrize(("limit", "value"), [("brand", "acme"), ("desk", "support")])
async def test_t25_everywhere_else_it_is_refused(house, limit, value):
    """Over all routes that the application has."""
    key = await made(house, scopes=SCOPES, **{limit: value})
    checked = 0
    async with caller(house, key) as client:
        for route in house.app._app.routes:
            for method in sorted((getattr(route, "methods", None) or set()) - {"HEAD"}):
                need = POLICIES.get(f"{method} {route.path}")
                if isinstance(need, Scoped) and limit not in need.limits:
                    answer = await client.request(method, re.sub(r"\{\w+\}", "x", route.path))
                    assert answer.status_code == 403, route.path
                    checked += 1
    assert checked >= 6


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "Crm"}, {"name": ""}, {"name": "old"}, {"name": "operator"}, {"scopes": ["people"]},
        {"scopes": ["x"]}, {"brand": "a\nb"}, {"desk": "\0"},
    ],
)  # fmt: skip
async def test_what_makes_no_sense_is_refused(house, wrong):
    """A key of the settings has its name for itself, and nobody gets the operator's scope."""
    house.stored._taken = frozenset({"old", "operator"})
    with pytest.raises(NoKey):
        await house.stored.make(KeyWanted(**({"name": "crm", "scopes": ["read"]} | wrong)), "operator")
    assert await house.stored.keys() == []


async def test_the_page_says_what_is_wrong_and_keeps_what_was_filled_in(house):
    """A name twice, no scope at all."""
    async with house.inside() as page:
        shown = (await page.get("/settings/keys")).text
        assert "No keys yet" in shown
        assert "<h1>API keys</h1>" in shown
        none = await page.post("/settings/keys/add", {"name": "crm", "brand": "acme"}, form="/settings/keys")
        assert (none.status_code, 'value="acme"' in none.text) == (422, True)
        await page.post("/settings/keys/add", FORM, form="/settings/keys")
        twice = await page.post("/settings/keys/add", FORM, form="/settings/keys")
        assert (twice.status_code, "take another name" in twice.text) == (422, True)


async def test_s19_the_operator_makes_and_revokes_through_the_server(house):
    """With the scope that no key of the settings or the database has."""
    async with caller(house, "eck_old") as client:
        new = await client.post("/api/v1/keys", json={"name": "bi", "scopes": ["read"]})
        assert new.status_code == 201
        assert await status(house, new.json()["key"]) == 200
        assert (await client.post("/api/v1/keys", json={"name": "bi", "scopes": ["read"]})).status_code == 422
        assert (await client.post("/api/v1/keys/bi/revoke")).status_code == 200
        assert (await client.post("/api/v1/keys/bi/revoke")).status_code == 422
        assert await status(house, new.json()["key"]) == 401


def test_without_a_look_a_limited_key_gets_in_nowhere():
    """A route that is not behind the gate keeps to nothing."""
    from starlette.requests import Request  # noqa: PLC0415

    from web.problems import Refused  # noqa: PLC0415

    ring = Keyring([Key("a", digest("eck_a"), frozenset({"read"}), brand="acme")], lambda: 0)
    scope = {"type": "http", "headers": [(b"authorization", b"Bearer eck_a")], "state": {}}
    with pytest.raises(Refused, match="may not do that"):
        ring.check(Request(scope), "read")
