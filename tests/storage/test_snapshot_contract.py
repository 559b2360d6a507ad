"""What is read in one snapshot fits together, whatever is written meanwhile; the same on both databases."""

import asyncio

from tests.storage.builders import LANE, NOW, address, session, turn


async def halves(reading):
    """What one turn wrote in two tables, as many look-ups see it, at once and one after the other."""
    sessions, lane = await asyncio.gather(reading.sessions(), reading.lane(LANE))
    return sessions[0]["outcome"], lane["opted_out_at"], (await reading.lane(LANE))["opted_out_at"]


async def test_a_snapshot_shows_one_moment_and_the_next_one_shows_the_next(store):
    """A turn between two look-ups of a snapshot is in none of them; outside it can be seen at once."""
    await turn(store, addresses=[address()], sessions=[session()])
    async with store.snapshot() as reading:
        assert (await reading.sessions())[0]["outcome"] == ""
        await turn(store, addresses=[address(opted_out_at=NOW)], sessions=[session(outcome="opted_out", version=2)])
        assert await halves(reading) == ("", None, None)
        assert await halves(store) == ("opted_out", NOW, NOW)
    async with store.snapshot() as reading:
        assert await halves(reading) == ("opted_out", NOW, NOW)


async def test_more_snapshots_than_connections_take_turns(store):
    """None waits for another for ever, and none is left open."""

    async def looks():
        async with store.snapshot() as reading:
            return await halves(reading)

    await turn(store, addresses=[address()], sessions=[session()])
    async with asyncio.timeout(20):
        assert await asyncio.gather(*(looks() for _ in range(12))) == [("", None, None)] * 12
