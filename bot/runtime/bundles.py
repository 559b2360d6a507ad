"""Several notes that wait in one thread as one message: a desk that is slow to read is told more at a time."""

from collections.abc import Callable, Sequence

import msgspec
from msgspec.structs import replace

from bot.messages import Capabilities, Outbound, Prompt
from bot.ports import Store
from bot.render import length
from bot.rows import Leased

_outbound = msgspec.json.Decoder(Outbound).decode


def bundled(message: Outbound, along: Sequence[str]) -> Outbound:
    """The message with the words of those that go out as a part of it (JSON of Outbounds)."""
    if not along:
        return message
    texts = [message.prompt.text, *(_outbound(payload).prompt.text for payload in along)]
    return replace(message, prompt=Prompt("\n".join(texts)))


class Bundles:
    """Fills up the messages of one channel."""

    def __init__(self, store: Store, owner: str, clock: Callable[[], int], can: Capabilities) -> None:
        """`owner` marks our leases; `can` says how much goes into one message."""
        self._store = store
        self._owner = owner
        self._clock = clock
        self._can = can

    async def filled(self, row: Leased, message: Outbound, lease: int) -> Leased:
        """The row, with what waits behind it and goes along, if it has waited itself. `lease` is how long, in ms."""
        if row.kind != "desk" or row.attempts == 1 or not (message.to.thread.startswith("@") and _is_plain(message)):
            return row
        can, size = self._can, length(message.prompt.text, self._can.text_unit)

        def fits(payload: str) -> bool:
            nonlocal size
            other = _outbound(payload)
            size += 1 + length(other.prompt.text, can.text_unit)
            same = (other.alias, other.avatar) == (message.alias, message.avatar)
            return same and size <= can.max_text and _is_plain(other)

        now = self._clock()
        return row._replace(along=await self._store.take_along(row, self._owner, now, now + lease, fits))


def _is_plain(message: Outbound) -> bool:
    """Whether it is words and nothing else, for all who are there."""
    more = (message.prompt.options, message.media, message.whisper, message.reply_to, message.edits)
    return not any(more)
