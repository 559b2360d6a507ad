"""Contacts from a file in the browser: looked at first, stored when somebody is sure; hostile files do no harm."""

import io
import re
import tempfile
from html import unescape
from pathlib import Path

import openpyxl
import pytest

from storage import contacts
from tests.web.inbox_made import shown
from tests.web.outreach_made import AGENT, ANALYST, world
from web.words.imports import IMPORTS

EN = IMPORTS["en"]
LOOK, STORE = "/contacts/import", "/contacts/import/stored"
PEOPLE = b"""Kundennr;Vorname;Nachname;Mobil;Telegram-ID;Sprache;Umsatz;Tarif
1001;Ada;Lovelace;0151 12345678;77;de;1.234,50;gold
1002;Bob;Ford;+49 151 12345679;;en;;
1003;Eve;Holt;+49 12;;de;;
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Where files lie while they are read."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
async def here(database_url):
    async with world(database_url) as world_:
        yield world_


@pytest.fixture
async def small(sqlite_url):
    async with world(sqlite_url) as world_:
        yield world_


def carried(answer):
    """What the form on the page would send, as it stands."""
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', answer.text))
    found = {name: unescape(value) for name, value in found.items() if name != "_csrf"}
    chosen = re.findall(r'<select id="c\d+" name="(column-\d+)".*?<option value="([^"]*)" selected>', answer.text)
    return found | dict(chosen)


def results(answer):
    """Results and how many."""
    return {name: number for name, number in re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", answer.text) if number != "0"}


async def everybody(here):
    """All contacts by external id."""
    return {one.external: one for one in await here.store.read(lambda: contacts.page("", 1000))}


async def untouched(here):
    """Whether nothing was stored, nor noted, nor left lying about."""
    return not await everybody(here) and not await here.trail() and not lying_about()


def lying_about():
    """Files that were sent and are still on the disk."""
    return list(Path(tempfile.gettempdir()).glob("echolot-*/*"))


async def test_a_file_is_looked_at_and_stored_once_somebody_is_sure(here):
    """The look stores nothing; the result says the same; the same file again changes nothing; it is in the trail."""
    async with here.looks() as page:
        look = await page.send(LOOK, PEOPLE, country="de")
        assert look.status_code == 200
        assert results(look) == {EN["new"]: "2", EN["refused"]: "1"}
        text = shown(look)
        for each in ("Contacts from a file", "people.csv", "4 Mobil", "it lacks its area code", "Ada", "2 of them say"):
            assert each in text, each
        assert await untouched(here)
        stored = await page.send(STORE, **carried(look))
        assert stored.status_code == 200
        assert results(stored) == results(look)
        assert "2 contacts were stored" in shown(stored)
        again = await page.send(LOOK, PEOPLE, country="de")
        assert results(again) == {EN["same"]: "2", EN["refused"]: "1"}
        assert EN["nothing_stored"] in shown(await page.send(STORE, **carried(again)))
    found = await everybody(here)
    assert {key: one.name for key, one in found.items()} == {"1001": "Ada Lovelace", "1002": "Bob Ford"}
    assert found["1001"].revenue == 1235
    assert [act for _, act, _ in await here.trail()] == ["contacts_imported", "contacts_imported"]


async def test_columns_can_be_about_something_else_and_are_looked_at_again(here):
    """What is decided holds for what is stored; with other columns than were seen nothing is stored."""
    async with here.looks() as page:
        look = await page.send(LOOK, PEOPLE, country="DE")
        fields = carried(look)
        assert (fields["column-0"], fields["column-7"]) == ("external", "-")
        fields |= {"column-7": "attributes.Tarif", "column-5": "-"}
        other = await page.send(STORE, **fields)
        assert other.status_code == 409
        assert EN["changed"] in shown(other)
        assert await untouched(here)
        assert carried(other) == fields | {"seen": carried(other)["seen"]}
        again = await page.send(LOOK, **fields)
        assert carried(again) == carried(other)
        assert (await page.send(STORE, **carried(again))).status_code == 200
    ada = (await everybody(here))["1001"]
    assert (dict(ada.attributes), ada.language) == ({"Tarif": "gold"}, "")


async def test_c14_only_a_row_with_a_whole_basis_allows_anything(here):
    """Basis, source, time and wording, as the command has it; else the contact is kept, and nobody is written to."""
    file = (
        "external,mobile,consent.basis,consent.source,consent.at,consent.wording\n"
        "whole,+4915112345601,consent,form,2026-05-01,Yes!\n"
        "no basis,+4915112345602,,form,2026-05-01,Yes!\n"
        "no wording,+4915112345603,consent,form,2026-05-01,\n"
    )
    async with here.looks() as page:
        look = await page.send(LOOK, file.encode())
        assert "2 of them say nothing complete about consent" in shown(look)
        await page.send(STORE, **carried(look))
    allowed = []
    for name, one in (await everybody(here)).items():
        [place] = (await here.people.profile(one.id, "en", "u_1")).consents
        if place["holds"]:
            allowed.append(name)
    assert allowed == ["whole"]


async def test_c4_who_has_objected_is_not_brought_back(here):
    """Their row is suppressed, and so it says."""
    stopped = await here.knows("Stan", number="+4915112345678", external="old")
    await here.stops(stopped)
    async with here.looks() as page:
        look = await page.send(LOOK, b"id,mobile\nnew,+4915112345678\n")
        assert results(look) == {EN["suppressed"]: "1"}
        assert EN["suppressed_text"] in shown(look)
        assert results(await page.send(STORE, **carried(look))) == {EN["suppressed"]: "1"}
    assert "new" not in await everybody(here)


async def test_a_spreadsheet_is_read_as_well(small):
    """Of formulas what they came to; a formula that was never worked out is an empty cell."""
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in (["Kundennr", "Name"], [1001, "Ada"], ["1002", '=HYPERLINK("http://evil.example","x")']):
        book.active.append(row)
    book.save(file)
    async with small.looks() as page:
        look = await page.send(LOOK, file.getvalue(), "people.xlsx")
        assert results(look) == {EN["new"]: "2"}
        await page.send(STORE, **carried(look))
    assert {key: one.name for key, one in (await everybody(small)).items()} == {"1001": "Ada", "1002": ""}


@pytest.mark.parametrize(
    ("fields", "status", "why"),
    [
        ({}, 422, EN["none"]),
        ({"content": "no base64!"}, 422, EN["none"]),
        ({"content": "aWQKMQo=", "name": "k.csv", "country": "XX"}, 422, EN["no_country"]),
        ({"content": "aWQKMQo=", "name": "k.csv", "column-0": "nonsense"}, 422, "cannot be 'nonsense'"),
        ({"content": "aWQKMQo=", "name": "k.csv", "column-0": "addresses.nowhere"}, 422, "cannot be"),
        ({"content": "aWQKMQo=", "name": "k.csv", "column-0": "-"}, 200, EN["nobody"]),
        ({"content": "aWQKMQo=", "name": "k\0.csv"}, 422, "U+0000"),
        ({"content": "aWQKMQo=", "name": ""}, 200, EN["would"]),
    ],
)
async def test_forms_that_no_page_made(small, fields, status, why):
    """Each is told what is wrong."""
    async with small.looks() as page:
        answer = await page.send(LOOK, **fields)
        assert answer.status_code == status
        assert why in shown(answer)
    assert await untouched(small)


async def test_s23_cells_columns_and_names_stay_text(small):
    """And NUL in a cell is no cell's end."""
    evil = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    content = (
        f'id,"{evil.replace(chr(34), chr(34) * 2)}",mobile\n1,{{{{ 7*7 }}}}<b>,12\n2\0,=1+1,+4915112345678\n'.encode()
    )
    async with small.looks() as page:
        look = await page.send(LOOK, content, f"{evil}.csv")
        assert look.status_code == 200
        for each in ("<script>", "<img src=x", "<b>"):
            assert each not in look.text
        assert "{{ 7*7 }}&lt;b&gt;" in look.text
        assert (await page.send(STORE, **carried(look))).status_code == 200
    assert list(await everybody(small)) == ["2"]


@pytest.mark.parametrize("who", [AGENT, ANALYST, "nick/admin:acme"])
async def test_t25_only_admins_of_all_brands_import(small, who):
    """Nobody else is shown the way there either, nor has a file read."""
    async with small.looks(who) as page:
        assert (await page.get(LOOK)).status_code == 403
        for path in (LOOK, STORE):
            assert (await page.send(path, PEOPLE)).status_code == 403
        assert LOOK not in (await page.get("/contacts")).text
    assert await untouched(small)


async def test_s16_a_form_of_another_page_is_refused(small):
    """Its token is missing, or stands behind more than a form may have."""
    headers = {"origin": "https://nps.example.com", "sec-fetch-site": "same-origin"}
    async with small.looks() as page:
        for parts in (
            [("file", ("k.csv", PEOPLE))],
            [("_csrf", (None, "x" * 43)), ("file", ("k.csv", PEOPLE))],
            [("file", ("k.csv", b"x" * (7 << 20))), ("_csrf", (None, page.csrf))],
        ):
            assert (await page.client.post(STORE, files=parts, headers=headers)).status_code == 403
        for body in (b"", b"--b\r\n\r\n", b"--b", b"x" * 1000):
            kind = {"content-type": "multipart/form-data; boundary=b"}
            assert (await page.client.post(STORE, content=body, headers=headers | kind)).status_code in (403, 422)
    assert await untouched(small)


async def test_the_pages_speak_german(small):
    """Their own words do."""
    async with small.looks(language="de") as page:
        assert IMPORTS["de"]["nothing_yet"] in shown(await page.get(LOOK))
        look = await page.send(LOOK, PEOPLE, country="DE")
        assert IMPORTS["de"]["would"] in shown(look)
        assert "Eigenes Merkmal: Tarif" in shown(look)
