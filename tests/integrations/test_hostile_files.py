"""Files that mean harm, or are no table of people: refused with the reason, in little memory."""

import io
import tracemalloc
import zipfile

import openpyxl
import pytest

from integrations.imports import sheets
from integrations.imports.source import MOST_COLUMNS, MOST_LINE, Unreadable, opened
from tests.integrations.test_imports import read, written


def bomb(tmp_path, part, size):
    """A small spreadsheet that unpacks to much."""
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file, file.open(part, "w", force_zip64=True) as out:
        for _ in range(size >> 20):
            out.write(b" " * (1 << 20))
    return path


def test_a_spreadsheet_that_unpacks_to_gigabytes_is_refused_by_its_size(tmp_path):
    """Before anything is unpacked."""
    path = bomb(tmp_path, "xl/sharedStrings.xml", sheets.MOST_SHARED + (1 << 20))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(Unreadable, match="too large"):
        opened(path)


def entities():
    """A workbook whose sheet is made of entities of entities."""
    book = openpyxl.Workbook()
    book.active.append(["Name"])
    file = io.BytesIO()
    book.save(file)
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    out = io.BytesIO()
    with zipfile.ZipFile(file) as before, zipfile.ZipFile(out, "w") as after:
        for part in before.infolist():
            content = before.read(part)
            if part.filename.endswith("sheet1.xml"):
                content = f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]>'.encode() + content.replace(b"Name", b"&l11;")
                content = content.replace(b"<v>0</v>", b"<v>&l11;</v>")
            after.writestr(part, content)
    return out.getvalue()


def packed(name):
    """An archive with one file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr(name, "x")
    return out.getvalue()


HOSTILE = {
    "nothing": (b"", "empty"),
    "only blanks": (b"\n\n;;;\n", "name the columns"),
    "an open quotation mark": (b'Name;Ort\n"' + b"x" * 200_000, "quotation mark"),
    "10,001 columns": (b";".join(b"c%d" % n for n in range(10_001)) + b"\n", f"{MOST_COLUMNS} columns"),
    "an old spreadsheet": (b"\xd0\xcf\x11\xe0" + b"\0" * 100, "old format"),
    "a PDF": (b"%PDF-1.7\n", "no table"),
    "an archive": (packed("a.txt"), "unpack it"),
    "half a spreadsheet": (b"PK\x03\x04" + b"\0" * 50, "cannot be opened"),
    "an empty spreadsheet": (packed("xl/workbook.xml"), "as a spreadsheet"),
    "entities of entities": (entities(), "spreadsheet|damaged"),
    "neither encoding": (b"Name\n\x81\xff\n", "neither in UTF-8"),
    "half of a UTF-16 letter": (b"\xff\xfeN\0a\0\n\0\x00\xd8", "UTF-8"),
    "one JSON list": (b'[{"a": 1}]', "one object per line"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_files_that_are_no_table_of_people_say_why(tmp_path, case):
    """Never a stack trace."""
    content, why = HOSTILE[case]
    path = written(tmp_path, content, "k.jsonl" if case == "one JSON list" else "k.csv")
    with pytest.raises(Unreadable, match=why):
        read(path)


@pytest.mark.parametrize("name", ["k.csv", "k.jsonl"])
def test_a_line_without_an_end_does_not_fill_the_memory(tmp_path, name):
    """A gigabyte would be read to its limit; 64 MB show it."""
    path = tmp_path / name
    with path.open("wb") as file:
        file.write(b"Name\n" if name == "k.csv" else b"{}\n")
        for _ in range(64):
            file.write(b"x" * (1 << 20))
    tracemalloc.start()
    with pytest.raises(Unreadable, match=f"{MOST_LINE:,}"):
        read(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20 << 20
