"""What pydantic found, in words for the author of a flow, with a path into the file."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flows.problems import Finding, Path, did_you_mean
from flows.questions import TYPES
from flows.schema import Walk
from flows.templates import NAME

_WRONG_TYPE = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "dict_type": "a mapping (key: value)",
    "model_type": "a mapping (key: value)",
    "model_attributes_type": "a mapping (key: value)",
    "tuple_type": "a list",
    "list_type": "a list",
}
_KINDS = {
    dict: "a mapping",
    list: "a list",
    str: "a text",
    int: "a number",
    bool: "true/false",
    type(None): "nothing",
}


def findings(errors: Iterable[Mapping[str, Any]], data: Any, walk: Walk | None = None) -> Iterator[Finding]:
    """One finding per pydantic error; `walk` knows the schema if it is not the flows'."""
    walk = walk or Walk()
    for error in errors:
        path, missing = _path(error["loc"], data)
        kind, value, context = error["type"], error["input"], error.get("ctx", {})
        if kind == "too_short" and len(value) >= context["min_length"]:
            continue  # pydantic counts only the good ones; the bad ones are reported by themselves
        if kind == "missing":
            yield Finding(path, "missing-key", f"'{missing}' is missing", at_key=True)
        elif kind == "extra_forbidden":
            key = str(path[-1])
            hint = did_you_mean(key, walk.keys(path[:-1], data))
            yield Finding(path, "unknown-key", f"unknown key '{key}'", hint, at_key=True)
        elif kind == "union_tag_not_found":
            yield Finding(path, "missing-key", "'type' is missing", _instead_of_type(value), at_key=True)
        elif kind == "union_tag_invalid":
            hint = did_you_mean(str(context["tag"]), _quoted(context["expected_tags"]))
            yield Finding((*path, "type"), "unknown-type", f"there is no question type '{context['tag']}'", hint)
        elif kind == "literal_error":
            hint = did_you_mean(str(value), _quoted(context["expected"]))
            yield Finding(path, "bad-value", f"{_shown(value)} is not possible here", hint)
        elif kind in _WRONG_TYPE:
            hint = "put it in quotes" if isinstance(value, bool) and kind == "string_type" else ""
            wanted = _WRONG_TYPE[kind]
            yield Finding(path, "wrong-type", f"this must be {wanted}, not {_KINDS.get(type(value), 'this')}", hint)
        elif kind == "string_pattern_mismatch":
            yield Finding(path, "bad-value", *_pattern(value, str(context["pattern"])), at_key=missing == "[key]")
        else:
            yield Finding(path, kind.replace("_", "-") if kind in _OWN else "bad-value", _message(error))


_OWN = {"empty_step", "bad_duration", "empty_list"}


def _path(loc: Path, data: Any) -> tuple[Path, str]:
    """The part of a pydantic location that is in the file, and what comes after it.

    Locations hold more than the file does: the tag of a union, `[key]`, keys of a short form written out.
    """
    path: list[str | int] = []
    missing = ""
    for part in loc:
        if isinstance(data, dict) and str(part) in data:
            data, missing = data[str(part)], ""
            path.append(str(part))
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data, missing = data[part], ""
            path.append(part)
        else:
            missing = str(part)
    return tuple(path), missing


def _instead_of_type(question: Mapping[str, Any]) -> str:
    meant = [key for key in question if did_you_mean(key, ["type"]).startswith("did")]
    return f"'{meant[0]}' should be 'type'" if meant else did_you_mean("", TYPES)


def _quoted(expected: str) -> list[str]:
    return re.findall(r"'([^']*)'", expected) or re.findall(r"\d+", expected)


def _shown(value: Any) -> str:
    return f"'{str(value)[:40]}'" if isinstance(value, str | int) else _KINDS.get(type(value), "this")


def _pattern(value: Any, pattern: str) -> tuple[str, str]:
    if pattern == r"\S":
        return "the text is empty", "write a text or remove the key"
    if pattern == f"^{NAME}$":
        return f"{_shown(value)} is no name of a variable", "use lower-case letters, digits and _"
    if "[A-Z]" in pattern:
        return f"{_shown(value)} is no language", "write two letters, such as de or en"
    if pattern.startswith("^[1-9]"):
        return f"{_shown(value)} is no calling code", "write digits only, such as 49"
    signs = "digits, - and _" if "_" in pattern else "digits and -"
    return f"{_shown(value)} is no name", f"use lower-case letters, {signs}"


def _message(error: Mapping[str, Any]) -> str:
    context = error.get("ctx", {})
    match error["type"]:
        case "too_short":
            return f"this needs at least {context['min_length']}"
        case "too_long" | "string_too_long":
            return f"at most {context['max_length']} are allowed here"
        case "string_too_short":
            return "the text is empty"
        case "less_than_equal":
            return f"at most {context['le']} is allowed here"
        case "greater_than_equal":
            return f"at least {context['ge']} is allowed here"
    return str(error["msg"])
