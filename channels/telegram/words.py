"""Words on their way out: as plain as they were meant, and without any effect in our name."""

import re
import unicodedata

from bot.messages import Capabilities, Prompt
from bot.render import length, render

UNIT = "utf16"  # how Telegram counts

# Without markup Telegram still makes links of what looks like one. These would act in our name: a link into the app
# itself; in a group a name that calls somebody, and a command that whoever touches it sends. An invisible character
# takes the effect and leaves the look.
_APP_LINK = re.compile(r"(?i)\b(tg|ton|tonsite):(?=//)")
_MENTION = re.compile(r"(?<!\w)@(?=\w)")
_COMMAND = re.compile(r"(?<![\w/<>])/(?=\w)")
_INERT = "\u2060"
_BIDI = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))


def clean(text: str) -> str:
    """The text without control and direction characters; line breaks stay."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").translate(_BIDI)
    return "".join(char for char in text if char == "\n" or unicodedata.category(char) not in ("Cc", "Cs"))


def one_line(text: str) -> str:
    """The same on one line."""
    return " ".join(clean(text).split())


def inert(text: str, *, group: bool) -> str:
    """The text so that it opens nothing in the app and, in a `group`, calls nobody and offers no command."""
    text = _APP_LINK.sub(rf"\g<0>{_INERT}", text)
    if not group:
        return text
    return _COMMAND.sub(f"/{_INERT}", _MENTION.sub(f"@{_INERT}", text))


def units(text: str) -> int:
    """Its length as Telegram counts it."""
    return length(text, UNIT)


def fitting(text: str, room: int) -> str:
    """At most `room` units of it, cut behind a word and with dots if something is missing."""
    return render(Prompt(text), Capabilities(max_text=max(room, 0), text_unit=UNIT)).text
