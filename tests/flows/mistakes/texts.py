"""Mistakes in what customers read."""

import re
from random import Random

from tests.flows.mistakes.flow import Data, edit, first_text, pick, steps_with, texts, translated


def drop_a_translation(data: Data, rng: Random) -> bool:
    text = pick(rng, translated(data))
    return bool(text and text.pop(rng.choice(sorted(text))))


def add_a_language(data: Data, rng: Random) -> bool:
    if not translated(data):
        return False
    data["languages"].append(rng.choice(["fi", "hu", "ro"]))
    return True


def remove_a_language(data: Data, rng: Random) -> bool:
    if not translated(data):
        return False
    data["languages"].remove(rng.choice(data["languages"]))
    return True


def write_too_much(data: Data, rng: Random) -> bool:
    step = rng.choice(data["steps"])
    holder, key = (step, "say") if "say" in step else (step.get("ask", {}), "text")
    return key in holder and edit(holder, key, lambda text: text + " more" * 400)


def misspell_a_variable(data: Data, rng: Random) -> bool:
    found = pick(rng, texts(data))
    return bool(found) and edit(*found, lambda text: text.replace("{{ ", "{{ x", 1))


def open_a_placeholder(data: Data, rng: Random) -> bool:
    found = pick(rng, texts(data))
    return bool(found) and edit(*found, lambda text: text.replace("}}", "}", 1))


def compute_in_a_placeholder(data: Data, rng: Random) -> bool:
    found = pick(rng, texts(data))
    return bool(found) and edit(
        *found, lambda text: text.replace(" }}", rng.choice(["|upper }}", ".name }}", " + 1 }}"]), 1)
    )


def forget_a_variable(data: Data, rng: Random) -> bool:
    used = [name for name in data.get("variables", {}) if f"{{{{ {name} }}}}" in str(data["steps"])]
    name = pick(rng, used)
    return bool(name) and data["variables"].pop(name, "") is not Ellipsis


def declare_too_much(data: Data, rng: Random) -> bool:
    data.setdefault("variables", {})[f"never_used_{rng.randrange(9)}"] = "x"
    return True


def default_in_one_language(data: Data, rng: Random) -> bool:
    """A variable whose value is missing in a language."""
    if len(data["languages"]) < 2 or not data.get("variables"):
        return False
    name = rng.choice(sorted(data["variables"]))
    data["variables"][name] = {"default": {data["languages"][0]: "x"}}
    return True


def hide_the_way_out(data: Data, rng: Random) -> bool:
    return edit(*first_text(data), lambda text: re.sub(r"[^.?!]*\bSTOP\b[^.?!]*", "", text))


def hide_the_way_out_in_one_language(data: Data, rng: Random) -> bool:
    holder, key = first_text(data)
    text = holder[key]
    if not isinstance(text, dict):
        return False
    language = rng.choice(sorted(text))
    text[language] = re.sub(r"[^.?!]*\bSTOP\b[^.?!]*", "", text[language])
    return True


def hide_the_sender(data: Data, rng: Random) -> bool:
    return edit(*first_text(data), lambda text: text.replace("{{ company }}", "we"))


def write_a_phrase_for_nothing(data: Data, rng: Random) -> bool:
    data.setdefault("phrases", {})[rng.choice(["stoped", "goodbye", "reask_npss"])] = dict.fromkeys(
        data["languages"], "x"
    )
    return True


def say_yes_or_no(data: Data, rng: Random) -> bool:
    """What becomes of an unquoted Yes."""
    holder, key = pick(rng, [(step, "say") for step in steps_with(data, "say")]) or (
        data["steps"][0].get("ask", {}),
        "text",
    )
    holder[key] = True
    return True
