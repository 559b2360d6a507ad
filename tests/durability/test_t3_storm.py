"""T3: a storm of webhooks, each delivered up to five times, in any order, to several workers: one event, one effect."""

import statistics

import pytest

from tests.durability import invariants
from tests.durability.seeds import fresh_seed
from tests.durability.storm import Storm, check_effects, check_inbox, reference

SLOWEST = 1.0  # s, of 99 in 100 answers


async def storm(url: str, calm_url: str, events: int) -> None:
    raging = Storm(url, fresh_seed(), events)
    await raging.rage()
    found = await invariants.tables(url)
    check_inbox(raging, found)
    check_effects(found, await reference(raging, found, calm_url))
    invariants.check({**found, "outbox": [row for row in found["outbox"] if row["state"] != "queued"]}, raging.acked)
    quantiles = statistics.quantiles(raging.latencies, n=100)
    assert quantiles[-1] < SLOWEST
    print(f"{len(raging.latencies)} deliveries of {len(raging.acked)} events; ack p99 {quantiles[-1] * 1000:.1f} ms")


async def test_t3_p2_i1_i10_i11_a_storm_has_the_effects_of_its_unique_events(database_url, calm_url):
    await storm(database_url, calm_url, 1_000)


@pytest.mark.nightly
@pytest.mark.timeout(3600)
async def test_t3_ten_thousand_events(database_url, calm_url):
    await storm(database_url, calm_url, 10_000)
