"""Putting the parts together: what is done to the process itself."""

import gc

import pytest

from commands.assemble import settle_memory

DEFAULT = (700, 10, 10)


@pytest.fixture
def own_collector():
    """The garbage collector as Python starts with it; afterwards it is as it was before the test."""
    before, frozen = gc.get_threshold(), gc.get_freeze_count()
    gc.unfreeze()
    gc.set_threshold(*DEFAULT)
    yield
    gc.unfreeze()
    if frozen:
        gc.freeze()
    gc.set_threshold(*before)


@pytest.mark.usefixtures("own_collector")
def test_what_lives_as_long_as_the_process_is_not_looked_through_for_garbage_again():
    """It is frozen, and the collector looks less often than Python's defaults let it."""
    living = [[] for _ in range(1_000)]
    settle_memory()
    assert gc.get_freeze_count() > len(living)
    assert gc.get_threshold()[0] > DEFAULT[0]
    assert gc.isenabled()


@pytest.mark.usefixtures("own_collector")
def test_what_is_garbage_already_is_not_kept():
    """Cycles from loading are collected before the freeze, else they would stay for ever."""

    class Node:
        alive = 0

        def __init__(self):
            self.me = self
            Node.alive += 1

        def __del__(self):
            Node.alive -= 1

    Node()
    settle_memory()
    assert Node.alive == 0
