"""What goes out: the text as plain as it was meant, and the keyboard below it."""

import re
import unicodedata
from typing import NamedTuple

from msgspec.structs import replace

from bot.errors import Rejected
from bot.messages import Capabilities, Option, Outbound, Prompt
from bot.render import render
from channels.telegram.buttons import Button, callback_data, rows

MAX_TEXT, MAX_CAPTION = 4096, 1024  # UTF-16 units

# Without markup Telegram still makes links of what looks like one. These two would act in our name: a link into the
# app itself, and in a group a name that calls somebody. An invisible character takes the effect and leaves the look.
_APP_LINK = re.compile(r"(?i)\b(tg|ton|tonsite):(?=//)")
_MENTION = re.compile(r"(?<![\w@])@(?=\w)")
_INERT = "\u2060"
_BIDI = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))


class Shown(NamedTuple):
    """A message as Telegram gets it."""

    text: str
    keyboard: list[list[Button]]


def clean(text: str) -> str:
    """The text without control and direction characters; line breaks stay."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").translate(_BIDI)
    return "".join(char for char in text if char == "\n" or unicodedata.category(char) not in ("Cc", "Cs"))


def shown(message: Outbound, capabilities: Capabilities) -> Shown:
    """Text and keyboard of a message; without buttons, if one's value is too long for them. Raises Rejected."""
    found = beside(message, capabilities)
    if not found.text.strip():
        raise Rejected("the text is empty", "400")
    return found


def beside(message: Outbound, capabilities: Capabilities) -> Shown:
    """The same where the text may be empty, beside a file."""
    key = message.edits or message.key  # an edit's buttons still belong to the question
    options = message.prompt.options
    data = [callback_data(key, option.value) for option in options]
    if None in data:
        capabilities = replace(capabilities, buttons=False)
    labels = tuple(Option(option.value, clean(option.label).strip() or option.value) for option in options)
    prompt = render(Prompt(_text(message), labels), capabilities)
    known = dict(zip((option.value for option in options), data, strict=True))
    keyboard = [[Button(option.label, known[option.value] or "") for option in row] for row in rows(prompt.options)]
    return Shown(prompt.text, keyboard)


def _text(message: Outbound) -> str:
    text = clean(message.prompt.text)
    if message.alias and message.kind == "agent":
        text = f"{' '.join(clean(message.alias).split())}: {text}"
    text = _APP_LINK.sub(rf"\g<0>{_INERT}", text)
    return _MENTION.sub(f"@{_INERT}", text) if message.to.chat.startswith("-") else text
