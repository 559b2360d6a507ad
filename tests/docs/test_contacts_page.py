"""What the page about contacts promises is run, from its own files, in an empty folder."""

import json
import re
from pathlib import Path

from bot import people
from commands import import_
from commands.importing import REFUSED
from commands.people import People
from flows import source
from settings import Settings
from tests.docs.pages import code, page, pieces, table
from tests.docs.test_tutorial import expect
from web.import_shapes import MOST_COLUMNS, MOST_FILE, MOST_ROWS
from web.openapi import document
from web.server import SLOWEST

PAGE = page("docs/howto/contacts.md")


def test_every_command_does_what_it_says(tmp_path: Path) -> None:
    """With the settings, the file and the mapping of the page."""
    for piece in pieces(PAGE):
        (tmp_path / (piece.file or "echolot.yaml")).write_text(piece.content, "utf-8")
    [rows] = re.findall(r"```csv\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "people.csv").write_text(rows, "utf-8")
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "COLUMNS": "160"}
    blocks = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    for block in blocks:
        expect(block, tmp_path, environment)
    assert len(blocks) == 3
    assert (tmp_path / "all.csv").read_text("utf-8").count("\n") == 2
    assert "Mobil" in (tmp_path / "refused.csv").read_text("utf-8-sig")


def test_every_result_is_explained() -> None:
    """And no other."""
    words = [name for row in table(PAGE, "result", "what it means") for name in code(row[0])]
    assert words == [people.NEW, people.CHANGED, people.SAME, REFUSED, people.SUPPRESSED, people.DOUBTFUL]


def test_the_call_of_the_page_is_taken(tmp_path: Path) -> None:
    """With the channels of the page."""
    [settings] = [piece for piece in pieces(PAGE) if not piece.file]
    data = source.read(settings.content, "").data
    configured = Settings(home=tmp_path, database_url=f"sqlite:///{tmp_path}/e.db", **data)
    [call] = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    row = People(None, configured, lambda: 0)._read(json.loads(call))
    assert row.person is not None, row.wrong
    assert row.consent["basis"] == "consent"


def test_the_limits_are_those_of_the_program() -> None:
    """Of the page in the browser."""
    limits = {row[0]: row[1] for row in table(PAGE, "limit", "in the browser", "`run.py import contacts`")}
    assert limits["file"] == f"{MOST_FILE >> 20} MB, at {SLOWEST >> 10} kB a second or more"
    assert (limits["rows"], limits["columns"]) == (f"{MOST_ROWS:,}", str(MOST_COLUMNS))


def test_there_is_no_way_in_for_scores() -> None:
    """As the page says: who builds one changes it."""
    assert "There is no way in for them" in PAGE
    assert set(import_.command.commands) == {"contacts"}
    assert {verb for path, verbs in document()["paths"].items() if "responses" in path for verb in verbs} == {"get"}
