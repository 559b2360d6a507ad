"""What can be spoilt in a flow, as plain data."""

import copy
from collections.abc import Callable
from random import Random
from typing import Any

import yaml

from flows.schema import Walk

Data = dict[str, Any]
Mutation = Callable[[Data, Random], bool]
"""Spoils `data` in place; False where it has nothing to spoil."""
DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # libyaml writes ten times as fast; not every system has it


def written(data: Data) -> str:
    """As an author's file has it."""
    return str(yaml.dump(data, Dumper=DUMPER, allow_unicode=True, sort_keys=False))


def parts(data: Data, kind: str) -> list[Any]:
    """The parts of a flow of this kind: Text, Step, Route, When …; those of variables are left out."""
    return [
        value
        for path, name, value in Walk().parts(data)
        if name == kind and value is not None and path[0] != "variables"
    ]


def pick(rng: Random, found: list[Any]) -> Any:
    return rng.choice(found) if found else None


def translated(data: Data) -> list[Data]:
    return [text for text in parts(data, "Text") if isinstance(text, dict) and len(text) > 1]


def first_text(data: Data) -> tuple[Data, str]:
    step = next(step for step in data["steps"] if "say" in step or "ask" in step)
    return (step, "say") if "say" in step else (step["ask"], "text")


def edit(holder: Data, key: str, change: Callable[[str], str]) -> bool:
    """Change a text in all its languages; whether that changed anything."""
    before = copy.deepcopy(holder[key])
    text = holder[key]
    holder[key] = {name: change(words) for name, words in text.items()} if isinstance(text, dict) else change(text)
    return bool(holder[key] != before)


def texts(data: Data) -> list[tuple[Data, str]]:
    """Where texts with a placeholder stand."""
    found = []
    for step in data["steps"]:
        ask = step.get("ask", {})
        found += [(step, "say")] if "say" in step else []
        found += [(ask, key) for key in ("text", "reask", "reminder") if key in ask]
    return [(holder, key) for holder, key in found if "{{" in str(holder[key])]


def steps_with(data: Data, key: str) -> list[Data]:
    return [step for step in data["steps"] if key in step]


def misspelt(rng: Random, word: str) -> str:
    at = rng.randrange(len(word))
    return word[:at] + word[at] + word[at:] if rng.random() < 0.5 or len(word) < 3 else word[:at] + word[at + 1 :]


def routes(step: Data) -> list[Data]:
    after = step.get("next", [])
    return [{"to": after}] if isinstance(after, str) else after


def choices(data: Data) -> list[Data]:
    return [step["ask"] for step in steps_with(data, "ask") if step["ask"]["type"] == "choice"]
