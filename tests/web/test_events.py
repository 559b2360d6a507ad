"""Events through the API, on both databases: answered item by item, and each call once (P10)."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from bot.secret_keys import make
from commands.assemble import parts
from commands.serve import build
from settings import Settings
from storage import contacts, decisions
from storage.scripts import Ask, Many
from storage.sql import portable
from web.keys import Key, digest
from web.openapi import document

URL = "http://127.0.0.1/api/v1/events"
KEYS = [
    Key("crm", digest("eck_crm"), frozenset({"events"})),
    Key("shop", digest("eck_shop"), frozenset({"events"})),
    Key("reader", digest("eck_reader"), frozenset({"read"})),
]
SMS = {"kind": "twilio", "account_sid": "AC" + "0" * 32, "auth_token": "secret", "from": "+4930555010"}
TRIGGER = """
format: 1
trigger:
  id: {id}
  on: ticket.closed
  flow: after-support
  delay: 2h
  variables: {{company: "{{{{ id }}}}"}}
"""
NOW = 1_800_000_000_000
AT = "2027-01-15T07:59:00Z"
ADA = {
    "external": "ada",
    "address": "sms:+49 151 12345678",
    "name": "Ada",
    "country": "de",
    "attributes": {"vip": True},
}
EVENT = {
    "id": "t-1",
    "type": "ticket.closed",
    "at": AT,
    "contact": ADA,
    "attributes": {"id": 7, "cost": 1.5, "x": None},
}


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def api(database_url, tmp_path, clock):
    """The real application over a database of each kind, with one trigger."""
    (tmp_path / "asking" / "triggers").mkdir(parents=True)
    (tmp_path / "asking" / "triggers" / "a.yaml").write_text(TRIGGER.format(id="support"))
    wanted = Settings(
        _env_file=None, database_url=database_url, home=tmp_path, outreach_dir="asking", channels={"sms": SMS},
        address_keys=[make()],
    )  # fmt: skip
    async with parts(wanted, clock=clock) as assembled:
        transport = httpx.ASGITransport(build(assembled, "127.0.0.1", KEYS), raise_app_exceptions=False)
        headers = {"authorization": "Bearer eck_crm"}
        async with httpx.AsyncClient(transport=transport, base_url=URL, headers=headers) as client:
            client.assembled, client.store = assembled, assembled.store
            yield client


async def send(api, *events, key: str = "", **more):
    headers = {"idempotency-key": key} if key else {}
    return await api.post(URL, json=list(events), headers=headers | more)


async def said(api, *events, key: str = "") -> list[dict]:
    answer = await send(api, *events, key=key)
    assert answer.status_code == 200, answer.text
    return answer.json()["events"]


async def test_an_event_becomes_a_contact_and_a_line_of_the_ledger(api):
    """One event, not in a list; what the trigger wants to ask, when, and with which values."""
    answer = await api.post(URL, json=EVENT)
    assert answer.headers["cache-control"] == "no-store"
    [taken] = answer.json()["events"]
    assert (taken["id"], taken["status"], taken["triggers"]) == ("t-1", "accepted", ["support"])
    person = await api.store.read(lambda: contacts.contact(taken["contact"]))
    assert (person.external, person.name, person.country, person.attributes) == ("ada", "Ada", "DE", {"vip": "true"})
    assert [reach.lane for reach in person.reaches] == ["sms:+4915112345678"]
    [line] = await api.store.read(lambda: decisions.entries_of(person.id))
    assert (line.source, line.name, line.flow, line.happening) == ("trigger", "support", "after-support", "api:t-1")
    assert (line.outcome, line.at, line.due_at) == ("pending", NOW - 60_000 + 7_200_000, NOW - 60_000 + 7_200_000)


async def test_a_batch_is_answered_item_by_item(api):
    """What is wrong with one of them does not keep the others out."""
    taken = await said(
        api,
        EVENT,
        EVENT | {"id": "t-2", "type": "app.opened"},
        EVENT,
        {"id": "t-3", "type": "ticket.closed", "at": AT},
        EVENT | {"id": "t-4", "contact": {"external": "bob"}},
        EVENT | {"id": "t-5", "contact": {"address": "sms:abc"}},
        EVENT | {"id": "t-6", "contact": {"address": "smss:+491"}},
        EVENT | {"id": "t-7", "at": "2027-01-16T00:00:00Z"},
        EVENT | {"id": "t-8", "contact": ADA | {"zone": "Europe/Berln"}},
        EVENT | {"id": "t-9", "type": "Ticket Closed"},
        EVENT | {"id": "t-10", "contact": ADA | {"phone": "1"}},
        7,
    )
    assert [one["status"] for one in taken] == ["accepted", "accepted", "known", "nobody", "nobody"] + ["refused"] * 7
    assert [one["id"] for one in taken] == ["t-1", "t-2", "t-1", *(f"t-{n}" for n in range(3, 11)), ""]
    words = [one.get("reason", "") for one in taken]
    for n, word in [
        (1, "No trigger"), (3, "no address"), (5, "+4930123456"), (6, "did you mean 'sms'?"), (7, "future"),
        (8, "time zone"), (9, "type"), (10, "unknown field `phone`"), (11, "Expected `object`"),
    ]:  # fmt: skip
        assert word in words[n], (n, words[n])
    assert await api.store.read(contacts.count) == 1


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "not JSON"), (b"{", "not JSON"), (b"[]", "1 to 1000"), (b"7", "Expected"), (b"[" * 200, "not JSON"),
        (b'{"id": "a"}', "missing required field `type`"), (b'{"id": "a\\u0000", "type": "a", "at": "x"}', "U+0000"),
        (b'{"id": "a", "type": "a", "at": "2027-01-15T07:59:00"}', "at"), (b'{"id": "", "type": "a", "at": "x"}', "id"),
        (b"[" + b"7," * 1000 + b"7]", "1 to 1000"),
    ],
)  # fmt: skip
async def test_what_is_no_event_is_refused_with_the_reason(api, body, told):
    """One wrong event, or no events at all."""
    answer = await api.post(URL, content=body)
    assert answer.status_code == 422, answer.text
    assert told in answer.json()["detail"]


async def test_s19_the_scope_is_asked_for(api):
    """No key, a wrong one, one that may only read."""
    for key, status in [("eck_x", 401), ("eck_reader", 403)]:
        assert (await send(api, EVENT, authorization=f"Bearer {key}")).status_code == status
    assert await api.store.read(contacts.count) == 0


async def test_c4_who_is_to_be_left_alone_is_not_taken_up(api):
    """200, `suppressed`, and no row of them."""
    await said(api, EVENT)
    portable()["test_erase"] = (
        "INSERT INTO suppression SELECT hmac, '*', 'all', 'k', 'erasure', 5, '', NULL FROM contact_address"
    )
    portable()["test_forget"] = "DELETE FROM contact_address"
    portable()["test_forget_who"] = "DELETE FROM contact"

    def erase():
        for name in ("test_erase", "test_forget", "test_forget_who"):
            yield Many(name, [()])

    await api.store.run(erase)
    [taken] = await said(api, EVENT | {"id": "t-2"})
    assert (taken["status"], "contact" in taken) == ("suppressed", False)
    assert await api.store.read(contacts.count) == 0
    assert await rows(api, "SELECT count(*) FROM happening") == [(1,)]


async def rows(api, sql: str) -> list[tuple]:
    portable()["test_rows"] = sql
    name = f"test_rows_{abs(hash(sql))}"
    portable()[name] = sql

    def look():
        return (yield Ask(name))

    return await api.store.read(look)


async def test_a_wrong_key_is_refused(api):
    """As everywhere in the API."""
    assert (await send(api, EVENT, key="x" * 201)).status_code == 422


async def test_a_new_trigger_asks_about_what_comes_from_now_on(api):
    """A file that is broken goes on as it was; one that is gone asks no more."""
    folder = api.assembled.triggers.folder
    await said(api, EVENT)
    (folder / "b.yaml").write_text(TRIGGER.format(id="second"))
    (folder / "a.yaml").write_text(TRIGGER.format(id="support").replace("flow:", "flwo:"))
    (folder / "c.yaml").write_text(TRIGGER.format(id="second"))
    await api.assembled.triggers.look()
    assert (await said(api, EVENT | {"id": "t-2"}))[0]["triggers"] == ["support", "second"]
    assert (await said(api, EVENT))[0]["status"] == "known"
    (folder / "a.yaml").unlink()
    await api.assembled.triggers.look()
    assert (await said(api, EVENT | {"id": "t-3"}))[0]["triggers"] == ["second"]


async def test_a_thousand_events_are_one_call(api):
    """Of two hundred people, within a few seconds."""
    at = datetime(2027, 1, 1, tzinfo=UTC)
    events = [
        EVENT
        | {
            "id": f"e{n}",
            "at": (at + timedelta(minutes=n)).isoformat(),
            "contact": {"address": f"sms:+49151{n % 200:07}"},
        }
        for n in range(1000)
    ]
    taken = await said(api, *events, key="k")
    assert {one["status"] for one in taken} == {"accepted"}
    assert len({one["contact"] for one in taken}) == 200
    assert await rows(api, "SELECT count(*) FROM decision") == [(1000,)]


def test_the_document_describes_what_is_taken():
    """One event or a list, and what is answered."""
    operation = document()["paths"]["/api/v1/events"]["post"]
    assert "409" in operation["responses"]
    assert document()["components"]["schemas"]["Event"]["required"] == ["id", "type", "at"]


async def test_without_a_key_to_name_addresses_with_nothing_is_taken(postgres_url, tmp_path):
    """PostgreSQL has no file beside it; the operator reads what to do, and the call may come again."""
    wanted = Settings(_env_file=None, database_url=postgres_url, home=tmp_path, channels={"sms": SMS})
    async with parts(wanted, clock=Clock()) as assembled:
        transport = httpx.ASGITransport(build(assembled, "127.0.0.1", KEYS), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
            headers = {"authorization": "Bearer eck_crm", "idempotency-key": "k"}
            for _ in range(2):
                answer = await client.post(URL, json=EVENT, headers=headers)
                assert answer.status_code == 503
                assert "address_keys" in answer.json()["detail"]
