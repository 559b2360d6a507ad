"""Messages that wait behind one another at a desk and go out as one: leased, in doubt and settled together."""

import pytest

from bot.rows import Superseded
from tests.storage.builders import CASE, NOW, THREAD, keys, leased, message, settled, states, turn

HERE = ["slack"]
UNTIL = NOW + 20_000


def notes(*names: str, kind: str = "desk", **fields):
    return [message(name, THREAD, channel="slack", kind=kind, **fields) for name in names]


def payload(name: str) -> str:
    return f'{{"key":"{name}"}}'


async def head_of(store, *names: str):
    """A lane with these messages; the first is leased."""
    await turn(store, outbox=notes(*names))
    [head] = await leased(store, channels=HERE)
    return head


async def taken(store, head, fits=lambda _: True, owner="w1", now=NOW) -> list[str]:
    return list(await store.take_along(head, owner, now, UNTIL, fits))


async def test_what_waits_behind_a_message_goes_along_and_ends_with_it(store):
    head = await head_of(store, "1", "2", "3")
    assert await taken(store, head) == [payload("2"), payload("3")]
    assert await states(store, "1", "2", "3") == ["sending"] * 3
    assert await leased(store, channels=HERE, owner="w2") == []
    await store.settle([settled(head, provider_id="P1", shared=True)])
    rows = [await store.outbound(name) for name in "123"]
    assert [(row["state"], row["provider_id"], row["attempts"]) for row in rows] == [("sent", "P1", 1)] * 3


async def test_only_up_to_the_first_that_does_not_fit_of_this_lane(store):
    """Another kind, what has become too late, and what the caller does not want."""
    for number, stops in enumerate(
        (
            notes("{}c", kind="card"), notes("{}c", not_after=NOW + 5), notes("{}c", payload="no"),
            notes("{}c", kind="agent"),
        )
    ):  # fmt: skip
        lane = f"slack:C{number}#@{CASE}"
        some = [*notes("{}a", "{}b"), *stops, *notes("{}d")]
        await turn(store, outbox=[row._replace(key=row.key.format(number), lane=lane) for row in some])
    for head in await leased(store, channels=HERE):
        found = await taken(store, head, lambda text: text != "no", now=NOW + 10)
        assert found == [payload("{}b")]
        assert await states(store, *(f"{head.key[0]}{name}" for name in "abcd")) == [
            "sending", "sending", "queued", "queued",
        ]  # fmt: skip


async def test_nothing_goes_along_with_what_is_no_longer_ours(store):
    head = await head_of(store, "1", "2")
    assert await taken(store, head._replace(epoch=head.epoch + 1)) == []
    assert await taken(store, head, owner="w2") == []
    await store.settle([settled(head)])
    assert await taken(store, head) == []
    assert await states(store, "1", "2") == ["sent", "queued"]


async def test_what_could_not_be_sent_waits_again_each_by_itself(store):
    head = await head_of(store, "1", "2", "3")
    await taken(store, head)
    await store.settle([settled(head, "queued", not_before=NOW + 5, shared=True)])
    assert await states(store, "1", "2", "3") == ["queued"] * 3
    [again] = await leased(store, NOW + 5, channels=HERE)
    assert again.key == "1"
    await store.settle([settled(again, provider_id="P1", shared=True)])
    assert await states(store, "1", "2", "3") == ["sent", "queued", "queued"]


@pytest.mark.parametrize("dies", [True, False])
async def test_p5_in_doubt_they_stay_one_message_until_it_is_known(store, dies):
    """Also if the worker dies in mid-send: only the first is looked up, and it brings the others along."""
    head = await head_of(store, "1", "2", "3", "4")
    await taken(store, head, lambda text: text != payload("4"))
    if dies:
        assert await leased(store, NOW + 60_000, channels=HERE) == []
    else:
        await store.settle([settled(head, "reconciling", not_before=NOW + 60_000, shared=True)])
    assert await states(store, "1", "2", "3", "4") == [*["reconciling"] * 3, "queued"]
    later = NOW + 120_000
    assert keys(await leased(store, later, channels=HERE)) == []
    [found] = await store.doubtful("w2", 10, later, later + 30_000, HERE)
    assert (found.key, list(found.along)) == ("1", [payload("2"), payload("3")])
    await store.settle([settled(found, "unknown", owner="w2", shared=True)])
    assert await states(store, "1", "2", "3", "4") == [*["unknown"] * 3, "queued"]
    assert keys(await leased(store, later, channels=HERE)) == ["4"]


async def test_a_late_answer_changes_nothing_of_what_somebody_else_looks_up(store):
    head = await head_of(store, "1", "2")
    await taken(store, head)
    await leased(store, NOW + 60_000, channels=HERE)
    later = NOW + 120_000
    [found] = await store.doubtful("w2", 10, later, later + 30_000, HERE)
    await store.settle([settled(head, "queued", shared=True)])
    assert await states(store, "1", "2") == ["reconciling"] * 2
    await store.settle([settled(found, owner="w2", provider_id="P1", shared=True)])
    assert await states(store, "1", "2") == ["sent"] * 2


async def test_what_was_withdrawn_meanwhile_does_not_go_along(store):
    """A change that another one makes needless is cancelled, and what is behind it still goes."""
    await turn(store, outbox=[*notes("1"), *notes("2", edits="x"), *notes("3")])
    [head] = await leased(store, channels=HERE)
    await turn(store, outbox=notes("4", edits="x"), superseded=[Superseded(THREAD, "x", "4")])
    assert await taken(store, head) == [payload("3"), payload("4")]
    assert await states(store, "2") == ["cancelled"]
