"""A card: something at a glance, for channels to draw as well as they can."""

from msgspec import Struct


class Fact(Struct, frozen=True):
    """One fact on a card."""

    label: str
    value: str


class Card(Struct, frozen=True, omit_defaults=True):
    """A case as its desk sees it; the prompt of the message that carries it says the same in words.

    `colour` is red | amber | green | grey. `owner` is what this message's channel calls the owner, "" if it does not
    know them or there is none.
    """

    title: str
    colour: str
    facts: tuple[Fact, ...] = ()
    quote: str = ""  # the customer's words
    footer: str = ""
    owner: str = ""
