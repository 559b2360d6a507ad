"""Drafts of surveys in the editor: kept for every browser, and nobody writes over what they have not seen."""

from collections.abc import Sequence
from typing import NamedTuple

from web.flow_parts import WRITERS, FlowPages, Kept, writes
from web.visitors import EVERY, Visitor

LARGEST = 256 * 1024  # bytes of a draft


class Clash(NamedTuple):
    """What somebody else has saved meanwhile, and how it differs: `-` is theirs, `+` is what stands in the editor."""

    theirs: Kept
    lines: Sequence[tuple[str, str]]


def sees(who: Visitor, kept: Kept, brand: str | None) -> bool:
    """Whether they may go on with a draft: of a survey of this brand, or of one that is not there yet (None)."""
    return writes(who, kept.brand if brand is None else brand)


def brand_for(who: Visitor, brand: str | None, drafted: str) -> str:
    """Whose draft it is: its survey's brand; of a new one what it says, if they may, else a brand of theirs."""
    if brand is not None:
        return brand
    if writes(who, drafted):
        return drafted
    return min(who.brands(WRITERS) or (EVERY,))


async def clash(flows: FlowPages, stored: Kept | None, source: str, seen: int) -> Clash | None:
    """What the editor warns of: another text than this, saved by somebody who did not follow the one it has seen."""
    if stored is None or stored.n == seen or stored.source == source:
        return None
    return Clash(stored, await flows.apart(stored.source, source))
