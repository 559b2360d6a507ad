"""Mistakes that authors make, put into good flows by a seeded hand: each spoils one thing in plain data."""

import copy
from collections.abc import Iterator
from random import Random

from tests.flows.mistakes import questions, texts, ways
from tests.flows.mistakes.flow import Data, Mutation

MUTATIONS: tuple[Mutation, ...] = tuple(
    value
    for module in (texts, questions, ways)
    for name, value in vars(module).items()
    if getattr(value, "__module__", "") == module.__name__
)


def spoilt(data: Data, mutation: Mutation, rng: Random, times: int) -> Iterator[Data]:
    """Up to so many flows with this mistake."""
    for _ in range(times):
        copied = copy.deepcopy(data)
        if mutation(copied, rng):
            yield copied
