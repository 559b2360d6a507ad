"""XLSX: the first sheet that is shown, row by row; of formulas what they came to."""

import datetime as dt
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from integrations.imports.source import USUAL, Limits, Line, Source, Unreadable, header

MOST_SHARED = 128 << 20
"""Bytes of texts that cells share: they are all held in memory."""
_SHARED = "sharedstrings.xml"
_BROKEN = (
    zipfile.BadZipFile,
    KeyError,
    ValueError,
    TypeError,
    EOFError,
    OSError,
    IndexError,
    AttributeError,
    ParseError,
)


def opened(path: Path, limits: Limits = USUAL) -> Source:
    """An XLSX file. Raises Unreadable, also while rows are read."""
    import openpyxl  # noqa: PLC0415  # for spreadsheets only

    _measure(path, limits.unpacked)
    file = path.open("rb")  # closed with the book; by its name the library would judge it
    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        sheet = next((each for each in book.worksheets if each.sheet_state == "visible"), None)
        if sheet is None:
            raise Unreadable(f"{path} shows no sheet")
        sheet.reset_dimensions()  # what the file says of its size may be wrong
        rows = _rows(path, sheet.iter_rows(values_only=True, max_col=limits.columns + 1))
        total = max(1, sheet.max_row or 1)
        columns = header(path, [cell(value) for value in next(rows, ())])
    except _BROKEN as error:
        file.close()
        raise Unreadable(
            f"{path} cannot be read as a spreadsheet ({type(error).__name__}): save it anew, or as CSV"
        ) from error
    rows = _counted(path, rows, limits.rows)
    others = [each.title for each in book.worksheets if each is not sheet]
    note = f"sheet {sheet.title!r}" + (f"; not read: {', '.join(map(repr, others[:5]))}" if others else "")
    at = [0]
    return Source(columns, _told(book, rows, columns, at), (note,), lambda: min(1.0, at[0] / total))


def cell(value: Any) -> str:
    """A cell as people see it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return _figure(value)
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)


def _figure(value: float) -> str:
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    written = repr(value)
    return written + "0" if len(written.partition(".")[2]) == 3 else written  # or it would look like thousands


def _measure(path: Path, most: int) -> None:
    """Raises Unreadable for what would fill the memory or the day; nothing unpacks to more than it says here."""
    try:
        with zipfile.ZipFile(path) as file:
            parts = file.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise Unreadable(f"{path} cannot be opened as a spreadsheet: {error}") from error
    shared = sum(part.file_size for part in parts if part.filename.lower().endswith(_SHARED))
    if len(parts) > 10_000 or shared > MOST_SHARED or sum(part.file_size for part in parts) > most:
        raise Unreadable(f"{path} is too large for a spreadsheet: save it as CSV")
    if not any(part.filename.lower().startswith("xl/") for part in parts):
        raise Unreadable(f"{path} is an archive, not a spreadsheet: unpack it first")


def _rows(path: Path, rows: Iterator[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    try:
        yield from rows
    except _BROKEN as error:
        raise Unreadable(f"{path} is damaged ({type(error).__name__}): save it anew, or as CSV") from error


def _counted(path: Path, rows: Iterator[Sequence[Any]], most: int) -> Iterator[Sequence[Any]]:
    for number, row in enumerate(rows, 2):
        if number > most:
            raise Unreadable(
                f"{path} has more than {most:,} rows, or one that says so: delete empty ones, or divide it"
            )
        yield row


def _told(book: Any, rows: Iterator[Sequence[Any]], columns: tuple[str, ...], at: list[int]) -> Iterator[Line]:
    width = len(columns)
    try:
        for number, row in enumerate(rows, 2):
            at[0] = number
            cells = [cell(value) for value in row]
            if any(cells[width:]):
                yield Line(number, {}, "it has a cell where no column has a name")
            elif any(cells):
                yield Line(number, dict(zip(columns, cells, strict=False)))
    finally:
        book.close()
