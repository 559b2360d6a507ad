"""A prompt as a Slack message: escaped text, blocks with buttons, and our key as the message's metadata."""

from typing import Any

from msgspec.structs import replace

from bot.errors import Rejected
from bot.messages import Capabilities, Outbound, Prompt
from bot.render import render
from channels.slack.blocks import MAX_BLOCKS, MAX_BLOCKS_TEXT, MAX_ID, MAX_SECTION, rows, section, size
from channels.slack.cards import drawn
from channels.slack.config import SlackConfig
from channels.slack.emoji import NAMES
from channels.slack.text import clean, clipped, escaped, pieces

MAX_TEXT = 40_000
MAX_UPDATE = 4_000  # of a text that is changed; what is in blocks may be longer
EVENT_TYPE = "echolot"
CARRIES = {"*": 1_000_000_000}  # bytes
CAPABILITIES = Capabilities(
    MAX_SECTION, buttons=True, threads=True, edits=True, media=True, files=CARRIES, emoji=frozenset(NAMES)
)
# Questions are written to fit one section; what people say to each other is not cut there.
_ROOMY = replace(CAPABILITIES, max_text=MAX_TEXT)


def content(message: Outbound) -> dict[str, Any]:
    """`text` and `blocks` for chat.postMessage and chat.update. Raises Rejected for what Slack would not take."""
    prompt = render(message.prompt, _ROOMY)
    prompt = Prompt(clean(prompt.text), prompt.options)
    if not prompt.text.strip():
        raise Rejected("the text is empty", "no_text")
    buttons = rows(prompt.options, key(message))
    if message.card is not None:
        return {"text": clipped(prompt.text, MAX_UPDATE), "blocks": drawn(message.card, buttons)}
    sections = [section(part) for part in pieces(prompt.text, MAX_SECTION)]
    if size(sections + buttons) > MAX_BLOCKS_TEXT or len(sections) + len(buttons) > MAX_BLOCKS:
        if buttons:
            raise Rejected("the text is too long to have buttons", "msg_blocks_too_long")
        sections = []  # Slack shows `text` where there are no blocks
    return {"text": clipped(prompt.text, MAX_TEXT), "blocks": sections + buttons}


def fields(message: Outbound, config: SlackConfig) -> dict[str, Any]:
    """Arguments for the SDK's `chat_postMessage`, but for the channel. Raises Rejected."""
    out = content(message) | mark(message.key) | INERT | voice(message, config)
    if message.to.thread:
        out["thread_ts"] = message.to.thread
    return out


QUIET: dict[str, Any] = {"parse": "none", "link_names": False}
INERT = QUIET | {"mrkdwn": False, "unfurl_links": False, "unfurl_media": False}
"""Nothing in a text sets anything off."""


def mark(name: str) -> dict[str, Any]:
    """Our key as metadata, which nobody sees and `key_of` reads."""
    return {"metadata": {"event_type": EVENT_TYPE, "event_payload": {"o": name}}}


def changes(message: Outbound) -> dict[str, Any]:
    """Arguments for the SDK's `chat_update`, but for the message's place. Raises Rejected."""
    out = content(message) | mark(message.edits or message.key) | QUIET
    if out["blocks"]:
        out["text"] = clipped(clean(message.prompt.text), MAX_UPDATE)
    return out


def whispered(message: Outbound, config: SlackConfig) -> dict[str, Any]:
    """Arguments for the SDK's `chat_postEphemeral`, but for the channel; it takes no metadata. Raises Rejected."""
    out = content(message) | {"user": message.whisper} | QUIET | voice(message, config)
    if message.to.thread:
        out["thread_ts"] = message.to.thread
    return out


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


def key_of(record: Any) -> str:
    """The key in the metadata of a message as Slack lists it, "" if it has none of ours."""
    match record:
        case {"metadata": {"event_type": str(kind), "event_payload": {"o": str(found)}}} if kind == EVENT_TYPE:
            return found
    return ""
