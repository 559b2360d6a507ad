"""Variants of a survey as arithmetic: who gets which, and where a variant's steps stand among the others."""

import hashlib
from collections.abc import Mapping, Sequence

BASE = "base"
"""The name of the flow as written, for the people whom no variant takes."""

Place = tuple[bool, int]
"""One step of a whole variant: whether it comes from the variant, and its position there or in the flow."""


def assigned(flow_id: str, lane: str, shares: Mapping[str, int]) -> str:
    """The variant for the person behind `lane`; `shares` are per cent, in the order of the file.

    The same person has the same place between 0 and 100 in every revision of a flow, and another one in another
    flow. Variants take their shares from 0 upwards, so that one more at the end takes people from the base only.
    """
    digest = hashlib.sha256(f"{flow_id}\0{lane}".encode()).digest()
    place = int.from_bytes(digest[:8]) * 100 >> 64
    for name, share in shares.items():
        if place < share:
            return name
        place -= share
    return BASE


def arranged(flow: Sequence[object], variant: Sequence[object]) -> list[Place]:
    """The steps of a whole variant in order, from the ids of both.

    A step takes the place of the flow's step with its id. Any other stands behind the variant's step before it, or at
    the end if it is the first.
    """
    places: list[Place] = [(False, index) for index in range(len(flow))]
    for index, step_id in enumerate(variant):
        own = (True, index)
        replaced = (at for at, (new, which) in enumerate(places) if not new and flow[which] == step_id)
        at = next(replaced, None) if isinstance(step_id, str) else None
        if at is not None:
            places[at] = own
        else:
            places.insert(places.index((True, index - 1)) + 1 if index else len(places), own)
    return places
