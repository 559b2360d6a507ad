"""What goes out: the text as plain as it was meant, or a card, and the keyboard below it."""

from collections.abc import Sequence
from typing import NamedTuple

from msgspec.structs import replace

from bot.errors import Rejected
from bot.messages import Capabilities, Option, Outbound, Prompt
from bot.render import render
from channels.telegram.buttons import Button, callback_data, rows
from channels.telegram.cards import Mark, draw
from channels.telegram.emoji import EMOJI
from channels.telegram.words import clean, inert, one_line

MAX_TEXT, MAX_CAPTION = 4096, 1024  # UTF-16 units
CARRIES = {"*": 50_000_000}  # bytes; pictures over 10 MB go as documents
CAPABILITIES = Capabilities(
    max_text=MAX_TEXT,
    buttons=True,
    threads=True,
    edits=True,
    media=True,
    can_start=False,
    text_unit="utf16",
    files=CARRIES,
    emoji=frozenset(EMOJI),
)
_WITH_SPEAKER = ("agent", "desk")


class Shown(NamedTuple):
    """A message as Telegram gets it."""

    text: str
    keyboard: list[list[Button]]
    marks: tuple[Mark, ...] = ()


def shown(message: Outbound, capabilities: Capabilities) -> Shown:
    """Text and keyboard of a message; without buttons, if one's value is too long for them. Raises Rejected."""
    found = _card(message) or beside(message, capabilities)
    if not found.text.strip():
        raise Rejected("the text is empty", "400")
    return found


def beside(message: Outbound, capabilities: Capabilities) -> Shown:
    """The same where the text may be empty, beside a file."""
    options = _labelled(message.prompt.options)
    data = _data(message)
    if None in data.values():
        capabilities = replace(capabilities, buttons=False)
    prompt = render(Prompt(_text(message), options), capabilities)
    return Shown(prompt.text, _keyboard(prompt.options, data))


def _card(message: Outbound) -> Shown | None:
    """The message's card. A button that does not fit is left out: what it does can be typed."""
    if message.card is None:
        return None
    data = _data(message)
    options = [option for option in _labelled(message.prompt.options) if data[option.value]]
    drawn = draw(message.card, group=_in_group(message))
    return Shown(drawn.text, _keyboard(options, data), drawn.marks)


def _data(message: Outbound) -> dict[str, str | None]:
    """By value, what its button carries; None if that is too long."""
    key = message.edits or message.key  # an edit's buttons still belong to the question
    return {option.value: callback_data(key, option.value) for option in message.prompt.options}


def _labelled(options: Sequence[Option]) -> tuple[Option, ...]:
    return tuple(Option(option.value, clean(option.label).strip() or option.value) for option in options)


def _keyboard(options: Sequence[Option], data: dict[str, str | None]) -> list[list[Button]]:
    return [[Button(option.label, data[option.value] or "") for option in row] for row in rows(options)]


def _text(message: Outbound) -> str:
    text = clean(message.prompt.text)
    if message.alias and message.kind in _WITH_SPEAKER:
        text = f"{one_line(message.alias)}: {text}"
    return inert(text, group=_in_group(message))


def _in_group(message: Outbound) -> bool:
    return message.to.chat.startswith("-")
