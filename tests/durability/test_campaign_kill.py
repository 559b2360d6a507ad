"""A campaign through faults and kill -9: everybody ends in one state, nobody is asked twice, nobody too fast."""

import pytest

from tests.durability.outreach_campaign import FINAL, Campaign
from tests.durability.seeds import fresh_seed

ON_TOP = 3  # segments that a restarted server may have in hand besides a second's worth, per life


async def run(campaign: Campaign) -> None:
    await campaign.run()
    figures = campaign.figures
    width = max(map(len, figures))
    print("\n".join(f"{name:{width}}  {figure}" for name, figure in figures.items()))
    assert figures["doubled"] == 0
    assert figures["waiting"] == 0
    assert figures["asked"] == figures["members"] == campaign.people
    assert set(figures["messages"]) <= FINAL
    assert sum(figures["messages"].values()) == campaign.people
    assert figures["people asked"] == campaign.people - figures["messages"].get("failed", 0)
    assert figures["faults"] > campaign.people * campaign.faulty / 2
    assert figures["fullest"] <= campaign.rate * (1 + campaign.kills) + ON_TOP


async def test_p2_p4_p5_a_campaign_survives_faults_and_kill_9(database_url, tmp_path):
    """300 people, every tenth send goes wrong, the server dies six times."""
    await run(Campaign(database_url, tmp_path, fresh_seed(), people=300, kills=6))


@pytest.mark.nightly
@pytest.mark.timeout(7200)
async def test_p2_p4_p5_a_campaign_of_100_000(database_url, tmp_path):
    """Issue 7."""
    await run(Campaign(database_url, tmp_path, fresh_seed(), people=100_000, kills=10, faulty=0.02, over=60.0))
