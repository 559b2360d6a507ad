"""Keys of repeated calls on both databases (P10): one call is carried out, all get its answer."""

import asyncio

import pytest

from storage.idem import KEPT, LEASE, Answer, Claim, OtherBody, Running, claim, drop, finished, release
from storage.scripts import Ask

AT = 1_800_000_000_000
DONE = Answer(200, '{"ö": 1}')


def nothing():
    """Work that only looks."""
    yield Ask("count_contacts")
    return 7


async def claimed(store, key="k", body="f", now=AT, scope="events:a"):
    return await store.run(lambda: claim(scope, key, body, now))


async def finish(store, held, now=AT, work=nothing):
    return await store.run(lambda: finished(held, work(), lambda _: DONE, now))


async def test_p10_the_same_call_has_the_same_answer_for_thirty_days(store):
    """Then the key is free."""
    held = await claimed(store)
    assert held == Claim("events:a", "k", AT)
    assert await finish(store, held) == DONE
    assert await claimed(store) == DONE
    assert await claimed(store, now=AT + KEPT - 1) == DONE
    assert isinstance(await claimed(store, body="other", now=AT + KEPT), Claim)


async def test_p10_another_body_is_refused(store):
    """While the first call is running, once it is done, and after it has fallen over."""
    held = await claimed(store)
    for now in (AT, AT + LEASE + 1):
        with pytest.raises(OtherBody):
            await claimed(store, body="other", now=now)
    await finish(store, held)
    with pytest.raises(OtherBody):
        await claimed(store, body="other", now=AT + KEPT - 1)


async def test_p10_a_call_that_is_running_is_not_begun_again(store):
    """The caller comes back later."""
    await claimed(store)
    with pytest.raises(Running):
        await claimed(store, now=AT + LEASE - 1)


async def test_p10_of_many_at_once_one_is_carried_out(store):
    """With real concurrency."""
    results = await asyncio.gather(*(claimed(store) for _ in range(12)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in results) == ["Claim"] + ["Running"] * 11


async def test_p10_a_crash_in_the_middle_does_not_block_for_ever(store):
    """Whoever claimed is gone; after a minute the same call is carried out, and the first can do no more."""
    lost = await claimed(store)
    later = AT + LEASE
    held = await claimed(store, now=later)
    assert held == Claim("events:a", "k", later)
    with pytest.raises(Running):
        await finish(store, lost, later)
    assert await finish(store, held, later) == DONE


async def test_p10_work_and_answer_come_together(store):
    """What has lost its claim leaves no effect either."""

    def effect():
        yield Ask("claim_key", ("effect", "e", "f", AT, AT + 1))
        return 1

    lost = await claimed(store)
    await claimed(store, now=AT + LEASE)
    with pytest.raises(Running):
        await finish(store, lost, AT + LEASE, effect)
    assert await store.read(lambda: looked("effect", "e")) == []


def looked(scope, key):
    return (yield Ask("look_at_key", (scope, key)))


async def test_p10_a_call_that_failed_leaves_its_key_free(store):
    """Nothing came of it; a claim of somebody else is not touched."""
    held = await claimed(store)
    await store.run(lambda: release(Claim("events:a", "k", AT - 1)))
    with pytest.raises(Running):
        await claimed(store)
    await store.run(lambda: release(held))
    assert isinstance(await claimed(store, body="other"), Claim)


def test_p10_how_long_is_what_was_promised():
    """Thirty days for answers; a crash holds a key for a minute at most."""
    assert KEPT == 30 * 24 * 3_600_000
    assert 30_000 < LEASE <= 60_000


async def test_keys_belong_to_their_scope(store):
    """Two callers may use the same one."""
    await claimed(store)
    assert isinstance(await claimed(store, body="other", scope="events:b"), Claim)


async def test_what_is_over_is_dropped(store):
    """Answers after thirty days, calls that fell over thirty days later than they could have been repeated."""
    await finish(store, await claimed(store, "done"))
    await claimed(store, "lost")
    await store.run(lambda: drop(AT + KEPT - 1))
    assert await claimed(store, "done") == DONE
    await store.run(lambda: drop(AT + KEPT))
    assert await store.read(lambda: looked("events:a", "done")) == []
    with pytest.raises(OtherBody):
        await claimed(store, "lost", "other", AT + KEPT)
    await store.run(lambda: drop(AT + KEPT + LEASE))
    assert await store.read(lambda: looked("events:a", "lost")) == []
