"""What bot.ports.Store promises, on both databases."""

from bot.ports import Arrival, Consequences

NOW = 1_800_000_000_000


def event(key, lane="sms:+49", at=NOW, **more):
    return Arrival("sms", key, "said", lane, at, at, "{}", **more)


async def test_smoke(store):
    assert await store.accept([event("a"), event("b"), event("a")]) == 2
    assert await store.accept([event("b")]) == 0
    seen = []

    def decide(batch):
        seen.append(batch)
        rows = Consequences.none()
        rows.done = [e.id for e in batch.events]
        return rows

    assert await store.work(10, NOW, decide) == 2
    assert await store.work(10, NOW, decide) == 0
    assert await store.counts()
