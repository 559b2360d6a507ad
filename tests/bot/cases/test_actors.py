"""Who acts: settings' agents on every surface, phones of the desk, strangers; names that a channel tells."""

import pytest
from msgspec.structs import replace

from bot.cases.actors import actor, by_desk
from bot.cases.desks import Agent, Desk, Place
from bot.cases.state import Actor, Case
from bot.messages import Address
from tests.bot.cases.people import PHONE, SLACK, SUPPORT, TELEGRAM

DESK = replace(
    SUPPORT,
    places=(*SUPPORT.places, Place(PHONE, threads=False)),
    agents=(*SUPPORT.agents, Agent("dora", "Dora", ids=frozenset({"slack:U4"}), active=False)),
)
OPEN = Desk("open", places=SUPPORT.places)


@pytest.mark.parametrize(
    ("place", "author", "name", "desk", "expected"),
    [
        (SLACK, "U1", "anna.k", DESK, Actor("anna", "Anna K.", SLACK, "U1")),
        (TELEGRAM, "333", "C", DESK, Actor("caro", "caro", TELEGRAM, "333")),
        ("web", "anna", "", DESK, Actor("anna", "Anna K.", "web", "anna")),
        (SLACK, "U9", "Zed", DESK, Actor("slack:U9", "Zed", SLACK, "U9", allowed=False)),
        (TELEGRAM, "U1", "Zed", DESK, Actor("telegram:U1", "Zed", TELEGRAM, "U1", allowed=False)),  # another's id there
        (SLACK, "U4", "Dora", DESK, Actor("dora", "Dora", SLACK, "U4", allowed=False)),  # left the team
        ("web", "zed", "", DESK, Actor("web:zed", "zed", "web", "zed", allowed=False)),
        (SLACK, "U9", "Zed", OPEN, Actor("slack:U9", "Zed", SLACK, "U9")),
        ("web", "zed", "", OPEN, Actor("web:zed", "zed", "web", "zed")),
        (PHONE.lane, "", "", DESK, Actor("sms:+49301234", "…1234", PHONE.lane, "")),
        ("sms:+49309999", "", "", DESK, Actor("sms:+49309999", "+49309999", "sms:+49309999", "", allowed=False)),
        (SLACK, "U9", "Z\u202eed\n<!here>\x00", OPEN, Actor("slack:U9", "Zed <!here>", SLACK, "U9")),
        (SLACK, "U9", "Z" * 500, OPEN, Actor("slack:U9", "Z" * 60, SLACK, "U9")),
        (SLACK, "U9", "\u200b", OPEN, Actor("slack:U9", "U9", SLACK, "U9")),
    ],
)
def test_who_acts_and_whether_they_may(place, author, name, desk, expected):
    """A table of people; a listed agent is the same person wherever they act."""
    assert actor(place, author, name, desk) == expected


def test_a_phone_that_is_an_agents_acts_as_the_agent():
    """The number is in the settings: the colleagues read a name."""
    desk = replace(DESK, agents=(Agent("eva", "Eva", ids=frozenset({"sms:+49301234"})),))
    assert actor(PHONE.lane, "", "", desk) == Actor("eva", "Eva", PHONE.lane, "")


def test_whom_the_settings_list_by_an_id_is_called_as_the_channel_does():
    """There is no other name; without one the id is shown."""
    desk = replace(DESK, agents=(Agent("slack:U7", ids=frozenset({"slack:U7"})),))
    assert actor(SLACK, "U7", "Gus", desk) == Actor("slack:U7", "Gus", SLACK, "U7")
    assert actor(SLACK, "U7", "", desk).name == "slack:U7"


@pytest.mark.parametrize(
    ("ids", "place"),
    [
        ({"slack:U1"}, "slack:C1#@case"),
        ({"sms:+4917"}, "sms:+4917"),  # its own phone
        ({"sms:+4999"}, "web"),
        ({"web:anna"}, "web"),
        (set(), "web"),
    ],
)
def test_who_is_given_a_case_has_it_where_they_are_to_be_found(ids, place):
    places = (Place(Address("slack", "C1"), threads=True), Place(Address("sms", "+4917"), threads=False))
    desk = Desk("support", places, agents=(Agent("ben"), Agent("anna", ids=frozenset(ids))))
    case = Case("case", "K7Q2", "sms:+49", "s", "support", 0)
    assert by_desk(case, desk, "anna") == Actor("auto", "support", place)
    assert by_desk(case, desk, "nobody").place == "web"
