"""The demo's routes: who may act, what the page says, and that words exist in both languages."""

import asyncio
import re
from pathlib import Path

import httpx
import pytest

from web.app import Parts, build
from web.demo import HERE, Block, Decide, FaultName, Open, Press, Reply, Rewrite, Skip, Start, Tap, Text, routes
from web.guard import Guard
from web.keys import Keyring
from web.problems import Refused
from web.words import TRY, WORDS

JSON = {"content-type": "application/json"}


class Stage:
    flows = ({"id": "relationship", "title": "<b>Relationship</b>"}, {"id": "mine", "title": "<b>Mine</b>"})
    faults = ("none", "429")
    logins = {"anna": "<b>Anna</b>"}  # noqa: RUF012

    def __init__(self) -> None:
        self.acts, self.rounds, self.news, self.heard = [], 3, 0, []

    async def snapshot(self, lang):
        self.news += 1  # while it is drawn
        return {"round": min(self.rounds, 2), "lang": lang}

    async def changed(self, since):
        self.heard.append(since)
        self.rounds -= 1
        await asyncio.sleep(0)
        return self.rounds > 0

    async def act(self, action):
        self.acts.append(action)


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
async def page(backend, stage):
    parts = Parts({}, backend.accept, backend.invite, backend.settled, backend, backend.ready, Keyring([], int), ())
    transport = httpx.ASGITransport(build(parts, routes(stage)))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        yield client


async def test_the_page_escapes_what_flows_are_called(page):
    text = (await page.get("/?lang=en")).text
    assert "Relationship NPS" in text
    for called in ("Mine", "Anna"):
        assert f"&lt;b&gt;{called}&lt;/b&gt;" in text
        assert f"<b>{called}" not in text


async def test_s23_the_page_has_no_inline_script_or_style(page):
    text = (await page.get("/")).text
    assert re.findall(r"<script(?![^>]*src=)", text) == []
    assert re.findall(r"<style|style=|\son\w+=|https?://|//cdn", text) == []


@pytest.mark.parametrize(
    ("query", "wanted", "lang"),
    [
        ("", "", "en"),
        ("", "de-AT,de;q=0.9,en;q=0.8", "de"),
        ("", "fr-FR, en;q=0.5, de;q=0.4", "en"),
        ("?lang=en", "de", "en"),
        ("?lang=<script>", "de", "de"),
        ("", ";;,,=", "en"),
    ],
)
async def test_the_page_speaks_the_visitors_language(page, query, wanted, lang):
    text = (await page.get("/" + query, headers={"accept-language": wanted})).text
    assert f'<html lang="{lang}">' in text


def test_every_word_exists_in_both_languages_and_every_used_word_exists():
    assert WORDS["de"].keys() == WORDS["en"].keys()
    assert WORDS.keys() == TRY.keys()
    used = set()
    for file in (HERE / "static").glob("*.js"):
        used |= set(re.findall(r"words\.(\w+)", file.read_text("utf-8")))
    used |= set(re.findall(r"\bw\.(\w+)", (HERE / "templates" / "demo.html").read_text("utf-8"))) - {"get"}
    assert used <= WORDS["en"].keys()


def test_scripts_never_make_markup_of_text():
    for file in (Path(HERE) / "static").glob("*.js"):
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", file.read_text("utf-8"))


@pytest.mark.parametrize(
    ("path", "body", "action"),
    [
        ("start", {"device": "slack", "flow": "a", "language": "de"}, Start("slack", "a", "de")),
        ("start", {"device": "telegram", "flow": "a", "language": "", "link": True}, Start("telegram", "a", "", True)),
        ("text", {"device": "sms", "text": "8"}, Text("sms", "8")),
        ("press", {"device": "telegram", "message": "7", "button": 10}, Press("telegram", "7", 10)),
        ("rewrite", {"device": "slack", "message": "1.2", "text": "9"}, Rewrite("slack", "1.2", "9")),
        ("open", {"device": "telegram"}, Open("telegram")),
        ("block", {"device": "telegram", "blocked": True}, Block("telegram", True)),
        ("reply", {"case": "c1", "login": "anna", "text": "hello"}, Reply("c1", "anna", "hello")),
        ("reply", {"case": "c1", "login": "a", "text": "x", "at": "sms"}, Reply("c1", "a", "x", "sms")),
        ("tap", {"at": "slack", "login": "a", "message": "1.2", "button": 3}, Tap("slack", "a", "1.2", 3)),
        ("decide", {"case": "c1", "login": "anna", "press": "claim"}, Decide("c1", "anna", "claim")),
        ("skip", {"ms": 5}, Skip(5)),
        ("fault", {"device": "slack", "name": "429"}, FaultName("slack", "429")),
    ],
)
async def test_actions_reach_the_stage(page, stage, path, body, action):
    assert (await page.post(f"/demo/{path}", json=body)).status_code == 204
    assert stage.acts == [action]


@pytest.mark.parametrize(
    ("path", "body", "headers", "status"),
    [
        ("text", b'{"device": "sms", "text": "8"}', {"content-type": "text/plain"}, 415),
        ("text", b"text=8", {"content-type": "application/x-www-form-urlencoded"}, 415),
        ("text", b'{"device": "sms", "text": "8"}', JSON | {"host": "evil.example"}, 421),
        ("text", b'{"device": "sms", "text": 8}', JSON, 422),
        ("text", b'{"device": "fax", "text": "8"}', JSON, 422),
        ("text", b'{"text": "8"}', JSON, 422),
        ("press", b'{"device": "slack", "message": "1", "button": -1}', JSON, 422),
        ("press", b'{"device": "slack", "message": "1", "button": 1, "as": "admin"}', JSON, 422),
        ("text", b"{", JSON, 422),
        ("text", b'{"text": "' + b"x" * 20_000 + b'"}', JSON, 413),
        ("nix", b"{}", JSON, 404),
    ],
)
async def test_no_other_site_can_act_and_no_nonsense_gets_through(page, stage, path, body, headers, status):
    assert (await page.post(f"/demo/{path}", content=body, headers=headers)).status_code == status
    assert stage.acts == []


async def test_events_come_when_something_has_changed_and_end_with_the_demo(page, stage):
    """In the language of the page that listens; what happens while one is drawn is news for the next."""
    answer = await page.get("/demo/events?lang=de")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text == 'data: {"round":2,"lang":"de"}\n\ndata: {"round":1,"lang":"de"}\n\n'
    assert stage.heard == [0, 1, 2]


@pytest.mark.parametrize("path", ["/static/../demo.py", "/static/%2e%2e/demo.py", "/static//etc/passwd", "/static/"])
async def test_static_files_are_only_those_of_the_folder(page, path):
    assert (await page.get(path)).status_code == 404


async def test_only_http_is_spoken(backend):
    with pytest.raises(NotImplementedError):
        await Guard(backend.accept, (), print)({"type": "websocket"}, None, None)


def test_a_refusal_carries_more_facts_where_given():
    assert b'"limit":3' in bytes(Refused(429, "x", limit=3).response("id").body)
