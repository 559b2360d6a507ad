"""Letters: what is in them whatever anybody wrote, and what is known of each when the mail server goes wrong."""

import asyncio
import socket

import pytest

from integrations.mail.config import MailSettings
from integrations.mail.message import Written, message, message_id
from integrations.mail.smtp import Handing, InDoubt, NotTaken
from tests.integrations.mail.post_office import open_office

NOW = 1_800_000_000_000
BAD = [
    "x\r\nBcc: all@example.com", "x\nTo: b@example.com\n\nbody", "x\u2028Cc: c@example.com", "\x00\x0bSubject: y",
    "=?utf-8?q?=0D=0ABcc:_d@example.com?=", "a" * 5000, "<script>alert(1)</script>", "\r\n.\r\nMAIL FROM:<x@y>",
]  # fmt: skip


def made(
    title: str = "Weekly", text: str = "All is well.", pdf: bytes | None = b"%PDF-1.7", name: str = "Acme"
) -> bytes:
    return message("report:1", "nps@example.com", name, "anna@example.com", Written(title, text, pdf, "w.pdf"), NOW)


def config(port: int) -> MailSettings:
    return MailSettings.model_validate(
        {"host": "127.0.0.1", "port": port, "security": "none", "from": "nps@example.com"}
    )


async def send(port: int, content: bytes) -> None:
    handing = Handing(config(port))
    try:
        await asyncio.to_thread(handing.prepare, "anna@example.com")
        await asyncio.to_thread(handing.deliver, content)
    finally:
        await asyncio.to_thread(handing.close)


async def test_p4_a_letter_arrives_as_it_was_written():
    """Text and PDF, and a Message-ID that is the same each time."""
    async with open_office() as office:
        await send(office.port, made(text="Grüße\n.\n..zwei Punkte\nund < & >"))
    [letter] = office.letters
    assert letter["To"] == "anna@example.com"
    assert letter["From"] == "Acme <nps@example.com>"
    assert letter["Message-ID"] == message_id("report:1", "nps@example.com")
    body = letter.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == "Grüße\n.\n..zwei Punkte\nund < & >\n"
    [pdf] = letter.iter_attachments()
    assert (pdf.get_content(), pdf.get_filename()) == (b"%PDF-1.7", "w.pdf")
    assert made() == made()


@pytest.mark.parametrize("bad", BAD)
async def test_s25_no_header_and_no_command_begins_in_what_somebody_wrote(bad):
    """Neither in the title nor in the name nor in the text."""
    async with open_office() as office:
        await send(office.port, made(title=bad, text=bad, name=bad[:60]))
    [letter] = office.letters
    assert sorted({name.lower() for name in letter}) == sorted(
        ["from", "to", "subject", "date", "message-id", "auto-submitted", "mime-version", "content-type"]
    )
    assert letter["To"] == "anna@example.com"
    assert letter["From"].addresses[0].addr_spec == "nps@example.com"
    assert len(letter["From"].addresses) == 1
    assert letter.get_content_type() == "multipart/mixed"
    assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "application/pdf"]


@pytest.mark.parametrize(
    ("fault", "error", "later", "arrived"),
    [
        ("refuse_sender", NotTaken, False, 0),
        ("later", NotTaken, True, 0),
        ("refuse_mailbox", NotTaken, False, 0),
        ("refuse_data", NotTaken, False, 0),
        ("later_data", NotTaken, True, 0),
        ("reset_before", InDoubt, None, 0),
        ("reset_after", InDoubt, None, 1),
    ],
)
async def test_p5_what_is_known_when_it_goes_wrong(fault, error, later, arrived):
    """Certainly not taken, now or for good; or nobody knows."""
    async with open_office(lambda: fault) as office:
        with pytest.raises(error) as told:
            await send(office.port, made())
    assert len(office.letters) == arrived
    assert getattr(told.value, "later", None) is later
    assert "anna" not in str(told.value)


async def test_p5_nobody_there_is_no_doubt():
    """It is tried again."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(NotTaken) as told:
        await send(port, made())
    assert told.value.later


async def test_a_server_without_tls_gets_no_password():
    """With `starttls` a server that has none is as good as none."""
    async with open_office() as office:
        strict = config(office.port).model_copy(update={"security": "starttls"})
        handing = Handing(strict)
        with pytest.raises(NotTaken):
            await asyncio.to_thread(handing.prepare, "anna@example.com")
        await asyncio.to_thread(handing.close)
    assert office.letters == []
