"""Other systems' hooks over the whole application: what is kept, and what they are told."""

import asyncio
import json

import httpx
import pytest

from bot.errors import StoreUnavailable
from bot.secret_keys import make
from commands.assemble import parts
from commands.serve import build
from settings import Settings
from storage import contacts, decisions
from tests.integrations.inbound.calls import NOW, SECRET, headers_of
from tests.integrations.inbound.test_vendors import FULFILLMENT, HUBSPOT, MAP, OWN, ZENDESK
from tests.web.test_events import KEYS, SMS, TRIGGER, Clock, rows

ROOT = "https://nps.example.com"
ZD, ARRIVED = "/hooks/in/zd", {"x-shopify-topic": "fulfillments/update", "x-shopify-shop-domain": "a.myshopify.com"}
HOOKS = {
    "zd": {"kind": "zendesk", "secret": SECRET, "channel": "sms"},
    "hs": {"kind": "hubspot", "secret": SECRET, "channel": "sms"},
    "shop": {"kind": "shopify", "secret": SECRET, "channel": "sms"},
    "fd": {"kind": "freshdesk", "secret": SECRET},
    "any": {"kind": "generic", "secret": SECRET, "map": MAP},
    "open": {"kind": "zendesk"},
}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def site(database_url, tmp_path, clock):
    """The real application over a database of each kind, with a trigger for closed tickets."""
    (tmp_path / "asking" / "triggers").mkdir(parents=True)
    (tmp_path / "asking" / "triggers" / "a.yaml").write_text(TRIGGER.format(id="support"))
    wanted = Settings(
        _env_file=None, database_url=database_url, home=tmp_path, outreach_dir="asking", channels={"sms": SMS},
        address_keys=[make()], inbound=HOOKS, public_url=ROOT,
    )  # fmt: skip
    async with parts(wanted, clock=clock) as assembled:
        transport = httpx.ASGITransport(build(assembled, "127.0.0.1", KEYS), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=ROOT) as client:
            client.assembled, client.store = assembled, assembled.store
            yield client


async def tell(site, path: str, body: object, kind: str = "zendesk", at: int = NOW, **headers: str):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    signed = headers_of(kind, raw, at, url=ROOT + path)
    return await site.post(path, content=raw, headers=signed | headers)


async def kept(site) -> list[int]:
    """How many events, contacts and decisions there are."""
    counts = ("SELECT count(*) FROM happening", "SELECT count(*) FROM contact", "SELECT count(*) FROM decision")
    return [(await rows(site, each))[0][0] for each in counts]


async def test_a_closed_ticket_becomes_a_line_of_the_ledger(site):
    """Event, contact by phone number, and the decision that waits."""
    answer = await tell(site, ZD, OWN)
    assert (answer.status_code, answer.json()) == (200, {"events": ["accepted"]})
    [(who,)] = await rows(site, "SELECT id FROM contact")
    [line] = await site.store.read(lambda: decisions.entries_of(who))
    assert (line.name, line.happening) == ("support", "in/zd:35436")
    person = await site.store.read(lambda: contacts.contact(who))
    assert (person.external, [reach.lane for reach in person.reaches]) == ("77", ["sms:+4915112345678"])


@pytest.mark.parametrize(
    ("path", "kind", "body", "headers", "statuses"),
    [
        (ZD, "zendesk", ZENDESK, {}, ["nobody"]),
        ("/hooks/in/hs", "hubspot", [HUBSPOT], {}, ["nobody"]),
        ("/hooks/in/shop", "shopify", FULFILLMENT, ARRIVED, ["accepted"]),
        ("/hooks/in/fd", "freshdesk", OWN, {}, ["nobody"]),
        ("/hooks/in/any", "generic", {"deliveries": []}, {}, []),
        (ZD, "zendesk", b"not JSON", {}, []),
    ],
)
async def test_every_system_is_answered_with_what_came_of_it(site, path, kind, body, headers, statuses):
    """200 for whatever is theirs, so that they do not send it again."""
    answer = await tell(site, path, body, kind, **headers)
    assert (answer.status_code, answer.json()["events"]) == (200, statuses)


async def test_s1_a_forged_call_leaves_nothing(site):
    """401, and no more is told; the figures count it."""
    for headers in (
        {},
        headers_of("zendesk", b"other"),
        headers_of("zendesk", json.dumps(OWN).encode(), secret="x" * 16),
    ):
        answer = await site.post(ZD, content=json.dumps(OWN).encode(), headers=headers)
        assert (answer.status_code, answer.content) == (401, b"")
    stale = await tell(site, ZD, OWN, at=NOW - 600_000)
    assert stale.status_code == 401
    assert await kept(site) == [0, 0, 0]


@pytest.mark.parametrize(
    "path", ["/hooks/in/open", "/hooks/in/nobody", "/hooks/in", "/hooks/in/", "/hooks/in/zd/status"]
)
async def test_s2_a_hook_without_a_secret_does_not_exist(site, path):
    """404 for it as for any other."""
    assert (await tell(site, path, OWN)).status_code == 404


async def test_s4_a_call_that_comes_again_has_no_effect(site, clock):
    """At once, from several at a time, and signed anew much later."""
    answers = await asyncio.gather(*(tell(site, ZD, OWN) for _ in range(8)))
    assert sorted(answer.json()["events"][0] for answer in answers) == ["accepted"] + ["known"] * 7
    clock.now += 400 * 86_400_000
    assert (await tell(site, ZD, OWN, at=clock.now)).json() == {"events": ["known"]}
    assert await kept(site) == [1, 1, 1]


async def test_a_parcel_that_arrives_twice_arrives_once(site):
    """Shopify tells of every change of it."""
    for number in range(3):
        body = FULFILLMENT | {"updated_at": f"2027-01-15T0{number}:00:00Z"}
        await tell(site, "/hooks/in/shop", body, "shopify", **ARRIVED)
    assert (await kept(site))[0] == 1


async def test_p13_with_the_database_down_nothing_is_acknowledged(site, monkeypatch):
    """503, so that it comes again."""

    async def down(*_):
        raise StoreUnavailable("down")

    monkeypatch.setattr(site.assembled.store, "run", down)
    answer = await tell(site, ZD, OWN)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    monkeypatch.undo()
    assert (await tell(site, ZD, OWN)).json() == {"events": ["accepted"]}
