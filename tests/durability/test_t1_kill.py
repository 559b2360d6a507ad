"""T1: kill -9 at random points, on both databases; nothing acknowledged is lost and nothing happens twice."""

import os
import random
import statistics

import pytest

from tests.durability.ordeal import Ordeal


def seed() -> int:
    """A fresh seed, or the one of the run to be replayed."""
    return int(os.environ.get("ECHOLOT_SEED") or random.SystemRandom().randrange(2**32))


async def run(ordeal: Ordeal) -> None:
    print(f"replay with ECHOLOT_SEED={ordeal.seed}")
    await ordeal.run()
    slowest = statistics.quantiles(ordeal.ready, n=100)[-1]
    print(f"{ordeal.figures}; ready again: p99 {slowest:.2f} s, median {statistics.median(ordeal.ready):.3f} s")


async def test_t1_p1_p2_p4_p5_p12_nothing_is_lost_or_doubled_by_kill_9(database_url, tmp_path):
    await run(Ordeal(database_url, tmp_path, seed(), kills=100))


@pytest.mark.nightly
@pytest.mark.timeout(3600)
async def test_t1_a_thousand_kills(database_url, tmp_path):
    await run(Ordeal(database_url, tmp_path, seed(), kills=1000))
