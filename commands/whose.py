"""Whom somebody means on the command line: a contact, or an address that may be nobody's."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple

from bot.contacts import Contact, Place, place
from bot.errors import BotError, Fault
from bot.fields import PHONES
from bot.messages import Address
from bot.phones import NoNumber, e164
from bot.pseudonyms import Pseudonyms
from commands.importing import ways
from settings import Settings
from storage import contacts
from storage.scripts import Script


class Nobody(BotError):
    """There is no such contact, and this is no address."""

    fault = Fault.CALLER


class Whose(NamedTuple):
    """Somebody's addresses, each with its names; `contact` None for an address that no contact has."""

    contact: Contact | None
    places: Sequence[Place]

    @property
    def names(self) -> list[str]:
        """All their addresses' names."""
        return [name for each in self.places for name in each.names]

    @property
    def lanes(self) -> list[str]:
        """Where they are reached."""
        return [each.lane for each in self.places]


def address(settings: Settings, text: str, names: Pseudonyms) -> Place | None:
    """`channel:address`, in any spelling that people use, with its names; None if that names no channel. Raises Nobody.

    Numbers without a country are those of the setting `outreach.country`.
    """
    return _place(settings, text, lambda: names)


def _place(settings: Settings, text: str, names: Callable[[], Pseudonyms]) -> Place | None:
    channel, colon, chat = text.partition(":")
    way = ways(settings).get(channel) if colon else None
    if way is None:
        return None
    if way.kind in PHONES:
        with suppress(NoNumber):  # the channel itself says best what is wrong
            chat = e164(chat, settings.outreach.country)
    try:
        found = way.address(chat)
    except BotError as error:
        raise Nobody(f"{text!r}: {error}") from error
    return place(found, way.kind, names())


def whom(settings: Settings, text: str, names: Callable[[], Pseudonyms]) -> Script[tuple[Contact | None, Place | None]]:
    """Whose id, id in another system or address this is, and the address if it had to be understood. Raises Nobody.

    `names` are called for only then: who goes by ids needs no key.
    """
    for look in (contacts.contact, contacts.called, contacts.at_lane):
        found = yield from look(text)
        if found:
            return found, None
    where = _place(settings, text, names)
    return (yield from contacts.at_address(where)) if where else None, where


def find(settings: Settings, text: str, names: Pseudonyms) -> Script[Whose]:
    """By an address like sms:+49…, an id, or the id of another system. Raises Nobody."""
    found, where = yield from whom(settings, text, lambda: names)
    if found is None and where is None:
        raise Nobody(
            f"There is no contact {text!r}: give an id, the id of another system, or an address like sms:+4930123456."
        )
    return _whose(settings, found, names, *filter(None, [where]))


def _whose(settings: Settings, found: Contact | None, names: Pseudonyms, *also: Place) -> Whose:
    kinds = {name: channel.kind for name, channel in settings.channels.items()}
    known = {each.lane: each for each in also}
    for reach in found.reaches if found else ():
        here = place(Address.of_lane(reach.lane), kinds.get(reach.channel, reach.channel), names)
        older = dict.fromkeys(name for name in (*here.older, reach.hmac) if name != here.hmac)
        known[reach.lane] = Place(here.lane, here.channel, here.hmac, here.key_id, reach.rank, tuple(older))
    return Whose(found, list(known.values()))
