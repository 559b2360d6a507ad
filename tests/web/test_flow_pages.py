"""Surveys in the browser on both databases: who sees and changes which, drafts, conflicts, the way back, the trail."""

import asyncio
import json

import pytest

from bot.errors import StoreUnavailable
from storage import audit
from tests.browser.acting import XSS
from tests.storage.builders import session, turn
from tests.web.flows_made import ADMIN, OTHER, READER, hidden, looks, running, screen, source, typed
from tests.web.inbox_made import shown
from web.words.flows import FLOWS


@pytest.fixture
async def house(database_url, tmp_path):
    async with running(database_url, tmp_path / "flows") as assembled:
        yield assembled


@pytest.fixture
async def small(sqlite_url, tmp_path):
    async with running(sqlite_url, tmp_path / "flows") as assembled:
        yield assembled


async def trail(assembled):
    """(actor, act, subject, facts), the oldest first."""
    found = await assembled.reading.read(lambda: audit.entries(audit.NEWEST, 100))
    assert audit.breaks(found) == []
    return [(each.actor, each.act, each.subject, json.loads(each.facts)) for each in reversed(found)]


async def history(assembled, flow="coffee"):
    return [(each["n"], each["kind"], each["author"]) for each in await assembled.reading.versions(flow)]


async def test_the_list_says_what_runs_since_when_and_who_is_in_it(house, tmp_path):
    """Tests do not count; a file that says something else is a draft; what is wrong with files is there."""
    revision = house.library.get("coffee").revision
    facts = {"flow": "coffee", "revision": revision}
    await turn(house.store, sessions=[
        session("s1", **facts), session("s2", "sms:+492", **facts),
        session("s3", "sms:+493", basis="test", **facts), session("s4", "sms:+494", outcome="completed", **facts),
    ])  # fmt: skip
    (tmp_path / "flows" / "coffee.yaml").write_text(source("Two"))
    (tmp_path / "flows" / "broken.yaml").write_text("a: b: c")
    async with looks(house) as page:
        text = shown(await page.get())
        assert "coffee Coffee <b> Version 1" in text
        assert "UTC 2 Edit file says otherwise" in text
        assert "broken.yaml:1:" in text
        assert "2 conversations are in this survey right now." in shown(await page.get("/flows/coffee"))
    async with looks(house, READER, "de") as page:
        text = shown(await page.get())
        assert "Datei sagt anderes" in text
        assert "Kurzer Name" not in text
        assert "broken.yaml" not in text


async def test_a_draft_is_checked_played_compared_and_published(house):
    """Without a script: every button answers with the same page, and what was typed stands there."""
    async with looks(house) as page:
        first = await page.get("/flows/coffee/edit")
        assert (typed(first), hidden(first, "based_on")) == (source("One"), "1")
        assert screen(first) == [("bot", "Acme: One, 0-10? STOP = abmelden")]
        wrong = await page.edits(source("Two").replace("next: thanks", "next: thank"))
        text = shown(wrong)
        assert "Line 14, column 11 error" in text
        assert "did you mean 'thanks'?" in text
        assert screen(wrong) == []
        assert "next: thank\n" in typed(wrong)
        assert (await page.edits(source("Two").replace("next: thanks", "next: thank"), "publish")).status_code == 422
        played = await page.edits(source("Two"), "play", language="en", reply="9, fast delivery")
        assert screen(played) == [
            ("bot", "Acme: Two, 0-10? Reply STOP to opt out"),
            ("customer", "9, fast delivery"),
            ("echolot", "record score = 9, promoter: fast delivery"),
            ("echolot", "finish completed"),
            ("bot", "Thank you!"),
        ]
        assert "One" in shown(played).partition("What changes against version 1")[2]
        done = await page.edits(source("Two"), "publish", note="shorter")
        assert (done.status_code, done.headers["location"]) == (303, "/flows/coffee?done=published")
        assert "Published. New conversations" in shown(await page.get("/flows/coffee?done=published"))
    assert await history(house) == [(2, "published", "Anna"), (1, "file", (await history(house))[1][2])]
    assert "Two" in house.library.get("coffee").step("score").ask.text.of("en")
    assert await trail(house) == [("id-anna", "flow_published", "coffee", {"version": 2})]


async def test_whoever_was_slower_is_told_who_and_when_and_loses_nothing(house):
    """409 with the whole draft; the next button says what it replaces, and is refused if somebody is faster again."""
    async with looks(house) as anna, looks(house, OTHER) as ben:
        assert (await ben.edits(source("Bens"), "publish", note="by Ben")).status_code == 303
        told = await anna.edits(source("Annas"), "publish", note="mine")
        assert (told.status_code, typed(told)) == (409, source("Annas"))
        text = shown(told)
        assert "Ben has published version 2 meanwhile" in text
        assert "by Ben" in text
        assert 'value="mine"' in told.text
        assert hidden(told, "based_on") == "1"
        assert 'href="/flows/coffee?old=1&amp;new=2#difference"' in told.text
        assert "Publish mine over version 2" in text
        assert "Ben has published version 2" in shown(await anna.edits(source("Annas")))  # a check says it too
        assert (await ben.edits(source("Again"), "publish", based_on=2)).status_code == 303
        assert (await anna.edits(source("Annas"), "over:2")).status_code == 409
        assert (await anna.edits(source("Annas"), "over:3")).status_code == 303
    assert [each[2] for each in (await history(house))[:3]] == ["Anna", "Ben", "Ben"]


async def test_two_at_once_one_wins(house):
    """Of five who publish on top of the same version one does."""
    async with looks(house) as page:
        answers = await asyncio.gather(*(page.edits(source(words), "publish") for words in "ABCDE"))
    assert sorted(each.status_code for each in answers) == [303, 409, 409, 409, 409]
    assert len(await trail(house)) == 1


async def test_the_way_back_is_confirmed_and_kept_in_the_trail(house):
    """First what it changes, then the button; it refuses if somebody has published in between."""
    async with looks(house) as page:
        await page.edits(source("Two"), "publish")
        sure = shown(await page.get("/flows/coffee?back=1"))
        assert "Go back to version 1?" in sure
        assert "From version 2 to version 1" in sure
        assert len(await history(house)) == 2
        late = await page.sends("/flows/coffee", to="1", based_on="1")
        assert late.status_code == 409
        assert "Somebody has published another version" in shown(late)
        for to, based_on, status in (("2", "2", 422), ("9", "2", 422), ("x", "2", 422), ("1", "", 422)):
            assert (await page.sends("/flows/coffee", to=to, based_on=based_on)).status_code == status
        done = await page.sends("/flows/coffee", to="1", based_on="2", note="too short")
        assert done.headers["location"] == "/flows/coffee?done=back"
        text = shown(await page.get("/flows/coffee?done=back"))
        assert "Gone back." in text
        assert "too short" in text
    assert (await history(house))[0] == (3, "rolled_back", "Anna")
    assert "One" in house.library.get("coffee").step("score").ask.text.of("en")
    assert (await trail(house))[-1] == ("id-anna", "flow_rolled_back", "coffee", {"version": 3})


async def test_s20_brands(small):
    """One publishes surveys of one's brands; one of no brand takes a role for all; another brand's is not there."""
    async with looks(small, ADMIN) as page:
        for flow, brand in (("theirs", "bolt"), ("ours", "acme")):
            done = await page.edits(source(flow=flow, brand=brand), "publish", flow, 0)
            assert done.status_code == 303
    ours = source("New", "ours", "acme")
    async with looks(small, "anna/author:acme") as page:
        text = shown(await page.get())
        assert "ours" in text
        assert "theirs" not in text
        for path in ("/flows/theirs", "/flows/theirs/edit"):
            assert (await page.get(path)).status_code == 404
        assert (await page.edits(ours, "publish", "theirs")).status_code == 404
        assert (await page.get("/flows/coffee")).status_code == 200
        assert "Edit" not in shown(await page.get("/flows/coffee"))
        for answer in (await page.get("/flows/coffee/edit"), await page.edits(source("x"), "publish"),
                       await page.sends("/flows/coffee", to="1", based_on="1")):  # fmt: skip
            assert answer.status_code == 403
        away = await page.edits(source("New", "ours", "bolt"), "publish", "ours")
        assert (away.status_code, "your role is for acme" in shown(away)) == (403, True)
        assert (await page.edits(source("New", "ours"), "publish", "ours")).status_code == 403
        assert (await page.edits(source("New", "new"), "publish", "new", 0)).status_code == 403
        assert (await page.edits(ours, "publish", "ours")).status_code == 303
    assert await history(small, "coffee") == [(1, "file", (await history(small, "coffee"))[0][2])]


async def test_s20_who_only_reads(small):
    """The text and what changed, and no button; the door says no."""
    async with looks(small, READER) as page:
        answer = await page.get("/flows/coffee")
        assert "languages: [de, en]" in shown(answer)
        assert 'method="post"' not in answer.text
        assert (await page.get("/flows/coffee/edit")).status_code == 403
        assert (await page.edits(source("x"), "publish")).status_code == 403
        assert (await page.sends("/flows/coffee", to="1", based_on="1")).status_code == 403
        assert (await page.sends("/flows", id="new")).status_code == 403
    for who in ("eve/agent", "vic/viewer"):
        async with looks(small, who) as page:
            assert (await page.get()).status_code == 403
    async with looks(small) as page:
        page.csrf = "0" * 64
        assert (await page.edits(source("x"), "publish")).status_code == 403


async def test_a_new_survey_begins_with_a_template(small):
    """Renamed, checked, and there for all once it is published."""
    async with looks(small) as page:
        for wrong in ("", "Big", "a b", "../x", "x" * 61, "coffee", "ümlaut"):
            assert (await page.sends("/flows", id=wrong, template="coffee")).status_code == 422
        to = (await page.sends("/flows", id="tea", template="coffee")).headers["location"]
        assert to == "/flows/tea/edit?template=coffee"
        answer = await page.get(to)
        assert typed(answer) == source("One", "tea")
        assert "This becomes the first version." in shown(answer)
        assert (await page.get("/flows/tea")).status_code == 404
        other = await page.edits(source("One"), "publish", "tea", 0)
        assert (other.status_code, "write `id: tea`" in shown(other)) == (422, True)
        assert (await page.edits(typed(answer), "publish", "tea", 0)).status_code == 303
        assert "id: tea2" in typed(await page.get("/flows/tea2/edit?template=nix"))
        same = await page.edits(typed(answer), "publish", "tea", 1)
        assert same.headers["location"] == "/flows/tea?done=same"
    assert small.library.get("tea").title == "Coffee <b>"


async def test_a_file_or_an_old_version_can_be_the_beginning(small, tmp_path):
    """What is not there is not found."""
    (tmp_path / "flows" / "coffee.yaml").write_text(source("Two"))
    (tmp_path / "flows" / "draft.yaml").write_text(source("Three", "draft"))
    async with looks(small) as page:
        assert typed(await page.get("/flows/coffee/edit?from=file")) == source("Two")
        assert typed(await page.get("/flows/coffee/edit?from=1")) == source("One")
        for path in ("/flows/coffee/edit?from=9", "/flows/nix", "/flows/coffee?old=1&new=9", "/flows/UP/edit",
                     "/flows/nix/edit?from=1"):  # fmt: skip
            assert (await page.get(path)).status_code == 404, path
        assert "file" in shown(await page.get("/flows/coffee?old=published&new=file"))
        assert "not published yet" in shown(await page.get())
        assert (await page.get("/flows/draft")).headers["location"] == "/flows/draft/edit"
        assert typed(await page.get("/flows/draft/edit")) == source("Three", "draft")


@pytest.mark.parametrize("hostile", [
    "", "\0", "a\x01b", "\u2028", "\ud7ff", "x: &a [*a, *a]", "!!python/object:os.system x", "<<: {}", "[" * 5000,
    "- " * 30000, "id: coffee\nid: coffee", "x" * 200_000, "\n" * 90_000, "? " * 9000, "steps: [" + "{id: a}," * 9000,
    source("{{7*7}} {x.__class__} {x!r:>999999999}"), source("{{ " * 500), '"\\ud800"', "%YAML 9.9\n---\n",
])  # fmt: skip
async def test_s29_hostile_text_is_told_about_and_nothing_else(small, hostile):
    """Checked, played and published: never a 5xx, always a page, and the flow is as it was."""
    async with looks(small) as page:
        for press in ("check", "play", "publish"):
            answer = await page.edits(hostile, press, reply=hostile[:50], note=hostile[:900])
            assert answer.status_code in (200, 413, 422), (press, answer.status_code)
            assert ("problem+json" if answer.status_code == 413 else "text/html") in answer.headers["content-type"]
        for based_on in ("x", "-1", "9" * 30, ""):
            assert (await page.edits(source(), "publish", based_on=based_on)).status_code == 422
        assert (await page.edits(source(), "over:" + hostile[:30])).status_code in (303, 422)


async def test_s29_too_much_is_refused_before_it_is_read(small):
    """256 kB for the whole form, and a page that says so."""
    async with looks(small) as page:
        answer = await page.edits("x" * 300_000)
        assert (answer.status_code, "problem+json" in answer.headers["content-type"]) == (413, True)
        assert (await page.edits("x" * 250_000)).status_code == 200
        assert (await page.sends("/flows", id="x" * 100_000)).status_code == 422


async def test_s23_what_authors_write_stays_text(small):
    """Titles, words, notes and names of others' making."""
    async with looks(small) as page:
        for each in XSS:
            text = source().replace("Coffee <b>", json.dumps(each)).replace("How likely", "How")
            played = await page.edits(text, "play", reply=each, note=each)
            for answer in (played, await page.edits(each), await page.get("/flows", x=each)):
                assert each not in answer.text or "<" not in each
        assert (await page.edits(text, "publish", note=XSS[0])).status_code == 303
        assert XSS[0] not in (await page.get("/flows/coffee")).text
        assert XSS[-1] not in (await page.get("/flows")).text or "<" not in XSS[-1]


async def test_a_store_that_is_down_loses_no_word(small, monkeypatch):
    """503 with the draft in the field."""

    async def down(*_given, **_more):
        raise StoreUnavailable("down")

    async with looks(small) as page:
        monkeypatch.setattr(small.librarian, "publish", down)
        answer = await page.edits(source("Two"), "publish")
    assert (answer.status_code, typed(answer)) == (503, source("Two"))
    assert "could not be stored" in shown(answer)


def test_both_languages_say_the_same_things():
    """With the same gaps to fill."""
    assert FLOWS["de"].keys() == FLOWS["en"].keys()
    for key, text in FLOWS["de"].items():
        assert text.count("{") == FLOWS["en"][key].count("{"), key
