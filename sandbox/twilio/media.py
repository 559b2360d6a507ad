"""Files on outbound messages: Twilio fetches them from their MediaUrls, asks for the type first, and is strict.

https://www.twilio.com/docs/messaging/guides/accepted-mime-types and the errors it names.
"""

import secrets
from collections.abc import Sequence
from urllib.parse import urlsplit

import filetype

from sandbox.twilio.model import Attachment, Message, Refused
from sandbox.twilio.webhooks import Caller

UNREACHED, WRONG_TYPE, TOO_LARGE, NO_MMS, ONE_ONLY = "11200", "12300", "11751", "30011", "63021"
FAILURES = frozenset({UNREACHED, WRONG_TYPE, TOO_LARGE, NO_MMS, ONE_ONLY})
MOST = 10
_MMS_BYTES, _WHATSAPP_BYTES, _WHATSAPP_IMAGE = 5_000_000, 16_000_000, 5_000_000


def check_media(urls: Sequence[str]) -> None:
    """What the API refuses at once. Raises Refused."""
    if len(urls) > MOST:
        raise Refused(400, 21623, "Number of media files exceeds allowed limit")
    if any(urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname for url in urls):
        raise Refused(400, 21620, "Invalid media URL(s)")


async def fetched(caller: Caller, message: Message, urls: Sequence[str]) -> tuple[tuple[Attachment, ...], str]:
    """The files, and the error code that the message fails with, or ""."""
    found: list[Attachment] = []
    for url in urls:
        asked, told, _ = await caller.get(url, "HEAD")
        status, mime, content = await caller.get(url, "GET")
        if (asked, status) != (200, 200):
            return (), UNREACHED
        kind = filetype.guess(content)
        if told != mime or kind is None or kind.mime not in (mime, mime.replace("audio/mp4", "video/mp4")):
            return (), WRONG_TYPE
        found.append(Attachment("ME" + secrets.token_hex(16), mime, content))
    return tuple(found), _obstacle(message, found)


def _obstacle(message: Message, files: Sequence[Attachment]) -> str:
    total = sum(len(one.content) for one in files)
    if message.to.startswith("whatsapp:"):
        if len(files) > 1:
            return ONE_ONLY
        image = files[0].mime.startswith("image/")
        return TOO_LARGE if total > (_WHATSAPP_IMAGE if image else _WHATSAPP_BYTES) else ""
    if not (message.to.startswith("+1") and (message.sender.startswith("+1") or message.sender.isdigit())):
        return NO_MMS
    return TOO_LARGE if total > _MMS_BYTES else ""
