"""Which files reach a number as MMS or WhatsApp media, and how large they may be.

https://www.twilio.com/docs/messaging/guides/accepted-mime-types
"""

from collections.abc import Mapping, Sequence

from bot.errors import Rejected
from bot.messages import File
from channels.twilio.config import WHATSAPP, TwilioConfig

MMS: Mapping[str, int] = {
    "image/jpeg": 5_000_000,
    "image/png": 5_000_000,
    "image/gif": 5_000_000,
    "application/pdf": 600_000,  # carriers drop larger files that are no pictures
    "audio/ogg": 600_000,
    "audio/mp4": 600_000,
}
WHATSAPP_MEDIA: Mapping[str, int] = {
    "image/jpeg": 5_000_000,
    "image/png": 5_000_000,
    "application/pdf": 16_000_000,
    "audio/ogg": 16_000_000,
}
MOST_MMS, MOST_TOGETHER = 10, 5_000_000  # files, and bytes of all of them

# North American numbers outside the United States and Canada, where there is no MMS from Twilio.
_NO_MMS = frozenset((
    "242", "246", "264", "268", "284", "340", "345", "441", "473", "649", "658", "664", "670", "671",
    "684", "721", "758", "767", "784", "787", "809", "829", "849", "868", "869", "876", "939",
))  # fmt: skip


def carried(chat: str, config: TwilioConfig) -> Mapping[str, int]:
    """The most bytes by MIME type; none at all where only text arrives."""
    if config.whatsapp or chat.startswith(WHATSAPP):
        return WHATSAPP_MEDIA
    sender = config.from_address
    own = sender.startswith("+1") or sender.isdigit() or bool(config.messaging_service_sid)
    return MMS if own and chat.startswith("+1") and chat[2:5] not in _NO_MMS else {}


def links(to: str, text: str, files: Sequence[File]) -> list[str]:
    """Where Twilio fetches the files of one message. Raises Rejected if they do not go together."""
    if not to.startswith(WHATSAPP):
        if len(files) > MOST_MMS or sum(len(file.data) for file in files) > MOST_TOGETHER:
            raise Rejected(f"an MMS has at most {MOST_MMS} files of {MOST_TOGETHER // 1_000_000} MB together", "413")
    elif len(files) > 1:
        raise Rejected("WhatsApp takes one file per message")
    elif text.strip() and files[0].mime.startswith("audio/"):
        raise Rejected("WhatsApp shows no words beside a voice note")
    return [file.link for file in files]
