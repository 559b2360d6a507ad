"""What admins and keys do with the data of customers: only who has just shown that it is them, and noted (S39)."""

import json

import httpx
import pytest

from bot.contacts import Person, ids_of, place
from bot.messages import Address
from commands.address_keys import pseudonyms
from commands.personal import CustomerData
from settings import load
from storage import audit
from storage.contacts import contact, save
from tests.web.signing_in import START, URL, WORDS, housed
from tests.web.test_api import row
from web.keys import Key, digest
from web.sessions import SURE

SETTINGS = """
address_keys: ["{key}="]
channels:
  sms: {{kind: twilio, account_sid: AC1, auth_token: x, from: "+4930123456"}}
"""
ERASER = Key("crm", digest("eck_eraser"), frozenset({"erase"}))
OPERATOR = Key("operator", digest("eck_operator"), frozenset({"people"}))
READER = Key("bi", digest("eck_reader"), frozenset({"read", "contacts"}))
ADDRESS = "sms:+4915111110001"
FORM = {"whom": ADDRESS, "yes": "yes"}


@pytest.fixture
async def house(sqlite_url, monkeypatch, tmp_path):
    """A workplace with an admin and a customer."""
    path = tmp_path / "echolot.yaml"
    path.write_text(SETTINGS.format(key="a" * 43))
    monkeypatch.setenv("ECHOLOT_CONFIG", str(path))
    settings = load()
    data = CustomerData(None, settings, lambda: START)
    async with housed(sqlite_url, monkeypatch, keys=[ERASER, READER, OPERATOR], personal=data) as house:
        data._store = house.store
        here = place(Address("sms", "+4915111110001"), "twilio", pseudonyms(settings))
        house.customer = ids_of("KUNDE-77", pseudonyms(settings))[0]
        person = Person(id=house.customer, external="KUNDE-77", name="Canaria", places=(here,))
        await house.store.run(lambda: save([person], START))
        await house.settles()
        yield house


async def noted(house):
    """What stands in the trail, the latest first."""
    return await house.store.read(lambda: audit.entries(audit.NEWEST, 50))


async def there(house):
    return await house.store.read(lambda: contact(house.customer)) is not None


async def test_s39_who_signed_in_long_ago_is_asked_for_the_password(house):
    """Before the page, before a download and before an erasure; a wrong password does not help."""
    async with house.inside() as page:
        assert (await page.get("/settings/data")).status_code == 200
        house.wait(SURE)
        asked = await page.get("/settings/data")
        assert (asked.status_code, asked.headers["location"]) == (303, "/confirm?to=%2Fsettings%2Fdata")
        for act, fields in (("export", {}), ("erase", FORM)):
            answer = await page.post(f"/settings/data/{act}", fields, form="/account")
            assert (answer.status_code, answer.headers["location"]) == (303, "/confirm?to=%2Fsettings%2Fdata")
        assert await there(house)
        wrong = await page.post("/confirm", {"current": "wrong", "to": "/settings/data"})
        assert wrong.status_code == 422
        assert 'value="/settings/data"' in wrong.text
        assert (await page.get("/settings/data")).status_code == 303
        right = await page.post("/confirm", {"current": WORDS, "to": "/settings/data"})
        assert (right.status_code, right.headers["location"]) == (303, "/settings/data")
        assert (await page.get("/settings/data")).status_code == 200
        house.wait(SURE)
        assert (await page.get("/settings/data")).status_code == 303


async def test_s39_scripts_without_a_fresh_password_are_refused(house):
    """In words, not by a page that they cannot read."""
    async with house.inside() as page:
        house.wait(SURE)
        answer = await page.post("/settings/data/erase", FORM, form="/account", headers={"accept": "*/*"})
        assert answer.status_code == 403
        assert await there(house)


async def test_s39_the_password_counts_in_this_browser_only(house):
    """Another session of the same person is asked too, and guessing gets slower."""
    async with house.inside() as here, house.inside() as elsewhere:
        house.wait(SURE)
        await here.post("/confirm", {"current": WORDS})
        assert (await here.get("/settings/data")).status_code == 200
        assert (await elsewhere.get("/settings/data")).status_code == 303
        for _ in range(5):
            assert (await elsewhere.post("/confirm", {"current": "x"})).status_code == 422
        assert (await elsewhere.post("/confirm", {"current": WORDS})).status_code == 429


async def test_s39_after_the_password_nobody_is_led_elsewhere(house):
    """The address to go on to is one of ours."""
    async with house.inside() as page:
        answer = await page.post("/confirm", {"current": WORDS, "to": "//evil.example"})
        assert answer.headers["location"] == "/"


async def test_s39_a_download_has_what_was_answered_and_is_noted(house, monkeypatch):
    """As a spreadsheet can read it without running anything."""
    evil = row(1) | {"comment": "=cmd()"}

    async def responses(after="", _limit=1000):
        return [] if after else [evil]

    monkeypatch.setattr(house.store, "responses", responses)
    async with house.inside() as page:
        answer = await page.post("/settings/data/export", {}, form="/settings/data")
        assert answer.headers["content-disposition"].startswith("attachment")
        lines = answer.text.splitlines()
        assert lines[0].startswith("at,score,segment,comment")
        assert "'=cmd()" in lines[1]
    assert (await noted(house))[0].act == "exported_responses"


async def test_s39_an_erasure_by_a_page_is_noted_without_the_name(house):
    """In the same transaction, by whom and how much."""
    async with house.inside() as page:
        assert (await page.post("/settings/data/erase", {"whom": ADDRESS}, form="/settings/data")).status_code == 422
        nobody = await page.post("/settings/data/erase", FORM | {"whom": "<b>nobody"}, form="/settings/data")
        assert nobody.status_code == 422
        assert "<b>nobody" not in nobody.text
        assert await there(house)
        done = await page.post("/settings/data/erase", FORM, form="/settings/data")
        assert (done.status_code, "addresses 1" in done.text) == (200, True)
    assert not await there(house)
    [entry] = [each for each in await noted(house) if each.act == "erased"]
    assert json.loads(entry.facts) == {"addresses": 1, "sessions": 0, "cases": 0, "scores_kept": True}
    assert entry.actor.startswith("u_")
    assert "4915111110001" not in repr(entry)
    assert "KUNDE" not in repr(entry)


async def by_key(house, key, body, path="erasures"):
    transport = httpx.ASGITransport(house.app, client=("10.0.0.9", 1), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
        return await client.post(f"/api/v1/{path}", json=body, headers={"authorization": f"Bearer {key}"})


async def test_s39_a_key_erases_only_with_a_scope_of_its_own(house):
    """Reading contacts is not enough."""
    assert (await by_key(house, "eck_reader", {"whom": ADDRESS})).status_code == 403
    assert (await by_key(house, "eck_eraser", {"whom": "nobody"})).status_code == 404
    assert (await by_key(house, "eck_eraser", {"whom": "a\0b"})).status_code == 422
    assert (await by_key(house, "eck_eraser", {"who": ADDRESS})).status_code == 422
    assert await there(house)
    done = await by_key(house, "eck_eraser", {"whom": "KUNDE-77", "delete_scores": True})
    assert done.json() == {"addresses": 1, "sessions": 0, "cases": 0}
    assert not await there(house)
    assert [each.actor for each in await noted(house) if each.act == "erased"] == ["key:crm"]


async def test_s39_an_export_on_the_command_line_is_noted_by_the_server(house):
    """For the operator alone, who says what and who."""
    begun = {"what": "contacts", "user": "deploy"}
    assert (await by_key(house, "eck_eraser", begun, "exports")).status_code == 403
    for wrong in ({"what": "keys"}, {"user": ""}, {"user": "a\0b"}, {"user": "x" * 101}):
        assert (await by_key(house, "eck_operator", begun | wrong, "exports")).status_code == 422
    assert [each for each in await noted(house) if each.act.startswith("exported")] == []
    assert (await by_key(house, "eck_operator", begun, "exports")).status_code == 201
    entry = (await noted(house))[0]
    assert (entry.act, entry.actor, json.loads(entry.facts)) == (
        "exported_contacts",
        "operator",
        {"from": "command line", "user": "deploy"},
    )
