"""Versions of flows on both databases: numbers without a gap, whoever publishes, and nothing lost."""

import asyncio

import pytest

from bot.versions import ANY, Outdated, Publication
from storage.opening import open_store

NOW = 1_772_442_000_000


def publication(revision="r1", flow="coffee", kind="published", based_on=ANY, *, once=False, note="") -> Publication:
    return Publication(flow, revision, f"source of {revision}", kind, "ada", note, NOW, based_on, once)


async def test_a_version_comes_with_its_source(store):
    """What is published can be read at once, row and text."""
    assert await store.publish(publication(note="first")) == 1
    [row] = await store.versions("coffee")
    assert row == {
        "flow": "coffee", "n": 1, "revision": "r1", "kind": "published", "author": "ada", "note": "first", "at": NOW,
    }  # fmt: skip
    assert await store.revision("r1") == "source of r1"
    assert await store.versions("tea") == []


async def test_every_flow_counts_for_itself(store):
    """The latest version of each flow is its current one; that of its file may be an older one."""
    history = [("coffee", "r1", "file"), ("coffee", "r2", "published"), ("tea", "t1", "published")]
    for flow, revision, kind in [*history, ("coffee", "r1", "rolled_back")]:
        await store.publish(publication(revision, flow, kind))
    assert [(row["flow"], row["n"], row["revision"]) for row in await store.current_versions()] == [
        ("coffee", 3, "r1"),
        ("tea", 1, "t1"),
    ]
    assert [(row["flow"], row["n"]) for row in await store.file_versions()] == [("coffee", 1)]
    assert [row["n"] for row in await store.versions("coffee")] == [3, 2, 1]


@pytest.mark.parametrize(
    ("before", "kind", "taken"),
    [
        ([], "file", 1),
        ([("r1", "file")], "file", 0),
        ([("r1", "file"), ("r2", "published")], "file", 0),
        ([("r1", "file"), ("r2", "file"), ("r1", "rolled_back")], "file", 4),
        ([("r1", "published")], "file", 2),
    ],
)
async def test_a_file_is_taken_once(store, before, kind, taken):
    """What came from the file last is not taken again; whatever was published since."""
    for revision, how in before:
        await store.publish(publication(revision, kind=how))
    assert await store.publish(publication("r1", kind=kind, once=True)) == taken
    assert len(await store.versions("coffee")) == len(before) + bool(taken)


@pytest.mark.parametrize(("based_on", "ok"), [(ANY, True), (1, True), (0, False), (2, False)])
async def test_who_says_what_it_is_based_on_hears_of_others(store, based_on, ok):
    """A version that somebody has not seen is not replaced by theirs, and nothing of theirs is kept."""
    await store.publish(publication())
    if ok:
        assert await store.publish(publication("r2", based_on=based_on)) == 2
        return
    with pytest.raises(Outdated, match="has version 1") as refused:
        await store.publish(publication("r2", based_on=based_on))
    assert refused.value.current == 1
    assert len(await store.versions("coffee")) == 1
    assert await store.revision("r2") is None


async def test_those_who_publish_at_once_get_one_number_each(store):
    """Twenty publish together: twenty versions; of those that are based on the same one, one is taken."""
    given = await asyncio.gather(*(store.publish(publication(f"r{each}")) for each in range(20)))
    assert sorted(given) == list(range(1, 21))
    again = await asyncio.gather(
        *(store.publish(publication(f"s{each}", based_on=20)) for each in range(8)), return_exceptions=True
    )
    assert sorted(map(str, again)).count("21") == 1
    assert sum(isinstance(each, Outdated) for each in again) == 7


async def test_waiters_hear_of_it(store):
    """Who waits for news of flows is woken long before the time is up."""
    waiting = asyncio.create_task(store.wait("flows", 30))
    await asyncio.sleep(0.05)
    await store.publish(publication())
    async with asyncio.timeout(5):
        await waiting


async def test_another_process_on_postgresql_hears_of_it(postgres_url):
    """Notifies wake the waiters of other servers."""
    one, other = await open_store(postgres_url), await open_store(postgres_url)
    try:
        await asyncio.sleep(0.3)  # both listen
        waiting = asyncio.create_task(other.wait("flows", 30))
        await asyncio.sleep(0.05)
        await one.publish(publication())
        async with asyncio.timeout(2):
            await waiting
        assert [row["n"] for row in await other.current_versions()] == [1]
    finally:
        await one.close()
        await other.close()
