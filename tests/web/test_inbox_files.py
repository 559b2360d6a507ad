"""Customers' files in the inbox, fetched from Telegram's stand-in by the real channel: for whom, and as what."""

import asyncio
import struct
import zlib

import pytest

from bot.cases.events import CustomerSaid
from bot.messages import Media, Said
from commands import inbox_files
from sandbox.telegram import Fault
from tests.channels.telegram_line import a_line
from tests.web.inbox_made import ANNA, Kept, looks, shown

HTML, SVG = b"<!doctype html><script>alert(1)</script>", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
PDF, GIF = b"%PDF-1.7\n%%EOF", b"GIF89a\1\0\1\0\0\0\0;"


def png(width=8, height=8):
    """A red picture."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\xc0\x20\x20" * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@pytest.fixture
async def line():
    """Telegram."""
    async with a_line() as found:
        yield found


@pytest.fixture
def kept(line):
    """Cases of customers whose files are there."""
    return Kept(channels={"sms": line.channel})


async def came(line, send):
    """What comes in when a customer sends something."""
    before = len(line.bodies(Said))
    send(line.sandbox.person("Cem"))
    async with asyncio.timeout(5):
        while len(line.bodies(Said)) == before:  # noqa: ASYNC110 - the stand-in tells nobody
            await asyncio.sleep(0.01)
    return line.bodies(Said)[-1].media


async def test_a_picture_is_shown_and_a_pdf_is_saved(kept, line):
    """S13: by their bytes, sandboxed, under a name of plain letters; the page counts on through all messages."""
    photo = await came(line, lambda person: person.sends_photo(png()))
    named = ('"><img src=x>.pdf', "application/pdf")
    document = await came(line, lambda person: person.sends_document(PDF, *named))
    case_id = kept.opens()
    kept.happens(case_id, CustomerSaid("look", media=photo))
    kept.happens(case_id, CustomerSaid("words alone"))
    kept.happens(case_id, CustomerSaid("", media=document))
    async with looks(kept) as page:
        told = (await page.get(f"/inbox/{case_id}")).text
        assert f'<img src="/inbox/{case_id}/files/0" alt="Customer&#39;s picture 1" loading="lazy">' in told
        assert f'<a href="/inbox/{case_id}/files/1">Customer&#39;s file 2</a>' in told
        first, second = [await page.get(f"/inbox/{case_id}/files/{n}") for n in (0, 1)]
        assert (first.content, first.headers["content-type"]) == (png(), "image/png")
        assert first.headers["content-disposition"].startswith("inline; ")
        assert (second.content, second.headers["content-type"]) == (PDF, "application/pdf")
        assert second.headers["content-disposition"] == 'attachment; filename="img-src-x.pdf"'
        for answer in (first, second):
            assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["cache-control"] == "private, no-store"
        for other in ("2", "-1", "x", "0x0", "٣", "9" * 30):
            assert (await page.get(f"/inbox/{case_id}/files/{other}")).status_code == 404


@pytest.mark.parametrize("data", [HTML, SVG, b"MZ\x90\0", b"", b"\xff\xd8"])
async def test_s13_what_could_do_harm_is_not_shown_whatever_it_is_called(kept, line, data):
    """A picture by its name and its type, and something else by its bytes."""
    media = await came(line, lambda person: person.sends_document(data or b" ", "photo.png", "image/png"))
    case_id = kept.opens()
    kept.happens(case_id, CustomerSaid("", media=media))
    async with looks(kept) as page:
        answer = await page.get(f"/inbox/{case_id}/files/0")
        assert answer.status_code == 404
        assert "Echolot does not show files of this kind" in shown(answer)
        assert "alert(1)" not in answer.text


@pytest.mark.parametrize(
    ("who", "status"),
    [("agent:acme", 200), ("agent:bolt", 404), ("agent:*:second", 404), ("viewer", 403), ("analyst", 403), ("", 303)],
)
async def test_t25_who_cannot_see_the_case_cannot_see_its_files(kept, line, who, status):
    """By brand, by desk and by role; and nothing is fetched for them."""
    media = await came(line, lambda person: person.sends_photo(png()))
    case_id = kept.opens(brand="acme")
    kept.happens(case_id, CustomerSaid("", media=media))
    async with looks(kept, f"anna/{who}" if who else "") as page:
        answer = await page.get(f"/inbox/{case_id}/files/0")
    assert answer.status_code == status
    assert (answer.content == png()) == (status == 200)


async def test_a_file_that_cannot_be_shown_says_why(kept, line, monkeypatch):
    """Gone, too large, not just now: in the reader's language, and never as an error of ours."""
    media = await came(line, lambda person: person.sends_photo(png()))
    case_id = kept.opens()
    kept.happens(case_id, CustomerSaid("", media=media))
    kept.happens(case_id, CustomerSaid("", media=(Media("nix", "image/png"),)))
    large = await came(line, lambda person: person.sends_document(b"x", "a.png", "image/png", size=10_000_001))
    kept.happens(case_id, CustomerSaid("", media=large))
    async with looks(kept, ANNA, "de") as page:
        for n, words in ((1, "nicht mehr abrufbar"), (2, "größer als 10 MB")):
            answer = await page.get(f"/inbox/{case_id}/files/{n}")
            assert answer.status_code == 404
            assert words in shown(answer)
        line.sandbox.faults.plan(Fault("error", method="GET", path="/file/", times=9))
        answer = await page.get(f"/inbox/{case_id}/files/0")
        assert (answer.status_code, "gleich noch einmal" in shown(answer)) == (503, True)
        monkeypatch.setattr(inbox_files, "PATIENCE", 0.0)
        assert (await page.get(f"/inbox/{case_id}/files/0")).status_code == 503
        kept.channels.clear()
        assert (await page.get(f"/inbox/{case_id}/files/0")).status_code == 404


async def test_what_the_journal_lost_is_gone(kept, line):
    """The history counts it still."""
    media = await came(line, lambda person: person.sends_photo(png()))
    case_id = kept.opens()
    kept.happens(case_id, CustomerSaid("", media=media))
    kept.journals[case_id].clear()
    async with looks(kept) as page:
        assert "Customer's file 1" in shown(await page.get(f"/inbox/{case_id}"))
        assert (await page.get(f"/inbox/{case_id}/files/0")).status_code == 404
