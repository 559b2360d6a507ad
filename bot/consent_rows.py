"""Rows of what people agree to and take back, as a turn leads to them. Positional, as in `bot.rows`."""

from typing import NamedTuple

from bot.bodies import Invite
from bot.messages import Address


class ConsentRow(NamedTuple):
    """Somebody stopped, or wants messages again: an event of consent, and a suppression that comes or goes.

    `names` are what the address is called under each key, the first one's `key_id`; whoever has the keys fills them in.
    """

    lane: str
    channel: str
    action: str  # withdrawn | granted
    reason: str  # of the suppression: stop | 21610 | blocked_bot
    source: str  # sms_keyword | telegram_start | provider_optout | ...
    source_ref: str  # the id of the inbox event
    wording: str  # what they wrote, if it was a keyword
    locale: str
    at: int
    names: tuple[str, ...] = ()
    key_id: str = ""


class Entered(NamedTuple):
    """Somebody used the word or the link of an entry, and so agreed to its survey: an event of consent, and its start.

    `names` and `key_id` as in ConsentRow. `invite` lacks only what it stands on. `every` (ms): the same person may
    begin it once in so long.
    """

    source: Address
    entry: str
    purpose: str
    how: str  # twilio_keyword | telegram_start | ...
    ref: str  # the id of the inbox event
    event: str  # what the provider calls it
    word: str  # what they wrote, or where the link led
    wording: str
    locale: str
    invite: Invite
    every: int
    at: int
    names: tuple[str, ...] = ()
    key_id: str = ""
