"""Who gets a new case, where a desk does not leave it to its agents: round robin, or whoever has the fewest."""

from collections.abc import Mapping

from bot.cases.desks import Desk


def choose(desk: Desk, loads: Mapping[str, int], latest: str) -> str:
    """The agent's name for a new case, "" if it is by hand or nobody works there.

    `loads` is how many cases each agent has that are not resolved, `latest` who got the last one. Among agents with
    equally few it goes round, too, so that the first in the list is not always the one.
    """
    names = [agent.name for agent in desk.agents if agent.active]
    if not desk.assign or not names:
        return ""
    after = names.index(latest) + 1 if latest in names else 0
    turn = names[after:] + names[:after]
    if desk.assign == "round_robin":
        return turn[0]
    return min(turn, key=lambda name: loads.get(name, 0))
