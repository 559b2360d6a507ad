"""Durations as people write them: `5s`, `15m`, `1h30m`, `1d` are whole milliseconds everywhere else."""

import re
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

UNITS = {"w": 604_800_000, "d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}
PATTERN = r"^(\d{1,9}(ms|[smhdw])){1,6}$"
_ALL = re.compile(PATTERN, re.ASCII)
_PART = re.compile(r"(\d+)(ms|[smhdw])", re.ASCII)


def parse(text: object) -> int:
    """Milliseconds of a duration such as `15m` or `1h30m`. Raises ValueError that says what is allowed."""
    if not isinstance(text, str) or not _ALL.match(text):
        message = "is not a duration; write a number and a unit: 30s, 15m, 1h30m or 3d"
        raise ValueError(f"{str(text)[:20]!r} {message}")
    return sum(int(number) * UNITS[unit] for number, unit in _PART.findall(text))


def write(milliseconds: int) -> str:
    """The shortest text that `parse` turns back into the same number."""
    parts = []
    for unit, size in UNITS.items():
        if unit == "w":
            continue  # "7d" is easier to compare with "3d" than "1w"
        number, milliseconds = divmod(milliseconds, size)
        if number:
            parts.append(f"{number}{unit}")
    return "".join(parts) or "0s"


def _validate(value: object) -> int:
    try:
        return parse(value)
    except ValueError as error:
        # pydantic would put "Value error, " in front of a plain ValueError
        raise PydanticCustomError("bad_duration", "{why}", {"why": str(error)}) from None


Duration = Annotated[
    int,
    BeforeValidator(_validate),
    WithJsonSchema({"type": "string", "pattern": PATTERN, "examples": ["30m", "1d"]}),
]
