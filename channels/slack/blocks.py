"""Blocks that nothing in a text can set off: sections, and buttons that carry our key.

Limits: https://docs.slack.dev/reference/block-kit/blocks, and 13,200 characters over all blocks (bolt-js#2509).
"""

import re
from collections.abc import Iterator
from typing import Any

from bot.errors import Rejected
from channels.slack.text import clean, clipped
from flows.answers import Option

MAX_SECTION, MAX_BLOCKS_TEXT, MAX_BLOCKS = 3_000, 13_000, 50
MAX_LABEL, MAX_VALUE, MAX_ID, PER_ROW = 75, 2_000, 255, 25
Block = dict[str, Any]
_BLOCK_ID = re.compile(r"[0-9]{1,3}:(.+)", re.DOTALL | re.ASCII)


def plain(text: str) -> Block:
    """Escaped text as an object in which Slack formats and links nothing."""
    return {"type": "plain_text", "text": text, "emoji": True}


def section(text: str) -> Block:
    """A paragraph of escaped text."""
    return {"type": "section", "text": plain(text)}


def rows(options: tuple[Option, ...], name: str) -> list[Block]:
    """Rows of buttons. The key is in the block_id, which Slack wants unique in a message. Raises Rejected."""
    numbered = list(enumerate(options))
    parts = [numbered[at : at + PER_ROW] for at in range(0, len(numbered), PER_ROW)]
    return [
        {
            "type": "actions",
            "block_id": f"{number}:{name}",
            "elements": [_button(index, option) for index, option in row],
        }
        for number, row in enumerate(parts)
    ]


def key_of_block(block_id: str) -> str:
    """The key in a block_id of ours, "" for others."""
    found = _BLOCK_ID.fullmatch(block_id)
    return found[1] if found else ""


def size(blocks: list[Block]) -> int:
    """Characters of all texts in blocks of ours."""
    return sum(map(len, _texts(blocks)))


def _button(index: int, option: Option) -> Block:
    if len(option.value) > MAX_VALUE:
        raise Rejected("a choice is too long for a button")
    label = clipped(clean(option.label).replace("\n", " ").strip() or option.value, MAX_LABEL)
    return {"type": "button", "action_id": f"choice.{index}", "value": option.value, "text": plain(label)}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, part in value.items():
            if name == "text" and isinstance(part, str):
                yield part
            else:
                yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
