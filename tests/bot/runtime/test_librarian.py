"""Versions of flows in a running process: files that are taken, what is published by hand, ways back."""

import asyncio

import pytest
from structlog.testing import capture_logs

from bot.errors import StoreUnavailable
from bot.runtime.drafts import SHIPPED_NOTE, read
from bot.runtime.librarian import before
from bot.versions import FILE, PUBLISHED, ROLLED_BACK, NoVersion, Outdated, Publication, Version
from flows.library import UnknownFlow
from flows.problems import FlowProblems
from storage.opening import open_store
from tests.bot.runtime.authors import Office, revision_of, source
from tests.bot.runtime.house import NOW


@pytest.fixture
def office(store, tmp_path) -> Office:
    return Office(store, tmp_path)


async def test_what_is_saved_is_what_new_conversations_begin_with(office):
    """A version each time the content changes, and none for a comment."""
    await office.saved(source("One"))
    await office.saved(source("One") + "# a remark\n")
    await office.saved(source("Two"))
    assert office.asks() == "Two"
    assert await office.history() == [(2, FILE), (1, FILE)]
    [newest, _] = await office.librarian.versions("coffee")
    assert newest.note == "coffee.yaml"
    assert newest.author == office.drafts.found.drafts["coffee"].author
    assert [each.note for each in await office.librarian.versions("relationship")] == [SHIPPED_NOTE]


async def test_a_broken_file_leaves_what_runs_alone_until_it_is_mended(office):
    """The log and the list of problems tell file, line and column; both are quiet again afterwards."""
    await office.saved(source("One"))
    with capture_logs() as logs:
        await office.saved(source("Two") + "    next: nowhere\n")
    [told] = [entry for entry in logs if entry["event"] == "flow_broken"]
    assert (told["line"], told["column"], told["code"]) == (8, 11, "unknown-step")
    assert [(each.line, each.code) for each in office.drafts.found.errors] == [(8, "unknown-step")]
    assert office.asks() == "One"
    with capture_logs() as logs:
        await office.drafts.look()
    assert logs == []
    with capture_logs() as logs:
        await office.saved(source("Two"))
    assert [entry["event"] for entry in logs] == ["flow_mended", "flow_version"]
    assert office.drafts.found.errors == []
    assert office.asks() == "Two"


async def test_a_file_that_is_gone_takes_nothing_with_it(office):
    """Its flow stays as it is, and the log says so."""
    await office.saved(source("One"))
    (office.folder / "coffee.yaml").unlink()
    with capture_logs() as logs:
        await office.drafts.look()
    assert [(entry["event"], entry["flow"]) for entry in logs] == [("flow_file_gone", "coffee")]
    assert office.asks() == "One"


async def test_several_files_at_once(office):
    """Good ones are taken whatever is wrong with others."""
    office.save(source("One", "tea"), "tea.yaml")
    office.save("format: [", "wrong.yaml")
    await office.saved(source("Two"))
    assert (office.asks("tea"), office.asks()) == ("One", "Two")
    assert {each.file for each in office.drafts.found.errors} == {str(office.folder / "wrong.yaml")}


async def test_a_file_nobody_may_read_is_a_problem(office):
    """It is told like any other."""
    (office.folder / "folder.yaml").mkdir()
    await office.drafts.look()
    assert [each.code for each in office.drafts.found.errors] == ["unreadable"]


async def test_the_unchanged_file_does_not_undo_a_way_back(office):
    """Neither the next look nor a new start takes it again; the next change does."""
    await office.saved(source("One"))
    await office.saved(source("Two"))
    back = await office.librarian.roll_back("coffee", "ada", "too long")
    assert (back.n, back.kind, back.note) == (3, ROLLED_BACK, "too long")
    await office.drafts.look()
    assert office.asks() == "One"
    again = Office(office.store, office.folder)
    await again.drafts.look()
    assert again.asks() == "One"
    await again.saved(source("Three"))
    assert await again.history() == [(4, FILE), (3, ROLLED_BACK), (2, FILE), (1, FILE)]
    await office.librarian.refresh()
    assert office.asks() == "Three"


async def test_by_hand_files_are_drafts(store, tmp_path):
    """All but the first ones of a new database, so that a fresh folder works; a shipped survey is there as well."""
    office = Office(store, tmp_path, by_hand=True)
    await office.saved(source("One"))
    assert office.asks() == "One"
    await office.saved(source("Two"))
    await office.saved(source("New", "tea"), "tea.yaml")
    assert office.asks() == "One"
    with pytest.raises(UnknownFlow):
        office.library.get("tea")
    draft = office.drafts.found.drafts["coffee"]
    version, new = await office.librarian.publish_file(draft.source.text, "coffee.yaml", "ada", "shorter", once=False)
    assert (version.n, version.kind, version.note, new) == (2, FILE, "shorter", True)
    assert office.asks() == "Two"
    assert office.library.get("relationship")


async def test_a_shipped_survey_never_replaces_ones_own(office):
    """Not even when one's own file is gone, or new ones are shipped."""
    await office.saved(source("Mine", "relationship"), "relationship.yaml")
    (office.folder / "relationship.yaml").unlink()
    await office.drafts.look()
    assert office.asks("relationship") == "Mine"


async def test_what_is_handed_in_is_checked_and_published_once(office):
    """With every problem if there is one; the same content again is no new version."""
    with pytest.raises(FlowProblems, match="handed in:8:11: error: unknown step 'nowhere'"):
        await office.librarian.publish(source() + "    next: nowhere\n", "handed in", "ada")
    with pytest.raises(NoVersion, match="No version of 'coffee' has been published"):
        await office.librarian.versions("coffee")
    first, new = await office.librarian.publish(source(), "handed in", "ada\x1b[1m \n lovelace", "a\nb")
    assert (first.n, first.kind, first.author, first.note, new) == (1, PUBLISHED, "ada [1m lovelace", "a b", True)
    assert await office.librarian.publish(source(), "handed in", "ben") == (first, False)
    with pytest.raises(Outdated):
        await office.librarian.publish(source("Two"), "handed in", "ben", based_on=0)


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ("a", 0), ("ab", 1), ("abc", 2), ("abB", 1), ("aba", 2), ("abA", 0), ("abcB", 1), ("abcBA", 0), ("abAc", 3),
        ("aab", 2), ("abb", 1), ("bbA", 2),
    ],
)  # fmt: skip
def test_the_way_back(history, expected):
    """Letters are contents, oldest first; a capital is a way back. Twice back is further back, and never forth."""
    versions = [
        Version("coffee", n, letter.lower(), ROLLED_BACK if letter.isupper() else PUBLISHED, "", "", 0)
        for n, letter in enumerate(history, 1)
    ]
    found = before(versions[::-1])
    assert (found.n if found else 0) == expected


@pytest.mark.parametrize(
    ("to", "told"),
    [(None, "no earlier version"), (7, "has no version 7"), (1, "at version 1, which is the same")],
)
async def test_where_there_is_no_way_back(office, to, told):
    """It says why, and nothing is written."""
    await office.librarian.publish(source(), "handed in", "ada")
    with pytest.raises(NoVersion, match=told):
        await office.librarian.roll_back("coffee", "ada", to=to)
    assert await office.history() == [(1, PUBLISHED)]


async def test_a_way_back_to_what_another_process_published(office, tmp_path):
    """A process that has never seen the old source reads it from the database."""
    await office.librarian.publish(source("One"), "handed in", "ada")
    await office.librarian.publish(source("Two"), "handed in", "ada")
    other = Office(office.store, tmp_path)
    back = await other.librarian.roll_back("coffee", "ben", to=1)
    assert (back.n, back.note, other.asks()) == (3, "back to version 1", "One")


async def test_a_version_that_cannot_be_read_leaves_the_one_before(office):
    """A later release may have written it: told once, and what runs goes on."""
    await office.librarian.publish(source("One"), "handed in", "ada")
    await office.store.publish(Publication("coffee", "f" * 32, "format: 2\n", PUBLISHED, "ada", "", NOW))
    with capture_logs() as logs:
        await office.librarian.refresh()
        await office.librarian.refresh()
    assert [entry["event"] for entry in logs] == ["flow_revision_lost"]
    assert office.asks() == "One"


async def until(true) -> None:
    """Look again until it holds, for two seconds at most."""
    async with asyncio.timeout(2):
        while not true():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)


async def test_news_from_another_server_arrive_by_themselves(postgres_url, tmp_path):
    """Within two seconds, without a look of anybody's."""
    one, other = await open_store(postgres_url), await open_store(postgres_url)
    here, there = Office(one, tmp_path), Office(other, tmp_path)
    hearing = asyncio.create_task(there.librarian.run())
    try:
        await asyncio.sleep(0.3)
        await here.librarian.publish(source("New"), "handed in", "ada")
        await until(lambda: "coffee" in there.librarian.current)
        assert there.asks() == "New"
    finally:
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)
        await one.close()
        await other.close()


async def test_a_database_that_is_away_is_asked_again(office, monkeypatch):
    """The librarian does not fall over, and is up to date once it is back."""
    monkeypatch.setattr("bot.runtime.librarian.POLL", 0.02)
    really, down = office.store.current_versions, [True, True]

    async def current_versions():
        if down:
            down.pop()
            raise StoreUnavailable("down")
        return await really()

    await office.store.publish(Publication("coffee", revision_of(source("One")), source("One"), PUBLISHED, "", "", NOW))
    monkeypatch.setattr(office.store, "current_versions", current_versions)
    hearing = asyncio.create_task(office.librarian.run())
    await until(lambda: "coffee" in office.librarian.current)
    hearing.cancel()
    assert office.asks() == "One"


async def test_an_owner_without_a_name_is_called_file(office, monkeypatch):
    """In a container nobody may know the number of the file's owner."""

    def owner(_path):
        raise KeyError(4711)

    monkeypatch.setattr("pathlib.Path.owner", owner)
    await office.saved(source())
    assert [each.author for each in await office.librarian.versions("coffee")] == ["file"]


def test_files_alone(tmp_path):
    """What `read` finds without a database: shipped surveys, and who owns a file."""
    (tmp_path / "coffee.yaml").write_text(source())
    found = read([tmp_path], None)
    assert sorted(found.drafts) == ["after-support", "coffee", "relationship"]
    assert [each.shipped for _, each in sorted(found.drafts.items())] == [True, False, True]
    assert found.drafts["coffee"].author
