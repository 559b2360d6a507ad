"""The customer's emoji on what agents wrote: what the desk reads of them."""

from bot.cases.effects import React
from bot.cases.events import AgentSaid, CustomerReacted, DeliveryChanged, Resolved
from tests.bot.cases.people import ANNA, Entry, Story, Tell, claimed


def agent_said(*texts: str) -> Story:
    """Anna's messages, which have arrived as p1, p2, …"""
    story = claimed()
    for number, text in enumerate(texts, 1):
        story.does(AgentSaid(ANNA, text, f"r{number}"))
        [tell] = story.of(Tell)
        story.does(DeliveryChanged(tell.key, "sent", provider_id=f"p{number}"))
    return story


def test_the_desk_reads_what_the_customers_emoji_is_on():
    """In the thread and in the history; our sign on the agent's message stays as it is."""
    story = agent_said("On its way", "By Friday").does(CustomerReacted("p1", "❤️"))
    assert [each.text for each in story.notes] == ["The customer reacted: ❤️ on “On its way”"]
    assert [(each.kind, each.text) for each in story.of(Entry)] == [("customer", story.notes[0].text)]
    assert story.of(React) == []
    story.does(CustomerReacted("p9", "👍"))  # on a question of the survey's, or one that is forgotten
    assert [each.text for each in story.notes] == ["The customer reacted: 👍"]


def test_the_desk_reads_when_the_customer_takes_it_off():
    """Once, and only the one that it has read of; the same one again is no news."""
    story = agent_said("On its way")
    assert story.does(CustomerReacted("p1", "")).effects == ()
    story.does(CustomerReacted("p1", "❤️"))
    for event in (CustomerReacted("p1", "❤"), CustomerReacted("p1", "", "👍"), CustomerReacted("p9", "", "❤️")):
        assert story.does(event).effects == ()
    story.does(CustomerReacted("p1", "", "❤️"))
    assert [each.text for each in story.notes] == ["The customer took their emoji off again: ❤️ on “On its way”"]
    assert story.does(CustomerReacted("p1", "")).effects == ()
    story.does(CustomerReacted("p1", "👍"), CustomerReacted("p1", "🔥"), CustomerReacted("p1", ""))
    assert "off again: 🔥" in story.notes[0].text


def test_after_the_end_the_customers_emoji_is_nobodys_work():
    """A heart under the last message reopens nothing."""
    story = agent_said("Done").does(Resolved(ANNA, "price"))
    assert story.does(CustomerReacted("p1", "❤️")).effects == ()
