"""Mistakes in what is asked and offered."""

import copy
from random import Random

from tests.flows.mistakes.flow import Data, choices, misspelt, pick, steps_with


def offer_a_keyword(data: Data, rng: Random) -> bool:
    choice = pick(rng, choices(data))
    if choice is None:
        return False
    rng.choice(choice["options"])["label"] = dict.fromkeys(data["languages"], rng.choice(["STOP", "Help", "End"]))
    return True


def offer_the_same_twice(data: Data, rng: Random) -> bool:
    choice = pick(rng, choices(data))
    if choice is None:
        return False
    one, other = rng.sample(choice["options"], 2)
    other["label"] = copy.deepcopy(one["label"])
    return True


def offer_nearly_the_same(data: Data, rng: Random) -> bool:
    """Which differs in case and marks only: whoever types it could mean either."""
    choice = pick(rng, choices(data))
    if choice is None:
        return False
    one, other = rng.sample(choice["options"], 2)
    label = one["label"]
    alike = (
        {name: f"{words.upper()}!" for name, words in label.items()} if isinstance(label, dict) else f"{label.upper()}!"
    )
    other["label"] = alike
    return True


def offer_only_one(data: Data, rng: Random) -> bool:
    choice = pick(rng, choices(data))
    if choice is None:
        return False
    choice["options"] = choice["options"][:1]
    return True


def ask_nothing(data: Data, rng: Random) -> bool:
    step = pick(rng, steps_with(data, "ask"))
    return bool(step) and step["ask"].pop("text") is not None


def ask_what_nobody_knows(data: Data, rng: Random) -> bool:
    step = pick(rng, steps_with(data, "ask"))
    if step is None:
        return False
    step["ask"]["type"] = misspelt(rng, step["ask"]["type"])
    return True
