"""T1: kill -9 at random points, on both databases; nothing acknowledged is lost and nothing happens twice."""

import statistics

import pytest

from tests.durability.ordeal import Ordeal
from tests.durability.seeds import fresh_seed


async def run(ordeal: Ordeal) -> None:
    await ordeal.run()
    slowest = statistics.quantiles(ordeal.ready, n=100)[-1]
    print(f"{ordeal.figures}; ready again: p99 {slowest:.2f} s, median {statistics.median(ordeal.ready):.3f} s")


async def test_t1_p1_p2_p4_p5_p12_nothing_is_lost_or_doubled_by_kill_9(database_url, tmp_path):
    await run(Ordeal(database_url, tmp_path, fresh_seed(), kills=100))


@pytest.mark.nightly
@pytest.mark.timeout(3600)
async def test_t1_a_thousand_kills(database_url, tmp_path):
    await run(Ordeal(database_url, tmp_path, fresh_seed(), kills=1000))
