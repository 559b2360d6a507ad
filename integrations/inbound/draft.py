"""What a call says before it is an event, and ways to values in it."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

_STEP = re.compile(r"([A-Za-z_][A-Za-z0-9_-]*)|\[([0-9]{1,3})\]")
_SECONDS_END = 100_000_000_000  # later numbers are milliseconds; as seconds this is the year 5138
_LATEST = 253_402_300_799_000  # the end of the year 9999


class Draft(Struct, frozen=True, kw_only=True):
    """An event as a call tells it. `key` is what its system calls it, `at` epoch ms or None.

    `contact` has the fields of bot.outreach.inbound.ContactPaths. `item` is what other ways start in.
    """

    key: str
    type: str
    at: int | None = None
    contact: Mapping[str, str] = {}
    attributes: Mapping[str, str] = {}
    item: Any = None


def at_path(data: Any, path: str) -> Any:
    """What is at `order.lines[0].name`, None if nothing is."""
    for name, index in _STEP.findall(path):
        if name:
            data = data.get(name) if isinstance(data, dict) else None
        else:
            data = data[int(index)] if isinstance(data, list) and int(index) < len(data) else None
    return data


def text(value: Any) -> str:
    """A plain value as text, "" for what is none."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return value.replace("\0", "").strip()
    return str(value) if isinstance(value, int | float) else ""


def texts(data: Any, paths: Mapping[str, str]) -> dict[str, str]:
    """The values at these ways, by name; those that there are."""
    return {name: found for name, path in paths.items() if path and (found := text(at_path(data, path)))}


def first(data: Any, *paths: str) -> str:
    """The first of these that says something."""
    return next((found for path in paths if (found := text(at_path(data, path)))), "")


def moment(value: Any) -> int | None:
    """Epoch ms of ISO 8601 (UTC where it does not say), of seconds or of milliseconds since 1970; None for neither."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{9,13}", value, re.ASCII):
        value = int(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        at = int(value * 1000) if abs(value) < _SECONDS_END else int(value)
    elif isinstance(value, str):
        try:
            parsed = datetime.fromisoformat(value.strip().removesuffix(" UTC"))
            at = int((parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp() * 1000)
        except (ValueError, OverflowError):
            return None
    else:
        return None
    return at if 0 < at <= _LATEST else None
