"""What an earlier survey still had to say when a person began to talk."""

import pytest

from bot.errors import Throttled
from bot.messages import Pressed
from bot.runtime.showing import card_key
from tests.bot.runtime.floor import DESKS
from tests.bot.runtime.rooms import Rooms


@pytest.fixture
def rooms(store, library) -> Rooms:
    return Rooms(store, library)


async def test_lf7_i9_the_thanks_of_an_earlier_survey_stay_back_while_a_person_talks(rooms):
    """They waited for the provider; meanwhile the customer was asked again, unhappy, and somebody took the case."""
    await rooms.asks()
    await rooms.gets("9 because it was quick")
    rooms.line.script = [Throttled("slow", 3600, whole_channel=False)]
    await rooms.waits()
    await rooms.asks()
    await rooms.gets("2")
    await rooms.waits()
    await rooms.waits(0)
    [case] = await rooms.store.cases()
    card = await rooms.store.outbound(card_key(case["id"], DESKS.desks["support"].places[0]))
    await rooms.acts_at(Pressed(f"k{case['id']}.card", "claim", "1"), f"slack:C1#t{card['provider_id']}")
    told = len(rooms.line.taken)
    await rooms.waits(3_600_000)
    assert [message.prompt.text for message in rooms.line.taken[told:] if message.kind == "survey"] == []
