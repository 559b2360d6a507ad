"""Who acts at a desk: the settings' agent behind a channel's author, and whether they may."""

from bot.cases.desks import AUTO, WEB, Agent, Desk
from bot.cases.lines import one_line
from bot.cases.state import Actor, Case
from bot.messages import Address

MOST_NAME = 60  # characters of a name that a channel tells


def actor(from_desk_place: str, author: str, name: str, desk: Desk) -> Actor:
    """The person behind an act in the lane `from_desk_place` (or `web`), as the case knows them.

    `author` is what that place's channel calls them; on a phone it is "" and the number itself counts. Allowed are the
    desk's agents who are active; everybody there if the desk lists nobody; and its own phones.
    """
    address = Address("web", author) if from_desk_place == WEB else Address.of_lane(from_desk_place)
    known_as = author or address.chat
    phone = any(not place.threads and place.address == address for place in desk.places)
    agent = _agent(desk, f"{address.channel}:{known_as}")
    told = one_line(name)[:MOST_NAME]
    if agent is not None:
        called = agent.alias or (told if ":" in agent.name else "") or agent.name  # an id in the settings is no name
        return Actor(agent.name, called, from_desk_place, author, agent.active)
    shown = told or (f"…{known_as[-4:]}" if phone else known_as)
    return Actor(f"{address.channel}:{known_as}", shown, from_desk_place, author, phone or not desk.agents)


def by_desk(case: Case, desk: Desk, name: str) -> Actor:
    """The desk itself, which gives the case to the agent of this name: in the place where that agent is to be found."""
    ids = next((agent.ids for agent in desk.agents if agent.name == name), frozenset())
    channels = {one.partition(":")[0] for one in ids}
    for place in desk.places:
        to = place.address
        if (to.channel in channels) if place.threads else (f"{to.channel}:{to.chat}" in ids):
            return Actor(AUTO, desk.name, place.lane(case.id))
    return Actor(AUTO, desk.name, WEB)


def _agent(desk: Desk, known_as: str) -> Agent | None:
    return next((agent for agent in desk.agents if known_as in agent.ids), None)
