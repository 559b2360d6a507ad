"""JSON lines: one object per person; what lies deeper is called `outer.inner`."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from bot.fields import flat
from integrations.imports.source import MOST_LINE, Line, Source, Unreadable

_LOOKED_AT = 100  # lines whose keys are shown as columns


def opened(path: Path) -> Source:
    """A JSON-lines file. Raises Unreadable, also while rows are read."""
    size = max(1, path.stat().st_size)
    with path.open("rb") as file:
        if file.read(1) == b"[":
            raise Unreadable(f"{path} is one JSON list: write one object per line (jq -c '.[]')")
        file.seek(0)
        columns: dict[str, None] = {}
        for line, _ in zip(_told(file, path), range(_LOOKED_AT), strict=False):
            columns |= dict.fromkeys(line.cells)
    raw = path.open("rb")  # closed where its rows end
    return Source(
        tuple(columns), _closing(raw, path), ("JSON lines",), lambda: 1.0 if raw.closed else raw.tell() / size
    )


def _closing(file: BinaryIO, path: Path) -> Iterator[Line]:
    with file:
        yield from _told(file, path)


def _told(file: BinaryIO, path: Path) -> Iterator[Line]:
    number = 0
    while line := file.readline(MOST_LINE):
        number += 1
        if len(line) == MOST_LINE and not line.endswith(b"\n"):
            raise Unreadable(f"{path}, line {number} is longer than {MOST_LINE:,} bytes: this is no row about a person")
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")  # the file's mark, not the line's
        if line.strip():
            yield _line(number, line)


def _line(number: int, line: bytes) -> Line:
    try:
        value = msgspec.json.decode(line)
        if not isinstance(value, dict):
            return Line(number, {}, "it is no JSON object")
        return Line(number, flat(value))
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
        return Line(number, {}, f"it is no row: {error}"[:200])
