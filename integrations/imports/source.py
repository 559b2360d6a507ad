"""A file as rows: which kind it is, what its columns are called, and then one row after the other."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from bot.errors import BotError, Fault

MOST_COLUMNS = 1000
MOST_LINE = 1 << 20
"""Characters of one line; a longer one is no row about a person."""


class Unreadable(BotError):
    """This is no file that people can be imported from; says why, and what to do."""

    fault = Fault.CALLER


class Line(NamedTuple):
    """A row: its number as a spreadsheet counts (the header is 1; of JSON lines the first is 1), cells by column.

    `problem` says why the row as a whole cannot be read, "" if it can.
    """

    number: int
    cells: Mapping[str, str]
    problem: str = ""


class Source(NamedTuple):
    """An open file. `notes` say what was found out about it; `done` tells how much is read, 0.0 to 1.0."""

    columns: tuple[str, ...]
    lines: Iterator[Line]
    notes: tuple[str, ...]
    done: Callable[[], float]


class Limits(NamedTuple):
    """What a spreadsheet may have at most. A row may say that it is the trillionth: all before it are gone through.

    `unpacked` (bytes): a million rows with twenty cells are about half of it.
    """

    columns: int = MOST_COLUMNS
    rows: int = 1 << 20
    unpacked: int = 1 << 30


USUAL = Limits()


def opened(path: Path, limits: Limits = USUAL) -> Source:
    """A file by its name and its first bytes; `limits` are for spreadsheets. Raises Unreadable, also at any row."""
    from integrations.imports import lines, sheets, text  # noqa: PLC0415  # each knows this module

    try:
        with path.open("rb") as file:
            first = file.read(8)
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror or error}") from error
    if not first:
        raise Unreadable(f"{path} is empty")
    if first.startswith(b"PK\x03\x04"):
        return sheets.opened(path, limits)
    if first.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(f"{path} is in Excel's old format: save it as .xlsx or CSV")
    if first.startswith((b"%PDF", b"\x1f\x8b", b"SQLite")):
        raise Unreadable(f"{path} is no table: give a .csv, .xlsx or .jsonl file")
    if path.suffix.lower() in {".jsonl", ".ndjson", ".json"}:
        return lines.opened(path)
    return text.opened(path)


def header(path: Path, names: list[str]) -> tuple[str, ...]:
    """The columns' names, each once; empty ones get a number. Raises Unreadable."""
    while names and not names[-1].strip():
        names.pop()
    if not names:
        raise Unreadable(f"{path}: the first row has to name the columns, and it is empty")
    if len(names) > MOST_COLUMNS:
        raise Unreadable(f"{path} has more than {MOST_COLUMNS} columns: keep those about people")
    found: dict[str, None] = {}
    for number, name in enumerate(names, 1):
        column = " ".join(name.split())[:100] or f"column {number}"
        while column in found:
            column += f" ({number})"
        found[column] = None
    return tuple(found)
