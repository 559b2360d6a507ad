"""T18, S24: 50 hostile cells through everything that writes a table, read as a spreadsheet program reads them.

LibreOffice itself is asked where it is installed (`apt-get install libreoffice-calc`). Everywhere openpyxl answers:
what it takes for a formula has the type `f`. It and the rule that spreadsheet programs share (a formula begins with one
of a few signs) have to agree.
"""

import csv
import io
import re
import shutil
import subprocess

import pytest
from openpyxl import Workbook

from commands.export import _csv
from insights.charts.chart import Look
from insights.charts.segments import segments
from insights.tally import Tally
from web.drawn import table
from web.shapes import Response
from web.spreadsheets import cell

SIGNS = "=+-@\t\r\n＝＋－＠"
WORDS = (
    "cmd|' /C calc'!A0", 'HYPERLINK("http://elsewhere.example","x")', "1+1", "SUM(1,1)", 'WEBSERVICE("http://x")',
    'IMPORTXML("http://x","//a")', 'DDE("cmd","/C calc","x")',
)  # fmt: skip
CELLS = [
    *(sign + words for sign in "=+-@" for words in WORDS),
    *(f"{sign}=1+1" for sign in "\t\r\n ＝＋－＠\u00a0"),
    "=", "+", "-", "@", "-5", "+49 170 1234567", "=-=1", "@SUM(1)*cmd|' /C calc'!A0", "=A1\n=B1", '="a","b"',
    "  =1+1", "=1;=2", "'=1+1", '"=1+1',
]  # fmt: skip


def response(text):
    return Response("s", text, text, "r", "v", "c", "de", -5, "", text, "", [])


def responses():
    output = io.StringIO()
    write = _csv(output)
    for each in CELLS:
        write(response(each))
    return output.getvalue()


def groups():
    found = [(each, Tally((0,) * 10 + (12,), 12)) for each in CELLS]
    return table(segments(found, "=Region", Look("en")))


@pytest.mark.parametrize("written", [responses, groups])
def test_t18_s24_no_cell_is_a_formula(written):
    """Whatever is read back is text or a number, and our own minus stays a number."""
    assert len(set(CELLS)) >= 50
    sheet = Workbook().active
    texts = numbers = 0
    for row in csv.reader(io.StringIO(written(), newline="")):
        for read in row:
            as_read = float(read) if _number(read) else read
            found = sheet.cell(1, 1, as_read)
            assert found.data_type in ("s", "n"), read
            assert isinstance(as_read, float) or not read.lstrip(" \u00a0").startswith(tuple(SIGNS)), read
            texts, numbers = texts + isinstance(as_read, str), numbers + isinstance(as_read, float)
    assert texts >= len(CELLS)
    assert numbers >= len(CELLS)


def test_t18_s24_the_reader_would_notice():
    """A cell as it came is taken for a formula."""
    assert Workbook().active.cell(1, 1, CELLS[0]).data_type == "f"
    assert Workbook().active.cell(1, 1, cell(CELLS[0])).data_type == "s"


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_t18_s24_libreoffice_finds_no_formula(tmp_path):
    """Opened as whoever double-clicks a CSV opens it; the same cells as they came are formulas there."""
    raw = io.StringIO()
    csv.writer(raw).writerows([each] for each in CELLS)
    (tmp_path / "raw.csv").write_text(raw.getvalue(), "utf-8", newline="")
    (tmp_path / "responses.csv").write_text(responses(), "utf-8", newline="")
    (tmp_path / "groups.csv").write_text(groups(), "utf-8", newline="")
    comma_quotes_utf8 = "--infilter=Text - txt - csv (StarCalc):44,34,76,1,,0,false,true"
    own_profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    convert = ("--convert-to", "fods", "--outdir", tmp_path, *sorted(tmp_path.glob("*.csv")))
    subprocess.run(
        ["soffice", "--headless", own_profile, comma_quotes_utf8, *convert],
        check=True,
        capture_output=True,
        timeout=120,
    )
    found = {path.stem: path.read_text("utf-8") for path in tmp_path.glob("*.fods")}
    formulas = {name: re.findall(r'table:formula="[^"]*"', text) for name, text in found.items()}
    assert len(formulas.pop("raw")) >= 10  # it takes only what begins with = for one
    assert formulas == {"responses": [], "groups": []}
    assert all("SUM(1,1)" in text for text in found.values())


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
