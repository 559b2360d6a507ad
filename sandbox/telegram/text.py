"""Telegram's formatted text: UTF-16 lengths, entities, and its HTML with the server's own complaints.

The rules and their descriptions follow td/telegram/MessageEntity.cpp (parse_html, fix_entities). Markdown is refused:
nobody here sends it.
"""

import html
import re
from itertools import accumulate
from typing import NamedTuple

from sandbox.telegram.model import Json, bad

MAX_TEXT, MAX_CAPTION = 4096, 1024
_NAMES = {
    "a": "text_link", "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline",
    "ins": "underline", "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "span": "spoiler",
    "tg-spoiler": "spoiler", "tg-emoji": "custom_emoji", "code": "code", "pre": "pre", "blockquote": "blockquote",
}  # fmt: skip
_ATTRIBUTE = re.compile(r"""([^\s=>/"']+)\s*(?:=\s*(?:"([^"]*)"|'([^']*)'|([\w.-]+)))?\s*""")
_REFERENCE = re.compile(r"&(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);?")  # the only ones that Telegram knows
_COMMAND = re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?(?![\w/<>])")
_MENTION = re.compile(r"(?<!\w)@[A-Za-z0-9_]{2,32}(?!\w)")
_APP_LINK = re.compile(r"(?i)(?<!\w)(?:tg|ton|tonsite)://\S+")


class Formatted(NamedTuple):
    """Text without markup, and its entities."""

    text: str
    entities: list[Json]


class _Tag(NamedTuple):
    """An open tag: where its content begins in the plain text, in UTF-16 units."""

    name: str
    attributes: dict[str, str]
    offset: int


def utf16(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def formatted(text: str, parse_mode: str, entities: list[Json]) -> Formatted:
    """Text as the server keeps it: parsed, checked, trimmed. Raises Refused."""
    if parse_mode.lower() == "html":
        parsed = _parsed(text)
    elif parse_mode.lower() in ("", "none"):
        parsed = Formatted(text, entities)
    else:
        raise bad("unsupported parse_mode")
    _check(parsed)
    return _trimmed(parsed)


def commands(text: str) -> list[Json]:
    """The entities that a customer's app marks by itself: bot commands."""
    return [
        {"type": "bot_command", "offset": utf16(text[: found.start()]), "length": utf16(found[0])}
        for found in _COMMAND.finditer(text)
    ]


def effects(text: str) -> list[str]:
    """What every app makes of a text by itself and acts upon: names that it calls, commands, links into the app.

    After td/telegram/MessageEntity.cpp (find_entities), which looks at a bot's messages, too. Ordinary links, which
    only lead out into the web, are not among them.
    """
    return [found[0] for pattern in (_MENTION, _COMMAND, _APP_LINK) for found in pattern.finditer(text)]


def _parsed(text: str) -> Formatted:
    plain, entities, tags = "", [], list[_Tag]()
    position = 0
    while position < len(text):
        opens = text.find("<", position)
        run = text[position : opens if opens >= 0 else len(text)]
        plain += _REFERENCE.sub(lambda found: html.unescape(found[0]), run)
        if opens < 0:
            break
        offset, closes = len(text[:opens].encode()), text.find(">", opens)
        if text.startswith("</", opens):
            entities += _closed(text[opens : closes + 1] if closes > 0 else "", offset, tags, plain)
        else:
            if closes < 0:
                raise _unparsed(f"Unclosed start tag at byte offset {offset}")
            tags.append(_opened(text[opens + 1 : closes], offset, utf16(plain)))
        position = closes + 1
    if tags:
        raise _unparsed(f'Can\'t find end tag corresponding to start tag "{tags[-1].name}"')
    return Formatted(plain, sorted(entities, key=lambda entity: (entity["offset"], -entity["length"])))


def _opened(inside: str, offset: int, begins: int) -> _Tag:
    name, *rest = inside.split(maxsplit=1)[:2] or [""]
    name = name.lower()
    if name not in _NAMES:
        raise _unparsed(f'Unsupported start tag "{name}" at byte offset {offset}')
    attributes = {}
    position, given = 0, rest[0] if rest else ""
    while position < len(given):
        found = _ATTRIBUTE.match(given, position)
        if found is None:
            raise _unparsed(f'Empty attribute name in the tag "{name}" at byte offset {offset}')
        attributes[found[1]] = html.unescape(next((value for value in found.groups()[1:] if value is not None), ""))
        position = found.end()
    if name == "span" and attributes.get("class") != "tg-spoiler":
        raise _unparsed(f'Tag "span" must have class "tg-spoiler" at byte offset {offset}')
    return _Tag(name, attributes, begins)


def _closed(end: str, offset: int, tags: list[_Tag], plain: str) -> list[Json]:
    """The entity that ends here, if it is not empty."""
    if not tags:
        raise _unparsed(f"Unexpected end tag at byte offset {offset}")
    if not end:
        raise _unparsed(f"Unclosed end tag at byte offset {offset}")
    name = end[2:-1].strip().lower()
    tag = tags.pop()
    if name and name != tag.name:
        raise _unparsed(f'Unmatched end tag at byte offset {offset}, expected "</{tag.name}>", found "</{name}>"')
    length = utf16(plain) - tag.offset
    if not length:
        return []
    entity: Json = {"type": _NAMES[tag.name], "offset": tag.offset, "length": length}
    if tag.name == "a":
        entity["url"] = tag.attributes.get("href", "")
        return [entity] if re.match(r"(https?|tg)://|mailto:", entity["url"]) else []  # a bad link is plain text
    if tag.name == "tg-emoji":
        entity["custom_emoji_id"] = tag.attributes.get("emoji-id", "")
    if tag.name == "blockquote" and "expandable" in tag.attributes:
        entity["type"] = "expandable_blockquote"
    return [entity]


def _check(content: Formatted) -> None:
    edges = {0, *accumulate(utf16(character) for character in content.text)}
    end = max(edges)
    for entity in content.entities:
        offset, length = entity.get("offset"), entity.get("length")
        if not isinstance(entity.get("type"), str) or not isinstance(offset, int) or not isinstance(length, int):
            raise bad("can't parse MessageEntity: expected an Object with type, offset and length")
        if offset < 0:
            raise bad(f"receive an entity with incorrect offset {offset}")
        if length < 0:
            raise bad(f"receive an entity with incorrect length {length}")
        if offset > end:
            raise bad(f"entity begins after the end of the text at UTF-16 offset {offset}")
        if offset + length > end:
            raise bad(
                f"entity beginning at UTF-16 offset {offset} ends after the end of the text at UTF-16 offset "
                f"{offset + length}"
            )
        if offset not in edges:
            raise bad(f"entity begins in a middle of a UTF-16 symbol at byte offset {offset}")
        if offset + length not in edges:
            raise bad(f"entity beginning at UTF-16 offset {offset} ends in a middle of a UTF-16 symbol")


def _trimmed(content: Formatted) -> Formatted:
    """Without white space at both ends, as every client shows it."""
    left = utf16(content.text) - utf16(content.text.lstrip())
    text = content.text.strip()
    entities = []
    for entity in content.entities:
        start = max(entity["offset"] - left, 0)
        stop = min(entity["offset"] + entity["length"] - left, utf16(text))
        if stop > start:
            entities.append(entity | {"offset": start, "length": stop - start})
    return Formatted(text, entities)


def _unparsed(complaint: str) -> Exception:
    return bad(f"can't parse entities: {complaint}")
