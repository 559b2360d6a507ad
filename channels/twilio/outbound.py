"""One outbound message as the fields of Twilio's create call."""

import json
import re
import unicodedata
from typing import Any

from bot.errors import Rejected
from bot.messages import Outbound
from bot.segments import segments
from channels.twilio.config import MAX_VALIDITY, WHATSAPP, TwilioConfig

# Marks that reorder text on screen can make a link or a number read as another one.
_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_LINE_ENDS = {"\r": "\n", "\u2028": "\n", "\u2029": "\n", "\x85": "\n", "\v": "\n", "\f": "\n", "\t": " "}
_CLEAN = str.maketrans({**_LINE_ENDS, **dict.fromkeys(_BIDI)})
MAX_BODY = 1600


def clean(text: str) -> str:
    """The text without control and direction characters; line breaks stay."""
    text = text.replace("\r\n", "\n").translate(_CLEAN)
    return "".join(char for char in text if char == "\n" or unicodedata.category(char) not in ("Cc", "Cs"))


def checked(text: str, config: TwilioConfig) -> str:
    """The cleaned text, if Twilio takes it and it costs no more than allowed. Raises Rejected."""
    text = clean(text)
    if not text.strip():
        raise Rejected("the text is empty", "21602")
    if len(text) > MAX_BODY:
        raise Rejected(f"the text has {len(text)} characters; Twilio takes {MAX_BODY}", "21617")
    if not config.whatsapp:
        cost = segments(text)
        if len(cost.parts) > config.max_segments:
            why = f"; {cost.culprit!r} makes each part 67 instead of 153 characters" if cost.culprit else ""
            raise Rejected(f"the text takes {len(cost.parts)} SMS parts, allowed are {config.max_segments}{why}")
    return text


def fields(message: Outbound, text: str, config: TwilioConfig, callback: str, now: int) -> dict[str, Any]:
    """Arguments for the SDK's `messages.create`. `now` is epoch ms, `callback` the signed StatusCallback."""
    to = recipient(message.to.chat, config)
    out: dict[str, Any] = {"to": to, "status_callback": callback, "body": text}
    if config.messaging_service_sid:
        out["messaging_service_sid"] = config.messaging_service_sid
    sender = message.sender or config.from_address
    if to.startswith(WHATSAPP) and sender and not sender.startswith(WHATSAPP):
        sender = WHATSAPP + sender
    if sender:
        out["from_"] = sender
    if not to.startswith(WHATSAPP):  # WhatsApp has no such limit
        out["validity_period"] = _validity(message, config, now)
    return out


def templated(create: dict[str, Any], message: Outbound, config: TwilioConfig) -> dict[str, Any]:
    """The same message as a WhatsApp template: `{{1}}` is the text, `{{2}}` the key for its buttons.

    Raises Rejected if no template is set for this kind and language.
    """
    by_name = config.templates
    sid = by_name.get(f"{message.kind}.{message.language}") or by_name.get(message.kind)
    if not sid:
        raise Rejected(
            f"outside WhatsApp's 24-hour window, and `templates` has neither "
            f"`{message.kind}.{message.language}` nor `{message.kind}`",
            "63016",
        )
    text = re.sub(r"\s+", " ", create["body"])  # WhatsApp refuses line breaks in variables
    kept = {name: value for name, value in create.items() if name != "body"}
    return {**kept, "content_sid": sid, "content_variables": json.dumps({"1": text, "2": message.key})}


def recipient(chat: str, config: TwilioConfig) -> str:
    """The address as Twilio wants it for this entry."""
    return WHATSAPP + chat if config.whatsapp and ":" not in chat else chat


def without_links(body: str, links: str) -> str:
    """A record's text as it was before names and links of files were put below it; `links` is how ours begin."""
    return "\n".join(line for line in body.split("\n") if f": {links}" not in line)


def same_text(ours: str, theirs: str, *, template: bool) -> bool:
    """Whether a record's body is our text; spaces aside, and inside a template where there may be one."""
    ours, theirs = " ".join(ours.split()), " ".join(theirs.split())
    return ours in theirs if template else ours == theirs


def _validity(message: Outbound, config: TwilioConfig, now: int) -> int:
    """Whole seconds until the message is stale, 1 to 36000 as Twilio allows."""
    longest = getattr(config.validity, message.kind, config.validity.survey)
    if message.not_after:
        longest = min(longest, message.not_after - now)
    return max(1, min(longest, MAX_VALIDITY) // 1000)
