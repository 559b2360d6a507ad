"""Slack's text: escaping, what a reader sees, and what a text sets off: mentions and hyperlinks.

https://docs.slack.dev/messaging/formatting-message-text
`<@U…>`, `<#C…>`, `<!channel>`, `<!subteam^S…>`, `<url|label>`.
"""

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

_CONTROL = re.compile(r"<([@#!][^<>\n]+|(?:https?|mailto|tel|ftp|slack):[^<>\n]+)>")
_URL = re.compile(r"\bhttps?://[^\s<>|]+")
_DOMAIN = re.compile(r"(?<![\w@/.])(?:[a-z0-9-]+\.)+(?:com|org|net|de|io|dev|example)\b[^\s<>]*", re.IGNORECASE)
_NAME = re.compile(r"(?<![\w<])[@#][\w.-]+")
_LOOSE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt);)")


class Effects(NamedTuple):
    """What a text sets off: whom and what it mentions, and what it links to."""

    mentions: list[str]
    links: list[str]


def escaped(typed: str) -> str:
    """What somebody typed, as the client sends it."""
    plain = typed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _URL.sub(lambda url: f"<{url[0]}>", plain)


def normal(text: str) -> str:
    """An app's text as Slack keeps it: what is no control sequence is escaped."""
    kept, end = "", 0
    for control in _CONTROL.finditer(text):
        kept += _loose(text[end : control.start()]) + control[0]
        end = control.end()
    return kept + _loose(text[end:])


def _loose(text: str) -> str:
    return _LOOSE_AMPERSAND.sub("&amp;", text).replace("<", "&lt;").replace(">", "&gt;")


def seen(text: str, names: Mapping[str, str]) -> str:
    """The text on a screen; `names` maps IDs of users and channels to their names."""

    def shown(control: re.Match[str]) -> str:
        target, _, label = control[1].partition("|")
        if label:
            return label
        if target[0] in "@#":
            return target[0] + names.get(target[1:], target[1:])
        return "@" + target[1:] if target[0] == "!" else target

    return html.unescape(_CONTROL.sub(shown, text))


def effects(
    text: str, blocks: list[dict[str, Any]], parse: str = "", *, link_names: bool = False, hidden: bool = False
) -> Effects:
    """What a message sets off. `hidden` says that its blocks are shown instead of its text; mentions count even so."""
    mentions, links = _effects(text, names=link_names or parse == "full", urls=parse != "none" and not hidden)
    if parse == "full":
        links += _DOMAIN.findall(_URL.sub(" ", text))
    for element in _elements(blocks):
        match element:
            case {"type": "mrkdwn", "text": str(words)}:
                told = _effects(words, names=False, urls=not element.get("verbatim"))
                mentions += told.mentions
                links += told.links
            case {"type": "user", "user_id": str(user)}:
                mentions.append(f"@{user}")
            case {"type": "broadcast", "range": str(reach)}:
                mentions.append(f"!{reach}")
            case {"type": "usergroup", "usergroup_id": str(group)}:
                mentions.append(f"!subteam^{group}")
            case {"type": "link", "url": str(url)}:
                links.append(url)
    return Effects(mentions, links)


def _effects(text: str, *, names: bool, urls: bool) -> Effects:
    mentions: list[str] = []
    links: list[str] = []
    for control in _CONTROL.findall(text):
        target = control.partition("|")[0]
        (mentions if target[0] in "@#!" else links).append(target)
    rest = _CONTROL.sub(" ", text)
    if names:
        mentions += _NAME.findall(rest)
    if urls:
        links += _URL.findall(rest)
    return Effects(mentions, links)


def _elements(value: object) -> Iterator[dict[str, Any]]:
    """Every object somewhere in the blocks."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _elements(part)


def reading(text: str, blocks: list[dict[str, Any]]) -> str:
    """What a message says: its blocks if they say something, else its text; still with control sequences."""
    lines = []
    for block in blocks:
        match block:
            case {"type": "section"}:
                parts = [block.get("text"), *block.get("fields", [])]
                lines += [part["text"] for part in parts if part]
            case {"type": "header", "text": words}:
                lines.append(words["text"])
            case {"type": "context", "elements": parts}:
                lines.append(" ".join(part.get("text", "") for part in parts))
            case {"type": "markdown", "text": words}:
                lines.append(words)
            case {"type": "rich_text"}:
                lines.append("".join(part.get("text", part.get("url", "")) for part in _elements(block)))
    return "\n".join(lines) or text
