"""Flows through the API, on both databases: what runs, what changed, publish, go back, and who was first."""

import asyncio

import httpx
import pytest

from bot.messages import Address
from commands.assemble import parts
from commands.invitations import CannotInvite, Invitations
from commands.serve import build, flows_of
from settings import Settings
from web.flow_shapes import FlowPublication
from web.keys import Key, digest
from web.shapes import Invitation

FLOW = """format: 1
id: {id}
kind: transactional
languages: [en]
variables: {{company: Acme}}
steps:
  - id: score
    ask: {{type: nps, text: "{{{{ company }}}}: {words}, 0-10? Reply STOP to opt out"}}
"""
ALL = "http://127.0.0.1/api/v1/flows"
KEYS = [
    Key("editor", digest("eck_editor"), frozenset({"read", "author"})),
    Key("reader", digest("eck_reader"), frozenset({"read"})),
]
SMS = {"kind": "twilio", "account_sid": "AC" + "0" * 32, "auth_token": "secret", "from": "+4930555010"}


def source(words: str = "How likely", flow: str = "coffee") -> str:
    return FLOW.format(id=flow, words=words)


@pytest.fixture
def folder(tmp_path):
    """Where the flows are; `coffee` is there."""
    flows = tmp_path / "flows"
    flows.mkdir()
    (flows / "coffee.yaml").write_text(source("One"))
    return flows


@pytest.fixture
async def api(database_url, folder):
    """The real application over a database of each kind."""
    wanted = Settings(_env_file=None, database_url=database_url, flows_dir=folder, channels={"sms": SMS})
    async with parts(wanted) as assembled:
        transport = httpx.ASGITransport(build(assembled, "127.0.0.1", KEYS), raise_app_exceptions=False)
        headers = {"authorization": "Bearer eck_editor"}
        async with httpx.AsyncClient(transport=transport, base_url=ALL, headers=headers) as client:
            client.assembled = assembled
            yield client


async def test_the_list_tells_what_runs_and_what_is_wrong(api, folder):
    """Version, author and note; a file that differs; every problem with file, line and column."""
    (folder / "coffee.yaml").write_text(source("Two"))
    (folder / "tea.yaml").write_text(source(flow="tea") + "    next: nowhere\n")
    page = (await api.get(ALL)).json()
    flows = {flow["id"]: flow for flow in page["flows"]}
    assert sorted(flows) == ["after-support", "coffee", "relationship"]
    assert (flows["coffee"]["draft"], flows["relationship"]["draft"]) == ("differs", "same")
    assert flows["coffee"]["version"].items() >= {"n": 1, "kind": "file", "note": "coffee.yaml"}.items()
    [problem] = page["problems"]
    assert (problem["file"], problem["line"], problem["column"]) == (str(folder / "tea.yaml"), 9, 11)
    assert (problem["severity"], problem["code"]) == ("error", "unknown-step")


async def test_a_source_is_published_and_gone_back_from(api):
    """What is asked next changes at once; the history says who and why."""
    done = await api.post("/coffee/versions", json={"source": source("Two"), "note": "shorter"})
    assert (done.status_code, done.json()["version"]["n"], done.json()["new"]) == (201, 2, True)
    library = api.assembled.library
    assert "Two" in library.get("coffee").step("score").ask.text.of("en")
    again = await api.post("/coffee/versions", json={"source": source("Two")})
    assert (again.status_code, again.json()["version"]["n"], again.json()["new"]) == (200, 2, False)
    back = await api.post("/coffee/rollback", json={"note": "too short", "author": "ada"})
    assert (back.status_code, back.json()["version"]["n"]) == (201, 3)
    assert "One" in library.get("coffee").step("score").ask.text.of("en")
    told = (await api.get("/coffee/versions")).json()["versions"]
    assert [(each["n"], each["kind"], each["author"], each["note"]) for each in told[:2]] == [
        (3, "rolled_back", "ada", "too short"),
        (2, "published", "editor", "shorter"),
    ]


async def test_the_draft_on_disk_is_published(api, folder):
    """Without a source it is what the file says at that moment, or what is wrong with it."""
    (folder / "coffee.yaml").write_text(source("Two"))
    done = await api.post("/coffee/versions", json={"note": "by me"})
    assert done.json()["version"].items() >= {"n": 2, "kind": "file", "author": "editor", "note": "by me"}.items()
    assert (await api.post("/coffee/versions", json={})).json()["new"] is False
    (folder / "coffee.yaml").write_text("a: b: c")
    refused = await api.post("/coffee/versions", json={})
    assert (refused.status_code, refused.json()["problems"][0]["line"]) == (422, 1)
    (folder / "coffee.yaml").unlink()
    assert (await api.post("/coffee/versions", json={})).status_code == 404


async def test_a_source_that_says_what_the_file_says_is_the_files(api, folder):
    """So that the unchanged file does not come back after a way back."""
    (folder / "coffee.yaml").write_text(source("Two"))
    done = await api.post("/coffee/versions", json={"source": source("Two") + "# a remark\n"})
    assert done.json()["version"]["kind"] == "file"
    await api.post("/coffee/rollback", json={})
    await api.assembled.drafts.look()
    assert [each["n"] for each in (await api.get("/coffee/versions")).json()["versions"]] == [3, 2, 1]


@pytest.mark.parametrize(
    ("flow", "text", "code", "line"),
    [
        ("coffee", source() + "    next: nowhere\n", "unknown-step", 9),
        ("coffee", source(flow="tea"), "other-flow", 2),
        ("coffee", "a: b: c", "syntax", 1),
    ],
)
async def test_what_has_errors_is_refused_with_all_of_them(api, flow, text, code, line):
    """422 with line and column; nothing is written."""
    refused = await api.post(f"/{flow}/versions", json={"source": text})
    assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")
    assert [(each["code"], each["line"]) for each in refused.json()["problems"]] == [(code, line)]
    assert len((await api.get("/coffee/versions")).json()["versions"]) == 1


async def test_who_publishes_on_top_of_what_they_have_not_seen_is_told(api):
    """409 with the current version; without `based_on` both are taken, one after the other."""
    at_once = [api.post("/coffee/versions", json={"source": source(words), "based_on": 1}) for words in "ABC"]
    assert sorted(answer.status_code for answer in await asyncio.gather(*at_once)) == [201, 409, 409]
    refused = await api.post("/coffee/rollback", json={"based_on": 1, "to": 1})
    assert (refused.status_code, refused.json()["current"]) == (409, 2)
    same = await api.post("/coffee/versions", json={"based_on": 1})
    assert same.status_code == 409
    both = await asyncio.gather(*(api.post("/coffee/versions", json={"source": source(words)}) for words in "DE"))
    assert sorted(answer.json()["version"]["n"] for answer in both) == [3, 4]


async def test_what_changed_in_words(api, folder):
    """Between what runs and the file, or any two versions."""
    (folder / "coffee.yaml").write_text(source("Two"))
    found = (await api.get("/coffee/diff")).json()
    assert (found["old"], found["new"]) == ("version 1", "file")
    [change] = found["changes"]
    assert change["step"] == "score"
    assert "One" in change["sentence"]
    assert "Two" in change["sentence"]
    await api.post("/coffee/versions", json={})
    assert (await api.get("/coffee/diff")).json()["changes"] == []
    assert len((await api.get("/coffee/diff?from=2&to=1")).json()["changes"]) == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/tea/versions"), ("GET", "/tea/diff"), ("GET", "/coffee/diff?from=7"), ("POST", "/tea/rollback"),
        ("POST", "/coffee/rollback"), ("POST", "/tea/versions"),
    ],
)  # fmt: skip
async def test_what_there_is_not(api, method, path):
    """404 that says what is missing."""
    answer = await api.request(method, path, json={} if method == "POST" else None)
    assert (answer.status_code, answer.json()["title"]) == (404, "No such version")


async def test_running_conversations_are_moved(api):
    """A dry run only says so; afterwards there is nobody left to move."""
    assembled = api.assembled
    await assembled.office.invite("coffee", Address("sms", "+4915112345678"))
    while await assembled.supervisor.worker.step():
        pass
    await api.post("/coffee/versions", json={"source": source("Two")})
    expected = {"flow": "coffee", "to": 2, "moving": 1, "staying": []}
    dry = await api.post("/coffee/move", json={"dry_run": True})
    assert (dry.status_code, dry.json()) == (200, expected)
    done = await api.post("/coffee/move", json={})
    assert (done.status_code, done.json()) == (202, expected)
    while await assembled.supervisor.worker.step():
        pass
    assert (await api.post("/coffee/move", json={"to": 2})).json()["moving"] == 0
    await api.post("/coffee/versions", json={"source": source("Two").replace("id: score", "id: points")})
    assert (await api.post("/coffee/move", json={})).json()["staying"] == [{"why": "question", "count": 1}]
    assert (await api.post("/coffee/move", json={"to": 9})).status_code == 404


async def test_only_authors_write(api):
    """A key that reads may look, and nothing else."""
    reader = {"authorization": "Bearer eck_reader"}
    assert (await api.get(ALL, headers=reader)).status_code == 200
    assert (await api.post("/coffee/rollback", json={}, headers=reader)).status_code == 403


async def test_a_draft_is_not_asked_before_it_is_published(database_url, folder):
    """Where files are published by hand: a new one waits, and who sends it is told for what."""
    wanted = Settings(
        _env_file=None, database_url=database_url, flows_dir=folder, channels={"sms": SMS}, publish="by_hand"
    )
    async with parts(wanted) as assembled:
        (folder / "tea.yaml").write_text(source(flow="tea"))
        await assembled.drafts.look()
        invitations = Invitations(assembled)
        with pytest.raises(CannotInvite, match="'tea' is a draft"):
            await invitations.invite(Invitation("tea", "sms:+4915112345678"))
        with pytest.raises(CannotInvite, match="no flow 'te'"):
            await invitations.invite(Invitation("te", "sms:+4915112345678"))
        await flows_of(assembled).publish("tea", FlowPublication(), "ada")
        assert (await invitations.invite(Invitation("tea", "sms:+4915112345678"))).id
