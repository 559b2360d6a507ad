"""NUL, other control characters and halves of characters, wherever the API takes words: on both databases no 500."""

import base64
import json
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.secret_keys import make
from commands.assemble import parts
from commands.serve import build
from flows import library
from settings import Settings
from storage.opening import open_store
from tests.bot.runtime.rooms import Rooms
from tests.web.outreach_made import world
from tests.web.test_import_pages import LOOK, STORE, carried
from web.key_shapes import SCOPES
from web.keys import Key, digest
from web.openapi import document

KEY = {"authorization": "Bearer eck_all", "content-type": "application/json"}
SMS = {"kind": "twilio", "account_sid": "AC" + "0" * 32, "auth_token": "secret", "from": "+4930555010"}
OTHER = (library.SHIPPED / "relationship.yaml").read_text("utf-8").replace("0-10", "0 to 10")
HOSTILE = {
    "nul": "a\0b",
    "only nul": "\0",
    "start of heading": "a\x01b",
    "escape": "\x1b[2J",
    "delete": "\x7f",
    "c1": "\x80\x9f",
    "newline": "a\nb",
    "line separator": "\u2028",
    "right to left": "\u202eabc",
    "noncharacter": "\uffff\ufdd0",
    "beyond": "\U0010ffff",
    "half": "\ud83d",
    "other half": "\ude00",
    "halves": "\ude00\ud83d",
    "long": "x" * 3_000,
}

EVENT = {
    "id": "e1", "type": "ticket.closed", "at": "2026-11-22T09:30:00Z",
    "contact": {"external": "ada", "address": "sms:+4915112345678"}, "attributes": {"id": 7},
}  # fmt: skip
CAMPAIGN = """
format: 1
campaign: {id: spring, flow: relationship, waves: {starts: 2099-01-01}}
"""


@pytest.fixture
async def api(database_url):
    """The real application over a database of each kind, and the id of a case in it."""
    store = await open_store(database_url)
    case = await Rooms(store, library.load()).opened()
    await store.close()
    wanted = Settings(_env_file=None, database_url=database_url, channels={"sms": SMS}, address_keys=[make()])
    keys = [Key("all", digest("eck_all"), frozenset({*SCOPES, "people"}))]
    async with parts(wanted) as assembled:
        transport = httpx.ASGITransport(build(assembled, "127.0.0.1", keys), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=KEY) as client:
            yield Api(client, case)


class Api:
    """Every call there is, with one word of it given."""

    def __init__(self, client: httpx.AsyncClient, case: str) -> None:
        self.client, self.case = client, case
        act = {"login": "anna", "text": "Hello"}
        invitation = {"flow": "after-support", "to": "sms:+4915112345678", "language": "en"}
        acts, invitations = f"/api/v1/cases/{case}/acts", "/api/v1/invitations"
        flows, flow = "/api/v1/flows", "/api/v1/flows/relationship"
        self.calls = {
            "GET /api/v1/invitations/{id}": lambda word: self.gets(f"{invitations}/{_quoted(word)}"),
            "a link": lambda word: self.gets(f"{invitations}/link-{_quoted(word)}"),
            "GET /api/v1/responses": lambda word: self.gets(f"/api/v1/responses?after=1:{_quoted(word)}"),
            "limit": lambda word: self.gets(f"/api/v1/responses?limit={_quoted(word)}"),
            "GET /api/v1/cases": lambda word: self.gets(f"/api/v1/cases?desk={_quoted(word)}"),
            "phase": lambda word: self.gets(f"/api/v1/cases?phase={_quoted(word)}"),
            "a name of nothing": lambda word: self.gets(f"/api/v1/cases?{_quoted(word)}=1"),
            "GET /api/v1/cases/{id}": lambda word: self.gets(f"/api/v1/cases/{_quoted(word)}"),
            "POST /api/v1/cases/{id}/acts": lambda word: self.posts(acts, act | {"text": word}),
            "another case": lambda word: self.posts(f"/api/v1/cases/{_quoted(word)}/acts", act),
            "login": lambda word: self.posts(acts, act | {"login": word}),
            "name": lambda word: self.posts(acts, act | {"name": word}),
            "key": lambda word: self.posts(acts, act | {"key": word}),
            "press": lambda word: self.posts(acts, {"login": "anna", "press": f"send:{word}"}),
            "field": lambda word: self.posts(acts, act | {word: ""}),
            "POST /api/v1/invitations": lambda word: self.posts(invitations, invitation | {"to": f"sms:+49{word}"}),
            "channel": lambda word: self.posts(invitations, invitation | {"to": f"{word}:1"}),
            "flow": lambda word: self.posts(invitations, invitation | {"flow": word}),
            "language": lambda word: self.posts(invitations, invitation | {"language": word}),
            "variable": lambda word: self.posts(invitations, invitation | {"variables": {"first_name": word}}),
            "variable's name": lambda word: self.posts(invitations, invitation | {"variables": {word: "Eva"}}),
            "header": lambda word: self.posts(invitations, invitation, {b"idempotency-key": _bytes(word)}),
            "act's header": lambda word: self.posts(acts, act, {b"idempotency-key": _bytes(word)}),
            "GET /api/v1/flows": lambda word: self.gets(f"{flows}?{_quoted(word)}=1"),
            "GET /api/v1/flows/{id}/versions": lambda word: self.gets(f"{flows}/{_quoted(word)}/versions"),
            "GET /api/v1/flows/{id}/diff": lambda word: self.gets(f"{flow}/diff?from={_quoted(word)}"),
            "POST /api/v1/flows/{id}/versions": lambda word: self.posts(f"{flow}/versions", {"source": word}),
            "note": lambda word: self.posts(f"{flow}/versions", {"source": OTHER, "note": word}),
            "author": lambda word: self.posts(f"{flow}/rollback", {"to": 1, "author": word}),
            "another flow": lambda word: self.posts(f"{flows}/{_quoted(word)}/versions", {"source": OTHER}),
            "POST /api/v1/flows/{id}/move": lambda word: self.posts(f"{flows}/{_quoted(word)}/move", {}),
            "POST /api/v1/flows/{id}/rollback": lambda word: self.posts(f"{flows}/{_quoted(word)}/rollback", {}),
            "file": lambda word: self.gets(f"/files/{_quoted(word)}/a.png"),
            **self.asking(),
            **self.events(),
            **self.figures(),
            **self.people(),
        }

    def people(self) -> dict:
        """Calls about who may sign in."""
        path, person = "/api/v1/people", {"email": "anna@example.com", "roles": ["viewer"]}
        return {
            "POST /api/v1/people": lambda word: self.posts(path, person | {"email": f"{word}@example.com"}),
            "person's name": lambda word: self.posts(path, person | {"name": word}),
            "person's role": lambda word: self.posts(path, person | {"roles": [f"agent:{word}"]}),
            "POST /api/v1/people/{id}/acts": lambda word: self.posts(f"{path}/{_quoted(word)}/acts", {"act": "reset"}),
            "POST /api/v1/keys": lambda word: self.posts("/api/v1/keys", {"name": word, "scopes": ["read"]}),
            "key's brand": lambda word: self.posts("/api/v1/keys", {"name": "a", "scopes": ["read"], "brand": word}),
            "POST /api/v1/keys/{id}/revoke": lambda word: self.posts(f"/api/v1/keys/{_quoted(word)}/revoke", {}),
            "POST /api/v1/exports": lambda word: self.posts("/api/v1/exports", {"what": "responses", "user": word}),
            "POST /api/v1/erasures": lambda word: self.posts("/api/v1/erasures", {"whom": word}),
            "role's brand": lambda word: self.posts(f"{path}/a/acts", {"act": "grant", "role": f"agent:{word}"}),
        }

    def figures(self) -> dict:
        """Calls about what the answers come to."""
        return {
            f"{name} {word}": lambda value, name=name, word=word: self.gets(
                f"/api/v1/insights/{name}?{word}={_quoted(value)}"
            )
            for name in ("summary", "trend", "segments", "comments", "comparisons")
            for word in ("period", "from", "to", "by", "flow", "channel", "brand", "after", "limit", "lang")
        } | {
            f"GET /api/v1/insights/{name}": lambda word, name=name: self.gets(
                f"/api/v1/insights/{name}?brand={_quoted(word)}&after=1:{_quoted(word)}&{_quoted(word)}=1"
            )
            for name in ("summary", "trend", "segments", "comments", "comparisons")
        }

    def asking(self) -> dict:
        """Calls about whom to ask."""
        return {
            "GET /api/v1/decisions": lambda word: self.gets(f"/api/v1/decisions?name={_quoted(word)}"),
            "decisions' contact": lambda word: self.gets(f"/api/v1/decisions?contact={_quoted(word)}"),
            "decisions' cursor": lambda word: self.gets(f"/api/v1/decisions?after=1:{_quoted(word)}"),
            "decisions' language": lambda word: self.gets(f"/api/v1/decisions?language={_quoted(word)}"),
            "GET /api/v1/campaigns": lambda word: self.gets(f"/api/v1/campaigns?{_quoted(word)}=1"),
            "POST /api/v1/campaigns": lambda word: self.posts("/api/v1/campaigns", {"source": word}),
            "POST /api/v1/campaigns/forecast": lambda word: self.posts("/api/v1/campaigns/forecast", {"source": word}),
            "GET /api/v1/campaigns/{id}": lambda word: self.gets(f"/api/v1/campaigns/{_quoted(word)}"),
            "POST /api/v1/campaigns/{id}/acts": lambda word: self.posts(
                f"/api/v1/campaigns/{_quoted(word)}/acts", {"act": "pause"}
            ),
            "GET /api/v1/reports": lambda word: self.gets(f"/api/v1/reports?{_quoted(word)}=1"),
            "GET /api/v1/reports/{id}/letter": lambda word: self.gets(f"/api/v1/reports/{_quoted(word)}/letter"),
            "letter of what": lambda word: self.gets(f"/api/v1/reports/weekly/letter?of={_quoted(word)}"),
            "POST /api/v1/reports/{id}/runs": lambda word: self.posts(f"/api/v1/reports/{_quoted(word)}/runs", {}),
            "who starts": lambda word: self.posts("/api/v1/campaigns", {"source": CAMPAIGN, "by": word}),
            "GET /api/v1/contacts": lambda word: self.gets(f"/api/v1/contacts?after={_quoted(word)}"),
            "GET /api/v1/contacts/{id}": lambda word: self.gets(f"/api/v1/contacts/{_quoted(word)}"),
            "POST /api/v1/contacts": lambda word: self.posts("/api/v1/contacts", {"external": word, "name": word}),
            "contact's field": lambda word: self.posts("/api/v1/contacts", {"external": "1", word: "x"}),
            "contact's attribute": lambda word: self.posts("/api/v1/contacts", {"attributes": {word: word}}),
            "contact's address": lambda word: self.posts("/api/v1/contacts", {"addresses": {"sms": word}}),
            "contact's addresses": lambda word: self.posts("/api/v1/contacts", {"addresses": [word]}),
            "contact's language": lambda word: self.posts("/api/v1/contacts", {"external": "1", "language": word}),
            "contact's zone": lambda word: self.posts("/api/v1/contacts", {"external": "1", "zone": word}),
            "contact's consent": lambda word: self.posts("/api/v1/contacts", {"consent": {"at": word, "basis": word}}),
            "several contacts": lambda word: self.posts("/api/v1/contacts", [{"external": word}, {"external": "2"}]),
            "POST /api/v1/contacts/{id}/merge": lambda word: self.posts("/api/v1/contacts/a/merge", {"into": word}),
            "who is merged": lambda word: self.posts(f"/api/v1/contacts/{_quoted(word)}/merge", {"into": "a"}),
        }

    def events(self) -> dict:
        """Calls that tell of something that happened."""
        return {
            "POST /api/v1/events": lambda word: self.tells({"id": word}),
            "event's type": lambda word: self.tells({"id": "1", "type": word}),
            "event's time": lambda word: self.tells({"id": "1", "at": word}),
            "event's attribute": lambda word: self.tells({"id": f"2{word}", "attributes": {word: word}}),
            "event's contact": lambda word: self.tells({"id": f"3{word}", "contact": {"external": word, "name": word}}),
            "event's address": lambda word: self.tells({"id": f"4{word}", "contact": {"address": f"sms:{word}"}}),
            "event's zone": lambda word: self.tells({"id": f"5{word}", "contact": {"external": "a", "zone": word}}),
            "several events": lambda word: self.posts("/api/v1/events", [{"id": word}, EVENT | {"id": f"6{word}"}]),
            "event's header": lambda word: self.posts("/api/v1/events", EVENT, {b"idempotency-key": _bytes(word)}),
        }

    async def gets(self, path: str) -> httpx.Response:
        return await self.client.get(path)

    async def tells(self, facts: dict) -> httpx.Response:
        return await self.posts("/api/v1/events", EVENT | facts)

    async def posts(self, path: str, facts: dict | list, headers: dict | None = None) -> httpx.Response:
        return await self.client.post(path, content=json.dumps(facts), headers=headers)


def _bytes(word: str) -> bytes:
    return word.encode("utf-8", "surrogatepass")


def _quoted(word: str) -> str:
    return quote(_bytes(word), safe="")


async def test_no_word_makes_the_server_fail(api):
    """Taken, or refused with the reason as problem+json; and the case can be read afterwards."""
    wrong = []
    for call, word in [(call, word) for call in api.calls for word in HOSTILE]:
        answer = await api.calls[call](HOSTILE[word])
        kind = answer.headers["content-type"]
        if answer.status_code >= 500 or (answer.is_error and kind != "application/problem+json"):
            wrong.append((call, word, answer.status_code))
    assert wrong == []
    assert (await api.gets(f"/api/v1/cases/{api.case}")).status_code == 200


async def test_nul_is_refused_with_a_reason_wherever_it_stands(api):
    """No database is asked for what PostgreSQL cannot hold."""
    taken = {call for call in api.calls if (await api.calls[call]("a\0b")).status_code not in (400, 404, 422)}
    assert taken == set()
    assert "U+0000" in (await api.calls["GET /api/v1/cases"]("\0")).json()["detail"]
    assert "U+0000" in (await api.calls["variable"]("\0")).json()["detail"]


async def test_bytes_that_are_no_text_are_refused(api):
    """As what they are: no JSON."""
    for body in (b'{"login":"anna","text":"\xff"}', b'{"\xff":1}', b"\xff\xfe{}", b'"\\ud800"', b"[" * 9_999):
        for path in ("/api/v1/invitations", f"/api/v1/cases/{api.case}/acts"):
            answer = await api.client.post(path, content=body)
            assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


async def test_a_backslash_and_a_number_are_words(api):
    """Only the character itself is refused, not how JSON would write it."""
    assert (await api.calls["POST /api/v1/cases/{id}/acts"](r"C:\u0000")).status_code == 202


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_whatever_is_written_the_server_goes_on(api, data):
    """Any text in any place."""
    call = data.draw(st.sampled_from(sorted(api.calls)))
    word = data.draw(st.text(max_size=40) | st.text(st.characters(categories=["Cc", "Cs", "Cf", "Cn"]), max_size=10))
    assert (await api.calls[call](word)).status_code < 500


async def test_no_word_in_a_file_makes_an_import_fail(database_url):
    """In a cell, as a column, as what the file is called: taken, or refused on a page; the list can be read after."""
    taken = 0
    async with world(database_url) as here, here.looks() as page:
        for n, word in enumerate(map(_bytes, HOSTILE.values())):
            content = b"id;name;%s;mobile\n%d%s;%s;%s;+49151123450%02d\n" % (word, n, word, word, word, n)
            looks = [
                await page.send(LOOK, content),
                await page.send(LOOK, content, "a.jsonl"),
                await page.send(LOOK, content=base64.b64encode(content), name=word, country=b"de"),
                await page.send(LOOK, content=base64.b64encode(content), name=b"a.csv", country=word),
            ]
            assert {answer.status_code for answer in looks} <= {200, 422}, word
            if "seen" in (fields := carried(looks[0])):
                stored = await page.send(STORE, **fields)
                assert stored.status_code == 200, word
                taken += 'role="status"' in stored.text
        assert (await page.get("/contacts")).status_code == 200
    assert taken > len(HOSTILE) / 2


async def test_the_table_has_every_route():
    """Who adds an operation that takes words adds it above."""
    operations = {f"{verb.upper()} {path}" for path, verbs in document()["paths"].items() for verb in verbs}
    assert operations - set(Api(httpx.AsyncClient(), "").calls) - {"GET /api/v1/openapi.json"} == set()
