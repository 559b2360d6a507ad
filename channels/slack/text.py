"""Slack's text, both ways: what people wrote as plain words, and plain words that set off nothing.

Format: https://docs.slack.dev/messaging/formatting-message-text. `<…>` are links and mentions; only `&`, `<` and `>`
are escaped.
"""

import re
import unicodedata
from collections.abc import Iterator

from channels.slack.emoji import spelled

_CONTROL = re.compile(r"<([^<>\n]*)>")
# Marks that reorder text on screen can make a link or a number read as another one.
_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_LINE_ENDS = {"\r": "\n", "\u2028": "\n", "\u2029": "\n", "\x85": "\n", "\v": "\n", "\f": "\n", "\t": " "}
_CLEAN = str.maketrans({**_LINE_ENDS, **dict.fromkeys(_BIDI)})
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def readable(text: str) -> str:
    """What somebody wrote, in the words that they saw: links, mentions and emoji spelled out.

    A mention without a name stays an ID: looking it up takes an API call.
    """
    shown, end = "", 0
    for control in _CONTROL.finditer(text):
        shown += spelled(text[end : control.start()]) + _shown(control[1])
        end = control.end()
    return stripped(unescaped(shown + spelled(text[end:])))


def unescaped(text: str) -> str:
    """The three entities that Slack uses, and no others, as characters."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def stripped(text: str) -> str:
    """The text without control characters and lone surrogates; line breaks and tabs stay."""
    return "".join(char for char in text if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs"))


def clean(text: str) -> str:
    """Text on its way out, without control and direction characters; line breaks stay."""
    text = text.replace("\r\n", "\n").translate(_CLEAN)
    return "".join(char for char in text if char == "\n" or unicodedata.category(char) not in ("Cc", "Cs"))


def escaped(text: str) -> str:
    """Text that nothing in it mentions, links or formats by `<…>` (S25)."""
    return text.translate(_ESCAPES)


def clipped(text: str, limit: int) -> str:
    """The escaped text, cut to `limit` characters between two of the plain ones."""
    whole = escaped(text)
    if len(whole) <= limit:
        return whole
    room = limit - 1
    kept = 0
    for char in text:
        room -= len(escaped(char))
        if room < 0:
            break
        kept += 1
    return escaped(text[:kept].rstrip()) + "…"


def pieces(text: str, limit: int) -> Iterator[str]:
    """The escaped text in parts of at most `limit` characters, parted at line ends and spaces where there are any."""
    while text := text.strip("\n"):
        size, cut = 0, 0
        for char in text:
            size += len(escaped(char))
            if size > limit:
                break
            cut += 1
        if cut < len(text):
            nearest = max(text.rfind("\n", cut // 2, cut), text.rfind(" ", cut // 2, cut))
            cut = nearest + 1 if nearest > 0 else cut
        part, text = text[:cut].rstrip(), text[cut:]
        if part:
            yield escaped(part)


def _shown(control: str) -> str:
    """One `<…>` as a reader sees it."""
    target, _, label = control.partition("|")
    if target.startswith("@"):
        return label if label.startswith("@") else f"@{label or target[1:]}"
    if target.startswith("#"):
        return f"#{label or target[1:]}"
    if target.startswith("!"):
        name = target[1:].partition("^")[0]
        return label or f"@{name}"
    address = target.removeprefix("mailto:").removeprefix("tel:")
    if not label or label in {target, address}:
        return address
    # A link's words alone would hide where it leads.
    return label if target.endswith(f"//{label}") else f"{label} ({address})"
