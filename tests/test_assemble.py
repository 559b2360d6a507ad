"""Putting the parts together: what is done to the process itself."""

import gc

import pytest

from commands.assemble import settle_memory


@pytest.fixture
def own_collector():
    """The garbage collector as it was before, whatever the test does to it."""
    before = gc.get_threshold()
    yield before
    gc.unfreeze()
    gc.set_threshold(*before)


def test_what_lives_as_long_as_the_process_is_not_looked_through_for_garbage_again(own_collector):
    """It is frozen, and the collector looks less often than Python's defaults let it."""
    living = [[] for _ in range(1_000)]
    frozen = gc.get_freeze_count()
    settle_memory()
    assert gc.get_freeze_count() >= frozen + len(living)
    assert gc.get_threshold()[0] > own_collector[0]
    assert gc.isenabled()


def test_what_is_garbage_already_is_not_kept(own_collector):
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
