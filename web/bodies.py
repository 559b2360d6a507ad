"""JSON bodies as the types that are asked for, or a refusal that says what is wrong."""

from typing import Any, TypeVar

import msgspec

from web.problems import Refused

T = TypeVar("T")
MOST_KEY = 200  # characters of an idempotency key: it is looked up in an index


def read(body: bytes, shape: type[T], title: str) -> T:
    """The body as `shape`; raises Refused (422) with this title, and never with what the body says."""
    try:
        found = msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError as error:
        raise Refused(422, title, str(error)) from error
    except (ValueError, RecursionError) as error:  # what is neither JSON nor UTF-8
        raise Refused(422, title, "The body is not JSON.") from error
    if rb"\u0000" in body and any("\0" in text for text in _texts(msgspec.to_builtins(found))):
        raise Refused(422, title, "A text cannot hold the character U+0000.")
    return found


def _texts(value: Any) -> list[str]:
    """All texts in it, the names of fields included."""
    if isinstance(value, str):
        return [value]
    parts = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for part in parts for text in _texts(part)]


def repeatable(key: str) -> str:
    """A caller's idempotency key, "" for none. Raises Refused (422) for what cannot be one."""
    if len(key) > MOST_KEY or any(ord(letter) < 32 for letter in key):
        raise Refused(422, "Wrong key", f"`Idempotency-Key` has at most {MOST_KEY} characters, all of them visible.")
    return key
