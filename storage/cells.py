"""Cells: what a survey is counted under, from the dimensions that are known of it. Pure."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

FULL = ""
"""The grain of cells with everything that is known of a survey."""

TOTAL = "*"
"""The grain of the one cell that all surveys are in."""

LONGEST = 80  # characters of a value


class Cell(NamedTuple):
    """One combination; `terms` are `dimension:value`, sorted, without those that have no value."""

    grain: str
    id: int
    terms: tuple[str, ...]


def terms_of(values: Mapping[str, str]) -> str:
    """The terms of a survey with these values by dimension, as the JSON that names its cell."""
    short = {name: " ".join(value.replace("\0", "").split())[:LONGEST] for name, value in values.items()}
    return json.dumps(sorted(term(name, value) for name, value in short.items() if value), ensure_ascii=False)


def term(dimension: str, value: str) -> str:
    """How a cell says that a dimension has a value."""
    return f"{dimension}:{value}"


def value_of(found: str) -> str:
    """The value in a term, "" in none."""
    return found.partition(":")[2]


@lru_cache(maxsize=100_000)
def cells_of(terms: str) -> tuple[Cell, ...]:
    """Where a survey with these terms (JSON) counts: in its own cell, in the total, and once for each of its terms."""
    every: Sequence[str] = json.loads(terms)
    alone = [_cell(each.partition(":")[0], (each,)) for each in every]
    return (_cell(FULL, tuple(every)), _cell(TOTAL, ()), *alone)


def _cell(grain: str, terms: tuple[str, ...]) -> Cell:
    """The id is a digest, so that nobody has to ask for it; two among a million are the same once in 10 million."""
    digest = hashlib.blake2b("\0".join((grain, *terms)).encode(), digest_size=8).digest()
    return Cell(grain, int.from_bytes(digest) >> 1, terms)
