"""Drafts of surveys on both databases: nobody replaces what they have not seen, whatever happens meanwhile."""

import asyncio

import pytest

from storage import audit, drafts
from storage.drafts import KEPT, FlowDraft

NOW = 1_800_000_000_000


def written(n=0, source="a: b: c", person="id-anna"):
    return FlowDraft("coffee", n, source, 1, "", person, person.removeprefix("id-").title())


async def acts(store):
    return [(each.actor, each.act) for each in reversed(await store.read(lambda: audit.entries(audit.NEWEST, 99)))]


@pytest.fixture
async def keep(store):
    """Saves at NOW plus so much."""

    async def keep(wanted, later=0):
        return await store.run(lambda: drafts.save(wanted, NOW + later))

    return keep


async def test_s39_a_draft_is_saved_over_what_was_seen_only(store, keep):
    """Two states are never called the same; the trail names who begins and who goes on, not each pause."""
    first = await keep(written())
    assert first == written(NOW)
    second = await keep(written(first.n, "two"))
    assert second.n == NOW + 1
    assert await keep(written(second.n, "two"), 5) == second
    assert await keep(written(first.n, "late", "id-ben"), 9) is None
    assert await store.read(lambda: drafts.draft("coffee", NOW)) == second
    third = await keep(written(second.n, "late", "id-ben"), 9)
    assert (third.n, third.author) == (NOW + 9, "Ben")
    assert await acts(store) == [("id-anna", "flow_draft_saved"), ("id-ben", "flow_draft_saved")]
    assert not await store.run(lambda: drafts.drop("coffee", second.n, NOW, "id-anna"))
    assert [each.flow for each in await store.read(lambda: drafts.drafts(NOW))] == ["coffee"]
    assert await store.run(lambda: drafts.drop("coffee", third.n, NOW, "id-anna"))
    assert await store.read(lambda: drafts.draft("coffee", NOW)) is None
    assert (await acts(store))[2:] == [("id-anna", "flow_draft_dropped")]
    again = await keep(written(third.n, "after all"), 20)
    assert again.source == "after all"


async def test_of_many_at_once_one_is_saved(store, keep):
    """A first draft as well as one that follows another."""
    seen = 0
    for later in (0, 100):
        done = await asyncio.gather(*(keep(written(seen, f"{later}-{n}", f"id-{n}"), later) for n in range(8)))
        [saved] = [each for each in done if each]
        assert await store.read(lambda: drafts.draft("coffee", NOW)) == saved
        seen = saved.n


async def test_a_draft_that_nobody_touches_goes(store, keep):
    """It is not shown any more, and the next draft of anybody takes it away."""
    await keep(written())
    assert await store.read(lambda: drafts.draft("coffee", NOW + KEPT)) is None
    await keep(written()._replace(flow="tea"), KEPT)
    assert [each.flow for each in await store.read(lambda: drafts.drafts(0))] == ["tea"]
