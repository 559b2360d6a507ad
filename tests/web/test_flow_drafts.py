"""Drafts in the editor on both databases: saved, found again, whose they are, two who save, and what is refused."""

import pytest

from bot.errors import StoreUnavailable
from commands.flow_drafts import StoredDrafts
from tests.browser.acting import XSS
from tests.web.flows_made import ADMIN, OTHER, READER, hidden, looks, running, source, typed
from tests.web.inbox_made import shown
from tests.web.test_flow_pages import trail
from web import flow_editor


@pytest.fixture
async def house(database_url, tmp_path):
    async with running(database_url, tmp_path / "flows") as assembled:
        yield assembled


@pytest.fixture
async def small(sqlite_url, tmp_path):
    async with running(sqlite_url, tmp_path / "flows") as assembled:
        yield assembled


async def test_a_draft_is_kept_shown_and_gone_once_published(house):
    """Broken YAML too; what it was begun from stays with it; opening an old version leaves it where it is."""
    async with looks(house) as anna, looks(house, OTHER, "de") as ben:
        saved = await anna.edits("a: b: c\n", "keep")
        assert (saved.status_code, typed(saved)) == (200, "a: b: c\n")
        assert "Draft saved: Anna" in shown(saved)
        assert "Entwurf von Anna" in shown(await ben.get())
        found = await ben.get("/flows/coffee/edit")
        assert (typed(found), hidden(found, "based_on")) == ("a: b: c\n", "1")
        assert hidden(found, "draft") == hidden(saved, "draft") != "0"
        assert typed(await ben.get("/flows/coffee/edit?from=published")) == source("One")
        assert "anderen Entwurf gespeichert" in shown(await ben.get("/flows/coffee/edit?from=published"))
        done = await ben.edits(source("Two"), "publish", draft=hidden(found, "draft"))
        assert done.status_code == 303
        assert "Entwurf von" not in shown(await ben.get())
        assert typed(await anna.get("/flows/coffee/edit")) == source("Two")
    assert [each[:2] for each in await trail(house)] == [("id-anna", "flow_draft_saved"), ("id-ben", "flow_published")]


async def test_whoever_saves_later_sees_both_and_loses_nothing(house):
    """409 with the lines of both; a check says it too; publishing another text leaves the draft of others."""
    async with looks(house) as anna, looks(house, OTHER) as ben:
        assert (await ben.edits(source("Bens"), "keep")).status_code == 200
        for press, status in (("keep", 409), ("check", 200), ("drop", 409), ("mine:7", 409)):
            told = await anna.edits(source("Annas"), press)
            assert (told.status_code, typed(told), hidden(told, "draft")) == (
                status,
                source("Annas"),
                "7" if press == "mine:7" else "0",
            )
            assert "Ben has saved another draft meanwhile" in shown(told)
            assert '<li class="less">' in told.text.partition('id="clash"')[2].partition("</ol>")[0]
        number = told.text.partition('value="mine:')[2].partition('"')[0]
        assert typed(await anna.get("/flows/coffee/edit?from=draft")) == source("Bens")
        assert (await anna.edits(source("Bens"), "check")).text.count('id="clash"') == 0  # the same is no conflict
        mine = await anna.edits(source("Annas"), f"mine:{number}")
        assert (mine.status_code, "Draft saved: Anna" in shown(mine)) == (200, True)
        assert (await ben.edits(source("Other"), "publish")).status_code == 303
        assert typed(await ben.get("/flows/coffee/edit")) == source("Annas")
        assert "Ben has published version 2" in shown(await ben.get("/flows/coffee/edit"))
        gone = await anna.edits(source("Annas"), "drop", draft=hidden(mine, "draft"))
        assert (gone.status_code, gone.headers["location"]) == (303, "/flows/coffee/edit")
        assert typed(await anna.get("/flows/coffee/edit")) == source("Other")
        assert (await anna.edits(source("x"), "drop")).status_code == 303  # nothing was kept


async def test_s20_whose_draft_it_is(small):
    """A new survey's draft is its brand's, or one of who begins it; other brands hear nothing of it."""
    async with looks(small, "anna/author:acme") as acme:
        assert (await acme.edits(source("x"), "keep", "coffee")).status_code == 403
        assert (await acme.edits("broken: [", "keep", "tea", 0)).status_code == 200
        assert (await acme.edits(source("x", "milk", "bolt"), "keep", "milk", 0)).status_code == 200
        assert (await acme.sends("/flows", id="tea", template="coffee")).status_code == 422
        assert "tea acme draft by Anna" in shown(await acme.get())
    async with looks(small, "ben/author:bolt") as bolt:
        assert "draft by" not in shown(await bolt.get())
        for flow in ("tea", "milk"):
            assert (await bolt.get(f"/flows/{flow}/edit")).status_code == 404
            assert (await bolt.edits("mine", "keep", flow, 0)).status_code == 404
        assert (await bolt.edits(source("x", "rum", "bolt"), "keep", "rum", 0)).status_code == 200
    async with looks(small, ADMIN) as admin:
        assert "tea acme draft by" in shown(await admin.get())
        assert "rum bolt draft by" in shown(await admin.get())
        assert (await admin.edits(source("x", "cup"), "keep", "cup", 0)).status_code == 200
    async with looks(small, READER) as reader:
        assert "draft by" not in shown(await reader.get())
        assert (await reader.edits("x", "keep")).status_code == 403


async def test_what_cannot_be_kept_is_said(small, monkeypatch):
    """Too large, a wrong number, a database that does not answer: the text stands there still."""
    async with looks(small) as page:
        for wrong in ("x", "-1", "1" * 17):
            assert (await page.edits("a", "keep", draft=wrong)).status_code == 422
        monkeypatch.setattr(flow_editor, "LARGEST", 20)
        large = await page.edits("ä" * 11, "keep")
        assert (large.status_code, typed(large)) == (422, "ä" * 11)
        assert "256 kB at most" in shown(large)
        assert (await page.edits("ä" * 10, "keep")).status_code == 200

        async def refuses(*_):
            raise StoreUnavailable("no")

        monkeypatch.setattr(StoredDrafts, "keep", refuses)
        monkeypatch.setattr(StoredDrafts, "drop", refuses)
        for press in ("keep", "drop"):
            told = await page.edits("text", press)
            assert (told.status_code, typed(told)) == (503, "text")
        assert (await page.edits(source("Two"), "publish")).status_code == 303


async def test_s23_t18_drafts_stay_text(small):
    """In the editor, in the difference of two drafts, in the list."""
    async with looks(small) as anna, looks(small, OTHER) as ben:
        seen = "0"
        for each in XSS:
            text = each.replace("\n", " ")
            seen = hidden(await ben.edits(text, "keep", draft=seen), "draft")
            told = await anna.edits(f"{text} too", "keep")
            assert told.status_code == 409
            for page in (told, await ben.get("/flows/coffee/edit")):
                assert typed(page) in (text, f"{text} too")
                assert page.text.count("<img") == 1  # our own
                assert page.text.count("<script") == 1
