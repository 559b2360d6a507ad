"""Reports for a chat: a message of their own, no part of any conversation there."""

import msgspec

from bot.messages import Bulletin, Outbound, Prompt
from bot.rows import OutboxRow
from bot.runtime.lane import Lane
from bot.runtime.lives import LONGEST

_encode = msgspec.json.Encoder().encode


def tell(lane: Lane, bulletin: Bulletin, key: str, now: int) -> None:
    """Send it, once for the `key`, as long as it is news."""
    until = now + LONGEST
    message = Outbound(key, lane.address, Prompt(bulletin.text), "report", "", until, bulletin.language)
    payload, channel = _encode(message).decode(), lane.address.channel
    lane.rows.outbox.append(OutboxRow(key, lane.name, channel, "", "report", payload, now, until, now))
