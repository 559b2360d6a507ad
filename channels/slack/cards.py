"""A card as blocks: its colour and title, facts side by side, the customer's words, who owns it, buttons.

What foreign words are in it stands as plain text; only the owner is mentioned, by the id that the card names.
"""

import re
from collections.abc import Sequence

from bot.cards import Card, Fact
from bot.errors import Rejected
from channels.slack.blocks import MAX_BLOCKS, MAX_BLOCKS_TEXT, MAX_SECTION, Block, plain, section, size
from channels.slack.text import clean, clipped

MAX_HEADER, MAX_FOOTER, MAX_FIELD, MAX_NAME = 150, 1_000, 2_000, 75
PER_SECTION, MOST_FACTS = 5, 40  # a fact is two of a section's ten fields: its label, and beside it its value
COLOURS = {"red": "🔴", "amber": "🟠", "green": "🟢", "grey": "⚪"}
_UNFORMATTED = re.compile(r"[^*_~`\n]+")
_MEMBER = re.compile(r"[UW][A-Z0-9]{1,40}", re.ASCII)
_NOTHING = "–"
_LEAST = 20  # characters that a quote or value keeps, however much else there is


def drawn(card: Card, buttons: list[Block]) -> list[Block]:
    """The card's blocks. Values and quote are cut where all would be too much. Raises Rejected for the buttons alone.

    Facts after the fortieth are left out: their number stands in their place.
    """
    frame = [_header(card), *_context(card), *buttons]
    facts, left = list(card.facts[:MOST_FACTS]), len(card.facts) - MOST_FACTS
    if left > 0:
        facts.append(Fact("…", f"+{left}"))
    names = [_worded(fact.label, MAX_NAME) for fact in facts]
    room = MAX_BLOCKS_TEXT - size(frame) - sum(map(len, names)) - 2 * len(names)
    if len(frame) + 2 + len(facts) // PER_SECTION > MAX_BLOCKS or room < _LEAST * (len(facts) + 1):
        raise Rejected("the card has too many buttons", "msg_blocks_too_long")
    quote = _quote(card.quote, min(MAX_SECTION, max(_LEAST, room // 2)))
    each = min(MAX_FIELD, max(_LEAST, (room - size(quote)) // max(1, len(facts))))
    values = [_worded(fact.value, each) for fact in facts]
    return [_header(card), *_facts(names, values), *quote, *_context(card), *buttons]


def _header(card: Card) -> Block:
    """The title behind its colour. A header takes characters only, so a mark says what colour it is."""
    title = clipped(" ".join(clean(card.title).split()), MAX_HEADER - 3)
    return {"type": "header", "text": plain(f"{COLOURS.get(card.colour, COLOURS['grey'])} {title}".strip())}


def _facts(names: Sequence[str], values: Sequence[str]) -> list[Block]:
    fields = [field for name, value in zip(names, values, strict=True) for field in (_name(name), plain(value))]
    parts = [fields[at : at + 2 * PER_SECTION] for at in range(0, len(fields), 2 * PER_SECTION)]
    return [{"type": "section", "fields": part} for part in parts]


def _name(escaped: str) -> Block:
    """A label in bold, unless its own characters would format something."""
    if not _UNFORMATTED.fullmatch(escaped):
        return plain(escaped)
    return {"type": "mrkdwn", "text": f"*{escaped}*", "verbatim": True}


def _quote(words: str, limit: int) -> list[Block]:
    words = clipped(clean(words).strip(), limit - 2)
    return [section(f"“{words}”")] if words else []


def _context(card: Card) -> list[Block]:
    parts: list[Block] = []
    if _MEMBER.fullmatch(card.owner):
        parts.append({"type": "mrkdwn", "text": f"👤 <@{card.owner}>", "verbatim": True})
    footer = clipped(clean(card.footer).strip(), MAX_FOOTER)
    if footer:
        parts.append(plain(footer))
    return [{"type": "context", "elements": parts}] if parts else []


def _worded(text: str, limit: int) -> str:
    """Escaped, and never nothing: Slack takes no empty field."""
    return clipped(clean(text).strip(), limit) or _NOTHING
