"""A prompt as a Slack message: escaped text, blocks with buttons, and our key as the message's metadata.

Limits: https://docs.slack.dev/reference/block-kit/blocks, and 13,200 characters over all blocks (bolt-js#2509).
"""

import re
from typing import Any

from msgspec.structs import replace

from bot.errors import Rejected
from bot.messages import Capabilities, Option, Outbound, Prompt
from bot.render import render
from channels.slack.config import SlackConfig
from channels.slack.text import clean, clipped, escaped, pieces

MAX_TEXT, MAX_SECTION, MAX_BLOCKS_TEXT, MAX_BLOCKS = 40_000, 3_000, 13_000, 50
MAX_LABEL, MAX_VALUE, MAX_ID, PER_ROW = 75, 2_000, 255, 25
EVENT_TYPE = "echolot"
CAPABILITIES = Capabilities(max_text=MAX_SECTION, buttons=True, threads=True, edits=True, media=True)
# Questions are written to fit one section; what people say to each other is not cut there.
_ROOMY = replace(CAPABILITIES, max_text=MAX_TEXT)
_BLOCK_ID = re.compile(r"[0-9]{1,3}:(.+)", re.DOTALL | re.ASCII)


def content(message: Outbound) -> dict[str, Any]:
    """`text` and `blocks` for chat.postMessage and chat.update. Raises Rejected for what Slack would not take."""
    prompt = render(message.prompt, _ROOMY)
    prompt = Prompt(clean(prompt.text), prompt.options)
    if not prompt.text.strip():
        raise Rejected("the text is empty", "no_text")
    rows = _rows(prompt.options, key(message))
    sections = [_section(part) for part in pieces(prompt.text, MAX_SECTION)]
    size = sum(len(section["text"]["text"]) for section in sections)
    size += sum(len(button["text"]["text"]) for row in rows for button in row["elements"])
    if size > MAX_BLOCKS_TEXT or len(sections) + len(rows) > MAX_BLOCKS:
        if rows:
            raise Rejected("the text is too long to have buttons", "msg_blocks_too_long")
        sections = []  # Slack shows `text` where there are no blocks
    return {"text": clipped(prompt.text, MAX_TEXT), "blocks": sections + rows}


def fields(message: Outbound, config: SlackConfig) -> dict[str, Any]:
    """Arguments for the SDK's `chat_postMessage`, but for the channel. Raises Rejected."""
    out = content(message) | mark(message.key) | INERT | voice(message, config)
    if message.to.thread:
        out["thread_ts"] = message.to.thread
    return out


INERT: dict[str, Any] = {
    "parse": "none",
    "link_names": False,
    "mrkdwn": False,
    "unfurl_links": False,
    "unfurl_media": False,
}
"""Nothing in a text sets anything off."""


def mark(name: str) -> dict[str, Any]:
    """Our key as metadata, which nobody sees and `key_of` reads."""
    return {"metadata": {"event_type": EVENT_TYPE, "event_payload": {"o": name}}}


def changes(message: Outbound) -> dict[str, Any]:
    """Arguments for the SDK's `chat_update`, but for the message's place. Raises Rejected."""
    return content(message) | mark(message.edits or message.key) | {"parse": "none", "link_names": False}


def voice(message: Outbound, config: SlackConfig) -> dict[str, str]:
    """The name and picture to speak under, where there are some."""
    name = clean(message.alias or config.username)[:80].strip()
    picture = message.avatar or config.icon
    out = {"username": escaped(name)} if name else {}
    return out | ({"icon_url": picture} if picture.startswith("https://") else {})


def key(message: Outbound) -> str:
    """The key that buttons carry: that of the message which is seen, also after a change. Raises Rejected."""
    found = message.edits or message.key
    if len(found) > MAX_ID - 4:
        raise Rejected("the message's key is too long for a button")
    return found


def key_of_block(block_id: str) -> str:
    """The key in a block_id of ours, "" for others."""
    found = _BLOCK_ID.fullmatch(block_id)
    return found[1] if found else ""


def key_of(record: Any) -> str:
    """The key in the metadata of a message as Slack lists it, "" if it has none of ours."""
    match record:
        case {"metadata": {"event_type": str(kind), "event_payload": {"o": str(found)}}} if kind == EVENT_TYPE:
            return found
    return ""


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "plain_text", "text": text, "emoji": True}}


def _rows(options: tuple[Option, ...], name: str) -> list[dict[str, Any]]:
    """Rows of buttons. The key is in the block_id, which Slack wants unique in a message."""
    numbered = list(enumerate(options))
    rows = [numbered[at : at + PER_ROW] for at in range(0, len(numbered), PER_ROW)]
    return [
        {
            "type": "actions",
            "block_id": f"{number}:{name}",
            "elements": [_button(index, option) for index, option in row],
        }
        for number, row in enumerate(rows)
    ]


def _button(index: int, option: Option) -> dict[str, Any]:
    if len(option.value) > MAX_VALUE:
        raise Rejected("a choice is too long for a button")
    label = clipped(clean(option.label).replace("\n", " ").strip() or option.value, MAX_LABEL)
    text = {"type": "plain_text", "text": label, "emoji": True}
    return {"type": "button", "action_id": f"choice.{index}", "value": option.value, "text": text}
