"""The API, its keys, and health."""

from pathlib import Path

import httpx
import msgspec
import pytest
from starlette.routing import Route

from web.gate import names
from web.keys import digest, make
from web.openapi import document
from web.policies import POLICIES, Role

KEY = {"authorization": "Bearer eck_all"}
WANTED = {"flow": "relationship", "to": "sms:+4915112345678"}


def row(number: int) -> dict:
    answer = {"question": "score", "type": "nps", "value": 9, "text": "9", "segment": "promoter", "comment": "nett"}
    return {
        "cursor": f"{number:013}:s{number}",
        "session": f"s{number}",
        "flow": "relationship",
        "revision": "r",
        "variant": "short",
        "channel": "sms",
        "language": "de",
        "score": 9,
        "segment": "promoter",
        "comment": "nett",
        "at": 1_700_000_000_123,
        "outcome": "completed",
        "answers": [answer | {"at": 1_700_000_000_123, "corrections": 0}],
    }


async def test_an_invitation_is_taken_and_can_be_looked_up(client, backend):
    answer = await client.post("/api/v1/invitations", json=WANTED | {"variables": {"a": "b"}}, headers=KEY)
    assert (answer.status_code, answer.json()) == (202, {"id": "s1"})
    assert backend.invited[0][0].variables == {"a": "b"}
    state = await client.get(answer.headers["location"], headers=KEY)
    assert state.json()["state"] == "delivered"
    assert (await client.get("/api/v1/invitations/nix", headers=KEY)).status_code == 404


async def test_a_test_may_bring_its_survey_along(client, backend):
    """Whoever may write surveys may; nobody starts a real one that way."""
    trial = WANTED | {"test": True, "source": "id: draft"}
    answer = await client.post("/api/v1/invitations", json=trial, headers=KEY)
    assert answer.status_code == 202
    assert (backend.invited[0][0].test, backend.invited[0][0].source) == (True, "id: draft")
    real = await client.post("/api/v1/invitations", json=trial | {"test": False}, headers=KEY)
    assert (real.status_code, "for tests only" in real.json()["detail"]) == (422, True)
    inviter = {"authorization": "Bearer eck_inviter"}
    refused = await client.post("/api/v1/invitations", json=trial, headers=inviter)
    assert (refused.status_code, "'author'" in refused.json()["detail"]) == (403, True)
    assert (await client.post("/api/v1/invitations", json=WANTED | {"test": True}, headers=inviter)).status_code == 202
    assert len(backend.invited) == 2


async def test_the_idempotency_key_belongs_to_the_api_key(client, backend):
    await client.post("/api/v1/invitations", json=WANTED, headers=KEY | {"idempotency-key": "k"})
    assert backend.invited[0][1] == "all:k"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[]", "Expected `object`"),
        (b'{"flow": 1, "to": "sms:1"}', "Expected `str`"),
        (b'{"flow": "a"}', "missing required field `to`"),
        (b'{"flow": "a", "to": "sms:1", "x": 1}', "unknown field `x`"),
        (b'{"flow": "nix", "to": "sms:1"}', "no flow 'nix'"),
        (b'{"flow": "a", "to": "sms:1", "variables": {"a": 1}}', "Expected `str`"),
    ],
)
async def test_a_wrong_invitation_is_refused_with_the_reason(client, body, told):
    answer = await client.post("/api/v1/invitations", content=body, headers=KEY)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert told in answer.json()["detail"]


async def test_a_suppressed_address_is_a_conflict(client):
    answer = await client.post("/api/v1/invitations", json=WANTED | {"to": "sms:stopped"}, headers=KEY)
    assert (answer.status_code, answer.json()["detail"]) == (409, "this address has opted out")


async def test_p13_with_the_database_down_the_caller_is_asked_to_come_back(client, backend):
    backend.down = True
    answer = await client.post("/api/v1/invitations", json=WANTED, headers=KEY)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


async def test_responses_come_in_pages_without_gap_or_overlap(client, backend):
    backend.rows = [row(number) for number in range(7)]
    seen, after, pages = [], "", 0
    while after is not None:
        pages += 1
        page = (await client.get("/api/v1/responses", params={"after": after, "limit": 3}, headers=KEY)).json()
        seen += [each["id"] for each in page["responses"]]
        after = page["next"]
    assert seen == [f"s{number}" for number in range(7)]
    assert pages == 3


async def test_a_response_has_what_the_export_promises(client, backend):
    backend.rows = [row(1)]
    shown = (await client.get("/api/v1/responses", headers=KEY)).json()["responses"][0]
    expected = {"score": 9, "segment": "promoter", "comment": "nett", "channel": "sms", "flow": "relationship"}
    assert shown.items() >= (expected | {"language": "de", "at": "2023-11-14T22:13:20.123Z"}).items()


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "limit=²", "after=x", "after=1", "after=-1:s"])
async def test_wrong_pages_are_refused(client, query):
    assert (await client.get(f"/api/v1/responses?{query}", headers=KEY)).status_code == 422


@pytest.mark.parametrize(
    "given",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer eck_wrong",
        "Basic eck_all",
        "eck_all",
        "Bearer eck_old",
        "Bearer eck_all x",
    ],
)
async def test_s19_without_a_valid_key_nothing_is_told(client, given):
    headers = {} if given is None else {"authorization": given}
    read = ["invitations/s1", "responses", "cases", "cases/c1", "flows", "flows/a/versions", "flows/a/diff"]
    written = ["invitations", "cases/c1/acts", "flows/a/versions", "flows/a/rollback", "flows/a/move"]
    for method, path in [*(("GET", path) for path in read), *(("POST", path) for path in written)]:
        answer = await client.request(method, f"/api/v1/{path}", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_s19_a_key_in_the_address_does_not_count(client):
    assert (await client.get("/api/v1/responses?key=eck_all")).status_code == 401


async def test_s19_a_key_does_what_its_scopes_say(client):
    reader = {"authorization": "Bearer eck_reader"}
    assert (await client.get("/api/v1/responses", headers=KEY)).status_code == 200
    refused = await client.get("/api/v1/responses", headers=reader)
    assert refused.status_code == 403
    assert "'export'" in refused.json()["detail"]
    assert (await client.post("/api/v1/invitations", json=WANTED, headers=reader)).status_code == 403
    assert (await client.get("/metrics", headers=reader)).status_code == 403
    assert (await client.get("/api/v1/cases/c1", headers=reader)).status_code == 403
    assert (await client.post("/api/v1/flows/a/versions", json={}, headers=reader)).status_code == 403
    assert (await client.post("/api/v1/flows/a/rollback", json={}, headers=reader)).status_code == 403
    assert (await client.post("/api/v1/flows/a/move", json={}, headers=reader)).status_code == 403


def test_s19_keys_are_random_and_kept_as_hashes():
    (one, hashed), (other, _) = make(), make()
    assert one != other
    assert len(one) > 43
    assert hashed == digest(one)
    assert one not in hashed


def test_every_route_for_other_systems_is_described(app):
    """In docs/reference/http.md; pages for people explain themselves."""
    described = (Path(__file__).parents[2] / "docs" / "reference" / "http.md").read_text("utf-8")
    called = [name for route in app._app.routes if isinstance(route, Route) for name in names(route)]
    for_systems = [name for name in called if not isinstance(POLICIES[name], Role)]
    assert len(for_systems) > 30
    assert [name for name in for_systems if f"`{name}`" not in described] == []


def test_the_openapi_document_describes_every_route_of_the_api(app):
    described = {(path, method.upper()) for path, item in document()["paths"].items() for method in item}
    routes = {
        (route.path, method)
        for route in app._app.routes
        if route.path.startswith("/api/") and not route.path.endswith("openapi.json")
        for method in route.methods - {"HEAD"}
    }
    assert described == routes
    text = msgspec.json.encode(document()).decode()
    for name in document()["components"]["schemas"]:
        assert f"#/components/schemas/{name}" in text


async def test_the_openapi_document_is_served(client):
    assert (await client.get("/api/v1/openapi.json")).json()["openapi"] == "3.1.0"


async def test_livez_and_readyz(client, backend):
    assert (await client.get("/livez")).text == "ok\n"
    assert (await client.get("/readyz")).status_code == 200
    backend.missing = "the database is down"
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "not ready\n")
    assert (await client.get("/livez")).status_code == 200


async def test_s37_metrics_are_not_public(client, app):
    assert (await client.get("/metrics")).status_code == 401
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as local:
        assert (await local.get("/metrics")).status_code == 200
        assert (await local.get("/metrics", headers={"x-forwarded-for": "1.2.3.4"})).status_code == 401
        assert (await local.get("/metrics", headers={"host": "nps.example.com"})).status_code == 401


async def test_metrics_have_figures_but_nothing_of_a_person(client, backend):
    await client.post("/api/v1/invitations", json=WANTED, headers=KEY)
    await client.request("PATCHY", "/x")
    text = (await client.get("/metrics", headers=KEY)).text
    assert 'echolot_rows{what="inbox_new"} 3.0' in text
    assert 'endpoint="create_invitation",method="POST",status="202"' in text
    assert "12345678" not in text
    assert "PATCHY" not in text
    backend.down = True
    assert "echolot_store_up 0.0" in (await client.get("/metrics", headers=KEY)).text
