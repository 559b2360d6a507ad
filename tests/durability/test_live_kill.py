"""T1 with people: kill -9 in the middle of live conversations; no word is lost or doubled, what is in doubt says so."""

import statistics

import pytest

from tests.durability.desk_ordeal import DeskOrdeal
from tests.durability.invariants import Broken
from tests.durability.seeds import fresh_seed


async def run(ordeal: DeskOrdeal) -> None:
    await ordeal.run()
    width = max(map(len, ordeal.figures))
    print("\n".join(f"{name:{width}}  {figure}" for name, figure in ordeal.figures.items()))
    print(f"ready again: median {statistics.median(ordeal.ready):.3f} s")


async def test_t1_p1_p2_p4_p5_p7_live_conversations_survive_kill_9(database_url, tmp_path):
    """Everything acknowledged is where it belongs, once; what nobody can know is marked where the agent looks."""
    await run(DeskOrdeal(database_url, tmp_path, fresh_seed(), kills=40))


@pytest.mark.nightly
@pytest.mark.timeout(3600)
async def test_t1_live_conversations_survive_two_hundred_kills(database_url, tmp_path):
    """Issue 4."""
    await run(DeskOrdeal(database_url, tmp_path, fresh_seed(), kills=200))


@pytest.mark.parametrize(
    ("sabotage", "kills", "finding"),
    [
        ("ack_before_commit", 10, "I1"),
        ("forget_threads", 6, "P2: .* not"),
        pytest.param("resend_blindly", 25, r"P5: .* sent more than once", marks=pytest.mark.nightly),
        pytest.param("forget_marks", 60, "P5: .* without saying so", marks=pytest.mark.nightly),
    ],
)
async def test_t27_careless_desks_are_found_out(sqlite_url, tmp_path, sabotage, kills, finding):
    """Each by its own check."""
    with pytest.raises(Broken, match=finding):
        await DeskOrdeal(sqlite_url, tmp_path, fresh_seed(), kills, sabotage=sabotage).run()
