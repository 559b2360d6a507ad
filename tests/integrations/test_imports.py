"""Files with people in them: what is read, and what columns are taken for."""

import csv
import io
import json
import tracemalloc
import zipfile
from itertools import islice

import openpyxl
import pytest

from bot.fields import Cell
from integrations.imports import lines, text
from integrations.imports.columns import Columns, mapping
from integrations.imports.source import Unreadable, opened

KINDS = {"telegram": "telegram", "sms": "twilio", "slack": "slack"}
ROWS = [["Kundennr", "Name"], ["1", "Zoë; Müller"], ["2", 'say "hi"\nthere']]


def written(tmp_path, content, name="people.csv"):
    """A file with this content."""
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def table(rows, delimiter=";"):
    """Rows as CSV."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue()


def read(path):
    """All rows, as dictionaries."""
    return [line.cells for line in opened(path).lines]


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_encodings_and_delimiters_are_found_out(tmp_path, coding, delimiter):
    """Quoting, line breaks in cells and every way in which Excel saves text."""
    path = written(tmp_path, table(ROWS, delimiter).encode(coding))
    assert read(path) == [dict(zip(ROWS[0], row, strict=True)) for row in ROWS[1:]]


def test_a_letter_late_in_a_large_file_decides_its_encoding(tmp_path):
    """The whole file is looked at, not its beginning."""
    path = written(tmp_path, b"Name\n" + (b"Ada" * 500 + b"\n") * 1000 + "Zoë\n".encode("cp1252"))
    assert text.encoding(path) == "cp1252"
    assert list(opened(path).lines)[-1].cells == {"Name": "Zoë"}


def test_excels_hint_names_the_delimiter(tmp_path):
    """`sep=` is no row."""
    source = opened(written(tmp_path, "sep=,\nName,Ort;Land\nAda,x;y\n"))
    assert source.columns == ("Name", "Ort;Land")
    assert [line.number for line in source.lines] == [2]


def test_a_spreadsheet_gives_what_people_see(tmp_path):
    """Numbers without `.0`, dates, of formulas what they came to, and only the first sheet that is shown."""
    book = openpyxl.Workbook()
    book.active.title = "Hidden"
    book.active.sheet_state = "hidden"
    sheet = book.create_sheet("Kunden")
    sheet.append(["Nr", "Mobil", "Umsatz", "Seit", "Aktiv", "Formel"])
    sheet.append([1, 4915112345678, 1.234, __import__("datetime").datetime(2026, 1, 2), True, "=1+1"])
    sheet.append([])
    sheet.append([2, "+4915112345678", 5.5, None, None, None])
    book.save(tmp_path / "k.xlsx")
    source = opened(tmp_path / "k.xlsx")
    assert "Hidden" in source.notes[0]
    first, second = source.lines
    assert first.cells == {
        "Nr": "1", "Mobil": "4915112345678", "Umsatz": "1.2340", "Seit": "2026-01-02", "Aktiv": "true", "Formel": "",
    }  # fmt: skip
    assert (second.number, second.cells["Umsatz"]) == (4, "5.5")


def test_a_formula_counts_as_what_it_came_to_last(tmp_path):
    """The value that the spreadsheet kept beside it."""
    book = openpyxl.Workbook()
    book.active.append(["Nr"])
    book.active.append(["=40+2"])
    book.save(tmp_path / "raw.xlsx")
    with zipfile.ZipFile(tmp_path / "raw.xlsx") as before, zipfile.ZipFile(tmp_path / "k.xlsx", "w") as after:
        for part in before.infolist():
            content = before.read(part).replace(b"<f>40+2</f><v></v>", b"<f>40+2</f><v>42</v>")
            after.writestr(part, content.replace(b"<f>40+2</f><v />", b"<f>40+2</f><v>42</v>"))
    assert read(tmp_path / "k.xlsx") == [{"Nr": "42"}]


def test_json_lines_are_flattened(tmp_path):
    """Objects, lists of addresses, numbers and truth; keys that come later are read too."""
    rows = [
        {"external": 7, "addresses": {"sms": "+491"}, "attributes": {"vip": True, "none": None}},
        {"addresses": ["sms:+491", "telegram:77", "sms:+492"], "name": "Ada"},
    ]
    path = written(tmp_path, "\ufeff" + "\n\n".join(map(json.dumps, rows)), "k.jsonl")
    source = opened(path)
    assert source.columns[:3] == ("external", "addresses.sms", "attributes.vip")
    first, second = source.lines
    assert first.cells == {"external": "7", "addresses.sms": "+491", "attributes.vip": "true"}
    assert list(second.cells.values()) == ["+491", "77", "+492", "Ada"]
    cells = list(Columns(source.columns, KINDS).cells(second.cells))
    assert [cell.target for cell in cells] == ["addresses.sms", "addresses.telegram", "addresses.sms", "name"]


BAD_LINES = ["[1]", "{", '"text"', '{"a": {"b": {"c": 1}}}', '{"a": [1]}', "[" * 100_000, '{"a": 1' + "0" * 5000 + "}"]


@pytest.mark.parametrize("line", BAD_LINES)
def test_a_line_that_is_no_person_is_told_and_the_rest_is_read(tmp_path, line):
    """One broken line does not stop a file."""
    told = list(opened(written(tmp_path, f'{{"a": 1}}\n{line}\n{{"a": 2}}\n', "k.jsonl")).lines)
    assert told[0].cells == {"a": "1"}
    assert told[-1].cells == {"a": "2"}


GUESSES = [
    ("Kundennr.", "external"), ("Kunden-Nr", "external"), ("CUSTOMER_ID", "external"), ("Mobil", "addresses.sms"),
    ("Handynummer", "addresses.sms"), ("Phone number", "addresses.sms"), ("Tel.", "addresses.sms"),
    ("telegram", "addresses.telegram"), ("Telegram-ID", "addresses.telegram"), ("Slack Member ID", "addresses.slack"),
    ("sms", "addresses.sms"), ("Sprache", "language"), ("Zeitzone", "zone"), ("Land", "country"), ("Marke", "brand"),
    ("Kundengruppe", "segment"), ("Betreuer", "agent"), ("Umsatz", "revenue"), ("attributes.x", "attributes.x"),
    ("Rechtsgrundlage", "consent.basis"), ("Einwilligung am", "consent.at"), ("Region", "region"), ("Notizen", "-"),
    ("attributes.a b", "-"), ("consent.nonsense", "-"), ("", "-"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "target"), GUESSES)
def test_columns_are_known_by_their_names(name, target):
    """German and English, however they are written; what is not known is left out, and says so."""
    [column] = Columns([name], KINDS).columns
    assert column.target == target
    assert bool(column.why) == (target == "-")


def test_a_mobile_number_is_preferred_and_nothing_is_guessed_twice():
    """Two columns for one thing need somebody who says which."""
    columns = Columns(["Telefon", "Mobil", "Name", "Kunde", "Land", "Country"], KINDS).columns
    assert [each.target for each in columns] == ["-", "addresses.sms", "name", "name", "country", "-"]
    assert "Mobil" in columns[0].why


def test_channels_that_could_both_be_meant_are_asked_for():
    """No guess between two senders."""
    [column] = Columns(["Mobil"], {"shop": "twilio", "service": "twilio"}).columns
    assert column.target == "-"
    assert "--channel" in column.why


def test_first_and_last_names_become_one():
    """In their order, wherever the columns stand."""
    columns = Columns(["Nachname", "Vorname"], KINDS)
    assert columns.cells({"Nachname": "Lovelace ", "Vorname": " Ada"}) == [Cell("Vorname", "name", "Ada Lovelace")]


MAP = """
columns: {Tarif: attributes.tariff, Nr: external, Mobil: sms, Festnetz: addresses.sms, Name: "-"}
always: {brand: Acme}
country: AT
"""


def test_a_mapping_says_what_columns_are(tmp_path):
    """It wins over guesses, adds what every row has, and may name a channel twice."""
    mapped = mapping(written(tmp_path, MAP, "map.yaml"))
    columns = Columns(["Nr", "Tarif", "Mobil", "Festnetz", "Name", "Handy"], KINDS, mapped)
    assert [each.target for each in columns.columns] == [
        "external", "attributes.tariff", "addresses.sms", "addresses.sms", "-", "-",
    ]  # fmt: skip
    assert (columns.cells({"Nr": "1"})[-1].target, mapped.country) == ("brand", "AT")
    assert columns.finds_people


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("columns: {Nope: external}", "no column 'Nope'"),
        ("columns: {Name: extrenal}", "did you mean 'external'"),
        ("columns: {Name: addresses.fax}", "cannot be"),
        ("columns: [a]", "one text for each"),
        ("colums: {}", "nothing else"),
        ("columns: {Name: {a: b}}", "one text for each"),
        ("a: [", r"map.yaml:2:1: this is not YAML"),
        (b"\xff\xfe\x00", "cannot be read"),
    ],
)
def test_a_mapping_that_does_not_fit_says_where(tmp_path, content, why):
    """Before a row is read."""
    with pytest.raises(Unreadable, match=why):
        Columns(["Name"], KINDS, mapping(written(tmp_path, content, "map.yaml")))


def test_zeros_and_formulas_are_text(tmp_path):
    """NUL is cleaned away where cells are read; a formula in CSV is nothing but what stands there."""
    path = written(tmp_path, b'Name;Kundennr\nA\0da;=HYPERLINK("x")\n')
    [cells] = read(path)
    assert cells["Kundennr"] == '=HYPERLINK("x")'


def test_a_cell_too_many_is_a_row_that_says_so(tmp_path):
    """A delimiter without quotation marks would shift everything."""
    first, second = opened(written(tmp_path, "Name;Ort\nAda;x;y\nBob;z;;\n")).lines
    assert "quotation marks" in first.problem
    assert not second.problem


def test_rows_come_one_by_one(tmp_path):
    """Nothing holds the whole file."""
    path = written(tmp_path, "Name\n" + f"{'Ada' * 300}\n" * 20_000)
    source = opened(path)
    tracemalloc.start()
    seen = sum(1 for _ in islice(source.lines, 10_000))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seen == 10_000
    assert 0.4 < source.done() < 0.6
    assert peak < 5 << 20


def test_json_lines_are_counted_as_they_stand(tmp_path):
    """Row numbers lead back to the file, past empty lines."""
    path = written(tmp_path, '{"a": 1}\n\n{"a": 2}\n', "k.jsonl")
    assert [line.number for line in lines.opened(path).lines] == [1, 3]
