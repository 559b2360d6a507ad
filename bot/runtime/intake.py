"""Intake: events from channels into the inbox, committed before anybody is told that we have them."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from bot.messages import Consent, Inbound, Pressed, Said, Unreadable
from bot.ports import Store
from bot.rows import Arrival
from bot.runtime.group import Group
from flows.reading import keyword

_encode = msgspec.json.Encoder().encode


def arrival(inbound: Inbound, now: int, gather: int = 0) -> Arrival:
    """The inbox row of an event that came in at `now` (epoch ms).

    Typed text rests for `gather` milliseconds so that a message sent in two halves is read as one; buttons and
    carrier keywords do not wait, and wake what rests before them in their lane. What agents write among others does not
    rest either: a customer waits for it.
    """
    body, ready, kind, state, error = inbound.body, now, "event", "new", ""
    if isinstance(body, Said):
        kind = "said"
        if keyword(body.text, ""):
            kind = "keyword"
        else:
            ready = now if inbound.author else now + gather
    elif isinstance(body, Pressed):
        kind = "pressed"
    elif isinstance(body, Consent):
        kind = "consent"
    elif isinstance(body, Unreadable):
        kind, state, error = "unreadable", "poison", body.error
    return Arrival(
        channel=inbound.source.channel,
        event_key=inbound.id,
        kind=kind,
        lane=inbound.source.lane,
        received_at=now,
        ready_at=ready,
        body=_encode(inbound).decode(),
        state=state,
        error=error,
    )


class Intake:
    """The one door into the inbox, for webhooks, polling, back-fill and operators alike."""

    def __init__(self, store: Store, clock: Callable[[], int], gather: Mapping[str, int] | None = None) -> None:
        """`clock` gives epoch milliseconds; `gather` per channel how long split messages are waited for (ms)."""
        self._clock = clock
        self._gather = gather or {}
        self._group = Group(store.accept)

    async def accept(self, inbounds: Sequence[Inbound]) -> None:
        """Commit these events. Raises StoreUnavailable, and then nothing of them is kept."""
        now = self._clock()
        gather = self._gather
        await self._group.add([arrival(event, now, gather.get(event.source.channel, 0)) for event in inbounds])
