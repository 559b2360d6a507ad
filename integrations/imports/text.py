"""CSV: the encoding and the delimiter are found out, quoting is read, lines have a limit."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TextIO

from integrations.imports.source import MOST_LINE, Line, Source, Unreadable, header

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SHOWN = {"cp1252": "Windows-1252", "utf-8-sig": "UTF-8"}
_DELIMITERS = {";": "semicolons", ",": "commas", "\t": "tabs", "|": "bars"}
_HINT = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)  # how Excel is told the delimiter
_CHUNK = 1 << 20
_SAMPLE = 20  # lines that show the delimiter


def opened(path: Path) -> Source:
    """A CSV file. Raises Unreadable, also while rows are read."""
    coding = encoding(path)
    size = max(1, path.stat().st_size)
    raw = path.open("rb")  # closed where its rows end
    file = io.TextIOWrapper(raw, coding, newline="")
    try:
        sample, hint = _sample(file, path)
        delimiter = hint or _delimiter(sample)
        file.seek(0)
        if hint:
            file.readline()
        reader = csv.reader(_lines(file, path), delimiter=delimiter)
        columns = header(path, next(_rows(reader, path), []))
    except BaseException:
        file.close()
        raise
    note = (
        f"{_SHOWN.get(coding, coding.upper())} text, columns divided by {_DELIMITERS.get(delimiter, repr(delimiter))}"
    )
    lines = _told(file, _rows(reader, path), columns)
    return Source(columns, lines, (note,), lambda: 1.0 if raw.closed else raw.tell() / size)


def encoding(path: Path) -> str:
    """UTF-16 by its mark or its zeros, UTF-8 if all of it is, else Windows-1252. Raises Unreadable."""
    with path.open("rb") as file:
        first = file.read(400)
    for mark, name in _MARKS:
        if first.startswith(mark):
            return name
    odd, even = first[1::2].count(0), first[::2].count(0)
    if max(odd, even) > len(first) // 4:
        return "utf-16-le" if odd > even else "utf-16-be"
    for name in ("utf-8", "cp1252"):
        if _is_in(path, name):
            return name
    raise Unreadable(f"{path} is neither in UTF-8 nor in Windows-1252: save it as UTF-8")


def _is_in(path: Path, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _sample(file: TextIO, path: Path) -> tuple[list[str], str]:
    """The first lines, and the delimiter if the first one names it."""
    lines = list(islice(_lines(file, path), _SAMPLE + 1))
    hint = _HINT.fullmatch(lines[0]) if lines else None
    return (lines[1:], hint[1]) if hint else (lines, "")


def _delimiter(sample: list[str]) -> str:
    """What divides the most rows into as many cells as the first one, and into the most."""

    def score(delimiter: str) -> tuple[bool, float, int]:
        try:
            rows = [row for row in csv.reader(sample, delimiter=delimiter) if row]
        except csv.Error:
            return False, 0.0, 0
        widths = [len(row) for row in rows] or [0]
        return widths[0] > 1, widths.count(widths[0]) / len(widths), widths[0]

    return max(_DELIMITERS, key=score)


def _lines(file: TextIO, path: Path) -> Iterator[str]:
    """Lines as they are, none longer than MOST_LINE: who leaves out the ends of lines does not fill the memory."""
    number = 0
    try:
        while line := file.readline(MOST_LINE):
            number += 1
            if len(line) == MOST_LINE and line[-1] not in "\r\n":
                raise Unreadable(
                    f"{path}, line {number} is longer than {MOST_LINE:,} characters: this is no table of people"
                )
            yield line
    except UnicodeError as error:
        raise Unreadable(f"{path}, behind line {number}: {error.__class__.__name__}; save the file as UTF-8") from None


def _rows(reader: Iterable[list[str]], path: Path) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as error:
        line = getattr(reader, "line_num", 0)
        hint = "; is a quotation mark left open?" if "field limit" in str(error) else ""
        raise Unreadable(f"{path}, near line {line}: {error}{hint}") from None


def _told(file: TextIO, rows: Iterator[list[str]], columns: tuple[str, ...]) -> Iterator[Line]:
    width = len(columns)
    with file:
        for number, row in enumerate(rows, 2):
            if any(row[width:]):
                problem = "it has more cells than there are columns: a delimiter in a cell needs quotation marks"
                yield Line(number, {}, problem)
            elif any(row):
                yield Line(number, dict(zip(columns, row, strict=False)))
