"""Durations as people write them: `5s`, `15m`, `1h`, `1d` are milliseconds everywhere else."""

import re
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

PATTERN = r"^\d{1,6}(ms|s|m|h|d)$"
_UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_DURATION = re.compile(PATTERN)


def parse(text: object) -> int:
    """Milliseconds of a duration such as `15m`. Raises ValueError that says what is allowed."""
    if isinstance(text, str) and (match := _DURATION.match(text.strip())):
        unit = match[1]
        return int(text.strip().removesuffix(unit)) * _UNITS[unit]
    raise ValueError(f"{str(text)[:20]!r} is not a duration; write a number and a unit: 30s, 15m, 1h or 3d")


def write(milliseconds: int) -> str:
    """The shortest text that `parse` turns back into the same number."""
    for unit in ("d", "h", "m", "s"):
        if milliseconds and milliseconds % _UNITS[unit] == 0:
            return f"{milliseconds // _UNITS[unit]}{unit}"
    return f"{milliseconds}ms"


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
