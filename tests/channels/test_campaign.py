"""Short campaigns in virtual time: every provider's limits are kept, and used."""

import pytest

from bot.runtime.pace import Pace
from channels.telegram import channel as telegram
from tests.bench import campaign

SHORT = {"long code": 40, "short code": 120, "telegram": 120, "slack": 320}


def missed(name: str) -> list[str]:
    """The goals that a short campaign misses."""
    return [row.name.strip() for row in campaign.play(name, SHORT[name]) if row.missed]


def test_every_campaign_is_played():
    """A new channel needs a campaign, too."""
    assert set(SHORT) == set(campaign.CAMPAIGNS)


@pytest.mark.parametrize("name", SHORT)
def test_every_limit_is_kept_and_hardly_any_time_wasted(name):
    """Never more than the provider allows in any window, nothing refused, at most 1.10 of the least time."""
    assert missed(name) == []


@pytest.mark.parametrize("factor", [0.85, 1.15])
def test_a_wrong_pace_is_noticed(monkeypatch, factor):
    """A limiter that is too slow misses the time, one that is too fast is refused."""
    right = Pace.__init__
    monkeypatch.setattr(Pace, "__init__", lambda self, rate: right(self, rate and rate * factor))
    assert missed("telegram")


@pytest.mark.parametrize("rate", [0.25, 0.4])
def test_a_wrong_limit_of_a_group_is_noticed(monkeypatch, rate):
    """Beside a campaign that is in order."""
    monkeypatch.setattr(telegram, "GROUP_RATE", rate)
    assert missed("telegram")
