"""Which events of a lane are read as one: two halves of a message, a message and its change."""

from collections.abc import Iterator

from msgspec.structs import replace

from bot.messages import Delivery, Edited, Inbound, Said
from bot.rows import Claimed

Pair = tuple[Claimed, Inbound]


def together(pairs: list[Pair], gather: int) -> Iterator[list[Pair]]:
    """The events in order, with texts that came within `gather` ms of the first of them in one list.

    What was changed before we read it counts as if it had been written like that at once.

    A delivery report has nothing to do with what the customer says: it does not part two halves of a message.
    """
    group: list[Pair] = []
    for pair in _reworded(pairs) if len(pairs) > 1 else pairs:
        event, inbound = pair
        if isinstance(inbound.body, Delivery) and not inbound.body.opted_out:
            yield [pair]
            continue
        if group:
            began, first = group[0]
            halves = isinstance(inbound.body, Said) and isinstance(first.body, Said)
            if halves and event.received_at - began.received_at < gather:
                group.append(pair)
                continue
            yield group
        group = [pair]
    if group:
        yield group


def _reworded(pairs: list[Pair]) -> list[Pair]:
    """The events, with texts as they read after they were changed."""
    kept: list[Pair] = []
    for pair in pairs:
        body = pair[1].body
        index = next((i for i, (_, said) in enumerate(kept) if isinstance(body, Edited) and _is(said, body.ref)), -1)
        if index < 0 or not isinstance(body, Edited):
            kept.append(pair)
            continue
        event, said = kept[index]
        kept[index] = (event, replace(said, body=replace(said.body, text=body.text)))
    return kept


def _is(inbound: Inbound, ref: str) -> bool:
    return isinstance(inbound.body, Said) and inbound.body.ref == ref != ""
