"""Durations as people write them (`5s`, `15m`, `1d`, `1h30m`), as whole milliseconds inside."""

import re
from typing import Annotated

from pydantic import BeforeValidator

UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_PART = re.compile(r"(\d{1,9})(ms|[smhdw])")


def parse_duration(text: object) -> int:
    """Milliseconds of `5s`, `15m` or `1h30m`; `0` needs no unit. Raises ValueError with what to write."""
    written = str(text).strip().lower()
    if written == "0":
        return 0
    parts = _PART.findall(written)
    if not parts or "".join(number + unit for number, unit in parts) != written:
        raise ValueError(f"{str(text)[:40]!r} is not a duration; write 5s, 15m, 2h, 1d or 1h30m")
    return sum(int(number) * UNITS[unit] for number, unit in parts)


Duration = Annotated[int, BeforeValidator(parse_duration)]
