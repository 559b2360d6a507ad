"""The ways through a flow, whatever is answered: where each step can lead, and what can be reached."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from flows.model import Flow
from flows.routing import END

Ways = Mapping[str, AbstractSet[str]]
"""Steps by id, with those that can follow; `end` may follow and is no key."""


def onward(flow: Flow) -> Ways:
    """Where each step can lead; `end` included."""
    following = [step.id for step in flow.steps[1:]] + [END]
    ways: dict[str, set[str]] = {}
    for step, after in zip(flow.steps, following, strict=True):
        ways[step.id] = {route.to for route in step.next}
        if all(route.when for route in step.next):
            ways[step.id].add(after)
    return ways


def reach(start: str, ways: Ways) -> set[str]:
    """What can be reached from `start`, itself included."""
    found, waiting = {start}, [start]
    while waiting:
        fresh = ways.get(waiting.pop(), set()) - found
        found |= fresh
        waiting.extend(fresh)
    return found


def circles(start: str, ways: Ways) -> list[frozenset[str]]:
    """What can be reached from `start`, in groups of steps that lead back to each other; what follows comes first.

    A step that is in no circle is a group by itself; `end` is in none.
    """
    reached = {step: reach(step, ways) for step in reach(start, ways) if step in ways}
    groups = {
        frozenset(other for other in ahead & reached.keys() if step in reached[other])
        for step, ahead in reached.items()
    }
    return sorted(groups, key=lambda group: (len(reached[min(group)]), min(group)))
