"""Contacts through the API, on both databases: bring in, look up, page, merge, and what is refused."""

import httpx
import pytest
from starlette.routing import Router

from bot.secret_keys import make
from commands.people import People
from settings import Settings
from tests.storage.people import NOW
from web.contacts import routes
from web.guard import Guard
from web.keys import Key, Keyring, digest

ALL = "http://127.0.0.1/api/v1/contacts"
KEYS = [
    Key("crm", digest("eck_crm"), frozenset({"contacts", "export"})),
    Key("reader", digest("eck_reader"), frozenset({"read"})),
    Key("one", digest("eck_one"), frozenset({"contacts"})),
]
SMS = {"kind": "twilio", "account_sid": "AC" + "0" * 32, "auth_token": "secret", "from": "+4930555010"}
TELEGRAM = {"kind": "telegram", "token": "1:" + "a" * 35, "webhook_secret": "s" * 40}
CONSENT = {"basis": "consent", "source": "checkout", "at": "2026-01-31", "wording": "Yes, by SMS."}


@pytest.fixture
async def client(store, tmp_path):
    """The API over a fresh database of each kind."""
    settings = Settings(
        home=tmp_path,
        database_url="postgresql://nowhere/nothing",
        address_keys=[make()],
        channels={"telegram": TELEGRAM, "sms": SMS},
    )
    app = Guard(Router(routes(People(store, settings, lambda: NOW), Keyring(KEYS, lambda: 1))), (), lambda *_: None)
    headers = {"authorization": "Bearer eck_crm"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), headers=headers) as found:
        yield found


async def test_a_contact_is_brought_in_and_looked_up(client):
    """A new one is 201, the same again 200; what was said is what is shown."""
    given = {
        "external": "4711", "name": "Ada", "revenue": 1000, "attributes": {"vip": True, "visits": 3},
        "addresses": {"sms": "0151 12345678", "telegram": 77}, "consent": CONSENT,
    }  # fmt: skip
    first = await client.post(ALL, json=given)
    assert (first.status_code, first.json()["status"], first.json()["basis"]) == (201, "new", True)
    again = await client.post(ALL, json=given)
    assert (again.status_code, again.json()["status"]) == (200, "same")
    shown = (await client.get(f"http://127.0.0.1{first.headers['location']}")).json()
    assert shown["attributes"] == {"vip": "true", "visits": "3"}
    assert (shown["revenue"], shown["zones"]) == (1000, ["Europe/Berlin"])
    assert [each["address"] for each in shown["addresses"]] == ["telegram:77", "sms:+4915112345678"]


WRONG = [
    ({"external": "1", "addresses": {"sms": "+49 12"}}, "`addresses.sms`", "area code"),
    ({"external": "1", "addresses": ["sms:+49 12"]}, "`addresses.sms`", "area code"),
    ({"external": "1", "addresses": {"fax": "1"}}, "`addresses.fax`", "no such field"),
    ({"external": "1", "zone": "Mars/Base"}, "`zone`", "no time zone"),
    ({"external": "1", "colour": "red"}, "`colour`", "no such field"),
    ({"external": "1", "Kundennr": "2"}, "`Kundennr`", "no such field"),
    ({"external": "1", "attributes": {"a b": "1"}}, "`attributes.a b`", "no such field"),
    ({"external": "1", "attributes": {"a": [1]}}, "'attributes'", "plain value"),
    ({"external": "1", "name": {"a": {"b": 1}}}, "'name'", "plain value"),
    ({"name": "Ada"}, "nobody can be found", "external id or an address"),
    ({}, "nobody can be found", "external id or an address"),
]


@pytest.mark.parametrize(("given", "field", "why"), WRONG)
async def test_what_cannot_be_used_names_its_field(client, given, field, why):
    """As problem+json, and nothing is kept."""
    answer = await client.post(ALL, json=given)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert field in answer.json()["detail"]
    assert why in answer.json()["detail"]
    assert (await client.get(ALL)).json()["contacts"] == []


@pytest.mark.parametrize("body", ["", "[]", "[1]", "7", "{", '{"name": "\\u0000"}', str([{}] * 1001).replace("'", '"')])
async def test_a_body_that_holds_no_contacts(client, body):
    """422 whatever it is."""
    assert (await client.post(ALL, content=body)).status_code == 422


async def test_many_are_answered_one_by_one(client):
    """One wrong contact does not keep the others out."""
    given = [
        {"external": "1", "addresses": {"sms": "+4915112345678"}},
        {"external": "2", "country": "Atlantis"},
        {"external": "3", "addresses": {"sms": "+4915112345678"}},
        {"external": "1", "name": "Ada"},
    ]
    saved = (await client.post(ALL, json=given)).json()["contacts"]
    assert [each["status"] for each in saved] == ["new", "refused", "doubtful", "changed"]
    assert saved[1]["problems"][0]["field"] == "country"
    assert saved[0]["contact"] in saved[2]["reason"]
    assert (await client.post(ALL, json=given[2])).status_code == 409


async def test_pages_and_merges(client):
    """The cursor leads through all; the old id leads to whom they have become part of."""
    for n in range(3):
        await client.post(ALL, json={"external": str(n), "addresses": {"telegram": str(100 + n)}})
    page = (await client.get(ALL, params={"limit": 2})).json()
    rest = (await client.get(ALL, params={"limit": 2, "after": page["next"]})).json()
    first, second, third = (each["id"] for each in (*page["contacts"], *rest["contacts"]))
    assert (first < second < third, rest["next"]) == (True, None)
    merged = await client.post(f"{ALL}/{first}/merge", json={"into": second})
    assert (merged.status_code, len(merged.json()["addresses"])) == (200, 2)
    assert (await client.get(f"{ALL}/{first}")).json() == merged.json()
    for into, status in ((first, 422), ("nobody", 422), ("", 422)):
        assert (await client.post(f"{ALL}/{second}/merge", json={"into": into})).status_code == status
    assert (await client.get(f"{ALL}/nobody")).status_code == 404
    assert (await client.get(ALL, params={"limit": "0"})).status_code == 422


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", ""), ("GET", "/x"), ("POST", "/x/merge")])
@pytest.mark.parametrize(("key", "status"), [("eck_reader", 403), ("eck_nobody", 401)])
async def test_another_key_may_not(client, method, path, key, status):
    """The scope is `contacts`."""
    headers = {"authorization": f"Bearer {key}"}
    assert (await client.request(method, ALL + path, json={}, headers=headers)).status_code == status


async def test_s19_one_contact_is_not_the_whole_list(client):
    """Who may read contacts one at a time downloads nobody else; that takes the scope `export`."""
    headers = {"authorization": "Bearer eck_one"}
    assert (await client.get(f"{ALL}/x", headers=headers)).status_code == 404
    refused = await client.get(ALL, headers=headers)
    assert refused.status_code == 403
    assert "'export'" in refused.json()["detail"]
