"""Mistakes in where a flow leads, when, and how often."""

import copy
from random import Random

from flows.routing import END
from tests.flows.mistakes.flow import Data, first_text, misspelt, pick, routes, steps_with


def retarget_a_step(data: Data, rng: Random) -> bool:
    steps = {step["id"] for step in data["steps"]} | {END}
    step = pick(rng, steps_with(data, "next"))
    if step is None:
        return False
    if isinstance(step["next"], str):
        step["next"] = misspelt(rng, step["next"])
        return step["next"] not in steps
    route = rng.choice(step["next"])
    route["to"] = misspelt(rng, route["to"])
    return route["to"] not in steps


def rename_a_step(data: Data, rng: Random) -> bool:
    named = {route["to"] for step in data["steps"] for route in routes(step)} - {END}
    step = pick(rng, [step for step in data["steps"] if step["id"] in named])
    if step is None:
        return False
    step["id"] = "renamed"
    return True


def repeat_a_step(data: Data, rng: Random) -> bool:
    data["steps"].append(copy.deepcopy(rng.choice(data["steps"])))
    return True


def lose_a_way(data: Data, rng: Random) -> bool:
    """A step that nothing leads to any more."""
    data["steps"].append(
        {"id": "forgotten", "say": copy.deepcopy(first_text(data)[0][first_text(data)[1]]), "next": END}
    )
    before = data["steps"][-2]
    leads = routes(before)
    if leads and "when" not in leads[-1]:
        return True
    before["next"] = [*leads, {"to": END}]
    return bool(rng)


def lead_in_a_circle(data: Data, rng: Random) -> bool:
    """Words that come back to themselves."""
    step = pick(rng, [step for step in data["steps"] if "ask" not in step])
    if step is None:
        return False
    step["next"] = step["id"]
    return True


def always_first(data: Data, rng: Random) -> bool:
    steps = [step for step in data["steps"] if len(routes(step)) > 1 and "when" not in routes(step)[-1]]
    step = pick(rng, steps)
    if step is None:
        return False
    step["next"].insert(0, step["next"].pop())
    return True


def ask_too_often(data: Data, rng: Random) -> bool:
    data.setdefault("patience", {})["reask"] = rng.choice([6, 50, -1])
    return True


def remind_too_late(data: Data, rng: Random) -> bool:
    patience = data.setdefault("patience", {})
    patience["reminders"], patience["expires"] = ["5d"], rng.choice(["5d", "4d", "1h"])
    return True


def misspell_a_key(data: Data, rng: Random) -> bool:
    holder = rng.choice([data, *data["steps"], *(step["ask"] for step in steps_with(data, "ask"))])
    key = rng.choice(sorted(holder))
    holder[f"{key}{key[-1]}"] = holder.pop(key)
    return True


def answer_the_impossible(data: Data, rng: Random) -> bool:
    whens = [route["when"] for step in data["steps"] for route in routes(step) if isinstance(route.get("when"), dict)]
    when = pick(rng, [when for when in whens if when.get("answer")])
    if when is None:
        return False
    when["answer"][rng.choice(sorted(when["answer"]))] = "never offered"
    return True


def ask_for_an_unknown_segment(data: Data, rng: Random) -> bool:
    led = [route for step in data["steps"] for route in routes(step) if isinstance(route.get("when"), str)]
    route = pick(rng, led)
    if route is None:
        return False
    route["when"] = misspelt(rng, route["when"])
    return True


def look_at_an_unknown_step(data: Data, rng: Random) -> bool:
    route = pick(rng, [route for step in data["steps"] for route in routes(step) if "when" in route])
    if route is None:
        return False
    route["when"] = {"answer": {"nowhere": rng.choice(["yes", "9"])}}
    return True


def call_nobody(data: Data, rng: Random) -> bool:
    step = pick(rng, steps_with(data, "do"))
    if step is None:
        return False
    action = rng.choice(step["do"])["escalate"]
    action["desk"] = action["desk"] + "s"
    return True


def hurry_oddly(data: Data, rng: Random) -> bool:
    step = pick(rng, steps_with(data, "do"))
    if step is None:
        return False
    rng.choice(step["do"])["escalate"][rng.choice(["priority", "respond_within"])] = "soon"
    return True
