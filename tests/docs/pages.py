"""Pages of the documentation as tests read them: their tables and their pieces of YAML."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]

_PIECE = re.compile(r"(?:`(?P<file>[\w.-]+)`:\n\n)?```yaml\n(?P<content>.*?)```", re.DOTALL)


class Piece(NamedTuple):
    """A piece of YAML: a part of the settings, or a file with a name of its own."""

    file: str
    content: str


def page(name: str) -> str:
    """The text of a page, by its path from the root."""
    return (ROOT / name).read_text(encoding="utf-8")


def table(text: str, *heading: str) -> list[list[str]]:
    """The rows of the tables with this heading; a cell is its text. Raises LookupError if there are none."""
    wanted, rows, inside = list(heading), [], False
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("|") else []
        if cells == wanted:
            inside = True
        elif not cells:
            inside = False
        elif inside and not set("".join(cells)) <= set("-: "):
            rows.append(cells)
    if not rows:
        raise LookupError(f"no table {' | '.join(heading)}")
    return rows


def code(cell: str) -> list[str]:
    """What is written as code in a cell."""
    return re.findall(r"`([^`]+)`", cell)


def pieces(text: str) -> Iterator[Piece]:
    """The pieces of YAML in a page, in order."""
    for match in _PIECE.finditer(text):
        yield Piece(match["file"] or "", match["content"])
