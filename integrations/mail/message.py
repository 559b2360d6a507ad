"""A letter as it goes over the wire: plain text and a PDF, a Message-ID that is the same each time, safe headers."""

import hashlib
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import NamedTuple

MOST_SUBJECT = 200  # characters


class Written(NamedTuple):
    """What is in a letter; `file` is the name of the PDF, if there is one."""

    title: str
    text: str
    pdf: bytes | None
    file: str


def message(key: str, sender: str, name: str, to: str, written: Written, now: int) -> bytes:
    """The letter. `key` names it for ever, `name` is who it comes from, `now` is epoch ms.

    What customers wrote is in the text only, which no mail program reads as anything else. A title is one line, so
    that no header begins in it.
    """
    found = EmailMessage(policy=SMTP)
    found["From"] = _mailbox(sender, name)
    found["To"] = _mailbox(to, "")
    found["Subject"] = _header(written.title)
    found["Date"] = datetime.fromtimestamp(now / 1000, UTC)
    found["Message-ID"] = message_id(key, sender)
    found["Auto-Submitted"] = "auto-generated"
    found.set_content(written.text.replace("\r\n", "\n").replace("\r", "\n") + "\n", cte="base64")
    if written.pdf is not None:
        found.add_attachment(written.pdf, maintype="application", subtype="pdf", filename=written.file)
        found.set_boundary(f"=_{_digest(key)}")  # stands in no part, as all are base64; else it would be chance
    return found.as_bytes()


def message_id(key: str, sender: str) -> str:
    """The same for the same letter, so that a mail program that gets it twice can tell."""
    return f"<{_digest(key)}@{sender.rpartition('@')[2]}>"


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def _mailbox(address: str, name: str) -> Address:
    user, _, domain = address.rpartition("@")
    return Address(_header(name), user, domain)


def _header(text: str) -> str:
    """One line; what looks like an encoded word is none, as it would be decoded, and a header might begin in it."""
    text = text.replace("=?", "= ?")
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:MOST_SUBJECT]
