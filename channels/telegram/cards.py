"""A case's card: its text, and which parts of it are bold, quoted or slanted."""

from typing import NamedTuple

from bot.messages import Card
from channels.telegram.words import clean, fitting, inert, one_line, units

MOST = 4096  # UTF-16 units of a message
TITLE, FOOTER, FACT = 1000, 300, 300  # units that one of these has at most
QUOTE = 1000  # units that facts leave to the quote
LONG = 400  # units of a quote that is folded up until somebody touches it

_COLOURS = {"red": "🔴", "amber": "🟠", "green": "🟢", "grey": "⚪"}
_OWNER = "👤"


class Mark(NamedTuple):
    """How a part of a text looks: the type of a Telegram entity, and where it is, in UTF-16 units."""

    kind: str
    offset: int
    length: int
    url: str = ""


class Drawn(NamedTuple):
    """A text with its marks."""

    text: str
    marks: tuple[Mark, ...]


class _Page:
    """What has been written so far."""

    def __init__(self) -> None:
        self._text = ""
        self._marks: list[Mark] = []
        self.at = 0

    def write(self, text: str, kind: str = "", url: str = "") -> None:
        """Go on with this text, marked if it is of a kind."""
        size = units(text)
        if kind and size:
            self._marks.append(Mark(kind, self.at, size, url))
        self._text += text
        self.at += size

    def drawn(self) -> Drawn:
        """All of it."""
        return Drawn(self._text, tuple(self._marks))


def draw(card: Card, *, group: bool) -> Drawn:
    """The card as one message: title, facts, the customer's words, footer.

    Facts and words are shortened until it fits. Only the quote has more than one line, so that nobody's words look
    like a fact.
    """
    page, footer = _Page(), fitting(_line(card.footer, group=group), FOOTER)
    _head(page, card, group=group)
    room = MOST - page.at - (units(footer) + 2 if footer else 0)
    quote = inert(clean(card.quote), group=group).strip()
    room -= _facts(page, card, room - min(units(quote) + 2, QUOTE), group=group)
    quote = fitting(quote, room - 2)
    if quote:
        page.write("\n\n")
        page.write(quote, "expandable_blockquote" if units(quote) > LONG else "blockquote")
    if footer:
        page.write("\n\n")
        page.write(footer, "italic")
    return page.drawn()


def _head(page: _Page, card: Card, *, group: bool) -> None:
    page.write(_COLOURS.get(card.colour, _COLOURS["grey"]) + " ")
    page.write(fitting(_line(card.title, group=group), TITLE), "bold")
    if card.owner.isascii() and card.owner.isdigit():
        page.write(" ")
        page.write(_OWNER, "text_link", f"tg://user?id={card.owner}")


def _facts(page: _Page, card: Card, room: int, *, group: bool) -> int:
    """Write as many facts as there is room for; the units they took."""
    begin, gap = page.at, "\n\n"
    for number, fact in enumerate(card.facts):
        label, value = fitting(_line(fact.label, group=group), FACT), fitting(_line(fact.value, group=group), FACT)
        last = number == len(card.facts) - 1
        if page.at - begin + units(f"{gap}{label}: {value}") > room - (0 if last else units("\n…")):
            page.write(f"{gap}…")
            break
        page.write(gap)
        page.write(f"{label}:", "bold")
        page.write(f" {value}")
        gap = "\n"
    return page.at - begin


def _line(text: str, *, group: bool) -> str:
    return inert(one_line(text), group=group)
