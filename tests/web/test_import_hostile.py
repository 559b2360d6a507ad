"""Files that mean harm, through the page of the import: told why, and nothing is stored."""

import io
import re
import tempfile
import zipfile

import openpyxl
import pytest

from commands import import_pages as reading
from tests.integrations.test_hostile_files import HOSTILE, bomb
from tests.web.inbox_made import shown
from tests.web.test_import_pages import (
    EN,
    LOOK,
    STORE,
    folder,  # noqa: F401 - a fixture, and for every test
    small,  # noqa: F401 - fixtures
    untouched,
)
from web import guard, import_shapes
from web import import_pages as pages


@pytest.mark.parametrize("case", HOSTILE)
async def test_a_file_that_is_no_table_of_people_says_why_and_stores_nothing(small, case):  # noqa: F811 - a fixture
    """On the way to be looked at, and to be stored."""
    content, why = HOSTILE[case]
    name = "k.jsonl" if case == "one JSON list" else "k.csv"
    async with small.looks() as page:
        for path in (LOOK, STORE):
            answer = await page.send(path, content, f"C:\\secret\\../../etc/{name}")
            assert answer.status_code == 422
            assert re.search(why, shown(answer))
            assert name in answer.text
            assert "secret" not in answer.text
            assert tempfile.gettempdir() not in answer.text
            assert EN["unreadable"] in shown(answer)
    assert await untouched(small)


def numbered(row):
    """A spreadsheet whose second row says that it is this one."""
    book, file, out = openpyxl.Workbook(), io.BytesIO(), io.BytesIO()
    for each in (["Kundennr"], ["1001"]):
        book.active.append(each)
    book.save(file)
    with zipfile.ZipFile(file) as before, zipfile.ZipFile(out, "w") as after:
        for part in before.infolist():
            content = before.read(part)
            if part.filename.endswith("sheet1.xml"):
                assert b'<row r="2"' in content
                content = content.replace(b'<row r="2"', b'<row r="%d"' % row).replace(b'"A2"', b'"A%d"' % row)
            after.writestr(part, content)
    return out.getvalue()


async def test_s32_sizes_that_files_only_claim_or_unpack_to(small, tmp_path, monkeypatch):  # noqa: F811 - a fixture
    """A trillionth row, a spreadsheet that unpacks to much, too many rows and columns, a file that is too large."""
    packed = bomb(tmp_path, "xl/worksheets/sheet1.xml", reading.LIMITS.unpacked + (1 << 20)).read_bytes()
    wide = ",".join(f"c{n}" for n in range(import_shapes.MOST_COLUMNS + 1)).encode()
    monkeypatch.setattr(reading, "MOST_ROWS", 20)
    monkeypatch.setattr(reading, "LIMITS", reading.LIMITS._replace(rows=20))
    files = {
        "or one that says so": numbered(10**12),
        "too large for a spreadsheet": packed,
        "more than 100 columns": wide,
        "more than 20 rows": b"id\n" + b"1\n" * 21,
    }
    async with small.looks() as page:
        for why, content in files.items():
            answer = await page.send(LOOK, content, "k.xlsx")
            assert answer.status_code == 422
            assert why in shown(answer)
    assert await untouched(small)


async def test_a_broken_end_stores_nothing_of_what_stands_before(small, monkeypatch):  # noqa: F811 - a fixture
    """A file is read to its end before its first row is stored, even if it is the one that was seen."""
    monkeypatch.setattr(pages, "_digest", lambda _: "seen")
    content = b"id,name\n" + b"1,a\n" * 600 + b'2,"' + b"x" * 200_000
    async with small.looks() as page:
        answer = await page.send(STORE, content, seen="seen")
        assert answer.status_code == 422
        assert "quotation mark" in shown(answer)
    assert await untouched(small)


async def test_s32_a_file_that_is_too_large_is_answered_with_a_page(small):  # noqa: F811 - a fixture
    """All of it is taken from the browser and thrown away, so that it shows why; more than that is not waited for."""
    async with small.looks() as page:
        for size in (import_shapes.MOST_FILE + 1, 8 << 20):
            answer = await page.send(LOOK, b"id\n" + b"1" * size)
            assert answer.status_code == 413
            assert "more than 4 MB" in shown(answer)
        assert (await page.send(LOOK, b"x" * guard.UPLOAD_LIMIT)).status_code == 413
        assert (await page.send(LOOK, b"id\n" + b"1\n" * (import_shapes.MOST_FILE // 2 - 2))).status_code == 422
    assert await untouched(small)
