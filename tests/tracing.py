"""Tests that coverage does not measure: quicker ones cover what they run, and measuring them costs half as much again.

Whoever changes the list looks at the gates at the end of `make test`: they have to hold without these tests.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from coverage import Coverage

UNTRACED = (
    "tests/architecture/",
    "tests/browser/",
    "tests/durability/",
    "tests/flows/reading/test_guards.py",
    "tests/flows/reading/test_peers.py",
    "tests/flows/test_mutations.py",
    "tests/live/",
)
MEASURED = ("tests/live/test_b10_groups.py",)  # among these: a place refuses again what it has refused, only there
CHILDREN = "COVERAGE_PROCESS_CONFIG"  # in whose environment this is, that process is measured, too


def is_untraced(test: str) -> bool:
    """Whether a test, by its pytest id, runs unmeasured."""
    return test.startswith(UNTRACED) and not test.startswith(MEASURED)


@contextmanager
def untraced() -> Iterator[None]:
    """Nothing is measured inside, neither here nor in processes that are started there.

    `no_cover` of pytest-cov is not enough: a process of xdist is measured twice over, as one that was started and as
    one that runs tests. It ends the second, and the first goes on.
    """
    stopped = []
    while running := Coverage.current():
        running.stop()
        stopped.append(running)
    told = os.environ.pop(CHILDREN, None)
    try:
        yield
    finally:
        if told is not None:
            os.environ[CHILDREN] = told
        for one in reversed(stopped):
            one.start()
