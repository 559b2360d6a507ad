"""The ways through a flow, whatever is answered: where each step can lead, and what can be reached."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import get_args

from flows.model import Flow, Step
from flows.routing import END, Segment

Ways = Mapping[str, AbstractSet[str]]
"""Steps by id, with those that can follow; `end` may follow and is no key."""


def onward(flow: Flow) -> Ways:
    """Where each step can lead; `end` included."""
    following = [step.id for step in flow.steps[1:]] + [END]
    ways: dict[str, set[str]] = {}
    for step, after in zip(flow.steps, following, strict=True):
        ways[step.id] = {route.to for route in step.next}
        if all(route.when for route in step.next) and not _takes_all(step, flow.languages[0]):
            ways[step.id].add(after)
    return ways


def _takes_all(step: Step, language: str) -> bool:
    """Whether the routes behind a question take every answer to it. Who gives none goes nowhere from there."""
    if step.ask is None:
        return False
    answers: set[str] = set()
    segments: set[str] = set()
    for when in (route.when for route in step.next):
        if when is None or when.language or when.channel or when.attribute:
            continue
        if not when.answer:
            segments |= set(when.segment)
        elif set(when.answer) == {step.id} and not when.segment:
            answers |= set(when.answer[step.id])
    options = {option.value for option in step.ask.options(language)}
    return bool(options) and (options <= answers or (step.ask.type == "nps" and set(get_args(Segment)) <= segments))


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
