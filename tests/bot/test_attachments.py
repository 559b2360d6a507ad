"""S13: what a file is follows from its bytes; what runs, or could, is not passed on; names are only names."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.attachments import PASSED_ON, fits, looked_at, named, safe_name
from bot.messages import File


def box(kind: str) -> bytes:
    """A handler's box as in an MP4 file."""
    return b"\0\0\0\x21hdlr" + b"\0" * 8 + kind.encode() + b"\0" * 12


JPEG, PNG = b"\xff\xd8\xff\xe0\0\x10JFIF\0", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 20
OGG = b"OggS\0\2" + b"\0" * 22 + b"\x01\x13"
MP4 = b"\0\0\0\x18ftypisom\0\0\0\0isommp42"
PASSED = [
    (JPEG, "image/jpeg"),
    (PNG, "image/png"),
    (PNG + b"\0\0\0\x08acTL" + b"\0" * 20, "image/png"),
    (b"GIF89a" + b"\0" * 20, "image/gif"),
    (b"RIFF\x10\0\0\0WEBPVP8 " + b"\0" * 20, "image/webp"),
    (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image/heic"),
    (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "image/heic"),
    (b"%PDF-1.7\n", "application/pdf"),
    (OGG + b"OpusHead", "audio/ogg"),
    (OGG + b"\x01vorbis", "audio/ogg"),
    (b"\0\0\0\x18ftypM4A \0\0\0\0M4A mp42isom", "audio/mp4"),
    (MP4 + box("soun"), "audio/mp4"),
]
REFUSED = {
    "empty": b"",
    "text": b"Hello",
    "SVG": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "SVG behind a declaration": b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>",
    "HTML": b"<!doctype html><script>alert(1)</script>",
    "HTML before a picture": b"<script>alert(1)</script>" + JPEG,
    "a program for Windows": b"MZ" + b"\0" * 60,
    "a program for Linux": b"\x7fELF" + b"\0" * 60,
    "a program for macOS": b"\xcf\xfa\xed\xfe" + b"\0" * 60,
    "a script": b"#!/bin/sh\nrm -rf /\n",
    "a Java class": b"\xca\xfe\xba\xbe\0\0\0\x34",
    "ZIP, and so Office": b"PK\x03\x04" + b"\0" * 40,
    "RAR": b"Rar!\x1a\x07\0" + b"\0" * 20,
    "a video": MP4 + box("soun") + box("vide"),
    "a video that calls itself music": b"\0\0\0\x18ftypM4A \0\0\0\0M4A mp42isom" + box("vide"),
    "MP4 without any track": MP4,
    "Ogg with pictures": OGG + b"\x80theora",
    "AVIF": b"\0\0\0\x18ftypavif\0\0\0\0avifmif1",
    "BMP": b"BM" + b"\0" * 60,
    "half a signature": b"\x89PN",
}


@pytest.mark.parametrize(("data", "mime"), PASSED)
@pytest.mark.parametrize("said", ["image/svg+xml", "", "application/x-msdownload"])
def test_s13_what_is_passed_on(data, mime, said):
    """Under the type and the extension of its bytes, whatever it was called."""
    assert looked_at(File("evil.exe", said, data)) == File(f"evil.exe.{PASSED_ON[mime]}", mime, data)


@pytest.mark.parametrize("kind", REFUSED)
@pytest.mark.parametrize("said", sorted(PASSED_ON))
def test_s13_what_is_not(kind, said):
    """Whatever it was called."""
    assert looked_at(File("photo.jpg", said, REFUSED[kind])) is None


@pytest.mark.parametrize(
    ("name", "mime", "shown", "safe"),
    [
        ("Rechnung März.pdf", "application/pdf", "Rechnung März.pdf", "Rechnung-Marz.pdf"),
        ("Straße.PDF", "application/pdf", "Straße.PDF", "Strasse.pdf"),
        ("IMG_1.JPEG", "image/jpeg", "IMG_1.JPEG", "IMG_1.jpg"),
        ("voice.oga", "audio/ogg", "voice.oga", "voice.ogg"),
        ("invoice.pdf.exe", "application/pdf", "invoice.pdf.exe.pdf", "invoice-pdf-exe.pdf"),
        ("exe\u202efdp.pdf", "application/pdf", "exefdp.pdf", "exefdp.pdf"),
        ("../../etc/passwd", "image/png", "passwd.png", "passwd.png"),
        ("C:\\Users\\ann\\a.png", "image/png", "a.png", "a.png"),
        ("写真", "image/png", "写真.png", "file.png"),
        ("", "image/heic", "file.heic", "file.heic"),
        (".heic", "image/heic", "heic.heic", "heic.heic"),
        ("https://evil.example", "image/gif", "evil.example.gif", "evil-example.gif"),
        ('a"\r\nX-Evil: 1.gif', "image/gif", 'a"X-Evil: 1.gif', "a-X-Evil-1.gif"),
        ("x" * 300 + ".gif", "image/gif", "x" * 60 + ".gif", "x" * 60 + ".gif"),
    ],
)
def test_names(name, mime, shown, safe):
    """People keep theirs; a link gets one that every app takes for a part of it."""
    assert (named(name, mime), safe_name(name, mime)) == (shown, safe)


@given(name=st.text(), mime=st.sampled_from(sorted(PASSED_ON)))
def test_no_name_gets_out_of_its_place(name, mime):
    """One dot, plain letters, bounded, never empty; and made safe twice it is the same."""
    safe = safe_name(name, mime)
    assert set(safe) <= set(string.ascii_letters + string.digits + "_-.")
    assert safe.count(".") == 1
    assert 5 <= len(safe) <= 300
    assert safe_name(safe, mime) == safe
    assert not set(named(name, mime)) & set("/\\\n\r\0\u202e")


@given(data=st.binary(max_size=200))
def test_any_bytes_have_an_answer(data):
    """Nothing but what is on the list comes out."""
    found = looked_at(File("a", "", data))
    assert found is None or found.mime in PASSED_ON


@pytest.mark.parametrize(
    ("limits", "through"),
    [
        ({}, False),
        ({"image/jpeg": 5}, True),
        ({"image/jpeg": 4}, False),
        ({"*": 5}, True),
        ({"*": 9, "image/jpeg": 4}, False),
    ],
)
def test_fits(limits, through):
    """A type's own limit counts before that of all others."""
    assert fits(File("a", "image/jpeg", b"12345"), limits) is through
